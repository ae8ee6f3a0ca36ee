import { UserManager, WebStorageStateStore, type User } from "oidc-client-ts";

import { goOnAt, here, isBack, sendToken } from "./bearer";
import type { Oidc } from "./config";
import type { Login } from "./login";

/**
 * Logs in by an OpenID Connect issuer of the installation's own: authorisation code with PKCE.
 *
 * Answers null when the reader is on the way there. From then on every request to the API carries the access token.
 */
export async function logIn({ authority, clientId, scope, parameters }: Oidc): Promise<Login | null> {
  const back = `${window.location.origin}/`;
  const manager = new UserManager({
    authority,
    client_id: clientId,
    redirect_uri: back,
    post_logout_redirect_uri: back,
    scope,
    extraQueryParams: parameters,
    userStore: new WebStorageStateStore({ store: window.sessionStorage }),
    // Only by a refresh token, where the issuer gives one: a hidden frame is not allowed here.
    automaticSilentRenew: false,
    monitorSession: false,
  });
  if (isBack()) goOnAt((await manager.signinRedirectCallback()).state);

  const user = await manager.getUser();
  if (!user || (user.expired && !user.refresh_token)) {
    await manager.signinRedirect({ state: here() });
    return null;
  }
  sendToken(async () => (await current(manager))?.access_token);
  return {
    again: () => void manager.signinRedirect({ state: here(), prompt: "login" }),
    out: () => void manager.signoutRedirect(),
  };
}

let renewal: Promise<User | null> | null = null;

/** Renewed when it has expired; one that cannot be renewed is refused by the API, which says so to the reader. */
async function current(manager: UserManager): Promise<User | null> {
  const user = await manager.getUser();
  if (!user?.expired || !user.refresh_token) return user;
  renewal ??= manager
    .signinSilent()
    .catch(() => user)
    .finally(() => {
      renewal = null;
    });
  return renewal;
}
