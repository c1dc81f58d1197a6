/**
 * The verdict on the first packet of a flow between one interface (or the internet) and the next, and on its
 * answer. What a middlebox does with what it gets is not known here; `reach` supposes that it forwards.
 */
import type { CompiledEni, CompiledNetwork } from "./compiled-network.ts";
import { explainSteps, type Hop } from "./explain.ts";
import { answerTo, PacketFault, readAddress, readPacket, type Packet } from "./packet.ts";
import { familyOf, formatAddress } from "./address.ts";
import type { Service } from "./steps.ts";
import { walk, type KnownFlow, type Origin, type Walk, type WalkEnd } from "./walk.ts";

/** Where a packet arrives. */
export type Arrival =
  | { readonly kind: "eni"; readonly eniId: string }
  | { readonly kind: "internet"; readonly source: string }
  /** In a peering, on the way to the other VPC. */
  | { readonly kind: "vpc-peering"; readonly peeringId: string; readonly vpcId: string }
  /** At a gateway endpoint. */
  | { readonly kind: "vpc-endpoint"; readonly endpointId: string }
  | { readonly kind: "service"; readonly service: Service };

/** Whether an answer comes back: `none` where the protocol has none, or nothing arrived that could answer. */
export type ReplyOutcome = "passes" | "lost" | "none";

/** A verdict without its explanation. */
export interface Decision {
  /** The packet arrives, and its answer, if there is one, comes back. */
  readonly allowed: boolean;
  readonly delivered: boolean;
  readonly arrival?: Arrival | undefined;
  readonly reply: ReplyOutcome;
}

/** A verdict with every hop. */
export interface Verdict extends Decision {
  readonly hops: readonly Hop[];
  /** The hop that decided against it. */
  readonly denied?: Hop | undefined;
}

/** Decides about a packet. @throws PacketFault */
export function decide(compiled: CompiledNetwork, packet: Packet): Decision {
  return decideWalks(walkBoth(compiled, packet));
}

/** Decides about a packet and explains. @throws PacketFault */
export function evaluate(compiled: CompiledNetwork, packet: Packet): Verdict {
  const walks = walkBoth(compiled, packet);
  const decision = decideWalks(walks);
  const hops = [
    ...explainSteps(compiled, walks.forward.steps, ""),
    ...explainSteps(compiled, walks.back?.steps ?? [], "reply-"),
  ];
  const denied = decision.allowed ? undefined : hops.find((hop) => !hop.passed);
  return { ...decision, hops, ...(denied === undefined ? {} : { denied }) };
}

interface Walks {
  readonly from: Origin;
  readonly forward: Walk;
  readonly back: Walk | undefined;
}

/**
 * Finds where a packet starts: at an interface, in the internet, or in a peering, sent by whoever has its
 * source address there. @throws PacketFault
 */
export function findOrigin(compiled: CompiledNetwork, { from, source }: Packet): Origin {
  if (from === "internet") return from;
  const peering = compiled.peerings.find(({ id }) => id === from);
  if (peering !== undefined) {
    const address = readAddress(source);
    const sender = peering.members.find(({ addresses }) => addresses[familyOf(address)].includes(address));
    return { peering, sender: sender?.number };
  }
  const eni = compiled.eniById.get(from);
  if (eni === undefined) throw new PacketFault(`there is no interface ${from}`);
  return eni;
}

function walkBoth(compiled: CompiledNetwork, packet: Packet): Walks {
  const from = findOrigin(compiled, packet);
  const forward = walk(compiled, { from, datagram: readPacket(packet) });
  return { from, forward, back: walkBack(compiled, from, forward) };
}

function walkBack(compiled: CompiledNetwork, from: Origin, forward: Walk): Walk | undefined {
  const answer = answerTo(forward.datagram);
  const responder = responderOf(forward.end);
  if (answer === undefined || responder === undefined) return undefined;
  const known: KnownFlow = {
    answers: true,
    leaves: (eni: CompiledEni) => eni === responder,
    enters: (eni: CompiledEni) => eni === from,
  };
  return walk(compiled, { from: responder, datagram: answer }, known);
}

/** Who answers; nobody known here does at a service and in a peering. */
function responderOf(end: WalkEnd): Origin | undefined {
  if (end.kind === "eni") return end.eni;
  if (end.kind === "gateway-endpoint") return end;
  return end.kind === "internet" ? "internet" : undefined;
}

function decideWalks({ from, forward, back }: Walks): Decision {
  const { end } = forward;
  if (end.kind === "dropped") return { allowed: false, delivered: false, reply: "none" };
  const arrival = describeArrival(end, forward);
  if (end.kind === "service") return { allowed: true, delivered: true, arrival, reply: "passes" };
  const reply: ReplyOutcome = back === undefined ? "none" : returnsTo(back.end, from) ? "passes" : "lost";
  return { allowed: reply !== "lost", delivered: true, arrival, reply };
}

/** Whether an answer ended where the packet came from. */
export function returnsTo(end: WalkEnd, from: Origin): boolean {
  if (from === "internet") return end.kind === "internet";
  if ("peering" in from) return end.kind === "peering" && end.peering === from.peering;
  return end.kind === "eni" && end.eni === from;
}

/** Describes where a walk ended. */
export function describeArrival(end: WalkEnd, { datagram }: Pick<Walk, "datagram">): Arrival | undefined {
  switch (end.kind) {
    case "eni":
      return { kind: "eni", eniId: end.eni.id };
    case "service":
      return { kind: "service", service: end.service };
    case "internet":
      return { kind: "internet", source: formatAddress(datagram.source) };
    case "peering":
      return { kind: "vpc-peering", peeringId: end.peering.id, vpcId: end.peering.peerVpcId };
    case "gateway-endpoint":
      return { kind: "vpc-endpoint", endpointId: end.endpoint.id };
    case "dropped":
      return undefined;
  }
}
