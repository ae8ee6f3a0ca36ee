// Fails when a package that ends up in the browser has a licence that is not on the list.
import { readFileSync } from "node:fs";

const ALLOWED = new Set(["MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "MIT AND ISC", "(MIT AND Zlib)"]);

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
const shipped = Object.entries(lock.packages).filter(([path, entry]) => path !== "" && !entry.dev && !entry.optional);
const refused = shipped.filter(([, { license }]) => !ALLOWED.has(license));
for (const [path, { license }] of refused) console.error(`${path}: ${license ?? "no licence"}`);
console.log(`${shipped.length} packages checked, ${refused.length} refused`);
if (refused.length > 0) process.exitCode = 1;
