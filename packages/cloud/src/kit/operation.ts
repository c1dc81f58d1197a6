/**
 * Operations: what a service can do. Each states what it needs before it handles; one without needs does not
 * compile. Handlers are synchronous, so they cannot half-finish.
 */
import type { Tx } from "@casemate/store";
import type { Call, UnsignedCall } from "./call.ts";
import type { Need } from "./need.ts";
import type { IdentityProviderPrincipal } from "./principal.ts";

/** A service's operation map, as the wire tables generate it. */
export type OperationMap = object;

/** Input of an operation of the map. */
export type InputOf<Map, Name extends keyof Map> = Map[Name] extends { input: infer Input } ? Input : never;
/** Output of an operation of the map. */
export type OutputOf<Map, Name extends keyof Map> = Map[Name] extends { output: infer Output }
  ? Output
  : never;

/** How an operation is written. */
export interface OperationDefinition<Input, Output> {
  /** Whether it only reads: the trail's readOnly. */
  readonly access: "read" | "write";
  /**
   * The parameters it honours; a request with any other one is refused, so that nothing is silently ignored.
   * `DryRun` needs no mention. Members inside a parameter are for the handler to refuse.
   */
  readonly honours: "all" | readonly (keyof Input & string)[];
  /**
   * For operations that need no signature because their input proves who calls: verifies the proof and names
   * the caller. What it finds runs before anything is authorized. @throws Fault where the proof does not hold
   */
  readonly identify?: (input: Input, call: UnsignedCall) => IdentityProviderPrincipal;
  /**
   * The permissions it needs, in the order they are decided. It may read state through `call.tx`, but whether
   * something exists is for the handler to say: a target that is not there is named by its ARN and has no
   * keys.
   */
  readonly needs: (input: Input, call: Call) => readonly Need[];
  /** Does the work, after every need was allowed. @throws Fault, which undoes everything it did. */
  readonly handle: (tx: Tx, input: Input, call: Call) => Output;
}

/** An operation as the request path knows it: untyped, the codec stands in front of it. */
export interface Operation {
  readonly service: string;
  readonly name: string;
  readonly access: "read" | "write";
  readonly honours: "all" | ReadonlySet<string>;
  readonly identify: ((input: unknown, call: UnsignedCall) => IdentityProviderPrincipal) | undefined;
  readonly needs: (input: unknown, call: Call) => readonly Need[];
  readonly handle: (tx: Tx, input: unknown, call: Call) => unknown;
}

/** Declares operations of one service, typed by its generated map. */
export function operationsOf<Map extends OperationMap>(service: string) {
  return <Name extends keyof Map & string>(
    name: Name,
    definition: OperationDefinition<InputOf<Map, Name>, OutputOf<Map, Name>>,
  ): Operation => ({
    service,
    name,
    access: definition.access,
    honours: definition.honours === "all" ? "all" : new Set<string>([...definition.honours, "DryRun"]),
    // The request path decodes input by the same table that the types are generated from.
    identify: definition.identify as Operation["identify"],
    needs: definition.needs as Operation["needs"],
    handle: definition.handle as Operation["handle"],
  });
}

/** The first parameter of an input that an operation does not honour, if any. */
export function unhonoured(operation: Operation, input: unknown): string | undefined {
  const { honours } = operation;
  if (honours === "all" || typeof input !== "object" || input === null) return undefined;
  return Object.entries(input).find(([name, value]) => value !== undefined && !honours.has(name))?.[0];
}
