/**
 * Which service a request is for, before anything of it is believed: only to choose the form of a refusal.
 */
import { resolveRoute, WireFault, type Protocol, type ServiceModel } from "@casemate/wire";
import type { Service } from "../kit/index.ts";
import { headerOf, type HttpRequest } from "./http-message.ts";

/**
 * The service named by the credential scope as claimed, else by the Host header, else by the API version.
 * The claim is verified later: the scope is part of the signature.
 */
export function claimedService(
  request: HttpRequest,
  services: ReadonlyMap<string, Service>,
  versions: ReadonlyMap<string, string>,
): Service | undefined {
  const credential = claimedCredential(request);
  const scoped = credential?.split("/").at(-2);
  if (scoped !== undefined && services.has(scoped)) return services.get(scoped);
  const label = request.host.split(".")[0] ?? "";
  if (services.has(label)) return services.get(label);
  const version = /(?:^|&)Version=(\d{4}-\d{2}-\d{2})(?:&|$)/.exec(formText(request))?.[1];
  const name = version === undefined ? undefined : versions.get(version);
  return name === undefined ? undefined : services.get(name);
}

/** The protocol to refuse in when the service is not known. */
export function claimedProtocol(request: HttpRequest): Protocol {
  const version = /^application\/x-amz-json-(1\.[01])/.exec(headerOf(request, "content-type") ?? "")?.[1];
  if (version !== undefined) return version === "1.0" ? "json1.0" : "json1.1";
  return headerOf(request, "content-type") === "application/json" ? "rest-json" : "query";
}

/** The access key as presented, for the record of a refused call. */
export function claimedAccessKey(request: HttpRequest): string | undefined {
  const key = claimedCredential(request)?.split("/")[0];
  return key !== undefined && /^[A-Z0-9]{16,128}$/.test(key) ? key : undefined;
}

/**
 * The action as claimed, for the record of a refused call. Where the service is spoken to in paths, they tell
 * it.
 */
export function claimedAction(request: HttpRequest, model?: ServiceModel): string | undefined {
  if (model?.protocol === "rest-json") return routedAction(request, model);
  const target = headerOf(request, "x-amz-target");
  if (target !== undefined) return /(?:^|\.)([A-Za-z0-9]{1,128})$/.exec(target)?.[1];
  return /(?:^|&)Action=([A-Za-z0-9]{1,128})(?:&|$)/.exec(formText(request))?.[1];
}

function routedAction({ method, rawPath }: HttpRequest, model: ServiceModel): string | undefined {
  try {
    return resolveRoute(model, method, rawPath).operation;
  } catch (thrown) {
    if (thrown instanceof WireFault) return undefined;
    throw thrown;
  }
}

/** Bytes of a body that are looked at before it is verified. */
const claimBytesMax = 65_536;

function formText(request: HttpRequest): string {
  if (request.method !== "POST") return request.rawQuery;
  return new TextDecoder("latin1").decode(request.body.subarray(0, claimBytesMax));
}

function claimedCredential(request: HttpRequest): string | undefined {
  const header = headerOf(request, "authorization");
  if (header !== undefined) return /Credential=([^,\s]+)/.exec(header)?.[1]?.slice(0, 300);
  const query = /(?:^|&)X-Amz-Credential=([^&]{1,300})/.exec(request.rawQuery)?.[1];
  return query?.replaceAll(/%2F/gi, "/");
}
