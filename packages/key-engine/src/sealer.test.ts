import { createCipheriv, createHmac, hkdfSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openToken, rootKeyFromBytes, SealFault, sealer, sealToken, tokenJsonMax } from "./index.ts";
import type { Random, SealContext } from "./index.ts";

const rootBytes = Uint8Array.from({ length: 32 }, (_, at) => at);
const root = rootKeyFromBytes(rootBytes);
/** Counts up, so that every run draws the same. */
function counting(start = 100): Random {
  let next = start;
  return (size) => Uint8Array.from({ length: size }, () => next++ % 256);
}
const by = () => sealer(root, counting());
const context: SealContext = { purpose: "secret-access-key", account: "111122223333" };

describe("an envelope", () => {
  it("is what its description says, made here step by step from Node's own parts", () => {
    const purposeKey = Buffer.from(
      hkdfSync("sha256", rootBytes, "casemate/v1", "seal/secret-access-key", 32),
    );
    const drawn = Uint8Array.from({ length: 28 }, (_, at) => 100 + at);
    const head = Buffer.concat([Buffer.of(1), Buffer.from(root.id, "hex"), drawn]);
    const key = createHmac("sha256", purposeKey).update(head.subarray(0, 25)).digest();
    const cipher = createCipheriv("aes-256-gcm", key, head.subarray(25));
    const lengthed = (text: string) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(text.length * 2);
      return Buffer.concat([length, Buffer.from(text, "utf16le")]);
    };
    const names = ["account", "111122223333", "purpose", "secret-access-key"].map(lengthed);
    cipher.setAAD(Buffer.concat([head, ...names]));
    const body = Buffer.concat([cipher.update("hush", "utf8"), cipher.final(), cipher.getAuthTag()]);
    expect(by().seal("hush", context)).toBe(Buffer.concat([head, body]).toString("base64url"));
  });

  it("opens to what was sealed, and no two are alike", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.dictionary(fc.string(), fc.string()),
        (plain, more) => {
          const one = by();
          const bound = { ...more, purpose: "test" };
          const envelopes = [one.seal(plain, bound), one.seal(plain, bound)];
          expect(envelopes[0]).not.toBe(envelopes[1]);
          for (const envelope of envelopes) expect([...one.open(envelope, bound)]).toEqual([...plain]);
        },
      ),
    );
    expect(by().openText(by().seal("schlüssel \u{1F512}", context), context)).toBe("schlüssel \u{1F512}");
  });

  it("does not open when any one character is another", () => {
    const envelope = by().seal("a secret", context);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    fc.assert(
      fc.property(
        fc.nat({ max: envelope.length - 1 }),
        fc.constantFrom(...alphabet.split("")),
        (at, letter) => {
          fc.pre(envelope[at] !== letter);
          const changed = envelope.slice(0, at) + letter + envelope.slice(at + 1);
          expect(() => by().open(changed, context)).toThrow(SealFault);
        },
      ),
      { numRuns: 500 },
    );
    for (const odd of [
      "",
      "A",
      `${envelope}=`,
      ` ${envelope}`,
      `${envelope}\n`,
      `${envelope}AAAA`,
      envelope.slice(1),
    ]) {
      expect(() => by().open(odd, context)).toThrow(SealFault);
    }
    for (let length = 0; length < envelope.length; length += 1) {
      expect(() => by().open(envelope.slice(0, length), context)).toThrow(SealFault);
    }
  });

  it("does not open under another context, purpose or root key", () => {
    const envelope = by().seal("a secret", context);
    const others: SealContext[] = [
      { purpose: "secret-access-key" },
      { ...context, account: "111122223334" },
      { ...context, extra: "" },
      { ...context, purpose: "session-token" },
      { purpose: "secret-access-key", accoun: "t111122223333" },
      { purpose: "secret-access-keyaccount", "": "111122223333" },
      { purpose: "secret-access-key", account: "111122223333\ud800" },
    ];
    for (const other of others) expect(() => by().open(envelope, other)).toThrow(SealFault);
    const stranger = sealer(rootKeyFromBytes(rootBytes.toReversed()), counting());
    expect(() => stranger.open(envelope, context)).toThrow(SealFault);
  });

  it("tells apart texts that UTF-8 writes alike", () => {
    const envelope = by().seal("x", { purpose: "test", name: "\ud800" });
    expect(() => by().open(envelope, { purpose: "test", name: "\ud801" })).toThrow(SealFault);
    expect(() => by().open(envelope, { purpose: "test", name: "\ufffd" })).toThrow(SealFault);
  });

  it("sealed under an earlier root key opens after a change of keys", () => {
    const envelope = by().seal("old", context);
    const next = rootKeyFromBytes(rootBytes.toReversed());
    const after = sealer(next, counting(), [root]);
    expect(after.openText(envelope, context)).toBe("old");
    expect(() => by().open(after.seal("new", context), context)).toThrow(SealFault);
  });

  it("that is no text is not opened as text, and the message never says what was wrong", () => {
    const envelope = by().seal(Uint8Array.of(0xff), context);
    const messages = [() => by().openText(envelope, context), () => by().open("AAAA", context)].map(
      (work) => {
        try {
          work();
          return "opened";
        } catch (cause) {
          return (cause as Error).message;
        }
      },
    );
    expect(new Set(messages)).toEqual(new Set(["The envelope does not open."]));
  });
});

describe("a root key", () => {
  it("shows nothing of itself, and is 32 bytes that are not all the same", () => {
    expect(JSON.stringify(root)).toBe(JSON.stringify({ id: root.id }));
    expect(root.id).toMatch(/^[0-9a-f]{16}$/);
    for (const bad of [
      new Uint8Array(31),
      new Uint8Array(33),
      new Uint8Array(32),
      new Uint8Array(32).fill(7),
    ]) {
      expect(() => rootKeyFromBytes(bad)).toThrow(SealFault);
    }
    expect(() => sealer({ id: root.id }, counting()).seal("x", context)).toThrow(SealFault);
  });

  it("refuses a source of randomness that answers too little", () => {
    expect(() => sealer(root, () => new Uint8Array(3)).seal("x", context)).toThrow(SealFault);
  });
});

describe("a token", () => {
  it("gives back any JSON value, only for its own purpose", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const json = JSON.parse(JSON.stringify(value)) as unknown;
        const token = sealToken(by(), json, { purpose: "page" });
        expect(openToken(by(), token, { purpose: "page" })).toEqual(json);
        expect(() => openToken(by(), token, { purpose: "session" })).toThrow(SealFault);
      }),
    );
  });

  it("is shorter than its JSON when that repeats itself, and bounded", () => {
    const statement = { Effect: "Allow", Action: "ec2:DescribeInstances", Resource: "*" };
    const policy = { Statement: Array.from({ length: 20 }, () => statement) };
    expect(sealToken(by(), policy, { purpose: "session" }).length).toBeLessThan(
      JSON.stringify(policy).length / 5,
    );
    expect(() => sealToken(by(), "x".repeat(tokenJsonMax), { purpose: "page" })).toThrow(SealFault);
    expect(() => sealToken(by(), undefined, { purpose: "page" })).toThrow(SealFault);
  });

  it("does not open when it holds something else than a token", () => {
    for (const body of [Buffer.of(), Buffer.of(2, 1), Buffer.of(1, 7, 7, 7), Buffer.from("\0{")]) {
      expect(() => openToken(by(), by().seal(body, { purpose: "page" }), { purpose: "page" })).toThrow(
        SealFault,
      );
    }
  });
});
