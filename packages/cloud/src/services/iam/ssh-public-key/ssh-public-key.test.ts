import type {
  GetSSHPublicKeyResponse,
  ListSSHPublicKeysResponse,
  UploadSSHPublicKeyResponse,
} from "@casemate/wire/iam";
import { generateKeyPairSync } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { openTestIam, otherAccount, rootOf, testAccount, testNow, type TestIam } from "../testing.ts";
import { rsaFingerprint, rsaPublicKey } from "../../../request-path/testing/credential-material.ts";
import { sshPublicKeysPerUserMax } from "./ssh-public-key.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
  iam.run("CreateUser", { UserName: "ana", Path: "/eng/" });
});

const upload = (SSHPublicKeyBody = `ssh-rsa ${rsaPublicKey} ana@host`) =>
  iam.run<UploadSSHPublicKeyResponse>("UploadSSHPublicKey", { UserName: "ana", SSHPublicKeyBody })
    .SSHPublicKey;
const list = () => iam.run<ListSSHPublicKeysResponse>("ListSSHPublicKeys", { UserName: "ana" }).SSHPublicKeys;
const get = (Encoding: string, SSHPublicKeyId = upload()?.SSHPublicKeyId) =>
  iam.run<GetSSHPublicKeyResponse>("GetSSHPublicKey", { UserName: "ana", SSHPublicKeyId, Encoding })
    .SSHPublicKey;

describe("SSH public keys", () => {
  it("are uploaded with the fingerprint that ssh-keygen tells, and shown in either form", () => {
    const key = upload();
    expect(key).toMatchObject({
      UserName: "ana",
      Fingerprint: rsaFingerprint,
      SSHPublicKeyBody: `ssh-rsa ${rsaPublicKey}`,
      Status: "Active",
      UploadDate: new Date(testNow),
    });
    expect(key?.SSHPublicKeyId).toMatch(/^APKA[A-Z2-7]{17}$/);
    expect(get("SSH", key?.SSHPublicKeyId)?.SSHPublicKeyBody).toBe(`ssh-rsa ${rsaPublicKey}`);
    expect(get("PEM", key?.SSHPublicKeyId)?.SSHPublicKeyBody).toMatch(/^-----BEGIN PUBLIC KEY-----/);
  });

  it.each([
    ["not a key", "InvalidPublicKey: The public key is malformed or otherwise invalid."],
    [
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
      "UnrecognizedPublicKeyEncoding: The public key encoding format is unsupported or unrecognized.",
    ],
  ])("are RSA: %j is not", (SSHPublicKeyBody, refusal) => {
    expect(iam.faultOf("UploadSSHPublicKey", { UserName: "ana", SSHPublicKeyBody })).toBe(refusal);
  });

  it("are a user's once, five at the most", () => {
    upload();
    const again = {
      UserName: "ana",
      SSHPublicKeyBody: get("PEM", list()?.[0]?.SSHPublicKeyId)?.SSHPublicKeyBody,
    };
    expect(iam.faultOf("UploadSSHPublicKey", again)).toBe(
      "DuplicateSSHPublicKey: The SSH public key is already associated with the specified IAM user.",
    );
    const fresh = (): string =>
      generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({
        format: "pem",
        type: "spki",
      }) as string;
    for (let count = 1; count < sshPublicKeysPerUserMax; count += 1) upload(fresh());
    expect(iam.faultOf("UploadSSHPublicKey", { UserName: "ana", SSHPublicKeyBody: fresh() })).toBe(
      "LimitExceeded: Cannot exceed quota for SSHPublicKeysPerUser: 5",
    );
  });

  it("are made inactive and deleted, before which their user stays", () => {
    const key = { UserName: "ana", SSHPublicKeyId: upload()?.SSHPublicKeyId };
    iam.run("UpdateSSHPublicKey", { ...key, Status: "Inactive" });
    expect(list()).toEqual([{ ...key, Status: "Inactive", UploadDate: new Date(testNow) }]);
    expect(iam.faultOf("UpdateSSHPublicKey", { ...key, Status: "Expired" })).toMatch(/^ValidationError/);
    expect(iam.faultOf("DeleteUser", { UserName: "ana" })).toBe(
      "DeleteConflict: Cannot delete entity, must delete referenced objects first.",
    );
    iam.run("DeleteSSHPublicKey", key);
    expect(list()).toEqual([]);
    iam.run("DeleteUser", { UserName: "ana" });
  });

  it.each(["GetSSHPublicKey", "UpdateSSHPublicKey", "DeleteSSHPublicKey"])(
    "%s of another user's key, or of another account's user, is NoSuchEntity",
    (name) => {
      iam.run("CreateUser", { UserName: "bob" });
      const id = upload()?.SSHPublicKeyId ?? "";
      const input = { SSHPublicKeyId: id, Encoding: "SSH", Status: "Inactive" };
      expect(iam.faultOf(name, { UserName: "bob", ...input })).toBe(
        `NoSuchEntity: The Public Key with id ${id} cannot be found.`,
      );
      const other = { principal: rootOf(otherAccount) };
      expect(iam.faultOf(name, { UserName: "ana", ...input }, other)).toMatch(/^NoSuchEntity: The user/);
    },
  );

  it("need permission on their user", () => {
    const input = { UserName: "ana", SSHPublicKeyId: "x", SSHPublicKeyBody: "x", Encoding: "SSH" };
    for (const verb of ["Upload", "Get", "List", "Update", "Delete"]) {
      const name = `${verb}SSHPublicKey${verb === "List" ? "s" : ""}`;
      expect(iam.needsOf(name, input).map(({ action, target }) => [action, target.arn])).toEqual([
        [`iam:${name}`, `arn:aws:iam::${testAccount}:user/eng/ana`],
      ]);
    }
  });
});
