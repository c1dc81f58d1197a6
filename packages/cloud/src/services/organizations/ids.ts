/** Ids of this service: letters and digits after a prefix, unlike the hexadecimal ones of resources. */

const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
/** Bytes from here on would make the first letters of the alphabet likelier. */
const evenBytes = 256 - (256 % alphabet.length);

/** Draws letters and digits, each as likely as any other. */
export function drawAlphanumeric(random: (bytes: number) => Uint8Array, length: number): string {
  let text = "";
  while (text.length < length) {
    for (const byte of random(length)) {
      if (byte < evenBytes && text.length < length) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}

/** Draws an id that is not taken yet. */
export function drawFreeId(draw: () => string, taken: (id: string) => boolean): string {
  for (;;) {
    const id = draw();
    if (!taken(id)) return id;
  }
}
