/** Operations on service-specific credentials. */
import { uniqueId } from "@casemate/key-engine";
import type { ServiceSpecificCredential, ServiceSpecificCredentialMetadata } from "@casemate/wire/iam";
import type { Call, ConditionKeys } from "../../../kit/index.ts";
import { quotaExceeded } from "../faults.ts";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import { fetchMeantUser, meantUserTarget } from "../user/meant-user.ts";
import { fetchUser, users, userTarget } from "../user/user.ts";
import {
  credentialName,
  credentialServices,
  fetchServiceCredential,
  newSecret,
  serviceCredentials,
  serviceCredentialsOf,
  serviceCredentialsPerServiceMax,
  type ServiceCredentialRow,
} from "./service-specific-credential.ts";
import {
  credentialAgeNotSupported,
  serviceCredentialStatusInvalid,
  serviceNotSupported,
  usersBothWays,
} from "./service-specific-credential-faults.ts";

/** A credential as it is told later; one that has expired says so whatever it was set to. */
function metadataView(
  row: ServiceCredentialRow,
  shown: { readonly userName: string; readonly now: number },
): ServiceSpecificCredentialMetadata {
  const expired = row.expiresAt !== undefined && shown.now >= row.expiresAt;
  const isKey = credentialServices[row.service] === "api-key";
  return {
    UserName: shown.userName,
    Status: expired ? "Expired" : row.status,
    CreateDate: new Date(row.createdAt),
    ServiceSpecificCredentialId: row.id,
    ServiceName: row.service,
    ...(isKey ? { ServiceCredentialAlias: row.name } : { ServiceUserName: row.name }),
    ...(row.expiresAt === undefined ? {} : { ExpirationDate: new Date(row.expiresAt) }),
  };
}

/** A credential as it is told once, with its secret. */
function secretView(
  row: ServiceCredentialRow,
  shown: { readonly userName: string; readonly now: number; readonly secret: string },
): ServiceSpecificCredential {
  const isKey = credentialServices[row.service] === "api-key";
  return {
    ...metadataView(row, shown),
    ...(isKey ? { ServiceCredentialSecret: shown.secret } : { ServicePassword: shown.secret }),
  };
}

/**
 * The key that tells policies of whose service a credential is; absent when the caller's account has none
 * such.
 */
function serviceKey(call: Call, id: string): ConditionKeys {
  const row = call.tx.get(serviceCredentials, id);
  return row?.accountId === call.accountId ? { "iam:ServiceSpecificCredentialServiceName": row.service } : {};
}

export const createServiceSpecificCredential = operation("CreateServiceSpecificCredential", {
  access: "write",
  honours: "all",
  needs: (input, call) => [
    call.need(userTarget(call, input.UserName), {
      "iam:ServiceSpecificCredentialServiceName": input.ServiceName,
      "iam:ServiceSpecificCredentialAgeDays": input.CredentialAgeDays,
    }),
  ],
  handle(tx, input, call) {
    const user = fetchUser(tx, call, input.UserName);
    const { ServiceName: service, CredentialAgeDays: days } = input;
    const form = Object.hasOwn(credentialServices, service) ? credentialServices[service] : undefined;
    if (form === undefined) throw serviceNotSupported(service);
    if (form !== "api-key" && days !== undefined) throw credentialAgeNotSupported(service);
    const existing = serviceCredentialsOf(tx, user.id).filter((row) => row.service === service);
    if (existing.length >= serviceCredentialsPerServiceMax) {
      throw quotaExceeded("ServiceSpecificCredentialsPerUser", String(serviceCredentialsPerServiceMax));
    }
    const name = credentialName(call, user, { service, existing });
    const { told, digest } = newSecret(call, { service, name });
    const row: ServiceCredentialRow = {
      id: uniqueId(call.environment.random, "ACCA"),
      accountId: call.accountId,
      holder: user.id,
      service,
      name,
      secretDigest: digest,
      status: "Active",
      createdAt: call.now,
      ...(days === undefined ? {} : { expiresAt: call.now + days * 86_400_000 }),
    };
    tx.put(serviceCredentials, row);
    const shown = { userName: user.name, now: call.now, secret: told };
    return { ServiceSpecificCredential: secretView(row, shown) };
  },
});

export const listServiceSpecificCredentials = operation("ListServiceSpecificCredentials", {
  access: "read",
  honours: "all",
  needs(input, call) {
    const keys = { "iam:ServiceSpecificCredentialServiceName": input.ServiceName };
    if (input.AllUsers !== true) return [call.need(meantUserTarget(call, input.UserName), keys)];
    const { accountId } = call;
    return [call.need({ arn: `arn:aws:iam::${accountId}:user/*`, accountId, keys: {} }, keys)];
  },
  handle(tx, input, call) {
    const { ServiceName: service, AllUsers: all } = input;
    if (all === true && input.UserName !== undefined) throw usersBothWays();
    if (service !== undefined && !Object.hasOwn(credentialServices, service)) {
      throw serviceNotSupported(service);
    }
    const found =
      all === true
        ? tx.by(serviceCredentials, "account", call.accountId)
        : serviceCredentialsOf(tx, fetchMeantUser(tx, call, input.UserName).id);
    const wanted = found.filter((row) => service === undefined || row.service === service);
    const { items, marks } = listing(call, input, { items: wanted, key: ({ id }) => id });
    const nameOf = (row: ServiceCredentialRow): string => tx.get(users, row.holder)?.name ?? "";
    return {
      ServiceSpecificCredentials: items.map((row) =>
        metadataView(row, { userName: nameOf(row), now: call.now }),
      ),
      ...marks,
    };
  },
});

export const updateServiceSpecificCredential = operation("UpdateServiceSpecificCredential", {
  access: "write",
  honours: "all",
  needs: (input, call) => [
    call.need(meantUserTarget(call, input.UserName), serviceKey(call, input.ServiceSpecificCredentialId)),
  ],
  handle(tx, input, call) {
    const user = fetchMeantUser(tx, call, input.UserName);
    const row = fetchServiceCredential(tx, user, input.ServiceSpecificCredentialId);
    if (input.Status === "Expired") throw serviceCredentialStatusInvalid();
    tx.put(serviceCredentials, { ...row, status: input.Status });
    return {};
  },
});

export const resetServiceSpecificCredential = operation("ResetServiceSpecificCredential", {
  access: "write",
  honours: "all",
  needs: (input, call) => [
    call.need(meantUserTarget(call, input.UserName), serviceKey(call, input.ServiceSpecificCredentialId)),
  ],
  handle(tx, input, call) {
    const user = fetchMeantUser(tx, call, input.UserName);
    const row = fetchServiceCredential(tx, user, input.ServiceSpecificCredentialId);
    const { told, digest } = newSecret(call, row);
    const reset = { ...row, secretDigest: digest };
    tx.put(serviceCredentials, reset);
    const shown = { userName: user.name, now: call.now, secret: told };
    return { ServiceSpecificCredential: secretView(reset, shown) };
  },
});

export const deleteServiceSpecificCredential = operation("DeleteServiceSpecificCredential", {
  access: "write",
  honours: "all",
  needs: (input, call) => [
    call.need(meantUserTarget(call, input.UserName), serviceKey(call, input.ServiceSpecificCredentialId)),
  ],
  handle(tx, input, call) {
    const user = fetchMeantUser(tx, call, input.UserName);
    tx.delete(serviceCredentials, fetchServiceCredential(tx, user, input.ServiceSpecificCredentialId).id);
    return {};
  },
});

/** Every operation of this file. */
export const serviceCredentialOperations = [
  createServiceSpecificCredential,
  listServiceSpecificCredentials,
  updateServiceSpecificCredential,
  resetServiceSpecificCredential,
  deleteServiceSpecificCredential,
];
