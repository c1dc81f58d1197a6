/**
 * Says why a call ended as it did, statement by statement, from the trail entry alone: policies may have
 * changed since, and only what was decided then counts.
 */
import type { DecisionRecord, TrailRecord } from "@casemate/cloud";
import type {
  AllowingStatement,
  Decision,
  DecisionKind,
  ExplainedPolicy,
  ExplainedStatement,
  Explanation,
} from "@casemate/iam-engine";
import type { TrailAnswer } from "./operator-calls.ts";

const kinds: Readonly<Record<string, string>> = {
  identity: "identity-based policy",
  boundary: "permissions boundary",
  session: "session policy",
  scp: "service control policy",
  rcp: "resource control policy",
  endpoint: "VPC endpoint policy",
  resource: "resource-based policy",
};

/** The lines that tell it. */
export function describeEntry({ record, decisions = [] }: TrailAnswer): string[] {
  const lines = [
    `${record.eventName} (${record.eventSource}) at ${record.eventTime} in ${record.awsRegion}`,
    `  by ${callerOf(record)} from ${record.sourceIPAddress}`,
    `  ${outcomeOf(record)}`,
  ];
  for (const decision of decisions) lines.push("", ...describeDecision(decision));
  if (decisions.length === 0) lines.push("", ...undecided(record));
  return lines;
}

function undecided({ errorCode }: TrailRecord): string[] {
  return errorCode === undefined
    ? ["No policy was asked: this call needs no permission."]
    : ["No policy was asked: the call was refused before it came to authorization."];
}

/** Who made a call, in one word. */
export function callerOf({ userIdentity }: TrailRecord): string {
  const { arn, accessKeyId, invokedBy, type } = userIdentity;
  if (typeof arn === "string") return arn;
  if (typeof accessKeyId === "string" && accessKeyId !== "") return `unverified key ${accessKeyId}`;
  if (typeof invokedBy === "string" && type !== "CasemateOperator") return invokedBy;
  return type === "CasemateOperator" ? "the operator" : "nobody that could be verified";
}

function outcomeOf({ errorCode, errorMessage }: TrailRecord): string {
  return errorCode === undefined ? "It succeeded." : `It ended with ${errorCode}: ${errorMessage ?? ""}`;
}

/** What the record of an allowed need tells beside the decision. */
interface AllowedBecause {
  readonly statement?: AllowingStatement;
  /** The kinds of policy that bounded the call and let it pass. */
  readonly within?: readonly DecisionKind[];
}

function describeDecision({ action, resource, allowed, because }: DecisionRecord): string[] {
  const title = `${allowed ? "allowed" : "REFUSED"}  ${action} on ${resource}`;
  if (allowed) {
    const { statement, within, ...decision } = because as Decision & AllowedBecause;
    const lines = [title, `  ${describeAllowed(decision as Decision, statement)}`];
    if (within !== undefined) {
      lines.push(`  It is also within every ${within.map((kind) => kinds[kind] ?? kind).join(", ")}.`);
    }
    return lines;
  }
  const { decision, policies, missingKeys } = because as Explanation;
  const lines = [title, `  ${describeRefusal(decision)}`];
  for (const policy of policies) lines.push(...describePolicy(policy));
  if (policies.length === 0) lines.push("  The caller has no policy at all.");
  if (missingKeys.length > 0)
    lines.push(`  The request lacks these condition keys: ${missingKeys.join(", ")}`);
  return lines;
}

function describeAllowed(decision: Decision, statement: AllowingStatement | undefined): string {
  if (!decision.allowed) return "";
  if (statement !== undefined) {
    const { source, statementIndex, sid } = statement;
    const kind = decision.by === "resource" ? "policy of the resource" : "identity-based policy";
    return `Statement ${sid ?? `number ${statementIndex + 1}`} of the ${kind} ${source.id} allows it.`;
  }
  switch (decision.by) {
    case "identity":
      return "An identity-based policy allows it.";
    case "resource":
      return "The policy of the resource allows it.";
    case "grant":
      return "A grant allows it.";
    case "root":
      return "The root user of the account may do everything.";
    case "no-permission-needed":
      return "It needs no permission.";
  }
}

function describeRefusal(decision: Decision): string {
  if (decision.allowed) return "";
  const kind = kinds[decision.kind] ?? decision.kind;
  if (decision.effect === "implicit") return `No ${kind} allows it.`;
  const name = decision.sid ?? `number ${decision.statementIndex + 1}`;
  return `Statement ${name} of the ${kind} ${decision.source.id} denies it.`;
}

function describePolicy(policy: ExplainedPolicy): string[] {
  const { kind, source, level, verdict, fault, statements } = policy;
  const verdicts = { deny: "denies", allow: "allows", silent: "says nothing about it" };
  const place = level === undefined ? "" : `, level ${level + 1} from the root`;
  const head = `  ${kinds[kind] ?? kind} ${source.id} (${source.type}${place}): ${verdicts[verdict]}`;
  if (fault !== undefined) return [head, `    It is no policy any more, so it refuses everything: ${fault}`];
  return [head, ...statements.map((statement) => `    ${describeStatement(statement)}`)];
}

function describeStatement({ index, sid, effect, applied, failure, start }: ExplainedStatement): string {
  const name = `${sid ?? `statement ${index + 1}`} (${effect}, line ${start.line})`;
  if (applied || failure === undefined) return `${name}: applies`;
  if (failure.element !== "condition") return `${name}: does not apply, the ${failure.element} differs`;
  const { operator, key, wanted, found } = failure;
  const has = found === undefined ? "the request has no such key" : `the request has ${listed(found)}`;
  return `${name}: does not apply, ${operator} ${key} wants ${listed(wanted)} and ${has}`;
}

function listed(values: readonly string[]): string {
  return values.map((value) => JSON.stringify(value)).join(" or ") || "no value";
}
