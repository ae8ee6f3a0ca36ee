import { CfnOutput, Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { BlockPublicAccess, Bucket, BucketEncryption, type CorsRule, HttpMethods, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";

import type { Config } from "../config.ts";
import { explain } from "../findings.ts";
import type { Names } from "../names.ts";

/** The tag, on an object that a worker uploads for people to download, that says that it may go after some time. */
export const EXPIRING = { key: "oleada", value: "artifact" };
/** Longer than a run may take, so that an upload of its raw samples is never cut off. */
const LONGEST_UPLOAD = Duration.days(9);

/** Buckets that nobody but this account reaches, and only by TLS. */
export const PRIVATE = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  encryption: BucketEncryption.S3_MANAGED,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
} as const;

/** Of the access logs of the bucket of scripts and results. */
const DATA_LOGS = "data/";

/** The bucket of scripts and results, and the one of access logs. */
export class Objects extends Construct {
  readonly accessLogs: Bucket;

  constructor(scope: Construct) {
    super(scope, "Objects");
    this.accessLogs = new Bucket(this, "AccessLogs", {
      ...PRIVATE,
      lifecycleRules: [{ id: "Expire", expiration: Duration.days(90) }],
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    explain(this.accessLogs, "S1", "This is the bucket of access logs: logging it into itself would never end.");
  }

  /** The bucket itself; a console, if there is one, sends and fetches by presigned requests. */
  keep(config: Config, names: Names, consoleUrl: string | undefined): void {
    const cors = consoleUrl === undefined ? [] : [rule(consoleUrl)];
    new Bucket(this, "Data", {
      ...PRIVATE,
      bucketName: names.bucket,
      versioned: true,
      serverAccessLogsBucket: this.accessLogs,
      serverAccessLogsPrefix: DATA_LOGS,
      cors,
      lifecycleRules: [
        { id: "RawSamples", tagFilters: { [EXPIRING.key]: EXPIRING.value }, expiration: Duration.days(config.rawSampleDays) },
        { id: "BrokenUploads", abortIncompleteMultipartUploadAfter: LONGEST_UPLOAD },
        // What was deleted or written again can be had back for a week.
        { id: "Former", noncurrentVersionExpiration: Duration.days(7), expiredObjectDeleteMarker: true },
      ],
      // A hub that could not be made leaves no bucket behind; one that stood leaves it.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    // A bucket that is taken up again stays as it is: it still logs into the former bucket of access logs, and its former
    // console was at another address. scripts/deploy sets both.
    const logging = { LoggingEnabled: { TargetBucket: this.accessLogs.bucketName, TargetPrefix: DATA_LOGS } };
    this.tell("Bucket", names.bucket);
    this.tell("BucketLogging", Stack.of(this).toJsonString(logging));
    const rules = cors.map(({ allowedOrigins, allowedMethods, allowedHeaders, exposedHeaders, maxAge }) => ({
      AllowedOrigins: allowedOrigins,
      AllowedMethods: allowedMethods,
      AllowedHeaders: allowedHeaders,
      ExposeHeaders: exposedHeaders,
      MaxAgeSeconds: maxAge,
    }));
    if (rules.length > 0) this.tell("BucketCors", Stack.of(this).toJsonString({ CORSRules: rules }));
  }

  /** An output of the stack, for scripts/deploy. */
  private tell(output: string, value: string): void {
    new CfnOutput(this, `${output}Output`, { value }).overrideLogicalId(output);
  }
}

/** Presigned requests of the console: they carry their right in the address, never a cookie. */
function rule(consoleUrl: string): CorsRule {
  return {
    allowedOrigins: [consoleUrl],
    allowedMethods: [HttpMethods.GET, HttpMethods.PUT, HttpMethods.HEAD],
    allowedHeaders: ["content-type", "x-amz-checksum-sha256", "x-amz-sdk-checksum-algorithm"],
    exposedHeaders: ["ETag"],
    maxAge: 3600,
  };
}
