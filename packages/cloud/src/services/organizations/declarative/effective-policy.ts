/** What the declarative policies above an account come to for it. */
import type { ReadTx } from "@casemate/store";
import type { DeclaredSetting } from "../../../kit/index.ts";
import { standingOf, type Standing } from "../guardrails/standing.ts";
import { attachedPolicies, policies, type PolicyRow } from "../policy/policy.ts";
import { declarativeDocument } from "./declarative-content.ts";
import { effectiveDocument, isObject, type JsonObject } from "./inheritance.ts";

const type = "DECLARATIVE_POLICY_EC2";

/** The effective policy of an account. */
export interface EffectivePolicyOf {
  readonly document: JsonObject;
  /** When the newest of its policies was written. */
  readonly updatedAt: number;
}

interface Remembered {
  readonly rows: readonly PolicyRow[];
  readonly effective: EffectivePolicyOf | undefined;
}

const remembered = new WeakMap<Standing, Remembered>();

/** The effective declarative policy of an account; the management account is bound by it like any other. */
export function effectivePolicyOf(tx: ReadTx, accountId: string): EffectivePolicyOf | undefined {
  const standing = standingOf(tx, accountId);
  if (standing?.organization.root.policyTypes.includes(type) !== true) return undefined;
  const known = remembered.get(standing);
  if (known?.rows.every((row) => tx.get(policies, row.id) === row) === true) return known.effective;
  const { organization, targets } = standing;
  const levels = targets.map((target) => attachedPolicies(tx, organization, { target, type }));
  const rows = levels.flat();
  const document = effectiveDocument(
    levels.map((level) => level.map(({ content }) => declarativeDocument(content))),
  );
  const effective = document && { document, updatedAt: Math.max(...rows.map(({ updatedAt }) => updatedAt)) };
  remembered.set(standing, { rows, effective });
  return effective;
}

/** One setting of it, such as `instance_metadata_defaults`. */
export function declaredSettingOf(tx: ReadTx, accountId: string, name: string): DeclaredSetting | undefined {
  const attributes = effectivePolicyOf(tx, accountId)?.document["ec2_attributes"];
  if (!isObject(attributes)) return undefined;
  const value = attributes[name];
  if (!isObject(value)) return undefined;
  const message = attributes["exception_message"];
  return { value, exceptionMessage: typeof message === "string" ? message : undefined };
}
