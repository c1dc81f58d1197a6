/**
 * The words of Network Insights for what a step met: the component that decided, and why it did not pass.
 * https://docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html
 */
import { contains, type Cidr } from "./address.ts";
import type { BlackholeReason, CompiledNetwork } from "./compiled-network.ts";
import { isNatable } from "./packet.ts";
import type { RouteFound, Step } from "./steps.ts";

/** Why a path does not pass, of the codes that AWS documents those that can occur here. */
export type ExplanationCode =
  | "BAD_STATE_ROUTE"
  | "CANNOT_ROUTE"
  | "ENI_SG_RULES_MISMATCH"
  | "ENI_SOURCE_DEST_CHECK_RESTRICTION"
  | "GATEWAY_REJECTS_SPOOFED_TRAFFIC"
  | "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS"
  | "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"
  | "INGRESS_RTB_NO_PUBLIC_IP"
  | "INGRESS_RTB_TRAFFIC_REDIRECTION"
  | "NGW_REQUIRES_SOURCE_IN_VPC"
  | "NGW_SOURCE_ADDRESS_REASSIGN"
  | "NO_POSSIBLE_DESTINATION"
  | "NO_ROUTE_TO_DESTINATION"
  | "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR"
  | "PROTOCOL_RESTRICTION"
  | "SG_HAS_NO_RULES"
  | "SUBNET_ACL_RESTRICTION"
  | "TARGET_PORT_RESTRICTION"
  | "UNKNOWN_DESTINATION"
  | "VPC_BLOCK_PUBLIC_ACCESS_ENABLED"
  | "VPCE_GATEWAY_EGRESS_SOURCE_ADDRESS_RESTRICTION"
  | "VPCE_GATEWAY_PROTOCOL_RESTRICTION"
  | "VPCE_INTRA_VPC_TRAFFIC";

/** A component of a path; several security groups of one interface are one component each in `ids`. */
export interface HopComponent {
  readonly kind:
    | "network-interface"
    | "security-group"
    | "network-acl"
    | "route-table"
    | "internet-gateway"
    | "egress-only-internet-gateway"
    | "nat-gateway"
    | "vpc-peering-connection"
    | "vpc-endpoint"
    | "vpc-endpoint-service"
    | "service";
  readonly ids: readonly string[];
  readonly subnetId?: string | undefined;
}

/** The component that a step is about. */
export function componentOf(compiled: CompiledNetwork, step: Step): HopComponent {
  switch (step.stage) {
    case "source-check":
    case "middlebox":
      return { kind: "network-interface", ids: [step.eni.id], subnetId: step.eni.subnet.id };
    case "service":
      return { kind: "service", ids: step.service === undefined ? [] : [step.service] };
    case "route":
      return { kind: "route-table", ids: [step.subnet.routeTableId], subnetId: step.subnet.id };
    case "gateway-route":
      return { kind: "route-table", ids: maybe(compiled.gatewayRoutes?.routeTableId) };
    case "internet-gateway":
      return { kind: step.stage, ids: maybe(compiled.internetGatewayId) };
    case "egress-only-internet-gateway":
      return { kind: step.stage, ids: maybe(compiled.model.egressOnlyInternetGateways?.[0]?.id) };
    case "vpc-peering":
      return { kind: "vpc-peering-connection", ids: [step.peering.id] };
    case "gateway-endpoint":
      return { kind: "vpc-endpoint", ids: [step.endpoint.id] };
    case "sg-out":
    case "sg-in":
      return { kind: "security-group", ids: step.eni.combination.groupIds, subnetId: step.eni.subnet.id };
    case "nacl-out":
    case "nacl-in":
      return { kind: "network-acl", ids: [step.subnet.acl.id], subnetId: step.subnet.id };
    case "nat-gateway":
    case "endpoint":
      return deviceComponent(step);
  }
}

type DeviceStep = Step & { readonly stage: "nat-gateway" | "endpoint" };

function deviceComponent({ eni }: DeviceStep): HopComponent {
  const subnetId = eni.subnet.id;
  switch (eni.device.kind) {
    case "nat-gateway":
      return { kind: "nat-gateway", ids: [eni.device.id], subnetId };
    case "endpoint-service":
      return { kind: "vpc-endpoint-service", ids: [eni.device.id], subnetId };
    case "local-endpoint":
    case "service-endpoint":
      return { kind: "vpc-endpoint", ids: [eni.device.id], subnetId };
    case "guest":
      return { kind: "network-interface", ids: [eni.id], subnetId };
  }
}

function maybe(id: string | undefined): string[] {
  return id === undefined ? [] : [id];
}

/** Why a step did not pass. */
export function explanationCode(compiled: CompiledNetwork, step: Step): ExplanationCode {
  switch (step.stage) {
    case "source-check":
      return "ENI_SOURCE_DEST_CHECK_RESTRICTION";
    case "service":
      return "PROTOCOL_RESTRICTION";
    case "route":
    case "gateway-route":
      return routeCode(step.found);
    case "internet-gateway":
    case "egress-only-internet-gateway":
      return gatewayCode(compiled, step);
    case "vpc-peering":
      return peeringCode(compiled, step);
    case "gateway-endpoint":
      return endpointCode(step);
    case "sg-out":
    case "sg-in":
      return isRuleless(compiled, step) ? "SG_HAS_NO_RULES" : "ENI_SG_RULES_MISMATCH";
    case "nacl-out":
    case "nacl-in":
      return "SUBNET_ACL_RESTRICTION";
    case "middlebox":
      return "UNKNOWN_DESTINATION";
    case "nat-gateway":
      return natCode(compiled, step);
    case "endpoint":
      return step.eni.device.kind === "endpoint-service" ? "TARGET_PORT_RESTRICTION" : deviceCode(step);
  }
}

const blackholeCodes: Readonly<Record<BlackholeReason, ExplanationCode>> = {
  blackhole: "BAD_STATE_ROUTE",
  "missing-target": "BAD_STATE_ROUTE",
  "source-dest-check": "ENI_SOURCE_DEST_CHECK_RESTRICTION",
  unsupported: "CANNOT_ROUTE",
  "no-public-ip": "INGRESS_RTB_NO_PUBLIC_IP",
  redirected: "INGRESS_RTB_TRAFFIC_REDIRECTION",
};

function routeCode(found: RouteFound): ExplanationCode {
  if (found.kind === "none" || found.kind === "unroutable") return "NO_ROUTE_TO_DESTINATION";
  if (found.kind === "same-subnet") return "NO_POSSIBLE_DESTINATION";
  const { target } = found.route;
  return target.kind === "blackhole" ? blackholeCodes[target.reason] : "NO_POSSIBLE_DESTINATION";
}

function gatewayCode(
  { cidrs }: CompiledNetwork,
  step: Step & { readonly stage: "internet-gateway" | "egress-only-internet-gateway" },
): ExplanationCode {
  const { direction, blocked, translated, datagram } = step;
  if (blocked) return "VPC_BLOCK_PUBLIC_ACCESS_ENABLED";
  if (direction === "in" && holds(cidrs, datagram.source)) return "GATEWAY_REJECTS_SPOOFED_TRAFFIC";
  if (translated !== "") return "PROTOCOL_RESTRICTION";
  if (direction === "out") return "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS";
  return datagram.family === 6 && holds(cidrs, datagram.destination)
    ? "NO_ROUTE_TO_DESTINATION"
    : "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS";
}

function peeringCode(
  { cidrs }: CompiledNetwork,
  { direction, peering, datagram }: Step & { readonly stage: "vpc-peering" },
): ExplanationCode {
  const [from, to] = direction === "out" ? [cidrs, peering.cidrs] : [peering.cidrs, cidrs];
  const carried = holds(from, datagram.source) && holds(to, datagram.destination);
  return carried ? "NO_POSSIBLE_DESTINATION" : "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR";
}

function endpointCode({
  direction,
  endpoint,
  datagram,
}: Step & { readonly stage: "gateway-endpoint" }): ExplanationCode {
  if (direction === "in") {
    return holds(endpoint.cidrs, datagram.source)
      ? "VPCE_INTRA_VPC_TRAFFIC"
      : "VPCE_GATEWAY_EGRESS_SOURCE_ADDRESS_RESTRICTION";
  }
  return holds(endpoint.cidrs, datagram.destination) ? "VPCE_GATEWAY_PROTOCOL_RESTRICTION" : "CANNOT_ROUTE";
}

function natCode({ cidrs }: CompiledNetwork, { eni, datagram }: DeviceStep): ExplanationCode {
  if (eni.addresses[4].includes(datagram.destination)) return "NO_POSSIBLE_DESTINATION";
  if (!holds(cidrs, datagram.source)) return "NGW_REQUIRES_SOURCE_IN_VPC";
  return isNatable(datagram) ? "NGW_SOURCE_ADDRESS_REASSIGN" : "PROTOCOL_RESTRICTION";
}

function deviceCode({ eni, datagram }: DeviceStep): ExplanationCode {
  return eni.addresses[4].includes(datagram.source) ? "VPCE_INTRA_VPC_TRAFFIC" : "PROTOCOL_RESTRICTION";
}

function isRuleless(
  { model }: CompiledNetwork,
  { stage, eni }: Step & { readonly stage: "sg-out" | "sg-in" },
): boolean {
  return eni.combination.groupIds.every((groupId) => {
    const group = model.securityGroups.find(({ id }) => id === groupId);
    const rules = stage === "sg-in" ? group?.ingress : group?.egress;
    return (rules ?? []).length === 0;
  });
}

function holds(cidrs: readonly Cidr[], address: number | bigint): boolean {
  return cidrs.some((cidr) => contains(cidr, address));
}
