import { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, BillingMode, ProjectionType, Table, type Attribute } from "aws-cdk-lib/aws-dynamodb";
import { Construct } from "constructs";

import { readTables, type Key } from "../definitions.ts";
import type { Names } from "../names.ts";

/** The tables, as crates/aws defines them. They outlive the stack: scripts/destroy deletes them only when it is told to. */
export class Tables extends Construct {
  constructor(scope: Construct, names: Names) {
    super(scope, "Tables");
    for (const definition of readTables()) {
      const table = new Table(this, pascal(definition.name), {
        tableName: names.table(definition.name),
        ...keys(definition.key),
        billingMode: BillingMode.PAY_PER_REQUEST,
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
        ...(definition.expires === null ? {} : { timeToLiveAttribute: definition.expires }),
        deletionProtection: true,
        removalPolicy: RemovalPolicy.RETAIN,
      });
      for (const index of definition.indices) {
        table.addGlobalSecondaryIndex({
          indexName: index.name,
          ...keys(index.key),
          projectionType: ProjectionType.INCLUDE,
          nonKeyAttributes: index.carries,
        });
      }
    }
  }
}

function keys([partition, sort]: Key): { partitionKey: Attribute; sortKey?: Attribute } {
  const attribute = ([name, type]: [string, "S" | "N"]): Attribute => ({
    name,
    type: type === "S" ? AttributeType.STRING : AttributeType.NUMBER,
  });
  return { partitionKey: attribute(partition), ...(sort === undefined ? {} : { sortKey: attribute(sort) }) };
}

function pascal(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
