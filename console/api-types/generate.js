// Writes src/api/schema.d.ts, with a digest of the document that it was made from: a test holds the two together.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const document = readFileSync(new URL("../../crates/api/openapi.json", import.meta.url));
const digest = createHash("sha256").update(document).digest("hex");
const types = astToString(await openapiTS(document));
const head = `// Made by \`npm run generate\` from crates/api/openapi.json, sha256 ${digest}\n\n`;
writeFileSync(new URL("../src/api/schema.d.ts", import.meta.url), head + types);
