// Reads the compact table of service knowledge. Its lines: `N` all service names; `G` a global key with its
// type; `S` begins a service, of which follow `K` keys with types, `R` resource types with ARNs and `A`
// actions with access levels, resource types (by place, `!` for required) and condition keys (by place).

import { compileGlob, matchGlob } from "../glob.ts";
import type { Glob } from "../glob.ts";
import { serviceKnowledgeLines } from "./generated/service-knowledge-lines.ts";
import type {
  AccessLevel,
  ActionKnowledge,
  ConditionKeyKnowledge,
  ConditionKeyType,
  ResourceTypeKnowledge,
  ServiceDetails,
  ServiceKnowledge,
} from "./service-knowledge.ts";

/** The knowledge of AWS's services that ships with this package; built anew at each call, so keep it. */
export function awsServiceKnowledge(): ServiceKnowledge {
  return parseServiceKnowledge(serviceKnowledgeLines);
}

const ACCESS_LEVELS: Readonly<Record<string, AccessLevel>> = {
  L: "List",
  R: "Read",
  W: "Write",
  P: "Permissions management",
  T: "Tagging",
};

interface Building extends ServiceDetails {
  readonly actions: ActionKnowledge[];
  readonly resourceTypes: ResourceTypeKnowledge[];
  readonly conditionKeys: ConditionKeyKnowledge[];
}

/** Knowledge from the lines of a table. */
export function parseServiceKnowledge(lines: readonly string[]): ServiceKnowledge {
  let services: readonly string[] = [];
  const globals: ConditionKeyKnowledge[] = [];
  const details = new Map<string, Building>();
  let current: Building = { actions: [], resourceTypes: [], conditionKeys: [] };
  for (const line of lines) {
    const [kind, first = "", second = "", third = "", fourth = ""] = line.split(" ");
    if (kind === "N") services = line.split(" ").slice(1);
    else if (kind === "G") globals.push({ type: keyType(first), name: second });
    else if (kind === "S")
      details.set(first, (current = { actions: [], resourceTypes: [], conditionKeys: [] }));
    else if (kind === "K")
      current.conditionKeys.push({ type: keyType(first), name: line.slice(first.length + 3) });
    else if (kind === "R") current.resourceTypes.push({ name: first, arn: second });
    else if (kind === "A") current.actions.push(parseAction([first, second, third, fourth], current));
    else throw new TypeError(`unknown line in the table of services: ${line}`);
  }
  return new Table(services, globals, details);
}

function parseAction(
  [name, levels, types, keys]: readonly [string, string, string, string],
  { resourceTypes, conditionKeys }: Building,
): ActionKnowledge {
  return {
    name,
    accessLevels: Array.from(levels, (letter) => ACCESS_LEVELS[letter] ?? "Write"),
    resourceTypes: numbers(types).map((text) => {
      const type = resourceTypes[Number.parseInt(text, 10)];
      return { name: type?.name ?? text, required: text.endsWith("!") };
    }),
    conditionKeys: numbers(keys).map((text) => conditionKeys[Number(text)]?.name ?? text),
  };
}

function numbers(list: string): readonly string[] {
  return list === "" ? [] : list.split(",");
}

const KEY_TYPES: ReadonlySet<string> = new Set<ConditionKeyType>([
  "String",
  "ARN",
  "Numeric",
  "Date",
  "Bool",
  "Binary",
  "IPAddress",
  "ArrayOfString",
  "ArrayOfARN",
]);

function keyType(text: string): ConditionKeyType {
  return isKeyType(text) ? text : "String";
}

function isKeyType(text: string): text is ConditionKeyType {
  return KEY_TYPES.has(text);
}

class Table implements ServiceKnowledge {
  readonly services: readonly string[];
  readonly #names: ReadonlySet<string>;
  readonly #details: ReadonlyMap<string, ServiceDetails>;
  readonly #actions = new Map<string, ActionKnowledge>();
  readonly #keys = new Map<string, ConditionKeyKnowledge>();
  readonly #openKeys: { readonly glob: Glob; readonly key: ConditionKeyKnowledge }[] = [];

  constructor(
    services: readonly string[],
    globals: readonly ConditionKeyKnowledge[],
    details: ReadonlyMap<string, ServiceDetails>,
  ) {
    this.services = services;
    this.#names = new Set(services);
    this.#details = details;
    for (const key of globals) this.#addKey(key);
    for (const [service, { actions, conditionKeys }] of details) {
      for (const action of actions) this.#actions.set(`${service}:${action.name.toLowerCase()}`, action);
      for (const key of conditionKeys) this.#addKey(key);
    }
  }

  #addKey(key: ConditionKeyKnowledge): void {
    const folded = key.name.toLowerCase();
    if (this.#keys.has(folded)) return;
    this.#keys.set(folded, key);
    const pattern = folded.replaceAll(/\$\{[^}]*\}|<[^>]*>/g, "?*");
    if (pattern !== folded) this.#openKeys.push({ glob: compileGlob(pattern), key });
  }

  knows(service: string): boolean {
    return this.#names.has(service);
  }

  details(service: string): ServiceDetails | undefined {
    return this.#details.get(service);
  }

  action(service: string, name: string): ActionKnowledge | undefined {
    return this.#actions.get(`${service}:${name.toLowerCase()}`);
  }

  conditionKey(key: string): ConditionKeyKnowledge | undefined {
    const folded = key.toLowerCase();
    return this.#keys.get(folded) ?? this.#openKeys.find(({ glob }) => matchGlob(glob, folded))?.key;
  }
}
