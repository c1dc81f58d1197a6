// One service's model: who it is on the wire, which operations it has, and the table the codecs compile from.
// The text is parsed on first use only, so that a daemon that loads many services starts quickly.
import type {
  ConstraintTable,
  HttpBinding,
  MemberTraits,
  Protocol,
  Ref,
  ServiceTable,
  TableHead,
  TableMember,
} from "./table.ts";
import { WireFault } from "./wire-fault.ts";

/** A service as the wire knows it. */
export class ServiceModel {
  readonly id: string;
  readonly protocol: Protocol;
  readonly apiVersion: string;
  readonly xmlNamespace: string;
  readonly signingName: string;
  /** The prefix of `X-Amz-Target` in the JSON protocols. */
  readonly target: string;
  #text: string | undefined;
  #constraintsText: string | undefined;
  #table: ServiceTable | undefined;
  #constraints: ConstraintTable | undefined;

  constructor(tableText: string, constraintsText: string | undefined) {
    const head = parseHead(tableText);
    this.id = head.id;
    this.protocol = head.protocol;
    this.apiVersion = head.apiVersion;
    this.xmlNamespace = head.xmlNamespace;
    this.signingName = head.signingName;
    this.target = head.target;
    this.#text = tableText;
    this.#constraintsText = constraintsText;
  }

  get operationNames(): readonly string[] {
    return Object.keys(this.table.operations);
  }

  has(operation: string): boolean {
    return Object.hasOwn(this.table.operations, operation);
  }

  /** What the codecs compile from. */
  get table(): ServiceTable {
    if (this.#table === undefined) {
      this.#table = JSON.parse(this.#text ?? "") as ServiceTable;
      this.#text = undefined;
    }
    return this.#table;
  }

  /** Lengths, ranges, patterns and integer widths of input members; empty when none were loaded. */
  get constraints(): ConstraintTable {
    if (this.#constraints === undefined) {
      this.#constraints = JSON.parse(this.#constraintsText ?? '{"sets":[],"members":{}}') as ConstraintTable;
      this.#constraintsText = undefined;
    }
    return this.#constraints;
  }

  /** @throws WireFault InvalidAction when the service has no such operation */
  inputOf(operation: string): Ref {
    return this.#operation(operation)[0];
  }

  /** @throws WireFault InvalidAction when the service has no such operation */
  outputOf(operation: string): Ref {
    return this.#operation(operation)[1];
  }

  /** How an operation is asked for over HTTP. @throws Error for an operation of another protocol than REST */
  httpOf(operation: string): HttpBinding {
    const http = this.#operation(operation)[2];
    if (http === undefined) throw new Error(`${operation} of ${this.id} is not asked for by a path`);
    return http;
  }

  /** The input member that makes a repeated call answer as the first one did, such as `ClientToken`. */
  idempotencyTokenOf(operation: string): string | undefined {
    const ref = this.inputOf(operation);
    const shape = typeof ref === "number" ? this.table.shapes[ref] : undefined;
    const members: readonly TableMember[] = shape?.[0] === "S" ? shape[2] : [];
    return members.find(([, , traits]: readonly [string, Ref, MemberTraits?]) => traits?.t === 1)?.[0];
  }

  #operation(operation: string): readonly [Ref, Ref, HttpBinding?] {
    if (!this.has(operation)) throw invalidAction(this, operation, this.apiVersion);
    return this.table.operations[operation] ?? ["U", "U"];
  }
}

/** Makes a model from a generated table and, if given, its constraints. */
export function loadModel(tableText: string, constraintsText?: string): ServiceModel {
  return new ServiceModel(tableText, constraintsText);
}

/** The answer to an operation or API version that a service does not have. */
export function invalidAction(model: ServiceModel, operation: string, version: string): WireFault {
  const name = operation.slice(0, 128);
  if (model.protocol === "ec2") {
    return new WireFault("InvalidAction", `The action ${name} is not valid for this web service.`);
  }
  if (model.protocol === "query") {
    return new WireFault(
      "InvalidAction",
      `Could not find operation ${name} for version ${version.slice(0, 64)}`,
    );
  }
  return new WireFault("UnknownOperationException", "", model.protocol === "rest-json" ? 404 : 400);
}

/**
 * The generator puts the head on a line of its own, before the three big members; any other layout is read
 * whole.
 */
function parseHead(text: string): TableHead {
  const line = text.slice(0, text.indexOf("\n"));
  return JSON.parse(line.endsWith(",") ? `${line.slice(0, -1)}}` : text) as TableHead;
}
