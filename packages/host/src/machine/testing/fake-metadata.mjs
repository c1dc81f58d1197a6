// A metadata service for one instance, run inside a test's network namespace. It reads its answers, a JSON
// object from path to text, from standard input, prints "ready", and then a line for each request.
import { createServer } from "node:http";

let text = "";
for await (const chunk of process.stdin) text += chunk;
const answers = new Map(Object.entries(JSON.parse(text)));
const token = "AQAEAtest==";

createServer((request, response) => {
  const path = (request.url ?? "").replace(/^\/latest\//, "");
  process.stdout.write(`${request.method} ${path}\n`);
  if (request.method === "PUT" && path === "api/token") return response.end(token);
  if (request.headers["x-aws-ec2-metadata-token"] !== token) return response.writeHead(401).end();
  const answer = answers.get(path);
  if (answer === undefined) return response.writeHead(404).end();
  return response.end(Buffer.from(answer, "base64"));
}).listen(80, "169.254.169.254", () => process.stdout.write("ready\n"));
