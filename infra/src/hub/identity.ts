import { CfnOutput, Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import {
  AccountRecovery,
  CfnUserPoolGroup,
  CfnUserPoolUser,
  CfnUserPoolUserToGroupAttachment,
  Mfa,
  OAuthScope,
  UserPool,
  UserPoolClientIdentityProvider,
} from "aws-cdk-lib/aws-cognito";
import { Construct } from "constructs";

import type { Config } from "../config.ts";
import { explain } from "../findings.ts";
import type { Names } from "../names.ts";

/** What is known of the issuer of people's tokens. */
export interface Issuer {
  /** The variables of the function `authorize`; see lambdas/authorize. */
  environment: Record<string, string>;
  /** The console's `/config.json`. */
  console: Record<string, unknown>;
  userPoolArn?: string;
}

/** Origins that the console talks to in order to log in. They are known before there is a console to come back to. */
export function loginOrigins(stack: Stack, config: Config, names: Names): string[] {
  if (config.identity.kind === "oidc") return [new URL(config.identity.issuer).origin, ...config.identity.origins];
  const login = `https://${loginDomain(stack, names)}.auth.${stack.region}.amazoncognito.com`;
  return [`https://cognito-idp.${stack.region}.${stack.urlSuffix}`, login];
}

function loginDomain(stack: Stack, names: Names): string {
  return `${names.prefix}-${stack.account}`;
}

/** The issuer that the configuration names, or a user pool. */
export function issuer(scope: Construct, config: Config, names: Names, consoleUrl: string | undefined): Issuer {
  if (config.identity.kind === "cognito") return new Users(scope, config, config.identity.mfa, names, consoleUrl).issuer;
  const { issuer, audience, groupsClaim, clientId, scope: words, parameters } = config.identity;
  return {
    environment: { OLEADA_TOKEN_ISSUER: issuer, OLEADA_TOKEN_AUDIENCE: audience, OLEADA_TOKEN_GROUPS_CLAIM: groupsClaim },
    console: { auth: "oidc", authority: issuer, clientId, scope: words, parameters },
  };
}

const GROUPS = [
  ["viewer", "Sees everything"],
  ["operator", "Edits scenarios and runs them"],
  ["admin", "Also manages regions"],
] as const;

const TOKENS_LIVE = Duration.minutes(10);

class Users extends Construct {
  readonly issuer: Issuer;

  constructor(scope: Construct, config: Config, mfa: "required" | "off", names: Names, consoleUrl: string | undefined) {
    super(scope, "Users");
    const stack = Stack.of(this);
    const pool = new UserPool(this, "Pool", {
      userPoolName: names.prefix,
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      autoVerify: { email: true },
      standardAttributes: { email: { required: true, mutable: true } },
      // Not optional: the pool's pages offer nobody to register a second factor unless they ask everybody for one.
      mfa: mfa === "required" ? Mfa.REQUIRED : Mfa.OFF,
      mfaSecondFactor: { sms: false, otp: true },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(7),
      },
      userInvitation: {
        emailSubject: "You are invited to Oleada",
        emailBody: `You may log in to Oleada${consoleUrl === undefined ? "" : ` at ${consoleUrl}`} as {username}. Your temporary password is {####}`,
      },
      // A pool that stayed could not be taken up again by a new stack. The stack itself is protected.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    if (mfa === "off") explain(pool, "COG2", "The deployment file says so; the role that operates the stack demands a second factor all the same.");
    explain(pool, "COG3", "Threat protection is a paid plan, billed by user; a team turns it on in its pool.");
    explain(pool, "COG8", "The paid plan is a team's choice; the product needs nothing of it.");
    const client = pool.addClient("Console", {
      userPoolClientName: `${names.prefix}-console`,
      generateSecret: false,
      // Where there are no pages to log in by, whoever has rights on the pool may ask for a token with a person's password.
      authFlows: { userSrp: true, adminUserPassword: consoleUrl === undefined },
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      supportedIdentityProviders: [UserPoolClientIdentityProvider.COGNITO],
      // Whoever is disabled, or loses a group, is what they were until their token ends. The console renews it by itself.
      accessTokenValidity: TOKENS_LIVE,
      idTokenValidity: TOKENS_LIVE,
      refreshTokenValidity: Duration.days(1),
      ...(consoleUrl === undefined
        ? { disableOAuth: true }
        : {
            oAuth: {
              flows: { authorizationCodeGrant: true },
              scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.PROFILE],
              callbackUrls: [`${consoleUrl}/`],
              logoutUrls: [`${consoleUrl}/`],
            },
          }),
    });
    for (const [index, [name, description]] of GROUPS.entries()) {
      new CfnUserPoolGroup(this, name, {
        userPoolId: pool.userPoolId,
        groupName: name,
        description,
        precedence: GROUPS.length - index,
      });
    }
    this.invite(pool, config.administratorEmail);
    const address = `https://cognito-idp.${stack.region}.${stack.urlSuffix}/${pool.userPoolId}`;
    this.issuer = {
      environment: {
        OLEADA_TOKEN_ISSUER: address,
        OLEADA_TOKEN_AUDIENCE: client.userPoolClientId,
        OLEADA_TOKEN_GROUPS_CLAIM: "cognito:groups",
      },
      console: { auth: "oidc", authority: address, clientId: client.userPoolClientId },
      userPoolArn: pool.userPoolArn,
    };
    new CfnOutput(this, "PoolId", { value: pool.userPoolId }).overrideLogicalId("UserPoolId");
    if (consoleUrl === undefined) return;
    const domain = pool.addDomain("Domain", { cognitoDomain: { domainPrefix: loginDomain(stack, names) } });
    this.issuer.console.loginUrl = domain.baseUrl();
  }

  /**
   * Cognito sends the invitation when the user comes into being. Another address is another user, and the former one stays who
   * they are: that somebody follows them is no reason to lock them out. With the pool go all of them.
   */
  private invite(pool: UserPool, email: string): void {
    const user = new CfnUserPoolUser(this, "FirstAdministrator", {
      userPoolId: pool.userPoolId,
      username: email,
      desiredDeliveryMediums: ["EMAIL"],
      userAttributes: [
        { name: "email", value: email },
        { name: "email_verified", value: "true" },
      ],
    });
    const membership = new CfnUserPoolUserToGroupAttachment(this, "FirstAdministratorIsAdmin", {
      userPoolId: pool.userPoolId,
      groupName: "admin",
      username: user.ref,
    });
    membership.node.addDependency(this.node.findChild("admin"));
    // Unless the update that brings them fails: they would be in the way of the next one.
    for (const each of [user, membership]) each.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  }
}
