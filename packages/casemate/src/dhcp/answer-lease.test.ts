import fc from "fast-check";
import { expect, test } from "vitest";
import { answerLease, type Lease } from "./answer-lease.ts";
import { formatLeaseAnswer, messageType, parseLeaseRequest } from "./lease-message.ts";

const lease: Lease = {
  mac: "02:0a:00:00:00:0b",
  address: "10.0.1.11",
  prefixLength: 20,
  gateway: "10.0.0.1",
  hostName: "ip-10-0-1-11",
  domainName: "example.internal other.internal",
  nameServers: ["10.0.0.2", "192.0.2.53"],
  timeServers: ["169.254.169.123"],
  netbiosNameServers: ["10.0.0.9"],
  netbiosNodeType: 2,
};

interface Wish {
  readonly type: number;
  readonly mac?: string;
  readonly clientAddress?: string;
  readonly options?: readonly (readonly [code: number, ...value: number[]])[];
}

function packetOf({ type, mac = lease.mac, clientAddress = "0.0.0.0", options = [] }: Wish): Uint8Array {
  const header = new Uint8Array(236);
  header.set([1, 1, 6, 0, 0xde, 0xad, 0xbe, 0xef, 0, 7, 0x80, 0]);
  header.set(clientAddress.split(".").map(Number), 12);
  header.set(
    mac.split(":").map((byte) => Number.parseInt(byte, 16)),
    28,
  );
  const all = [[53, type] as const, ...options];
  const bytes = all.flatMap(([code, ...value]) => [code, value.length, ...value]);
  return Uint8Array.from([...header, 99, 130, 83, 99, 0, ...bytes, 255, 0, 0]);
}

/** The answer's header and options, read without the code that wrote them. */
function exchange(wish: Wish, known = lease) {
  const request = parseLeaseRequest(packetOf(wish));
  const answer = request && answerLease(request, known);
  if (request === undefined || answer === undefined) return undefined;
  const bytes = Buffer.from(formatLeaseAnswer(request, answer, known.gateway));
  const options: Record<number, string> = {};
  for (let at = 240; bytes[at] !== 255; at += 2 + (bytes[at + 1] ?? 0)) {
    options[bytes[at] ?? 0] = bytes.toString("hex", at + 2, at + 2 + (bytes[at + 1] ?? 0));
  }
  return {
    head: bytes.toString("hex", 0, 12),
    client: [...bytes.subarray(12, 16)].join("."),
    yours: [...bytes.subarray(16, 20)].join("."),
    mac: bytes.toString("hex", 28, 34),
    options,
    length: bytes.length,
  };
}

const hex = (text: string) => Buffer.from(text).toString("hex");

test("a discovery is offered the interface's address with the options of its VPC", () => {
  expect(exchange({ type: messageType.discover })).toEqual({
    head: "02010600deadbeef00008000",
    client: "0.0.0.0",
    yours: "10.0.1.11",
    mac: "020a0000000b",
    options: {
      53: "02",
      54: "0a000001",
      51: "00000e10",
      1: "fffff000",
      3: "0a000001",
      6: "0a000002c0000235",
      12: hex("ip-10-0-1-11"),
      15: hex("example.internal other.internal"),
      26: "2329",
      28: "0a000fff",
      42: "a9fea97b",
      44: "0a000009",
      46: "02",
    },
    length: 350,
  });
});

test("only what was asked for is told, and nothing that the VPC has not", () => {
  const asked = exchange({ type: messageType.discover, options: [[55, 3, 15, 119]] });
  expect(Object.keys(asked?.options ?? {}).map(Number)).toEqual([1, 3, 15, 51, 53, 54]);
  const bare = {
    ...lease,
    domainName: undefined,
    nameServers: [],
    timeServers: [],
    netbiosNodeType: undefined,
  };
  const told = Object.keys(exchange({ type: messageType.discover }, bare)?.options ?? {}).map(Number);
  expect(told).toEqual([1, 3, 12, 26, 28, 44, 51, 53, 54]);
});

test("a request for the offered address is acknowledged, new, kept or remembered", () => {
  const offered = [50, 10, 0, 1, 11] as const;
  const server = [54, 10, 0, 0, 1] as const;
  for (const wish of [
    { options: [offered, server] },
    { clientAddress: lease.address },
    { options: [offered] },
  ]) {
    const answer = exchange({ type: messageType.request, ...wish });
    expect(answer).toMatchObject({ yours: lease.address, options: { 53: "05", 51: "00000e10" } });
  }
});

test("a request for any other address is refused, and told no option", () => {
  for (const wish of [{ options: [[50, 10, 0, 1, 12] as const] }, { clientAddress: "10.0.1.12" }, {}]) {
    const answer = exchange({ type: messageType.request, ...wish });
    expect(answer).toMatchObject({ yours: "0.0.0.0", client: "0.0.0.0" });
    expect(answer?.options).toEqual({ 53: "06", 54: "0a000001" });
  }
});

test("who only informs himself is told the options and no address", () => {
  const answer = exchange({ type: messageType.inform, clientAddress: lease.address });
  expect(answer).toMatchObject({
    yours: "0.0.0.0",
    client: lease.address,
    options: { 53: "05", 3: "0a000001" },
  });
  expect(answer?.options).not.toHaveProperty("51");
});

test("another server's client, a farewell, a stranger and another server's answer are not answered", () => {
  expect(exchange({ type: messageType.request, options: [[54, 10, 0, 0, 9]] })).toBeUndefined();
  expect(exchange({ type: messageType.release, clientAddress: lease.address })).toBeUndefined();
  expect(exchange({ type: messageType.decline })).toBeUndefined();
  expect(exchange({ type: messageType.offer })).toBeUndefined();
  expect(exchange({ type: messageType.discover, mac: "02:0a:00:00:00:0c" })).toBeUndefined();
});

test("what is cut off, is no Ethernet or carries no type is not read", () => {
  const whole = packetOf({ type: messageType.discover });
  expect(parseLeaseRequest(whole.subarray(0, 239))).toBeUndefined();
  expect(parseLeaseRequest(whole.subarray(0, 242))).toBeUndefined();
  for (const [at, value] of [
    [0, 2],
    [1, 6],
    [2, 16],
    [236, 0],
    [241, 12],
  ] as const) {
    expect(parseLeaseRequest(Uint8Array.from(whole.with(at, value)))).toBeUndefined();
  }
});

test("no packet makes it throw", () => {
  const tail = packetOf({ type: messageType.discover });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (options) => {
      const request = parseLeaseRequest(Uint8Array.from([...tail.subarray(0, 240), ...options]));
      const answer = request && answerLease(request, lease);
      if (request !== undefined && answer !== undefined) formatLeaseAnswer(request, answer, lease.gateway);
    }),
  );
});
