/** A QR code as a picture: PNG with one bit for each pixel. */
import { crc32, deflateSync } from "node:zlib";
import { qrModules } from "./qr-modules.ts";

/** Pixels of a module's side. */
export const qrModulePixels = 5;
/** Light modules around the code, as readers want them. */
export const qrQuietModules = 4;

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** The picture of a text. @throws RangeError when the text is too long */
export function qrPng(text: string): Uint8Array {
  const modules = qrModules(text);
  const side = (modules.length + 2 * qrQuietModules) * qrModulePixels;
  const lineBytes = 1 + Math.ceil(side / 8);
  const pixels = Buffer.alloc(lineBytes * side);
  for (let y = 0; y < side; y += 1) {
    const row = modules[Math.floor(y / qrModulePixels) - qrQuietModules];
    for (let x = 0; x < side; x += 1) {
      const module = row?.[Math.floor(x / qrModulePixels) - qrQuietModules];
      // A set bit is white in grayscale; the first byte of a line names its filter, which is none.
      const place = y * lineBytes + 1 + (x >> 3);
      if (module !== true) pixels[place] = (pixels[place] ?? 0) | (0x80 >> (x & 7));
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([1, 0, 0, 0, 0], 8);
  const data = deflateSync(pixels, { level: 9 });
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", data), chunk("IEND", Buffer.of())]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(8 + body.length);
  frame.writeUInt32BE(data.length, 0);
  frame.set(body, 4);
  frame.writeUInt32BE(crc32(body) >>> 0, 4 + body.length);
  return frame;
}
