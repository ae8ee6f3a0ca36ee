import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

it("is made from the document of the API as it is now; if not: npm run generate", () => {
  const document = readFileSync("../crates/api/openapi.json");
  const digest = createHash("sha256").update(document).digest("hex");
  expect(readFileSync("src/api/schema.d.ts", "utf8").split("\n")[0]).toContain(`sha256 ${digest}`);
});
