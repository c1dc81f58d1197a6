import fc from "fast-check";
import { expect, test } from "vitest";
import { formatTimeAnswer, parseTimeRequest } from "./time-message.ts";

function requestOf(first: number, transmitted = 0n): Uint8Array {
  const packet = new Uint8Array(48);
  packet[0] = first;
  packet[2] = 6;
  new DataView(packet.buffer).setBigUint64(40, transmitted);
  return packet;
}

test("a request of version 3 or 4 is answered in its version, with the times and what it sent", () => {
  for (const version of [3, 4] as const) {
    const request = parseTimeRequest(requestOf((version << 3) | 3, 0x0123_4567_89ab_cdefn));
    expect(request).toBeDefined();
    const ms = Date.UTC(2030, 0, 1) + 250;
    const answer = formatTimeAnswer(request!, { receivedMs: ms, sentMs: ms + 500 });
    const view = new DataView(answer.buffer);
    expect(answer).toHaveLength(48);
    // No leap warning; a server; its stratum; the client's poll.
    expect([...answer.subarray(0, 3)]).toEqual([(version << 3) | 4, 3, 6]);
    expect(view.getBigUint64(24)).toBe(0x0123_4567_89ab_cdefn);
    // 2030-01-01 is 4102444800 s after 1900-01-01.
    expect(view.getUint32(32)).toBe(4_102_444_800);
    expect(view.getUint32(36)).toBe(2 ** 30);
    expect(view.getUint32(44)).toBe(3 * 2 ** 30);
    expect(view.getUint32(16)).toBeLessThanOrEqual(4_102_444_800);
  }
});

test("in 2036 the seconds begin anew", () => {
  const request = parseTimeRequest(requestOf(0x23));
  const ms = Date.UTC(2036, 1, 7, 6, 28, 16);
  const view = new DataView(formatTimeAnswer(request!, { receivedMs: ms, sentMs: ms }).buffer);
  expect(view.getUint32(40)).toBe(0);
});

test("answers, control messages, other versions and what is cut off are not answered", () => {
  for (const first of [0x24, 0x26, 0x27, 0x25, 0x0b, 0x13, 0x2b, 0]) {
    expect(parseTimeRequest(requestOf(first))).toBeUndefined();
  }
  expect(parseTimeRequest(requestOf(0x23).subarray(0, 47))).toBeUndefined();
});

test("no packet makes it throw, and no answer is longer than its request", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (packet) => {
      const request = parseTimeRequest(packet);
      if (request === undefined) return true;
      return formatTimeAnswer(request, { receivedMs: 0, sentMs: 0 }).length <= packet.length;
    }),
  );
});
