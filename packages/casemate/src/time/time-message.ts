/**
 * Reads requests for the time and writes answers: SNTP versions 3 and 4 (RFC 4330). What is not a client's
 * request is not answered, so that nobody is ever sent more bytes than he sent.
 */

/** The size of a message without extensions and authentication. */
const messageBytes = 48;
const clientMode = 3;
const serverMode = 4;
/** Seconds from 1900, where NTP begins, to 1970. */
const epochSeconds = 2_208_988_800;
/** One step below a server that has it from a server with a reference clock, as AWS says of its own. */
const stratum = 3;
/** Milliseconds, as a power of two of a second. */
const precision = -10;
/** How far off a millisecond clock may be, in units of 2^-16 s. */
const dispersion = 66;
const referenceIntervalMs = 16_000;

/** What the answer must repeat. */
export interface TimeRequest {
  readonly version: 3 | 4;
  readonly poll: number;
  /** When the client sent it by its own clock; eight bytes of its own. */
  readonly transmitted: Uint8Array;
}

/** Reads a request; undefined for anything else. */
export function parseTimeRequest(packet: Uint8Array): TimeRequest | undefined {
  if (packet.length < messageBytes) return undefined;
  const [first = 0, , poll = 0] = packet;
  const version = (first >> 3) & 7;
  if ((first & 7) !== clientMode || (version !== 3 && version !== 4)) return undefined;
  return { version, poll, transmitted: packet.slice(40, messageBytes) };
}

/** When a request came and its answer goes, in milliseconds since 1970. */
export interface TimePassed {
  readonly receivedMs: number;
  readonly sentMs: number;
}

/** Writes the answer. */
export function formatTimeAnswer(request: TimeRequest, { receivedMs, sentMs }: TimePassed): Uint8Array {
  const answer = new Uint8Array(messageBytes);
  const view = new DataView(answer.buffer);
  view.setUint8(0, (request.version << 3) | serverMode);
  view.setUint8(1, stratum);
  view.setUint8(2, request.poll);
  view.setInt8(3, precision);
  view.setUint32(8, dispersion);
  // The host's clock is the reference: its loopback address stands for it.
  answer.set([127, 127, 1, 0], 12);
  setTimestamp(view, 16, sentMs - (sentMs % referenceIntervalMs));
  answer.set(request.transmitted, 24);
  setTimestamp(view, 32, receivedMs);
  setTimestamp(view, 40, sentMs);
  return answer;
}

/** Since 2036 the seconds begin anew, by which clients of RFC 4330 know the era. */
function setTimestamp(view: DataView, at: number, ms: number): void {
  const seconds = Math.floor(ms / 1000);
  view.setUint32(at, (seconds + epochSeconds) % 2 ** 32);
  view.setUint32(at + 4, Math.floor(((ms - seconds * 1000) / 1000) * 2 ** 32));
}
