/**
 * Reads lease requests and writes answers: DHCP (RFC 2131) with the options that AWS gives (RFC 2132). What
 * is not a client's request over Ethernet is not read.
 */
import { addressBytes } from "../address-bytes.ts";

/** What a message is for. */
export const messageType = {
  discover: 1,
  offer: 2,
  request: 3,
  decline: 4,
  acknowledge: 5,
  refuse: 6,
  release: 7,
  inform: 8,
} as const;

/** A message as a client sends it. */
export interface LeaseRequest {
  readonly type: number;
  readonly transaction: number;
  readonly seconds: number;
  readonly flags: number;
  /** The address that the client has and would keep; 0.0.0.0 if none. */
  readonly clientAddress: string;
  readonly mac: string;
  readonly requestedAddress: string | undefined;
  readonly server: string | undefined;
  /** The options that the client asks for, or all if it does not say. */
  readonly wanted: ReadonlySet<number> | undefined;
}

/** One option of an answer. */
export interface LeaseOption {
  readonly code: number;
  readonly value: Uint8Array;
}

/** What is answered. */
export interface LeaseAnswer {
  readonly type: number;
  /** The address that the client is given; 0.0.0.0 if none. */
  readonly address: string;
  readonly options: readonly LeaseOption[];
}

const headerBytes = 236;
const magic = [99, 130, 83, 99];
const noAddress = "0.0.0.0";
const requestOperation = 1;
const replyOperation = 2;
const ethernet = 1;
const macBytes = 6;
/** What every client must take without having said so (RFC 2131, 2). */
const bootpBytes = 300;
const optionCode = { pad: 0, requestedAddress: 50, type: 53, server: 54, wanted: 55, end: 255 } as const;

/** Reads a request; undefined for anything else. */
export function parseLeaseRequest(packet: Uint8Array): LeaseRequest | undefined {
  if (packet.length < headerBytes + magic.length) return undefined;
  const [operation, hardware, hardwareBytes] = packet;
  if (operation !== requestOperation || hardware !== ethernet || hardwareBytes !== macBytes) return undefined;
  if (magic.some((byte, index) => packet[headerBytes + index] !== byte)) return undefined;
  const options = parseOptions(packet.subarray(headerBytes + magic.length));
  const type = options?.get(optionCode.type);
  if (options === undefined || type?.length !== 1) return undefined;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const wanted = options.get(optionCode.wanted);
  return {
    type: type[0] ?? 0,
    transaction: view.getUint32(4),
    seconds: view.getUint16(8),
    flags: view.getUint16(10),
    clientAddress: packet.subarray(12, 16).join("."),
    mac: [...packet.subarray(28, 28 + macBytes)].map((byte) => byte.toString(16).padStart(2, "0")).join(":"),
    requestedAddress: addressIn(options.get(optionCode.requestedAddress)),
    server: addressIn(options.get(optionCode.server)),
    wanted: wanted && new Set(wanted),
  };
}

/** The options up to the end mark or the end of the packet; undefined where one is cut off. */
function parseOptions(bytes: Uint8Array): ReadonlyMap<number, Uint8Array> | undefined {
  const options = new Map<number, Uint8Array>();
  let at = 0;
  while (at < bytes.length && bytes[at] !== optionCode.end) {
    const code = bytes[at++] ?? optionCode.end;
    if (code === optionCode.pad) continue;
    const length = bytes[at++];
    if (length === undefined || at + length > bytes.length) return undefined;
    // The parts of an option that is given more than once are one (RFC 3396).
    options.set(code, Uint8Array.from([...(options.get(code) ?? []), ...bytes.subarray(at, at + length)]));
    at += length;
  }
  return options;
}

function addressIn(value: Uint8Array | undefined): string | undefined {
  return value?.length === 4 ? value.join(".") : undefined;
}

/** Writes an answer; `server` is who gives it. */
export function formatLeaseAnswer(request: LeaseRequest, answer: LeaseAnswer, server: string): Uint8Array {
  const header = new Uint8Array(headerBytes);
  const view = new DataView(header.buffer);
  header.set([replyOperation, ethernet, macBytes, 0]);
  view.setUint32(4, request.transaction);
  view.setUint16(10, request.flags);
  const refused = answer.type === messageType.refuse;
  header.set(addressBytes(refused ? noAddress : request.clientAddress), 12);
  header.set(addressBytes(answer.address), 16);
  header.set(
    request.mac.split(":").map((byte) => Number.parseInt(byte, 16)),
    28,
  );
  const options: readonly LeaseOption[] = [
    { code: optionCode.type, value: Uint8Array.of(answer.type) },
    { code: optionCode.server, value: addressBytes(server) },
    ...answer.options,
  ];
  const bytes = [
    ...header,
    ...magic,
    ...options.flatMap(({ code, value }) => (value.length > 255 ? [] : [code, value.length, ...value])),
    optionCode.end,
  ];
  return Uint8Array.from([
    ...bytes,
    ...Array.from({ length: Math.max(0, bootpBytes - bytes.length) }, () => 0),
  ]);
}
