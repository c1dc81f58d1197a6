/** Operations on server certificates. */
import { parseCertificate, parseCertificateChain, parseCertificateKey, uniqueId } from "@casemate/key-engine";
import type { ServerCertificateMetadata, UploadServerCertificateRequest } from "@casemate/wire/iam";
import { requestTagKeys, tagsView } from "../../../kit/index.ts";
import { quotaExceeded } from "../faults.ts";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import { listTags, readTags, withoutTags, withTags } from "../tag/tags.ts";
import {
  fetchServerCertificate,
  findServerCertificate,
  putServerCertificate,
  serverCertificateArn,
  serverCertificates,
  serverCertificatesPerAccountMax,
  serverCertificateTarget,
  type ServerCertificateRow,
} from "./server-certificate.ts";
import {
  serverCertificateChainInvalid,
  serverCertificateExists,
  serverCertificateKeyMalformed,
  serverCertificateKeyMismatch,
  serverCertificateMalformed,
  serverCertificateNotCurrent,
} from "./server-certificate-faults.ts";

function metadataView(row: ServerCertificateRow): ServerCertificateMetadata {
  return {
    Path: row.path,
    ServerCertificateName: row.name,
    ServerCertificateId: row.id,
    Arn: serverCertificateArn(row),
    UploadDate: new Date(row.uploadedAt),
    Expiration: new Date(row.expiresAt),
  };
}

/** Reads what is uploaded and checks that it fits together. @throws the faults of this room that it may */
function readUpload(input: UploadServerCertificateRequest, now: number) {
  const certificate = parseCertificate(input.CertificateBody);
  if (certificate === undefined) throw serverCertificateMalformed();
  const key = parseCertificateKey(input.PrivateKey);
  if (key === undefined) throw serverCertificateKeyMalformed();
  if (!certificate.isOf(key)) throw serverCertificateKeyMismatch();
  if (now < certificate.notBefore || now > certificate.notAfter) throw serverCertificateNotCurrent();
  if (input.CertificateChain === undefined) return { certificate, chain: undefined };
  const chain = parseCertificateChain(input.CertificateChain);
  if (chain === undefined) throw serverCertificateMalformed();
  let issued = certificate;
  for (const [index, issuer] of chain.entries()) {
    if (!issued.issuedBy(issuer)) throw serverCertificateChainInvalid(String(index));
    issued = issuer;
  }
  return { certificate, chain: chain.map(({ pem }) => pem).join("\n") };
}

export const uploadServerCertificate = operation("UploadServerCertificate", {
  access: "write",
  honours: "all",
  needs(input, call) {
    const named = { accountId: call.accountId, path: input.Path ?? "/", name: input.ServerCertificateName };
    const target = { arn: serverCertificateArn(named), accountId: call.accountId, keys: {} };
    const tagKeys = requestTagKeys(readTags(input.Tags));
    const tagging = Object.keys(tagKeys).length > 0;
    return [
      call.need(target, tagKeys),
      ...(tagging ? [call.needAction("iam:TagServerCertificate", target, tagKeys)] : []),
    ];
  },
  handle(tx, input, call) {
    const { accountId, environment } = call;
    const name = input.ServerCertificateName;
    if (findServerCertificate(tx, accountId, name) !== undefined) throw serverCertificateExists(name);
    if (tx.by(serverCertificates, "account", accountId).length >= serverCertificatesPerAccountMax) {
      throw quotaExceeded("ServerCertificatesPerAccount", String(serverCertificatesPerAccountMax));
    }
    const { certificate, chain } = readUpload(input, call.now);
    const id = uniqueId(environment.random, "ASCA");
    const row = putServerCertificate(tx, {
      id,
      accountId,
      name,
      path: input.Path ?? "/",
      pem: certificate.pem,
      ...(chain === undefined ? {} : { chain }),
      sealedKey: environment.keyring.seal(input.PrivateKey, { purpose: "server-certificate", id }),
      uploadedAt: call.now,
      expiresAt: certificate.notAfter,
      tags: readTags(input.Tags),
    });
    const tags = tagsView(row.tags);
    return {
      ServerCertificateMetadata: metadataView(row),
      ...(tags.length === 0 ? {} : { Tags: tags }),
    };
  },
});

export const getServerCertificate = operation("GetServerCertificate", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(serverCertificateTarget(call, input.ServerCertificateName))],
  handle(tx, input, call) {
    const row = fetchServerCertificate(tx, call, input.ServerCertificateName);
    const tags = tagsView(row.tags);
    return {
      ServerCertificate: {
        ServerCertificateMetadata: metadataView(row),
        CertificateBody: row.pem,
        ...(row.chain === undefined ? {} : { CertificateChain: row.chain }),
        ...(tags.length === 0 ? {} : { Tags: tags }),
      },
    };
  },
});

export const listServerCertificates = operation("ListServerCertificates", {
  access: "read",
  honours: "all",
  needs(input, call) {
    const arn = `arn:aws:iam::${call.accountId}:server-certificate${input.PathPrefix ?? "/"}`;
    return [call.need({ arn, accountId: call.accountId, keys: {} })];
  },
  handle(tx, input, call) {
    const found = tx
      .by(serverCertificates, "account", call.accountId)
      .filter(({ path }) => path.startsWith(input.PathPrefix ?? "/"));
    const key = ({ name }: ServerCertificateRow): string => name.toLowerCase();
    const { items, marks } = listing(call, input, { items: found, key });
    return { ServerCertificateMetadataList: items.map(metadataView), ...marks };
  },
});

export const updateServerCertificate = operation("UpdateServerCertificate", {
  access: "write",
  honours: "all",
  needs(input, call) {
    const target = serverCertificateTarget(call, input.ServerCertificateName);
    const row = findServerCertificate(call.tx, call.accountId, input.ServerCertificateName);
    const path = input.NewPath ?? row?.path ?? "/";
    const name = input.NewServerCertificateName ?? row?.name ?? input.ServerCertificateName;
    const arn = serverCertificateArn({ accountId: call.accountId, path, name });
    // Whoever moves a certificate must be allowed to under its old name and its new one.
    return [call.need(target), ...(arn === target.arn ? [] : [call.need({ ...target, arn })])];
  },
  handle(tx, input, call) {
    const row = fetchServerCertificate(tx, call, input.ServerCertificateName);
    const name = input.NewServerCertificateName ?? row.name;
    const taken = findServerCertificate(tx, call.accountId, name);
    if (taken !== undefined && taken.id !== row.id) throw serverCertificateExists(name);
    putServerCertificate(tx, { ...row, name, path: input.NewPath ?? row.path });
    return {};
  },
});

export const deleteServerCertificate = operation("DeleteServerCertificate", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(serverCertificateTarget(call, input.ServerCertificateName))],
  handle(tx, input, call) {
    tx.delete(serverCertificates, fetchServerCertificate(tx, call, input.ServerCertificateName).id);
    return {};
  },
});

export const tagServerCertificate = operation("TagServerCertificate", {
  access: "write",
  honours: "all",
  needs: (input, call) => [
    call.need(
      serverCertificateTarget(call, input.ServerCertificateName),
      requestTagKeys(readTags(input.Tags)),
    ),
  ],
  handle(tx, input, call) {
    const row = fetchServerCertificate(tx, call, input.ServerCertificateName);
    putServerCertificate(tx, { ...row, tags: withTags(row.tags, readTags(input.Tags)) });
    return {};
  },
});

export const untagServerCertificate = operation("UntagServerCertificate", {
  access: "write",
  honours: "all",
  needs: (input, call) => [
    call.need(serverCertificateTarget(call, input.ServerCertificateName), { "aws:TagKeys": input.TagKeys }),
  ],
  handle(tx, input, call) {
    const row = fetchServerCertificate(tx, call, input.ServerCertificateName);
    putServerCertificate(tx, { ...row, tags: withoutTags(row.tags, input.TagKeys) });
    return {};
  },
});

export const listServerCertificateTags = operation("ListServerCertificateTags", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(serverCertificateTarget(call, input.ServerCertificateName))],
  handle: (tx, input, call) =>
    listTags(call, input, fetchServerCertificate(tx, call, input.ServerCertificateName).tags),
});

/** Every operation of this file. */
export const serverCertificateOperations = [
  uploadServerCertificate,
  getServerCertificate,
  listServerCertificates,
  updateServerCertificate,
  deleteServerCertificate,
  tagServerCertificate,
  untagServerCertificate,
  listServerCertificateTags,
];
