// Every operation of every table goes through the real SDK client, in process: random input is written and
// signed by the SDK, verified and decoded here, random output is encoded here and read by the SDK.
// CASEMATE_WIRE_ROUNDS sets how often each operation goes round (1 by default), CASEMATE_WIRE_SEED replays
// a run.
import * as accessAnalyzer from "@aws-sdk/client-accessanalyzer";
import * as ec2 from "@aws-sdk/client-ec2";
import * as iam from "@aws-sdk/client-iam";
import * as organizations from "@aws-sdk/client-organizations";
import * as sts from "@aws-sdk/client-sts";
import { AwsJson1_0Protocol, AwsJson1_1Protocol } from "@aws-sdk/core/protocols";
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import {
  decodeForm,
  decodeJson,
  decodeRest,
  encodeResult,
  loadModel,
  parseForm,
  parseSignature,
  resolveOperation,
  resolveRoute,
  resolveTarget,
  SigningKeyCache,
  verifySignature,
  type Protocol,
  type RawRequest,
  type ServiceModel,
} from "./index.ts";
import { randomInput, randomOutput, seededRandom } from "./testing/index.ts";

const rounds = Number(process.env["CASEMATE_WIRE_ROUNDS"] ?? "1");
const seed = Number(process.env["CASEMATE_WIRE_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret/+key", sessionToken: "token+/=" };
/** The SDK does not sign these: the caller has no credentials yet. */
const unsigned = new Set(["AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"]);

interface SentRequest {
  method: string;
  path: string;
  query: Record<string, string | string[]>;
  headers: Record<string, string>;
  body: string | Uint8Array | undefined;
}
interface Client {
  send(command: object): Promise<Record<string, unknown>>;
}
type Sdk = Record<string, new (argument: object) => Client>;

interface Case {
  readonly id: string;
  readonly client: string;
  readonly sdk: unknown;
  /** The service spoken in another protocol than its own. */
  readonly protocol?: { readonly name: Protocol; readonly sdk: unknown };
}
const json = [
  { name: "json1.0", sdk: AwsJson1_0Protocol },
  { name: "json1.1", sdk: AwsJson1_1Protocol },
] as const;
const cases: readonly Case[] = [
  { id: "access-analyzer", client: "AccessAnalyzerClient", sdk: accessAnalyzer },
  { id: "ec2", client: "EC2Client", sdk: ec2 },
  { id: "iam", client: "IAMClient", sdk: iam },
  { id: "organizations", client: "OrganizationsClient", sdk: organizations },
  { id: "sts", client: "STSClient", sdk: sts },
  { id: "iam", client: "IAMClient", sdk: iam, protocol: json[1] },
  { id: "sts", client: "STSClient", sdk: sts, protocol: json[0] },
];

/** The table alone: constraints would refuse the hostile texts. */
function model({ id, protocol }: Case): ServiceModel {
  const table = readFileSync(new URL(`../generated/${id}.json`, import.meta.url), "utf8");
  return loadModel(protocol === undefined ? table : table.replace('"query"', JSON.stringify(protocol.name)));
}

/** The operation and its input, whichever the protocol. */
function decode(service: ServiceModel, raw: RawRequest): [operation: string, input: unknown] {
  if (service.protocol === "rest-json") {
    const { operation, labels } = resolveRoute(service, raw.method, raw.rawPath);
    return [operation, decodeRest(service, operation, { ...raw, labels })];
  }
  if (service.protocol.startsWith("json")) {
    const target = raw.headers.find(([name]) => name.toLowerCase() === "x-amz-target")?.[1] ?? "";
    const operation = resolveTarget(service, target);
    return [operation, decodeJson(service, operation, raw.body)];
  }
  const tree = parseForm(raw.body);
  const operation = resolveOperation(service, tree);
  return [operation, decodeForm(service, operation, tree)];
}

function rawRequest(request: SentRequest): RawRequest {
  const headers = Object.entries(request.headers);
  const body = typeof request.body === "string" ? Buffer.from(request.body) : request.body;
  // As the SDK's HTTP handler writes it.
  const escape = (text: string) =>
    encodeURIComponent(text).replace(
      /[!'()*]/g,
      (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  const pairs = Object.entries(request.query).flatMap(([name, value]) =>
    [value].flat().map((each) => `${escape(name)}=${escape(each)}`),
  );
  return {
    method: request.method,
    rawPath: request.path,
    rawQuery: pairs.join("&"),
    headers,
    body: body ?? new Uint8Array(),
  };
}

/** What the SDK adds on its own: the fields of a presigned copy. */
function comparable(input: Record<string, unknown>, sent: Record<string, unknown>): Record<string, unknown> {
  const added = new Set(["PresignedUrl", "DestinationRegion"]);
  return Object.fromEntries(
    Object.entries(input).filter(([key]) => !added.has(key) || sent[key] === input[key]),
  );
}

function withoutMetadata(output: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(output).filter(([key]) => key !== "$metadata"));
}

const titled = cases.map((entry) => [`${entry.id} over ${model(entry).protocol}`, entry] as const);

describe.each(titled)("%s through the SDK's own client", (_title, entry) => {
  const sdk = entry.sdk as Sdk;
  const service = model(entry);

  it(`round-trips every operation, seed ${seed}`, { timeout: 60_000 * rounds }, async () => {
    const random = seededRandom(seed);
    const keys = new SigningKeyCache();
    const seen: { input?: unknown } = {};
    let compared = 0;
    // The matcher is slow on big values, so it only tells the first difference.
    let difference: [what: string, received: unknown, expected: unknown] | undefined;
    let output: Record<string, unknown> = {};
    const handle = (request: SentRequest) => {
      const raw = rawRequest(request);
      const [operation, input] = decode(service, raw);
      const parsed = parseSignature(raw);
      if (parsed !== "anonymous") {
        verifySignature(parsed, raw, { secret: credentials.secretAccessKey, now: new Date(), keys });
      } else if (!unsigned.has(operation)) throw new Error(`The SDK did not sign ${operation}`);
      seen.input = input;
      const reply = encodeResult(service, operation, { output, requestId: "request-1" });
      const headers = { "content-type": reply.contentType, ...reply.headers };
      return Promise.resolve({
        response: { statusCode: reply.status, headers, body: Buffer.from(reply.body) },
      });
    };
    const construct = sdk[entry.client]!;
    const client = new construct({
      region: "us-east-1",
      endpoint: "http://localhost",
      credentials,
      maxAttempts: 1,
      ...(entry.protocol === undefined ? {} : { protocol: entry.protocol.sdk }),
      requestHandler: { handle, metadata: { handlerProtocol: "http/1.1" } },
    });
    for (const operation of service.operationNames) {
      for (let round = 0; round < rounds; round += 1) {
        const input = randomInput(service, operation, random);
        output = randomOutput(service, operation, random);
        const command = sdk[`${operation}Command`]!;
        const result = await client.send(new command(input));
        const received = comparable(seen.input as Record<string, unknown>, input);
        const returned = withoutMetadata(result);
        if (!isDeepStrictEqual(received, input)) difference ??= [`input of ${operation}`, received, input];
        if (!isDeepStrictEqual(returned, output)) difference ??= [`output of ${operation}`, returned, output];
        compared += 1;
      }
    }
    expect(difference?.[1], `${difference?.[0]}, seed ${seed}`).toStrictEqual(difference?.[2]);
    expect(compared).toBe(service.operationNames.length * rounds);
  });
});
