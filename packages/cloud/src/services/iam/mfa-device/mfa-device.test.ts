import { totpCode, totpStepAt, totpStepMs } from "@casemate/key-engine";
import type {
  CreateVirtualMFADeviceResponse,
  GetMFADeviceResponse,
  ListMFADevicesResponse,
  ListMFADeviceTagsResponse,
  ListVirtualMFADevicesResponse,
} from "@casemate/wire/iam";
import { beforeEach, describe, expect, it } from "vitest";
import { wrongGuessesMax, wrongGuessesPauseMs } from "../guess-limit.ts";
import { asUser, openTestIam, otherAccount, rootOf, testAccount, testNow, type TestIam } from "../testing.ts";
import { mfaSynchronizationReachSteps } from "./mfa-code.ts";
import { mfaDevices, mfaDevicesPerUserMax } from "./mfa-device.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
  iam.run("CreateUser", { UserName: "ana", Path: "/eng/" });
});

const anaCalls = () =>
  asUser(
    iam.run<{ User: { UserId: string; UserName: string; Arn: string } }>("GetUser", { UserName: "ana" }).User,
  );
const serialOf = (name: string): string => `arn:aws:iam::${testAccount}:mfa/${name}`;
const userArn = `arn:aws:iam::${testAccount}:user/eng/ana`;

function create(VirtualMFADeviceName: string, more: object = {}) {
  const { VirtualMFADevice: device } = iam.run<CreateVirtualMFADeviceResponse>("CreateVirtualMFADevice", {
    VirtualMFADeviceName,
    ...more,
  });
  const secret = new TextDecoder().decode(device.Base32StringSeed);
  return { ...device, secret, seed: fromBase32(secret) };
}

function fromBase32(text: string): Buffer {
  const bits = Array.from(text)
    .map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"))
    .join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** Two codes that a device with this clock shows, the second one now. */
function codes(seed: Uint8Array, at = iam.environment.clock()) {
  const step = totpStepAt(at);
  return { AuthenticationCode1: totpCode(seed, step - 1), AuthenticationCode2: totpCode(seed, step) };
}

const enable = (name: string, seed: Uint8Array, UserName = "ana"): object =>
  iam.run("EnableMFADevice", { UserName, SerialNumber: serialOf(name), ...codes(seed) });

describe("virtual MFA devices", () => {
  it("are made with a secret that is told once, as text and as a picture, and sealed", () => {
    const device = create("phone", { Path: "/eng/", Tags: [{ Key: "a", Value: "b" }] });
    expect(device.SerialNumber).toBe(`arn:aws:iam::${testAccount}:mfa/eng/phone`);
    expect(device.secret).toMatch(/^[A-Z2-7]{64}$/);
    expect(
      Buffer.from(device.QRCodePNG ?? [])
        .subarray(1, 4)
        .toString(),
    ).toBe("PNG");
    const row = iam.store.transaction((tx) => tx.get(mfaDevices, device.SerialNumber)).value;
    expect(JSON.stringify(row)).not.toContain(device.secret);
    const { VirtualMFADevices: list } = iam.run<ListVirtualMFADevicesResponse>("ListVirtualMFADevices");
    expect(list).toEqual([{ SerialNumber: device.SerialNumber }]);
  });

  it("have names that are unique in their path without regard to case", () => {
    create("phone");
    create("phone", { Path: "/eng/" });
    expect(iam.faultOf("CreateVirtualMFADevice", { VirtualMFADeviceName: "PHONE" })).toBe(
      "EntityAlreadyExists: MFADevice entity at the same path and name already exists.",
    );
    expect(iam.faultOf("CreateVirtualMFADevice", { VirtualMFADeviceName: "x".repeat(230) })).toBe(
      "ValidationError: The serial number of the device would be longer than 256 characters.",
    );
  });

  it("are enabled by two codes that the device shows one after the other", () => {
    const { seed } = create("phone");
    const step = totpStepAt(testNow);
    const attempt = (first: number, second: number): string =>
      iam.faultOf("EnableMFADevice", {
        UserName: "ana",
        SerialNumber: serialOf("phone"),
        AuthenticationCode1: totpCode(seed, step + first),
        AuthenticationCode2: totpCode(seed, step + second),
      });
    const refusal = "InvalidAuthenticationCode: Authentication code for device is not valid.";
    expect([attempt(0, 0), attempt(0, -1), attempt(-2, 0)]).toEqual([refusal, refusal, refusal]);
    expect(attempt(mfaSynchronizationReachSteps, mfaSynchronizationReachSteps + 1)).toBe(refusal);
    enable("phone", seed);
    const { MFADevices: devices } = iam.run<ListMFADevicesResponse>("ListMFADevices", { UserName: "ana" });
    expect(devices).toEqual([
      { UserName: "ana", SerialNumber: serialOf("phone"), EnableDate: new Date(testNow) },
    ]);
    const got = iam.run<GetMFADeviceResponse>("GetMFADevice", {
      UserName: "ana",
      SerialNumber: serialOf("phone"),
    });
    expect(got).toEqual({ UserName: "ana", SerialNumber: serialOf("phone"), EnableDate: new Date(testNow) });
  });

  it("serve one user at a time, who has eight at the most", () => {
    iam.run("CreateUser", { UserName: "bob" });
    const { seed } = create("phone");
    enable("phone", seed);
    const again = { SerialNumber: serialOf("phone"), ...codes(seed) };
    expect(iam.faultOf("EnableMFADevice", { UserName: "bob", ...again })).toBe(
      "EntityAlreadyExists: MFA Device is already in use.",
    );
    for (let index = 1; index < mfaDevicesPerUserMax; index += 1) {
      enable(`d${index}`, create(`d${index}`).seed);
    }
    const last = create("last");
    const input = { UserName: "ana", SerialNumber: serialOf("last"), ...codes(last.seed) };
    expect(iam.faultOf("EnableMFADevice", input)).toBe(
      "LimitExceeded: Cannot exceed quota for MFADevicesPerUser: 8",
    );
    expect(iam.faultOf("DeleteUser", { UserName: "ana" })).toBe(
      "DeleteConflict: Cannot delete entity, must delete MFA device first.",
    );
  });

  it("are taken back, then deleted, and never take a code twice even when enabled again", () => {
    const { seed } = create("phone");
    enable("phone", seed);
    const named = { SerialNumber: serialOf("phone") };
    expect(iam.faultOf("DeleteVirtualMFADevice", named)).toBe(
      "DeleteConflict: MFA VirtualDevice in use. Must deactivate first.",
    );
    iam.run("DeactivateMFADevice", { UserName: "ana", ...named });
    expect(iam.faultOf("DeactivateMFADevice", { UserName: "ana", ...named })).toBe(
      "NoSuchEntity: MFA Device invalid for user.",
    );
    const again = { UserName: "ana", ...named, ...codes(seed) };
    expect(iam.faultOf("EnableMFADevice", again)).toMatch(/^InvalidAuthenticationCode/);
    iam.run("DeleteVirtualMFADevice", named);
    expect(iam.faultOf("DeleteVirtualMFADevice", named)).toBe(
      `NoSuchEntity: VirtualMFADevice with serial number ${serialOf("phone")} doesn't exist.`,
    );
    iam.run("DeleteUser", { UserName: "ana" });
  });

  it("are synchronized by two further codes, whatever their clock says within an hour", () => {
    const { seed } = create("phone");
    enable("phone", seed);
    const resync = (at: number): object => ({
      UserName: "ana",
      SerialNumber: serialOf("phone"),
      ...codes(seed, at),
    });
    expect(iam.faultOf("ResyncMFADevice", resync(testNow))).toMatch(/^InvalidAuthenticationCode/);
    iam.run("ResyncMFADevice", resync(testNow + 40 * totpStepMs));
    const row = iam.store.transaction((tx) => tx.get(mfaDevices, serialOf("phone"))).value;
    expect(row).toMatchObject({ driftSteps: 40, lastStep: totpStepAt(testNow) + 40 });
    expect(iam.faultOf("ResyncMFADevice", resync(testNow + 2 * 3_600_000))).toMatch(
      /^InvalidAuthenticationCode/,
    );
  });

  it("do not look at codes for a while after too many wrong ones", () => {
    const { seed } = create("phone");
    const input = { UserName: "ana", SerialNumber: serialOf("phone") };
    const wrong = { AuthenticationCode1: "000000", AuthenticationCode2: "000000" };
    for (let count = 0; count < wrongGuessesMax; count += 1) {
      iam.faultOf("EnableMFADevice", { ...input, ...wrong });
    }
    expect(iam.faultOf("EnableMFADevice", { ...input, ...codes(seed) })).toMatch(
      /^InvalidAuthenticationCode/,
    );
    iam.advance(wrongGuessesPauseMs);
    iam.run("EnableMFADevice", { ...input, ...codes(seed) });
  });

  it("are listed by whether they are assigned, with their user, in pages", () => {
    enable("a", create("a").seed);
    for (const name of ["b", "c"]) create(name);
    const list = (input: object): ListVirtualMFADevicesResponse => iam.run("ListVirtualMFADevices", input);
    const names = (input: object): string[] =>
      list(input).VirtualMFADevices.map(({ SerialNumber }) => SerialNumber.split("/")[1] ?? "");
    expect(names({})).toEqual(["a", "b", "c"]);
    expect(names({ AssignmentStatus: "Assigned" })).toEqual(["a"]);
    expect(names({ AssignmentStatus: "Unassigned" })).toEqual(["b", "c"]);
    expect(list({ AssignmentStatus: "Assigned" }).VirtualMFADevices[0]).toMatchObject({
      User: { UserName: "ana" },
      EnableDate: new Date(testNow),
    });
    const first = list({ MaxItems: 2 });
    expect(first.IsTruncated).toBe(true);
    expect(names({ MaxItems: 2, Marker: first.Marker })).toEqual(["c"]);
    expect(list({}).VirtualMFADevices).toHaveLength(3);
    expect(
      iam.run<ListVirtualMFADevicesResponse>("ListVirtualMFADevices", {}, { principal: rootOf(otherAccount) })
        .VirtualMFADevices,
    ).toEqual([]);
  });

  it("carry tags", () => {
    create("phone", { Tags: [{ Key: "Team", Value: "a" }] });
    const named = { SerialNumber: serialOf("phone") };
    iam.run("TagMFADevice", {
      ...named,
      Tags: [
        { Key: "team", Value: "b" },
        { Key: "x", Value: "" },
      ],
    });
    const tags = () => iam.run<ListMFADeviceTagsResponse>("ListMFADeviceTags", named).Tags;
    expect(tags()).toEqual([
      { Key: "team", Value: "b" },
      { Key: "x", Value: "" },
    ]);
    iam.run("UntagMFADevice", { ...named, TagKeys: ["TEAM"] });
    expect(tags()).toEqual([{ Key: "x", Value: "" }]);
  });

  it("of another account are not seen", () => {
    const { SerialNumber } = create("phone");
    const other = { principal: rootOf(otherAccount) };
    for (const name of ["DeleteVirtualMFADevice", "ListMFADeviceTags"]) {
      expect(iam.faultOf(name, { SerialNumber }, other)).toMatch(/^NoSuchEntity/);
    }
  });
});

describe("needs of MFA operations", () => {
  it("name the device where it is made, tagged or deleted, and the user where it is handed out", () => {
    const user = iam.run<{ User: { UserId: string; UserName: string; Arn: string } }>("GetUser", {
      UserName: "ana",
    }).User;
    create("phone", { Tags: [{ Key: "team", Value: "a" }] });
    const device = { SerialNumber: serialOf("phone") };
    const of = (name: string, input: object, caller = {}) =>
      iam.needsOf(name, input, caller).map(({ action, target, keys }) => ({
        action,
        arn: target.arn,
        keys: { ...target.keys, ...keys },
      }));
    const resourceKeys = { "aws:ResourceTag/team": "a", "iam:ResourceTag/team": "a" };
    expect(of("DeleteVirtualMFADevice", device)).toEqual([
      { action: "iam:DeleteVirtualMFADevice", arn: serialOf("phone"), keys: resourceKeys },
    ]);
    const tags = [{ Key: "k", Value: "" }];
    const tagKeys = { "aws:RequestTag/k": "", "aws:TagKeys": ["k"] };
    expect(of("TagMFADevice", { ...device, Tags: tags })).toEqual([
      { action: "iam:TagMFADevice", arn: serialOf("phone"), keys: { ...resourceKeys, ...tagKeys } },
    ]);
    expect(of("UntagMFADevice", { ...device, TagKeys: ["k"] })[0]?.keys).toMatchObject({
      "aws:TagKeys": ["k"],
    });
    expect(of("CreateVirtualMFADevice", { VirtualMFADeviceName: "n", Path: "/p/", Tags: tags })).toEqual([
      { action: "iam:CreateVirtualMFADevice", arn: serialOf("p/n"), keys: tagKeys },
      { action: "iam:TagMFADevice", arn: serialOf("p/n"), keys: tagKeys },
    ]);
    expect(of("CreateVirtualMFADevice", { VirtualMFADeviceName: "n" })).toEqual([
      { action: "iam:CreateVirtualMFADevice", arn: serialOf("n"), keys: {} },
    ]);
    for (const name of ["EnableMFADevice", "ResyncMFADevice"]) {
      expect(of(name, { UserName: "ana", ...device })).toEqual([
        { action: `iam:${name}`, arn: userArn, keys: {} },
      ]);
    }
    for (const name of ["DeactivateMFADevice", "GetMFADevice", "ListMFADevices"]) {
      expect(of(name, device, asUser(user))[0]?.arn).toBe(userArn);
      expect(of(name, { UserName: "bob", ...device })[0]?.arn).toBe(`arn:aws:iam::${testAccount}:user/bob`);
    }
    expect(of("ListVirtualMFADevices", {})[0]?.arn).toBe(serialOf(""));
  });
});

describe("MFA devices of a root user", () => {
  const twoCodes = (seed: Uint8Array) => ({
    SerialNumber: serialOf("root-account-mfa-device"),
    ...codes(seed),
  });
  const summary = () =>
    iam.run<{ SummaryMap: Record<string, number> }>("GetAccountSummary").SummaryMap["AccountMFAEnabled"];

  it("are enabled, listed, resynchronized and deactivated by the root user alone", () => {
    const { seed, SerialNumber } = create("root-account-mfa-device");
    expect(iam.faultOf("EnableMFADevice", { UserName: "root", ...twoCodes(seed) }, anaCalls())).toMatch(
      /^NoSuchEntity/,
    );
    expect(summary()).toBe(0);
    iam.run("EnableMFADevice", { UserName: "root", ...twoCodes(seed) });
    expect(summary()).toBe(1);
    const { MFADevices: list } = iam.run<ListMFADevicesResponse>("ListMFADevices");
    expect(list).toMatchObject([{ UserName: "<root_account>", SerialNumber }]);
    const { VirtualMFADevices: virtual } = iam.run<ListVirtualMFADevicesResponse>("ListVirtualMFADevices");
    expect(virtual[0]?.User).toMatchObject({
      Arn: `arn:aws:iam::${testAccount}:root`,
      UserId: testAccount,
    });
    iam.advance(2 * totpStepMs);
    iam.run("ResyncMFADevice", { UserName: "root", ...twoCodes(seed) });
    for (const caller of [anaCalls(), { principal: rootOf(otherAccount) }]) {
      expect(iam.faultOf("DeactivateMFADevice", { UserName: "root", SerialNumber }, caller)).toMatch(
        /^NoSuchEntity/,
      );
    }
    expect(iam.faultOf("DeleteVirtualMFADevice", { SerialNumber }, anaCalls())).toMatch(/^DeleteConflict/);
    iam.run("DeactivateMFADevice", { SerialNumber });
    expect(summary()).toBe(0);
  });

  it("are a user's where a user has that name", () => {
    iam.run("CreateUser", { UserName: "root" });
    const { seed } = create("root-account-mfa-device");
    const enabling = { UserName: "root", ...twoCodes(seed) };
    expect(iam.needsOf("EnableMFADevice", enabling)[0]?.target.arn).toBe(
      `arn:aws:iam::${testAccount}:user/root`,
    );
    iam.run("EnableMFADevice", enabling);
    expect(summary()).toBe(0);
  });

  it("need the action on the root user", () => {
    for (const name of ["EnableMFADevice", "ResyncMFADevice"]) {
      expect(iam.needsOf(name, { UserName: "root" })[0]?.target.arn).toBe(`arn:aws:iam::${testAccount}:root`);
    }
    for (const name of ["DeactivateMFADevice", "GetMFADevice", "ListMFADevices"]) {
      expect(iam.needsOf(name, {})[0]?.target.arn).toBe(`arn:aws:iam::${testAccount}:root`);
    }
  });
});
