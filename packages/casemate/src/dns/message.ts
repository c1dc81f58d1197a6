/**
 * The DNS message format (RFC 1035, and as much of EDNS as a resolver's client needs), total on garbage: a
 * packet is read to a query, to a code that refuses it, or to nothing.
 */

/** Record types by the number that stands for them on the wire. */
export const recordTypes = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  ANY: 255,
} as const;

/** Response codes. */
export const responseCodes = {
  noError: 0,
  formatError: 1,
  serverFailure: 2,
  nameError: 3,
  notImplemented: 4,
  refused: 5,
  badVersion: 16,
} as const;

/** What can be read of a query: who asked, what, and how large a reply may be. */
export interface DnsQuery {
  readonly id: number;
  readonly recursionDesired: boolean;
  /** The name in lower case without the final dot; the root is empty. */
  readonly name: string;
  readonly type: number;
  readonly recordClass: number;
  /** The question as sent, to be sent back byte for byte. */
  readonly question: Uint8Array;
  /** The largest reply that the client takes over UDP. */
  readonly replyBytesMax: number;
  readonly edns: boolean;
}

/** A query, or the code that a packet which is none of ours must be refused with. */
export type ReadQuery =
  | { readonly query: DnsQuery; readonly code?: undefined }
  | { readonly code: number; readonly id: number; readonly opcode: number; readonly edns?: boolean };

const headerBytes = 12;
const plainReplyBytesMax = 512;
/** Larger replies could be fragmented on the way. */
const ednsReplyBytesMax = 1232;
const optType = 41;
const nameBytesMax = 255;

/**
 * Reads a packet. Undefined means that nothing may be answered: it is too short to have an id, or it is
 * itself a response, and answering those lets two servers talk for ever.
 */
export function readQuery(packet: Uint8Array): ReadQuery | undefined {
  if (packet.length < headerBytes) return undefined;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const id = view.getUint16(0);
  const flags = view.getUint16(2);
  const opcode = (flags >> 11) & 0xf;
  if ((flags & 0x8000) !== 0) return undefined;
  if (opcode !== 0) return { code: responseCodes.notImplemented, id, opcode };
  const malformed = { code: responseCodes.formatError, id, opcode };
  const [questions, answers, authorities, additionals] = [4, 6, 8, 10].map((at) => view.getUint16(at));
  if (questions !== 1 || answers !== 0 || authorities !== 0) return malformed;
  const read = readName(packet, headerBytes);
  if (read === undefined || read.next + 4 > packet.length) return malformed;
  const end = read.next + 4;
  const edns = readEdns(view, end, additionals ?? 0);
  if (edns === "malformed") return malformed;
  if (edns !== undefined && edns.version !== 0)
    return { code: responseCodes.badVersion, id, opcode, edns: true };
  return {
    query: {
      id,
      recursionDesired: (flags & 0x0100) !== 0,
      name: read.name,
      type: view.getUint16(read.next),
      recordClass: view.getUint16(read.next + 2),
      question: packet.subarray(headerBytes, end),
      replyBytesMax: edns?.replyBytesMax ?? plainReplyBytesMax,
      edns: edns !== undefined,
    },
  };
}

/** A name made of labels. A compression pointer is refused: a lone question has nothing to point at. */
function readName(packet: Uint8Array, start: number): { name: string; next: number } | undefined {
  const labels: string[] = [];
  let at = start;
  for (;;) {
    const length = packet[at];
    if (length === undefined || length > 63) return undefined;
    at += 1;
    if (length === 0) return { name: labels.join("."), next: at };
    if (at + length > packet.length || at + length - start >= nameBytesMax) return undefined;
    const label = Buffer.from(packet.buffer, packet.byteOffset + at, length).toString("latin1");
    // A dot or a byte past ASCII inside a label would let two different names look alike.
    labels.push(/^[!-~]+$/.test(label) && !label.includes(".") ? label.toLowerCase() : "\0");
    at += length;
  }
}

interface Edns {
  readonly version: number;
  readonly replyBytesMax: number;
}

function readEdns(view: DataView, start: number, additionals: number): Edns | "malformed" | undefined {
  // Anything but a lone OPT record (a signature, say) is not ours to understand; it changes no answer.
  if (additionals !== 1) return undefined;
  if (start + 11 > view.byteLength) return "malformed";
  if (view.getUint8(start) !== 0 || view.getUint16(start + 1) !== optType) return undefined;
  const length = view.getUint16(start + 9);
  if (start + 11 + length > view.byteLength) return "malformed";
  const asked = view.getUint16(start + 3);
  return {
    version: view.getUint8(start + 6),
    replyBytesMax: Math.min(ednsReplyBytesMax, Math.max(plainReplyBytesMax, asked)),
  };
}

/** One record of a reply, with its data encoded. */
export interface ReplyRecord {
  readonly type: number;
  readonly ttl: number;
  readonly value: Uint8Array;
}

/** What a reply says besides the question. */
export interface Reply {
  readonly code: number;
  readonly answers: readonly ReplyRecord[];
  /** Records about the root zone: for a negative answer, how long it may be kept. */
  readonly authorities: readonly ReplyRecord[];
}

/** The reply to a query; past the client's bound it is cut to the question and marked as truncated. */
export function writeReply(query: DnsQuery, reply: Reply, bytesMax = query.replyBytesMax): Uint8Array {
  // Compression: every answer's name is the question's, at offset 12; an authority's is the root.
  const answers = reply.answers.map((record) => recordBytes([0xc0, headerBytes], record));
  const authorities = reply.authorities.map((record) => recordBytes([0], record));
  const whole = assemble({ query, code: reply.code, truncated: false, answers, authorities });
  if (whole.length <= bytesMax) return whole;
  return assemble({ query, code: reply.code, truncated: true, answers: [], authorities: [] });
}

/** The reply to a packet whose question is not repeated because it could not be read. */
export function writeRefusal(refusal: Exclude<ReadQuery, { query: DnsQuery }>): Uint8Array {
  const flags = 0x8000 | (refusal.opcode << 11) | (refusal.code & 0xf);
  const edns = refusal.edns === true ? [optRecord(refusal.code >> 4)] : [];
  return Buffer.concat([header(refusal.id, flags, [0, 0, 0, edns.length]), ...edns]);
}

interface Assembly {
  readonly query: DnsQuery;
  readonly code: number;
  readonly truncated: boolean;
  readonly answers: readonly Uint8Array[];
  readonly authorities: readonly Uint8Array[];
}

function assemble({ query, code, truncated, answers, authorities }: Assembly): Uint8Array {
  const recursionAvailable = 0x0080;
  const flags =
    0x8000 | (truncated ? 0x0200 : 0) | (query.recursionDesired ? 0x0100 : 0) | recursionAvailable | code;
  const edns = query.edns ? [optRecord(0)] : [];
  const counts = [1, answers.length, authorities.length, edns.length];
  return Buffer.concat([
    header(query.id, flags, counts),
    query.question,
    ...answers,
    ...authorities,
    ...edns,
  ]);
}

function header(id: number, flags: number, counts: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(headerBytes);
  [id, flags, ...counts].forEach((value, index) => bytes.writeUInt16BE(value, index * 2));
  return bytes;
}

function recordBytes(name: readonly number[], { type, ttl, value }: ReplyRecord): Uint8Array {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt32BE(ttl, 4);
  fixed.writeUInt16BE(value.length, 8);
  return Buffer.concat([Buffer.from(name), fixed, value]);
}

function optRecord(extendedCode: number): Uint8Array {
  const bytes = Buffer.alloc(11);
  bytes.writeUInt16BE(optType, 1);
  bytes.writeUInt16BE(ednsReplyBytesMax, 3);
  bytes.writeUInt8(extendedCode, 5);
  return bytes;
}

/** A name as labels on the wire. @throws RangeError for a name that has no such form. */
export function nameBytes(name: string): Uint8Array {
  const labels = name === "" ? [] : name.split(".");
  const parts = labels.map((label) => {
    if (label.length < 1 || label.length > 63) throw new RangeError(`${name} is not a domain name`);
    return Buffer.concat([Buffer.from([label.length]), Buffer.from(label, "latin1")]);
  });
  const bytes = Buffer.concat([...parts, Buffer.from([0])]);
  if (bytes.length > nameBytesMax) throw new RangeError(`${name} is not a domain name`);
  return bytes;
}
