/**
 * Text that somebody else wrote, made fit for a terminal.
 * Safety: callers and guests choose what stands in the trail and on consoles; control characters that could
 * drive the reader's terminal are shown as dots.
 */

/** The text with its line ends and tabs, and a dot for every other control character. */
export function printable(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(/[^\P{Cc}\n\t]/gu, ".");
}
