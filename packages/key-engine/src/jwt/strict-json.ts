/**
 * JSON as a security decision may read it: an object that names a member twice has no meaning here and is
 * refused, where JSON.parse would quietly keep the last. Depth and length are bounded; nothing is repaired.
 */

/** Levels of arrays and objects that are read. */
export const jsonDepthMax = 16;

/** A value of JSON. Objects have no prototype, so that `__proto__` is a member like any other. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/** An object of JSON. */
export type JsonObject = Readonly<Record<string, JsonValue>>;

/** The object that a text is, or undefined when it is no JSON, no object, too deep or ambiguous. */
export function parseStrictObject(text: string): JsonObject | undefined {
  try {
    const reader = new Reader(text);
    const value = reader.value(0);
    reader.end();
    return isJsonObject(value) ? value : undefined;
  } catch (thrown) {
    if (thrown instanceof NotJson) return undefined;
    throw thrown;
  }
}

/** Whether a value is an object and not a list. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

class NotJson extends Error {}

const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// Everything up to the closing quote; what stands inside is checked by JSON.parse.
const stringPattern = /"(?:[^"\\]|\\.)*"/sy;
const spacePattern = /[ \t\n\r]*/y;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  end(): void {
    this.#space();
    if (this.#at !== this.#text.length) throw new NotJson();
  }

  value(depth: number): JsonValue {
    if (depth > jsonDepthMax) throw new NotJson();
    this.#space();
    switch (this.#text.charAt(this.#at)) {
      case "{":
        return this.#object(depth);
      case "[":
        return this.#array(depth);
      case '"':
        return this.#string();
      case "t":
        return this.#word("true", true);
      case "f":
        return this.#word("false", false);
      case "n":
        return this.#word("null", null);
      default:
        return this.#number();
    }
  }

  #object(depth: number): JsonObject {
    const members = new Map<string, JsonValue>();
    this.#list("}", () => {
      this.#space();
      const name = this.#string();
      if (members.has(name)) throw new NotJson();
      if (!this.#took(":")) throw new NotJson();
      members.set(name, this.value(depth + 1));
    });
    return Object.assign(Object.create(null) as Record<string, JsonValue>, Object.fromEntries(members));
  }

  #array(depth: number): readonly JsonValue[] {
    const items: JsonValue[] = [];
    this.#list("]", () => {
      items.push(this.value(depth + 1));
    });
    return items;
  }

  /** What stands between brackets, parted by commas; the opening one is at hand. */
  #list(close: string, item: () => void): void {
    this.#at += 1;
    if (this.#took(close)) return;
    do item();
    while (this.#took(","));
    if (!this.#took(close)) throw new NotJson();
  }

  #string(): string {
    const literal = this.#match(stringPattern);
    try {
      return JSON.parse(literal) as string;
    } catch {
      throw new NotJson();
    }
  }

  #number(): number {
    const value = Number(this.#match(numberPattern));
    if (!Number.isFinite(value)) throw new NotJson();
    return value;
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw new NotJson();
    this.#at += word.length;
    return value;
  }

  #took(char: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== char) return false;
    this.#at += 1;
    return true;
  }

  #space(): void {
    this.#match(spacePattern);
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw new NotJson();
    this.#at += found.length;
    return found;
  }
}
