/** Test support of this service: organizations and accounts in memory, and accounts to call as. */
import type { CreateAccountResponse, ListRootsResponse } from "@casemate/wire/organizations";
import { Fault } from "../../kit/index.ts";
import { openTestService, rootOf, testAccount, testNow, type TestCloud } from "../../kit/testing.ts";
import { accounts, iamService } from "../iam/index.ts";
import { createGuardrails } from "./guardrails/guardrails.ts";
import { organizationsService } from "./service.ts";

export { testAccount, testNow } from "../../kit/testing.ts";

/** Accounts that are in no organization at first. */
export const outsideAccount = "444455556666";
export const otherOutsideAccount = "777788889999";

/** Organizations in memory; operations are run by name, as an account's root user. */
export interface TestOrganizations extends Pick<TestCloud, "store" | "environment" | "advance"> {
  run<Output = object>(name: string, input?: object, accountId?: string): Output;
  /** What the operation needs: action, ARN and keys. */
  needsOf(name: string, input?: object, accountId?: string): ReturnType<TestCloud["needsOf"]>;
  /** The code and message that the operation is refused with. */
  faultOf(name: string, input?: object, accountId?: string): string;
  /** The refusal with its details. */
  refusalOf(name: string, input?: object, accountId?: string): Fault;
  /** The root of the organization of an account. */
  rootId(accountId?: string): string;
  /** Makes a member account. */
  account(name: string): string;
  /** Makes a unit under a parent, the root unless told otherwise. */
  unit(name: string, parentId?: string): string;
  /** Makes a policy, one of services unless told otherwise. */
  policy(name: string, type?: string, content?: string): string;
}

/** A document that allows everything. */
export const allowAll = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
});

/** Opens the service with three accounts and an organization of the first. */
export async function openTestOrganizations(featureSet = "ALL"): Promise<TestOrganizations> {
  const cloud = await openTestService({
    collections: [...iamService.collections, ...organizationsService.collections],
    guardrails: createGuardrails(),
  });
  cloud.store.transaction((tx) => {
    for (const id of [testAccount, outsideAccount, otherOutsideAccount]) {
      tx.put(accounts, { id, name: `account ${id}`, createdAt: testNow, email: `root@${id}.example.com` });
    }
  });
  const named = (name: string) => {
    const operation = organizationsService.operations.find((each) => each.name === name);
    if (operation === undefined) throw new Error(`There is no operation ${name}.`);
    return operation;
  };
  const as = (accountId = testAccount) => ({ principal: rootOf(accountId) });
  const run: TestOrganizations["run"] = (name, input = {}, accountId) =>
    cloud.run(named(name), input, as(accountId));
  const rootId = (accountId?: string) =>
    run<ListRootsResponse>("ListRoots", {}, accountId).Roots?.[0]?.Id ?? "";
  run("CreateOrganization", { FeatureSet: featureSet });
  return {
    store: cloud.store,
    environment: cloud.environment,
    advance: (ms) => cloud.advance(ms),
    run,
    needsOf: (name, input = {}, accountId) => cloud.needsOf(named(name), input, as(accountId)),
    faultOf(name, input = {}, accountId) {
      const { code, message } = cloud.faultOf(named(name), input, as(accountId));
      return `${code}: ${message}`;
    },
    refusalOf(name, input = {}, accountId) {
      try {
        run(name, input, accountId);
      } catch (thrown) {
        if (thrown instanceof Fault) return thrown;
        throw thrown;
      }
      throw new Error(`${name} was not refused.`);
    },
    rootId,
    account(name) {
      const asked = { AccountName: name, Email: `${name}@example.com` };
      return run<CreateAccountResponse>("CreateAccount", asked).CreateAccountStatus?.AccountId ?? "";
    },
    unit: (name, parentId = rootId()) =>
      run<{ OrganizationalUnit: { Id: string } }>("CreateOrganizationalUnit", {
        ParentId: parentId,
        Name: name,
      }).OrganizationalUnit.Id,
    policy: (name, type = "SERVICE_CONTROL_POLICY", content = allowAll) =>
      run<{ Policy: { PolicySummary: { Id: string } } }>("CreatePolicy", {
        Name: name,
        Type: type,
        Content: content,
        Description: "",
      }).Policy.PolicySummary.Id,
  };
}
