/**
 * The verdict on the first packet of a flow between one interface (or the internet) and the next, and on its
 * answer. What a middlebox does with what it gets is not known here; `reach` supposes that it forwards.
 */
import type { CompiledEni, CompiledNetwork } from "./compiled-network.ts";
import { explainSteps, type Hop } from "./explain.ts";
import { answerTo, PacketFault, readPacket, type Packet } from "./packet.ts";
import { formatAddress } from "./address.ts";
import { walk, type KnownFlow, type Origin, type Walk, type WalkEnd } from "./walk.ts";

/** Where a packet arrives. */
export type Arrival =
  | { readonly kind: "eni"; readonly eniId: string }
  | { readonly kind: "internet"; readonly source: string }
  | { readonly kind: "service"; readonly service: "metadata" | "resolver" };

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

/** Finds where a packet starts. @throws PacketFault */
export function findOrigin(compiled: CompiledNetwork, from: string): Origin {
  if (from === "internet") return from;
  const eni = compiled.eniById.get(from);
  if (eni === undefined) throw new PacketFault(`there is no interface ${from}`);
  return eni;
}

function walkBoth(compiled: CompiledNetwork, packet: Packet): Walks {
  const from = findOrigin(compiled, packet.from);
  const forward = walk(compiled, { from, datagram: readPacket(packet) });
  return { from, forward, back: walkBack(compiled, from, forward) };
}

function walkBack(compiled: CompiledNetwork, from: Origin, forward: Walk): Walk | undefined {
  const { end } = forward;
  const answer = answerTo(forward.datagram);
  if (answer === undefined || end.kind === "dropped" || end.kind === "service") return undefined;
  const responder = end.kind === "eni" ? end.eni : "internet";
  const known: KnownFlow = {
    answers: true,
    leaves: (eni: CompiledEni) => eni === responder,
    enters: (eni: CompiledEni) => eni === from,
  };
  return walk(compiled, { from: responder, datagram: answer }, known);
}

function decideWalks({ from, forward, back }: Walks): Decision {
  const { end } = forward;
  if (end.kind === "dropped") return { allowed: false, delivered: false, reply: "none" };
  const arrival = describeArrival(end, forward);
  if (end.kind === "service") return { allowed: true, delivered: true, arrival, reply: "passes" };
  const returned = back?.end.kind === "eni" ? back.end.eni : back?.end.kind;
  const reply: ReplyOutcome = back === undefined ? "none" : returned === from ? "passes" : "lost";
  return { allowed: reply !== "lost", delivered: true, arrival, reply };
}

/** Describes where a walk ended. */
export function describeArrival(end: WalkEnd, { datagram }: Walk): Arrival | undefined {
  if (end.kind === "eni") return { kind: "eni", eniId: end.eni.id };
  if (end.kind === "service") return { kind: "service", service: end.service };
  return end.kind === "internet" ? { kind: "internet", source: formatAddress(datagram.source) } : undefined;
}
