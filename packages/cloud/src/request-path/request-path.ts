/**
 * The way of a request: authenticate, route, decode, then in one synchronous transaction authorize, handle and record; the reply
 * leaves when the commit is durable. Knows no service by name; there is no way around any step.
 */
import type { Store, Tx } from "@casemate/store";
import { encodeError, encodeResult, SigningKeyCache, trailParameters, trailResponse } from "@casemate/wire";
import {
  Call,
  drawUuid,
  Fault,
  trailEntries,
  unhonoured,
  type CloudEnvironment,
  type DecisionRecord,
  type IdentityPort,
  type Operation,
  type Origin,
  type Principal,
} from "../kit/index.ts";
import { authenticate, type Authenticated } from "./authenticate.ts";
import { authorize } from "./authorize.ts";
import { dryRunAllowed, storeUnavailable, toFault, unsupportedParameter } from "./faults.ts";
import { headerOf, type HttpReply, type HttpRequest } from "./http-message.ts";
import { claimedAccessKey, claimedAction, claimedService } from "./identify.ts";
import { trailRecord } from "./record.ts";
import { routeTo, type Endpoint } from "./route.ts";

/** What a request path is made of. */
export interface RequestPathOptions {
  readonly store: Store;
  readonly endpoints: readonly Endpoint[];
  readonly identity: IdentityPort;
  readonly environment: CloudEnvironment;
  /** Told of throws that are no faults: the cause stays here, the caller sees InternalFailure. */
  readonly onDefect: (defect: unknown, requestId: string) => void;
}

/** Serves requests. */
export interface RequestPath {
  /** Never rejects: whatever happens is a reply. */
  handle(request: HttpRequest): Promise<HttpReply>;
  /** Records and answers a request that was refused before its body was read. Never rejects. */
  refuse(head: Omit<HttpRequest, "body">, fault: Fault): Promise<HttpReply>;
}

/** What is known of the request as it goes along; the record is made from it however far it came. */
interface Progress {
  readonly requestId: string;
  readonly now: number;
  readonly origin: Origin;
  readonly request: HttpRequest;
  readonly decisions: DecisionRecord[];
  endpoint: Endpoint | undefined;
  region: string;
  eventName: string;
  operation: Operation | undefined;
  principal: Principal | undefined;
  requestParameters: unknown;
  responseElements: unknown;
}

/** Builds the path. */
export function createRequestPath(options: RequestPathOptions): RequestPath {
  const { store, environment } = options;
  const services = new Map(options.endpoints.map((endpoint) => [endpoint.service.name, endpoint.service]));
  const endpoints = new Map(options.endpoints.map((endpoint) => [endpoint.service.name, endpoint]));
  const versions = new Map(options.endpoints.map((each) => [each.model.apiVersion, each.service.name]));

  const serving: Serving = { options, endpoints, signingKeys: new SigningKeyCache() };

  const begin = (request: HttpRequest): Progress => {
    const service = claimedService(request, services, versions);
    return {
      requestId: drawUuid(environment.random),
      now: environment.clock(),
      origin: originOf(request),
      request,
      decisions: [],
      endpoint: service && endpoints.get(service.name),
      region: "us-east-1",
      eventName: claimedAction(request) ?? "Unknown",
      operation: undefined,
      principal: undefined,
      requestParameters: null,
      responseElements: null,
    };
  };

  const commit = async (progress: Progress, work: (tx: Tx) => HttpReply): Promise<HttpReply> => {
    try {
      const { value, seq } = store.transaction(work);
      await store.settled(seq);
      return value;
    } catch (defect) {
      // The store stopped: nothing of this call is known to be durable, so nothing of it is told.
      options.onDefect(defect, progress.requestId);
      return faultReply(progress, storeUnavailable());
    }
  };

  return {
    handle(request) {
      const progress = begin(request);
      return commit(progress, (tx) => serve(tx, progress, serving));
    },
    refuse(head, fault) {
      const progress = begin({ ...head, body: new Uint8Array() });
      return commit(progress, (tx) => {
        record(tx, progress, { environment, fault });
        return faultReply(progress, fault);
      });
    },
  };
}

interface Serving {
  readonly options: RequestPathOptions;
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly signingKeys: SigningKeyCache;
}

/** One call inside its transaction: a refusal undoes all it did, and is recorded all the same. */
function serve(tx: Tx, progress: Progress, serving: Serving): HttpReply {
  const { identity, environment, onDefect } = serving.options;
  let reply: HttpReply;
  let fault: Fault | undefined;
  try {
    reply = tx.attempt(() => answer(tx, progress, serving));
  } catch (thrown) {
    fault = toFault(thrown, (defect) => onDefect(defect, progress.requestId));
    reply = faultReply(progress, fault);
  }
  if (progress.principal !== undefined) {
    const { principal, region, now } = progress;
    identity.noteUse(tx, { principal, service: progress.endpoint?.service.name ?? "", region, now });
  }
  record(tx, progress, { environment, fault });
  return reply;
}

function record(
  tx: Tx,
  progress: Progress,
  outcome: { readonly environment: CloudEnvironment; readonly fault: Fault | undefined },
): void {
  const entry = trailRecord({
    ...progress,
    ...outcome,
    eventSource: progress.endpoint?.service.eventSource ?? "casemate",
    readOnly: progress.operation?.access === "read",
    presentedKey: claimedAccessKey(progress.request),
    prefixedErrors: progress.endpoint?.model.protocol === "ec2",
  });
  tx.append(trailEntries, { at: progress.now, record: entry, decisions: progress.decisions });
}

/** Authenticate, route, decode, authorize, handle, encode. @throws Fault and the wire's faults. */
function answer(tx: Tx, progress: Progress, { options, endpoints, signingKeys }: Serving): HttpReply {
  const { identity, environment } = options;
  const authenticated: Authenticated = authenticate(tx, progress.request, {
    identity,
    now: progress.now,
    endpoints,
    regions: environment.settings.regions,
    signingKeys,
    claimed: progress.endpoint,
  });
  const { endpoint, region, principal } = authenticated;
  Object.assign(progress, { endpoint, region, principal });
  const { operation, input, name } = routeTo(endpoint, progress.request);
  Object.assign(progress, { operation, eventName: name });
  progress.requestParameters = trailParameters(endpoint.model, name, input);
  const call = new Call({
    requestId: progress.requestId,
    service: endpoint.service.name,
    iamPrefix: endpoint.service.iamPrefix,
    regionKey: endpoint.service.regionKey,
    operation: name,
    region,
    principal,
    origin: progress.origin,
    now: progress.now,
    environment,
    tx,
  });
  endpoint.service.prepare?.(tx, call);
  const needs = operation.needs(input, call);
  authorize({ tx, call, service: endpoint.service, identity }, needs, progress.decisions);
  const unsupported = unhonoured(operation, input);
  if (unsupported !== undefined) throw unsupportedParameter(name, unsupported);
  if (isDryRun(input)) throw dryRunAllowed();
  const output = operation.handle(tx, input, call);
  progress.responseElements =
    operation.access === "read" ? null : trailResponse(endpoint.model, name, output);
  const { contentType, body } = encodeResult(endpoint.model, name, { output, requestId: progress.requestId });
  return reply(progress.requestId, { status: 200, contentType, body });
}

function isDryRun(input: unknown): boolean {
  return typeof input === "object" && input !== null && "DryRun" in input && input.DryRun === true;
}

function faultReply(progress: Progress, { code, status, message }: Fault): HttpReply {
  const protocol = progress.endpoint?.model.protocol ?? "query";
  const xmlNamespace = progress.endpoint?.model.xmlNamespace;
  const encoded = encodeError({
    protocol,
    code,
    status,
    message,
    requestId: progress.requestId,
    xmlNamespace,
  });
  return reply(progress.requestId, encoded);
}

function reply(
  requestId: string,
  parts: { readonly status: number; readonly contentType: string; readonly body: string | Uint8Array },
): HttpReply {
  return {
    status: parts.status,
    headers: [
      ["x-amzn-requestid", requestId],
      ["content-type", parts.contentType],
      ["cache-control", "no-cache, no-store"],
    ],
    body: parts.body,
  };
}

function originOf(request: HttpRequest): Origin {
  return {
    sourceIp: request.sourceIp,
    userAgent: headerOf(request, "user-agent") ?? "",
    tls: request.tls,
    host: request.host,
    referer: headerOf(request, "referer"),
  };
}
