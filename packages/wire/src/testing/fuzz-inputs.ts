// Hostile bytes for the decoders: half well-formed, half broken, so that they get past the first check.
import { encodeUri } from "../sigv4/uri-encoding.ts";
import type { RawRequest } from "../sigv4/raw-request.ts";
import type { ServiceModel } from "../service-model.ts";
import { below, pick, type Random } from "./random.ts";

const keyParts = [
  ..."Action Version Filter Value Name member entry key value Tags Tag InstanceId DryRun MaxResults".split(
    " ",
  ),
  ..."UserName BlockDeviceMapping Ebs VolumeSize NetworkInterface SecurityGroupId".split(" "),
  ..."1 2 0 01 10001 -1 1e3 999999999999 __proto__ constructor toString hasOwnProperty".split(" "),
  "",
];
const values = [
  ..."true True 1 -1 01 0x10 1e3 2147483648 9007199254740993 NaN i-0123456789abcdef0 aGk= aGk a=b&c".split(
    " ",
  ),
  ..."2026-02-30T00:00:00Z 2026-11-24T21:55:02Z DescribeInstances 2016-11-15 ListUsers 2010-05-08".split(" "),
  "",
  " 1",
  "\0",
  "\ufffe",
  "😀",
  "%",
  "<&>",
];

const utf8 = new TextEncoder();

/** The body of a form. */
export function fuzzForm(random: Random): Uint8Array {
  const pairs = Array.from({ length: below(random, 8) }, () => {
    const key = Array.from({ length: 1 + below(random, 5) }, () => pick(random, keyParts)).join(".");
    const value = pick(random, values);
    const encode = (text: string) => (random() < 0.9 ? encodeUri(text) : text);
    return random() < 0.95 ? `${encode(key)}=${encode(value)}` : encode(key);
  });
  const action = pick(random, ["DescribeInstances", "RunInstances", "CreateUser", "ListUsers", "AssumeRole"]);
  if (random() < 0.7) pairs.push(`Action=${action}`, "Version=2016-11-15");
  return damage(random, utf8.encode(pairs.join("&")));
}

/** A JSON body. */
export function fuzzJson(random: Random): Uint8Array {
  const value = (depth: number): unknown => {
    if (depth > 5 || random() < 0.4) {
      return pick(random, [
        null,
        true,
        0,
        -1,
        1e300,
        1.5,
        "",
        "x",
        "aGk=",
        "2026-11-24T21:55:02Z",
        "\ud800",
        ...values,
      ]);
    }
    const length = below(random, 4);
    if (random() < 0.4) return Array.from({ length }, () => value(depth + 1));
    return Object.fromEntries(Array.from({ length }, () => [pick(random, keyParts), value(depth + 1)]));
  };
  const text =
    random() < 0.02 ? pick(random, ["[", '{"a":']).repeat(below(random, 5_000)) : JSON.stringify(value(0));
  return damage(random, utf8.encode(text));
}

/** A request of a REST service whose path, query and body are nearly right. */
export function fuzzRest(model: ServiceModel, random: Random): RawRequest {
  const [method, path] = model.httpOf(pick(random, model.operationNames));
  const labels = ["a", "arn%3Aaws%3Aiam", "%2F", "..", "%2e%2e", "%zz", "%C3", "a/b", "", "😀", "+", "{x}"];
  const filled = path.replace(/\{\w+\+?\}/g, () => pick(random, labels));
  const names = [
    "analyzerArn",
    "maxResults",
    "nextToken",
    "type",
    "tagKeys",
    "clientToken",
    "X-Amz-Date",
    "__proto__",
  ];
  const query = Array.from({ length: below(random, 4) }, () => {
    const value = pick(random, values);
    return `${pick(random, names)}=${random() < 0.8 ? encodeUri(value) : value}`;
  }).join("&");
  return {
    method: random() < 0.95 ? method : pick(random, ["GET", "POST", "PUT", "DELETE", "HEAD", ""]),
    rawPath: random() < 0.8 ? filled : text(damage(random, utf8.encode(filled))),
    rawQuery: random() < 0.8 ? query : text(damage(random, utf8.encode(query))),
    headers: [["content-type", "application/json"]],
    body: random() < 0.3 ? new Uint8Array() : fuzzJson(random),
  };
}

/** A request whose signature is nearly right. */
export function fuzzRequest(random: Random): RawRequest {
  const date = pick(random, [
    "20261124T215502Z",
    "20261124T215502",
    "20261324T215502Z",
    "99999999T999999Z",
    "",
    "0",
  ]);
  const scope = pick(random, [
    "20261124/us-east-1/ec2/aws4_request",
    "20261124/us-east-1/ec2",
    "/////",
    "a/b/c/d/e/f/g",
  ]);
  const names = pick(random, [
    "host;x-amz-date",
    "host",
    "Host;host",
    "x-amz-date;host",
    "",
    ";",
    "host;host",
    "__proto__",
  ]);
  const signature = random() < 0.7 ? "0123456789abcdef".repeat(4) : pick(random, values);
  const fields = [`Credential=AKIDEXAMPLE/${scope}`, `SignedHeaders=${names}`, `Signature=${signature}`];
  if (random() < 0.2) fields.splice(below(random, 3), 1);
  if (random() < 0.1) fields.push(pick(random, fields));
  const scheme = pick(random, [
    "AWS4-HMAC-SHA256",
    "AWS4-HMAC-SHA256",
    "AWS4-HMAC-SHA256",
    "Bearer",
    "AWS",
    "",
  ]);
  const separator = pick(random, [", ", ",", " ", ""]);
  const headers: [string, string][] = [["Host", pick(random, ["ec2.localhost", "", " a  b ", "\u00e9"])]];
  const authorization = `${scheme} ${fields.join(separator)}`;
  if (random() < 0.8) headers.push(["Authorization", text(damage(random, utf8.encode(authorization)))]);
  if (random() < 0.8) headers.push([pick(random, ["X-Amz-Date", "x-amz-date", "Date"]), date]);
  if (random() < 0.1)
    headers.push(["X-Amz-Content-Sha256", pick(random, ["UNSIGNED-PAYLOAD", "", ...values])]);
  const query = [
    `X-Amz-Algorithm=${scheme}`,
    `X-Amz-Credential=${encodeUri(`A/${scope}`)}`,
    `X-Amz-Date=${date}`,
    `X-Amz-Expires=${pick(random, ["60", "0", "1e3", "604801", ""])}`,
    `X-Amz-SignedHeaders=${encodeUri(names)}`,
    `X-Amz-Signature=${signature}`,
  ].join("&");
  const rawQuery =
    random() < 0.4
      ? text(damage(random, utf8.encode(query)))
      : pick(random, ["", "a=b&a=%zz", "%", "a&b=+", "&&="]);
  const rawPath = pick(random, ["/", "", "/a/../..//b/./%2e%2E/", "/%", "/%zz", "//", "/é\ud800"]);
  return {
    method: pick(random, ["GET", "POST", "", "\n"]),
    rawPath,
    rawQuery,
    headers,
    body: fuzzForm(random),
  };
}

/**
 * Leaves half of the inputs alone; to the others it does one to four things that a hostile client could do.
 */
function damage(random: Random, bytes: Uint8Array): Uint8Array {
  if (random() < 0.5) return bytes;
  let result = [...bytes];
  for (let times = 1 + below(random, 4); times > 0; times -= 1) {
    const at = below(random, result.length + 1);
    const kind = random();
    if (kind < 0.3) result.splice(at, 1);
    else if (kind < 0.6) result.splice(at, 0, below(random, 256));
    else if (kind < 0.8) result[at] = below(random, 256);
    else if (kind < 0.9) result = result.slice(0, at);
    else result.splice(at, 0, ...result.slice(at, at + 20));
  }
  return Uint8Array.from(result, (byte) => byte ?? 0);
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}
