/**
 * Answers whether one end can reach another, from the same models that the packet filter is compiled from:
 * within a VPC, by peerings and endpoint services to others, and over the internet.
 */
import { findInterface, findPublicAddress, networksFrom, type StandingInterface } from "@casemate/cloud";
import {
  compileNetwork,
  describeVerdict,
  PacketFault,
  parseAddress,
  reachAcross,
  type CompiledNetwork,
  type Traffic,
  type Verdict,
} from "@casemate/net-engine";
import type { ReadTx } from "@casemate/store";
import { OperatorFault } from "./operator-fault.ts";
import { optionalNumber, optionalText, requiredText } from "./operator-input.ts";
import type { ReachAnswer, ReachQuestion } from "./operator-calls.ts";

const protocols: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 };

/** The verdict on a question. @throws OperatorFault */
export function reachVerdict(tx: ReadTx, input: ReachQuestion): ReachAnswer {
  const [from, to] = [endOf(tx, requiredText(input, "from")), endOf(tx, requiredText(input, "to"))];
  const traffic = trafficOf(input);
  try {
    return answerBetween(tx, { from, to }, traffic);
  } catch (thrown) {
    if (thrown instanceof PacketFault) throw new OperatorFault("InvalidInput", sentence(thrown.message));
    throw thrown;
  }
}

/** An end: an interface in its VPC, or an address. */
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

function answerBetween(tx: ReadTx, { from, to }: { from: End; to: End }, traffic: Traffic): ReachAnswer {
  if (typeof from === "string" && typeof to === "string") {
    throw new OperatorFault("InvalidInput", "One end must be an interface or an instance.");
  }
  // An address is looked for in the other end's VPC first.
  const places = [from, to].flatMap((end) => (typeof end === "string" ? [] : [end.vpcId]));
  const landing = typeof to === "string" ? findPublicAddress(tx, to) : undefined;
  const models = networksFrom(tx, landing === undefined ? places : [...places, landing]);
  const networks = models.map(compileNetwork);
  const start = typeof from === "string" ? from : from.eniId;
  if (typeof to === "string") return told(reachAcross(networks, { from: start, to }, traffic));
  const answer = toInterface(networks, { from: start, to }, traffic);
  const apart = typeof from !== "string" && from.vpcId !== to.vpcId;
  if (answer.allowed || !apart || to.publicIp === undefined || ledIntoPeering(answer.verdict)) return answer;
  return told(reachAcross(networks, { from: start, to: to.publicIp }, traffic));
}

function told(verdict: Verdict): ReachAnswer {
  return { allowed: verdict.allowed, text: describeVerdict(verdict), verdict };
}

function toInterface(
  networks: readonly CompiledNetwork[],
  { from, to }: { readonly from: string; readonly to: StandingInterface },
  traffic: Traffic,
): ReachAnswer {
  const verdict = reachAcross(networks, { from, to: to.eniId }, traffic);
  const { arrival } = verdict;
  if (!verdict.allowed || (arrival?.kind === "eni" && arrival.eniId === to.eniId)) return told(verdict);
  const where = arrival?.kind === "internet" ? "the internet" : (arrival?.kind ?? "nowhere");
  return { allowed: false, text: `not reachable: it is led to ${where}, where ${to.eniId} is not`, verdict };
}

/** Between VPCs that are peered the private address is meant, otherwise the public one. */
function ledIntoPeering({ hops }: Verdict): boolean {
  return hops.some(({ component }) => component.kind === "vpc-peering-connection");
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
