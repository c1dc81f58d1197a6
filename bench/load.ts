// The load generator, in a process of its own: sends one prepared request again and again over raw keep-alive
// connections and times each answer. It parses of HTTP what it needs and no more, so that it costs less than
// the server it drives.
import { connect } from "node:net";
import type { Socket } from "node:net";

/** One slice of load. */
export interface LoadOrder {
  readonly port: number;
  readonly request: Uint8Array;
  readonly connections: number;
  readonly lengthMs: number;
}

/** What came of a slice. */
export interface LoadOutcome {
  readonly latenciesMs: readonly number[];
  readonly elapsedMs: number;
  readonly bytes: number;
  /** The first answer that was not 200, as text. */
  readonly refusal: string | undefined;
}

interface Slice {
  readonly order: LoadOrder;
  readonly endsAt: number;
  readonly latenciesMs: number[];
  bytes: number;
  refusal: string | undefined;
}

const headEnd = Buffer.from("\r\n\r\n");

async function load(order: LoadOrder): Promise<LoadOutcome> {
  const startedAt = performance.now();
  const slice: Slice = {
    order,
    endsAt: startedAt + order.lengthMs,
    latenciesMs: [],
    bytes: 0,
    refusal: undefined,
  };
  await Promise.all(Array.from({ length: order.connections }, () => client(slice)));
  const { latenciesMs, bytes, refusal } = slice;
  return { latenciesMs, bytes, refusal, elapsedMs: performance.now() - startedAt };
}

/** One client: the next request leaves when the answer is whole. */
async function client(slice: Slice): Promise<void> {
  for (;;) {
    const socket = connect({ port: slice.order.port, host: "127.0.0.1", noDelay: true });
    const again = await new Promise<boolean>((resolve, reject) => {
      socket.once("error", reject);
      socket.once("close", () => resolve(true));
      socket.once("connect", () => exchange(socket, slice, resolve));
    });
    socket.destroy();
    if (!again || performance.now() >= slice.endsAt || slice.refusal !== undefined) return;
  }
}

/** Ends with whether another connection is needed: some servers close after each answer. */
function exchange(socket: Socket, slice: Slice, done: (again: boolean) => void): void {
  let sentAt = 0;
  let closes = false;
  let head: Buffer = Buffer.alloc(0);
  let missing = -1;
  const send = (): void => {
    head = Buffer.alloc(0);
    missing = -1;
    sentAt = performance.now();
    socket.write(slice.order.request);
  };
  socket.on("data", (chunk) => {
    slice.bytes += chunk.length;
    if (missing >= 0) missing -= chunk.length;
    else {
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
      const end = head.indexOf(headEnd);
      if (end < 0) return;
      const text = head.toString("latin1", 0, end);
      const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
      if (!/^HTTP\/1\.[01] 200 /.test(text) || length === undefined)
        slice.refusal ??= head.toString("utf8").slice(0, 1000);
      closes = /\r\nconnection: *close/i.test(text);
      missing = Number(length ?? 0) - (head.length - end - headEnd.length);
    }
    if (missing > 0) return;
    const now = performance.now();
    slice.latenciesMs.push(now - sentAt);
    if (now >= slice.endsAt || slice.refusal !== undefined) done(false);
    else if (closes) done(true);
    else send();
  });
  send();
}

process.on("message", (order: LoadOrder) => {
  load(order).then(
    (outcome) => process.send?.(outcome),
    (cause: unknown) => {
      console.error(cause);
      process.exit(1);
    },
  );
});
