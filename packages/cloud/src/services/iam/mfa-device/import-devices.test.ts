import { base32Text, totpCode, totpStepAt } from "@casemate/key-engine";
import { beforeEach, describe, expect, it } from "vitest";
import { openTestIam, otherAccount, rootOf, testAccount, testNow, type TestIam } from "../testing.ts";
import { importMfaDevices, type DeliveredDevice } from "./import-devices.ts";
import { mfaDevices } from "./mfa-device.ts";

const seed = new TextEncoder().encode("12345678901234567890");
const serial = "GAHT12345678";
const bob = { UserName: "bob" };

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
  iam.run("CreateUser", bob);
});

const take = (devices: readonly DeliveredDevice[], accountId = testAccount) =>
  iam.store.transaction((tx) => importMfaDevices(tx, iam.environment, { accountId, devices })).value;
const code = (step: number): string => totpCode(seed, totpStepAt(testNow) + step);
const enable = (more: object = {}) => ({
  ...bob,
  SerialNumber: serial,
  AuthenticationCode1: code(-1),
  AuthenticationCode2: code(0),
  ...more,
});
const held = () => iam.run<{ MFADevices: { SerialNumber: string }[] }>("ListMFADevices", bob).MFADevices;

describe("a hardware MFA device", () => {
  it.each([
    ["Base32", base32Text(seed)],
    ["lower case and padded Base32", `${base32Text(seed).toLowerCase()}====`],
    ["hexadecimal", Buffer.from(seed).toString("hex")],
  ])("is enabled by the codes of the seed that came in as %s", (_form, text) => {
    expect(take([{ serial, seed: text }])).toEqual([serial]);
    expect(iam.faultOf("EnableMFADevice", enable({ AuthenticationCode2: code(7) }))).toMatch(
      /^InvalidAuthenticationCode/,
    );
    iam.run("EnableMFADevice", enable());
    expect(held()).toEqual([{ UserName: "bob", SerialNumber: serial, EnableDate: new Date(testNow) }]);
    expect(iam.run("GetMFADevice", { ...bob, SerialNumber: serial })).toMatchObject({ SerialNumber: serial });
  });

  it("is given back, and to another user, but is no virtual device", () => {
    take([{ serial, seed: base32Text(seed) }]);
    iam.run("EnableMFADevice", enable());
    iam.run("DeactivateMFADevice", { ...bob, SerialNumber: serial });
    expect(held()).toEqual([]);
    expect(iam.run("ListVirtualMFADevices")).toMatchObject({ VirtualMFADevices: [] });
    const gone = `NoSuchEntity: VirtualMFADevice with serial number ${serial} doesn't exist.`;
    expect(iam.faultOf("DeleteVirtualMFADevice", { SerialNumber: serial })).toBe(gone);
    const Tags = [{ Key: "team", Value: "a" }];
    expect(iam.faultOf("TagMFADevice", { SerialNumber: serial, Tags })).toBe(gone);
    iam.run("CreateUser", { UserName: "zoe" });
    iam.advance(60_000);
    const codes = { AuthenticationCode1: code(1), AuthenticationCode2: code(2) };
    iam.run("EnableMFADevice", enable({ UserName: "zoe", ...codes }));
  });

  it("counts for its account once somebody has it", () => {
    const counts = () =>
      (iam.run("GetAccountSummary") as { SummaryMap: Record<string, number> }).SummaryMap["MFADevices"];
    take([{ serial, seed: base32Text(seed) }]);
    expect(counts()).toBe(0);
    iam.run("EnableMFADevice", enable());
    expect(counts()).toBe(1);
  });

  it("is one of its own account alone", () => {
    take([{ serial, seed: base32Text(seed) }]);
    const other = { principal: rootOf(otherAccount) };
    iam.run("CreateUser", bob, other);
    expect(iam.faultOf("EnableMFADevice", enable(), other)).toMatch(/^NoSuchEntity/);
  });

  it("is kept sealed", () => {
    take([{ serial, seed: base32Text(seed) }]);
    const row = iam.store.read((tx) => tx.get(mfaDevices, serial));
    expect(row).toMatchObject({ hardware: true, accountId: testAccount });
    expect(iam.environment.keyring.open(row!.sealedSeed, { purpose: "mfa-seed", device: serial })).toBe(
      Buffer.from(seed).toString("base64"),
    );
  });
});

describe("a delivery of devices", () => {
  const good = { serial, seed: base32Text(seed) };
  it.each([
    ["a serial number of another form", [good, { ...good, serial: "no such" }], "serial-invalid", 2],
    ["the ARN of a virtual device", [{ ...good, serial: "arn:aws:iam::1:mfa/a" }], "serial-invalid", 1],
    ["a device twice", [good, good], "serial-taken", 2],
    ["a seed that is too short", [{ ...good, seed: "GEZDGNBV" }], "seed-invalid", 1],
    ["a seed that is too long", [{ ...good, seed: "a".repeat(130) }], "seed-invalid", 1],
    ["a seed that is none", [{ ...good, seed: "0189" }], "seed-invalid", 1],
  ] as const)("with %s is refused and names the line", (_what, devices, reason, line) => {
    expect(take(devices)).toEqual({ reason, line });
  });

  it("is refused for an account that is not there, and when there is nothing in it", () => {
    expect(take([good], "999988887777")).toEqual({ reason: "no-account" });
    expect(take([])).toEqual({ reason: "none" });
    expect(take(Array.from({ length: 1001 }, () => good))).toEqual({ reason: "too-many" });
  });
});
