/** The identity port: from an access key to a principal, its policies and its tags. */
import type { ReadTx, Tx } from "@casemate/store";
import type {
  CloudEnvironment,
  Credential,
  CredentialRefusal,
  IdentityPort,
  Principal,
  RootPrincipal,
  Tags,
  UserPrincipal,
} from "../../../kit/index.ts";
import { noteAccess } from "../access-advisor/service-access.ts";
import { accessKeys, openSecret, rootHolder, type AccessKeyRow } from "../access-key/access-key.ts";
import { accountExists, isAccountOpen } from "../account/account.ts";
import { findConsoleSession } from "../console-session/console-session.ts";
import { roleArn, roles } from "../role/role.ts";
import { withoutTags } from "../tag/tags.ts";
import { userArn, users } from "../user/user.ts";
import { policiesOf } from "./principal-policies.ts";
import { openSessionToken, type SessionTokenContent } from "./session-token.ts";

/** A use within this time of the last one noted is not noted: last-used times are coarse on AWS too. */
const useGrainMs = 60_000;
/** Opened secrets that are remembered. */
const openedSecretsMax = 4096;

type Presented = Parameters<IdentityPort["findCredential"]>[1];

/** Makes the port. */
export function createIdentity(environment: CloudEnvironment): IdentityPort {
  const secretOf = openedSecrets(environment);
  return {
    findCredential(tx, presented) {
      const found = presented.accessKeyId.startsWith("ASIA")
        ? temporary(tx, presented, environment)
        : longLived(tx, presented, secretOf);
      if (typeof found === "string") return found;
      return isAccountOpen(tx, found.principal.accountId) ? found : "inactive";
    },
    policiesOf,
    tagsOf,
    noteUse,
    noteAccess,
  };
}

/** Opens secrets and remembers the most recent ones by row: a changed key is another row. */
function openedSecrets(environment: CloudEnvironment): (row: AccessKeyRow) => string {
  const opened = new Map<string, string>();
  return (row) => {
    const known = opened.get(row.sealedSecret);
    if (known !== undefined) return known;
    const secret = openSecret(environment, row);
    if (opened.size >= openedSecretsMax) opened.clear();
    opened.set(row.sealedSecret, secret);
    return secret;
  };
}

function longLived(
  tx: ReadTx,
  { accessKeyId, sessionToken }: Presented,
  secretOf: (row: AccessKeyRow) => string,
): Credential | CredentialRefusal {
  const row = tx.get(accessKeys, accessKeyId);
  if (row === undefined) return "unknown";
  if (row.status !== "Active") return "inactive";
  if (sessionToken !== undefined) return "bad-token";
  const principal =
    row.holder === rootHolder ? root(tx, row.accountId, row.id) : user(tx, row.holder, row.id);
  if (principal === undefined) return "unknown";
  return { secretAccessKey: secretOf(row), principal };
}

function temporary(
  tx: ReadTx,
  { accessKeyId, sessionToken, now }: Presented,
  environment: CloudEnvironment,
): Credential | CredentialRefusal {
  if (sessionToken === undefined) return "unknown";
  const content = openSessionToken(environment, accessKeyId, sessionToken);
  if (content === undefined) return "bad-token";
  if (now >= content.session.expiresAt) return "expired";
  const principal = sessionPrincipal(tx, content, accessKeyId);
  if (principal === undefined) return "unknown";
  return { secretAccessKey: content.secretAccessKey, principal };
}

/** The principal of a session, while what it was issued for still exists. */
function sessionPrincipal(
  tx: ReadTx,
  { accountId, holder, session }: SessionTokenContent,
  accessKeyId: string,
): Principal | undefined {
  if (holder.type === "root") {
    const principal = root(tx, accountId, accessKeyId);
    return principal && { ...principal, session };
  }
  if (holder.type === "user") {
    // A session from GetSessionToken ends with the long-lived key that asked for it.
    if (tx.get(accessKeys, holder.accessKeyId)?.status !== "Active") return undefined;
    const principal = user(tx, holder.userId, accessKeyId);
    return principal && { ...principal, session };
  }
  if (holder.type === "console") {
    if (findConsoleSession(tx, holder.sessionId) === undefined) return undefined;
    const { userId } = holder;
    const principal = userId === undefined ? root(tx, accountId, accessKeyId) : user(tx, userId, accessKeyId);
    return principal && { ...principal, session };
  }
  if (holder.type === "federated") {
    return federatedUser(tx, { accountId, holder, session }, accessKeyId);
  }
  const role = tx.get(roles, holder.roleId);
  if (role === undefined) return undefined;
  return {
    type: "role-session",
    accountId,
    arn: `arn:aws:sts::${accountId}:assumed-role/${role.name}/${holder.sessionName}`,
    id: `${role.id}:${holder.sessionName}`,
    accessKeyId,
    roleArn: roleArn(role),
    roleId: role.id,
    roleName: role.name,
    sessionName: holder.sessionName,
    session,
  };
}

type FederatedContent = Pick<SessionTokenContent, "accountId" | "session"> & {
  readonly holder: Extract<SessionTokenContent["holder"], { readonly type: "federated" }>;
};

/** A federated user, while the key that asked for its session still works. */
function federatedUser(
  tx: ReadTx,
  { accountId, holder, session }: FederatedContent,
  accessKeyId: string,
): Principal | undefined {
  if (tx.get(accessKeys, holder.accessKeyId)?.status !== "Active") return undefined;
  const { name, userId } = holder;
  const issuer =
    userId === undefined ? root(tx, accountId, holder.accessKeyId) : user(tx, userId, holder.accessKeyId);
  if (issuer === undefined) return undefined;
  return {
    type: "federated-user",
    accountId,
    arn: `arn:aws:sts::${accountId}:federated-user/${name}`,
    id: `${accountId}:${name}`,
    accessKeyId,
    issuer: {
      type: issuer.type,
      arn: issuer.arn,
      id: issuer.id,
      ...(issuer.type === "user" ? { userName: issuer.userName } : {}),
    },
    session,
  };
}

function root(tx: ReadTx, accountId: string, accessKeyId: string): RootPrincipal | undefined {
  if (!accountExists(tx, accountId)) return undefined;
  return { type: "root", accountId, arn: `arn:aws:iam::${accountId}:root`, id: accountId, accessKeyId };
}

function user(tx: ReadTx, userId: string, accessKeyId: string): UserPrincipal | undefined {
  const row = tx.get(users, userId);
  if (row === undefined) return undefined;
  return {
    type: "user",
    accountId: row.accountId,
    arn: userArn(row),
    id: row.id,
    accessKeyId,
    userName: row.name,
  };
}

function tagsOf(tx: ReadTx, principal: Principal): Tags {
  if (principal.type === "user") return overlaid(tx.get(users, principal.id)?.tags, principal.session?.tags);
  if (principal.type === "role-session") {
    return overlaid(tx.get(roles, principal.roleId)?.tags, principal.session.tags);
  }
  if (principal.type === "federated-user") {
    return overlaid(tx.get(users, principal.issuer.id)?.tags, principal.session.tags);
  }
  return {};
}

/**
 * Tags of a session over those of its user or role. Keys are compared without case, so no tag of the other
 * survives beside it.
 */
function overlaid(own: Tags | undefined, session: Tags | undefined): Tags {
  if (own === undefined || session === undefined) return session ?? own ?? {};
  return { ...withoutTags(own, Object.keys(session)), ...session };
}

function noteUse(tx: Tx, use: Parameters<IdentityPort["noteUse"]>[1]): void {
  const { principal, service, region, now: at } = use;
  if (principal.type === "role-session") {
    const row = tx.get(roles, principal.roleId);
    if (row === undefined) return;
    if (row.lastUsed?.region === region && at - row.lastUsed.at < useGrainMs) return;
    tx.put(roles, { ...row, lastUsed: { at, region } });
    return;
  }
  const row = tx.get(accessKeys, principal.accessKeyId);
  if (row === undefined) return;
  const { lastUsed } = row;
  const same = lastUsed?.service === service && lastUsed.region === region;
  if (same && at - lastUsed.at < useGrainMs) return;
  tx.put(accessKeys, { ...row, lastUsed: { at, service, region } });
}
