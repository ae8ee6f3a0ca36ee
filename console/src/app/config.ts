/** What the place that serves the console says of itself in `/config.json`. */
export type Config = Session | Cognito | Oidc;

/** A cookie that `/login` set. */
export interface Session {
  auth: "session";
}

/** The hosted pages of a Cognito user pool. */
export interface Cognito {
  auth: "cognito";
  userPoolId: string;
  clientId: string;
  /** Host of the hosted pages. */
  domain: string;
}

/** An OpenID Connect issuer of the installation's own. */
export interface Oidc {
  auth: "oidc";
  /** As it stands in the tokens, to the letter. */
  authority: string;
  clientId: string;
  scope: string;
  /** What else the issuer is told when somebody logs in, such as `audience` or `resource`. */
  parameters: Record<string, string>;
}

export async function readConfig(): Promise<Config> {
  const response = await fetch("/config.json", { cache: "no-cache" });
  if (!response.ok) {
    throw new Error(`/config.json was answered with ${response.status}`);
  }
  return configOf((await response.json()) as Record<string, unknown>);
}

/** The address of a user pool as an issuer of tokens. */
const POOL = /^https:\/\/cognito-idp\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\/([\w-]+)$/;

/**
 * The product's own user pool may be named as the issuer that it is: `auth` `oidc` with its `authority`. Another pool, of which no
 * hosted pages are named, is an issuer like all others.
 */
export function configOf(document: Record<string, unknown>): Config {
  const { auth, authority, userPoolId, clientId, loginUrl } = document;
  if (auth === "session") return { auth };
  if (auth !== "cognito" && auth !== "oidc") {
    throw new Error(`/config.json names a way to log in that this console does not know: ${String(auth)}`);
  }
  const named = loginUrl === undefined ? undefined : POOL.exec(String(authority))?.[1];
  const pool = auth === "cognito" ? userPoolId : named;
  if (auth === "oidc" && pool === undefined) {
    if (typeof authority !== "string" || typeof clientId !== "string") {
      throw new Error("/config.json must name authority and clientId");
    }
    const { scope = "openid profile email", parameters = {} } = document;
    if (typeof scope !== "string") throw new Error("scope in /config.json must be a text");
    if (!isOfTexts(parameters)) throw new Error("parameters in /config.json must be an object of texts");
    return { auth, authority, clientId, scope, parameters };
  }
  if (typeof pool !== "string" || typeof clientId !== "string" || typeof loginUrl !== "string") {
    throw new Error("/config.json must name the user pool, clientId and loginUrl");
  }
  return { auth: "cognito", userPoolId: pool, clientId, domain: new URL(loginUrl).host };
}

function isOfTexts(value: unknown): value is Record<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((each) => typeof each === "string");
}
