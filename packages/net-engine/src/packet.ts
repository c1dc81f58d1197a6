/** A packet as a caller writes it, and as the evaluator reads it. */
import { familyOf, parseAddress, type Address, type Family } from "./address.ts";
import { kindOf, type ProtocolKind } from "./protocol.ts";

/** What a packet is about, addresses apart. */
export interface Traffic {
  /** The IP protocol number. */
  readonly protocol: number;
  /** Needed for TCP and UDP. */
  readonly destinationPort?: number | undefined;
  /** Absent: some ephemeral port. */
  readonly sourcePort?: number | undefined;
  /** For ICMP; absent: an echo request. */
  readonly icmpType?: number | undefined;
  readonly icmpCode?: number | undefined;
}

/** The first packet of a flow. */
export interface Packet extends Traffic {
  /**
   * The id of the interface that sends it, `internet` for what arrives at the internet gateway, or the id of
   * the peering that it comes through.
   */
  readonly from: string;
  readonly source: string;
  readonly destination: string;
}

/** A packet in numbers. */
export interface Datagram {
  readonly family: Family;
  readonly source: Address;
  readonly destination: Address;
  readonly protocol: number;
  readonly kind: ProtocolKind;
  /** What rules match besides the address: destination port, type * 256 + code, or the protocol. */
  readonly value: number;
  /** The same of the answer; undefined where none comes. */
  readonly answer: number | undefined;
}

/** Thrown on a packet that cannot exist. */
export class PacketFault extends Error {
  override readonly name = "PacketFault";
}

/** The source port that is assumed where none is given. */
export const ephemeralPort = 50_000;

const answers: Readonly<Record<Family, ReadonlyMap<number, number>>> = {
  4: new Map([
    [8, 0],
    [13, 14],
    [15, 16],
    [17, 18],
  ]),
  6: new Map([[128, 129]]),
};

/** Reads a packet. @throws PacketFault */
export function readPacket(packet: Omit<Packet, "from">): Datagram {
  return makeDatagram(readAddress(packet.source), readAddress(packet.destination), packet);
}

/** Reads an address. @throws PacketFault */
export function readAddress(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new PacketFault(`"${text}" is not an IP address`);
  return address;
}

/** Makes a packet of numbers. @throws PacketFault */
export function makeDatagram(source: Address, destination: Address, traffic: Traffic): Datagram {
  const family = familyOf(source);
  if (family !== familyOf(destination))
    throw new PacketFault("source and destination are of different families");
  const { protocol } = traffic;
  checkRange(protocol, 255, "protocol");
  const kind = kindOf(family, protocol);
  if (kind === "tcp" || kind === "udp") {
    const { destinationPort, sourcePort = ephemeralPort } = traffic;
    checkRange(destinationPort, 65_535, "destination port");
    checkRange(sourcePort, 65_535, "source port");
    return { family, source, destination, protocol, kind, value: destinationPort, answer: sourcePort };
  }
  if (kind === "other")
    return { family, source, destination, protocol, kind, value: protocol, answer: protocol };
  const { icmpType = family === 4 ? 8 : 128, icmpCode = 0 } = traffic;
  checkRange(icmpType, 255, "ICMP type");
  checkRange(icmpCode, 255, "ICMP code");
  const answer = answers[family].get(icmpType);
  const value = icmpType * 256 + icmpCode;
  const answered = answer === undefined ? undefined : answer * 256 + icmpCode;
  return { family, source, destination, protocol, kind, value, answer: answered };
}

function checkRange(value: number | undefined, max: number, what: string): asserts value is number {
  if (value === undefined || !Number.isInteger(value) || value < 0 || value > max) {
    throw new PacketFault(`${what} ${value} is not in 0..${max}`);
  }
}

/** The answer to a packet, or undefined where none comes. */
export function answerTo(datagram: Datagram): Datagram | undefined {
  const { family, source, destination, protocol, kind, value, answer } = datagram;
  if (answer === undefined) return undefined;
  return { family, source: destination, destination: source, protocol, kind, value: answer, answer: value };
}

/** What a NAT gateway translates: TCP, UDP and echo requests. */
export function isNatable({ kind, value }: Datagram): boolean {
  return kind === "tcp" || kind === "udp" || (kind === "icmp" && value >> 8 === 8);
}
