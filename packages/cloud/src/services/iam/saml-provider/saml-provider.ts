/** SAML providers: the row, and what it stands for. Their private keys are sealed and never shown again. */
import {
  parseSamlMetadata,
  parseSamlPrivateKey,
  type SamlProviderMetadata,
  type SamlTrust,
} from "@casemate/key-engine";
import { collection, type ReadTx } from "@casemate/store";
import {
  resourceTagKeys,
  type Call,
  type CloudEnvironment,
  type Tags,
  type Target,
} from "../../../kit/index.ts";
import { samlProviderArnInvalid, samlProviderNotFound } from "./saml-provider-faults.ts";

/** SAML providers an account may have. */
export const samlProvidersPerAccountMax = 100;
/** Private keys a provider may have, so that one can be replaced by another. */
export const samlPrivateKeysMax = 2;

/** A provider. */
export interface SamlProviderRow {
  /** What the API calls its UUID. */
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly metadata: string;
  readonly createdAt: number;
  readonly encryptionMode?: "Required" | "Allowed" | undefined;
  readonly privateKeys: readonly SamlPrivateKeyRow[];
  readonly tags: Tags;
}

/** A key that decrypts assertions. */
export interface SamlPrivateKeyRow {
  readonly id: string;
  readonly sealed: string;
  readonly uploadedAt: number;
}

export const samlProviders = collection<SamlProviderRow>()({
  kind: "iam/saml-provider",
  key: (row) => row.id,
  indexes: { account: (row) => row.accountId, arn: (row) => samlProviderArn(row) },
});

export function samlProviderArn(row: Pick<SamlProviderRow, "accountId" | "name">): string {
  return `arn:aws:iam::${row.accountId}:saml-provider/${row.name}`;
}

/** The account in the ARN of a provider, whether there is such a one or not; undefined for another ARN. */
function accountOfSamlProvider(arn: string): string | undefined {
  return /^arn:aws:iam::(\d{12}):saml-provider\/[\w.-]{1,128}$/.exec(arn)?.[1];
}

export function findSamlProvider(tx: ReadTx, arn: string): SamlProviderRow | undefined {
  return tx.by(samlProviders, "arn", arn)[0];
}

/** The caller's provider of an ARN. @throws samlProviderNotFound */
export function fetchSamlProvider(tx: ReadTx, call: Call, arn: string): SamlProviderRow {
  const row = findSamlProvider(tx, arn);
  if (row?.accountId !== call.accountId) throw samlProviderNotFound(arn);
  return row;
}

/**
 * A provider as target of a need. It belongs to the account in its ARN, so that nobody reaches those of
 * another account. @throws samlProviderArnInvalid
 */
export function samlProviderTarget(call: Call, arn: string): Target {
  const accountId = accountOfSamlProvider(arn);
  if (accountId === undefined) throw samlProviderArnInvalid(arn);
  const row = accountId === call.accountId ? findSamlProvider(call.tx, arn) : undefined;
  return { arn, accountId, keys: resourceTagKeys(row?.tags ?? {}, "iam") };
}

/** What the metadata of rows says; a changed row is another one. */
const read = new WeakMap<SamlProviderRow, SamlProviderMetadata>();

/** What the provider's metadata says. */
export function metadataOf(row: SamlProviderRow): SamlProviderMetadata {
  const known = read.get(row);
  if (known !== undefined) return known;
  const metadata = parseSamlMetadata(row.metadata);
  read.set(row, metadata);
  return metadata;
}

/** When it stops being one; a hundred years after it was made where its metadata says nothing about it. */
export function validUntilOf(row: SamlProviderRow): number {
  const end = metadataOf(row).validUntil;
  if (end !== undefined) return end;
  const made = new Date(row.createdAt);
  return made.setUTCFullYear(made.getUTCFullYear() + 100);
}

/** Whose signatures count as the provider's, and how to read what it encrypts. */
export function samlTrustOf(environment: CloudEnvironment, row: SamlProviderRow): SamlTrust {
  const decryptionKeys = row.privateKeys
    .map(({ id, sealed }) => parseSamlPrivateKey(environment.keyring.open(sealed, keyContext(id))))
    .filter((key) => key !== undefined);
  return { signingKeys: metadataOf(row).signingKeys, decryptionKeys };
}

/** What a private key is sealed to. */
export function keyContext(id: string): { readonly purpose: string; readonly id: string } {
  return { purpose: "saml-private-key", id };
}
