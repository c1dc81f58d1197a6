/** What the request path asks of the identity services; they implement it, the composition root wires it. */
import type { CompiledPolicy } from "@casemate/iam-engine";
import type { ReadTx, Tx } from "@casemate/store";
import type { Principal, Tags } from "./principal.ts";

/** A credential that was found: the secret to verify with and whom it stands for. */
export interface Credential {
  readonly secretAccessKey: string;
  readonly principal: Principal;
}

/** Why a credential does not count. */
export type CredentialRefusal = "unknown" | "inactive" | "bad-token" | "expired";

/** The policies that bound a principal, compiled. */
export interface PrincipalPolicies {
  readonly identity: readonly CompiledPolicy[];
  readonly boundary?: CompiledPolicy | undefined;
  /** Session policies; absent when the session has none. */
  readonly session?: readonly CompiledPolicy[] | undefined;
}

/** The identity services, as the request path sees them. */
export interface IdentityPort {
  /**
   * Finds the credential of an access key. A temporary key (ASIA) needs its session token; a long-lived one
   * must come without. The principal must still exist: a session of a deleted role or user is refused.
   */
  findCredential(
    tx: ReadTx,
    presented: {
      readonly accessKeyId: string;
      readonly sessionToken?: string | undefined;
      readonly now: number;
    },
  ): Credential | CredentialRefusal;
  /** The policies of a principal, read in the transaction that acts on them. */
  policiesOf(tx: ReadTx, principal: Principal): PrincipalPolicies;
  /** aws:PrincipalTag: the tags of the user or role with the session's over them. */
  tagsOf(tx: ReadTx, principal: Principal): Tags;
  /**
   * Notes that a key or a role was used, for GetAccessKeyLastUsed and RoleLastUsed; coarse, so that most
   * calls write nothing.
   */
  noteUse(
    tx: Tx,
    use: {
      readonly principal: Principal;
      readonly service: string;
      readonly region: string;
      readonly now: number;
    },
  ): void;
  /**
   * Notes the actions that a call was decided on, refused ones too, for reports of last access; coarse, so
   * that most calls write nothing.
   */
  noteAccess(
    tx: Tx,
    access: {
      readonly principal: Principal;
      /** With the prefix of their service. */
      readonly actions: readonly string[];
      readonly region: string;
      readonly now: number;
    },
  ): void;
}
