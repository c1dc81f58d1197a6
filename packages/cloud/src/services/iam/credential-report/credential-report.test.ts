import type {
  CreateAccessKeyResponse,
  CreateVirtualMFADeviceResponse,
  GenerateCredentialReportResponse,
  GetCredentialReportResponse,
} from "@casemate/wire/iam";
import { beforeEach, describe, expect, it } from "vitest";
import { accessKeys } from "../access-key/access-key.ts";
import { mfaDevices } from "../mfa-device/mfa-device.ts";
import { signingCertificates } from "../signing-certificate/signing-certificate.ts";
import { openTestIam, otherAccount, rootOf, testAccount, testNow, type TestIam } from "../testing.ts";
import { users } from "../user/user.ts";
import { reportLifetimeMs } from "./credential-report.ts";

let iam: TestIam;
beforeEach(async () => {
  iam = await openTestIam();
});

const generate = (caller = {}) =>
  iam.run<GenerateCredentialReportResponse>("GenerateCredentialReport", {}, caller);
const report = (caller = {}): string => {
  const { Content } = iam.run<GetCredentialReportResponse>("GetCredentialReport", {}, caller);
  return new TextDecoder().decode(Content);
};
const header =
  "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed," +
  "password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated," +
  "access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service," +
  "access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date," +
  "access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated," +
  "cert_2_active,cert_2_last_rotated";
const noKey = "false,N/A,N/A,N/A,N/A";
const noCertificates = "false,N/A,false,N/A";
const noon = "2026-01-15T12:00:00+00:00";

describe("the credential report", () => {
  it("has the root first, then the users by name, byte for byte", () => {
    iam.run("CreateUser", { UserName: "bob", Path: "/eng/" });
    iam.run("CreateUser", { UserName: "Ana" });
    const keyOf = (UserName: string) =>
      iam.run<CreateAccessKeyResponse>("CreateAccessKey", { UserName }).AccessKey.AccessKeyId;
    const [first = "", second = ""] = [keyOf("bob"), keyOf("bob")].toSorted();
    iam.run("UpdateAccessKey", { UserName: "bob", AccessKeyId: second, Status: "Inactive" });
    iam.store.transaction((tx) => {
      const row = tx.get(accessKeys, first)!;
      tx.put(accessKeys, {
        ...row,
        lastUsed: { at: testNow + 61_000, service: "ec2", region: "eu-west-1" },
      });
    });
    generate();
    expect(report()).toBe(
      [
        header,
        `<root_account>,arn:aws:iam::${testAccount}:root,${noon},false,N/A,` +
          `N/A,not_supported,false,${noKey},${noKey},${noCertificates}`,
        `Ana,arn:aws:iam::${testAccount}:user/Ana,${noon},false,N/A,N/A,N/A,false,${noKey},${noKey},` +
          noCertificates,
        `bob,arn:aws:iam::${testAccount}:user/eng/bob,${noon},false,N/A,N/A,N/A,false,` +
          `true,${noon},2026-01-15T12:01:01+00:00,eu-west-1,ec2,false,${noon},N/A,N/A,N/A,${noCertificates}`,
      ].join("\n"),
    );
  });

  it("tells of passwords, when they were set, used and will expire, and of MFA", () => {
    for (const UserName of ["ana", "bob", "cy"]) {
      iam.run("CreateUser", { UserName });
      if (UserName !== "cy") iam.run("CreateLoginProfile", { UserName, Password: "Horse-7-Battery" });
    }
    const { VirtualMFADevice } = iam.run<CreateVirtualMFADeviceResponse>("CreateVirtualMFADevice", {
      VirtualMFADeviceName: "phone",
    });
    iam.store.transaction((tx) => {
      const [ana] = tx.by(users, "name", `${testAccount}/ana`);
      tx.put(users, { ...ana!, passwordLastUsedAt: testNow + 5000 });
      const device = tx.get(mfaDevices, VirtualMFADevice.SerialNumber)!;
      tx.put(mfaDevices, { ...device, holder: ana!.id, enabledAt: testNow });
    });
    iam.run("UpdateAccountPasswordPolicy", { MaxPasswordAge: 10 });
    generate();
    const cells = report()
      .split("\n")
      .map((line) => line.split(",").slice(3, 8));
    expect(cells.slice(2)).toEqual([
      ["true", "2026-01-15T12:00:05+00:00", noon, "2026-01-25T12:00:00+00:00", "true"],
      ["true", "no_information", noon, "2026-01-25T12:00:00+00:00", "false"],
      ["false", "N/A", "N/A", "N/A", "false"],
    ]);
  });

  it("tells of signing certificates", () => {
    iam.run("CreateUser", { UserName: "ana" });
    iam.store.transaction((tx) => {
      const [ana] = tx.by(users, "name", `${testAccount}/ana`);
      const row = { accountId: testAccount, holder: ana!.id, pem: "", uploadedAt: testNow };
      tx.put(signingCertificates, { ...row, id: "one", fingerprint: "1", status: "Active" });
      tx.put(signingCertificates, { ...row, id: "two", fingerprint: "2", status: "Inactive" });
    });
    generate();
    expect(report().split("\n")[2]).toMatch(
      new RegExp(`,true,${noon.replace("+", "[+]")},false,${noon.replace("+", "[+]")}$`),
    );
  });

  it("quotes a name that holds a comma", () => {
    iam.run("CreateUser", { UserName: "a,b" });
    generate();
    expect(report().split("\n")[2]).toMatch(/^"a,b","arn:aws:iam::\d+:user\/a,b",/);
  });

  it("shows the keys of the root", () => {
    iam.run("CreateAccessKey");
    generate();
    expect(report().split("\n")[1]).toContain(`false,true,${noon},N/A,N/A,N/A,${noKey},`);
  });

  it("is started, then complete and the same for four hours, then another", () => {
    expect(generate()).toEqual({
      State: "STARTED",
      Description: "No report exists. Starting a new report generation task",
    });
    const first = report();
    iam.run("CreateUser", { UserName: "late" });
    expect(generate()).toEqual({ State: "COMPLETE" });
    iam.advance(reportLifetimeMs);
    expect(generate()).toEqual({ State: "COMPLETE" });
    expect(report()).toBe(first);
    iam.advance(1);
    expect(iam.faultOf("GetCredentialReport")).toBe("ReportExpired: Unknown");
    expect(generate().State).toBe("STARTED");
    expect(report()).toContain("late");
    expect(iam.run("GetCredentialReport")).toMatchObject({
      ReportFormat: "text/csv",
      GeneratedTime: new Date(testNow + reportLifetimeMs + 1),
    });
  });

  it("is not there before it was made, and is each account's own", () => {
    generate();
    const other = { principal: rootOf(otherAccount) };
    expect(iam.faultOf("GetCredentialReport", {}, other)).toBe("ReportNotPresent: Unknown");
    generate(other);
    expect(report(other).split("\n")).toHaveLength(2);
    expect(report(other)).toContain(otherAccount);
  });
});
