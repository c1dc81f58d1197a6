/**
 * Tells people that something still goes on when it takes over a second; to a terminal it shows how long,
 * elsewhere it says it once.
 */
import type { Sink } from "./command.ts";

/** How long a command may stay silent. */
const silentMs = 1000;

/** Waits for the work; what it answers or throws goes through. */
export async function showProgress<Value>(
  sink: Sink,
  { doing, everyMs = silentMs }: { readonly doing: string; readonly everyMs?: number | undefined },
  work: Promise<Value>,
): Promise<Value> {
  const begun = Date.now();
  let shown = false;
  const timer = setInterval(() => {
    const seconds = Math.floor((Date.now() - begun) / 1000);
    if (sink.isTTY === true) sink.write(`\r${doing} ... ${seconds} s`);
    else if (!shown) sink.write(`${doing} ...\n`);
    shown = true;
  }, everyMs);
  timer.unref();
  try {
    return await work;
  } finally {
    clearInterval(timer);
    // Takes the line away again.
    if (shown && sink.isTTY === true) sink.write("\r\u001b[K");
  }
}
