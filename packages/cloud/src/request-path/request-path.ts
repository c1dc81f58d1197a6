/**
 * The way of a request: authenticate, route, decode, then in one synchronous transaction authorize, handle
 * and record; the reply leaves when the commit is durable. Knows no service by name; there is no way around
 * any step.
 */
import { StoreFailed, type Store, type Tx } from "@casemate/store";
import { encodeResult, SigningKeyCache, trailParameters, trailResponse } from "@casemate/wire";
import {
  attemptsMax,
  Call,
  drawUuid,
  noVpcEndpoints,
  trailEntries,
  unhonoured,
  Waiting,
  type CloudEnvironment,
  type DecisionRecord,
  type Fault,
  type GuardrailsPort,
  type IdentityPort,
  type Operation,
  type Origin,
  type Principal,
  type Service,
  type UnsignedCall,
  type VpcEndpointDoor,
  type VpcEndpointsPort,
} from "../kit/index.ts";
import { authenticate } from "./authenticate.ts";
import { regionOfHost, takesUnsigned } from "./unsigned.ts";
import { authorize } from "./authorize.ts";
import { dryRunAllowed, endpointGone, notServed, toFault, unsupportedParameter } from "./faults.ts";
import { headerOf, type HttpReply, type HttpRequest } from "./http-message.ts";
import { claimedAccessKey, claimedAction, claimedProtocol, claimedService } from "./identify.ts";
import { trailRecord } from "./record.ts";
import { faultReply, successReply } from "./reply.ts";
import { routeTo, type Endpoint } from "./route.ts";

/** What a request path is made of. */
export interface RequestPathOptions {
  readonly store: Store;
  readonly endpoints: readonly Endpoint[];
  readonly identity: IdentityPort;
  readonly environment: CloudEnvironment;
  /** The organizations of the cloud. */
  readonly guardrails: GuardrailsPort;
  /** The VPC endpoints that requests may come by; none when left out. */
  readonly vpcEndpoints?: VpcEndpointsPort | undefined;
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
  origin: Origin;
  readonly request: HttpRequest;
  readonly decisions: DecisionRecord[];
  /** Whether this run may not wait for anything outside any more. */
  readonly last: boolean;
  endpoint: Endpoint | undefined;
  region: string;
  /** The operation once it is known; until then the record takes the action as claimed. */
  eventName: string | undefined;
  operation: Operation | undefined;
  principal: Principal | undefined;
  requestParameters: unknown;
  responseElements: unknown;
}

interface Serving {
  readonly options: RequestPathOptions;
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly signingKeys: SigningKeyCache;
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
      last: true,
      endpoint: service && endpoints.get(service.name),
      region: "us-east-1",
      eventName: undefined,
      operation: undefined,
      principal: undefined,
      requestParameters: null,
      responseElements: null,
    };
  };

  const commit = async (
    request: HttpRequest,
    work: (tx: Tx, progress: Progress) => HttpReply,
  ): Promise<HttpReply> => {
    let progress: Progress | undefined;
    try {
      const { value, seq } = await patiently((last) => {
        const begun: Progress = { ...begin(request), last };
        progress = begun;
        return store.transaction((tx) => work(tx, begun));
      });
      await store.settled(seq);
      return value;
    } catch (thrown) {
      // The store stopped or the call could not be recorded: nothing of it is known to be durable, so
      // nothing is told.
      const requestId = progress?.requestId ?? "";
      const fault = toFault(thrown, (defect) => options.onDefect(defect, requestId));
      return faultReply(replyForm(request, progress), fault);
    }
  };

  return {
    handle: (request) => commit(request, (tx, progress) => serve(tx, progress, serving)),
    refuse: (head, fault) =>
      commit({ ...head, body: new Uint8Array() }, (tx, progress) => {
        record(tx, progress, { random: environment.random, fault });
        return faultReply(replyForm(progress.request, progress), fault);
      }),
  };
}

/** Runs a call again after what it waits for; the last run waits for nothing. */
async function patiently<T>(run: (last: boolean) => T): Promise<T> {
  for (let attempt = 1; attempt < attemptsMax; attempt += 1) {
    try {
      return run(false);
    } catch (thrown) {
      if (!(thrown instanceof Waiting)) throw thrown;
      await thrown.settled.catch(() => undefined);
    }
  }
  return run(true);
}

/** One call inside its transaction: a refusal undoes all it did, and is recorded all the same. */
function serve(tx: Tx, progress: Progress, serving: Serving): HttpReply {
  const { identity, environment, onDefect } = serving.options;
  let reply: HttpReply;
  let fault: Fault | undefined;
  try {
    reply = tx.attempt(() => answer(tx, progress, serving));
  } catch (thrown) {
    if (thrown instanceof StoreFailed) throw thrown;
    // Nothing of this run is kept, its record neither: the call is run again.
    if (thrown instanceof Waiting && !progress.last) throw thrown;
    fault = toFault(thrown, (defect) => onDefect(defect, progress.requestId));
    reply = faultReply(replyForm(progress.request, progress), fault);
    fault.aftermath?.(tx);
  }
  const { principal, region, now } = progress;
  if (principal !== undefined) {
    identity.noteUse(tx, { principal, service: progress.endpoint?.service.name ?? "", region, now });
    identity.noteAccess(tx, {
      principal,
      actions: progress.decisions.map(({ action }) => action),
      region,
      now,
    });
  }
  record(tx, progress, { random: environment.random, fault });
  return reply;
}

function record(
  tx: Tx,
  progress: Progress,
  outcome: { readonly random: CloudEnvironment["random"]; readonly fault: Fault | undefined },
): void {
  const { request, endpoint, operation, principal } = progress;
  const entry = trailRecord({
    requestId: progress.requestId,
    now: progress.now,
    origin: progress.origin,
    random: outcome.random,
    eventSource: endpoint?.service.eventSource ?? "casemate",
    eventName: progress.eventName ?? claimedAction(request, endpoint?.model) ?? "Unknown",
    region: progress.region,
    readOnly: operation?.access === "read",
    principal,
    presentedKey: principal === undefined ? claimedAccessKey(request) : undefined,
    requestBytes: request.body.length + request.rawQuery.length,
    requestParameters: progress.requestParameters,
    responseElements: progress.responseElements,
    fault: outcome.fault,
    prefixedErrors: endpoint?.model.protocol === "ec2",
  });
  tx.append(trailEntries, { at: progress.now, record: entry, decisions: progress.decisions });
}

/** Authenticate, route, decode, authorize, handle, encode. @throws Fault and the wire's faults. */
function answer(tx: Tx, progress: Progress, serving: Serving): HttpReply {
  const { identity } = serving.options;
  const { requestId, request } = progress;
  progress.origin = throughEndpoint(tx, progress, serving.options.vpcEndpoints ?? noVpcEndpoints);
  const caller = callerOf(tx, progress, serving);
  const { endpoint } = caller;
  const { service, model } = endpoint;
  progress.endpoint = endpoint;
  progress.region = caller.region;
  progress.principal = caller.principal;
  const { operation, input, name } = routeTo(endpoint, request);
  progress.operation = operation;
  progress.eventName = name;
  const call = callFor(tx, progress, { ...serving, service, caller, input });
  progress.principal = call.principal;
  const parameters = trailParameters(model, name, input);
  // Of a call that was not authorized, EC2's records keep the parameters and those of other services do not.
  progress.requestParameters = service.refusal.encoded ? parameters : null;
  service.prepare?.(tx, call);
  authorize({ tx, call, service, identity }, operation.needs(input, call), progress.decisions);
  progress.requestParameters = parameters;
  const unsupported = unhonoured(operation, input);
  if (unsupported !== undefined) throw unsupportedParameter(name, unsupported);
  if (isDryRun(input)) throw dryRunAllowed();
  const output = operation.handle(tx, input, call);
  if (operation.access === "write") progress.responseElements = responseElements(progress, endpoint, output);
  return successReply(requestId, encodeResult(model, name, { output, requestId }));
}

/** Who sent the request: a verified signer, or nobody yet where the operation needs no signature. */
interface Sender {
  readonly endpoint: Endpoint;
  readonly region: string;
  readonly principal?: Principal;
}

function callerOf(tx: Tx, progress: Progress, { options, endpoints, signingKeys }: Serving): Sender {
  const { request, now, endpoint, origin } = progress;
  const serves = origin.vpcEndpoint?.serves;
  const { identity, environment } = options;
  const { regions } = environment.settings;
  if (endpoint !== undefined && takesUnsigned(endpoint, request)) {
    const region = serves?.region ?? regionOfHost(request.host, regions);
    return checkServed(serves, { endpoint, region });
  }
  const caller = authenticate(tx, request, {
    identity,
    now,
    endpoints,
    regions,
    signingKeys,
    claimed: replyForm(request, progress).protocol,
  });
  return checkServed(serves, caller);
}

/** A VPC endpoint leads to one service in one region. @throws notServed */
function checkServed(serves: VpcEndpointDoor["serves"], caller: Sender): Sender {
  const { name, scope } = caller.endpoint.service;
  if (serves === undefined) return caller;
  if (name !== serves.service) throw notServed(serves.service);
  if (scope === "regional" && caller.region !== serves.region) throw notServed(`${name} in ${serves.region}`);
  return caller;
}

/** The call, with the caller that its input proves where the operation says so. */
function callFor(
  tx: Tx,
  progress: Progress,
  facts: Serving & { readonly service: Service; readonly caller: Sender; readonly input: unknown },
): Call {
  const { operation, eventName = "", requestId, now, region, origin } = progress;
  const { service, caller, input, options } = facts;
  const unsigned: UnsignedCall = {
    requestId,
    service: service.name,
    iamPrefix: service.iamPrefix,
    regionKey: service.regionKey,
    operation: eventName,
    region,
    origin,
    now,
    environment: options.environment,
    tx,
    guardrails: options.guardrails,
  };
  const principal =
    operation?.identify === undefined ? caller.principal : operation.identify(input, unsigned);
  // Only an operation with `identify` is let in unsigned.
  if (principal === undefined) throw new TypeError(`Nobody calls ${eventName}.`);
  return new Call({ ...unsigned, principal });
}

/** The origin with the endpoint that the request came by. @throws endpointGone */
function throughEndpoint(tx: Tx, { origin, request }: Progress, endpoints: VpcEndpointsPort): Origin {
  const { vpcEndpointId } = request;
  if (vpcEndpointId === undefined) return origin;
  const vpcEndpoint = endpoints.find(tx, vpcEndpointId);
  if (vpcEndpoint === undefined) throw endpointGone();
  return { ...origin, vpcEndpoint };
}

/** EC2's responses carry their request id in the body, and so do their records. */
function responseElements({ requestId, eventName }: Progress, { model }: Endpoint, output: unknown): unknown {
  const elements = trailResponse(model, eventName ?? "", output);
  return model.protocol === "ec2" ? { requestId, ...elements } : elements;
}

function isDryRun(input: unknown): boolean {
  return typeof input === "object" && input !== null && "DryRun" in input && input.DryRun === true;
}

function replyForm(request: HttpRequest, progress: Progress | undefined): Parameters<typeof faultReply>[0] {
  const model = progress?.endpoint?.model;
  return {
    requestId: progress?.requestId ?? "",
    protocol: model?.protocol ?? claimedProtocol(request),
    xmlNamespace: model?.xmlNamespace,
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
