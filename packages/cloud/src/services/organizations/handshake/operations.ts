/** Answering handshakes and looking at them: for the account that sent them and the one that got them. */
import type { ReadTx, Tx } from "@casemate/store";
import type { HandshakeFilter, HandshakeState } from "@casemate/wire/organizations";
import type { Call, Need } from "../../../kit/index.ts";
import { accountsPerOrganizationMax } from "../account/create-account.ts";
import { members, putMember } from "../account/member.ts";
import { seatedOperation } from "../caller/seated-operation.ts";
import {
  accessDenied,
  handshakeAlreadyInState,
  handshakeNotFound,
  invalidHandshakeTransition,
  invitedIsMember,
  tooManyAccountsToJoin,
} from "../faults.ts";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import { organizationNamed } from "../organization/organization.ts";
import { ensureOrganizationsRole, organizationsRoleNeeds } from "../organization/service-linked-role.ts";
import { policiesEverywhere } from "../policy/policy-type.ts";
import { handshakeArn, handshakeView } from "./handshake-view.ts";
import { handshakes, handshakeState, isShown, receivedHandshakes, type HandshakeRow } from "./handshake.ts";

interface HandshakeRequest {
  readonly HandshakeId: string;
}

const isSender = (row: HandshakeRow, call: Call): boolean => row.managementAccountId === call.accountId;
const isReceiver = (tx: ReadTx, row: HandshakeRow, call: Call): boolean =>
  receivedHandshakes(tx, call.accountId).includes(row);

/** The caller's own permission on a handshake of its side; on any other it has the bare form of an ARN. */
function handshakeNeed({ HandshakeId: id }: HandshakeRequest, call: Call): Need {
  const row = call.tx.get(handshakes, id);
  const known = row !== undefined && (isSender(row, call) || isReceiver(call.tx, row, call));
  const arn = known ? handshakeArn(row) : `arn:aws:organizations::${call.accountId}:handshake/*/invite/${id}`;
  return call.need({ arn, accountId: call.accountId, keys: {} });
}

/** A handshake of the caller's side. @throws handshakeNotFound, accessDenied */
function fetchHandshake(
  tx: ReadTx,
  { HandshakeId: id }: HandshakeRequest,
  { call, side }: { readonly call: Call; readonly side: "sender" | "receiver" | "either" },
): HandshakeRow {
  const row = tx.get(handshakes, id);
  if (row === undefined || !isShown(row, call.now)) throw handshakeNotFound();
  const sender = isSender(row, call);
  const receiver = isReceiver(tx, row, call);
  if (!sender && !receiver) throw handshakeNotFound();
  if ((side === "sender" && !sender) || (side === "receiver" && !receiver)) throw accessDenied();
  return row;
}

/** Answers an open handshake. @throws handshakeAlreadyInState, invalidHandshakeTransition */
function endHandshake(tx: Tx, row: HandshakeRow, { state, now }: { state: HandshakeState; now: number }) {
  const current = handshakeState(row, now);
  if (current === state) throw handshakeAlreadyInState();
  if (current !== "OPEN") throw invalidHandshakeTransition();
  const ended: HandshakeRow = { ...row, state, endedAt: now };
  tx.put(handshakes, ended);
  return { Handshake: handshakeView(tx, ended, now) };
}

export const acceptHandshake = operation("AcceptHandshake", {
  access: "write",
  honours: "all",
  needs: (input, call) => [handshakeNeed(input, call), ...rolesNeeded(input, call)],
  handle(tx, input, call) {
    const row = fetchHandshake(tx, input, { call, side: "receiver" });
    const answer = endHandshake(tx, row, { state: "ACCEPTED", now: call.now });
    if (tx.get(members, call.accountId) !== undefined) throw invitedIsMember();
    const organization = organizationNamed(tx, row.organizationId);
    if (tx.by(members, "organization", organization.id).length >= accountsPerOrganizationMax) {
      throw tooManyAccountsToJoin();
    }
    putMember(tx, {
      accountId: call.accountId,
      organizationId: organization.id,
      parentId: organization.root.id,
      joinedMethod: "INVITED",
      joinedAt: call.now,
      tags: row.tags,
      policyIds: policiesEverywhere(organization.root.policyTypes),
      delegations: [],
    });
    if (organization.featureSet === "ALL") ensureOrganizationsRole(tx, call, call.accountId);
    return answer;
  },
});

function rolesNeeded({ HandshakeId: id }: HandshakeRequest, call: Call): readonly Need[] {
  const row = call.tx.get(handshakes, id);
  if (row === undefined || !isReceiver(call.tx, row, call)) return [];
  const { featureSet } = organizationNamed(call.tx, row.organizationId);
  return featureSet === "ALL" ? organizationsRoleNeeds(call) : [];
}

export const declineHandshake = operation("DeclineHandshake", {
  access: "write",
  honours: "all",
  needs: (input, call) => [handshakeNeed(input, call)],
  handle: (tx, input, call) =>
    endHandshake(tx, fetchHandshake(tx, input, { call, side: "receiver" }), {
      state: "DECLINED",
      now: call.now,
    }),
});

export const cancelHandshake = operation("CancelHandshake", {
  access: "write",
  honours: "all",
  needs: (input, call) => [handshakeNeed(input, call)],
  handle: (tx, input, call) =>
    endHandshake(tx, fetchHandshake(tx, input, { call, side: "sender" }), {
      state: "CANCELED",
      now: call.now,
    }),
});

export const describeHandshake = operation("DescribeHandshake", {
  access: "read",
  honours: "all",
  needs: (input, call) => [handshakeNeed(input, call)],
  handle: (tx, input, call) => ({
    Handshake: handshakeView(tx, fetchHandshake(tx, input, { call, side: "either" }), call.now),
  }),
});

/** Handshakes of other kinds do not exist here, so a filter for one finds nothing. */
function matches(filter: HandshakeFilter | undefined): boolean {
  return (filter?.ActionType ?? "INVITE") === "INVITE" && filter?.ParentHandshakeId === undefined;
}

export const listHandshakesForAccount = operation("ListHandshakesForAccount", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const found = receivedHandshakes(tx, call.accountId).filter(
      (row) => isShown(row, call.now) && matches(input.Filter),
    );
    const { items, next } = listing(call, input, { items: found, key: ({ id }) => id });
    return { Handshakes: items.map((row) => handshakeView(tx, row, call.now)), ...next };
  },
});

export const listHandshakesForOrganization = seatedOperation("ListHandshakesForOrganization", {
  access: "read",
  audience: "readers",
  handle(tx, input, { organization, call }) {
    const found = tx
      .by(handshakes, "organization", organization.id)
      .filter((row) => isShown(row, call.now) && matches(input.Filter));
    const { items, next } = listing(call, input, { items: found, key: ({ id }) => id });
    return { Handshakes: items.map((row) => handshakeView(tx, row, call.now)), ...next };
  },
});

/** Every operation of this file. */
export const handshakeOperations = [
  acceptHandshake,
  declineHandshake,
  cancelHandshake,
  describeHandshake,
  listHandshakesForAccount,
  listHandshakesForOrganization,
];
