import { Amplify } from "aws-amplify";
import { fetchAuthSession, signInWithRedirect, signOut } from "aws-amplify/auth";
import { Hub } from "aws-amplify/utils";

import { goOnAt, here, isBack, sendToken } from "./bearer";
import type { Cognito } from "./config";
import type { Login } from "./login";

const TOLD_WITHIN_MS = 500;

/**
 * Logs in by the pool's hosted pages: authorisation code with PKCE.
 *
 * Answers null when the reader is on the way there. From then on every request to the API carries the access token,
 * renewed when it has expired.
 */
export async function logIn({ userPoolId, clientId, domain }: Cognito): Promise<Login | null> {
  const back = [`${window.location.origin}/`];
  const oauth = {
    domain,
    scopes: ["openid", "email", "profile"],
    redirectSignIn: back,
    redirectSignOut: back,
    responseType: "code" as const,
  };
  const returns = isBack();
  let failure = "the login was not accepted; open this page anew to try again";
  Hub.listen("auth", ({ payload }) => {
    if (payload.event === "signInWithRedirect_failure") failure = payload.data?.error?.message ?? failure;
    // The address is the login's until here.
    if (payload.event === "customOAuthState") goOnAt(payload.data);
  });
  Amplify.configure({ Auth: { Cognito: { userPoolId, userPoolClientId: clientId, loginWith: { oauth } } } });

  if ((await accessToken()) === undefined) {
    // Leaving once more would only come back the same way, for ever. What went wrong is told a moment later.
    if (returns) {
      await new Promise((resolve) => setTimeout(resolve, TOLD_WITHIN_MS));
      throw new Error(failure);
    }
    await leave();
    return null;
  }
  sendToken(accessToken);
  return { again: () => void leave("LOGIN"), out: () => void signOut() };
}

async function accessToken(): Promise<string | undefined> {
  const { tokens } = await fetchAuthSession();
  return tokens?.accessToken.toString();
}

/** Whoever holds tokens that are refused is asked anew, even where the pool would still know them. */
function leave(prompt?: "LOGIN"): Promise<void> {
  return signInWithRedirect({ customState: here(), ...(prompt && { options: { prompt } }) });
}
