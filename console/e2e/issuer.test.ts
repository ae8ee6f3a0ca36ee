import { createHash } from "node:crypto";
import type { Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { bearer, claimsOf, jwt, PlayedConsole, signInPage } from "./played.ts";
import { Visit } from "./visit.ts";

const CONSOLE = PlayedConsole.origin;
/** With a slash at its end, as some have it. */
const ISSUER = "https://issuer.example/realm/";

let visit: Visit;
let served: PlayedConsole;
let challenge = "";
/** Seconds for which the issuer's tokens are good. */
let life = 3_600;
const grants: (string | null)[] = [];

beforeAll(async () => {
  visit = await Visit.start("en-US");
  const context = visit.page.context();
  served = await PlayedConsole.in(context, {
    auth: "oidc",
    authority: ISSUER,
    clientId: "client",
    scope: "openid api",
    parameters: { audience: "oleada" },
  });
  await context.route("https://issuer.example/**", issue);
});

afterAll(() => visit.end());

async function issue(route: Route): Promise<void> {
  const url = new URL(route.request().url());
  const headers = { "access-control-allow-origin": CONSOLE };
  switch (url.pathname) {
    case "/realm/.well-known/openid-configuration":
      return route.fulfill({
        json: {
          issuer: ISSUER,
          authorization_endpoint: `${ISSUER}authorize`,
          token_endpoint: `${ISSUER}token`,
          end_session_endpoint: `${ISSUER}end`,
        },
        headers,
      });
    case "/realm/authorize":
      expect(Object.fromEntries(url.searchParams)).toMatchObject({
        client_id: "client",
        response_type: "code",
        code_challenge_method: "S256",
        scope: "openid api",
        audience: "oleada",
      });
      challenge = url.searchParams.get("code_challenge") ?? "";
      return route.fulfill(signInPage(`${CONSOLE}/?code=the-code&state=${encodeURIComponent(url.searchParams.get("state") ?? "")}`));
    case "/realm/token": {
      const form = new URLSearchParams(route.request().postData() ?? "");
      grants.push(form.get("grant_type"));
      if (form.get("grant_type") === "authorization_code") {
        expect(createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url")).toBe(challenge);
      }
      const access = jwt({ iss: ISSUER, aud: "oleada", n: grants.length });
      const id = jwt({ iss: ISSUER, aud: "client" });
      return route.fulfill({
        json: { access_token: access, id_token: id, refresh_token: "refresh", token_type: "Bearer", expires_in: life },
        headers,
      });
    }
    case "/realm/end":
      return route.fulfill({ body: "signed out", contentType: "text/plain" });
    default:
      return route.fulfill({ status: 404 });
  }
}

describe("a login by an issuer of the installation's own", () => {
  it("comes back to where it began, and sends the access token", async () => {
    const { page } = visit;
    life = 1;
    await page.goto(`${CONSOLE}/settings/regions?x=1`);
    await page.getByRole("link", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Regions" }).waitFor();
    expect(page.url()).toBe(`${CONSOLE}/settings/regions?x=1`);
    for (const request of served.asked) expect(claimsOf(bearer(request))["aud"]).toBe("oleada");
  });

  it("renews a token that has expired", async () => {
    life = 3_600;
    // The one of a second is over by now, or will be when the page is asked for data again. What was asked with the old one
    // just before says nothing yet.
    await expect
      .poll(
        async () => {
          await visit.page.reload();
          await visit.page.getByRole("heading", { name: "Regions" }).waitFor();
          return { grant: grants.at(-1), isUsed: claimsOf(bearer(served.asked.at(-1)))["n"] === grants.length };
        },
        { timeout: 30_000 },
      )
      .toEqual({ grant: "refresh_token", isUsed: true });
  });

  it("signs out there too", async () => {
    const { page } = visit;
    await page.getByRole("button", { name: /Administrator/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByText("signed out").waitFor();
  });
});
