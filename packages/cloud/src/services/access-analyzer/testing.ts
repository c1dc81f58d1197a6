/**
 * Test support of the rooms of Access Analyzer: it and IAM in memory, in an organization that tests set up by
 * hand. Operations of both are run by name.
 */
import {
  clientTokens,
  noGuardrails,
  type GuardrailsPort,
  type OrganizationPlace,
  type ServiceStanding,
} from "../../kit/index.ts";
import {
  openTestService,
  rootOf,
  testAccount,
  testNow,
  type Caller,
  type TestCloud,
} from "../../kit/testing.ts";
import { accounts, iamService } from "../iam/index.ts";
import { accessAnalyzerService } from "./service.ts";

export { testAccount, testNow } from "../../kit/testing.ts";

/** Accounts beside that of the tests; the first may come into its organization. */
export const otherAccount = "444455556666";
export const strangeAccount = "777788889999";
export const dayMs = 24 * 60 * 60 * 1000;

/** What the tests say of the organization. */
export interface TestOrganization {
  /** Its accounts, that of the tests managing it; none when there is no organization. */
  members: readonly string[];
  standing: ServiceStanding;
  rcps: ReturnType<GuardrailsPort["rcpsOf"]>;
}

/** Access Analyzer in memory. */
export interface TestAnalyzer extends Pick<TestCloud, "store" | "environment" | "advance"> {
  readonly organization: TestOrganization;
  /** Runs an operation of IAM or of Access Analyzer. */
  run<Output = object>(name: string, input?: object, caller?: Caller): Output;
  needsOf(name: string, input?: object, caller?: Caller): ReturnType<TestCloud["needsOf"]>;
  /** The code and message that the operation is refused with. */
  faultOf(name: string, input?: object, caller?: Caller): string;
  /** Makes an analyzer, and answers its ARN. */
  analyzer(type?: string, more?: object): string;
  /** Makes a role with a trust policy, and answers its ARN. */
  role(RoleName: string, ...principals: readonly object[]): string;
}

/** Opens it with three accounts. */
export async function openTestAnalyzer(): Promise<TestAnalyzer> {
  const organization: TestOrganization = {
    members: [],
    standing: { allFeatures: true, trusted: true, delegated: false },
    rcps: undefined,
  };
  const cloud = await openTestService({
    collections: [clientTokens, ...iamService.collections, ...accessAnalyzerService.collections],
    guardrails: guardrailsOf(organization),
  });
  cloud.store.transaction((tx) => {
    for (const id of [testAccount, otherAccount, strangeAccount]) {
      tx.put(accounts, { id, name: id, createdAt: testNow });
    }
  });
  const operations = [...iamService.operations, ...accessAnalyzerService.operations];
  const named = (name: string) => {
    const operation = operations.findLast((each) => each.name === name);
    if (operation === undefined) throw new Error(`There is no operation ${name}.`);
    return operation;
  };
  const run: TestAnalyzer["run"] = (name, input = {}, caller = {}) => cloud.run(named(name), input, caller);
  return {
    store: cloud.store,
    environment: cloud.environment,
    organization,
    advance: (ms) => cloud.advance(ms),
    run,
    needsOf: (name, input = {}, caller = {}) => cloud.needsOf(named(name), input, caller),
    faultOf(name, input = {}, caller = {}) {
      const { code, message } = cloud.faultOf(named(name), input, caller);
      return `${code}: ${message}`;
    },
    analyzer: (type = "ACCOUNT", more = {}) =>
      run<{ arn: string }>("CreateAnalyzer", { analyzerName: "a", type, ...more }).arn,
    role(RoleName, ...principals) {
      const AssumeRolePolicyDocument = trusting(...principals);
      return run<{ Role: { Arn: string } }>("CreateRole", { RoleName, AssumeRolePolicyDocument }).Role.Arn;
    },
  };
}

function guardrailsOf(organization: TestOrganization): GuardrailsPort {
  const place: OrganizationPlace = {
    id: "o-abcdefghij",
    managementAccountId: testAccount,
    path: "o-abcdefghij/r-ab12/",
  };
  const within = (accountId: string): boolean => organization.members.includes(accountId);
  return {
    ...noGuardrails,
    organizationOf: (_tx, accountId) => (within(accountId) ? place : undefined),
    serviceStandingOf: (_tx, accountId) => (within(accountId) ? organization.standing : undefined),
    rcpsOf: () => organization.rcps,
  };
}

/** A trust policy with one statement for each principal; a principal may bring a Condition or an Effect. */
export function trusting(...principals: readonly object[]): string {
  const Statement = principals.map((principal) => {
    const { Condition, ...Principal } = principal as { Condition?: object };
    return {
      Effect: "Allow",
      Principal,
      Action: "sts:AssumeRole",
      ...(Condition === undefined ? {} : { Condition }),
    };
  });
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

/** The root of another account as a caller. */
export function asAccount(accountId: string): Caller {
  return { principal: rootOf(accountId) };
}
