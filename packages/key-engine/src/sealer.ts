/**
 * Sealing of secrets: AES-256-GCM under a key of its own per envelope, bound to a context. An envelope
 * opens only with the same root key and exactly the same context; one changed bit anywhere is refused.
 */
import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";
import type { Random } from "./random.ts";
import { deriveKey } from "./root-key.ts";
import type { RootKey } from "./root-key.ts";
import { SealFault } from "./seal-fault.ts";

/** What an envelope is for and whose it is; `purpose` also chooses the key. */
export type SealContext = Readonly<Record<string, string>> & { readonly purpose: string };

/** Seals and opens. */
export interface Sealer {
  /** The envelope of `plain` as base64url text; two envelopes of the same text have nothing in common. */
  seal(plain: Uint8Array | string, context: SealContext): string;
  /** What was sealed. @throws SealFault on any mismatch */
  open(envelope: string, context: SealContext): Uint8Array;
  /** The same as text. @throws SealFault also when it is not UTF-8 */
  openText(envelope: string, context: SealContext): string;
}

// version 1 | root key id 8 | salt 16 | nonce 12 | ciphertext | tag 16
const version = 1;
const saltAt = 9;
const nonceAt = 25;
const bodyAt = 37;
const tagSize = 16;

/** The size of an envelope, in bytes before base64url, beyond what it holds. */
export const sealOverhead = bodyAt + tagSize;

/** The longest envelope that is looked at, in characters. */
export const envelopeLengthMax = 16 * 1024 * 1024;

/** A sealer that seals under `root` and opens what `root` or one of the `previous` root keys has sealed. */
export function sealer(root: RootKey, random: Random, previous: readonly RootKey[] = []): Sealer {
  const roots = new Map([...previous, root].map((key) => [key.id, keysOf(key)]));
  const open = (envelope: string, context: SealContext): Uint8Array => openWith(roots, envelope, context);
  return Object.freeze({
    seal: (plain: Uint8Array | string, context: SealContext) => {
      const head = Buffer.concat([Buffer.of(version), Buffer.from(root.id, "hex"), drawn(random, 28)]);
      const key = envelopeKey((roots.get(root.id) as PurposeKeys)(context.purpose), head);
      const cipher = createCipheriv("aes-256-gcm", key, head.subarray(nonceAt, bodyAt));
      cipher.setAAD(additionalBytes(head, context));
      const body = [
        cipher.update(typeof plain === "string" ? Buffer.from(plain, "utf8") : plain),
        cipher.final(),
      ];
      return Buffer.concat([head, ...body, cipher.getAuthTag()]).toString("base64url");
    },
    open,
    openText: (envelope: string, context: SealContext) => {
      try {
        return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(open(envelope, context));
      } catch (cause) {
        throw refused(cause);
      }
    },
  });
}

type PurposeKeys = (purpose: string) => Buffer;

function keysOf(root: RootKey): PurposeKeys {
  const keys = new Map<string, Buffer>();
  return (purpose) => {
    let key = keys.get(purpose);
    if (key === undefined) {
      key = deriveKey(root, purpose);
      // Purposes are few and fixed; a caller that makes them up must not grow this without bound.
      if (keys.size < 100) keys.set(purpose, key);
    }
    return key;
  };
}

function openWith(
  roots: ReadonlyMap<string, PurposeKeys>,
  envelope: string,
  context: SealContext,
): Uint8Array {
  if (envelope.length > envelopeLengthMax) throw refused();
  const bytes = Buffer.from(envelope, "base64url");
  // Buffer skips what is not base64url; only the one canonical text of an envelope is taken.
  if (bytes.length < sealOverhead || bytes.toString("base64url") !== envelope) throw refused();
  const keys = roots.get(bytes.toString("hex", 1, saltAt));
  if (bytes[0] !== version || keys === undefined) throw refused();
  const head = bytes.subarray(0, bodyAt);
  const key = envelopeKey(keys(context.purpose), head);
  const decipher = createDecipheriv("aes-256-gcm", key, head.subarray(nonceAt), { authTagLength: tagSize });
  decipher.setAAD(additionalBytes(head, context));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagSize));
  const plain = decipher.update(bytes.subarray(bodyAt, bytes.length - tagSize));
  try {
    return Buffer.concat([plain, decipher.final()]);
  } catch (cause) {
    throw refused(cause);
  }
}

/**
 * A key per envelope, so that the number of envelopes is not bounded by how often a 96-bit nonce may be
 * drawn.
 */
function envelopeKey(purposeKey: Buffer, head: Buffer): Buffer {
  return createHmac("sha256", purposeKey).update(head.subarray(0, nonceAt)).digest();
}

/**
 * The head and the context, each name and value behind its length, in order of name: no two contexts write
 * the same.
 */
function additionalBytes(head: Buffer, context: SealContext): Buffer {
  const names = Object.keys(context).sort();
  const parts = names.flatMap((name) => [withLength(name), withLength(context[name] as string)]);
  return Buffer.concat([head, ...parts]);
}

function withLength(text: string): Buffer {
  // UTF-16, because UTF-8 maps every unpaired surrogate to the same bytes.
  const bytes = Buffer.from(text, "utf16le");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function drawn(random: Random, size: number): Uint8Array {
  const bytes = random(size);
  if (bytes.length !== size) throw new SealFault("The source of randomness answers too few bytes.");
  return bytes;
}

function refused(cause?: unknown): SealFault {
  return new SealFault("The envelope does not open.", { cause });
}
