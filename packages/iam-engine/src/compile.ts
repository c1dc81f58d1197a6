// Compiles policy documents for decisions. Documents are compiled once and shared by all who attach them;
// a document that no longer compiles is either refused here or made to refuse every request.

import { NO_SLOT } from "./action-slot.ts";
import { compileArnList, compileArnPattern } from "./arn.ts";
import type { ArnList } from "./arn.ts";
import { compileCondition } from "./condition.ts";
import type { CompiledCondition } from "./condition.ts";
import { compileGlob, matchGlob } from "./glob.ts";
import type { Glob } from "./glob.ts";
import { ACTIONS_PER_DOCUMENT_MAX, CACHED_CHARACTERS_MAX, CACHED_DOCUMENTS_MAX } from "./limits.ts";
import { parsePolicy } from "./parse-policy.ts";
import type { LocatedText, ParsedPolicy, ParsedStatement, PolicyKind, PolicySource } from "./policy.ts";
import { VERSION_WITH_VARIABLES } from "./policy.ts";
import { PolicyFault } from "./policy-fault.ts";
import { compilePrincipals, namesEveryone } from "./principal-matcher.ts";
import type { PrincipalMatcher } from "./principal-matcher.ts";
import { refuseUnusable } from "./statement-rules.ts";
import { parseTemplate } from "./template.ts";

export interface CompiledStatement {
  readonly index: number;
  readonly sid: string | undefined;
  readonly deny: boolean;
  /** Who is named; undefined in kinds of policy that belong to a principal. */
  readonly principals: PrincipalMatcher | undefined;
  readonly notPrincipals: PrincipalMatcher | undefined;
  readonly actions: readonly Glob[];
  readonly notActions: boolean;
  /** The resources; undefined, as in a trust policy, stands for the resource that carries the policy. */
  readonly resources: ArnList | undefined;
  readonly notResources: boolean;
  /** Keys, in lower case, of the variables in the resources. */
  readonly resourceKeys: readonly string[];
  /** Cheapest first. */
  readonly conditions: readonly CompiledCondition[];
  /** What testing the resources and the conditions takes, roughly. */
  readonly cost: number;
  readonly parsed: ParsedStatement | undefined;
}

/** The statements of a document that may apply to one action. */
export interface ActionBucket {
  /** In the order of the document: a refusal names the first that applies. */
  readonly deny: readonly CompiledStatement[];
  /** In the order of the document, for those who ask which statement allows. */
  readonly allow: readonly CompiledStatement[];
  /** The same, for those who ask whether one does. */
  readonly cheapest: readonly CompiledStatement[];
  /** Whether one of `allow` applies to every request, whoever makes it and whatever it is about. */
  readonly open: boolean;
}

/** A compiled document, whoever it is attached to. */
export interface CompiledDocument {
  readonly kind: PolicyKind;
  readonly text: string;
  readonly parsed: ParsedPolicy | undefined;
  readonly statements: readonly CompiledStatement[];
  /** The statements by action: under the action's number, or by its name when it has none. */
  readonly numbered: (ActionBucket | undefined)[];
  readonly named: Map<string, ActionBucket>;
  /** Why the document refuses every request; undefined in a sound one. */
  readonly fault: PolicyFault | undefined;
}

/** A compiled document with the source that a refusal names. */
export interface CompiledPolicy {
  readonly kind: PolicyKind;
  readonly source: PolicySource;
  readonly document: CompiledDocument;
}

/**
 * Compiles a document, or takes it from the cache.
 * @throws PolicyFault when it is no policy of this kind.
 */
export function compile(text: string, kind: PolicyKind, source: PolicySource): CompiledPolicy {
  return { kind, source, document: cache.get(text, kind) ?? cache.add(compileDocument(text, kind)) };
}

/** Compiles a stored document; one that is no policy any more refuses every request it has a say in. */
export function compileStored(text: string, kind: PolicyKind, source: PolicySource): CompiledPolicy {
  try {
    return compile(text, kind, source);
  } catch (fault) {
    if (!(fault instanceof PolicyFault)) throw fault;
    return { kind, source, document: refusingDocument(text, kind, fault) };
  }
}

function compileDocument(text: string, kind: PolicyKind): CompiledDocument {
  const parsed = parsePolicy(text, kind);
  refuseUnusable(parsed);
  const variables = parsed.version === VERSION_WITH_VARIABLES;
  const statements = parsed.statements.map((statement) => compileStatement(statement, kind, variables));
  return { kind, text, parsed, statements, numbered: [], named: new Map(), fault: undefined };
}

function compileStatement(parsed: ParsedStatement, kind: PolicyKind, variables: boolean): CompiledStatement {
  const actions = parsed.actions ?? parsed.notActions ?? [];
  const options = { variables, place: "resource", padded: kind !== "rcp" } as const;
  const patterns = (list: readonly LocatedText[]) =>
    compileArnList(list.map((resource) => compileArnPattern(resource.text, options)));
  const resources = parsed.resources ?? parsed.notResources;
  const list = resources === undefined ? undefined : patterns(resources);
  const conditions = parsed.conditions
    .map((condition) => compileCondition(condition, variables))
    .toSorted((left, right) => left.cost - right.cost);
  return {
    index: parsed.index,
    sid: parsed.sid?.text,
    deny: parsed.effect.text === "Deny",
    principals: parsed.principals === undefined ? undefined : compilePrincipals(parsed.principals),
    notPrincipals: parsed.notPrincipals === undefined ? undefined : compilePrincipals(parsed.notPrincipals),
    actions: actions.map((action) => compileGlob(action.text.toLowerCase())),
    notActions: parsed.actions === undefined,
    resources: list,
    notResources: parsed.notResources !== undefined,
    resourceKeys: (resources ?? []).flatMap((resource) => variableKeys(resource.text, variables)),
    conditions,
    cost: conditions.reduce((sum, { cost }) => sum + cost, list?.cost ?? 0),
    parsed,
  };
}

function variableKeys(text: string, variables: boolean): string[] {
  return parseTemplate(text, variables).flatMap((part) => (part.type === "variable" ? part.key : []));
}

function refusingDocument(text: string, kind: PolicyKind, fault: PolicyFault): CompiledDocument {
  const everybody = { named: new Set<string>(), accounts: new Set<string>(), services: new Set<string>() };
  const statement: CompiledStatement = {
    index: 0,
    sid: undefined,
    deny: true,
    principals: { everyone: true, ...everybody, providers: new Set(), canonicalIds: new Set() },
    notPrincipals: undefined,
    actions: [compileGlob("*")],
    notActions: false,
    resources: undefined,
    notResources: false,
    resourceKeys: [],
    conditions: [],
    cost: 0,
    parsed: undefined,
  };
  return { kind, text, parsed: undefined, statements: [statement], numbered: [], named: new Map(), fault };
}

/** Whether the statement's Action or NotAction covers an action, which is in lower case. */
export function coversAction(statement: CompiledStatement, action: string): boolean {
  for (const glob of statement.actions) if (matchGlob(glob, action)) return !statement.notActions;
  return statement.notActions;
}

/** The bucket of a document that says nothing about an action. */
export const EMPTY_BUCKET: ActionBucket = { deny: [], allow: [], cheapest: [], open: false };

/** The statements that cover an action of the given number, kept for the next request with the same one. */
export function bucketOf(document: CompiledDocument, action: string, slot: number): ActionBucket {
  const kept = slot === NO_SLOT ? document.named.get(action) : document.numbered[slot];
  return kept ?? keepBucket(document, action, slot);
}

function sortOut(document: CompiledDocument, action: string): ActionBucket {
  const covering = document.statements.filter((statement) => coversAction(statement, action));
  if (covering.length === 0) return EMPTY_BUCKET;
  const deny = covering.filter((statement) => statement.deny);
  const allow = covering.filter((statement) => !statement.deny);
  return { deny, allow, cheapest: cheapestFirst(allow), open: allow.some(appliesAlways) };
}

/** The statements by what testing them takes. */
export function cheapestFirst(statements: readonly CompiledStatement[]): readonly CompiledStatement[] {
  return statements.toSorted((left, right) => left.cost - right.cost);
}

function appliesAlways(statement: CompiledStatement): boolean {
  const { principals, notPrincipals, resources, notResources, conditions } = statement;
  const everyone = principals === undefined ? notPrincipals === undefined : namesEveryone(principals);
  const everything = resources === undefined || (resources.any && !notResources);
  return everyone && everything && conditions.length === 0;
}

function keepBucket(document: CompiledDocument, action: string, slot: number): ActionBucket {
  const bucket = sortOut(document, action.toLowerCase());
  if (slot !== NO_SLOT) {
    document.numbered[slot] = bucket;
    return bucket;
  }
  // Simulations may ask for any text as an action; the bound keeps them from filling the memory.
  if (document.named.size >= ACTIONS_PER_DOCUMENT_MAX) document.named.clear();
  document.named.set(action, bucket);
  return bucket;
}

/** Documents by kind and text, with what they count against the bounds. */
class Generation {
  readonly #byKind = new Map<PolicyKind, Map<string, CompiledDocument>>();
  #documents = 0;
  #characters = 0;

  get full(): boolean {
    return this.#documents >= CACHED_DOCUMENTS_MAX || this.#characters >= CACHED_CHARACTERS_MAX;
  }

  get(text: string, kind: PolicyKind): CompiledDocument | undefined {
    return this.#byKind.get(kind)?.get(text);
  }

  add(document: CompiledDocument): void {
    const documents = this.#byKind.get(document.kind) ?? new Map<string, CompiledDocument>();
    this.#byKind.set(document.kind, documents.set(document.text, document));
    this.#documents++;
    this.#characters += document.text.length;
  }
}

// What is used moves to the young generation; what was not used while it filled is dropped with the old.
class DocumentCache {
  #young = new Generation();
  #old = new Generation();

  get(text: string, kind: PolicyKind): CompiledDocument | undefined {
    const young = this.#young.get(text, kind);
    if (young !== undefined) return young;
    const old = this.#old.get(text, kind);
    return old === undefined ? undefined : this.add(old);
  }

  add(document: CompiledDocument): CompiledDocument {
    if (this.#young.full) {
      this.#old = this.#young;
      this.#young = new Generation();
    }
    this.#young.add(document);
    return document;
  }
}

const cache = new DocumentCache();
