/**
 * Says who a credential stands for and what its session knows. The secret is not asked for: whoever may open
 * the operator's channel may know this of every caller.
 */
import {
  accounts,
  createGuardrails,
  createIdentity,
  type CloudEnvironment,
  type Principal,
} from "@casemate/cloud";
import type { Store } from "@casemate/store";
import type { CallerView, OperatorInput } from "./operator-calls.ts";
import { OperatorFault } from "./operator-fault.ts";
import { optionalText, requiredText } from "./operator-input.ts";

/** Describes it. @throws OperatorFault when it does not count */
export function describeCaller(
  store: Store,
  environment: CloudEnvironment,
  input: OperatorInput<"whoami">,
): CallerView {
  const accessKeyId = requiredText(input, "accessKeyId");
  const sessionToken = optionalText(input, "sessionToken", /^[^]{1,65536}$/);
  const identity = createIdentity(environment);
  return store.read((tx) => {
    const found = identity.findCredential(tx, { accessKeyId, sessionToken, now: environment.clock() });
    if (typeof found === "string")
      throw new OperatorFault("NotFound", `${accessKeyId} does not count: ${found}.`);
    const { principal } = found;
    const account = tx.get(accounts, principal.accountId);
    const { session } = principal;
    return {
      account: principal.accountId,
      accountName: account?.name ?? "",
      accountAlias: account?.alias,
      arn: principal.arn,
      userId: principal.id,
      credential: credentialOf(principal),
      mfa: session && session.mfaAt !== undefined,
      issuedAt: session && new Date(session.issuedAt).toISOString(),
      expiresAt: session && new Date(session.expiresAt).toISOString(),
      sourceIdentity: session?.sourceIdentity,
      organization: createGuardrails().organizationOf(tx, principal.accountId),
    };
  });
}

function credentialOf({ type, session }: Principal): CallerView["credential"] {
  if (session === undefined) return "access key";
  if (session.console === true) return "console session";
  if (type === "role-session") return "role session";
  return type === "federated-user" ? "federated user session" : "user session";
}
