/**
 * The condition context of a simulation: the entries that the request gives, and behind them what is known
 * of the caller and the moment. What neither has is missing, and reported.
 */
import type { ConditionContext } from "@casemate/iam-engine";
import type { ContextEntry } from "@casemate/wire/iam";
import type { Call } from "../../../kit/index.ts";
import { entityArn, type Entity } from "../entity/entity.ts";
import { contextEntryInvalid } from "./simulation-faults.ts";

/** Values by key in lower case. */
type Values = Map<string, readonly string[]>;

const forms: Readonly<Record<string, RegExp>> = {
  binary: /^[A-Za-z0-9+/]*={0,2}$/,
  boolean: /^(?:true|false)$/i,
  date: /^(?:-?\d+|\d{4}(?:-\d\d(?:-\d\d)?)?(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?)$/,
  ip: /^[\da-fA-F.:]+(?:\/\d+)?$/,
  numeric: /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/,
};

/** The entries of a request by key. @throws contextEntryInvalid */
export function contextEntries(entries: readonly ContextEntry[] | undefined): Values {
  const values: Values = new Map();
  for (const {
    ContextKeyName: name = "",
    ContextKeyValues: given = [],
    ContextKeyType: type = "string",
  } of entries ?? []) {
    const base = type.replace(/List$/, "");
    const many = base !== type;
    const form = forms[base];
    const fits = form === undefined || given.every((value) => form.test(value));
    const key = name.toLowerCase();
    if (name === "" || !fits || (!many && given.length !== 1) || values.has(key)) {
      throw contextEntryInvalid(name);
    }
    values.set(key, given);
  }
  return values;
}

/** The context: what is given counts before what is known. */
export function simulatedContext(given: Values, known: Values): ConditionContext {
  return { get: (key) => given.get(key) ?? known.get(key) };
}

/**
 * What the cloud would put into the context of a call by this caller now.
 * Differs: AWS documents no list of the keys that its simulator fills in by itself.
 */
export function knownValues(call: Call, caller: Entity | undefined): Values {
  const values: Values = new Map([
    ["aws:currenttime", [`${new Date(call.now).toISOString().slice(0, 19)}Z`]],
    ["aws:epochtime", [String(Math.floor(call.now / 1000))]],
    ["aws:principalisawsservice", ["false"]],
    ["aws:viaawsservice", ["false"]],
  ]);
  if (caller === undefined || caller.type === "group") return values;
  const { row, type } = caller;
  values.set("aws:principalarn", [entityArn(caller)]);
  values.set("aws:principalaccount", [row.accountId]);
  values.set("aws:principaltype", [type === "user" ? "User" : "AssumedRole"]);
  const place = call.guardrails.organizationOf(call.tx, row.accountId);
  if (place !== undefined) {
    values.set("aws:principalorgid", [place.id]);
    values.set("aws:principalorgpaths", [place.path]);
    values.set("aws:principalorgmasteraccountid", [place.managementAccountId]);
  }
  if (type === "user") {
    values.set("aws:userid", [row.id]);
    values.set("aws:username", [row.name]);
  }
  for (const [key, value] of Object.entries(row.tags)) {
    values.set(`aws:principaltag/${key.toLowerCase()}`, [value]);
  }
  return values;
}
