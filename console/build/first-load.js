// Fails when the JavaScript that the start page loads is larger, gzipped, than a first visit should cost.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT_KB = 450;
const START = [
  "index.html",
  "src/pages/Home.tsx",
  "src/i18n/es.ts",
  "node_modules/@cloudscape-design/components/i18n/messages/all.es.js",
];

const manifest = JSON.parse(readFileSync("dist/.vite/manifest.json", "utf8"));
const files = new Set();
const visit = (key) => {
  const chunk = manifest[key];
  if (!chunk) throw new Error(`${key} is not in the build's manifest`);
  if (files.has(chunk.file)) return;
  files.add(chunk.file);
  (chunk.imports ?? []).forEach(visit);
};
START.forEach(visit);

const bytes = [...files].reduce((sum, file) => sum + gzipSync(readFileSync(`dist/${file}`)).length, 0);
const kb = Math.round(bytes / 1000);
console.log(`start page: ${kb} KB of JavaScript, gzipped, in ${files.size} files (limit ${LIMIT_KB} KB)`);
if (kb > LIMIT_KB) process.exitCode = 1;
