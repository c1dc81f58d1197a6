/**
 * Operations on an organization: who may call them is settled in one place, and what they name is turned into
 * needs in one place.
 */
import type { Tx } from "@casemate/store";
import type { OrganizationsOperations } from "@casemate/wire/organizations";
import {
  requestTagKeys,
  type Call,
  type ConditionKeys,
  type Need,
  type Operation,
  type Target,
} from "../../../kit/index.ts";
import type { InputOf, OutputOf } from "../../../kit/operation.ts";
import { operation } from "../operation.ts";
import { readTags, type TagList } from "../tag/tags.ts";
import { NamedResources, type NamedResource } from "./named-resource.ts";
import { delegationPolicy, findSeat, isDelegated, seatFor, type Audience, type Seat } from "./seat.ts";

/** What a handler knows beside its input. */
export interface SeatedCall extends Seat {
  readonly call: Call;
}

/** How an operation on an organization is written. */
export interface SeatedDefinition<Input, Output> {
  readonly access: "read" | "write";
  readonly audience: Audience;
  /** What it is done to; `*` where it names nothing. */
  readonly resources?: (input: Input, named: NamedResources) => readonly NamedResource[];
  /** Condition keys of the request. */
  readonly keys?: (input: Input, named: NamedResources | undefined) => ConditionKeys;
  /** Tags that it puts on what it makes; organizations:TagResource is then needed too. */
  readonly tags?: (input: Input) => TagList;
  /** Further permissions. */
  readonly alsoNeeds?: (input: Input, call: Call) => readonly Need[];
  readonly handle: (tx: Tx, input: Input, seated: SeatedCall) => Output;
}

type Operations = OrganizationsOperations;

/** Declares an operation on the caller's organization. */
export function seatedOperation<Name extends keyof Operations>(
  name: Name,
  definition: SeatedDefinition<InputOf<Operations, Name>, OutputOf<Operations, Name>>,
): Operation {
  const { access, audience, handle } = definition;
  return operation(name, {
    access,
    honours: "all",
    needs: (input, call) => needsOf(definition, input, call),
    handle: (tx, input, call) => handle(tx, input, { ...seatFor(tx, call.accountId, audience), call }),
  });
}

function needsOf<Input, Output>(
  definition: SeatedDefinition<Input, Output>,
  input: Input,
  call: Call,
): readonly Need[] {
  const { audience, resources, keys, tags, alsoNeeds } = definition;
  const seat = findSeat(call.tx, call.accountId);
  const named = seat && new NamedResources(call.tx, seat.organization);
  const found = named === undefined ? [] : (resources?.(input, named) ?? []);
  const owned = ownership(call, seat, audience);
  const tagKeys = requestTagKeys(readTags(tags?.(input)));
  const asked = { ...keys?.(input, named), ...tagKeys };
  const anything: NamedResource = { arn: "*", keys: {} };
  const needs = (found.length === 0 ? [anything] : found).map((each) =>
    call.need({ ...each, ...owned }, asked),
  );
  if (Object.keys(tagKeys).length > 0) {
    needs.push(call.needAction("organizations:TagResource", { ...anything, ...owned }, tagKeys));
  }
  return [...needs, ...(alsoNeeds?.(input, call) ?? [])];
}

/**
 * Everything in an organization belongs to the management account. A member whom no delegation lets in is
 * decided on its own policies alone, and then turned away by the handler in AWS's words.
 */
function ownership(
  call: Call,
  seat: Seat | undefined,
  audience: Audience,
): Pick<Target, "accountId" | "resourcePolicy"> {
  if (seat === undefined || !isDelegated(seat, audience)) return { accountId: call.accountId };
  return {
    accountId: seat.organization.managementAccountId,
    resourcePolicy: delegationPolicy(seat),
  };
}
