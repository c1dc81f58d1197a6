// Reads JSON with the place of every value. Unlike JSON.parse it refuses duplicate keys, deep nesting and
// characters that a policy may not hold; it never throws anything but a PolicyFault.

import { POLICY_CHARACTERS_MAX, POLICY_NESTING_MAX } from "./limits.ts";
import { syntaxFault } from "./policy-fault.ts";

/** Offsets of a value in the text, the end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface JsonString extends Span {
  readonly type: "string";
  readonly value: string;
}

/** A number, true, false or null; `text` is what stands in the document. */
export interface JsonScalar extends Span {
  readonly type: "number" | "boolean" | "null";
  readonly text: string;
}

export interface JsonArray extends Span {
  readonly type: "array";
  readonly items: readonly JsonNode[];
}

export interface JsonObject extends Span {
  readonly type: "object";
  readonly entries: readonly JsonEntry[];
}

export interface JsonEntry {
  readonly key: JsonString;
  readonly value: JsonNode;
}

export type JsonNode = JsonString | JsonScalar | JsonArray | JsonObject;

/**
 * Parses a whole document.
 * @throws PolicyFault with the text "Syntax errors in policy."
 */
export function parseJson(text: string): JsonNode {
  if (text.length > POLICY_CHARACTERS_MAX) throw syntaxFault(text, POLICY_CHARACTERS_MAX);
  const reader = new JsonReader(text);
  const node = reader.value(0);
  reader.finish();
  return node;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): JsonNode {
    if (depth > POLICY_NESTING_MAX) throw this.#fault();
    this.#space();
    const start = this.#at;
    switch (this.#text.charAt(start)) {
      case "{":
        return this.#object(depth);
      case "[":
        return this.#array(depth);
      case '"':
        return this.#string();
      case "t":
        return this.#word("true", "boolean");
      case "f":
        return this.#word("false", "boolean");
      case "n":
        return this.#word("null", "null");
      default:
        return this.#number();
    }
  }

  finish(): void {
    this.#space();
    if (this.#at < this.#text.length) throw this.#fault();
  }

  #object(depth: number): JsonObject {
    const start = this.#at++;
    const entries: JsonEntry[] = [];
    const seen = new Set<string>();
    this.#space();
    if (this.#take("}")) return { type: "object", entries, start, end: this.#at };
    for (;;) {
      this.#space();
      if (this.#text[this.#at] !== '"') throw this.#fault();
      const key = this.#string();
      if (seen.has(key.value)) throw syntaxFault(this.#text, key.start);
      seen.add(key.value);
      this.#space();
      this.#expect(":");
      entries.push({ key, value: this.value(depth + 1) });
      this.#space();
      if (this.#take("}")) return { type: "object", entries, start, end: this.#at };
      this.#expect(",");
    }
  }

  #array(depth: number): JsonArray {
    const start = this.#at++;
    const items: JsonNode[] = [];
    this.#space();
    if (this.#take("]")) return { type: "array", items, start, end: this.#at };
    for (;;) {
      items.push(this.value(depth + 1));
      this.#space();
      if (this.#take("]")) return { type: "array", items, start, end: this.#at };
      this.#expect(",");
    }
  }

  #string(): JsonString {
    const start = this.#at++;
    let value = "";
    let from = this.#at;
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (Number.isNaN(code) || code < 0x20 || code > 0xff) throw this.#fault();
      if (code === 0x22) {
        value += this.#text.slice(from, this.#at++);
        return { type: "string", value, start, end: this.#at };
      }
      if (code === 0x5c) {
        value += this.#text.slice(from, this.#at) + this.#escape();
        from = this.#at;
      } else {
        this.#at++;
      }
    }
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? "";
    if (letter === "u") {
      const digits = this.#text.slice(this.#at + 2, this.#at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.#fault();
      this.#at += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const character = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
    if (character === undefined) throw this.#fault();
    this.#at += 2;
    return character;
  }

  #number(): JsonScalar {
    const start = this.#at;
    const pattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
    pattern.lastIndex = start;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw this.#fault();
    this.#at += found.length;
    return { type: "number", text: found, start, end: this.#at };
  }

  #word(word: string, type: "boolean" | "null"): JsonScalar {
    const start = this.#at;
    if (!this.#text.startsWith(word, start)) throw this.#fault();
    this.#at += word.length;
    return { type, text: word, start, end: this.#at };
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #expect(character: string): void {
    if (!this.#take(character)) throw this.#fault();
  }

  #fault() {
    return syntaxFault(this.#text, this.#at);
  }
}
