/**
 * Self-contained tokens (session tokens, encoded authorization messages, page tokens): JSON, deflated where
 * that makes it shorter, and sealed. Whoever holds one can neither read nor change it.
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { SealFault } from "./seal-fault.ts";
import type { SealContext, Sealer } from "./sealer.ts";

/** The largest JSON a token may hold, in bytes. */
export const tokenJsonMax = 256 * 1024;

const plain = 0;
const deflated = 1;
// Tokens are short; the default of 16 KB would cost more to allocate than the work itself.
const chunkSize = 1024;

/**
 * The token of a JSON value.
 * @throws SealFault when the value is larger than `tokenJsonMax` or is not JSON
 */
export function sealToken(by: Sealer, value: unknown, context: SealContext): string {
  const text: unknown = JSON.stringify(value);
  if (typeof text !== "string") throw new SealFault("A token holds a JSON value.");
  const json = Buffer.from(text, "utf8");
  if (json.length > tokenJsonMax) throw new SealFault(`A token holds at most ${tokenJsonMax} bytes.`);
  const short = deflateRawSync(json, { level: 9, memLevel: 5, chunkSize });
  const [form, body] = short.length < json.length ? [deflated, short] : [plain, json];
  return by.seal(Buffer.concat([Buffer.of(form), body]), context);
}

/**
 * The value of a token.
 * @throws SealFault on any mismatch
 */
export function openToken(by: Sealer, token: string, context: SealContext): unknown {
  const bytes = by.open(token, context);
  try {
    const body = bytes.subarray(1);
    if (bytes[0] !== plain && bytes[0] !== deflated) throw new SealFault("Not a form of token.");
    const json =
      bytes[0] === plain ? body : inflateRawSync(body, { maxOutputLength: tokenJsonMax, chunkSize });
    return JSON.parse(Buffer.from(json).toString("utf8"));
  } catch (cause) {
    throw new SealFault("The token does not open.", { cause });
  }
}
