/**
 * The steps that a packet takes through a VPC, as the evaluator notes them; `explain` puts them into words.
 */
import type {
  CompiledEni,
  CompiledGatewayEndpoint,
  CompiledPeering,
  CompiledRoute,
  CompiledSubnet,
} from "./compiled-network.ts";
import type { Datagram } from "./packet.ts";

/** The place that decides, in the order in which a packet meets them. */
export type Stage =
  | "source-check"
  | "service"
  | "route"
  | "gateway-route"
  | "internet-gateway"
  | "egress-only-internet-gateway"
  | "vpc-peering"
  | "gateway-endpoint"
  | "sg-out"
  | "nacl-out"
  | "nacl-in"
  | "sg-in"
  | "middlebox"
  | "nat-gateway"
  | "endpoint";

/** The services on the router's loopback. */
export type Service = "metadata" | "resolver" | "time" | "dhcp";

/** What a step was about. */
export type StepSubject =
  | { readonly stage: "source-check"; readonly eni: CompiledEni }
  | { readonly stage: "service"; readonly service: Service | undefined }
  | { readonly stage: "route"; readonly subnet: CompiledSubnet; readonly found: RouteFound }
  | { readonly stage: "gateway-route"; readonly found: RouteFound }
  | {
      readonly stage: "internet-gateway" | "egress-only-internet-gateway";
      readonly direction: "in" | "out";
      /** What is put in an IPv4 address's place; empty where there is nothing. */
      readonly translated: string;
      /** Block Public Access stops it. */
      readonly blocked: boolean;
    }
  | { readonly stage: "vpc-peering"; readonly direction: "in" | "out"; readonly peering: CompiledPeering }
  | {
      readonly stage: "gateway-endpoint";
      readonly direction: "in" | "out";
      readonly endpoint: CompiledGatewayEndpoint;
    }
  | {
      readonly stage: "sg-out" | "sg-in";
      readonly eni: CompiledEni;
      readonly known: boolean;
      readonly peer: string | undefined;
    }
  | { readonly stage: "nacl-out" | "nacl-in"; readonly subnet: CompiledSubnet }
  | { readonly stage: "middlebox"; readonly eni: CompiledEni }
  | {
      readonly stage: "nat-gateway" | "endpoint";
      readonly eni: CompiledEni;
      /** What the device makes of the packet; absent where it lets nothing through. */
      readonly becomes?: Datagram | undefined;
    };

/** The outcome of routing. */
export type RouteFound =
  | { readonly kind: "same-subnet" }
  | { readonly kind: "route"; readonly route: CompiledRoute }
  | { readonly kind: "none" }
  | { readonly kind: "unroutable" };

/** One step of one packet. */
export type Step = StepSubject & { readonly passed: boolean; readonly datagram: Datagram };
