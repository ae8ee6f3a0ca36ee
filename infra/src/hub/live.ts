import { CfnParameter, Stack } from "aws-cdk-lib";
import { ArnPrincipal, type IRole, PolicyStatement, Role } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";

import { allow } from "../findings.ts";
import type { Names } from "../names.ts";

/**
 * Reading the live feed: the function `api` assumes this role, narrowed to the topic of one run, and signs an address
 * with the session.
 */
export class Live extends Construct {
  readonly reader: Role;
  /** The host name of the account's IoT Core in this region. */
  readonly endpoint: string;

  constructor(scope: Construct, names: Names, api: IRole) {
    super(scope, "Live");
    const endpoint = new CfnParameter(this, "Endpoint", {
      // No resource of CloudFormation knows it; scripts/deploy asks IoT Core. In China it is `….ats.iot.cn-north-1.amazonaws.com.cn`.
      description: "What `aws iot describe-endpoint --endpoint-type iot:Data-ATS` answers in this region",
      type: "String",
      allowedPattern: "^[a-z0-9-]+(\\.ats)?\\.iot\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?$",
    });
    endpoint.overrideLogicalId("LiveEndpoint");
    this.endpoint = endpoint.valueAsString;
    const stack = Stack.of(this);
    this.reader = new Role(this, "Reader", {
      roleName: names.lambda("live-reader"),
      description: "What a reader of the live feed may do at most; each session is narrowed to one run",
      assumedBy: new ArnPrincipal(api.roleArn),
    });
    allow(
      this.reader,
      new PolicyStatement({ actions: ["iot:Connect"], resources: [names.iotArn(stack, "client", "run_*")] }),
      new PolicyStatement({ actions: ["iot:Subscribe"], resources: [names.topicFilterArn(stack)] }),
      new PolicyStatement({ actions: ["iot:Receive"], resources: [names.topicArn(stack)] }),
    );
  }
}
