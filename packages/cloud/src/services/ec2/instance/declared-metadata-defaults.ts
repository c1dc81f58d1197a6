/**
 * Metadata defaults that the organization declares for an account: they stand over those of the account, in
 * every region, and the account cannot change them.
 */
import type { ReadTx } from "@casemate/store";
import type { Call } from "../../../kit/index.ts";
import { violationOf } from "../declarative-policy.ts";
import type { MetadataDefaultsRow } from "./metadata-defaults.ts";

/** Declared defaults; what is absent has no preference. */
export interface DeclaredMetadataDefaults {
  readonly defaults: Omit<MetadataDefaultsRow, "key">;
  readonly exceptionMessage: string | undefined;
}

/** The defaults that are declared for the caller's account, if any are. */
export function declaredMetadataDefaults(tx: ReadTx, call: Call): DeclaredMetadataDefaults | undefined {
  const declared = call.guardrails.declaredSettingOf(tx, call.accountId, "instance_metadata_defaults");
  if (declared === undefined) return undefined;
  const one = <Word extends string>(name: string, words: readonly Word[]): Word | undefined =>
    words.find((word) => word === declared.value[name]);
  const onOff = ["enabled", "disabled"] as const;
  const hopLimit = Number(declared.value["http_put_response_hop_limit"]);
  return {
    defaults: {
      httpTokens: one("http_tokens", ["optional", "required"]),
      httpEndpoint: one("http_endpoint", onOff),
      hopLimit: Number.isInteger(hopLimit) ? hopLimit : undefined,
      instanceTags: one("instance_metadata_tags", onOff),
      httpTokensEnforced: one("http_tokens_enforced", onOff),
    },
    exceptionMessage: declared.exceptionMessage,
  };
}

/** Refuses to change defaults that are declared. @throws declarativePolicyViolation */
export function refuseDeclared(tx: ReadTx, call: Call): void {
  const declared = declaredMetadataDefaults(tx, call);
  if (declared !== undefined) throw violationOf(declared);
}
