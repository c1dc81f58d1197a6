// Base64 text read to bytes, for BinaryEquals. Refuses characters outside the alphabet and cut groups.

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The bytes as one character each, or undefined when the text is no base64. */
export function decodeBase64(text: string): string | undefined {
  const body = text.replace(/={0,2}$/, "");
  if (text.length % 4 !== 0 || body.length % 4 === 1) return undefined;
  let bytes = "";
  let bits = 0;
  let held = 0;
  for (const character of body) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) return undefined;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += String.fromCharCode((held >> bits) & 0xff);
    }
  }
  return bytes;
}
