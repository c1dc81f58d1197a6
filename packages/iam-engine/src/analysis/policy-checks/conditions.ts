// Checks of condition operators and keys: that they exist, and that they fit each other.

import { OPERATOR_NAMES, parseOperator } from "../../operator.ts";
import type { Operator } from "../../operator.ts";
import type { ConditionOutline, Member, StatementOutline } from "../policy-outline.ts";
import { allows, conditionsOf, memberOf, membersOf } from "../policy-outline.ts";
import type { ConditionKeyKnowledge, ConditionKeyType } from "../service-knowledge.ts";
import type { CheckContext } from "./check-context.ts";
import { checkConditionValues } from "./condition-values.ts";

/** Checks every condition. */
export function checkConditions(context: CheckContext): void {
  for (const statement of context.policy.statements) {
    const block = memberOf(statement, "Condition");
    const operators = block === undefined ? [] : membersOf(block.node, block.place);
    for (const operator of operators) {
      checkOperatorName(context, operator);
      checkRepeatedKeys(context, operator);
    }
    for (const condition of conditionsOf(statement)) checkCondition(context, condition, statement);
  }
}

const KNOWN_OPERATORS: ReadonlySet<string> = new Set(OPERATOR_NAMES);

function checkOperatorName({ report }: CheckContext, { name, keyPlace }: Member): void {
  const qualified = /^(?:ForAllValues|ForAnyValue):(.*)$/.exec(name);
  const bare = qualified?.[1] ?? name;
  const places = [keyPlace];
  if (bare === "NullIfExists") report({ code: "NULL_WITH_IF_EXISTS", places });
  else if (!KNOWN_OPERATORS.has(bare.replace(/IfExists$/, ""))) {
    report({ code: "INVALID_CONDITION_OPERATOR", places, values: { operator: name } });
  }
  if (bare === "Null" && qualified !== null) report({ code: "NULL_WITH_QUALIFIER", places });
}

function checkRepeatedKeys({ report }: CheckContext, operator: Member): void {
  const first = new Map<string, Member>();
  for (const member of membersOf(operator.node, operator.place)) {
    const folded = member.name.toLowerCase();
    const earlier = first.get(folded);
    if (earlier === undefined) first.set(folded, member);
    else {
      const places = [earlier.keyPlace, member.keyPlace];
      report({ code: "DUPLICATE_KEYS_WITH_DIFFERENT_CASE", places, values: { key: member.name } });
    }
  }
}

function checkCondition(
  context: CheckContext,
  condition: ConditionOutline,
  statement: StatementOutline,
): void {
  const known = checkKey(context, condition);
  const operator = parseOperator(condition.operator);
  if (operator === undefined) return;
  if (known !== undefined) checkFit(context, { condition, operator, known, statement });
  checkConditionValues(context, condition, operator);
}

// Prefixes of keys that belong to no service: those of identity providers.
const PROVIDER_PREFIX = /\.|^saml$/;

function checkKey(
  { knowledge, report }: CheckContext,
  condition: ConditionOutline,
): ConditionKeyKnowledge | undefined {
  const { key, keyPlace } = condition;
  const places = [keyPlace];
  if (!/^[^:]+:.+$/.test(key)) {
    report({ code: "INVALID_CONDITION_KEY_FORMAT", places });
    return undefined;
  }
  const known = knowledge.conditionKey(key);
  if (known !== undefined) return known;
  const prefix = key.slice(0, key.indexOf(":")).toLowerCase();
  if (key.toLowerCase() === "aws:arn") report({ code: "UNSUPPORTED_GLOBAL_CONDITION_KEY", places });
  else if (prefix === "aws") report({ code: "INVALID_GLOBAL_CONDITION_KEY", places, values: { key } });
  else if (knowledge.details(prefix) !== undefined) {
    report({ code: "INVALID_SERVICE_CONDITION_KEY", places, values: { key, service: prefix } });
  } else if (!knowledge.knows(prefix) && !PROVIDER_PREFIX.test(prefix)) {
    report({ code: "INVALID_SERVICE", places, values: { service: prefix } });
  }
  return undefined;
}

/** The operators that fit each type of key, and what AWS calls them. */
const FITTING: Readonly<Record<ConditionKeyType, readonly [string, readonly Operator["family"][]]>> = {
  String: ["String", ["string", "string-ignore-case", "string-like"]],
  ArrayOfString: ["String", ["string", "string-ignore-case", "string-like"]],
  // Text operators on ARNs are accepted: they are common, and match as written.
  ARN: ["ARN", ["arn", "string", "string-ignore-case", "string-like"]],
  ArrayOfARN: ["ARN", ["arn", "string", "string-ignore-case", "string-like"]],
  Numeric: ["Numeric", ["numeric"]],
  Date: ["Date", ["date", "numeric"]],
  Bool: ["Boolean", ["bool"]],
  Binary: ["Binary", ["binary"]],
  IPAddress: ["IPAddress", ["ip"]],
};

interface Fit {
  readonly condition: ConditionOutline;
  readonly operator: Operator;
  readonly known: ConditionKeyKnowledge;
  readonly statement: StatementOutline;
}

function checkFit({ report }: CheckContext, { condition, operator, known, statement }: Fit): void {
  const { key, operatorPlace, keyPlace } = condition;
  if (operator.family === "null") return;
  const [allowed, families] = FITTING[known.type];
  // Some keys that hold an ARN are described as text.
  const holdsArn = operator.family === "arn" && known.name.toLowerCase().endsWith("arn");
  if (!families.includes(operator.family) && !holdsArn) {
    const values = { allowed, operator: condition.operator, key };
    report({ code: "TYPE_MISMATCH", places: [operatorPlace, keyPlace], values });
  }
  const multivalued = known.type.startsWith("ArrayOf");
  if (multivalued && operator.quantifier === "none") {
    report({ code: "MISSING_QUALIFIER", places: [operatorPlace], values: { key } });
  }
  if (!multivalued && operator.quantifier === "all" && allows(statement)) {
    const places = [operatorPlace];
    report({ code: "FORALLVALUES_WITH_SINGLE_VALUED_KEY", places, values: { key } });
  }
}
