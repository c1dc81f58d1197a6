import type {
  ListSigningCertificatesResponse,
  UploadSigningCertificateResponse,
  User,
} from "@casemate/wire/iam";
import { beforeEach, describe, expect, it } from "vitest";
import { asUser, openTestIam, otherAccount, rootOf, testAccount, testNow, type TestIam } from "../testing.ts";
import {
  authorityPem,
  expiredPem,
  leafPem,
  otherLeafPem,
} from "../../../request-path/testing/credential-material.ts";

let iam: TestIam;
let ana: User;
beforeEach(async () => {
  iam = await openTestIam();
  ana = iam.run<{ User: User }>("CreateUser", { UserName: "ana", Path: "/eng/" }).User;
});

const upload = (CertificateBody = leafPem, UserName: string | undefined = "ana", caller = {}) =>
  iam.run<UploadSigningCertificateResponse>("UploadSigningCertificate", { UserName, CertificateBody }, caller)
    .Certificate;
const list = (UserName = "ana") =>
  iam.run<ListSigningCertificatesResponse>("ListSigningCertificates", { UserName }).Certificates;

describe("signing certificates", () => {
  it("are uploaded in PEM, made inactive and deleted", () => {
    const certificate = upload();
    expect(certificate).toMatchObject({
      UserName: "ana",
      CertificateBody: leafPem,
      Status: "Active",
      UploadDate: new Date(testNow),
    });
    expect(certificate.CertificateId).toMatch(/^[A-Z2-7]{32}$/);
    const named = { UserName: "ana", CertificateId: certificate.CertificateId };
    iam.run("UpdateSigningCertificate", { ...named, Status: "Inactive" });
    expect(list()).toMatchObject([{ ...named, Status: "Inactive" }]);
    expect(iam.faultOf("UpdateSigningCertificate", { ...named, Status: "Expired" })).toMatch(
      /^ValidationError/,
    );
    expect(iam.faultOf("DeleteUser", { UserName: "ana" })).toBe(
      "DeleteConflict: Cannot delete entity, must delete signing certificates first.",
    );
    iam.run("DeleteSigningCertificate", named);
    iam.run("DeleteUser", { UserName: "ana" });
  });

  it("are refused when they are no certificates, over, or known already", () => {
    const of = (CertificateBody: string): string =>
      iam.faultOf("UploadSigningCertificate", { UserName: "ana", CertificateBody });
    expect(of("x")).toBe(
      "MalformedCertificate: Unable to parse certificate. Please ensure the certificate is in PEM format.",
    );
    expect(of(`${leafPem}\n${authorityPem}`)).toMatch(/^MalformedCertificate/);
    expect(of(expiredPem)).toBe("InvalidCertificate: The certificate is not valid at this time.");
    upload();
    iam.run("CreateUser", { UserName: "bob" });
    expect(iam.faultOf("UploadSigningCertificate", { UserName: "bob", CertificateBody: leafPem })).toBe(
      "DuplicateCertificate: The same certificate is associated with an IAM user in the account.",
    );
    upload(otherLeafPem);
    expect(of(authorityPem)).toBe("LimitExceeded: Cannot exceed quota for CertificatesPerUser: 2");
  });

  it("are of the caller where nobody is named, the root included", () => {
    expect(upload(leafPem, undefined, asUser(ana)).UserName).toBe("ana");
    const own = iam.run<UploadSigningCertificateResponse>("UploadSigningCertificate", {
      CertificateBody: otherLeafPem,
    }).Certificate;
    expect(own.UserName).toBe("<root_account>");
    expect(list().map(({ CertificateBody }) => CertificateBody)).toEqual([leafPem]);
    expect(iam.run<ListSigningCertificatesResponse>("ListSigningCertificates").Certificates).toEqual([own]);
  });

  it.each(["UpdateSigningCertificate", "DeleteSigningCertificate"])(
    "%s of another holder's is NoSuchEntity",
    (name) => {
      const { CertificateId } = upload();
      const refusal = `NoSuchEntity: The Certificate with id ${CertificateId} cannot be found.`;
      expect(iam.faultOf(name, { CertificateId, Status: "Active" })).toBe(refusal);
      const other = { principal: rootOf(otherAccount) };
      expect(iam.faultOf(name, { CertificateId, Status: "Active" }, other)).toBe(refusal);
    },
  );

  it("need permission on their user", () => {
    const input = { UserName: "ana", CertificateId: "x", CertificateBody: "x" };
    for (const verb of ["Upload", "List", "Update", "Delete"]) {
      const name = `${verb}SigningCertificate${verb === "List" ? "s" : ""}`;
      expect(iam.needsOf(name, input).map(({ action, target }) => [action, target.arn])).toEqual([
        [`iam:${name}`, `arn:aws:iam::${testAccount}:user/eng/ana`],
      ]);
    }
  });
});
