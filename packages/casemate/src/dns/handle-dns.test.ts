import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { handleDns } from "./handle-dns.ts";
import type { Resolution, Resolve } from "./handle-dns.ts";
import { nameBytes, recordTypes } from "./message.ts";

interface Asked {
  readonly id?: number;
  readonly flags?: number;
  readonly name?: Uint8Array;
  readonly type?: number;
  readonly recordClass?: number;
  readonly counts?: readonly number[];
  readonly tail?: Uint8Array;
}

function query(asked: Asked = {}): Buffer {
  const name = asked.name ?? nameBytes("sts.amazonaws.com");
  const bytes = Buffer.alloc(12 + name.length + 4);
  bytes.writeUInt16BE(asked.id ?? 0xbeef, 0);
  bytes.writeUInt16BE(asked.flags ?? 0x0100, 2);
  (asked.counts ?? [1, 0, 0, 0]).forEach((count, index) => bytes.writeUInt16BE(count, 4 + index * 2));
  bytes.set(name, 12);
  bytes.writeUInt16BE(asked.type ?? recordTypes.A, 12 + name.length);
  bytes.writeUInt16BE(asked.recordClass ?? 1, 14 + name.length);
  return Buffer.concat([bytes, asked.tail ?? Buffer.alloc(0)]);
}

interface Read {
  readonly code: number;
  readonly truncated: boolean;
  readonly counts: readonly number[];
  readonly bytes: Buffer;
}

function ask(packet: Uint8Array, resolution: Resolution | Resolve = "nxdomain"): Read | undefined {
  const resolve = typeof resolution === "function" ? resolution : () => resolution;
  const reply = handleDns(packet, { resolve });
  if (reply === undefined) return undefined;
  const bytes = Buffer.from(reply);
  const flags = bytes.readUInt16BE(2);
  expect(flags & 0x8000).toBe(0x8000);
  return {
    code: flags & 0xf,
    truncated: (flags & 0x0200) !== 0,
    counts: [4, 6, 8, 10].map((at) => bytes.readUInt16BE(at)),
    bytes,
  };
}

const opt = (size: number, version = 0): Buffer =>
  Buffer.from([0, 0, 41, size >> 8, size & 255, 0, version, 0, 0, 0, 0]);
const address: Resolution = { ttlSeconds: 60, records: [{ type: "A", address: "198.51.100.1" }] };

describe("a DNS reply", () => {
  it("repeats the id and the question, letter case included, and carries the record", () => {
    const mixed = Buffer.from(nameBytes("StS.AmAzonaws.com"));
    const names: string[] = [];
    const reply = ask(query({ name: mixed }), (name) => {
      names.push(name);
      return address;
    });
    expect(names).toEqual(["sts.amazonaws.com"]);
    expect(reply).toMatchObject({ code: 0, counts: [1, 1, 0, 0] });
    expect(reply?.bytes.readUInt16BE(0)).toBe(0xbeef);
    expect(reply?.bytes.subarray(12, 12 + mixed.length)).toEqual(mixed);
    const record = reply?.bytes.subarray(12 + mixed.length + 4);
    expect([...record!]).toEqual([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 198, 51, 100, 1]);
  });

  it("for AAAA carries sixteen bytes", () => {
    const reply = ask(query({ type: recordTypes.AAAA }), {
      ttlSeconds: 1,
      records: [{ type: "AAAA", address: "fd00:ec2::254" }],
    });
    expect(reply?.bytes.subarray(-18).toString("hex")).toBe("0010fd000ec2000000000000000000000254");
  });

  it.each([
    ["nxdomain", 3, 1],
    ["nodata", 0, 1],
    ["refused", 5, 0],
  ] as const)("for %s has code %i and says how long to remember it", (resolution, code, authorities) => {
    expect(ask(query(), resolution)).toMatchObject({ code, counts: [1, 0, authorities, 0] });
  });

  it("is a server failure when the resolver throws, and the cause is told", () => {
    const causes: unknown[] = [];
    const resolve = (): never => {
      throw new Error("store stopped");
    };
    const reply = handleDns(query(), { resolve, failed: (cause) => causes.push(cause) });
    expect(reply![3]! & 0xf).toBe(2);
    expect(causes).toEqual([new Error("store stopped")]);
  });

  it("that does not fit is cut and marked, and fits when the client takes more", () => {
    const records = Array.from({ length: 40 }, (_, index) => ({
      type: "A" as const,
      address: `10.0.0.${index}`,
    }));
    const many = { ttlSeconds: 1, records };
    expect(ask(query(), many)).toMatchObject({ truncated: true, counts: [1, 0, 0, 0] });
    const edns = query({ counts: [1, 0, 0, 1], tail: opt(4096) });
    expect(ask(edns, many)).toMatchObject({ truncated: false, counts: [1, 40, 0, 1] });
    const tcp = handleDns(query(), { resolve: () => many, replyBytesMax: 65_535 });
    expect(Buffer.from(tcp!).readUInt16BE(6)).toBe(40);
  });
});

describe("a packet that is no plain query", () => {
  it("gets no answer when it is a response or has no whole header", () => {
    expect(ask(query({ flags: 0x8180 }))).toBeUndefined();
    for (let length = 0; length < 12; length++) expect(ask(query().subarray(0, length))).toBeUndefined();
  });

  it.each([
    ["another opcode", query({ flags: 0x2800 }), 4],
    ["no question", query({ counts: [0, 0, 0, 0] }), 1],
    ["two questions", query({ counts: [2, 0, 0, 0] }), 1],
    ["answers", query({ counts: [1, 1, 0, 0] }), 1],
    ["a compression pointer", query({ name: Buffer.from([0xc0, 12]) }), 1],
    ["a pointer after a label", query({ name: Buffer.from([1, 97, 0xc0, 12]) }), 1],
    ["a label type of later times", query({ name: Buffer.from([0x41, 0, 0]) }), 1],
    ["a name past 255 bytes", query({ name: Buffer.alloc(300, Buffer.from([1, 97])) }), 1],
    ["a name that runs out", query().subarray(0, 20), 1],
    ["a question that runs out", query().subarray(0, -1), 1],
    ["an EDNS record that runs out", query({ counts: [1, 0, 0, 1], tail: opt(1232).subarray(0, 9) }), 1],
    ["another class", query({ recordClass: 3 }), 5],
  ])("gets a refusal for %s", (_name, packet, code) => {
    expect(ask(packet, address)?.code).toBe(code);
  });

  it("gets BADVERS for a later EDNS", () => {
    const reply = ask(query({ counts: [1, 0, 0, 1], tail: opt(1232, 1) }), address);
    expect(reply).toMatchObject({ code: 0, counts: [0, 0, 0, 1] });
    expect(reply?.bytes[12 + 5]).toBe(1);
  });

  it("never makes two names look alike", () => {
    const names: string[] = [];
    const record = (name: string): Resolution => {
      names.push(name);
      return "nxdomain";
    };
    ask(
      query({ name: Buffer.from([13, ...Buffer.from("sts.amazonaws"), 3, ...Buffer.from("com"), 0]) }),
      record,
    );
    ask(query({ name: Buffer.from([3, 0x73, 0xf4, 0x73, 0]) }), record);
    expect(names).toEqual(["\0.com", "\0"]);
  });
});

describe("any bytes", () => {
  it("have an answer or none, and never an exception; a changed query likewise", () => {
    const change = fc.tuple(fc.nat(60), fc.integer({ min: 0, max: 255 }));
    const packets = fc.oneof(
      fc.uint8Array({ maxLength: 600 }),
      fc.array(change, { maxLength: 8 }).map((changes) => {
        const packet = query({ counts: [1, 0, 0, 1], tail: opt(1232) });
        for (const [at, byte] of changes) if (at < packet.length) packet[at] = byte;
        return new Uint8Array(packet);
      }),
    );
    fc.assert(
      fc.property(packets, (packet) => {
        const reply = handleDns(packet, { resolve: () => address });
        if (reply === undefined) return;
        expect(reply.length).toBeGreaterThanOrEqual(12);
        expect(reply.length).toBeLessThanOrEqual(1232);
        expect(Buffer.from(reply).readUInt16BE(0)).toBe(Buffer.from(packet).readUInt16BE(0));
        // Answering its own answer would never end.
        expect(handleDns(reply, { resolve: () => address })).toBeUndefined();
      }),
      { numRuns: 5000 },
    );
  });
});
