import { expect, test } from "vitest";

import { readTables } from "../src/definitions.ts";
import { exampleStacks, ofType, only } from "./support.ts";

test("the tables are those that crates/aws defines", () => {
  const { hub } = exampleStacks();
  const keys = (schema: any[], attributes: any[]) =>
    schema.map(({ AttributeName }) => [AttributeName, attributes.find((each) => each.AttributeName === AttributeName).AttributeType]);
  const made = ofType(hub, "AWS::DynamoDB::Table").map(([, { Properties: table }]) => ({
    name: table.TableName.replace(/^oleada-/, ""),
    key: keys(table.KeySchema, table.AttributeDefinitions),
    indices: (table.GlobalSecondaryIndexes ?? []).map((index: any) => ({
      name: index.IndexName,
      key: keys(index.KeySchema, table.AttributeDefinitions),
      carries: index.Projection.NonKeyAttributes,
    })),
    expires: table.TimeToLiveSpecification?.AttributeName ?? null,
  }));
  expect(made).toEqual(readTables());
});

test("tables outlive the stack and every mistake of the last 35 days", () => {
  const { hub } = exampleStacks();
  const tables = ofType(hub, "AWS::DynamoDB::Table");
  expect(tables).toHaveLength(4);
  for (const [, table] of tables) {
    expect(table.DeletionPolicy).toBe("Retain");
    expect(table.Properties).toMatchObject({
      BillingMode: "PAY_PER_REQUEST",
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  }
});

test("what has a time to live on one machine has one here", () => {
  const { hub } = exampleStacks();
  for (const name of ["workers", "settings"]) {
    const [, table] = only(hub, "AWS::DynamoDB::Table", (each) => each.TableName === `oleada-${name}`);
    expect(table.Properties.TimeToLiveSpecification).toEqual({ AttributeName: "expiresAt", Enabled: true });
  }
});
