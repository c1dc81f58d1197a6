// How much of a quota a policy takes.

/** The characters of a document that count: all but white space. */
export function policySize(text: string): number {
  let size = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code !== 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) size++;
  }
  return size;
}

/** What a session is started with and what counts against the packed size. */
export interface PackedParts {
  readonly policies: readonly string[];
  readonly policyArns: readonly string[];
  readonly tags: readonly { readonly key: string; readonly value: string }[];
}

/** Units that make a packed size of 100 percent. */
export const PACKED_UNITS_MAX = 4_096;

/**
 * The percentage that STS answers as PackedPolicySize; a session past 100 is refused.
 * Differs: AWS packs into an undocumented binary form; here the plain characters are counted.
 */
export function packedSize(parts: PackedParts): number {
  let units = 0;
  for (const policy of parts.policies) units += policySize(policy);
  for (const arn of parts.policyArns) units += arn.length;
  for (const { key, value } of parts.tags) units += key.length + value.length;
  return Math.ceil((units * 100) / PACKED_UNITS_MAX);
}
