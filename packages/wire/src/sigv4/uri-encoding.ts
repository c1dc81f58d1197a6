// Percent-encoding as SigV4 wants it: of bytes, with upper-case digits, everything but the unreserved
// characters.

const unreservedText = /^[A-Za-z0-9\-._~]*$/;
const encodedBytes = Array.from({ length: 256 }, (_unused, byte) => {
  const character = String.fromCharCode(byte);
  return unreservedText.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
});

/** Encodes text, as UTF-8. */
export function encodeUri(text: string): string {
  return unreservedText.test(text) ? text : encodeBytes(Buffer.from(text, "utf8"));
}

/**
 * Decodes and encodes again, so that every spelling of a value becomes one. Bytes that are not UTF-8 stay
 * what they
 * are. Undefined when a percent sign is not followed by two hexadecimal digits.
 */
export function normalizeUri(text: string): string | undefined {
  if (unreservedText.test(text)) return text;
  const bytes = decodeUri(text);
  return bytes === undefined ? undefined : encodeBytes(bytes);
}

/** The decoded bytes; a plus sign is only itself. */
export function decodeUri(text: string): Uint8Array | undefined {
  const source = Buffer.from(text, "utf8");
  const result = new Uint8Array(source.length);
  let length = 0;
  for (let index = 0; index < source.length; index += 1) {
    let byte = source[index] ?? 0;
    if (byte === 0x25) {
      const high = hexDigit(source[index + 1]);
      const low = hexDigit(source[index + 2]);
      if (high < 0 || low < 0) return undefined;
      byte = high * 16 + low;
      index += 2;
    }
    result[length] = byte;
    length += 1;
  }
  return result.subarray(0, length);
}

function encodeBytes(bytes: Uint8Array): string {
  let result = "";
  for (const byte of bytes) result += encodedBytes[byte] ?? "";
  return result;
}

function hexDigit(code: number | undefined): number {
  if (code === undefined) return -1;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
