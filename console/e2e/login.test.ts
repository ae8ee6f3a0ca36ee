import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import type { Page, Request, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { Visit } from "./visit.ts";

// The console as AWS serves it, with a user pool: both are played here, since neither can be reached from a test machine.
// The console is the build, and the login is Amplify's own.
const CONSOLE = "https://console.example";
const LOGIN = "https://oleada.auth.us-east-1.amazoncognito.com";
const CONFIG = { auth: "cognito", userPoolId: "us-east-1_pool", clientId: "client", loginUrl: LOGIN };
const TYPES: Record<string, string> = { ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

let visit: Visit;
let challenge = "";
const asked: Request[] = [];
let isRefused = false;

beforeAll(async () => {
  visit = await Visit.start("en-US");
  await visit.page.context().route(`${CONSOLE}/**`, serve);
  await visit.page.context().route(`${LOGIN}/**`, logIn);
  await visit.page.context().route("https://cognito-idp.us-east-1.amazonaws.com/**", (route) => route.fulfill({ json: {} }));
});

afterAll(() => visit.end());

async function serve(route: Route): Promise<void> {
  const { pathname } = new URL(route.request().url());
  if (pathname === "/config.json") return route.fulfill({ json: CONFIG });
  if (pathname.startsWith("/api/")) {
    asked.push(route.request());
    if (isRefused) return route.fulfill({ status: 401, json: { status: 401, title: "Unauthorized", detail: "expired" } });
    return route.fulfill({ json: pathname.endsWith("/me") ? { principal: "person:ana", role: "admin" } : { items: [], nextCursor: null } });
  }
  const file = extname(pathname) === "" ? "/index.html" : pathname;
  return route.fulfill({ body: await readFile(`dist${file}`), contentType: TYPES[extname(file)] ?? "text/html" });
}

async function logIn(route: Route): Promise<void> {
  const url = new URL(route.request().url());
  if (url.pathname === "/oauth2/authorize") {
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      client_id: "client",
      response_type: "code",
      code_challenge_method: "S256",
      redirect_uri: `${CONSOLE}/`,
    });
    challenge = url.searchParams.get("code_challenge") ?? "";
    const back = `${CONSOLE}/?code=the-code&state=${encodeURIComponent(url.searchParams.get("state") ?? "")}`;
    // A page as Cognito shows one, left by hand.
    return route.fulfill({ body: `<a href="${back.replaceAll("&", "&amp;")}">Sign in</a>`, contentType: "text/html" });
  }
  if (url.pathname === "/oauth2/token") {
    const form = new URLSearchParams(route.request().postData() ?? "");
    expect(form.get("code")).toBe("the-code");
    expect(createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url")).toBe(challenge);
    const answer = { access_token: token("access"), id_token: token("id"), refresh_token: "refresh", token_type: "Bearer", expires_in: 3_600 };
    return route.fulfill({ json: answer, headers: { "access-control-allow-origin": CONSOLE } });
  }
  if (url.pathname === "/logout") return route.fulfill({ body: "signed out", contentType: "text/plain" });
  return route.fulfill({ status: 204, headers: { "access-control-allow-origin": CONSOLE } });
}

function token(use: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1_000);
  const claims = { sub: "1", username: "ana", token_use: use, iat: now, exp: now + 3_600, "cognito:groups": ["admin"] };
  return `${part({ alg: "RS256", kid: "k" })}.${part(claims)}.c2ln`;
}

const bearer = (request: Request | undefined) => request?.headers()["authorization"]?.replace("Bearer ", "") ?? "";
const claimsOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString()) as { token_use: string };

describe("a login by Cognito's pages", () => {
  it("comes back to where it began, by code and PKCE", async () => {
    const { page } = visit;
    await page.goto(`${CONSOLE}/settings/regions?x=1`);
    await page.getByRole("link", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Regions" }).waitFor();
    expect(page.url()).toBe(`${CONSOLE}/settings/regions?x=1`);
    expect(challenge).not.toBe("");
  });

  it("sends the access token with every request to the API", () => {
    expect(asked.length).toBeGreaterThan(1);
    for (const request of asked) expect(claimsOf(bearer(request)).token_use).toBe("access");
  });

  it("stays logged in over a reload", async () => {
    challenge = "";
    await visit.page.reload();
    await visit.page.getByRole("heading", { name: "Regions" }).waitFor();
    expect(challenge).toBe("");
  });

  it("asks to log in again when the token is refused", async () => {
    const { page } = visit;
    isRefused = true;
    await page.reload();
    await page.getByText("Your session has ended").waitFor();
    isRefused = false;
    await visit.button("Log in again").click();
    await page.getByRole("link", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Regions" }).waitFor();
    await page.getByText("Your session has ended").waitFor({ state: "detached" });
    expect(challenge).not.toBe("");
  });

  it("signs out here and there", async () => {
    const { page } = visit;
    await page.getByRole("button", { name: /Administrator/ }).click();
    const left = page.waitForRequest((request) => request.url().startsWith(`${LOGIN}/logout`));
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    expect(Object.fromEntries(new URL((await left).url()).searchParams)).toMatchObject({ client_id: "client", logout_uri: `${CONSOLE}/` });
    await page.getByText("signed out").waitFor();
    expect(await kept(page)).toEqual([]);
  });

  it("says what went wrong instead of asking for ever", async () => {
    await visit.page.goto(`${CONSOLE}/?error=access_denied&error_description=Not+in+a+group`);
    await visit.page.getByRole("alert").getByText("Not in a group").waitFor();
  });
});

/** Tokens that the browser still holds. */
async function kept(page: Page): Promise<string[]> {
  await page.goto(`${CONSOLE}/favicon.svg`);
  return page.evaluate(() => Object.keys(localStorage).filter((key) => key.endsWith("Token")));
}
