// Splits TypeScript source into tokens and comments. It knows enough of the language to tell code from
// strings, templates, regular expressions and comments, and refuses nothing: what it cannot place becomes a
// sign.

/** A piece of code; `text` of a string or template is its content without the quotes. */
export interface Token {
  kind: "name" | "number" | "string" | "template" | "regex" | "sign";
  text: string;
  line: number;
}

/** A comment without its marks; `own` says that no code stands before it on its line. */
export interface Comment {
  text: string;
  line: number;
  endLine: number;
  own: boolean;
}

/** Source in pieces, in the order in which they stand. */
export interface Tokens {
  tokens: Token[];
  comments: Comment[];
}

const nameStart = /[\p{ID_Start}$_#@]/u;
const namePart = /[\p{ID_Continue}$\u200c\u200d]/u;
const wordsBeforeRegex = new Set([
  "await",
  "case",
  "delete",
  "do",
  "else",
  "in",
  "instanceof",
  "new",
  "of",
  "return",
  "throw",
  "typeof",
  "void",
  "yield",
]);

/** Splits a module into tokens and comments. */
export function tokenize(source: string): Tokens {
  const scanner = new Scanner(source);
  scanner.run();
  return { tokens: scanner.tokens, comments: scanner.comments };
}

class Scanner {
  readonly tokens: Token[] = [];
  readonly comments: Comment[] = [];
  readonly #source: string;
  /** True for a brace that a template's `${` opened. */
  readonly #braces: boolean[] = [];
  #at = 0;
  #line = 1;

  constructor(source: string) {
    this.#source = source;
  }

  run(): void {
    if (this.#source.startsWith("#!")) this.#skipTo(this.#endOfLine());
    while (this.#at < this.#source.length) this.#next();
  }

  #next(): void {
    const char = this.#source[this.#at] ?? "";
    const two = this.#source.slice(this.#at, this.#at + 2);
    if (char === "\n" || /\s/.test(char)) this.#skipTo(this.#at + 1);
    else if (two === "//") this.#comment(this.#endOfLine(), 0);
    else if (two === "/*") this.#comment(this.#after("*/"), 2);
    else if (char === '"' || char === "'") this.#string(char);
    else if (char === "`") this.#template(this.#at + 1);
    else if (char === "}" && this.#braces.pop() === true) this.#template(this.#at + 1);
    else if (char === "/" && this.#regexMayStand()) this.#regex();
    else if (/[0-9]/.test(char)) this.#push("number", this.#match(/[0-9][\w.]*/y));
    else if (nameStart.test(char)) this.#push("name", this.#name());
    else this.#sign(char, two);
  }

  #sign(char: string, two: string): void {
    if (char === "{") this.#braces.push(false);
    const long = this.#source.startsWith("...", this.#at) ? "..." : two === "=>" || two === "?." ? two : char;
    this.#push("sign", long);
  }

  #push(kind: Token["kind"], text: string): void {
    this.tokens.push({ kind, text, line: this.#line });
    this.#skipTo(this.#at + text.length);
  }

  #comment(end: number, closing: number): void {
    const line = this.#line;
    const text = this.#source.slice(this.#at + 2, end - closing);
    const own = this.tokens.at(-1)?.line !== line;
    this.#skipTo(end);
    this.comments.push({ text: text.trim(), line, endLine: this.#line, own });
  }

  #string(quote: string): void {
    let end = this.#at + 1;
    while (end < this.#source.length && this.#source[end] !== quote && this.#source[end] !== "\n") {
      end += this.#source[end] === "\\" ? 2 : 1;
    }
    this.#literal("string", end, 1);
  }

  #template(from: number): void {
    let end = from;
    while (end < this.#source.length && this.#source[end] !== "`") {
      if (this.#source.startsWith("${", end)) {
        this.#literal("template", end, 2);
        this.#braces.push(true);
        return;
      }
      end += this.#source[end] === "\\" ? 2 : 1;
    }
    this.#literal("template", end, 1);
  }

  #regex(): void {
    let end = this.#at + 1;
    let inClass = false;
    for (; end < this.#source.length && this.#source[end] !== "\n"; end += 1) {
      const char = this.#source[end];
      if (char === "\\") end += 1;
      else if (char === "[") inClass = true;
      else if (char === "]") inClass = false;
      else if (char === "/" && !inClass) break;
    }
    const flags = /[a-z]*/y;
    flags.lastIndex = end + 1;
    this.#literal("regex", end, 1 + (flags.exec(this.#source)?.[0].length ?? 0));
  }

  #literal(kind: Token["kind"], end: number, closing: number): void {
    this.tokens.push({ kind, text: this.#source.slice(this.#at + 1, end), line: this.#line });
    this.#skipTo(end + closing);
  }

  #regexMayStand(): boolean {
    const before = this.tokens.at(-1);
    if (before === undefined) return true;
    if (before.kind === "sign") return !")]}".includes(before.text);
    return before.kind === "name" && wordsBeforeRegex.has(before.text);
  }

  #name(): string {
    let end = this.#at + 1;
    while (end < this.#source.length && namePart.test(this.#source[end] ?? "")) end += 1;
    return this.#source.slice(this.#at, end);
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#source)?.[0] ?? "";
  }

  #endOfLine(): number {
    const end = this.#source.indexOf("\n", this.#at);
    return end < 0 ? this.#source.length : end;
  }

  #after(mark: string): number {
    const found = this.#source.indexOf(mark, this.#at + 2);
    return found < 0 ? this.#source.length : found + mark.length;
  }

  #skipTo(end: number): void {
    for (let index = this.#at; index < end; index += 1) if (this.#source[index] === "\n") this.#line += 1;
    this.#at = end;
  }
}
