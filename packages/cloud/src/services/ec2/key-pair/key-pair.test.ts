import type { DescribeKeyPairsResult, ImportKeyPairResult, KeyPair } from "@casemate/wire/ec2";
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { openTestWorld, type TestWorld } from "../testing-world.ts";
import { rootOf, testNow } from "../testing.ts";
import { keyPairs, keyPairsPerRegionMax } from "./key-pair.ts";
import { createKeyPair, deleteKeyPair, describeKeyPairs, importKeyPair } from "./operations.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("key pairs", () => {
  let world: TestWorld;

  beforeEach(async () => {
    world = await openTestWorld();
  });

  const create = (input: object): KeyPair =>
    world.run(createKeyPair, { KeyName: "mine", KeyType: "ed25519", ...input });
  const list = (input: object = {}, caller = {}) =>
    world.run<DescribeKeyPairsResult>(describeKeyPairs, input, caller).KeyPairs!;
  const publicLine = (KeyName: string) =>
    list({ KeyNames: [KeyName], IncludePublicKey: true })[0]!.PublicKey!;

  it.each([
    [{}, "rsa", /^-----BEGIN RSA PRIVATE KEY-----\n/, /^([0-9a-f]{2}:){19}[0-9a-f]{2}$/],
    [{ KeyType: "ed25519" }, "ed25519", /^-----BEGIN OPENSSH PRIVATE KEY-----\n/, /^[A-Za-z0-9+/]{43}=$/],
    [{ KeyType: "ed25519", KeyFormat: "ppk" }, "ed25519", /^PuTTY-User-Key-File-2: ssh-ed25519\r\n/, /=$/],
    [{ KeyType: "rsa", KeyFormat: "ppk" }, "rsa", /^PuTTY-User-Key-File-2: ssh-rsa\r\n/, /:/],
  ])("of %j are made: %s", (input, type, material, fingerprint) => {
    const made = world.run<KeyPair>(createKeyPair, { KeyName: "mine", ...input });
    expect(made).toMatchObject({ KeyName: "mine", Tags: [] });
    expect(made.KeyMaterial).toMatch(material);
    expect(made.KeyFingerprint).toMatch(fingerprint);
    expect(list()).toEqual([
      {
        KeyPairId: made.KeyPairId,
        KeyName: "mine",
        KeyType: type,
        KeyFingerprint: made.KeyFingerprint,
        CreateTime: new Date(testNow),
        Tags: [],
      },
    ]);
  });

  it("hand out the private half once and keep only the public one, which belongs to it", () => {
    const { KeyMaterial } = world.run<KeyPair>(createKeyPair, { KeyName: "mine" });
    const [row] = world.store.read((tx) => [...tx.scan(keyPairs.collection)]);
    expect(JSON.stringify(row)).not.toContain("PRIVATE");
    const jwk = createPublicKey(createPrivateKey(KeyMaterial!)).export({ format: "jwk" });
    const modulus = Buffer.from(jwk.n!, "base64url").toString("hex");
    const kept = Buffer.from(publicLine("mine").split(" ")[1]!, "base64").toString("hex");
    expect(kept).toContain(modulus);
  });

  it("are imported as an OpenSSH line, whose comment becomes the name", () => {
    create({ KeyName: "first" });
    const [type, blob] = publicLine("first").split(" ");
    const made = world.run<ImportKeyPairResult>(importKeyPair, {
      KeyName: "second",
      PublicKeyMaterial: bytes(`${type} ${blob} somebody@somewhere\n`),
    });
    expect(made.KeyFingerprint).toBe(createHash("sha256").update(blob!, "base64").digest("base64"));
    expect(publicLine("second")).toBe(`${type} ${blob} second`);
    expect(list({ KeyNames: ["second"] })[0]?.KeyType).toBe("ed25519");
  });

  it("are imported as PEM, base64 of DER and RFC 4716, with the fingerprint AWS computes of an imported RSA key", () => {
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const der = publicKey.export({ format: "der", type: "spki" });
    const md5 = createHash("md5").update(der).digest("hex").match(/../g)!.join(":");
    const { n, e } = publicKey.export({ format: "jwk" });
    const field = (part: Buffer): Buffer => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(part.length);
      return Buffer.concat([length, part]);
    };
    // A number whose first bit is set is written with a zero byte before it.
    const modulus = Buffer.concat([Buffer.alloc(1), Buffer.from(n!, "base64url")]);
    const blob = Buffer.concat([Buffer.from("ssh-rsa"), Buffer.from(e!, "base64url"), modulus].map(field));
    const ssh2 = [
      "---- BEGIN SSH2 PUBLIC KEY ----",
      blob.toString("base64"),
      "---- END SSH2 PUBLIC KEY ----",
    ];
    const forms = {
      ssh2: bytes(ssh2.join("\n")),
      pem: bytes(publicKey.export({ format: "pem", type: "spki" }).toString()),
      base64: bytes(der.toString("base64")),
    };
    for (const [KeyName, PublicKeyMaterial] of Object.entries(forms)) {
      const made = world.run<ImportKeyPairResult>(importKeyPair, { KeyName, PublicKeyMaterial });
      expect([KeyName, made.KeyFingerprint]).toEqual([KeyName, md5]);
    }
    expect(new Set(Object.keys(forms).map((name) => publicLine(name).split(" ")[1])).size).toBe(1);
  });

  it.each(["", "nonsense", "ssh-dss AAAA", "ssh-rsa AAAAB3NzaC1yc2E"])("are not imported from %j", (text) => {
    const input = { KeyName: "mine", PublicKeyMaterial: bytes(text) };
    expect(world.faultOf(importKeyPair, input)).toEqual({
      code: "InvalidKey.Format",
      message: "Key is not in valid OpenSSH public key format",
    });
    expect(list()).toEqual([]);
  });

  it.each(["", "a\u0000b", "clé", " padded", "x".repeat(256)])("cannot be called %j", (KeyName) => {
    expect(world.faultOf(createKeyPair, { KeyName }).code).toBe("InvalidParameterValue");
  });

  it("are named once in an account and region", () => {
    create({});
    const duplicate = { code: "InvalidKeyPair.Duplicate", message: "The keypair already exists: mine" };
    expect(world.faultOf(createKeyPair, { KeyName: "mine" })).toEqual(duplicate);
    const imported = { KeyName: "mine", PublicKeyMaterial: bytes(publicLine("mine")) };
    expect(world.faultOf(importKeyPair, imported)).toEqual(duplicate);
    const elsewhere = { KeyName: "mine", KeyType: "ed25519" };
    world.run(createKeyPair, elsewhere, { region: "eu-west-1" });
    world.run(createKeyPair, elsewhere, { principal: rootOf("444455556666") });
    expect(list()).toHaveLength(1);
  });

  it("are limited in number", () => {
    create({});
    const [row] = world.store.read((tx) => [...tx.scan(keyPairs.collection)]);
    world.store.transaction((tx) => {
      for (let index = 1; index < keyPairsPerRegionMax; index += 1) {
        const digits = String(index).padStart(16, "0");
        keyPairs.put(tx, { ...row!, id: `key-1${digits}`, name: `k${digits}` });
      }
    });
    expect(world.faultOf(createKeyPair, { KeyName: "more" }).code).toBe("KeyPairLimitExceeded");
  });

  it.each<[object, readonly string[]]>([
    [{}, ["a", "b"]],
    [{ KeyNames: ["b"] }, ["b"]],
    [{ Filters: [{ Name: "key-name", Values: ["a*"] }] }, ["a"]],
    [{ Filters: [{ Name: "tag:team", Values: ["x"] }] }, ["b"]],
    [{ KeyNames: ["b"], Filters: [{ Name: "key-name", Values: ["a"] }] }, []],
  ])("are found by %j", (input, expected) => {
    create({ KeyName: "a" });
    create({
      KeyName: "b",
      TagSpecifications: [{ ResourceType: "key-pair", Tags: [{ Key: "team", Value: "x" }] }],
    });
    expect(new Set(list(input).map(({ KeyName }) => KeyName))).toEqual(new Set(expected));
  });

  it("are found by id, and show the public key when asked", () => {
    const { KeyPairId } = create({});
    const [shown] = list({ KeyPairIds: [KeyPairId] });
    expect(shown).not.toHaveProperty("PublicKey");
    expect(publicLine("mine")).toMatch(/^ssh-ed25519 [A-Za-z0-9+/=]+ mine$/);
  });

  it.each<[object, string]>([
    [{ KeyNames: ["absent"] }, "InvalidKeyPair.NotFound"],
    [{ KeyPairIds: ["key-0aaaaaaaaaaaaaaaa"] }, "InvalidKeyPair.NotFound"],
    [{ KeyPairIds: ["mine"] }, "InvalidKeyPairId.Malformed"],
    [{ Filters: [{ Name: "color", Values: ["x"] }] }, "InvalidParameterValue"],
  ])("are not described by %j: %s", (input, code) => {
    expect(world.faultOf(describeKeyPairs, input).code).toBe(code);
  });

  it("are deleted by name or id, and a name that is not there is no fault", () => {
    const { KeyPairId } = create({});
    expect(world.run(deleteKeyPair, { KeyName: "mine" })).toEqual({ Return: true, KeyPairId });
    expect(world.run(deleteKeyPair, { KeyName: "mine" })).toEqual({ Return: true });
    const again = create({});
    world.run(deleteKeyPair, { KeyPairId: again.KeyPairId });
    expect(list()).toEqual([]);
    expect(world.faultOf(deleteKeyPair, { KeyPairId: again.KeyPairId }).code).toBe("InvalidKeyPair.NotFound");
    expect(world.faultOf(deleteKeyPair, {}).code).toBe("MissingParameter");
  });

  it("are all shown, because the answer has no pages", () => {
    create({ KeyName: "first" });
    const PublicKeyMaterial = bytes(publicLine("first"));
    for (let made = 0; made < 1000; made += 1) {
      world.run(importKeyPair, { KeyName: `more-${made}`, PublicKeyMaterial });
    }
    expect(list()).toHaveLength(1001);
  });

  it("of a stranger are not deleted", () => {
    const { KeyPairId } = create({});
    const stranger = { principal: rootOf("444455556666") };
    expect(world.run(deleteKeyPair, { KeyName: "mine" }, stranger)).toEqual({ Return: true });
    expect(world.faultOf(deleteKeyPair, { KeyPairId }, stranger).code).toBe("InvalidKeyPair.NotFound");
    expect(list()).toHaveLength(1);
  });

  it("state their needs by name, with the type where it is known and the tags of what is there", () => {
    const arn = "arn:aws:ec2:us-east-1:111122223333:key-pair/mine";
    const TagSpecifications = [{ ResourceType: "key-pair", Tags: [{ Key: "team", Value: "" }] }];
    const [made, tagged] = world.needsOf(createKeyPair, { KeyName: "mine", TagSpecifications });
    expect(made).toMatchObject({
      action: "ec2:CreateKeyPair",
      target: { arn, keys: { "ec2:KeyPairName": "mine", "ec2:KeyPairType": "rsa" } },
      keys: { "aws:TagKeys": ["team"], "aws:RequestTag/team": "" },
    });
    expect(tagged).toMatchObject({ action: "ec2:CreateTags", keys: { "ec2:CreateAction": "CreateKeyPair" } });
    const imported = { KeyName: "mine", PublicKeyMaterial: bytes("x") };
    expect(world.needsOf(importKeyPair, imported)[0]?.target.keys).toEqual({ "ec2:KeyPairName": "mine" });
    const { KeyPairId } = create({ TagSpecifications });
    for (const input of [{ KeyName: "mine" }, { KeyPairId }]) {
      expect(world.needsOf(deleteKeyPair, input)).toMatchObject([
        {
          action: "ec2:DeleteKeyPair",
          target: { arn, keys: { "ec2:KeyPairType": "ed25519", "aws:ResourceTag/team": "" } },
        },
      ]);
    }
    // The tags of a namesake are not those of the pair to be made.
    expect(world.needsOf(createKeyPair, { KeyName: "mine" })[0]?.target.keys).not.toHaveProperty(
      "aws:ResourceTag/team",
    );
  });
});
