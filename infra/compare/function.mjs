// What `GET /api/v1/scenarios/{scenarioId}` does, as one writes it for Node.js: one read of one item, without the checks,
// the problem documents and the other sixty routes of the Rust function that it is compared with.
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";

const client = new DynamoDBClient({});

export async function handler(event) {
  const [, scenarioId] = /^\/api\/v1\/scenarios\/(\w+)$/.exec(event.path) ?? [];
  const { Item: item } = await client.send(
    new GetItemCommand({ TableName: process.env.OLEADA_SCENARIOS_TABLE, Key: { scenarioId: { S: scenarioId } }, ConsistentRead: true }),
  );
  if (item === undefined) return { statusCode: 404, multiValueHeaders: {}, body: "", isBase64Encoded: false };
  const view = {
    scenarioId: item.scenarioId.S,
    version: Number(item.version.N),
    createdAt: item.createdAt.S,
    updatedAt: item.updatedAt.S,
    activeRunId: item.activeRunId?.S ?? null,
    baselineRunId: item.baselineRunId?.S ?? null,
    warnings: [],
    ...JSON.parse(item.document.S),
  };
  return {
    statusCode: 200,
    multiValueHeaders: { "content-type": ["application/json"], etag: [`"${view.version}"`] },
    body: JSON.stringify(view),
    isBase64Encoded: false,
  };
}
