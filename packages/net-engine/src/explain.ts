/**
 * Puts the steps of a walk into words and names the rule that decided each: the same rules that the boxes
 * came from.
 */
import { contains, formatAddress } from "./address.ts";
import type { CompiledNetwork, CompiledRoute } from "./compiled-network.ts";
import { describeTo, describeValue } from "./describe-traffic.ts";
import { explainAcl, explainGroups } from "./explain-rules.ts";
import { componentOf, explanationCode, type ExplanationCode, type HopComponent } from "./explanation-code.ts";
import type { Datagram } from "./packet.ts";
import type { RouteFound, Stage, Step } from "./steps.ts";

/** The rule that decided a hop. */
export type DecidingRule =
  | { readonly kind: "route"; readonly routeTableId: string; readonly destination: string }
  | { readonly kind: "network-acl"; readonly networkAclId: string; readonly ruleNumber: number | "*" }
  | { readonly kind: "security-group"; readonly groupId: string; readonly ruleId: string };

/** A packet's header as a hop sees it. */
export interface PacketHeader {
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly sourcePort?: number | undefined;
  readonly destinationPort?: number | undefined;
}

/** One hop of an explanation. */
export interface Hop {
  /** The stage; the answer's way back has `reply-` in front. */
  readonly stage: Stage | `reply-${Stage}`;
  readonly passed: boolean;
  /** The interface, subnet or service that the hop is about. */
  readonly at: string;
  readonly vpcId: string;
  /** The resource that decided, as Network Insights names components. */
  readonly component: HopComponent;
  readonly header: PacketHeader;
  /** The rule that decided; absent where no rule did (nothing admits it, or none is needed). */
  readonly rule?: DecidingRule | undefined;
  /** Where the hop did not pass: why, in the words of Network Insights. */
  readonly code?: ExplanationCode | undefined;
  /** The hop in one line. */
  readonly text: string;
}

/** What a step comes to in words. */
export interface Words {
  readonly at: string;
  readonly rule?: DecidingRule | undefined;
  readonly text: string;
}

/** Explains steps. */
export function explainSteps(
  compiled: CompiledNetwork,
  steps: readonly Step[],
  prefix: "" | "reply-",
): Hop[] {
  return steps.map((step): Hop => {
    const words = explainStep(compiled, step);
    const stage: Hop["stage"] = `${prefix}${step.stage}`;
    return {
      stage,
      passed: step.passed,
      at: words.at,
      vpcId: compiled.vpcId,
      component: componentOf(compiled, step),
      header: headerOf(step.datagram),
      ...(words.rule === undefined ? {} : { rule: words.rule }),
      ...(step.passed ? {} : { code: explanationCode(compiled, step) }),
      text: `${stage} ${words.text}`,
    };
  });
}

function headerOf({ source, destination, protocol, kind, value, answer }: Datagram): PacketHeader {
  const addresses = { source: formatAddress(source), destination: formatAddress(destination), protocol };
  const ported = kind === "tcp" || kind === "udp";
  return ported ? { ...addresses, sourcePort: answer, destinationPort: value } : addresses;
}

function explainStep(compiled: CompiledNetwork, step: Step): Words {
  switch (step.stage) {
    case "source-check": {
      const source = formatAddress(step.datagram.source);
      return { at: step.eni.id, text: `${step.eni.id} may not send from ${source}` };
    }
    case "service":
      return {
        at: step.service ?? "router",
        text: step.service ?? `nothing answers ${describeTo(step.datagram)}`,
      };
    case "route":
      return explainRoute(step.subnet.id, step.subnet.routeTableId, step);
    case "gateway-route":
      return explainRoute(compiled.internetGatewayId ?? "", compiled.gatewayRoutes?.routeTableId ?? "", step);
    case "internet-gateway":
    case "egress-only-internet-gateway":
      return explainGateway(compiled, step);
    case "vpc-peering":
      return explainPeering(compiled, step);
    case "gateway-endpoint":
      return explainGatewayEndpoint(step);
    case "sg-out":
    case "sg-in":
      return explainGroups(compiled, step);
    case "nacl-out":
    case "nacl-in":
      return explainAcl(compiled, step);
    case "middlebox":
      return { at: step.eni.id, text: `${step.eni.id} forwards` };
    case "nat-gateway":
    case "endpoint":
      return explainDevice(step);
  }
}

interface RouteStep {
  readonly found: RouteFound;
  readonly datagram: Datagram;
  readonly passed: boolean;
}

function explainRoute(at: string, table: string, { found, datagram, passed }: RouteStep): Words {
  const to = formatAddress(datagram.destination);
  switch (found.kind) {
    case "unroutable":
      return { at, text: `${to} is never routed` };
    case "none":
      return { at, text: `${table} has no route to ${to}` };
    case "same-subnet":
      return { at, text: passed ? `within ${at}` : `no interface of ${at} has ${to}` };
    case "route": {
      const { route } = found;
      const rule: DecidingRule = { kind: "route", routeTableId: table, destination: route.written };
      const text = `${table} ${route.written} ${describeTarget(route)}`;
      const lost = route.target.kind === "local" && !passed ? `, where no interface has ${to}` : "";
      return { at, rule, text: `${text}${lost}` };
    }
  }
}

function describeTarget({ target }: CompiledRoute): string {
  switch (target.kind) {
    case "local":
      return "local";
    case "eni":
      return target.natGatewayId ?? target.eniId;
    case "blackhole":
      return describeBlackhole(target);
    case "internet-gateway":
    case "egress-only-internet-gateway":
    case "vpc-peering":
    case "vpc-endpoint":
      return target.id;
  }
}

function describeBlackhole({
  reason,
  targetId = "",
}: CompiledRoute["target"] & { readonly kind: "blackhole" }): string {
  switch (reason) {
    case "source-dest-check":
      return `${targetId} drops what is not addressed to it (source/dest check)`;
    case "missing-target":
      return "blackhole (its target does not exist)";
    case "unsupported":
      return "blackhole (not carried for this address family)";
    case "no-public-ip":
      return `${targetId} takes nothing from the internet without a public address`;
    case "redirected":
      return `${targetId} is not used straight from a subnet that is reached through a middlebox`;
    case "blackhole":
      return "blackhole";
  }
}

function explainGateway(
  compiled: CompiledNetwork,
  step: Step & { readonly stage: "internet-gateway" | "egress-only-internet-gateway" },
): Words {
  const { stage, direction, translated, blocked, datagram, passed } = step;
  const eigw = compiled.model.egressOnlyInternetGateways?.[0]?.id;
  const at =
    (stage === "internet-gateway" ? compiled.internetGatewayId : eigw) ?? `no ${describeStage(stage)}`;
  const inner = formatAddress(direction === "in" ? datagram.destination : datagram.source);
  if (blocked) return { at, text: `${at} is closed to ${inner} by Block Public Access` };
  if (datagram.family === 6) {
    if (passed) return { at, text: `${at} ${inner} ${direction === "in" ? "is let in" : "goes out"}` };
  } else if (passed) {
    return { at, text: `${at} ${inner} becomes ${translated}` };
  }
  if (isSpoofed(compiled, step)) {
    return { at, text: `${at} ${formatAddress(datagram.source)} is an address of the VPC itself` };
  }
  if (datagram.family === 6) {
    return { at, text: `${at} ${inner} ${direction === "in" ? "is not open to it" : "is not of this VPC"}` };
  }
  if (translated !== "") {
    return { at, text: `${at} does not translate ${describeValue(datagram)}, which begins no exchange` };
  }
  const lacks = direction === "out" ? "has no public address" : "is no public address of this VPC";
  return { at, text: `${at} ${inner} ${lacks}` };
}

function describeStage(stage: Stage): string {
  return stage.replaceAll("-", " ");
}

/** Whether something from outside has an address of the VPC. */
function isSpoofed(
  { cidrs }: CompiledNetwork,
  { direction, datagram }: { readonly direction: "in" | "out"; readonly datagram: Datagram },
): boolean {
  return direction === "in" && cidrs.some((cidr) => contains(cidr, datagram.source));
}

function explainPeering(
  compiled: CompiledNetwork,
  { direction, peering, datagram, passed }: Step & { readonly stage: "vpc-peering" },
): Words {
  const at = peering.id;
  const [source, destination] = [formatAddress(datagram.source), formatAddress(datagram.destination)];
  if (passed) return { at, text: `${at} ${direction === "out" ? "to" : "from"} ${peering.peerVpcId}` };
  const [from, to] = direction === "out" ? [compiled.cidrs, peering.cidrs] : [peering.cidrs, compiled.cidrs];
  if (!from.some((cidr) => contains(cidr, datagram.source))) {
    return { at, text: `${at} carries nothing from ${source}, which is of neither VPC's side` };
  }
  const far = direction === "out" ? peering.peerVpcId : compiled.vpcId;
  const outside = !to.some((cidr) => contains(cidr, datagram.destination));
  return {
    at,
    text: outside
      ? `${at} carries nothing to ${destination}, which is outside ${far}`
      : `${at} no interface of ${compiled.vpcId} has ${destination}`,
  };
}

function explainGatewayEndpoint({
  direction,
  endpoint,
  datagram,
  passed,
}: Step & { readonly stage: "gateway-endpoint" }): Words {
  const at = endpoint.id;
  if (passed) return { at, text: `${at} ${describeTo(datagram)}` };
  if (direction === "in") return { at, text: `${at} begins no exchange` };
  return { at, text: `${at} does not carry ${describeTo(datagram)}` };
}

function explainDevice({
  stage,
  eni,
  becomes,
  passed,
  datagram,
}: Step & { readonly stage: "nat-gateway" | "endpoint" }): Words {
  const { device } = eni;
  const name = device.kind === "guest" ? eni.id : device.id;
  const at = name;
  if (becomes !== undefined) {
    const from = formatAddress(becomes.source);
    return { at, text: `${name} sends ${describeTo(becomes)} from ${from}` };
  }
  if (passed) return { at, text: `${name} answers ${describeTo(datagram)}` };
  return {
    at,
    text:
      stage === "nat-gateway"
        ? `${name} does not forward ${describeTo(datagram)}`
        : `${name} does not take ${describeTo(datagram)}`,
  };
}
