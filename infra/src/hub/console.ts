import { readFileSync } from "node:fs";

import { CfnOutput, Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import type { RestApi } from "aws-cdk-lib/aws-apigateway";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  PriceClass,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from "aws-cdk-lib/aws-cloudfront";
import { HttpOrigin, S3BucketOrigin } from "aws-cdk-lib/aws-cloudfront-origins";
import { Bucket, type IBucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";

import type { Domain } from "../config.ts";
import { explain } from "../findings.ts";
import type { Names } from "../names.ts";
import { STAGE } from "./api.ts";
import { PRIVATE } from "./objects.ts";

/** The console and, under `/api/*` of the same origin, the API. */
export class Console extends Construct {
  readonly url: string;
  private readonly distribution: Distribution;

  constructor(scope: Construct, names: Names, domain: Domain | undefined, rest: RestApi, headers: ResponseHeadersPolicy, accessLogs: IBucket) {
    super(scope, "Console");
    const stack = Stack.of(this);
    const files = new Bucket(this, "Files", {
      ...PRIVATE,
      bucketName: `${names.prefix}-console-${stack.account}-${names.hub}`,
      serverAccessLogsBucket: accessLogs,
      serverAccessLogsPrefix: "console/",
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const pages = new EdgeFunction(this, "Pages", {
      functionName: `${names.prefix}-pages`,
      comment: "Answers the addresses of the console's pages with its document",
      runtime: FunctionRuntime.JS_2_0,
      code: FunctionCode.fromInline(readFileSync(new URL("pages.js", import.meta.url), "utf8")),
    });
    this.distribution = new Distribution(this, "Distribution", {
      comment: names.prefix,
      defaultRootObject: "index.html",
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: PriceClass.PRICE_CLASS_ALL,
      ...(domain === undefined
        ? {}
        : {
            domainNames: [domain.name],
            minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
            certificate: Certificate.fromCertificateArn(this, "Certificate", domain.certificateArn),
          }),
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(files),
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        cachePolicy: CachePolicy.CACHING_OPTIMIZED,
        responseHeadersPolicy: headers,
        // Here only: an error document of the distribution would replace the API's own errors too.
        functionAssociations: [{ function: pages, eventType: FunctionEventType.VIEWER_REQUEST }],
      },
      additionalBehaviors: {
        "/api/*": {
          // Written out, as `RestApiOrigin` would wait for the routes, which wait for the issuer, which knows this address.
          origin: new HttpOrigin(`${rest.restApiId}.execute-api.${stack.region}.${stack.urlSuffix}`, {
            originPath: `/${STAGE}`,
            protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
            originSslProtocols: [OriginSslPolicy.TLS_V1_2],
            readTimeout: Duration.seconds(31),
          }),
          allowedMethods: AllowedMethods.ALLOW_ALL,
          viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
          cachePolicy: CachePolicy.CACHING_DISABLED,
          // API Gateway knows itself by its own host name.
          originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
          compress: false,
        },
      },
    });
    this.url = `https://${domain?.name ?? this.distribution.distributionDomainName}`;
    this.explained(domain);
    for (const [name, value] of [
      ["ConsoleUrl", this.url],
      ["ConsoleBucket", files.bucketName],
      ["ConsoleDistribution", this.distribution.distributionId],
      ["ConsoleDomain", this.distribution.distributionDomainName],
    ] as const) {
      new CfnOutput(this, name, { value }).overrideLogicalId(name);
    }
  }

  private explained(domain: Domain | undefined): void {
    explain(this.distribution, "CFR1", "People log in from wherever they are; a team that wants otherwise restricts its distribution.");
    explain(this.distribution, "CFR2", "A web ACL costs 5 USD a month and more; a team that wants one attaches its own.");
    explain(this.distribution, "CFR3", "The files are the same for everybody, and the access log of the API says who did what. From where is not in it, as the API sees the edge's address: a team that wants that has its distribution log.");
    if (domain === undefined) {
      explain(this.distribution, "CFR4", "Without a domain of its own it has CloudFront's certificate, whose security policy cannot be chosen.");
    }
  }
}

/** What the console's pages may load and talk to. */
export function securityHeaders(scope: Construct, names: Names, connectTo: string[]): ResponseHeadersPolicy {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    // Components and charts set sizes and positions by style attributes.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    `connect-src ${["'self'", ...connectTo].join(" ")}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return new ResponseHeadersPolicy(scope, "SecurityHeaders", {
    responseHeadersPolicyName: `${names.prefix}-${names.hub}`,
    comment: "Of the console",
    securityHeadersBehavior: {
      contentSecurityPolicy: { contentSecurityPolicy: policy.join("; "), override: true },
      contentTypeOptions: { override: true },
      frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
      referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.SAME_ORIGIN, override: true },
      // Of this host alone: below a domain of a team's own there may be others, which it does not speak for.
      strictTransportSecurity: { accessControlMaxAge: Duration.days(365), override: true },
    },
    customHeadersBehavior: {
      customHeaders: [
        { header: "Cross-Origin-Opener-Policy", value: "same-origin", override: true },
        { header: "Permissions-Policy", value: "camera=(), geolocation=(), microphone=()", override: true },
      ],
    },
  });
}
