// The SDK's own signer as a second opinion: whatever it signs is verified, and our signer writes the same
// signature.
import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseSignature, signRequest, verifySignature, type RawRequest } from "../index.ts";

const credentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  sessionToken: "AQoDYXdzEJr+/=token",
};
const now = new Date("2026-11-24T21:55:02Z");

/** The hash in the shape that the SDK asks for. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | Uint8Array) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret);
  }
  update(content: string | Uint8Array): void {
    this.#hash.update(content);
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(Uint8Array.from(this.#hash.digest()));
  }
  reset(): void {
    throw new Error("A hash is used once");
  }
}

const signer = new SignatureV4({
  credentials,
  region: "eu-central-1",
  service: "ec2",
  sha256: Sha256 as never,
  uriEscapePath: true,
});

const text = fc.string({ unit: "grapheme", maxLength: 12 });
const headerValue = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);
const requests = fc.record({
  method: fc.constantFrom("GET", "POST", "PUT"),
  segments: fc.array(text, { maxLength: 4 }),
  query: fc.dictionary(
    text.filter((name) => name !== "" && !/^x-amz-/i.test(name) && name !== "__proto__"),
    text,
    {
      maxKeys: 4,
    },
  ),
  extra: fc.dictionary(fc.stringMatching(/^x-[b-z]{1,8}$/), headerValue, { maxKeys: 3 }),
  body: fc.uint8Array({ maxLength: 60 }),
});
type Generated = typeof requests extends fc.Arbitrary<infer T> ? T : never;

function sdkRequest({ method, segments, query, extra, body }: Generated) {
  const path = `/${segments.map(encodeURIComponent).join("/")}`;
  const headers: Record<string, string> = { host: "ec2.localhost:4566", ...extra };
  return { method, protocol: "http:", hostname: "ec2.localhost", path, query, headers, body };
}

/** The request as it goes over the wire. */
function wireRequest(signed: Record<string, unknown>): RawRequest {
  const query = signed["query"] as Record<string, string>;
  const pairs = Object.entries(query).map(
    ([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`,
  );
  return {
    method: String(signed["method"]),
    rawPath: String(signed["path"]),
    rawQuery: pairs.join("&"),
    headers: Object.entries(signed["headers"] as Record<string, string>),
    body: signed["body"] as Uint8Array,
  };
}

function verify(request: RawRequest): void {
  const parsed = parseSignature(request);
  if (parsed === "anonymous") throw new Error("The request is not signed");
  expect(parsed.sessionToken).toBe(credentials.sessionToken);
  const expected = { regions: ["eu-central-1"], service: "ec2" };
  verifySignature(parsed, request, { secret: credentials.secretAccessKey, now, ...expected });
}

describe("the SDK's signer", () => {
  it("signs in headers what is verified here, and our signer agrees with it", async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (generated) => {
        const request = sdkRequest(generated);
        const signed = wireRequest((await signer.sign(request as never, { signingDate: now })) as never);
        verify(signed);
        const unsigned = wireRequest({ ...request, headers: request.headers });
        const ours = signRequest(unsigned, credentials, {
          region: "eu-central-1",
          service: "ec2",
          time: now,
        });
        const signatureOf = ({ headers }: RawRequest) =>
          headers.find(([name]) => name.toLowerCase() === "authorization")?.[1];
        expect(signatureOf(ours)).toBe(signatureOf(signed));
        verify(ours);
      }),
      { numRuns: 300 },
    );
  });

  it("signs in the query what is verified here", async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (generated) => {
        const options = { signingDate: now, expiresIn: 60, unhoistableHeaders: new Set<string>() };
        const presigned = await signer.presign(
          { ...sdkRequest(generated), body: undefined } as never,
          options,
        );
        verify({ ...wireRequest(presigned as never), body: Buffer.alloc(0) });
      }),
      { numRuns: 300 },
    );
  });

  it("would notice any changed byte of the body, the path, the query, a header or the token", async () => {
    await fc.assert(
      fc.asyncProperty(requests, fc.nat(5), async (generated, which) => {
        const request = wireRequest(
          (await signer.sign(sdkRequest(generated) as never, { signingDate: now })) as never,
        );
        const replace = (name: string): RawRequest["headers"] =>
          request.headers.map(([key, value]) =>
            key.toLowerCase() === name ? [key, `${value}x`] : [key, value],
          );
        const forgeries: Partial<RawRequest>[] = [
          { body: Buffer.concat([request.body, Buffer.from("x")]) },
          { rawPath: `${request.rawPath}x` },
          { rawQuery: `${request.rawQuery}&x=` },
          { headers: replace("host") },
          { headers: replace("x-amz-security-token") },
          { method: "DELETE" },
        ];
        expect(() => {
          const forged = { ...request, ...forgeries[which] };
          const parsed = parseSignature(forged);
          if (parsed !== "anonymous")
            verifySignature(parsed, forged, { secret: credentials.secretAccessKey, now });
        }).toThrow(expect.objectContaining({ name: "SignatureFault" }));
      }),
      { numRuns: 200 },
    );
  });
});
