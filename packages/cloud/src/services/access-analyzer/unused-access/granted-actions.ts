/**
 * Which services, and which of their actions, documents let their holder use: what an Allow covers and no
 * Deny takes away everywhere and under all conditions. Resources and conditions of an Allow do not count.
 */
import { compileGlob, matchGlob, parsePolicy, PolicyFault, type ParsedStatement } from "@casemate/iam-engine";
import { awsServiceKnowledge, type ServiceKnowledge } from "@casemate/iam-engine/analysis";

/** What is granted of one service. */
export interface GrantedService {
  readonly namespace: string;
  /** The actions, by name; undefined where the actions of the service are not known. */
  readonly actions: readonly string[] | undefined;
}

/** Sets of documents that are remembered; the oldest is forgotten first. */
const rememberedMax = 5000;

let known: ServiceKnowledge | undefined;
const remembered = new Map<string, readonly GrantedService[]>();

/** What the knowledge of services is, read when it is first asked for. */
export function serviceKnowledge(): ServiceKnowledge {
  return (known ??= awsServiceKnowledge());
}

/** The services that documents grant, by namespace; one of which nothing is granted is left out. */
export function grantedServices(documents: readonly string[]): readonly GrantedService[] {
  const key = documents.join("\n");
  const before = remembered.get(key);
  if (before !== undefined) return before;
  const statements = documents.flatMap(statementsOf);
  const granted = serviceKnowledge().services.flatMap((namespace) => grantedOf(namespace, statements));
  if (remembered.size >= rememberedMax) remembered.delete(remembered.keys().next().value ?? "");
  remembered.set(key, granted);
  return granted;
}

interface Statement {
  readonly deny: boolean;
  /** Whether it covers an action, given in lower case. */
  readonly covers: (action: string) => boolean;
  /** Whether it covers some, or every, action of a service. */
  readonly coversSome: (namespace: string) => boolean;
  readonly coversAll: (namespace: string) => boolean;
}

function statementsOf(document: string): readonly Statement[] {
  try {
    return parsePolicy(document, "identity").statements.filter(counts).map(readStatement);
  } catch (thrown) {
    // A document that is no policy any more grants nothing.
    if (thrown instanceof PolicyFault) return [];
    throw thrown;
  }
}

/** A Deny of some resources or under conditions takes nothing away for sure. */
function counts({ effect, resources, conditions }: ParsedStatement): boolean {
  if (effect.text === "Allow") return true;
  return conditions.length === 0 && resources?.some(({ text }) => text === "*") === true;
}

function readStatement({ effect, actions, notActions }: ParsedStatement): Statement {
  const deny = effect.text === "Deny";
  const patterns = (actions ?? notActions ?? []).map(({ text }) => readPattern(text));
  const some = (namespace: string) => patterns.some((pattern) => pattern.some(namespace));
  const all = (namespace: string) => patterns.some((pattern) => pattern.all(namespace));
  const covers = (action: string) => patterns.some((pattern) => pattern.covers(action));
  if (actions !== undefined) return { deny, covers, coversSome: some, coversAll: all };
  return {
    deny,
    covers: (action) => !covers(action),
    coversSome: (namespace) => !all(namespace),
    coversAll: (namespace) => !some(namespace),
  };
}

function readPattern(text: string) {
  const lower = text.toLowerCase();
  const [service = "", name] = lower.split(":");
  const whole = compileGlob(lower);
  const services = compileGlob(service);
  const inService = (namespace: string) => matchGlob(services, namespace);
  return {
    covers: (action: string) => matchGlob(whole, action),
    some: inService,
    all: (namespace: string) => inService(namespace) && (lower === "*" || /^\*+$/.test(name ?? "")),
  };
}

const wholes = new Map<string, GrantedService>();

/** All of a service; one value for everybody whom it is granted to. */
function wholeService(namespace: string): GrantedService {
  let whole = wholes.get(namespace);
  if (whole === undefined) {
    const actions = serviceKnowledge()
      .details(namespace)
      ?.actions.map(({ name }) => name);
    wholes.set(namespace, (whole = { namespace, actions }));
  }
  return whole;
}

function grantedOf(namespace: string, statements: readonly Statement[]): GrantedService[] {
  const touching = statements.filter(({ coversSome }) => coversSome(namespace));
  const allows = touching.filter(({ deny }) => !deny);
  const denies = touching.filter(({ deny }) => deny);
  if (allows.length === 0 || denies.some(({ coversAll }) => coversAll(namespace))) return [];
  const whole = wholeService(namespace);
  if (whole.actions === undefined) return [whole];
  if (denies.length === 0 && allows.some(({ coversAll }) => coversAll(namespace))) return [whole];
  const actions = whole.actions.filter((name) => {
    const action = `${namespace}:${name.toLowerCase()}`;
    return allows.some(({ covers }) => covers(action)) && !denies.some(({ covers }) => covers(action));
  });
  return actions.length === 0 ? [] : [{ namespace, actions }];
}
