/** The credential report of an account: the row that keeps the last one, and its CSV. */
import { collection, type ReadTx } from "@casemate/store";
import { keysOf, rootHolder, rootUserName, type AccessKeyRow } from "../access-key/access-key.ts";
import { accounts } from "../account/account.ts";
import { signingCertificatesOf } from "../signing-certificate/signing-certificate.ts";
import { userArn, users, type UserRow } from "../user/user.ts";
import { credentialFactsOf, type PasswordFacts } from "./credential-facts.ts";

/** A report as it was when it was made. */
export interface CredentialReportRow {
  readonly accountId: string;
  readonly content: string;
  readonly generatedAt: number;
}

export const credentialReports = collection<CredentialReportRow>({
  kind: "iam/credential-report",
  key: (row) => row.accountId,
});

/** How long a report is good for; until then no new one is made. */
export const reportLifetimeMs = 4 * 60 * 60 * 1000;

/** The columns in their order. */
export const reportColumns = [
  "user",
  "arn",
  "user_creation_time",
  "password_enabled",
  "password_last_used",
  "password_last_changed",
  "password_next_rotation",
  "mfa_active",
  "access_key_1_active",
  "access_key_1_last_rotated",
  "access_key_1_last_used_date",
  "access_key_1_last_used_region",
  "access_key_1_last_used_service",
  "access_key_2_active",
  "access_key_2_last_rotated",
  "access_key_2_last_used_date",
  "access_key_2_last_used_region",
  "access_key_2_last_used_service",
  "cert_1_active",
  "cert_1_last_rotated",
  "cert_2_active",
  "cert_2_last_rotated",
] as const;

const none = "N/A";
const neverUsed = "no_information";
const notTold = "not_supported";

/** The report of an account: the root, then the users by name; lines end in LF, the last one in nothing. */
export function reportOf(tx: ReadTx, accountId: string): string {
  const rows = tx
    .by(users, "account", accountId)
    .toSorted((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1))
    .map((user) => userCells(tx, user));
  return [reportColumns, rootCells(tx, accountId), ...rows]
    .map((cells) => cells.map(quoted).join(","))
    .join("\n");
}

function rootCells(tx: ReadTx, accountId: string): string[] {
  const { password, mfaActive } = credentialFactsOf(tx, accountId, rootHolder);
  const account = tx.get(accounts, accountId);
  return [
    rootUserName,
    `arn:aws:iam::${accountId}:root`,
    dateOrNone(account?.createdAt),
    String(password !== undefined),
    lastUsedCell(password, account?.rootPasswordLastUsedAt),
    dateOrNone(password?.changedAt),
    notTold,
    String(mfaActive),
    ...keyCells(tx, accountId, rootHolder),
    ...certificateCells(tx, accountId, rootHolder),
  ];
}

function userCells(tx: ReadTx, user: UserRow): string[] {
  const { password, mfaActive } = credentialFactsOf(tx, user.accountId, user.id);
  return [
    user.name,
    userArn(user),
    dateText(user.createdAt),
    String(password !== undefined),
    lastUsedCell(password, user.passwordLastUsedAt),
    dateOrNone(password?.changedAt),
    dateOrNone(password?.nextRotationAt),
    String(mfaActive),
    ...keyCells(tx, user.accountId, user.id),
    ...certificateCells(tx, user.accountId, user.id),
  ];
}

function lastUsedCell(password: PasswordFacts | undefined, at: number | undefined): string {
  if (password === undefined) return none;
  return at === undefined ? neverUsed : dateText(at);
}

function keyCells(tx: ReadTx, accountId: string, holder: string): string[] {
  const [first, second] = keysOf(tx, accountId, holder);
  return [...cellsOfKey(first), ...cellsOfKey(second)];
}

function cellsOfKey(key: AccessKeyRow | undefined): string[] {
  return [
    String(key?.status === "Active"),
    dateOrNone(key?.createdAt),
    dateOrNone(key?.lastUsed?.at),
    key?.lastUsed?.region ?? none,
    key?.lastUsed?.service ?? none,
  ];
}

function certificateCells(tx: ReadTx, accountId: string, holder: string): string[] {
  const [first, second] = signingCertificatesOf(tx, accountId, holder);
  return [first, second].flatMap((certificate) => [
    String(certificate?.status === "Active"),
    dateOrNone(certificate?.uploadedAt),
  ]);
}

function dateOrNone(at: number | undefined): string {
  return at === undefined ? none : dateText(at);
}

function dateText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}+00:00`;
}

/** A cell as RFC 4180 has it; user names may hold commas. */
function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
