/**
 * Which services a policy lets its holder use at all, as access reports have it: an Allow that names an
 * action of the service counts, whatever its resources and conditions, and no Deny takes it away.
 */
import { parsePolicy, PolicyFault, type ParsedPolicy } from "@casemate/iam-engine";

/** Whether a document grants any action of a service, which is given by its namespace in lower case. */
export function grantsService(document: string, namespace: string): boolean {
  return (
    parsed(document)?.statements.some(({ effect, actions, notActions }) => {
      if (effect.text !== "Allow") return false;
      if (actions !== undefined) return actions.some(({ text }) => touches(text, namespace));
      return notActions !== undefined && !notActions.some(({ text }) => coversAll(text, namespace));
    }) ?? false
  );
}

/** Whether a document takes a service away altogether, whoever asks and about whatever. */
export function withholdsService(document: string, namespace: string): boolean {
  return (
    parsed(document)?.statements.some(({ effect, actions, resources, conditions }) => {
      if (effect.text !== "Deny" || conditions.length > 0) return false;
      const everywhere = resources?.some(({ text }) => text === "*") === true;
      return everywhere && actions?.some(({ text }) => coversAll(text, namespace)) === true;
    }) ?? false
  );
}

function parsed(document: string): ParsedPolicy | undefined {
  try {
    return parsePolicy(document, "identity");
  } catch (thrown) {
    // A document that is no policy any more grants nothing.
    if (thrown instanceof PolicyFault) return undefined;
    throw thrown;
  }
}

function touches(action: string, namespace: string): boolean {
  return action === "*" || action.toLowerCase().startsWith(`${namespace}:`);
}

function coversAll(action: string, namespace: string): boolean {
  return action === "*" || action.toLowerCase() === `${namespace}:*`;
}
