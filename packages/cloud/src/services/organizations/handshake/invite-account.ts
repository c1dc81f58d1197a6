/** Inviting an account to an organization. */
import type { ReadTx } from "@casemate/store";
import type { HandshakeParty } from "@casemate/wire/organizations";
import { findAccountByEmail, isEmail } from "../../iam/index.ts";
import { accountsPerOrganizationMax } from "../account/create-account.ts";
import { members } from "../account/member.ts";
import { seatedOperation } from "../caller/seated-operation.ts";
import {
  duplicateHandshake,
  invalidParty,
  invalidPartyEmail,
  invalidPartyId,
  invitedIsMember,
  tooManyAccountsToJoin,
  tooManyHandshakes,
} from "../faults.ts";
import { drawAlphanumeric, drawFreeId } from "../ids.ts";
import type { OrganizationRow } from "../organization/organization.ts";
import { readTags } from "../tag/tags.ts";
import { handshakeView } from "./handshake-view.ts";
import {
  handshakeLifetimeMs,
  handshakes,
  openInvitations,
  pruneHandshakes,
  type HandshakeRow,
} from "./handshake.ts";

/** Handshakes that an organization may send within a day. */
export const handshakesPerDayMax = 20;
const dayMs = 24 * 60 * 60 * 1000;

export const inviteAccountToOrganization = seatedOperation("InviteAccountToOrganization", {
  access: "write",
  audience: "management",
  resources: ({ Target }, named) => (Target.Type === "ACCOUNT" ? [named.account(Target.Id)] : []),
  tags: (input) => input.Tags,
  handle(tx, input, { organization, call }) {
    const { now } = call;
    const invited = partyOf(input.Target);
    pruneHandshakes(tx, organization.id, now);
    checkInvitation(tx, organization, { invited, now });
    const row: HandshakeRow = {
      id: drawFreeId(
        () => `h-${drawAlphanumeric(call.environment.random, 12)}`,
        (id) => tx.get(handshakes, id) !== undefined,
      ),
      organizationId: organization.id,
      managementAccountId: organization.managementAccountId,
      invited,
      notes: input.Notes,
      state: "OPEN",
      requestedAt: now,
      expiresAt: now + handshakeLifetimeMs,
      tags: readTags(input.Tags),
    };
    tx.put(handshakes, row);
    return { Handshake: handshakeView(tx, row, now) };
  },
});

/** @throws invalidParty, invalidPartyId, invalidPartyEmail */
function partyOf({ Type: type, Id: id }: HandshakeParty): HandshakeRow["invited"] {
  if (type === "ORGANIZATION") throw invalidParty();
  if (type === "ACCOUNT" && !/^\d{12}$/.test(id)) throw invalidPartyId();
  if (type === "EMAIL" && !isEmail(id)) throw invalidPartyEmail();
  return { type, id };
}

function checkInvitation(
  tx: ReadTx,
  organization: OrganizationRow,
  { invited, now }: { readonly invited: HandshakeRow["invited"]; readonly now: number },
): void {
  const accountId = invited.type === "ACCOUNT" ? invited.id : findAccountByEmail(tx, invited.id)?.id;
  // Whether the account is in another organization, or exists at all, is not for the sender to learn.
  if (accountId !== undefined && tx.get(members, accountId)?.organizationId === organization.id) {
    throw invitedIsMember();
  }
  const open = openInvitations(tx, organization.id, now);
  if (open.some((row) => row.invited.id.toLowerCase() === invited.id.toLowerCase())) {
    throw duplicateHandshake();
  }
  const present = tx.by(members, "organization", organization.id).length;
  if (present + open.length >= accountsPerOrganizationMax) throw tooManyAccountsToJoin();
  const lately = tx
    .by(handshakes, "organization", organization.id)
    .filter((row) => row.requestedAt > now - dayMs);
  if (lately.length >= handshakesPerDayMax) throw tooManyHandshakes();
}
