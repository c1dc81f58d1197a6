/** Routing and decoding: from a verified request to an operation of its service and its typed input. */
import {
  decodeForm,
  decodeJson,
  decodeRest,
  resolveOperation,
  resolveRoute,
  resolveTarget,
  type ServiceModel,
} from "@casemate/wire";
import type { Operation, Service } from "../kit/index.ts";
import { unsupportedOperation } from "./faults.ts";
import type { HttpRequest } from "./http-message.ts";
import { checkRestBody, jsonTarget } from "./json-request.ts";
import { requestForm } from "./request-form.ts";

/** A service with the wire model it is spoken to by. */
export interface Endpoint {
  readonly service: Service;
  readonly model: ServiceModel;
}

/** An operation that was found, with its decoded and validated input. */
export interface Routed {
  readonly name: string;
  readonly operation: Operation;
  readonly input: unknown;
}

/** Operations of an endpoint by name; made once per service. */
const operationTables = new WeakMap<Service, ReadonlyMap<string, Operation>>();

function operationsByName(service: Service): ReadonlyMap<string, Operation> {
  const known = operationTables.get(service);
  if (known !== undefined) return known;
  const table = new Map(service.operations.map((operation) => [operation.name, operation]));
  operationTables.set(service, table);
  return table;
}

/** The operation that a request names, with its input still to be decoded. */
interface Named {
  readonly name: string;
  readonly decode: () => unknown;
}

/** Finds and decodes. @throws unsupportedOperation and the wire's faults. */
export function routeTo(endpoint: Endpoint, request: HttpRequest): Routed {
  const { name, decode } = named(endpoint.model, request);
  const operation = operationsByName(endpoint.service).get(name);
  if (operation === undefined) throw unsupportedOperation(name);
  return { name, operation, input: decode() };
}

function named(model: ServiceModel, request: HttpRequest): Named {
  switch (model.protocol) {
    case "ec2":
    case "query": {
      const form = requestForm(request);
      const name = resolveOperation(model, form);
      return { name, decode: () => decodeForm(model, name, form) };
    }
    case "json1.0":
    case "json1.1": {
      const name = resolveTarget(model, jsonTarget(request, model.protocol));
      return { name, decode: () => decodeJson(model, name, request.body) };
    }
    case "rest-json": {
      const { operation, labels } = resolveRoute(model, request.method, request.rawPath);
      checkRestBody(request);
      return { name: operation, decode: () => decodeRest(model, operation, { ...request, labels }) };
    }
  }
}
