/**
 * Walks one packet from one interface (or the internet gateway) to the next: the semantics of the data plane
 * over the compiled boxes. It knows no rule ids; `explain` finds them for the steps that it returns.
 */
import {
  contains,
  formatAddress,
  parseAddress,
  parseCidr,
  type Address,
  type AddressRange,
} from "./address.ts";
import type { CompiledEni, CompiledNetwork, CompiledSubnet } from "./compiled-network.ts";
import { aclAdmits, aclReleases, groupsAdmit, groupsRelease } from "./evaluate-filters.ts";
import { metadataAddress, resolverAddress } from "./layout.ts";
import type { Datagram } from "./packet.ts";
import { TCP, UDP } from "./protocol.ts";
import { subnetGateway, vpcResolver } from "./reserved-addresses.ts";
import type { RouteFound, Service, Step } from "./steps.ts";

/** Where a packet is: at an interface about to leave it, or outside the internet gateway. */
export type Origin = CompiledEni | "internet";

/** Where a walk ended. */
export type WalkEnd =
  | { readonly kind: "eni"; readonly eni: CompiledEni }
  | { readonly kind: "internet" }
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

/** Walks one packet to the next interface, service or the internet. */
export function walk(
  compiled: CompiledNetwork,
  { from, datagram }: { readonly from: Origin; readonly datagram: Datagram },
  known: KnownFlow = newFlow,
): Walk {
  const walker = new Walker(compiled, known, datagram);
  const end = from === "internet" ? walker.fromInternet() : walker.fromEni(from);
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

  fromInternet(): WalkEnd {
    const { source, destination } = this.datagram;
    const mapping = this.#compiled.eniByPublicIp.get(destination);
    const spoofed = this.#compiled.cidrs.some((cidr) => contains(cidr, source));
    const passed = mapping !== undefined && !spoofed && this.#translatable();
    const translated = mapping === undefined ? "" : formatAddress(mapping.privateIp);
    if (
      !this.#note({ stage: "internet-gateway", direction: "in", translated, passed, datagram: this.datagram })
    )
      return dropped;
    if (mapping === undefined) return dropped;
    this.datagram = { ...this.datagram, destination: mapping.privateIp };
    return this.#enter(mapping.eni, undefined, undefined);
  }

  fromEni(eni: CompiledEni): WalkEnd {
    const { source, destination, family } = this.datagram;
    const own = eni.addresses[family].includes(source);
    const service = serviceAddress(this.#compiled, destination);
    const mayForward = !eni.sourceDestCheck && service === undefined && eni.addresses[family].length > 0;
    if (!own && !mayForward) {
      this.#note({ stage: "source-check", eni, passed: false, datagram: this.datagram });
      return dropped;
    }
    if (service !== undefined) return this.#serve(eni, service);
    const found = findRoute(eni.subnet, destination);
    const target = this.#target(found);
    if (
      !this.#note({
        stage: "route",
        subnet: eni.subnet,
        found,
        passed: target !== undefined,
        datagram: this.datagram,
      })
    )
      return dropped;
    const peer = this.#compiled.eniByAddress.get(destination)?.combination.key;
    if (!this.#judge("sg-out", eni, peer)) return dropped;
    if (target === undefined) return dropped;
    if (target === "internet") return this.#leave(eni);
    return this.#enter(target, eni.subnet, own ? eni.combination.key : undefined);
  }

  #serve(eni: CompiledEni, service: Service | "gateway"): WalkEnd {
    const { protocol, value } = this.datagram;
    const open =
      (service === "metadata" && protocol === TCP && value === 80 && eni.metadata !== undefined) ||
      (service === "resolver" && (protocol === TCP || protocol === UDP) && value === 53);
    const served = open ? service : undefined;
    this.#note({ stage: "service", service: served, passed: served !== undefined, datagram: this.datagram });
    return served === undefined ? dropped : { kind: "service", service: served };
  }

  #target(found: RouteFound): Origin | undefined {
    const { destination } = this.datagram;
    if (found.kind === "same-subnet") return this.#compiled.eniByAddress.get(destination);
    if (found.kind !== "route") return undefined;
    const { target } = found.route;
    if (target.kind === "internet-gateway") return "internet";
    if (target.kind === "eni") return this.#compiled.eniById.get(target.eniId);
    return target.kind === "local" ? this.#compiled.eniByAddress.get(destination) : undefined;
  }

  #leave(eni: CompiledEni): WalkEnd {
    const released = aclReleases(eni.subnet.acl, this.datagram);
    if (!this.#note({ stage: "nacl-out", subnet: eni.subnet, passed: released, datagram: this.datagram }))
      return dropped;
    const mapping = findMapping(this.#compiled, this.datagram.source);
    const translated = mapping === undefined ? "" : formatAddress(mapping);
    const passed = mapping !== undefined && this.#translatable();
    if (
      !this.#note({
        stage: "internet-gateway",
        direction: "out",
        translated,
        passed,
        datagram: this.datagram,
      })
    )
      return dropped;
    if (mapping === undefined) return dropped;
    this.datagram = { ...this.datagram, source: mapping };
    return { kind: "internet" };
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

  #note(step: Step): boolean {
    this.steps.push(step);
    return step.passed;
  }
}

/** The public address that the internet gateway puts in a private one's place. */
function findMapping(compiled: CompiledNetwork, privateIp: Address): Address | undefined {
  const eni = compiled.eniByAddress.get(privateIp);
  return eni?.publicIps.find((mapping) => mapping.privateIp === privateIp)?.publicIp;
}

/** Finds the route of a destination: the own subnet first, then the longest prefix. */
function findRoute(subnet: CompiledSubnet, destination: Address): RouteFound {
  if (unroutable.some((range) => contains(range, destination))) return { kind: "unroutable" };
  if (subnet.cidrs.some((cidr) => contains(cidr, destination))) return { kind: "same-subnet" };
  const routes = subnet.routes[typeof destination === "bigint" ? 6 : 4];
  const route = routes.find((entry) => contains(entry.destination, destination));
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

const fixedServices = new Map<Address | undefined, Service>([
  [parseAddress(metadataAddress[4]), "metadata"],
  [parseAddress(metadataAddress[6]), "metadata"],
  [parseAddress(resolverAddress[4]), "resolver"],
  [parseAddress(resolverAddress[6]), "resolver"],
]);

const routerAddresses = new WeakMap<CompiledNetwork, ReadonlyMap<Address | undefined, Service | "gateway">>();

/** What an address of the router is: a service, or a gateway that answers nothing. */
function serviceAddress(compiled: CompiledNetwork, address: Address): Service | "gateway" | undefined {
  let addresses = routerAddresses.get(compiled);
  if (addresses === undefined) {
    const gateways = compiled.subnets
      .flatMap(({ cidrs }) => cidrs)
      .filter(({ family }) => family === 4)
      .map((cidr): [Address | undefined, "gateway"] => [parseAddress(subnetGateway(cidr)), "gateway"]);
    const resolvers = vpcResolver(compiled.cidrs, 4).map((text): [Address | undefined, Service] => [
      parseAddress(text),
      "resolver",
    ]);
    addresses = new Map([...gateways, ...fixedServices, ...resolvers]);
    routerAddresses.set(compiled, addresses);
  }
  return addresses.get(address);
}
