// The part of YAML that cloud-config files are written in: block and flow mappings and sequences, plain,
// quoted and block scalars, comments. Anchors, tags, directives and several documents are refused, never
// misread.

/** @typedef {{ indent: number, text: string, number: number }} Line */

export class YamlError extends Error {}

/**
 * @param {string} text
 * @returns {unknown}
 * @throws {YamlError} naming the line
 */
export function parseYaml(text) {
  const reader = new Reader(text);
  const value = reader.block(-1);
  const rest = reader.peek();
  if (rest !== undefined) throw failure(rest.number, "is indented like nothing above it");
  return value;
}

/** @param {number} number @param {string} what */
function failure(number, what) {
  return new YamlError(`line ${number} ${what}`);
}

class Reader {
  /** @param {string} text */
  constructor(text) {
    this.raw = text
      .replace(/^\uFEFF/, "")
      .replace(/\r?\n$/, "")
      .split(/\r?\n/);
    this.at = 0;
    this.depth = 0;
  }

  /** The next line that carries something, without consuming it. @returns {Line | undefined} */
  peek() {
    for (; this.at < this.raw.length; this.at++) {
      const raw = this.raw[this.at] ?? "";
      const text = raw.trimStart();
      if (text === "" || text.startsWith("#")) continue;
      const lead = raw.slice(0, raw.length - text.length);
      if (lead.includes("\t")) throw failure(this.at + 1, "is indented with a tab");
      if (/^(---|\.\.\.)(\s|$)/.test(raw)) {
        if (raw.trim() === "---" && this.seen !== true) continue;
        throw failure(this.at + 1, "starts another document");
      }
      if (raw.startsWith("%")) throw failure(this.at + 1, "is a directive");
      this.seen = true;
      return { indent: lead.length, text, number: this.at + 1 };
    }
    return undefined;
  }

  /**
   * The node that starts on the next line, indented deeper than `parent`.
   * @param {number} parent
   * @returns {unknown}
   */
  block(parent) {
    const line = this.peek();
    if (line === undefined || line.indent <= parent) return null;
    if (++this.depth > 50) throw failure(line.number, "is nested too deeply");
    try {
      if (isItem(line.text)) return this.sequence(line.indent);
      if (keyOf(line) !== undefined) return this.mapping(line.indent);
      this.at++;
      return this.value(line.text, parent, line.number);
    } finally {
      this.depth--;
    }
  }

  /** @param {number} indent */
  sequence(indent) {
    const items = [];
    for (let line = this.peek(); line !== undefined && line.indent >= indent; line = this.peek()) {
      if (line.indent > indent) throw failure(line.number, "is indented too far");
      if (!isItem(line.text)) break;
      const rest = line.text.slice(1);
      const content = rest.trimStart();
      if (content === "" || content.startsWith("#")) {
        this.at++;
        items.push(this.block(indent));
        continue;
      }
      const inner = indent + 1 + rest.length - content.length;
      if (isItem(content) || keyOf({ ...line, text: content }) !== undefined) {
        // The item's own first line is read again as the first line of a node indented there.
        this.raw[this.at] = " ".repeat(inner) + content;
        items.push(this.block(indent));
      } else {
        this.at++;
        items.push(this.value(content, indent, line.number));
      }
    }
    return items;
  }

  /** @param {number} indent */
  mapping(indent) {
    /** @type {Record<string, unknown>} */
    const entries = Object.create(null);
    for (let line = this.peek(); line !== undefined && line.indent >= indent; line = this.peek()) {
      if (line.indent > indent) throw failure(line.number, "is indented too far");
      const key = keyOf(line);
      if (key === undefined) {
        if (isItem(line.text)) break;
        throw failure(line.number, "is not `key: value`");
      }
      if (Object.hasOwn(entries, key.name)) throw failure(line.number, `repeats the key ${key.name}`);
      this.at++;
      const rest = key.rest;
      if (rest === "" || rest.startsWith("#")) {
        const next = this.peek();
        // A sequence may stand at the indentation of its key.
        const aligned = next !== undefined && next.indent === indent && isItem(next.text);
        entries[key.name] = aligned ? this.sequence(indent) : this.block(indent);
      } else {
        entries[key.name] = this.value(rest, indent, line.number);
      }
    }
    return entries;
  }

  /**
   * A value that starts in the middle of a line.
   * @param {string} text
   * @param {number} indent
   * @param {number} number
   */
  value(text, indent, number) {
    if (/^[|>]/.test(text)) return this.scalarBlock(text, indent, number);
    if (/^[&*!]/.test(text)) throw failure(number, "uses an anchor, an alias or a tag");
    if (/^[@`%,\]}]|^-(\s|$)/.test(text)) throw failure(number, "starts with a character that needs quotes");
    if (/^[[{"']/.test(text)) return this.flow(text, indent, number);
    let plain = stripComment(text);
    if (/:(\s|$)/.test(plain)) throw failure(number, "holds a second `key:`");
    // A plain scalar goes on over deeper lines.
    for (
      let next = this.at, line = this.peek();
      line !== undefined && line.indent > indent;
      line = this.peek()
    ) {
      if (line.number !== ++next) throw failure(line.number, "goes on after an empty line without quotes");
      plain += ` ${stripComment(line.text)}`;
      this.at++;
    }
    return scalar(plain);
  }

  /** @param {string} header @param {number} parent @param {number} number */
  scalarBlock(header, parent, number) {
    const match = /^([|>])([+-]?)([1-9]?)([+-]?)\s*(#.*)?$/.exec(header);
    if (match === null) throw failure(number, "has a block header that is not understood");
    const folded = match[1] === ">";
    const chomp = match[2] || match[4];
    let indent = match[3] === "" ? undefined : Math.max(parent, 0) + Number(match[3]);
    const lines = [];
    for (; this.at < this.raw.length; this.at++) {
      const raw = this.raw[this.at] ?? "";
      const lead = raw.length - raw.trimStart().length;
      if (raw.trim() === "" && (indent === undefined || lead <= indent)) {
        lines.push("");
        continue;
      }
      indent ??= lead > parent ? lead : undefined;
      if (indent === undefined || lead < indent) break;
      lines.push(raw.slice(indent));
    }
    let end = lines.length;
    while (end > 0 && lines[end - 1] === "") end--;
    const body = lines.slice(0, end);
    const text = folded ? fold(body) : body.join("\n");
    if (end === 0) return chomp === "+" ? "\n".repeat(lines.length) : "";
    if (chomp === "-") return text;
    return `${text}\n${chomp === "+" ? "\n".repeat(lines.length - end) : ""}`;
  }

  /** A flow collection or a quoted scalar, which may go on over the following lines. */
  flow(/** @type {string} */ first, /** @type {number} */ indent, /** @type {number} */ number) {
    let text = first;
    for (;;) {
      const cursor = { text, at: 0, number };
      const value = flowNode(cursor, 0);
      if (value !== incomplete) {
        const rest = cursor.text.slice(cursor.at).trim();
        if (rest !== "" && !rest.startsWith("#")) throw failure(number, "goes on after its value");
        return value;
      }
      const line = this.peek();
      if (line === undefined || line.indent <= indent - 1) throw failure(number, "is not closed");
      text += ` ${line.text}`;
      this.at++;
    }
  }
}

const incomplete = Symbol("incomplete");

/** @param {{ text: string, at: number, number: number }} cursor @param {number} depth @returns {unknown} */
function flowNode(cursor, depth) {
  if (depth > 50) throw failure(cursor.number, "is nested too deeply");
  skipSpace(cursor);
  const first = cursor.text[cursor.at];
  if (first === undefined) return incomplete;
  if (first === "[") return flowSequence(cursor, depth);
  if (first === "{") return flowMapping(cursor, depth);
  if (first === '"' || first === "'") return quoted(cursor);
  if (/[&*!]/.test(first)) throw failure(cursor.number, "uses an anchor, an alias or a tag");
  const match = /^(?:[^,[\]{}:#]|:(?=\S)|(?<=\S)#)+/.exec(cursor.text.slice(cursor.at));
  if (match === null) return incomplete;
  cursor.at += match[0].length;
  return scalar(match[0].trim());
}

function flowSequence(
  /** @type {{ text: string, at: number, number: number }} */ cursor,
  /** @type {number} */ depth,
) {
  cursor.at++;
  const items = [];
  for (;;) {
    skipSpace(cursor);
    if (cursor.text[cursor.at] === "]") return (cursor.at++, items);
    const item = flowNode(cursor, depth + 1);
    if (item === incomplete) return incomplete;
    items.push(item);
    skipSpace(cursor);
    const next = cursor.text[cursor.at];
    if (next === ",") cursor.at++;
    else if (next === undefined) return incomplete;
    else if (next !== "]") throw failure(cursor.number, "has a list that is not closed");
  }
}

function flowMapping(
  /** @type {{ text: string, at: number, number: number }} */ cursor,
  /** @type {number} */ depth,
) {
  cursor.at++;
  /** @type {Record<string, unknown>} */
  const entries = Object.create(null);
  for (;;) {
    skipSpace(cursor);
    if (cursor.text[cursor.at] === "}") return (cursor.at++, entries);
    const key = flowNode(cursor, depth + 1);
    if (key === incomplete) return incomplete;
    skipSpace(cursor);
    if (cursor.text[cursor.at] === undefined) return incomplete;
    if (cursor.text[cursor.at] !== ":") throw failure(cursor.number, "has a mapping without `:`");
    cursor.at++;
    const value = flowNode(cursor, depth + 1);
    if (value === incomplete) return incomplete;
    entries[String(key)] = value;
    skipSpace(cursor);
    const next = cursor.text[cursor.at];
    if (next === ",") cursor.at++;
    else if (next === undefined) return incomplete;
    else if (next !== "}") throw failure(cursor.number, "has a mapping that is not closed");
  }
}

/** @param {{ text: string, at: number, number: number }} cursor */
function quoted(cursor) {
  const rest = cursor.text.slice(cursor.at);
  const match = rest[0] === "'" ? /^'((?:[^']|'')*)'(?!')/.exec(rest) : /^"((?:[^"\\]|\\[^])*)"/.exec(rest);
  if (match === null) return incomplete;
  cursor.at += match[0].length;
  const body = match[1] ?? "";
  if (rest[0] === "'") return body.replaceAll("''", "'");
  return body.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[^])/g, (_, code) => {
    if (/^[xuU]./.test(code)) return String.fromCodePoint(parseInt(code.slice(1), 16));
    const known = escapes.get(code);
    if (known === undefined) throw failure(cursor.number, `has the unknown escape \\${code}`);
    return known;
  });
}

const escapes = new Map([
  ["0", "\0"],
  ["a", "\x07"],
  ["b", "\b"],
  ["t", "\t"],
  ["n", "\n"],
  ["v", "\v"],
  ["f", "\f"],
  ["r", "\r"],
  ["e", "\x1b"],
  [" ", " "],
  ['"', '"'],
  ["/", "/"],
  ["\\", "\\"],
]);

function skipSpace(/** @type {{ text: string, at: number }} */ cursor) {
  while (/\s/.test(cursor.text[cursor.at] ?? "")) cursor.at++;
}

function isItem(/** @type {string} */ text) {
  return text === "-" || /^-\s/.test(text);
}

/** The key of `key: rest`; undefined where the line is none. @param {Line} line */
function keyOf(line) {
  const text = line.text;
  if (/^[?]\s/.test(text)) throw failure(line.number, "uses a complex key");
  if (/^["']/.test(text)) {
    const cursor = { text, at: 0, number: line.number };
    const name = quoted(cursor);
    const after = text.slice(cursor.at);
    if (name === incomplete || !/^\s*:(\s|$)/.test(after)) return undefined;
    return { name: String(name), rest: after.replace(/^\s*:\s*/, "") };
  }
  if (/^[[{|>&*!@`%]/.test(text)) return undefined;
  const match = /:(\s|$)/.exec(text);
  if (match === null) return undefined;
  const name = text.slice(0, match.index).trimEnd();
  if (/(^|\s)#/.test(name)) return undefined;
  return { name, rest: text.slice(match.index + 1).trimStart() };
}

function stripComment(/** @type {string} */ text) {
  return text.replace(/\s+#.*$/, "").trimEnd();
}

/** Folds the lines of a `>` scalar. @param {readonly string[]} lines */
function fold(lines) {
  let text = "";
  for (const [index, line] of lines.entries()) {
    const previous = index === 0 ? undefined : lines[index - 1];
    const kept = line.startsWith(" ") || previous?.startsWith(" ") === true;
    if (previous === undefined) text = line;
    else if (line === "") text += "\n";
    else if (previous === "") text += text.endsWith("\n") && !kept ? line : `\n${line}`;
    else text += (kept ? "\n" : " ") + line;
  }
  return text;
}

/**
 * YAML 1.1's plain scalars, as cloud-init reads them; octal numbers matter for file modes.
 * @param {string} text
 */
function scalar(text) {
  if (/^(~|null|Null|NULL|)$/.test(text)) return null;
  if (/^(true|True|TRUE|yes|Yes|YES|on|On|ON)$/.test(text)) return true;
  if (/^(false|False|FALSE|no|No|NO|off|Off|OFF)$/.test(text)) return false;
  const digits = /^[-+]?[0-9]/.test(text) ? text.replaceAll("_", "") : text;
  if (/^[-+]?(0|[1-9][0-9]*)$/.test(digits)) return Number(digits);
  if (/^[-+]?0o?[0-7]+$/.test(digits)) return parseInt(digits.replace("o", ""), 8);
  if (/^0x[0-9a-fA-F]+$/.test(digits)) return Number(digits);
  if (/^[-+]?[0-9]+\.[0-9]*([eE][-+][0-9]+)?$/.test(digits)) return Number(digits);
  return text;
}
