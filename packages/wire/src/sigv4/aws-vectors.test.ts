// AWS's published SigV4 examples: the verifier takes each, and takes none whose signature has one bit
// changed.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseSignature, verifySignature, type RawRequest } from "../index.ts";

interface Vector {
  name: string;
  secret: string;
  now: string;
  method: string;
  rawPath: string;
  rawQuery: string;
  headers: [string, string][];
  body: string;
  authorization: string | null;
}
const file = new URL("./cases/aws-vectors.json", import.meta.url);
const vectors = JSON.parse(readFileSync(file, "utf8")) as Vector[];

function requestOf({ method, rawPath, rawQuery, headers, body, authorization }: Vector): RawRequest {
  const signed: [string, string][] = authorization === null ? [] : [["Authorization", authorization]];
  return { method, rawPath, rawQuery, headers: [...headers, ...signed], body: Buffer.from(body) };
}

function verify(vector: Vector): void {
  const request = requestOf(vector);
  const parsed = parseSignature(request);
  if (parsed === "anonymous") throw new Error("The vector is not signed");
  verifySignature(parsed, request, { secret: vector.secret, now: new Date(vector.now) });
}

const changed = (text: string) => text.replace(/[0-9a-f]$/, (digit) => (digit === "0" ? "1" : "0"));

describe("AWS's published signatures", () => {
  it.each(vectors.map((vector) => [vector.name, vector] as const))("%s is verified", (_name, vector) => {
    expect(() => verify(vector)).not.toThrow();
    const forged =
      vector.authorization === null
        ? { ...vector, rawQuery: changed(vector.rawQuery) }
        : { ...vector, authorization: changed(vector.authorization) };
    expect(() => verify(forged)).toThrow(expect.objectContaining({ reason: "mismatch" }));
  });
});
