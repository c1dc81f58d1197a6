// The conditions of the reference evaluator: slow, literal, and on purpose written another way than the
// engine's, so that the two only agree where both follow the rules.

/** The keys of a request by their names in lower case. */
export type ReferenceContext = ReadonlyMap<string, readonly string[]>;

/** Whether a text matches a pattern of literal characters and wildcards, by a table over all prefixes. */
export function naiveMatch(pattern: readonly Token[], text: string): boolean {
  if (pattern.every((token) => token.wild === "")) return textOf(pattern) === text;
  let row = [true, ...Array.from({ length: text.length }, () => false)];
  for (const token of pattern) {
    const next = [token.wild === "*" && row[0] === true];
    for (let index = 1; index <= text.length; index++) {
      const here =
        token.wild === "*"
          ? row[index] === true || next[index - 1] === true
          : row[index - 1] === true && (token.wild === "?" || token.character === text[index - 1]);
      next.push(here);
    }
    row = next;
  }
  return row[text.length] === true;
}

/** One character of a pattern, or a wildcard. */
export interface Token {
  readonly character: string;
  readonly wild: "" | "*" | "?";
}

const VARIABLE = /\$\{([^},]*)(,\s*'([^']*)'\s*)?\}/g;

/** The tokens of a pattern with its variables put in, or undefined when one is null. */
export function tokens(pattern: string, variables: boolean, context: ReferenceContext): Token[] | undefined {
  const result: Token[] = [];
  let missing = false;
  const push = (text: string, wildcards: boolean) => {
    for (const character of text.split("")) {
      const wild = wildcards && (character === "*" || character === "?") ? character : "";
      result.push({ character, wild });
    }
  };
  let from = 0;
  for (const found of variables ? pattern.matchAll(VARIABLE) : []) {
    push(pattern.slice(from, found.index), true);
    from = found.index + found[0].length;
    const name = (found[1] ?? "").trim();
    if (found[2] === undefined && ["*", "?", "$"].includes(name)) {
      push(name, false);
      continue;
    }
    const values = context.get(name.toLowerCase()) ?? [];
    const value = values.length === 1 && values[0] !== "" ? values[0] : found[3];
    if (value === undefined) missing = true;
    else push(value, false);
  }
  push(pattern.slice(from), true);
  return missing ? undefined : result;
}

function textOf(list: readonly Token[]): string {
  return list.map((token) => token.character).join("");
}

/** Whether an ARN matches six fields of tokens; `undefined` fields match nothing. */
export function fieldsMatch(fields: readonly (readonly Token[] | undefined)[], arn: string): boolean {
  const parts = arn.split(":");
  if (parts.length < 6 || parts[0] !== "arn") return false;
  const values = [...parts.slice(0, 5), parts.slice(5).join(":")];
  return values.every((value, index) => {
    const field = fields[index];
    return field !== undefined && naiveMatch(field, value);
  });
}

/** Splits at the first five colons outside variables. */
export function arnFields(pattern: string, variables: boolean): string[] {
  const hidden = variables ? pattern.replace(VARIABLE, (found) => "\u0000".repeat(found.length)) : pattern;
  const fields: string[] = [];
  let from = 0;
  for (let index = 0; index < hidden.length && fields.length < 5; index++) {
    if (hidden[index] !== ":") continue;
    fields.push(pattern.slice(from, index));
    from = index + 1;
  }
  return [...fields, pattern.slice(from)];
}

function days(year: number, month: number, day: number): number {
  const leap = (y: number) => y % 4 === 0 && (y % 100 !== 0 || y % 400 === 0);
  let total = 0;
  for (let y = 1970; y < year; y++) total += leap(y) ? 366 : 365;
  for (let m = 1; m < month; m++)
    total += m === 2 ? (leap(year) ? 29 : 28) : [4, 6, 9, 11].includes(m) ? 30 : 31;
  return total + day - 1;
}

// The generator writes only dates after 1970 in these forms.
function seconds(text: string): number | undefined {
  if (/^\d+$/.test(text) && text.length !== 4) return Number(text);
  const found = /^(\d{4})(?:-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:Z|\+(\d\d):(\d\d))?)?)?$/.exec(text);
  if (found === null) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0, offsetHour = 0, offsetMinute = 0] =
    found.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
  const minutes = (hour - offsetHour) * 60 + minute - offsetMinute;
  return days(year, month, day) * 86_400 + minutes * 60 + second;
}

function numeric(text: string): number | undefined {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function addressBits(text: string): string | undefined {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) {
    const octets = text.split(".").map(Number);
    if (octets.some((octet) => octet > 255)) return undefined;
    return octets.map((octet) => octet.toString(2).padStart(8, "0")).join("");
  }
  if (!/^[0-9a-f:]+$/i.test(text) || !text.includes(":")) return undefined;
  const [head = "", tail] = text.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => "0");
  return [...left, ...zeros, ...right]
    .map((g) => Number.parseInt(g, 16).toString(2).padStart(16, "0"))
    .join("");
}

function inRange(range: string, address: string): boolean {
  const [base = "", prefix] = range.split("/");
  const network = addressBits(base);
  const bits = addressBits(address);
  if (network === undefined || bits === undefined || network.length !== bits.length) return false;
  const length = prefix === undefined ? network.length : Number(prefix);
  return network.slice(0, length) === bits.slice(0, length);
}

function compares(name: string, order: number): boolean {
  if (name.endsWith("LessThan")) return order < 0;
  if (name.endsWith("LessThanEquals")) return order <= 0;
  if (name.endsWith("GreaterThan")) return order > 0;
  if (name.endsWith("GreaterThanEquals")) return order >= 0;
  return order === 0;
}

interface ValueTest {
  /** The operator without qualifiers and without its negation. */
  readonly name: string;
  readonly wanted: string;
  readonly variables: boolean;
  readonly context: ReferenceContext;
}

function valueMatches({ name, wanted, variables, context }: ValueTest, value: string): boolean {
  if (name.startsWith("Numeric") || name.startsWith("Date")) {
    const read = name.startsWith("Date") ? seconds : numeric;
    const left = read(value);
    const right = read(wanted);
    return left !== undefined && right !== undefined && compares(name, left - right);
  }
  if (name === "IpAddress") return inRange(wanted, value);
  if (name === "BinaryEquals") return wanted === value;
  if (name === "Bool") return wanted.toLowerCase() === value.toLowerCase();
  if (name.startsWith("Arn")) {
    if (/^\*+$/.test(wanted))
      return fieldsMatch(
        arnFields("*:*:*:*:*:*", false).map(() => STAR),
        value,
      );
    if (variables && wanted.replace(VARIABLE, "") === "" && !/^\$\{[*?$]\}$/.test(wanted)) {
      const list = tokens(wanted, true, context);
      return list !== undefined && value.split(":").length >= 6 && textOf(list) === value;
    }
    const fields = arnFields(wanted, variables);
    return (
      fields.length === 6 &&
      fieldsMatch(
        fields.map((field) => tokens(field, variables, context)),
        value,
      )
    );
  }
  const list = tokens(wanted, variables, context);
  if (list === undefined) return false;
  if (name === "StringLike") return naiveMatch(list, value);
  if (name === "StringEqualsIgnoreCase") return textOf(list).toLowerCase() === value.toLowerCase();
  return textOf(list) === value;
}

const STAR: readonly Token[] = [{ character: "*", wild: "*" }];

/** One condition as the document has it. */
export interface ReferenceCondition {
  readonly operator: string;
  readonly key: string;
  readonly wanted: readonly string[];
  readonly variables: boolean;
}

/** Whether the condition holds. */
export function conditionHolds(condition: ReferenceCondition, context: ReferenceContext): boolean {
  const found = context.get(condition.key.toLowerCase()) ?? [];
  const all = condition.operator.startsWith("ForAllValues:");
  const any = condition.operator.startsWith("ForAnyValue:");
  const full = condition.operator.replace(/^For\w+:/, "");
  const ifExists = full.endsWith("IfExists");
  const negative = full.replace(/IfExists$/, "");
  const name = negative.replace("Not", "");
  const negated = name !== negative;
  if (name === "Null") {
    return condition.wanted.some((wanted) => wanted.toLowerCase() === String(found.length === 0));
  }
  if (all && (found.length === 0 || (found.length === 1 && found[0] === ""))) return true;
  if (any && found.length === 0) return false;
  if (found.length === 0) return ifExists || negated;
  const { variables } = condition;
  const holds = (value: string) =>
    condition.wanted.some((wanted) => valueMatches({ name, wanted, variables, context }, value)) !== negated;
  if (all) return found.every(holds);
  if (any) return found.some(holds);
  return found.length === 1 && found.every(holds);
}
