import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import type { BrowserContext, Request, Route } from "playwright-core";

const TYPES: Record<string, string> = { ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

/** The console as AWS serves it, with as much of an API as a login needs: it cannot be reached from a test machine. */
export class PlayedConsole {
  static readonly origin = "https://console.example";
  readonly #config: object;
  /** What the API was asked. */
  readonly asked: Request[] = [];
  /** Whether the API takes no token any more. */
  isRefusing = false;

  private constructor(config: object) {
    this.#config = config;
  }

  static async in(context: BrowserContext, config: object): Promise<PlayedConsole> {
    const played = new PlayedConsole(config);
    await context.route(`${PlayedConsole.origin}/**`, (route) => played.#serve(route));
    return played;
  }

  async #serve(route: Route): Promise<void> {
    const { pathname } = new URL(route.request().url());
    if (pathname === "/config.json") return route.fulfill({ json: this.#config });
    if (pathname.startsWith("/api/")) {
      this.asked.push(route.request());
      if (this.isRefusing) return route.fulfill({ status: 401, json: { status: 401, title: "Unauthorized", detail: "expired" } });
      const me = { principal: "person:ana", role: "admin" };
      return route.fulfill({ json: pathname.endsWith("/me") ? me : { items: [], nextCursor: null } });
    }
    const file = extname(pathname) === "" ? "/index.html" : pathname;
    return route.fulfill({ body: await readFile(`dist${file}`), contentType: TYPES[extname(file)] ?? "text/html" });
  }
}

/** A page as an issuer shows one, left by hand: redirects would not come by here. */
export function signInPage(back: string): { body: string; contentType: string } {
  return { body: `<a href="${back.replaceAll("&", "&amp;")}">Sign in</a>`, contentType: "text/html" };
}

/** Nobody here checks the signature. */
export function jwt(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1_000);
  return `${part({ alg: "RS256", kid: "k" })}.${part({ sub: "1", iat: now, exp: now + 3_600, ...claims })}.c2ln`;
}

export function bearer(request: Request | undefined): string {
  return request?.headers()["authorization"]?.replace("Bearer ", "") ?? "";
}

export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown>;
}
