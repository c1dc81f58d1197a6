/**
 * Trust policies between the wire and the row. Stored, they name users and roles by unique id, so that a
 * namesake made later is not trusted; shown, by ARN again, or by the bare id of one that is gone.
 */
import { mapPrincipals, principalsOf } from "@casemate/iam-engine";
import type { ReadTx } from "@casemate/store";
import { parseArn } from "../../../kit/index.ts";
import { accountExists } from "../account/account.ts";
import { malformedPolicyDocument, quotaExceeded } from "../faults.ts";
import { checkDocument, trustPolicyCharactersMax } from "../policy/document.ts";
import { findUser, userArn, users } from "../user/user.ts";
import { findRole, roleArn, roles } from "./role.ts";

/** Identity providers that need no resource of their own to be trusted. */
const knownProviders = new Set([
  "accounts.google.com",
  "cognito-identity.amazonaws.com",
  "graph.facebook.com",
  "www.amazon.com",
]);

/**
 * A provider made in IAM. It is named by its ARN and need not exist: without it nobody is vouched for, and
 * one that is made again under its name is trusted again.
 */
const providerPattern = /^arn:aws:iam::\d{12}:(?:oidc-provider\/[^\s*?]+|saml-provider\/[\w.-]{1,128})$/;

const notProvider = "Federated principals must be valid domain names or SAML metadata ARNs";

/** A trust policy as it is stored. @throws malformedPolicyDocument, quotaExceeded */
export function storedTrust(tx: ReadTx, document: string): string {
  const size = checkDocument(document, "trust");
  if (size > trustPolicyCharactersMax) {
    throw quotaExceeded("ACLSizePerRole", String(trustPolicyCharactersMax));
  }
  for (const { type, value } of principalsOf(document)) {
    if (type === "Federated" && !isProvider(value.text)) throw malformedPolicyDocument(notProvider);
    if (!isKnown(tx, type, value.text)) {
      const label = type === "AWS" ? type : type.toUpperCase();
      throw malformedPolicyDocument(`Invalid principal in policy: "${label}":"${value.text}"`);
    }
  }
  return mapPrincipals(document, (principal) => storedPrincipal(tx, principal));
}

/** A stored trust policy as the API shows it. */
export function shownTrust(tx: ReadTx, stored: string): string {
  return mapPrincipals(stored, (principal) => shownPrincipal(tx, principal));
}

function isKnown(tx: ReadTx, type: string, value: string): boolean {
  if (type === "AWS") return value === "*" || storedPrincipal(tx, value) !== undefined;
  // Differs: AWS knows the list of its services; here any name of the form of one is taken in a trust policy.
  if (type === "Service") return /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com$/.test(value);
  return type === "Federated";
}

function isProvider(value: string): boolean {
  return knownProviders.has(value) || providerPattern.test(value);
}

/** What stands for a principal in the row, or undefined when nobody is called that. */
export function storedPrincipal(tx: ReadTx, principal: string): string | undefined {
  if (/^\d{12}$/.test(principal)) {
    return accountExists(tx, principal) ? `arn:aws:iam::${principal}:root` : undefined;
  }
  if (/^A(?:IDA|ROA)[A-Z2-7]{17}$/.test(principal)) {
    return (tx.get(users, principal) ?? tx.get(roles, principal)) ? principal : undefined;
  }
  const parts = parseArn(principal);
  if (parts?.partition !== "aws" || parts.region !== "" || !accountExists(tx, parts.accountId))
    return undefined;
  const { service, accountId, resource } = parts;
  const [type = "", ...names] = resource.split("/");
  const name = names.at(-1) ?? "";
  if (service === "iam" && resource === "root") return principal;
  if (service === "iam" && type === "user") {
    const row = findUser(tx, accountId, name);
    return row !== undefined && userArn(row) === principal ? row.id : undefined;
  }
  if (service === "iam" && type === "role") {
    const row = findRole(tx, accountId, name);
    return row !== undefined && roleArn(row) === principal ? row.id : undefined;
  }
  if (service !== "sts" || type !== "assumed-role" || names.length !== 2) return undefined;
  const role = findRole(tx, accountId, names[0] ?? "");
  return role?.name === names[0] && /^[\w+=,.@-]{2,64}$/.test(name) ? `${role?.id}:${name}` : undefined;
}

/** A stored principal as the API shows it, or undefined for what is shown as it is stored. */
export function shownPrincipal(tx: ReadTx, stored: string): string | undefined {
  const [id = "", sessionName] = stored.split(":");
  const user = tx.get(users, id);
  if (user !== undefined) return userArn(user);
  const role = tx.get(roles, id);
  if (role === undefined) return undefined;
  if (sessionName === undefined) return roleArn(role);
  return `arn:aws:sts::${role.accountId}:assumed-role/${role.name}/${sessionName}`;
}
