/**
 * Service-specific credentials of users: the row, and the services that take them. The password is told
 * once; only its digest is kept, and no service of this cloud takes one.
 */
import { generateSecretAccessKey, secretDigest } from "@casemate/key-engine";
import { collection, type ReadTx } from "@casemate/store";
import type { Call } from "../../../kit/index.ts";
import type { UserRow } from "../user/user.ts";
import { serviceCredentialNotFound } from "./service-specific-credential-faults.ts";

/** Credentials that one user may have for one service. */
export const serviceCredentialsPerServiceMax = 2;

/** What a service's credentials look like: a name and a password, or an API key that may expire. */
export const credentialServices: Readonly<Record<string, "password" | "api-key">> = {
  "bedrock.amazonaws.com": "api-key",
  "cassandra.amazonaws.com": "password",
  "codecommit.amazonaws.com": "password",
};

/** A credential. */
export interface ServiceCredentialRow {
  /** ACCA.. */
  readonly id: string;
  readonly accountId: string;
  /** The user's unique id. */
  readonly holder: string;
  readonly service: string;
  /** The user name of a password, or the alias of an API key. */
  readonly name: string;
  readonly secretDigest: string;
  readonly status: "Active" | "Inactive";
  readonly createdAt: number;
  readonly expiresAt?: number | undefined;
}

export const serviceCredentials = collection<ServiceCredentialRow>()({
  kind: "iam/service-specific-credential",
  key: (row) => row.id,
  indexes: { account: (row) => row.accountId, holder: (row) => row.holder },
});

/** The credentials of a user, in id order. */
export function serviceCredentialsOf(tx: ReadTx, userId: string): readonly ServiceCredentialRow[] {
  return tx.by(serviceCredentials, "holder", userId);
}

/** A credential of a user. @throws serviceCredentialNotFound */
export function fetchServiceCredential(tx: ReadTx, user: UserRow, id: string): ServiceCredentialRow {
  const row = tx.get(serviceCredentials, id);
  if (row?.holder !== user.id) throw serviceCredentialNotFound(id);
  return row;
}

/** A new secret of a credential: as it is told, and as it is kept. */
export function newSecret(
  call: Call,
  credential: Pick<ServiceCredentialRow, "service" | "name">,
): { readonly told: string; readonly digest: string } {
  const secret = generateSecretAccessKey(call.environment.random);
  const isKey = credentialServices[credential.service] === "api-key";
  const told = isKey ? `ABSK${Buffer.from(`${credential.name}:${secret}`).toString("base64")}` : secret;
  return { told, digest: secretDigest(told) };
}

/** The name of a user's next credential for a service, such as `ana+1-at-111122223333`. */
export function credentialName(call: Call, user: UserRow, made: Named): string {
  const { service, existing } = made;
  if (credentialServices[service] === "api-key") {
    const drawn = Buffer.from(call.environment.random(2)).toString("hex");
    return `BedrockAPIKey-${drawn}-at-${call.accountId}`;
  }
  const taken = new Set(existing.map(({ name }) => name));
  const names = Array.from({ length: existing.length + 1 }, (_, index) => {
    const mark = index === 0 ? "" : `+${index}`;
    return `${user.name}${mark}-at-${call.accountId}`;
  });
  return names.find((name) => !taken.has(name)) ?? "";
}

interface Named {
  readonly service: string;
  readonly existing: readonly ServiceCredentialRow[];
}
