/**
 * Asks the policy engine about one action on one resource and tells the answer as simulations have it. It
 * asks for explanations, never for decisions, because the actions of a simulation are any text.
 */
import {
  explain,
  type CompiledPolicy,
  type ConditionContext,
  type EnginePrincipal,
  type ExplainedPolicy,
  type Explanation,
} from "@casemate/iam-engine";
import type { PolicyEvaluationDecisionType, Statement } from "@casemate/wire/iam";
import { parseArn } from "../../../kit/index.ts";
import { examplesOf, isQuestion, partialStatements } from "./question.ts";

/** Everything that is the same for all actions and resources of a simulation. */
export interface Simulation {
  readonly caller: EnginePrincipal;
  readonly identity: readonly CompiledPolicy[];
  readonly boundary: CompiledPolicy | undefined;
  /** One list per level of an organization. */
  readonly scps: readonly (readonly CompiledPolicy[])[] | undefined;
  readonly resourcePolicy: CompiledPolicy | undefined;
  /** The account of resources whose ARN does not tell. */
  readonly owner: string;
  readonly context: ConditionContext;
}

/** A resource of the request with the resources that are asked about for it. */
export interface SimulatedResource {
  readonly name: string;
  readonly accountId: string;
  readonly examples: readonly string[];
  /** Statements that allow a part of a question only. */
  readonly partial: ReadonlySet<string>;
}

/** The answer about one action on one resource. */
export interface Evaluation {
  readonly decision: PolicyEvaluationDecisionType;
  readonly statements: readonly Statement[];
  readonly missing: readonly string[];
  /** What the boundary says by itself, where there is one. */
  readonly withinBoundary: boolean | undefined;
  /** What the organization says, where there is one. */
  readonly withinOrganization: boolean | undefined;
  /** What each type of policy says, where caller and resource are of different accounts. */
  readonly details: Readonly<Record<string, PolicyEvaluationDecisionType>> | undefined;
}

/** Every policy of a simulation. */
export function policiesIn(simulation: Simulation): readonly CompiledPolicy[] {
  const { identity, boundary, scps, resourcePolicy } = simulation;
  return [...identity, boundary, ...(scps ?? []).flat(), resourcePolicy].filter((each) => each !== undefined);
}

/** A resource of the request, made ready. @throws simulationTooLarge */
export function simulatedResource(simulation: Simulation, name: string): SimulatedResource {
  const { owner, context } = simulation;
  const named = parseArn(name)?.accountId ?? "";
  const accountId = /^\d{12}$/.test(named) ? named : owner;
  if (!isQuestion(name)) return { name, accountId, examples: [name], partial: new Set() };
  const policies = policiesIn(simulation);
  const partial = policies.flatMap((policy) =>
    partialStatements(name, policy, context).map((index) => statementName(policy.source.id, index)),
  );
  return { name, accountId, examples: examplesOf(name, policies, context), partial: new Set(partial) };
}

/** Sources are named apart: those of the request by their place in it. */
function statementName(source: string, index: number): string {
  return `${index} ${source}`;
}

/** How strict a decision is: of several, the strictest is told. */
const strictness = { allowed: 0, implicitDeny: 1, explicitDeny: 2 } as const;

/** The strictest of some decisions. */
export function strictest(decisions: readonly PolicyEvaluationDecisionType[]): PolicyEvaluationDecisionType {
  return decisions.reduce(
    (worst, each) => (strictness[each] > strictness[worst] ? each : worst),
    "allowed" as PolicyEvaluationDecisionType,
  );
}

/** Evaluates an action on a resource; a question is answered by its strictest example. */
export function evaluate(simulation: Simulation, action: string, resource: SimulatedResource): Evaluation {
  const answers = resource.examples.map((example) => evaluateOne(simulation, { action, example, resource }));
  const decision = strictest(answers.map((each) => each.decision));
  const told = answers.find((each) => each.decision === decision);
  if (told === undefined) throw new Error("A resource has no example.");
  return { ...told, missing: [...new Set(answers.flatMap(({ missing }) => missing))] };
}

function evaluateOne(
  simulation: Simulation,
  asked: { readonly action: string; readonly example: string; readonly resource: SimulatedResource },
): Evaluation {
  const { caller, identity, boundary, scps, resourcePolicy, context } = simulation;
  const { accountId } = asked.resource;
  const explanation = explain({
    principal: caller,
    action: asked.action,
    resource: asked.example,
    resourceAccount: accountId,
    context: { get: (key) => (key === "aws:resourceaccount" ? [accountId] : context.get(key)) },
    identity,
    boundary,
    scps,
    resourcePolicy,
  });
  const allowedInPart = explanation.decision.allowed && restsOnParts(explanation, asked.resource.partial);
  const decision = allowedInPart ? "implicitDeny" : decisionOf(explanation);
  const across = caller.accountId !== accountId;
  return {
    decision,
    statements: matchedStatements(explanation, decision),
    missing: explanation.missingKeys,
    withinBoundary: boundary && verdictOf(explanation, "boundary") === "allowed",
    withinOrganization: scps && scps.every((_level, level) => levelAllows(explanation, level)),
    details: across ? decisionDetails(explanation) : undefined,
  };
}

function decisionOf({ decision }: Explanation): PolicyEvaluationDecisionType {
  if (decision.allowed) return "allowed";
  return decision.effect === "explicit" ? "explicitDeny" : "implicitDeny";
}

/** Whether a type of policy, or a level of the organization, allows by statements about a part only. */
function restsOnParts({ policies }: Explanation, partial: ReadonlySet<string>): boolean {
  if (partial.size === 0) return false;
  const whole = new Map<string, boolean>();
  for (const { kind, level, source, statements } of policies) {
    for (const { index, applied, effect } of statements) {
      if (!applied || effect !== "Allow") continue;
      const set = `${kind} ${level}`;
      whole.set(set, whole.get(set) === true || !partial.has(statementName(source.id, index)));
    }
  }
  return [...whole.values()].includes(false);
}

/** The verdict of all policies of a type together. */
function verdictOf({ policies }: Explanation, kind: ExplainedPolicy["kind"]): PolicyEvaluationDecisionType {
  const verdicts = policies.filter((policy) => policy.kind === kind).map(({ verdict }) => verdict);
  if (verdicts.includes("deny")) return "explicitDeny";
  return verdicts.includes("allow") ? "allowed" : "implicitDeny";
}

function levelAllows({ policies }: Explanation, level: number): boolean {
  const verdicts = policies
    .filter((policy) => policy.kind === "scp" && policy.level === level)
    .map(({ verdict }) => verdict);
  return verdicts.includes("allow") && !verdicts.includes("deny");
}

function decisionDetails(explanation: Explanation): Record<string, PolicyEvaluationDecisionType> {
  const has = (kind: ExplainedPolicy["kind"]): boolean =>
    explanation.policies.some((policy) => policy.kind === kind);
  return {
    "IAM Policy": verdictOf(explanation, "identity"),
    ...(has("boundary") ? { "Permissions Boundary Policy": verdictOf(explanation, "boundary") } : {}),
    "Resource Policy": verdictOf(explanation, "resource"),
  };
}

/**
 * The statements that settled the answer, of identity and resource policies alone: the denying ones when
 * there is one, the allowing ones when the action is allowed, none otherwise.
 */
function matchedStatements(explanation: Explanation, decision: PolicyEvaluationDecisionType): Statement[] {
  const effect = { allowed: "Allow", explicitDeny: "Deny", implicitDeny: undefined }[decision];
  return explanation.policies
    .filter(({ kind }) => kind === "identity" || kind === "resource")
    .flatMap((policy) =>
      policy.statements
        .filter((statement) => statement.applied && statement.effect === effect)
        .map(({ start, end }) => ({
          SourcePolicyId: policy.source.id,
          SourcePolicyType: sourceType(policy),
          StartPosition: { Line: start.line, Column: start.column },
          EndPosition: { Line: end.line, Column: end.column },
        })),
    );
}

/** The API answers these words; the published model's enum has others. */
function sourceType({ kind }: ExplainedPolicy): "none" {
  return (kind === "resource" ? "Resource Policy" : "IAM Policy") as "none";
}
