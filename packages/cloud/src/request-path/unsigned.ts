/**
 * Requests without a signature. Only operations whose input proves the caller take them; that is the whole
 * way in, and every other unsigned request is refused by authentication.
 */
import { parseSignature } from "@casemate/wire";
import { claimedAction } from "./identify.ts";
import type { HttpRequest } from "./http-message.ts";
import { globalRegion } from "./authenticate.ts";
import type { Endpoint } from "./route.ts";

/**
 * Whether a request bears no signature and names an operation that needs none. A request that bears a bad or
 * half a signature is never taken for an unsigned one.
 */
export function takesUnsigned({ service }: Endpoint, request: HttpRequest): boolean {
  const action = claimedAction(request);
  const open = service.operations.some(({ name, identify }) => name === action && identify !== undefined);
  return open && parses(request) === "anonymous";
}

function parses(request: HttpRequest): ReturnType<typeof parseSignature> | undefined {
  try {
    return parseSignature(request);
  } catch {
    return undefined;
  }
}

/** The region of an unsigned request: the one its host names, such as `sts.eu-west-1.amazonaws.com`. */
export function regionOfHost(host: string, regions: readonly string[]): string {
  const named = host.split(".")[1] ?? "";
  return regions.includes(named) ? named : (regions[0] ?? globalRegion);
}
