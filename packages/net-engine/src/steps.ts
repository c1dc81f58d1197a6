/**
 * The steps that a packet takes through a VPC, as the evaluator notes them; `explain` puts them into words.
 */
import type { CompiledEni, CompiledRoute, CompiledSubnet } from "./compiled-network.ts";
import type { Datagram } from "./packet.ts";

/** The place that decides, in the order in which a packet meets them. */
export type Stage =
  | "source-check"
  | "service"
  | "route"
  | "internet-gateway"
  | "sg-out"
  | "nacl-out"
  | "nacl-in"
  | "sg-in"
  | "middlebox";

/** The services on the router's loopback. */
export type Service = "metadata" | "resolver";

/** What a step was about. */
export type StepSubject =
  | { readonly stage: "source-check"; readonly eni: CompiledEni }
  | { readonly stage: "service"; readonly service: Service | undefined }
  | { readonly stage: "route"; readonly subnet: CompiledSubnet; readonly found: RouteFound }
  | { readonly stage: "internet-gateway"; readonly direction: "in" | "out"; readonly translated: string }
  | {
      readonly stage: "sg-out" | "sg-in";
      readonly eni: CompiledEni;
      readonly known: boolean;
      readonly peer: string | undefined;
    }
  | { readonly stage: "nacl-out" | "nacl-in"; readonly subnet: CompiledSubnet }
  | { readonly stage: "middlebox"; readonly eni: CompiledEni };

/** The outcome of routing. */
export type RouteFound =
  | { readonly kind: "same-subnet" }
  | { readonly kind: "route"; readonly route: CompiledRoute }
  | { readonly kind: "none" }
  | { readonly kind: "unroutable" };

/** One step of one packet. */
export type Step = StepSubject & { readonly passed: boolean; readonly datagram: Datagram };
