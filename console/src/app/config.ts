/** What the place that serves the console says of itself in `/config.json`. */
export interface Config {
  /** `session`: a cookie that `/login` set. */
  auth: "session";
}

export async function readConfig(): Promise<Config> {
  const response = await fetch("/config.json", { cache: "no-cache" });
  if (!response.ok) {
    throw new Error(`/config.json was answered with ${response.status}`);
  }
  const { auth } = (await response.json()) as Partial<Config>;
  if (auth !== "session") {
    throw new Error(`/config.json names a way to log in that this console does not know: ${String(auth)}`);
  }
  return { auth };
}
