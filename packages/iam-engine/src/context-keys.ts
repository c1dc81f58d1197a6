// Which condition keys a policy depends on, for GetContextKeysForCustomPolicy and for simulations.

import type { ParsedPolicy, ParsedStatement } from "./policy.ts";
import { VERSION_WITH_VARIABLES } from "./policy.ts";
import { parseTemplate } from "./template.ts";

/** The keys in conditions and variables, each once whatever its case, spelled as first written. */
export function contextKeysOf(policy: ParsedPolicy): string[] {
  return distinctKeys(policy.statements.flatMap((statement) => statementKeys(policy, statement)));
}

/** The keys one statement depends on, repeated as often as they occur. */
export function statementKeys(policy: ParsedPolicy, statement: ParsedStatement): string[] {
  const variables = policy.version === VERSION_WITH_VARIABLES;
  const inText = (text: string) =>
    parseTemplate(text, variables).flatMap((part) => (part.type === "variable" ? part.name : []));
  const resources = statement.resources ?? statement.notResources ?? [];
  return [
    ...resources.flatMap((resource) => inText(resource.text)),
    ...statement.conditions.flatMap((condition) => [
      condition.key.text,
      ...condition.values.flatMap((value) => inText(value.text)),
    ]),
  ];
}

/** The keys without repetitions; case does not tell keys apart. */
export function distinctKeys(keys: readonly string[]): string[] {
  const byFolded = new Map<string, string>();
  for (const key of keys) if (!byFolded.has(key.toLowerCase())) byFolded.set(key.toLowerCase(), key);
  return [...byFolded.values()];
}
