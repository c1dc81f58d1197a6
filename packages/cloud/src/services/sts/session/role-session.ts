/** A session of a role, as every operation that assumes one makes it: its length, and what is handed out. */
import type { AssumedRoleUser, Credentials } from "@casemate/wire/sts";
import type { Call, SessionFacts } from "../../../kit/index.ts";
import { issueCredentials, type RoleRow } from "../../iam/index.ts";
import { durationBeyondRole } from "../faults.ts";
import { credentialsView } from "./credentials-view.ts";

const defaultSeconds = 3600;

/** How long the session lives: as asked, else an hour. @throws durationBeyondRole */
export function sessionSeconds(role: RoleRow, asked: number | undefined): number {
  const seconds = asked ?? Math.min(defaultSeconds, role.maxSessionSeconds);
  if (seconds > role.maxSessionSeconds) throw durationBeyondRole();
  return seconds;
}

/** What a role session is made of. */
export interface RoleSessionRequest {
  readonly role: RoleRow;
  readonly sessionName: string;
  readonly seconds: number;
  readonly session: Omit<SessionFacts, "issuedAt" | "expiresAt">;
}

/** A role session in the words of the API. */
export interface IssuedRoleSession {
  readonly Credentials: Credentials;
  readonly AssumedRoleUser: AssumedRoleUser;
}

/** Issues the credentials. */
export function issueRoleSession(call: Call, request: RoleSessionRequest): IssuedRoleSession {
  const { role, sessionName, seconds } = request;
  const credentials = issueCredentials(call.environment, {
    accountId: role.accountId,
    holder: { type: "role", roleId: role.id, sessionName },
    session: { issuedAt: call.now, expiresAt: call.now + seconds * 1000, ...request.session },
  });
  return {
    Credentials: credentialsView(credentials),
    AssumedRoleUser: {
      AssumedRoleId: `${role.id}:${sessionName}`,
      Arn: `arn:aws:sts::${role.accountId}:assumed-role/${role.name}/${sessionName}`,
    },
  };
}
