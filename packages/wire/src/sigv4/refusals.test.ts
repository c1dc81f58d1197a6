// What is refused although the signature may be right, and how each protocol says so.
import { describe, expect, it } from "vitest";
import {
  parseSignature,
  signatureFaultFor,
  SigningKeyCache,
  signRequest,
  verifySignature,
  type RawRequest,
  type SignatureReason,
  type Signing,
} from "../index.ts";

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
const now = new Date("2026-11-24T21:55:02Z");
const signing: Signing = { region: "us-east-1", service: "iam", time: now };
const plain: RawRequest = {
  method: "POST",
  rawPath: "/",
  rawQuery: "",
  headers: [["Host", "iam.localhost"]],
  body: Buffer.from("Action=ListUsers"),
};

function outcome(request: RawRequest, at: Partial<Parameters<typeof verifySignature>[2]> = {}): string {
  try {
    const parsed = parseSignature(request);
    if (parsed === "anonymous") return "anonymous";
    verifySignature(parsed, request, { secret: "secret", now, ...at });
    return "verified";
  } catch (error) {
    return `${(error as { reason: string }).reason}: ${(error as Error).message}`;
  }
}

const signed = (changes: Partial<Signing> = {}, request = plain) =>
  signRequest(request, credentials, { ...signing, ...changes });
const minutes = (count: number) => new Date(now.getTime() + count * 60_000);
const withHeader = (request: RawRequest, name: string, value: string): RawRequest => ({
  ...request,
  headers: [...request.headers, [name, value]],
});
const withoutHeader = (request: RawRequest, name: string): RawRequest => ({
  ...request,
  headers: request.headers.filter(([key]) => key.toLowerCase() !== name),
});
const authorized = (authorization: string): RawRequest =>
  withHeader(withHeader(plain, "X-Amz-Date", "20261124T215502Z"), "Authorization", authorization);

describe("a signature", () => {
  it("is verified in both forms", () => {
    expect(outcome(signed())).toBe("verified");
    expect(outcome(signed({ expiresSeconds: 60 }))).toBe("verified");
  });

  it("is absent from an anonymous request", () => {
    expect(outcome(plain)).toBe("anonymous");
  });

  it("lives five minutes in either direction", () => {
    expect(outcome(signed(), { now: minutes(5) })).toBe("verified");
    expect(outcome(signed(), { now: minutes(-5) })).toBe("verified");
    expect(outcome(signed(), { now: new Date(minutes(5).getTime() + 1) })).toBe(
      "expired: Signature expired: 20261124T215502Z is now earlier than 20261124T215502Z (20261124T220002Z - 5 min.)",
    );
    expect(outcome(signed(), { now: minutes(-6) })).toBe(
      "not-yet-current: Signature not yet current: 20261124T215502Z is still later than 20261124T215402Z (20261124T214902Z + 5 min.)",
    );
  });

  it("in a presigned query lives as long as it says, up to a week", () => {
    expect(outcome(signed({ expiresSeconds: 3600 }), { now: minutes(60) })).toBe("verified");
    expect(outcome(signed({ expiresSeconds: 3600 }), { now: minutes(61) })).toMatch(/^expired: /);
    expect(outcome(signed({ expiresSeconds: 604_800 }), { now: minutes(10_080) })).toBe("verified");
    expect(outcome(signed({ expiresSeconds: 604_801 }))).toMatch(/^incomplete: X-Amz-Expires/);
    expect(outcome(signed({ expiresSeconds: 0 }))).toMatch(/^incomplete: X-Amz-Expires/);
  });

  it("is refused for another region, service or day", () => {
    expect(outcome(signed(), { regions: ["eu-west-1"] })).toBe(
      "scope: Credential should be scoped to a valid region.",
    );
    expect(outcome(signed(), { service: "ec2" })).toBe(
      "scope: Credential should be scoped to correct service: 'ec2'.",
    );
    const { headers } = signed();
    const moved = headers.map(([name, value]): [string, string] => [
      name,
      value.replace("/20261124/", "/20261125/"),
    ]);
    expect(outcome({ ...plain, headers: moved })).toMatch(/^scope: Date in Credential scope does not match/);
  });

  it("has to cover host and every x-amz header", () => {
    expect(outcome(withHeader(signed(), "X-Amz-Target", "Other"))).toBe(
      "unsigned-header: 'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.",
    );
    const { headers } = signed();
    const hostless = headers.map(([name, value]): [string, string] => [
      name,
      value.replace("SignedHeaders=host;", "SignedHeaders="),
    ]);
    expect(outcome({ ...plain, headers: hostless })).toMatch(/^unsigned-header: 'Host'/);
  });

  it("does not survive a second host, a removed header or a second copy of itself", () => {
    expect(outcome(withHeader(signed(), "host", "other"))).toMatch(/^mismatch/);
    const tagged = signed({}, withHeader(plain, "X-Custom", "1"));
    expect(outcome(tagged)).toBe("verified");
    expect(outcome(withoutHeader(tagged, "x-custom"))).toMatch(/^mismatch/);
    const [, authorization] = signed().headers.find(([name]) => name === "authorization")!;
    expect(outcome(withHeader(signed(), "Authorization", authorization))).toMatch(/^incomplete/);
    expect(outcome({ ...signed(), rawQuery: signed({ expiresSeconds: 60 }).rawQuery })).toMatch(
      /^incomplete/,
    );
  });

  it("covers the body as received, and only S3 and EBS take an unhashed one", () => {
    expect(outcome({ ...signed(), body: Buffer.from("Action=DeleteUser") })).toMatch(/^payload/);
    const bare = withHeader(plain, "x-amz-content-sha256", "UNSIGNED-PAYLOAD");
    expect(outcome(withoutHash(signed({}, bare)))).toMatch(/^payload/);
  });

  it.each([
    [
      "AWS4-HMAC-SHA256 Credential=AKID",
      /^incomplete: Authorization header requires 'Signature' parameter\. Authorization header requires 'SignedHeaders' parameter\. \(Hashed/,
    ],
    ["Bearer token", /^incomplete: Unsupported AWS 'algorithm'/],
    ["AWS AKID:signature", /^incomplete: Unsupported AWS 'algorithm'/],
    ["AWS4-HMAC-SHA256 nonsense", /^incomplete: not a valid key=value pair/],
    [
      "AWS4-HMAC-SHA256 Credential=A/20261124/us-east-1/iam, SignedHeaders=host, Signature=00",
      /^incomplete: Credential must/,
    ],
    [
      "AWS4-HMAC-SHA256 Credential=A/20261124/us-east-1/iam/aws5_request, SignedHeaders=host, Signature=00",
      /^scope: Credential should be scoped with a valid terminator/,
    ],
    [
      "AWS4-HMAC-SHA256 Credential=A/20261124/us-east-1/iam/aws4_request, SignedHeaders=host;Host, Signature=00",
      /^incomplete: SignedHeaders/,
    ],
    [
      "AWS4-HMAC-SHA256 Credential=A/20261124/us-east-1/iam/aws4_request, SignedHeaders=x-amz-date;host, Signature=00",
      /^incomplete: SignedHeaders/,
    ],
    [
      "AWS4-HMAC-SHA256 Credential=A/20261124/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=00",
      /^mismatch/,
    ],
    [
      "AWS4-HMAC-SHA256 Credential=A/20261124/us-east-1/iam/aws4_request, Credential=B, SignedHeaders=host, Signature=00",
      /^incomplete: Duplicate/,
    ],
  ])("is not read from %s", (authorization, expected) => {
    expect(outcome(authorized(authorization))).toMatch(expected);
  });
});

function withoutHash(request: RawRequest): RawRequest {
  const seen = new Set<string>();
  const headers = request.headers.filter(([name]) => {
    const first = !seen.has(name);
    seen.add(name);
    return name !== "x-amz-content-sha256" || first;
  });
  return { ...request, headers };
}

describe("the cache of signing keys", () => {
  it("is bounded and never confuses secrets", () => {
    const keys = new SigningKeyCache(2);
    const scope = { day: "20261124", region: "us-east-1", service: "ec2" };
    const first = keys.derive("one", scope);
    expect(keys.derive("two", scope).equals(first)).toBe(false);
    expect(keys.derive("one", scope)).toBe(first);
    keys.derive("three", scope);
    expect(keys.size).toBe(2);
    expect(keys.derive("one", scope)).toBe(first);
    expect(outcome(signed(), { keys, secret: "secret" })).toBe("verified");
    expect(outcome(signed(), { keys, secret: "other" })).toMatch(/^mismatch/);
  });
});

describe("a refused signature is answered as the service would", () => {
  const table: Record<SignatureReason, [ec2: string, query: string, json: string]> = {
    missing: [
      "MissingParameter 400",
      "MissingAuthenticationToken 403",
      "MissingAuthenticationTokenException 400",
    ],
    incomplete: ["IncompleteSignature 400", "IncompleteSignature 403", "IncompleteSignatureException 400"],
    "unsigned-header": [
      "SignatureDoesNotMatch 403",
      "SignatureDoesNotMatch 403",
      "InvalidSignatureException 400",
    ],
    expired: ["RequestExpired 400", "SignatureDoesNotMatch 403", "InvalidSignatureException 400"],
    "not-yet-current": ["AuthFailure 401", "SignatureDoesNotMatch 403", "InvalidSignatureException 400"],
    scope: ["AuthFailure 401", "SignatureDoesNotMatch 403", "InvalidSignatureException 400"],
    payload: ["SignatureDoesNotMatch 403", "SignatureDoesNotMatch 403", "InvalidSignatureException 400"],
    mismatch: ["SignatureDoesNotMatch 403", "SignatureDoesNotMatch 403", "InvalidSignatureException 400"],
    "unknown-key": ["AuthFailure 401", "InvalidClientTokenId 403", "UnrecognizedClientException 400"],
    "invalid-token": ["AuthFailure 401", "InvalidClientTokenId 403", "UnrecognizedClientException 400"],
    "expired-token": ["RequestExpired 400", "ExpiredToken 403", "ExpiredTokenException 400"],
  };
  it.each(Object.entries(table))("%s", (reason, expected) => {
    const answers = (["ec2", "query", "json1.1"] as const).map((protocol) => {
      const { code, status, message } = signatureFaultFor(protocol, { reason: reason as SignatureReason });
      expect(message).not.toBe("");
      return `${code} ${status}`;
    });
    expect(answers).toEqual(expected);
  });
});
