/** Test support: the authorization matrix as text that anybody can read. */
import { needNoPermission } from "./authorization-ledger.ts";

/** A line: an operation, a word for each caller, and the permissions it is decided on. */
export interface MatrixLine {
  readonly name: string;
  readonly words: readonly string[];
  readonly permissions: readonly string[];
}

const head = `Authorization matrix

Who may do what, as the tests found it: every operation was sent as each of these callers, and this file is
what came of it. A refused call changed nothing and stands in the trail once. UPDATE_GOLDEN=1 writes it anew.

  no credentials   nobody signed the request
  wrong secret     signed with a known access key and another secret
  expired session  signed with a session that is over
  stranger         the administrator of another account, who names what is in this one:
                   the error it gets, or that it was told of its own account only; one operation
                   tells anybody which account an access key belongs to, as on AWS
  no policy        a user without any policy
  explicit deny    a user who may do everything, with a policy that denies it
  boundary         a user who may do everything, with a permissions boundary that allows something else
  session policy   a session of a role that may do everything, whose session policy allows something else
  SCP              a user who may do everything, in an account whose organizational unit allows something else
  RCP              a user who may do everything, to resources whose organizational unit allows something else
                   (AWS asks RCPs about some services only; here all operations are held against them)
  no MFA           a user who may do everything with MFA, and calls without
  permissions      what the caller must be allowed to do
  by its proof     whoever sends the request, the token or assertion in it decides, and this one was spoiled
`;

/** The file. */
export function authorizationMatrix(callers: readonly string[], lines: readonly MatrixLine[]): string {
  const titles = ["operation", ...callers, "permissions"];
  const rows = lines.map(({ name, words, permissions }) => [
    name,
    ...words,
    permissionText(name, permissions),
  ]);
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const text = (row: readonly string[]): string =>
    row
      .map((word, column) => word.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return [
    head,
    text(titles),
    widths.map((width) => "-".repeat(width)).join("  "),
    ...rows.map(text),
    "",
  ].join("\n");
}

function permissionText(name: string, permissions: readonly string[]): string {
  const others = [...new Set(permissions)].filter((action) => action !== name);
  if (permissions.length === 0) return needNoPermission.includes(name) ? "none needed" : "";
  const own = permissions.includes(name) ? [name] : [];
  return [...own, ...others].join(" + ");
}
