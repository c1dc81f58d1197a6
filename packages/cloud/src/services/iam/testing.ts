/** Test support of the IAM rooms: IAM in memory with two accounts, and principals to call as. */
import type { GuardrailsPort, OpenIdKeysPort, Principal } from "../../kit/index.ts";
import { openTestService, testAccount, testNow, type Caller, type TestCloud } from "../../kit/testing.ts";
import { putAccount } from "./account/account.ts";
import { iamService } from "./service.ts";

export { rootOf, testAccount, testNow, type Caller, type TestCloud } from "../../kit/testing.ts";

/** An account beside that of the tests. */
export const otherAccount = "444455556666";

/** IAM in memory; operations are run by name. */
export interface TestIam extends Pick<TestCloud, "store" | "environment" | "advance"> {
  run<Output = object>(name: string, input?: object, caller?: Caller): Output;
  /** What the operation needs: action, ARN and keys. */
  needsOf(name: string, input?: object, caller?: Caller): ReturnType<TestCloud["needsOf"]>;
  /** The code and message that the operation is refused with. */
  faultOf(name: string, input?: object, caller?: Caller): string;
}

/** Opens IAM with the account of the tests and another one. */
export async function openTestIam(
  beside: { readonly openIdKeys?: OpenIdKeysPort; readonly guardrails?: GuardrailsPort } = {},
): Promise<TestIam> {
  const cloud = await openTestService({ ...iamService, ...beside });
  cloud.store.transaction((tx) => {
    for (const id of [testAccount, otherAccount]) putAccount(tx, { id, name: id, createdAt: testNow });
  });
  const named = (name: string) => {
    const operation = iamService.operations.find((each) => each.name === name);
    if (operation === undefined) throw new Error(`IAM has no operation ${name}.`);
    return operation;
  };
  return {
    store: cloud.store,
    environment: cloud.environment,
    advance: (ms) => cloud.advance(ms),
    run: (name, input = {}, caller = {}) => cloud.run(named(name), input, caller),
    needsOf: (name, input = {}, caller = {}) => cloud.needsOf(named(name), input, caller),
    faultOf(name, input = {}, caller = {}) {
      const { code, message } = cloud.faultOf(named(name), input, caller);
      return `${code}: ${message}`;
    },
  };
}

/** A user of the account of the tests, as a caller with a long-lived key. */
export function asUser(user: { readonly UserId: string; readonly UserName: string; readonly Arn: string }): {
  readonly principal: Principal;
} {
  return {
    principal: {
      type: "user",
      accountId: testAccount,
      arn: user.Arn,
      id: user.UserId,
      accessKeyId: "AKIATEST",
      userName: user.UserName,
    },
  };
}
