/** Resource ids: one append-only registry of prefixes, and how a new id is drawn. */

/**
 * Every id prefix Casemate gives out. Append only: a prefix that was given once never means something else.
 * Ids are the prefix, a dash and 17 hexadecimal digits, as EC2's long ids.
 */
export const idPrefixes = [
  "i",
  "r",
  "vol",
  "eni",
  "eni-attach",
  "vpc",
  "subnet",
  "rtb",
  "rtbassoc",
  "igw",
  "acl",
  "aclassoc",
  "sg",
  "sgr",
  "key",
  "ami",
  "iip-assoc",
  "dopt",
  "eipassoc",
] as const;

/** A registered id prefix. */
export type IdPrefix = (typeof idPrefixes)[number];

/** An id with its prefix, such as `vpc-0123456789abcdef0`. */
export type ResourceId<Prefix extends IdPrefix = IdPrefix> = `${Prefix}-${string}`;

/** Draws a new id: 64 random bits and a leading zero digit, as EC2's own ids have. */
export function drawId<Prefix extends IdPrefix>(
  prefix: Prefix,
  random: (bytes: number) => Uint8Array,
): ResourceId<Prefix> {
  return `${prefix}-0${hex(random(8))}`;
}

/** Draws a version 4 UUID, the form of request and event ids. */
export function drawUuid(random: (bytes: number) => Uint8Array): string {
  const bytes = Uint8Array.from(random(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const digits = hex(bytes);
  return [8, 12, 16, 20, 32]
    .map((end, index, ends) => digits.slice(index === 0 ? 0 : ends[index - 1], end))
    .join("-");
}

/** Whether the text is a well-formed id of this kind (8 or 17 digits, as EC2 accepts). */
export function isId(prefix: IdPrefix, text: string): boolean {
  if (!text.startsWith(`${prefix}-`)) return false;
  return /^(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(text.slice(prefix.length + 1));
}

const digitPairs = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, "0"));

function hex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += digitPairs[byte];
  return text;
}
