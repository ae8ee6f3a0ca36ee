import mqtt from "mqtt";

import type { LiveAddress } from "../api/types";
import type { Client } from "./connection";

/** One attempt; who wants another makes it, with a new address. */
export function connect({ url, clientId, username, password }: LiveAddress): Client {
  return mqtt.connect(url, {
    // The brokers of both places speak this version over WebSocket.
    protocolVersion: 4,
    clean: true,
    clientId,
    ...(username !== null && { username }),
    ...(password !== null && { password }),
    reconnectPeriod: 0,
    connectTimeout: 10_000,
    keepalive: 20,
  });
}
