/**
 * Key pairs: the row holds the public half alone; the private half is in the reply that made it and nowhere
 * else.
 */
import type { ReadTx } from "@casemate/store";
import type { KeyPairInfo } from "@casemate/wire/ec2";
import {
  fault,
  resource,
  tagsView,
  type Call,
  type FilterTable,
  type OwnedRow,
  type Target,
} from "../../../kit/index.ts";
import { malformedId } from "../malformed-id.ts";

/** A key pair. */
export interface KeyPairRow extends OwnedRow {
  readonly id: string;
  readonly name: string;
  readonly keyType: "rsa" | "ed25519";
  readonly fingerprint: string;
  /** A line of authorized_keys. */
  readonly publicKey: string;
  readonly createdAt: number;
}

export const keyPairNotFound = fault({
  code: "InvalidKeyPair.NotFound",
  message: (name: string) => `The key pair '${name}' does not exist`,
});
export const keyPairMalformed = malformedId("InvalidKeyPairId.Malformed", "key");
export const keyPairDuplicate = fault({
  code: "InvalidKeyPair.Duplicate",
  message: (name: string) => `The keypair already exists: ${name}`,
});
export const keyNameInvalid = fault({
  code: "InvalidParameterValue",
  message: () => "Invalid value for parameter KeyName: it must have 1 to 255 ASCII characters",
});
export const publicKeyInvalid = fault({
  code: "InvalidKey.Format",
  message: () => "Key is not in valid OpenSSH public key format",
});
export const keyPairsExceeded = fault({
  code: "KeyPairLimitExceeded",
  message: () => "The maximum number of key pairs has been reached.",
});
export const keyPairNotNamed = fault({
  code: "MissingParameter",
  message: () => "The request must contain the parameter KeyName or KeyPairId",
});

export const keyPairFaults = [
  keyPairNotFound,
  keyPairMalformed,
  keyPairDuplicate,
  keyNameInvalid,
  publicKeyInvalid,
  keyPairsExceeded,
  keyPairNotNamed,
];

/** Key pairs an account may have in a region. */
export const keyPairsPerRegionMax = 5000;

export const keyPairs = resource<KeyPairRow, "name">({
  service: "ec2",
  type: "key-pair",
  prefix: "key",
  arnName: (row) => row.name,
  indexes: { name: (row) => row.name },
  notFound: keyPairNotFound,
  malformed: keyPairMalformed,
  keys: (row) => ({ "ec2:KeyPairName": row.name, "ec2:KeyPairType": row.keyType }),
});

/** The caller's key pair of a name. */
export function findKeyPair(tx: ReadTx, call: Call, name: string): KeyPairRow | undefined {
  return keyPairs.by(tx, call, { index: "name", value: name })[0];
}

/** A key pair by name as target of a need. */
export function keyPairTarget(call: Call, name: string): Target {
  const row = findKeyPair(call.tx, call, name);
  if (row !== undefined) return keyPairs.targetOf(row, call.tx);
  return {
    arn: call.arn("ec2", `${keyPairs.type}/${name}`),
    accountId: call.accountId,
    keys: { "ec2:KeyPairName": name },
  };
}

/** The filters of DescribeKeyPairs. */
export const keyPairFilters: FilterTable<KeyPairRow> = {
  fingerprint: (row) => row.fingerprint,
  "key-name": (row) => row.name,
  "key-pair-id": (row) => row.id,
};

/** The key pair as the API shows it. */
export function keyPairView(row: KeyPairRow, includePublicKey: boolean): KeyPairInfo {
  return {
    KeyPairId: row.id,
    KeyName: row.name,
    KeyType: row.keyType,
    KeyFingerprint: row.fingerprint,
    CreateTime: new Date(row.createdAt),
    Tags: tagsView(row.tags),
    ...(includePublicKey ? { PublicKey: row.publicKey } : {}),
  };
}
