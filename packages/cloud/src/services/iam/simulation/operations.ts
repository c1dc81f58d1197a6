/** SimulateCustomPolicy and SimulatePrincipalPolicy: what policies would decide, without doing anything. */
import type { EnginePrincipal } from "@casemate/iam-engine";
import type { ReadTx } from "@casemate/store";
import type { EvaluationResult, SimulateCustomPolicyRequest, Statement } from "@casemate/wire/iam";
import type { Call } from "../../../kit/index.ts";
import {
  entityArn,
  entityTarget,
  fetchEntity,
  findEntity,
  parseEntityArn,
  type Entity,
} from "../entity/entity.ts";
import { listing } from "../listing.ts";
import { operation } from "../operation.ts";
import {
  evaluate,
  policiesIn,
  simulatedResource,
  strictest,
  type Evaluation,
  type SimulatedResource,
  type Simulation,
} from "./evaluate.ts";
import { organizationPolicies } from "./organization-policies.ts";
import { checkScenario } from "./scenario.ts";
import { contextEntries, knownValues, simulatedContext } from "./simulated-context.ts";
import { entityPolicies, inputBoundary, inputPolicies, inputResourcePolicy } from "./simulated-policies.ts";
import {
  actionNameInvalid,
  callerArnMissing,
  resourceNameInvalid,
  resourceOwnerInvalid,
  simulationTooLarge,
} from "./simulation-faults.ts";

/**
 * Characters of policies that one call of a simulation may read, those of each resource and action counted;
 * pages are made smaller to keep to it.
 */
export const simulatedCharactersMax = 10_000_000;

/** What both operations take alike. */
type SharedRequest = Pick<
  SimulateCustomPolicyRequest,
  | "ActionNames"
  | "ResourceArns"
  | "ResourceHandlingOption"
  | "ResourcePolicy"
  | "ResourceOwner"
  | "ContextEntries"
  | "MaxItems"
  | "Marker"
  | "PermissionsBoundaryPolicyInputList"
>;

/** Beside the request: who calls, with which policies. */
interface Setting extends Pick<Simulation, "identity" | "boundary" | "scps"> {
  /** The ARN of the caller and, when it is one of the account's own, its row. */
  readonly caller: { readonly arn: string; readonly entity: Entity | undefined } | undefined;
}

export const simulateCustomPolicy = operation("SimulateCustomPolicy", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle: (tx, input, call) =>
    simulate(call, input, {
      caller: callerOf(tx, call, input.CallerArn),
      identity: inputPolicies("PolicyInputList", input.PolicyInputList, "identity"),
      boundary: inputBoundary(input.PermissionsBoundaryPolicyInputList),
      scps: input.OrderedOrganizationPolicyInputList?.map((level, index) =>
        inputPolicies(
          `OrderedOrganizationPolicyInputList.${index + 1}`,
          level.ServiceControlPolicyInputList,
          "scp",
        ),
      ),
    }),
});

export const simulatePrincipalPolicy = operation("SimulatePrincipalPolicy", {
  access: "read",
  honours: "all",
  needs: (input, call) => [call.need(entityTarget(call, input.PolicySourceArn))],
  handle(tx, input, call) {
    const entity = fetchEntity(tx, call, input.PolicySourceArn);
    const own = entityPolicies(tx, call, { entity, exclusions: input.PolicyExclusionList });
    return simulate(call, input, {
      caller: callerOf(tx, call, input.CallerArn) ?? { arn: entityArn(entity), entity },
      identity: [...own.identity, ...inputPolicies("PolicyInputList", input.PolicyInputList, "identity")],
      boundary: inputBoundary(input.PermissionsBoundaryPolicyInputList) ?? own.boundary,
      scps: organizationPolicies(tx, call, entity),
    });
  },
});

function callerOf(tx: ReadTx, call: Call, arn: string | undefined): Setting["caller"] {
  return arn === undefined ? undefined : { arn, entity: findEntity(tx, call, arn) };
}

function simulate(call: Call, request: SharedRequest, setting: Setting) {
  const simulation = simulationOf(call, request, setting);
  for (const action of request.ActionNames) {
    if (!/^[\w.-]+:\w+$/.test(action)) throw actionNameInvalid(action);
  }
  const names = request.ResourceArns ?? [];
  for (const name of names) if (!isResourceName(name)) throw resourceNameInvalid(name);
  checkScenario(request.ResourceHandlingOption, names);
  const resources = (names.length === 0 ? ["*"] : names).map((name) => simulatedResource(simulation, name));
  const { items, marks } = listing(call, withPageSize(request, simulation, resources), {
    items: request.ActionNames.map((action, index) => ({ action, index })),
    key: ({ index }) => String(index).padStart(6, "0"),
  });
  return {
    EvaluationResults: items.map(({ action }) => resultOf(simulation, action, resources)),
    ...marks,
  };
}

function isResourceName(name: string): boolean {
  return name === "*" || /^arn:[^:]+:[^:]+:[^:]*:[^:]*:[^\s]+$/.test(name);
}

/** A page that stays within the bound of a call. @throws simulationTooLarge */
function withPageSize(
  request: SharedRequest,
  simulation: Simulation,
  resources: readonly SimulatedResource[],
): SharedRequest {
  const characters = policiesIn(simulation).reduce((sum, { document }) => sum + document.text.length, 1_000);
  const examples = resources.reduce((sum, resource) => sum + resource.examples.length, 0);
  const actions = Math.floor(simulatedCharactersMax / (characters * examples));
  if (actions < 1) throw simulationTooLarge();
  return { ...request, MaxItems: Math.min(request.MaxItems ?? 100, actions) };
}

function simulationOf(call: Call, request: SharedRequest, setting: Setting): Simulation {
  const { caller, identity, boundary, scps } = setting;
  const resourcePolicy = inputResourcePolicy(request.ResourcePolicy);
  if (resourcePolicy !== undefined && (caller === undefined || parseEntityArn(caller.arn).type !== "user")) {
    throw callerArnMissing();
  }
  const principal = principalOf(call, caller);
  return {
    caller: principal,
    identity,
    boundary,
    scps,
    resourcePolicy,
    owner: ownerOf(request.ResourceOwner) ?? principal.accountId,
    context: simulatedContext(contextEntries(request.ContextEntries), knownValues(call, caller?.entity)),
  };
}

/** The account of `arn:aws:iam::ID:root`. @throws resourceOwnerInvalid */
function ownerOf(owner: string | undefined): string | undefined {
  if (owner === undefined) return undefined;
  const accountId = /^arn:aws:iam::(\d{12}):root$/.exec(owner)?.[1];
  if (accountId === undefined) throw resourceOwnerInvalid(owner);
  return accountId;
}

/** The caller as the engine knows it; without one, or for a group, a user whom no policy can name. */
function principalOf(call: Call, caller: Setting["caller"]): EnginePrincipal {
  const nobody = { type: "user", accountId: call.accountId, arn: "*", id: "*" } as const;
  if (caller === undefined) return nobody;
  const { type, accountId } = parseEntityArn(caller.arn);
  const id = caller.entity?.row.id ?? "*";
  if (type === "user") return { type, accountId, arn: caller.arn, id };
  return type === "group"
    ? { ...nobody, accountId }
    : { ...nobody, type: "role-session", accountId, role: { arn: caller.arn, id } };
}

/**
 * The answer about one action. Over several resources it is the strictest.
 * Differs: AWS tells the form of the ARNs that the action takes where the resource would stand; here that is
 * `*` for every action.
 */
function resultOf(
  simulation: Simulation,
  action: string,
  resources: readonly SimulatedResource[],
): EvaluationResult {
  const answers = resources.map((resource) => ({ resource, answer: evaluate(simulation, action, resource) }));
  const decision = strictest(answers.map(({ answer }) => answer.decision));
  const settling = answers.filter(({ answer }) => answer.decision === decision).map(({ answer }) => answer);
  const all = answers.map(({ answer }) => answer);
  const specific = resources.some(({ name }) => name !== "*");
  const organization = all.some(({ withinOrganization }) => withinOrganization !== undefined);
  return {
    EvalActionName: action,
    EvalResourceName: "*",
    EvalDecision: decision,
    MatchedStatements: distinctStatements(settling.flatMap(({ statements }) => statements)),
    MissingContextValues: [...new Set(all.flatMap(({ missing }) => missing))],
    ...(organization
      ? {
          OrganizationsDecisionDetail: {
            AllowedByOrganizations: all.every(({ withinOrganization }) => withinOrganization === true),
          },
        }
      : {}),
    ...boundaryDetail(all),
    ...(specific ? { EvalDecisionDetails: strictestDetails(all) } : {}),
    ...(specific ? { ResourceSpecificResults: answers.map(specificResult) } : {}),
  };
}

function specificResult({ resource, answer }: { resource: SimulatedResource; answer: Evaluation }) {
  return {
    EvalResourceName: resource.name,
    EvalResourceDecision: answer.decision,
    MatchedStatements: answer.statements,
    MissingContextValues: answer.missing,
    ...(answer.details === undefined ? {} : { EvalDecisionDetails: answer.details }),
    ...boundaryDetail([answer]),
  };
}

function boundaryDetail(answers: readonly Evaluation[]) {
  if (answers.every(({ withinBoundary }) => withinBoundary === undefined)) return {};
  const allowed = answers.every(({ withinBoundary }) => withinBoundary === true);
  return { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: allowed } };
}

/** What each type of policy says at its strictest; nothing unless an account's border is crossed. */
function strictestDetails(answers: readonly Evaluation[]) {
  const types = new Set(answers.flatMap(({ details }) => Object.keys(details ?? {})));
  return Object.fromEntries(
    [...types].map((type) => [type, strictest(answers.flatMap(({ details }) => details?.[type] ?? []))]),
  );
}

function distinctStatements(statements: readonly Statement[]): Statement[] {
  const placed = statements.map((statement): [string, Statement] => {
    const { SourcePolicyId = "", StartPosition } = statement;
    return [`${StartPosition?.Line}:${StartPosition?.Column} ${SourcePolicyId}`, statement];
  });
  return [...new Map(placed).values()];
}

/** Every operation of this file. */
export const simulationOperations = [simulateCustomPolicy, simulatePrincipalPolicy];
