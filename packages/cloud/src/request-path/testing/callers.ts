/**
 * Test support of the authorization ledger: the callers that every operation meets, and what each
 * must be told.
 */
import type { Credentials, Protocol } from "@casemate/wire";
import { underRcp, underScp } from "./standing-guardrails.ts";
import { credentialsIn, document, everything, iamArn, type LedgerWorld } from "./ledger-world.ts";

/** A column of the matrix. */
export interface Caller {
  readonly name: string;
  readonly credentials: Credentials | undefined;
  /** What of the refusal is fixed by who calls: its code by protocol, or why policies refused. */
  readonly refusal:
    | { readonly by: "signature"; readonly codes: Readonly<Partial<Record<Protocol, string>>> }
    | { readonly by: "policy"; readonly reason: string }
    | { readonly by: "account" };
}

const elsewhere = { Effect: "Allow", Action: "support:*", Resource: "*" };

/** Makes the callers in a world; the order is that of the columns. */
export async function makeCallers(world: LedgerWorld): Promise<readonly Caller[]> {
  const { admin, stranger } = world;
  const expired = credentialsIn(await world.make("sts", "GetSessionToken", { DurationSeconds: "900" }));
  const nothing = await world.makeUser("has-nothing");
  const denied = await world.makeUser("is-denied", everything, { ...everything, Effect: "Deny" });
  const bounded = await world.makeUser("is-bounded", everything);
  await world.make("iam", "CreatePolicy", { PolicyName: "narrow", PolicyDocument: document(elsewhere) });
  await world.make("iam", "PutUserPermissionsBoundary", {
    UserName: "is-bounded",
    PermissionsBoundary: iamArn("policy/narrow"),
  });
  const guarded = await world.makeUser(underScp, everything);
  const kept = await world.makeUser(underRcp, everything);
  const passwordOnly = await world.makeUser("has-no-mfa", {
    ...everything,
    Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } },
  });
  const session = await world.make("sts", "AssumeRole", {
    RoleArn: iamArn("role/operator"),
    RoleSessionName: "ledger",
    DurationSeconds: "3600",
    Policy: document(elsewhere),
  });
  world.advance(901_000);
  const signature = (ec2: string, query: string, json: string): Caller["refusal"] => ({
    by: "signature",
    codes: { ec2, query, "json1.0": json, "json1.1": json, "rest-json": json },
  });
  const policy = (reason: string): Caller["refusal"] => ({ by: "policy", reason });
  return [
    {
      name: "no credentials",
      credentials: undefined,
      refusal: signature(
        "MissingParameter",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
      ),
    },
    {
      name: "wrong secret",
      credentials: { ...admin, secretAccessKey: "x".repeat(40) },
      refusal: signature("SignatureDoesNotMatch", "SignatureDoesNotMatch", "InvalidSignatureException"),
    },
    {
      name: "expired session",
      credentials: expired,
      refusal: signature("RequestExpired", "ExpiredToken", "ExpiredTokenException"),
    },
    { name: "stranger", credentials: stranger, refusal: { by: "account" } },
    { name: "no policy", credentials: nothing, refusal: policy("because no identity-based policy allows") },
    {
      name: "explicit deny",
      credentials: denied,
      refusal: policy("with an explicit deny in an identity-based policy"),
    },
    { name: "boundary", credentials: bounded, refusal: policy("because no permissions boundary allows") },
    {
      name: "session policy",
      credentials: credentialsIn(session),
      refusal: policy("because no session policy allows"),
    },
    { name: "SCP", credentials: guarded, refusal: policy("because no service control policy allows") },
    { name: "RCP", credentials: kept, refusal: policy("because no resource control policy allows") },
    {
      name: "no MFA",
      credentials: passwordOnly,
      refusal: policy("because no identity-based policy allows"),
    },
  ];
}
