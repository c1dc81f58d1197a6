import type {
  CreateAccessKeyResponse,
  GenerateCredentialReportResponse,
  GetCredentialReportResponse,
} from "@casemate/wire/iam";
import { beforeEach, describe, expect, it } from "vitest";
import { accessKeys } from "../access-key/access-key.ts";
import { openTestIam, otherAccount, rootOf, testAccount, testNow, type TestIam } from "../testing.ts";
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
        `<root_account>,arn:aws:iam::${testAccount}:root,${noon},not_supported,no_information,` +
          `not_supported,not_supported,false,${noKey},${noKey},${noCertificates}`,
        `Ana,arn:aws:iam::${testAccount}:user/Ana,${noon},false,N/A,N/A,N/A,false,${noKey},${noKey},` +
          noCertificates,
        `bob,arn:aws:iam::${testAccount}:user/eng/bob,${noon},false,N/A,N/A,N/A,false,` +
          `true,${noon},2026-01-15T12:01:01+00:00,eu-west-1,ec2,false,${noon},N/A,N/A,N/A,${noCertificates}`,
      ].join("\n"),
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
