/**
 * Decides what a request for a lease is answered: every interface has one address, its own, and is told the
 * options of its VPC. Nothing is remembered, because the address is its interface's, leased or not.
 */
import { addressBytes } from "../address-bytes.ts";
import { messageType, type LeaseAnswer, type LeaseOption, type LeaseRequest } from "./lease-message.ts";

/** A lease as it stands. */
export interface Lease {
  readonly mac: string;
  readonly address: string;
  readonly prefixLength: number;
  readonly gateway: string;
  readonly hostName: string | undefined;
  readonly domainName: string | undefined;
  readonly nameServers: readonly string[];
  readonly timeServers: readonly string[];
  readonly netbiosNameServers: readonly string[];
  readonly netbiosNodeType: number | undefined;
}

/** How long an address is leased, as on AWS. */
export const leaseSeconds = 3600;
const mtu = 9001;
const noAddress = "0.0.0.0";

/** The answer, or undefined where there is none: to what is not for this server, and to farewells. */
export function answerLease(request: LeaseRequest, lease: Lease): LeaseAnswer | undefined {
  // The interface is known by its address; what calls itself otherwise is a guest's guest.
  if (request.mac !== lease.mac) return undefined;
  const { type } = request;
  if (type === messageType.discover) return given(messageType.offer, request, lease);
  if (type === messageType.inform) {
    return { type: messageType.acknowledge, address: noAddress, options: optionsOf(request, lease) };
  }
  if (type !== messageType.request) return undefined;
  if (request.server !== undefined && request.server !== lease.gateway) return undefined;
  const asked = request.requestedAddress ?? request.clientAddress;
  if (asked !== lease.address) return { type: messageType.refuse, address: noAddress, options: [] };
  return given(messageType.acknowledge, request, lease);
}

function given(type: number, request: LeaseRequest, lease: Lease): LeaseAnswer {
  const time = { code: 51, value: uint32(leaseSeconds) };
  return { type, address: lease.address, options: [time, ...optionsOf(request, lease)] };
}

/** Only what is asked for, where the client says what that is; the subnet mask always. */
function optionsOf({ wanted }: LeaseRequest, lease: Lease): readonly LeaseOption[] {
  const mask = lease.prefixLength === 0 ? 0 : (2 ** 32 - 2 ** (32 - lease.prefixLength)) >>> 0;
  const [first = 0, second = 0, third = 0, fourth = 0] = addressBytes(lease.address);
  const address = ((first << 24) | (second << 16) | (third << 8) | fourth) >>> 0;
  const all: readonly (LeaseOption | undefined)[] = [
    { code: 1, value: uint32(mask) },
    { code: 3, value: addressBytes(lease.gateway) },
    addresses(6, lease.nameServers),
    text(12, lease.hostName),
    text(15, lease.domainName),
    { code: 26, value: Uint8Array.of(mtu >> 8, mtu & 255) },
    { code: 28, value: uint32((address | ~mask) >>> 0) },
    addresses(42, lease.timeServers),
    addresses(44, lease.netbiosNameServers),
    lease.netbiosNodeType === undefined
      ? undefined
      : { code: 46, value: Uint8Array.of(lease.netbiosNodeType) },
  ];
  return all
    .filter((option) => option !== undefined)
    .filter(({ code }) => code === 1 || wanted === undefined || wanted.has(code));
}

function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

function addresses(code: number, list: readonly string[]): LeaseOption | undefined {
  if (list.length === 0) return undefined;
  return { code, value: Uint8Array.from(list.flatMap((each) => [...addressBytes(each)])) };
}

function text(code: number, value: string | undefined): LeaseOption | undefined {
  return value === undefined ? undefined : { code, value: new TextEncoder().encode(value) };
}
