/**
 * Answers one DNS packet. It always answers what may be answered, and at once: a guest whose query is
 * dropped waits half a minute for each name. It asks nobody else; a name that is not known does not exist.
 */
import { addressBytes } from "../address-bytes.ts";
import { nameBytes, readQuery, recordTypes, responseCodes, writeRefusal, writeReply } from "./message.ts";
import type { DnsQuery, Reply, ReplyRecord } from "./message.ts";

/** A record of an answer. */
export type DnsRecord =
  { readonly type: "A" | "AAAA"; readonly address: string } | { readonly type: "PTR"; readonly name: string };

/** The records that a name has of the type that was asked for. */
export interface Answer {
  readonly ttlSeconds: number;
  readonly records: readonly DnsRecord[];
}

/**
 * What a resolver says: records, `nodata` (the name exists without such a record), `nxdomain` (no such
 * name), or `refused` (this caller gets no answers at all).
 */
export type Resolution = Answer | "nodata" | "nxdomain" | "refused";

/** The types that can be asked for; any other type of a name that exists has no data. */
export type QuestionType = "A" | "AAAA" | "PTR" | "ANY" | "other";

/** Resolves a lower-case name without a final dot. */
export type Resolve = (name: string, type: QuestionType) => Resolution;

/** How long a client may remember that a name or a record does not exist. */
export const negativeTtlSeconds = 5;

const internetClass = 1;
const anyClass = 255;

/** How a packet is answered. */
export interface DnsContext {
  readonly resolve: Resolve;
  /** Hears what the resolver threw; the client gets a server failure. */
  readonly failed?: ((cause: unknown) => void) | undefined;
  /** Lifts UDP's bound on the reply. */
  readonly replyBytesMax?: number | undefined;
}

/** The reply to a packet, or undefined where none may be sent. It never throws. */
export function handleDns(packet: Uint8Array, context: DnsContext): Uint8Array | undefined {
  const read = readQuery(packet);
  if (read === undefined) return undefined;
  if (read.code !== undefined) return writeRefusal(read);
  return writeReply(read.query, answer(read.query, context), context.replyBytesMax);
}

function answer({ name, type, recordClass }: DnsQuery, { resolve, failed }: DnsContext): Reply {
  if (recordClass !== internetClass && recordClass !== anyClass) return negative(responseCodes.refused);
  try {
    const resolution = resolve(name, questionType(type));
    if (resolution === "refused") return negative(responseCodes.refused);
    if (resolution === "nxdomain") return negative(responseCodes.nameError);
    if (resolution === "nodata" || resolution.records.length === 0) return negative(responseCodes.noError);
    const answers = resolution.records.map((record) => encode(record, resolution.ttlSeconds));
    return { code: responseCodes.noError, answers, authorities: [] };
  } catch (cause) {
    failed?.(cause);
    return { code: responseCodes.serverFailure, answers: [], authorities: [] };
  }
}

function negative(code: number): Reply {
  return { code, answers: [], authorities: code === responseCodes.refused ? [] : [startOfAuthority] };
}

function questionType(type: number): QuestionType {
  switch (type) {
    case recordTypes.A:
      return "A";
    case recordTypes.AAAA:
      return "AAAA";
    case recordTypes.PTR:
      return "PTR";
    case recordTypes.ANY:
      return "ANY";
    default:
      return "other";
  }
}

function encode(record: DnsRecord, ttl: number): ReplyRecord {
  const type = recordTypes[record.type];
  if (record.type === "PTR") return { type, ttl, value: nameBytes(record.name) };
  return { type, ttl, value: addressBytes(record.address) };
}

const startOfAuthority: ReplyRecord = {
  type: recordTypes.SOA,
  ttl: negativeTtlSeconds,
  value: Buffer.concat([
    nameBytes("ns.casemate.internal"),
    nameBytes("hostmaster.casemate.internal"),
    Buffer.from(Uint32Array.of(1, 3600, 900, 604_800, negativeTtlSeconds).buffer).swap32(),
  ]),
};
