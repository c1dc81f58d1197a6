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
  "vpc-cidr-assoc",
  "subnet-cidr-assoc",
  "scr",
  "pl",
  "eigw",
  "eipalloc",
  "nat",
  "ela-attach",
  "pcx",
  "vpce",
  "vpce-svc",
  "vpce-svc-perm",
  "vpce-con",
  "lt",
  "eni-perm",
  "vpcbpa-exclude",
  "nip",
  "nia",
  "nis",
  "nisa",
  "fl",
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
  const bytes = random(16);
  const groups = ["", "", "", "", ""];
  let group = 0;
  for (let index = 0; index < 16; index += 1) {
    const byte = bytes[index] ?? 0;
    const marked = index === 6 ? (byte & 0x0f) | 0x40 : index === 8 ? (byte & 0x3f) | 0x80 : byte;
    if (index === 4 || index === 6 || index === 8 || index === 10) group += 1;
    groups[group] += digitPairs[marked] ?? "";
  }
  // Joined into one flat text: appended to one another, the pieces would be kept for as long as the id is.
  return groups.join("-");
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
