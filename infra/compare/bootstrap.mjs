// Calls the handler as Lambda's own runtime for Node.js does, with less in it than that one has.
// By Node.js's older client: `fetch` takes longer to load.
import { request } from "node:http";

import { handler } from "./function.mjs";

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;

function ask(method, url, body) {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }));
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

async function serve() {
  for (;;) {
    const event = await ask("GET", `${api}/next`);
    const answer = await handler(JSON.parse(event.body));
    await ask("POST", `${api}/${event.headers["lambda-runtime-aws-request-id"]}/response`, JSON.stringify(answer));
  }
}

serve();
