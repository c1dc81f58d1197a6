/**
 * VPC Block Public Access of an account in a region: what the account chose, what its organization declares
 * over it, and what of both holds.
 */
import { collection, type ReadTx, type Tx } from "@casemate/store";
import type { InternetGatewayBlockMode } from "@casemate/wire/ec2";
import type { DeclaredSetting } from "../../../kit/index.ts";
import { networkTopic } from "../network/network-topic.ts";

/** An account in a region. */
export interface AccountRegion {
  readonly accountId: string;
  readonly region: string;
}

/** What an account chose. */
export interface PublicAccessRow extends AccountRegion {
  readonly mode: InternetGatewayBlockMode;
  /** Whether the networks are yet to follow. */
  readonly following: boolean;
  readonly changedAt: number;
}

/** What its organization declares, for all of its regions. */
export interface DeclaredPublicAccessRow {
  readonly accountId: string;
  readonly mode: InternetGatewayBlockMode;
  readonly exclusionsAllowed: boolean;
  readonly exceptionMessage?: string | undefined;
  readonly following: boolean;
  readonly changedAt: number;
}

const keyOf = ({ accountId, region }: AccountRegion): string => `${accountId}/${region}`;

/** One row for each account and region that ever chose. */
export const publicAccessOptions = collection<PublicAccessRow>({
  kind: "ec2/vpc-block-public-access-options",
  key: keyOf,
});

/** One row for each account that something is declared for: what the networks are made by. */
export const declaredPublicAccess = collection<DeclaredPublicAccessRow>({
  kind: "ec2/declared-vpc-block-public-access",
  key: (row) => row.accountId,
});

/** What holds for an account in a region. */
export interface PublicAccess {
  readonly mode: InternetGatewayBlockMode;
  readonly exclusionsAllowed: boolean;
  readonly chosen: PublicAccessRow | undefined;
  readonly declared: DeclaredPublicAccessRow | undefined;
}

/** What holds: the organization's word where it has one. */
export function publicAccessOf(tx: ReadTx, of: AccountRegion): PublicAccess {
  const chosen = tx.get(publicAccessOptions, keyOf(of));
  const declared = tx.get(declaredPublicAccess, of.accountId);
  return {
    mode: declared?.mode ?? chosen?.mode ?? "off",
    exclusionsAllowed: declared?.exclusionsAllowed ?? true,
    chosen,
    declared,
  };
}

const modes: Readonly<Record<string, InternetGatewayBlockMode>> = {
  off: "off",
  block_ingress: "block-ingress",
  block_bidirectional: "block-bidirectional",
};

/**
 * Reads the setting `vpc_block_public_access` of a declarative policy; without a mode nothing is declared.
 */
export function readDeclaration(
  setting: DeclaredSetting | undefined,
): Pick<DeclaredPublicAccessRow, "mode" | "exclusionsAllowed" | "exceptionMessage"> | undefined {
  const block = setting?.value["internet_gateway_block"];
  if (typeof block !== "object" || block === null) return undefined;
  const { mode: word, exclusions_allowed: allowed } = block as Readonly<Record<string, unknown>>;
  const mode = typeof word === "string" && Object.hasOwn(modes, word) ? modes[word] : undefined;
  if (mode === undefined) return undefined;
  const exceptionMessage = setting?.exceptionMessage;
  return {
    mode,
    exclusionsAllowed: allowed !== "disabled",
    ...(exceptionMessage === undefined ? {} : { exceptionMessage }),
  };
}

/** Writes what is declared for an account, where it is not written yet; the networks then follow. */
export function holdToDeclaration(
  tx: Tx,
  account: { readonly accountId: string; readonly setting: DeclaredSetting | undefined },
  now: number,
): void {
  const { accountId, setting } = account;
  const known = tx.get(declaredPublicAccess, accountId);
  const declared = readDeclaration(setting);
  if (declared === undefined) {
    if (known === undefined) return;
    tx.delete(declaredPublicAccess, accountId);
    tx.wish(networkTopic);
    return;
  }
  const { mode, exclusionsAllowed, exceptionMessage } = declared;
  const changed = known?.mode !== mode || known.exclusionsAllowed !== exclusionsAllowed;
  if (!changed && known.exceptionMessage === exceptionMessage) return;
  const following = changed || known.following;
  const changedAt = changed ? now : known.changedAt;
  tx.put(declaredPublicAccess, { accountId, ...declared, following, changedAt });
  tx.wish(networkTopic);
}
