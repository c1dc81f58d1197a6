/** Operations on signing certificates: of a named user, or of the caller when no user is named. */
import { parseCertificate, signingCertificateId } from "@casemate/key-engine";
import { quotaExceeded } from "../faults.ts";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import { fetchMeantHolder, holderName, type Holder } from "../user/meant-holder.ts";
import { meantUserTarget } from "../user/meant-user.ts";
import {
  fetchSigningCertificate,
  signingCertificates,
  signingCertificatesOf,
  signingCertificatesPerUserMax,
  type SigningCertificateRow,
} from "./signing-certificate.ts";
import {
  signingCertificateExists,
  signingCertificateInvalid,
  signingCertificateMalformed,
  signingCertificateStatusInvalid,
} from "./signing-certificate-faults.ts";

function certificateView(row: SigningCertificateRow, holder: Holder) {
  return {
    UserName: holderName(holder),
    CertificateId: row.id,
    CertificateBody: row.pem,
    Status: row.status,
    UploadDate: new Date(row.uploadedAt),
  };
}

export const uploadSigningCertificate = operation("UploadSigningCertificate", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(meantUserTarget(call, input.UserName))],
  handle(tx, input, call) {
    const { accountId, now } = call;
    const holder = fetchMeantHolder(tx, call, input.UserName);
    const certificate = parseCertificate(input.CertificateBody);
    if (certificate === undefined) throw signingCertificateMalformed();
    if (now < certificate.notBefore || now > certificate.notAfter) throw signingCertificateInvalid();
    const { fingerprint, pem } = certificate;
    if (tx.by(signingCertificates, "fingerprint", `${accountId}/${fingerprint}`).length > 0) {
      throw signingCertificateExists();
    }
    if (signingCertificatesOf(tx, accountId, holder.id).length >= signingCertificatesPerUserMax) {
      throw quotaExceeded("CertificatesPerUser", String(signingCertificatesPerUserMax));
    }
    const row: SigningCertificateRow = {
      id: signingCertificateId(call.environment.random),
      accountId,
      holder: holder.id,
      status: "Active",
      pem,
      fingerprint,
      uploadedAt: now,
    };
    tx.put(signingCertificates, row);
    return { Certificate: certificateView(row, holder) };
  },
});

export const listSigningCertificates = operation("ListSigningCertificates", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(meantUserTarget(call, input.UserName))],
  handle(tx, input, call) {
    const holder = fetchMeantHolder(tx, call, input.UserName);
    const own = signingCertificatesOf(tx, call.accountId, holder.id);
    const { items, marks } = listing(call, input, { items: own, key: ({ id }) => id });
    return { Certificates: items.map((row) => certificateView(row, holder)), ...marks };
  },
});

export const updateSigningCertificate = operation("UpdateSigningCertificate", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(meantUserTarget(call, input.UserName))],
  handle(tx, input, call) {
    const holder = fetchMeantHolder(tx, call, input.UserName);
    const { accountId } = call;
    const row = fetchSigningCertificate(tx, { accountId, holder }, input.CertificateId);
    if (input.Status === "Expired") throw signingCertificateStatusInvalid();
    tx.put(signingCertificates, { ...row, status: input.Status });
    return {};
  },
});

export const deleteSigningCertificate = operation("DeleteSigningCertificate", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(meantUserTarget(call, input.UserName))],
  handle(tx, input, call) {
    const holder = fetchMeantHolder(tx, call, input.UserName);
    const { accountId } = call;
    tx.delete(
      signingCertificates,
      fetchSigningCertificate(tx, { accountId, holder }, input.CertificateId).id,
    );
    return {};
  },
});

/** Every operation of this file. */
export const signingCertificateOperations = [
  uploadSigningCertificate,
  listSigningCertificates,
  updateSigningCertificate,
  deleteSigningCertificate,
];
