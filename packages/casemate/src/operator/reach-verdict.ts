/**
 * Answers whether one end can reach another, from the same model that the packet filter is compiled from.
 * Interfaces of two VPCs meet on the internet: the way is then judged in both, each with its own rules.
 */
import { findInterface, type StandingInterface } from "@casemate/cloud";
import {
  compileNetwork,
  describeVerdict,
  PacketFault,
  parseAddress,
  reach,
  type ReachEnds,
  type Traffic,
  type VpcModel,
} from "@casemate/net-engine";
import type { ReadTx } from "@casemate/store";
import { OperatorFault } from "./operator-fault.ts";
import { optionalNumber, optionalText, requiredText } from "./operator-input.ts";
import type { ReachAnswer, ReachLeg, ReachQuestion } from "./operator-calls.ts";

const protocols: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 };

/** The verdict on a question. @throws OperatorFault */
export function reachVerdict(tx: ReadTx, input: ReachQuestion): ReachAnswer {
  const [from, to] = [endOf(tx, requiredText(input, "from")), endOf(tx, requiredText(input, "to"))];
  const traffic = trafficOf(input);
  try {
    const legs = legsBetween({ from, to }, traffic);
    const decisive = legs.find(({ verdict }) => !verdict.allowed) ?? legs.at(-1);
    return {
      allowed: legs.every(({ verdict }) => verdict.allowed),
      text: decisive === undefined ? "" : describeVerdict(decisive.verdict),
      legs,
    };
  } catch (thrown) {
    if (thrown instanceof PacketFault) throw new OperatorFault("InvalidInput", sentence(thrown.message));
    throw thrown;
  }
}

/** An end: an interface in its network, or an address. */
type End = string | StandingInterface;

function endOf(tx: ReadTx, text: string): End {
  if (parseAddress(text) !== undefined) return text;
  const found = findInterface(tx, text);
  if (found !== undefined) return found;
  throw new OperatorFault(
    "NotFound",
    `${text} is no address, and no interface or instance that is in use. Ends are eni-…, i-… or an address.`,
  );
}

function legsBetween({ from, to }: { from: End; to: End }, traffic: Traffic): readonly ReachLeg[] {
  if (typeof from === "string" && typeof to === "string") {
    throw new OperatorFault("InvalidInput", "One end must be an interface or an instance.");
  }
  if (typeof from === "string") return typeof to === "string" ? [] : [legTo(from, to, traffic)];
  const ends = { from: from.eniId, to: typeof to === "string" ? to : to.eniId };
  if (typeof to === "string" || from.network.vpcId === to.network.vpcId) {
    return [leg(from.network, ends, traffic)];
  }
  if (to.publicIp === undefined) {
    throw new OperatorFault(
      "InvalidInput",
      `${to.eniId} stands in another VPC (${to.network.vpcId}) and has no public address: there is no way.`,
    );
  }
  const out = leg(from.network, { from: from.eniId, to: to.publicIp }, traffic);
  const { arrival } = out.verdict;
  if (arrival?.kind !== "internet") return [out];
  return [out, legTo(arrival.source, to, traffic)];
}

/**
 * From the internet the public address is meant; an address of the VPC itself goes straight to the private
 * one.
 */
function legTo(from: string, to: StandingInterface, traffic: Traffic): ReachLeg {
  return leg(to.network, { from, to: to.eniId }, traffic);
}

function leg(network: VpcModel, ends: ReachEnds, traffic: Traffic): ReachLeg {
  return { vpcId: network.vpcId, verdict: reach(compileNetwork(network), ends, traffic) };
}

function trafficOf(input: ReachQuestion): Traffic {
  const text = (optionalText(input, "protocol") ?? "tcp").toLowerCase();
  const protocol = protocols[text] ?? (/^\d{1,3}$/.test(text) ? Number(text) : undefined);
  if (protocol === undefined || protocol > 255) {
    throw new OperatorFault("InvalidInput", `The protocol is tcp, udp, icmp or a number, not ${text}.`);
  }
  const destinationPort = optionalNumber(input, "port", { min: 0, max: 65_535 });
  const ported = protocol === 6 || protocol === 17;
  if (ported && destinationPort === undefined) {
    throw new OperatorFault("InvalidInput", `For ${text} the port is needed.`);
  }
  if (!ported && destinationPort !== undefined) {
    throw new OperatorFault("InvalidInput", `Only tcp and udp have ports, ${text} has none.`);
  }
  return { protocol, destinationPort };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
