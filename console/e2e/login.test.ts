import { createHash } from "node:crypto";
import type { Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { bearer, claimsOf, jwt, PlayedConsole, signInPage } from "./played.ts";
import { Visit } from "./visit.ts";

// The pool is played, too. The console is the build, and the login is Amplify's own.
const CONSOLE = PlayedConsole.origin;
const LOGIN = "https://oleada.auth.us-east-1.amazoncognito.com";
const CONFIG = { auth: "cognito", userPoolId: "us-east-1_pool", clientId: "client", loginUrl: LOGIN };

let visit: Visit;
let served: PlayedConsole;
let challenge = "";

beforeAll(async () => {
  visit = await Visit.start("en-US");
  const context = visit.page.context();
  served = await PlayedConsole.in(context, CONFIG);
  await context.route(`${LOGIN}/**`, logIn);
  await context.route("https://cognito-idp.us-east-1.amazonaws.com/**", (route) => route.fulfill({ json: {} }));
});

afterAll(() => visit.end());

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
    return route.fulfill(signInPage(`${CONSOLE}/?code=the-code&state=${encodeURIComponent(url.searchParams.get("state") ?? "")}`));
  }
  if (url.pathname === "/oauth2/token") {
    const form = new URLSearchParams(route.request().postData() ?? "");
    expect(form.get("code")).toBe("the-code");
    expect(createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url")).toBe(challenge);
    const token = (use: string) => jwt({ username: "ana", token_use: use, "cognito:groups": ["admin"] });
    const answer = { access_token: token("access"), id_token: token("id"), refresh_token: "refresh", token_type: "Bearer", expires_in: 3_600 };
    return route.fulfill({ json: answer, headers: { "access-control-allow-origin": CONSOLE } });
  }
  if (url.pathname === "/logout") return route.fulfill({ body: "signed out", contentType: "text/plain" });
  return route.fulfill({ status: 204, headers: { "access-control-allow-origin": CONSOLE } });
}

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
    expect(served.asked.length).toBeGreaterThan(1);
    for (const request of served.asked) expect(claimsOf(bearer(request))["token_use"]).toBe("access");
  });

  it("stays logged in over a reload", async () => {
    challenge = "";
    await visit.page.reload();
    await visit.page.getByRole("heading", { name: "Regions" }).waitFor();
    expect(challenge).toBe("");
  });

  it("asks to log in again when the token is refused", async () => {
    const { page } = visit;
    served.isRefusing = true;
    await page.reload();
    await page.getByText("Your session has ended").waitFor();
    await visit.button("Log in again").click();
    await page.getByRole("link", { name: "Sign in" }).waitFor();
    // Not before: the page looks every few seconds whether it may go on.
    served.isRefusing = false;
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
    const asked = new URL((await left).url()).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({ client_id: "client", logout_uri: `${CONSOLE}/` });
    await page.getByText("signed out").waitFor();
    await page.goto(`${CONSOLE}/favicon.svg`);
    const kept = await page.evaluate(() => Object.keys(localStorage).filter((key) => key.endsWith("Token")));
    expect(kept).toEqual([]);
  });

  it("says what went wrong instead of asking for ever", async () => {
    await visit.page.goto(`${CONSOLE}/?error=access_denied&error_description=Not+in+a+group`);
    await visit.page.getByRole("alert").getByText("Not in a group").waitFor();
  });
});
