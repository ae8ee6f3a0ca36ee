import { expect, it } from "vitest";

import { configOf } from "./config";

const login = { clientId: "client", loginUrl: "https://oleada-1.auth.us-east-1.amazoncognito.com" };
const cognito = { auth: "cognito", userPoolId: "us-east-1_abc", clientId: "client", domain: "oleada-1.auth.us-east-1.amazoncognito.com" };

it.each([
  [{ auth: "session" }, { auth: "session" }],
  [{ auth: "cognito", userPoolId: "us-east-1_abc", ...login }, cognito],
  [{ auth: "oidc", authority: "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc", ...login }, cognito],
  [
    { auth: "oidc", authority: "https://issuer.example/realm", clientId: "client" },
    { auth: "oidc", authority: "https://issuer.example/realm", clientId: "client", scope: "openid profile email", parameters: {} },
  ],
  [
    { auth: "oidc", authority: "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other", clientId: "client" },
    {
      auth: "oidc",
      authority: "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other",
      clientId: "client",
      scope: "openid profile email",
      parameters: {},
    },
  ],
  [
    { auth: "oidc", authority: "https://team.auth0.example/", clientId: "client", scope: "openid email", parameters: { audience: "https://api.example" } },
    { auth: "oidc", authority: "https://team.auth0.example/", clientId: "client", scope: "openid email", parameters: { audience: "https://api.example" } },
  ],
])("reads %j", (given, config) => {
  expect(configOf(given)).toEqual(config);
});

it.each([
  [{ auth: "none" }, "does not know: none"],
  [{}, "does not know: undefined"],
  [{ auth: "oidc", clientId: "client" }, "authority"],
  [{ auth: "oidc", authority: "https://issuer.example", clientId: "client", scope: ["openid"] }, "scope"],
  [{ auth: "oidc", authority: "https://issuer.example", clientId: "client", parameters: { audience: 1 } }, "parameters"],
  [{ auth: "oidc", authority: "https://issuer.example", clientId: "client", parameters: ["audience"] }, "parameters"],
  [{ auth: "cognito", userPoolId: "us-east-1_abc", clientId: "client" }, "loginUrl"],
])("refuses %j", (given, text) => {
  expect(() => configOf(given)).toThrow(text);
});
