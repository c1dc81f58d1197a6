/**
 * Idempotency: a client token answers a repeated request with what the first one made, and refuses a
 * different request.
 */
import { collection, type Tx } from "@casemate/store";
import type { Call } from "./call.ts";
import { fault, type Fault } from "./fault.ts";

interface ClientTokenRow {
  readonly key: string;
  /**
   * The input of the first request, as canonical JSON without the token, sealed: user data and the like may
   * hold secrets.
   */
  readonly sealedInput: string;
  /** Names what was made, such as the reservation id. */
  readonly made: string;
  readonly at: number;
}

/** Tokens by account, region, operation and token. */
export const clientTokens = collection<ClientTokenRow>({ kind: "kit/client-token", key: (row) => row.key });

export const idempotentParameterMismatch = fault({
  code: "IdempotentParameterMismatch",
  message: () =>
    "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
});

/** Runs `create` once per token; a repeat with the same input runs `recall` on what it made. */
export function once<Output>(
  tx: Tx,
  call: Call,
  request: {
    readonly token: string | undefined;
    readonly input: object;
    readonly create: () => { readonly made: string; readonly output: Output };
    readonly recall: (made: string) => Output;
    /** What another request under the same token is refused with, where it is not in EC2's words. */
    readonly mismatch?: () => Fault;
  },
): Output {
  if (request.token === undefined || request.token === "") return request.create().output;
  const key = [call.accountId, call.region, `${call.service}:${call.operation}`, request.token].join("|");
  const input = canonicalJson({ ...request.input, ClientToken: undefined, DryRun: undefined });
  const known = tx.get(clientTokens, key);
  const { keyring } = call.environment;
  const context = { purpose: "client-token", key };
  if (known !== undefined) {
    if (keyring.open(known.sealedInput, context) !== input)
      throw (request.mismatch ?? idempotentParameterMismatch)();
    return request.recall(known.made);
  }
  const { made, output } = request.create();
  tx.put(clientTokens, { key, sealedInput: keyring.seal(input, context), made, at: call.now });
  return output;
}

/** JSON with sorted keys, so that the order of members does not matter. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
