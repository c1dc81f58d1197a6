/** OpenID Connect providers: the row, which is known by its URL. Whose tokens count is for STS to say. */
import { collection, type ReadTx, type Tx } from "@casemate/store";
import { parseArn, resourceTagKeys, type Call, type Tags, type Target } from "../../../kit/index.ts";
import { invalidPolicyArn } from "../faults.ts";
import { oidcProviderNotFound } from "./oidc-provider-faults.ts";

/** Providers an account may have. */
export const oidcProvidersPerAccountMax = 100;
/** Client ids a provider may have. */
export const clientIdsPerProviderMax = 100;
/** Thumbprints a provider may have. */
export const thumbprintsPerProviderMax = 5;

/** A provider. */
export interface OidcProviderRow {
  readonly accountId: string;
  /** The issuer's URL without `https://`, as ARNs and condition keys have it. */
  readonly url: string;
  /** Audiences whose tokens count. */
  readonly clientIds: readonly string[];
  /** SHA-1 of certificates that vouch for the issuer, in lower-case hexadecimal digits. */
  readonly thumbprints: readonly string[];
  readonly createdAt: number;
  readonly tags: Tags;
}

export const oidcProviders = collection<OidcProviderRow>()({
  kind: "iam/oidc-provider",
  key: keyOf,
  indexes: { account: (row) => row.accountId },
});

export function oidcProviderArn({ accountId, url }: Pick<OidcProviderRow, "accountId" | "url">): string {
  return `arn:aws:iam::${accountId}:oidc-provider/${url}`;
}

/** The account's provider of a URL without `https://`, which is compared with its case. */
export function findOidcProvider(tx: ReadTx, accountId: string, url: string): OidcProviderRow | undefined {
  return tx.get(oidcProviders, keyOf({ accountId, url }));
}

/** The caller's provider of an ARN. @throws invalidPolicyArn, oidcProviderNotFound */
export function fetchOidcProvider(tx: ReadTx, call: Call, arn: string): OidcProviderRow {
  const { accountId, url } = partsOf(arn);
  const row = accountId === call.accountId ? findOidcProvider(tx, accountId, url) : undefined;
  if (row === undefined) throw oidcProviderNotFound(arn);
  return row;
}

/** A provider as target of a need. @throws invalidPolicyArn */
export function oidcProviderTarget(call: Call, arn: string): Target {
  const { accountId, url } = partsOf(arn);
  const row = accountId === call.accountId ? findOidcProvider(call.tx, accountId, url) : undefined;
  return { arn, accountId, keys: resourceTagKeys(row?.tags ?? {}, "iam") };
}

export function putOidcProvider(tx: Tx, row: OidcProviderRow): OidcProviderRow {
  tx.put(oidcProviders, row);
  return row;
}

/** Deletes the caller's provider of an ARN; one that does not exist is gone. @throws invalidPolicyArn */
export function deleteOidcProvider(tx: Tx, call: Call, arn: string): void {
  const { accountId, url } = partsOf(arn);
  const row = accountId === call.accountId ? findOidcProvider(tx, accountId, url) : undefined;
  if (row !== undefined) tx.delete(oidcProviders, keyOf(row));
}

function keyOf({ accountId, url }: Pick<OidcProviderRow, "accountId" | "url">): string {
  return `${accountId}/${url}`;
}

function partsOf(arn: string): Pick<OidcProviderRow, "accountId" | "url"> {
  const parts = parseArn(arn);
  const url = parts?.resource.replace(/^oidc-provider\//, "") ?? "";
  const { accountId = "" } = parts ?? {};
  if (!/^\d{12}$/.test(accountId) || arn !== oidcProviderArn({ accountId, url })) throw invalidPolicyArn(arn);
  return { accountId, url };
}
