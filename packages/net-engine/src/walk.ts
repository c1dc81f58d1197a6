/**
 * Walks one packet from one interface (or a gateway) to the next: the semantics of the data plane over the
 * compiled boxes. It knows no rule ids; `explain` finds them for the steps that it returns.
 */
import { contains, formatAddress, parseCidr, type Address, type AddressRange } from "./address.ts";
import type {
  CompiledEni,
  CompiledGatewayEndpoint,
  CompiledNetwork,
  CompiledPeering,
  CompiledRoute,
  CompiledSubnet,
  PerFamily,
} from "./compiled-network.ts";
import { aclAdmits, aclReleases, groupsAdmit, groupsRelease } from "./evaluate-filters.ts";
import type { Datagram } from "./packet.ts";
import { serviceAddress, serviceAnswers } from "./services.ts";
import type { RouteFound, Service, Step } from "./steps.ts";

/** A packet that arrives through a peering; `sender` is the number of the interface that sent it. */
export interface FromPeering {
  readonly peering: CompiledPeering;
  readonly sender: number | undefined;
}

/** Where a packet is: about to leave an interface, outside the internet gateway, or at another gateway. */
export type Origin = CompiledEni | "internet" | FromPeering | { readonly endpoint: CompiledGatewayEndpoint };

/** Where a walk ended. */
export type WalkEnd =
  | { readonly kind: "eni"; readonly eni: CompiledEni }
  | { readonly kind: "internet" }
  | { readonly kind: "peering"; readonly peering: CompiledPeering; readonly sender: CompiledEni }
  | { readonly kind: "gateway-endpoint"; readonly endpoint: CompiledGatewayEndpoint }
  | { readonly kind: "service"; readonly service: Service }
  | { readonly kind: "dropped" };

/** Interfaces whose groups have seen the flow already and so let this packet through. */
export interface KnownFlow {
  /** The packet answers one that went the other way. */
  readonly answers: boolean;
  readonly leaves: (eni: CompiledEni) => boolean;
  readonly enters: (eni: CompiledEni) => boolean;
}

/** A walk: its steps, its end, and the packet as it arrived there (address translation done). */
export interface Walk {
  readonly steps: readonly Step[];
  readonly end: WalkEnd;
  readonly datagram: Datagram;
}

/** A flow that nobody has seen. */
export const newFlow: KnownFlow = { answers: false, leaves: () => false, enters: () => false };

/** Walks one packet to the next interface, gateway, service or the internet. */
export function walk(
  compiled: CompiledNetwork,
  { from, datagram }: { readonly from: Origin; readonly datagram: Datagram },
  known: KnownFlow = newFlow,
): Walk {
  const walker = new Walker(compiled, known, datagram);
  const end = walker.start(from);
  return { steps: walker.steps, end, datagram: walker.datagram };
}

const dropped: WalkEnd = { kind: "dropped" };

class Walker {
  readonly steps: Step[] = [];
  datagram: Datagram;
  readonly #compiled: CompiledNetwork;
  readonly #known: KnownFlow;

  constructor(compiled: CompiledNetwork, known: KnownFlow, datagram: Datagram) {
    this.#compiled = compiled;
    this.#known = known;
    this.datagram = datagram;
  }

  start(from: Origin): WalkEnd {
    if (from === "internet") return this.#fromInternet();
    if ("peering" in from) return this.#fromPeering(from);
    return "endpoint" in from ? this.#fromEndpoint(from.endpoint) : this.#fromEni(from);
  }

  #fromInternet(): WalkEnd {
    const { source, destination, family } = this.datagram;
    const spoofed = this.#compiled.cidrs.some((cidr) => contains(cidr, source));
    if (family === 6) return this.#fromInternet6(spoofed);
    const mapping = this.#compiled.eniByPublicIp.get(destination);
    const translated = mapping === undefined ? "" : formatAddress(mapping.privateIp);
    const passed = mapping !== undefined && !spoofed && this.#translatable();
    const blocked =
      mapping === undefined &&
      this.#compiled.enis.some((eni) =>
        eni.blockedPublicIps.some(({ publicIp }) => publicIp === destination),
      );
    if (!this.#gateway("internet-gateway", "in", { translated, blocked, passed })) return dropped;
    if (mapping === undefined) return dropped;
    this.datagram = { ...this.datagram, destination: mapping.privateIp };
    return this.#admitFromGateway(mapping.eni);
  }

  /**
   * IPv6 is not translated. What the destination's subnet would answer through an egress-only gateway comes
   * in only as an answer, also while an internet gateway is attached as well.
   * Differs: an answer to what left through an egress-only gateway by way of a middlebox does not come in.
   */
  #fromInternet6(spoofed: boolean): WalkEnd {
    const { source, destination } = this.datagram;
    const eni = findEni(this.#compiled, destination);
    const back = eni === undefined ? undefined : findRoute(eni.subnet.routes, source);
    const egressOnly = back?.kind === "route" && back.route.target.kind === "egress-only-internet-gateway";
    const stage = egressOnly ? "egress-only-internet-gateway" : "internet-gateway";
    const access = eni?.subnet.publicAccess;
    const blocked = access === "none" || (access === "egress" && !egressOnly);
    const open = egressOnly ? this.#known.answers : this.#compiled.internetGatewayId !== undefined;
    const passed = eni !== undefined && open && !blocked && !spoofed;
    if (!this.#gateway(stage, "in", { translated: "", blocked, passed })) return dropped;
    return eni === undefined ? dropped : this.#admitFromGateway(eni);
  }

  /** The gateway's own route table, if it has one, may lead what comes in through a middlebox. */
  #admitFromGateway(eni: CompiledEni): WalkEnd {
    const { gatewayRoutes } = this.#compiled;
    if (gatewayRoutes === undefined) return this.#enter(eni, undefined, undefined);
    const found = findRoute(gatewayRoutes.routes, this.datagram.destination);
    const target = found.kind === "route" ? found.route.target : undefined;
    const middlebox = target?.kind === "eni" ? this.#compiled.eniById.get(target.eniId) : undefined;
    const next = target?.kind === "local" ? eni : middlebox;
    const passed = next !== undefined;
    if (!this.#note({ stage: "gateway-route", found, passed, datagram: this.datagram })) return dropped;
    return next === undefined ? dropped : this.#enter(next, undefined, undefined);
  }

  /** What comes through a peering goes to an interface here and nowhere else. */
  #fromPeering({ peering, sender }: FromPeering): WalkEnd {
    const { source, destination, family } = this.datagram;
    const eni = findEni(this.#compiled, destination);
    const passed = eni !== undefined && peering.cidrs.some((cidr) => contains(cidr, source));
    const { datagram } = this;
    if (!this.#note({ stage: "vpc-peering", direction: "in", peering, passed, datagram })) return dropped;
    const member = peering.members.find(({ number }) => number === sender);
    const certain = member?.addresses[family].includes(source) === true;
    return eni === undefined
      ? dropped
      : this.#enter(eni, undefined, certain ? member.combination : undefined);
  }

  /** A gateway endpoint only ever answers. */
  #fromEndpoint(endpoint: CompiledGatewayEndpoint): WalkEnd {
    const { source, destination } = this.datagram;
    const eni = findEni(this.#compiled, destination);
    const own = endpoint.cidrs.some((cidr) => contains(cidr, source));
    const passed = eni !== undefined && own && this.#known.answers;
    const { datagram } = this;
    if (!this.#note({ stage: "gateway-endpoint", direction: "in", endpoint, passed, datagram }))
      return dropped;
    return eni === undefined ? dropped : this.#enter(eni, undefined, undefined);
  }

  #fromEni(eni: CompiledEni): WalkEnd {
    const { source, destination, family } = this.datagram;
    const own = ownsAddress(eni, source);
    const service = serviceAddress(this.#compiled, destination);
    const mayForward = !eni.sourceDestCheck && service === undefined && eni.addresses[family].length > 0;
    if (!own && !mayForward) {
      this.#note({ stage: "source-check", eni, passed: false, datagram: this.datagram });
      return dropped;
    }
    if (isEndpoint(eni) && !this.#known.answers) {
      this.#note({ stage: "endpoint", eni, passed: false, datagram: this.datagram });
      return dropped;
    }
    if (service !== undefined) return this.#serve(eni, service);
    const found = findSubnetRoute(eni.subnet, destination);
    const target = this.#target(found);
    const passed = target !== undefined;
    if (!this.#note({ stage: "route", subnet: eni.subnet, found, passed, datagram: this.datagram }))
      return dropped;
    const peer = findEni(this.#compiled, destination) ?? this.#compiled.peerByAddress.get(destination);
    if (!this.#judge("sg-out", eni, peer === undefined ? undefined : combinationOf(peer))) return dropped;
    if (target === undefined) return dropped;
    if (!("subnet" in target)) return this.#leave(eni, target);
    return this.#enter(target, eni.subnet, own ? eni.combination.key : undefined);
  }

  #serve(eni: CompiledEni, service: Service | "gateway"): WalkEnd {
    const served = serviceAnswers(this.#compiled, eni, { service, datagram: this.datagram });
    this.#note({ stage: "service", service: served, passed: served !== undefined, datagram: this.datagram });
    return served === undefined ? dropped : { kind: "service", service: served };
  }

  /** The interface or the gateway that a route leads to. */
  #target(found: RouteFound): CompiledEni | Exit | undefined {
    const local = (): CompiledEni | undefined => findEni(this.#compiled, this.datagram.destination);
    if (found.kind === "same-subnet") return local();
    if (found.kind !== "route") return undefined;
    const { target } = found.route;
    switch (target.kind) {
      case "local":
        return local();
      case "eni":
        return this.#compiled.eniById.get(target.eniId);
      case "blackhole":
        return undefined;
      case "vpc-peering": {
        const peering = this.#compiled.peerings.find(({ id }) => id === target.id);
        return peering === undefined ? undefined : { kind: target.kind, peering };
      }
      case "vpc-endpoint": {
        const endpoint = this.#compiled.gatewayEndpoints.find(({ id }) => id === target.id);
        return endpoint === undefined ? undefined : { kind: target.kind, endpoint };
      }
      case "internet-gateway":
      case "egress-only-internet-gateway":
        return { kind: target.kind };
    }
  }

  #leave(eni: CompiledEni, exit: Exit): WalkEnd {
    const released = aclReleases(eni.subnet.acl, this.datagram);
    if (!this.#note({ stage: "nacl-out", subnet: eni.subnet, passed: released, datagram: this.datagram }))
      return dropped;
    if (exit.kind === "vpc-peering") return this.#leaveToPeer(eni, exit.peering);
    if (exit.kind === "vpc-endpoint") return this.#leaveToEndpoint(exit.endpoint);
    return this.datagram.family === 6 ? this.#leaveToInternet6(exit.kind) : this.#leaveToInternet();
  }

  #leaveToInternet(): WalkEnd {
    const { source } = this.datagram;
    const owner = this.#compiled.eniByAddress.get(source);
    const mapping = owner?.publicIps.find(({ privateIp }) => privateIp === source)?.publicIp;
    const translated = mapping === undefined ? "" : formatAddress(mapping);
    const passed = mapping !== undefined && this.#translatable();
    const blocked = owner?.blockedPublicIps.some(({ privateIp }) => privateIp === source) === true;
    if (!this.#gateway("internet-gateway", "out", { translated, blocked, passed })) return dropped;
    if (mapping === undefined) return dropped;
    this.datagram = { ...this.datagram, source: mapping };
    return { kind: "internet" };
  }

  #leaveToInternet6(stage: "internet-gateway" | "egress-only-internet-gateway"): WalkEnd {
    const { source } = this.datagram;
    const access = this.#compiled.subnets.find(({ cidrs }) =>
      cidrs.some((cidr) => contains(cidr, source)),
    )?.publicAccess;
    const egressOnly = stage === "egress-only-internet-gateway";
    const blocked = access === "none" || (access === "egress" && !egressOnly);
    const passed = access !== undefined && !blocked;
    return this.#gateway(stage, "out", { translated: "", blocked, passed }) ? { kind: "internet" } : dropped;
  }

  #leaveToPeer(sender: CompiledEni, peering: CompiledPeering): WalkEnd {
    const { source, destination } = this.datagram;
    const passed =
      this.#compiled.cidrs.some((cidr) => contains(cidr, source)) &&
      peering.cidrs.some((cidr) => contains(cidr, destination));
    const { datagram } = this;
    const left = this.#note({ stage: "vpc-peering", direction: "out", peering, passed, datagram });
    return left ? { kind: "peering", peering, sender } : dropped;
  }

  #leaveToEndpoint(endpoint: CompiledGatewayEndpoint): WalkEnd {
    const { source, destination, kind, value } = this.datagram;
    const carried = kind === "tcp" || (kind === "icmp" && value >> 8 === 8);
    const own = this.#compiled.cidrs.some((cidr) => contains(cidr, source));
    const listed = endpoint.cidrs.some((cidr) => contains(cidr, destination));
    const passed = carried && own && listed;
    const { datagram } = this;
    const left = this.#note({ stage: "gateway-endpoint", direction: "out", endpoint, passed, datagram });
    return left ? { kind: "gateway-endpoint", endpoint } : dropped;
  }

  // Differs: an ICMP message that begins no exchange and answers none does not pass the internet gateway.
  #translatable(): boolean {
    const { kind, answer } = this.datagram;
    return kind !== "icmp" || answer !== undefined || this.#known.answers;
  }

  #enter(eni: CompiledEni, sender: CompiledSubnet | undefined, peer: string | undefined): WalkEnd {
    if (sender !== eni.subnet) {
      if (sender !== undefined) {
        const released = aclReleases(sender.acl, this.datagram);
        if (!this.#note({ stage: "nacl-out", subnet: sender, passed: released, datagram: this.datagram }))
          return dropped;
      }
      const admitted = aclAdmits(eni.subnet.acl, this.datagram);
      if (!this.#note({ stage: "nacl-in", subnet: eni.subnet, passed: admitted, datagram: this.datagram }))
        return dropped;
    }
    return this.#judge("sg-in", eni, peer) ? { kind: "eni", eni } : dropped;
  }

  #judge(stage: "sg-in" | "sg-out", eni: CompiledEni, peer: string | undefined): boolean {
    const known = stage === "sg-in" ? this.#known.enters(eni) : this.#known.leaves(eni);
    const judge = stage === "sg-in" ? groupsAdmit : groupsRelease;
    const passed = known || judge(eni.combination, this.datagram, peer);
    return this.#note({ stage, eni, known, peer, passed, datagram: this.datagram });
  }

  #gateway(
    stage: "internet-gateway" | "egress-only-internet-gateway",
    direction: "in" | "out",
    outcome: { readonly translated: string; readonly blocked: boolean; readonly passed: boolean },
  ): boolean {
    return this.#note({ stage, direction, ...outcome, datagram: this.datagram });
  }

  #note(step: Step): boolean {
    this.steps.push(step);
    return step.passed;
  }
}

/** A way out of the VPC. */
type Exit =
  | { readonly kind: "internet-gateway" | "egress-only-internet-gateway" }
  | { readonly kind: "vpc-peering"; readonly peering: CompiledPeering }
  | { readonly kind: "vpc-endpoint"; readonly endpoint: CompiledGatewayEndpoint };

function combinationOf(peer: CompiledEni | { readonly combination: string }): string {
  return typeof peer.combination === "string" ? peer.combination : peer.combination.key;
}

/** Whether an interface only ever answers: it is an endpoint's. */
export function isEndpoint({ device }: CompiledEni): boolean {
  return device.kind === "local-endpoint" || device.kind === "service-endpoint";
}

/** Whether an address is an interface's, by itself or in a delegated prefix. */
export function ownsAddress(eni: CompiledEni, address: Address): boolean {
  const family = typeof address === "bigint" ? 6 : 4;
  return (
    eni.addresses[family].includes(address) || eni.prefixes[family].some((cidr) => contains(cidr, address))
  );
}

const delegations = new WeakMap<CompiledNetwork, readonly CompiledEni[]>();

/** The interface that has an address, by itself or in a delegated prefix. */
export function findEni(compiled: CompiledNetwork, address: Address): CompiledEni | undefined {
  const exact = compiled.eniByAddress.get(address);
  if (exact !== undefined) return exact;
  let delegated = delegations.get(compiled);
  if (delegated === undefined) {
    delegated = compiled.enis.filter(({ prefixes }) => prefixes[4].length + prefixes[6].length > 0);
    delegations.set(compiled, delegated);
  }
  return delegated.find((eni) => ownsAddress(eni, address));
}

/** Finds the route of a destination in a subnet: the own subnet first, then the longest prefix. */
function findSubnetRoute(subnet: CompiledSubnet, destination: Address): RouteFound {
  if (unroutable.some((range) => contains(range, destination))) return { kind: "unroutable" };
  if (subnet.cidrs.some((cidr) => contains(cidr, destination))) return { kind: "same-subnet" };
  return findRoute(subnet.routes, destination);
}

function findRoute(routes: PerFamily<readonly CompiledRoute[]>, destination: Address): RouteFound {
  if (unroutable.some((range) => contains(range, destination))) return { kind: "unroutable" };
  const own = routes[typeof destination === "bigint" ? 6 : 4];
  const route = own.find((entry) => contains(entry.destination, destination));
  return route === undefined ? { kind: "none" } : { kind: "route", route };
}

/** This network, loopback, link-local, multicast, broadcast: never routed. */
const unroutable: readonly AddressRange[] = [
  "0.0.0.0/8",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "224.0.0.0/4",
  "255.255.255.255/32",
  "::/127",
  "fe80::/10",
  "ff00::/8",
].flatMap((text) => parseCidr(text) ?? []);
