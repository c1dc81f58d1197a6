// What a protocol says about an input it refuses: AWS's codes and texts, once per protocol.
// EC2 answers with the first fault it meets; the other protocols list every broken constraint in one message.
import { echoedValueLengthMax, violationsMax } from "./limits.ts";
import type { Protocol } from "./table.ts";
import { WireFault } from "./wire-fault.ts";

/** The kind of value that stood expected where something else was sent. */
export type Expected =
  "structure" | "list" | "map" | "text" | "integer" | "number" | "boolean" | "timestamp" | "blob";

export type Problem =
  | { readonly kind: "absent" }
  | { readonly kind: "enum"; readonly values: readonly string[] }
  | { readonly kind: "length" | "value"; readonly bound: "least" | "greatest"; readonly limit: number }
  | { readonly kind: "pattern"; readonly pattern: string };

export interface Violation {
  readonly path: string;
  readonly problem: Problem;
  /** The value as text; undefined when it is secret or not printable. */
  readonly value: string | undefined;
}

/** The state of decoding one request. */
export interface Decoding {
  readonly dialect: Dialect;
  readonly violations: Violation[];
}

export interface Dialect {
  /** A parameter that no shape knows. */
  unknown(path: string): WireFault;
  /** A value of the wrong kind or form. */
  mistyped(path: string, expected: Expected, value: string | undefined): WireFault;
  /** Throws at once or notes the violation for the end. */
  violate(decoding: Decoding, violation: Violation): void;
  /** Throws what was noted. */
  finish(decoding: Decoding): void;
}

const ec2: Dialect = {
  unknown: (path) => new WireFault("UnknownParameter", `The parameter ${clip(path)} is not recognized`),
  mistyped: (path, expected, value) => {
    if (expected === "structure" || expected === "list" || expected === "map" || value === undefined) {
      return ec2.unknown(path);
    }
    return new WireFault(
      "InvalidParameterValue",
      `Value (${clip(value)}) for parameter ${lowerFirst(path)} is invalid. Expecting ${articled[expected]}.`,
    );
  },
  violate: (_decoding, { path, problem, value }) => {
    if (problem.kind === "absent") {
      throw new WireFault("MissingParameter", `The request must contain the parameter ${path}`);
    }
    const subject =
      value === undefined
        ? "The value"
        : problem.kind === "value"
          ? `Value ( ${value} )`
          : `Value (${clip(value)})`;
    const hint = ec2Hint(problem);
    throw new WireFault(
      "InvalidParameterValue",
      `${subject} for parameter ${lowerFirst(path)} is invalid.${hint}`,
    );
  },
  finish: () => undefined,
};

/** The dialect of AWS's query services and, with other codes, of its JSON services. */
function listing(codes: { validation: string; malformed: string; path: (path: string) => string }): Dialect {
  return {
    // Differs: AWS's query and JSON services ignore unknown parameters; here what is accepted is honoured.
    unknown: (path) => new WireFault(codes.validation, `The parameter ${clip(path)} is not recognized`),
    mistyped: (path, expected, value) => {
      if (value === undefined) {
        return new WireFault(codes.malformed, "Start of structure or map found where not expected.");
      }
      if (expected === "structure" || expected === "list" || expected === "map") {
        return new WireFault(
          codes.malformed,
          `Unexpected value found where a ${expected} is expected: ${clip(path)}`,
        );
      }
      return new WireFault(
        codes.malformed,
        `Value '${clip(value)}' at '${codes.path(path)}' can not be converted to ${articled[expected]}`,
      );
    },
    violate: (decoding, violation) => {
      if (decoding.violations.length < violationsMax) decoding.violations.push(violation);
    },
    finish: ({ violations }) => {
      if (violations.length === 0) return;
      const texts = violations.map(({ path, problem, value }) => {
        const subject =
          problem.kind === "absent" ? "Value null" : value === undefined ? "Value" : `Value '${clip(value)}'`;
        return `${subject} at '${codes.path(path)}' failed to satisfy constraint: ${constraintText(problem)}`;
      });
      const errors = texts.length === 1 ? "error" : "errors";
      throw new WireFault(
        codes.validation,
        `${texts.length} validation ${errors} detected: ${texts.join("; ")}`,
      );
    },
  };
}

const query = listing({ validation: "ValidationError", malformed: "MalformedInput", path: queryPath });
const json = listing({
  validation: "ValidationException",
  malformed: "SerializationException",
  path: lowerPath,
});

/** Organizations answers with the first broken constraint and names no parameter. */
const organizations: Dialect = {
  ...json,
  violate: (_decoding, { problem }) => {
    const [reason, message] = organizationsReason(problem);
    throw new WireFault("InvalidInputException", { message, details: { Reason: reason } });
  },
};

/** Access Analyzer's exception says what kind of refusal it is. */
const accessAnalyzer: Dialect = {
  ...json,
  unknown: (path) => asFieldFault(json.unknown(path)),
  finish: (decoding) => {
    try {
      json.finish(decoding);
    } catch (thrown) {
      throw thrown instanceof WireFault ? asFieldFault(thrown) : thrown;
    }
  },
};

function asFieldFault({ code, message, status }: WireFault): WireFault {
  return new WireFault(code, { message, details: { reason: "fieldValidationFailed" } }, status);
}

/** The dialect of a service. */
export function dialectOf({ id, protocol }: { readonly id: string; readonly protocol: Protocol }): Dialect {
  if (id === "organizations") return organizations;
  if (id === "access-analyzer") return accessAnalyzer;
  return protocol === "ec2" ? ec2 : protocol === "query" ? query : json;
}

function organizationsReason(problem: Problem): [reason: string, message: string] {
  switch (problem.kind) {
    case "absent":
      return ["INPUT_REQUIRED", "You must include a value for all required parameters."];
    case "enum":
      return ["INVALID_ENUM", "You specified an invalid value."];
    case "pattern":
      return ["INVALID_PATTERN", "You provided a value that does not match the required pattern."];
    case "length":
      return problem.bound === "least"
        ? ["MIN_LENGTH_EXCEEDED", "You provided a string parameter that is shorter than allowed."]
        : ["MAX_LENGTH_EXCEEDED", "You provided a string parameter that is longer than allowed."];
    case "value":
      return problem.bound === "least"
        ? ["MIN_VALUE_EXCEEDED", "You provided a numeric parameter that has a smaller value than allowed."]
        : ["MAX_VALUE_EXCEEDED", "You provided a numeric parameter that has a larger value than allowed."];
  }
}

const articled: Record<Expected, string> = {
  structure: "a structure",
  list: "a list",
  map: "a map",
  text: "a string",
  integer: "an integer",
  number: "a number",
  boolean: "a boolean",
  timestamp: "a timestamp",
  blob: "base64-encoded data",
};

function ec2Hint(problem: Problem): string {
  switch (problem.kind) {
    case "absent":
      return "";
    case "enum":
      return problem.values.length > 30 ? "" : ` Valid values are: ${problem.values.join(", ")}.`;
    case "length": {
      const order = problem.bound === "least" ? "at least" : "at most";
      return ` Expecting ${order} ${problem.limit} characters or items.`;
    }
    case "value":
      return ` Expecting a value ${problem.bound === "least" ? "greater" : "less"} than ${problem.limit}.`;
    case "pattern":
      return ` Expecting a value that matches ${problem.pattern}.`;
  }
}

function constraintText(problem: Problem): string {
  switch (problem.kind) {
    case "absent":
      return "Member must not be null";
    case "enum":
      return `Member must satisfy enum value set: [${problem.values.join(", ")}]`;
    case "length":
    case "value": {
      const order = problem.bound === "least" ? "greater" : "less";
      return `Member must have ${problem.kind} ${order} than or equal to ${problem.limit}`;
    }
    case "pattern":
      return `Member must satisfy regular expression pattern: ${problem.pattern}`;
  }
}

/** `Tags.member.1.Key` -> `tags.1.member.key`, as AWS's messages write it. */
function queryPath(path: string): string {
  return lowerPath(path.replace(/\.member\.(\d+)/g, ".$1.member"));
}

function lowerPath(path: string): string {
  return clip(path).split(".").map(lowerFirst).join(".");
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function clip(text: string): string {
  return text.length > echoedValueLengthMax ? `${text.slice(0, echoedValueLengthMax)}...` : text;
}
