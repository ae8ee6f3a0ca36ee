import { CfnOutput, Duration, RemovalPolicy, Size, Stack } from "aws-cdk-lib";
import {
  AccessLogField,
  AccessLogFormat,
  AuthorizationType,
  CfnAccount,
  type CfnRestApi,
  EndpointAccessMode,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  ResponseType,
  RestApi,
  SecurityPolicy,
  TokenAuthorizer,
} from "aws-cdk-lib/aws-apigateway";
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

import { explain } from "../findings.ts";
import { ANSWERING, type Fleet, RustFunction } from "../lambda.ts";
import type { Permissions } from "../permissions.ts";
import { READS_QUOTAS } from "./run.ts";

export const STAGE = "prod";

/** The functions `api` and `authorize`, and the gateway before them. */
export class Api extends Construct {
  readonly api: RustFunction;
  readonly authorize: RustFunction;
  readonly rest: RestApi;

  constructor(scope: Construct, fleet: Fleet, may: Permissions) {
    super(scope, "Api");
    const { names, config } = fleet;
    const stack = Stack.of(this);
    this.api = new RustFunction(this, "Api", fleet, "api", {
      description: "The REST API",
      timeout: ANSWERING,
      memory: 512,
      // Room for the largest script while it is examined.
      disk: Size.gibibytes(2),
      environment: { OLEADA_STATE_MACHINE_ARN: names.stateMachineArn(stack) },
      permissions: [
        may.table("scenarios", "GetItem", "UpdateItem", "DeleteItem"),
        may.table("runs", "GetItem", "BatchGetItem", "ConditionCheckItem", "PutItem", "UpdateItem", "DeleteItem"),
        may.indices("scenarios", "listed"),
        may.indices("runs", "byScenario", "byMonth"),
        may.table("workers", "GetItem", "Query", "UpdateItem", "BatchWriteItem"),
        may.settings(["region"], "GetItem", "Query", "PutItem", "DeleteItem"),
        ...may.capacity(),
        may.describeTaskDefinitions(),
        may.settings(["idempotency"], "GetItem", "UpdateItem"),
        may.bucket("ListBucket", "ListBucketMultipartUploads"),
        may.objects(["scripts/*"], "GetObject", "PutObject"),
        may.objects(["runs/*"], "GetObject", "DeleteObject", "AbortMultipartUpload"),
        // An answer that is too large for API Gateway waits there as an object.
        may.objects(["runs/*/result/answers/*"], "PutObject"),
        may.workerLogs(),
        new PolicyStatement({ actions: ["states:StartExecution"], resources: [names.stateMachineArn(stack)] }),
      ],
    });
    explain(this.api.role, "IAM5[Resource::*]", READS_QUOTAS);
    this.authorize = new RustFunction(this, "Authorize", fleet, "authorize", {
      description: "Says who sends a request to the API",
      timeout: ANSWERING,
      memory: 256,
      permissions: [may.settings(["token"], "GetItem")],
    });

    const accessLogs = new LogGroup(this, "AccessLogs", {
      logGroupName: `/${names.prefix}/api`,
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.rest = new RestApi(this, "Rest", {
      restApiName: names.prefix,
      description: "Oleada",
      endpointTypes: [EndpointType.REGIONAL],
      cloudWatchRole: false,
      minCompressionSize: Size.kibibytes(1),
      deployOptions: {
        stageName: STAGE,
        accessLogDestination: new LogGroupLogDestination(accessLogs),
        accessLogFormat: accessLogFormat(),
        loggingLevel: MethodLoggingLevel.ERROR,
        // Bodies and credentials stay out of the log.
        dataTraceEnabled: false,
        // The figures of the whole API are free; those of each method are not.
        metricsEnabled: false,
        throttlingRateLimit: 100,
        throttlingBurstLimit: 200,
      },
    });
    this.raiseTransportSecurity(config.hub);
    // API Gateway would make it itself, for ever: what went wrong before or after the function.
    const executionLogs = new LogGroup(this, "ExecutionLogs", {
      logGroupName: `API-Gateway-Execution-Logs_${this.rest.restApiId}/${STAGE}`,
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.rest.deploymentStage.node.addDependency(executionLogs, ...(fleet.hasLogRole ? [] : [this.logging()]));
    this.routes();
    this.problems();
    explain(this.rest, "APIG2", "The function checks every request against the API's own document, and answers with pointers to what is wrong.");
    explain(this.rest.deploymentStage, "APIG3", "A web ACL costs 5 USD a month and more; a team that wants one attaches its own to this stage.");
    new CfnOutput(this, "ApiUrl", { value: `${this.rest.url}api/v1` }).overrideLogicalId("ApiUrl");
  }

  /**
   * TLS 1.2 at least at the API's own address, which takes 1.0 otherwise; `BASIC` tells hosts apart as it always was. GovCloud
   * knows no such policy. <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html>
   */
  private raiseTransportSecurity(hub: string): void {
    if (/^us-(gov|iso)/.test(hub)) return;
    const rest = this.rest.node.defaultChild as CfnRestApi;
    rest.securityPolicy = SecurityPolicy.TLS13_1_2_PFS_PQ_2025_09;
    rest.endpointAccessMode = EndpointAccessMode.BASIC;
  }

  /**
   * The account's own role for logs of its gateways: one for all in a region, so it stays when this stack goes, and one that
   * is there already is not taken from the others; scripts/deploy looks.
   */
  private logging(): CfnAccount {
    const role = new Role(this, "LogRole", {
      description: "Of API Gateway, to write the logs of the account's gateways in this region",
      assumedBy: new ServicePrincipal("apigateway.amazonaws.com"),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName("service-role/AmazonAPIGatewayPushToCloudWatchLogs")],
    });
    role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    explain(
      role,
      "IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]",
      "It is the role of all gateways of the account, and this policy is the one that API Gateway documents for it.",
    );
    const account = new CfnAccount(this, "Account", { cloudWatchRoleArn: role.roleArn });
    account.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return account;
  }

  private routes(): void {
    const integration = new LambdaIntegration(this.api.lambda, { allowTestInvoke: false });
    const authorizer = new TokenAuthorizer(this, "Authorizer", {
      handler: this.authorize.lambda,
      // What cannot be a credential is refused without a call of the function.
      validationRegex: "^[Bb]earer +[A-Za-z0-9._~+/=-]{1,8000} *$",
      // A token that was revoked must be refused at once.
      resultsCacheTtl: Duration.seconds(0),
    });
    // Not `addProxy`, which would open the root too.
    const all = this.rest.root
      .addResource("{proxy+}")
      .addMethod("ANY", integration, { authorizationType: AuthorizationType.CUSTOM, authorizer });
    const document = this.rest.root
      .addResource("api")
      .addResource("v1")
      .addResource("openapi.json")
      .addMethod("GET", integration, { authorizationType: AuthorizationType.NONE });
    explain(document, "APIG4", "The API's document is public.");
    for (const method of [document, all]) {
      explain(method, "COG4", "The Lambda authoriser takes tokens of the user pool, or of another issuer, and API tokens.");
    }
  }

  /** The gateway's own errors, as RFC 9457 problems like all others. */
  private problems(): void {
    const problem = (type: ResponseType, status: number | undefined, title: string, headers: Record<string, string> = {}) =>
      this.rest.addGatewayResponse(type.responseType, {
        type,
        ...(status === undefined ? {} : { statusCode: String(status) }),
        responseHeaders: {
          "Content-Type": "'application/problem+json'",
          "Strict-Transport-Security": "'max-age=31536000'",
          "X-Content-Type-Options": "'nosniff'",
          ...headers,
        },
        templates: {
          "application/json":
            `{"type":"about:blank","title":"${title}",` +
            (status === undefined ? "" : `"status":${status},`) +
            `"detail":$context.error.messageString,"requestId":"$context.requestId"}`,
        },
      });
    problem(ResponseType.UNAUTHORIZED, 401, "Unauthorized", { "WWW-Authenticate": "'Bearer'" });
    problem(ResponseType.ACCESS_DENIED, 403, "Forbidden");
    // Only the root has no route, and API Gateway answers as if a signature were missing.
    problem(ResponseType.MISSING_AUTHENTICATION_TOKEN, 404, "Not Found");
    problem(ResponseType.REQUEST_TOO_LARGE, 413, "Content Too Large");
    problem(ResponseType.THROTTLED, 429, "Too Many Requests", { "Retry-After": "'1'" });
    problem(ResponseType.INTEGRATION_FAILURE, 502, "Bad Gateway");
    problem(ResponseType.INTEGRATION_TIMEOUT, 504, "Gateway Timeout");
    problem(ResponseType.DEFAULT_4XX, undefined, "Bad Request");
    problem(ResponseType.DEFAULT_5XX, undefined, "Internal Server Error");
  }
}

function accessLogFormat(): AccessLogFormat {
  const fields = {
    requestId: AccessLogField.contextRequestId(),
    time: AccessLogField.contextRequestTimeEpoch(),
    ip: AccessLogField.contextIdentitySourceIp(),
    principal: AccessLogField.contextAuthorizer("principal"),
    role: AccessLogField.contextAuthorizer("role"),
    method: AccessLogField.contextHttpMethod(),
    path: AccessLogField.contextPath(),
    status: AccessLogField.contextStatus(),
    bytes: AccessLogField.contextResponseLength(),
    latencyMs: AccessLogField.contextResponseLatency(),
    error: AccessLogField.contextErrorResponseType(),
  };
  return AccessLogFormat.custom(JSON.stringify(fields));
}
