/** Tags of analyzers: their limits. Keys are told apart by case. */
import { tagsPerResourceMax, type Tags } from "../../../kit/index.ts";
import { invalidField } from "../faults.ts";

/** Characters of a tag key, and of a tag value. */
const keyLengthMax = 128;
const valueLengthMax = 256;

const text = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** The tags of a request, over those that are there. @throws invalidField */
export function readTags(wire: Readonly<Record<string, string>> | undefined, before: Tags = {}): Tags {
  for (const [key, value] of Object.entries(wire ?? {})) {
    if (key === "" || key.length > keyLengthMax || !text.test(key)) {
      throw invalidField("tags", `The tag key ${key} is not valid`);
    }
    if (/^aws:/i.test(key)) throw invalidField("tags", "Tag keys cannot be prefixed with aws:");
    if (value.length > valueLengthMax || !text.test(value)) {
      throw invalidField("tags", `The value of the tag ${key} is not valid`);
    }
  }
  // A tag may be called like a member of every object.
  const tags = new Map([...Object.entries(before), ...Object.entries(wire ?? {})]);
  if (tags.size > tagsPerResourceMax) {
    throw invalidField("tags", `A resource has at most ${tagsPerResourceMax} tags`);
  }
  return Object.fromEntries(tags);
}
