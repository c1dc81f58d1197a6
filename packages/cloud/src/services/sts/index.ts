/** The face of STS to the rest of the cloud. */
import type { Call, Service } from "../../kit/index.ts";
import { absentStsOperations } from "./absent-operations.ts";
import { decodeAuthorizationMessage } from "./authorization-message/decode-authorization-message.ts";
import { sessionCallNotAllowed, stsFaults } from "./faults.ts";
import { assumeRole } from "./session/assume-role.ts";
import { assumeRoleWithSaml } from "./saml/assume-role-with-saml.ts";
import { samlFaults } from "./saml/saml-faults.ts";
import { assumeRoot } from "./session/assume-root.ts";
import { getAccessKeyInfo } from "./session/get-access-key-info.ts";
import { getCallerIdentity } from "./session/get-caller-identity.ts";
import { getFederationToken } from "./session/get-federation-token.ts";
import { getSessionToken } from "./session/get-session-token.ts";
import { assumeRoleWithWebIdentity } from "./web-identity/assume-role-with-web-identity.ts";
import { webIdentityFaults } from "./web-identity/web-identity-faults.ts";

/**
 * What a session from GetSessionToken may ask of STS; every other operation wants a long-lived key or a role.
 */
const openToUserSessions = new Set(["AssumeRole", "GetCallerIdentity", "GetSessionToken"]);
/** What a federated user, who may ask nothing of IAM, and a root session for one task may ask of STS. */
const openToBoundedSessions = new Set(["GetCallerIdentity"]);

/** The security token service. */
export const stsService: Service = {
  name: "sts",
  iamPrefix: "sts",
  eventSource: "sts.amazonaws.com",
  scope: "regional",
  refusal: { code: "AccessDenied", status: 403, encoded: false },
  operations: [
    assumeRole,
    assumeRoleWithSaml,
    assumeRoleWithWebIdentity,
    assumeRoot,
    decodeAuthorizationMessage,
    getAccessKeyInfo,
    getCallerIdentity,
    getFederationToken,
    getSessionToken,
  ],
  absent: absentStsOperations,
  faults: [...stsFaults, ...samlFaults, ...webIdentityFaults],
  collections: [],
  tables: [],
  prepare(_tx, call: Call) {
    const { type, session } = call.principal;
    if (type === "role-session" || session === undefined || session.console === true) return;
    const bounded = type === "federated-user" || session.assumedRoot === true;
    const open = bounded ? openToBoundedSessions : openToUserSessions;
    if (!open.has(call.operation)) throw sessionCallNotAllowed(call.operation);
  },
};
