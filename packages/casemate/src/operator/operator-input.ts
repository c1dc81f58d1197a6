/**
 * Reads the members of an operator's input; what has another form is refused, so that handlers see only
 * what their types say.
 */
import { OperatorFault } from "./operator-fault.ts";

/** A text of bounded length, or undefined when it is not given. @throws OperatorFault */
export function optionalText(input: object, name: string, pattern = /^.{1,256}$/s): string | undefined {
  const value = memberOf(input, name);
  if (value === undefined) return undefined;
  if (typeof value === "string" && pattern.test(value)) return value;
  throw new OperatorFault("InvalidInput", `${name} is not valid: ${JSON.stringify(value)}.`);
}

/** A text that must be given. @throws OperatorFault */
export function requiredText(input: object, name: string, pattern?: RegExp): string {
  const value = optionalText(input, name, pattern);
  if (value === undefined) throw new OperatorFault("InvalidInput", `${name} is missing.`);
  return value;
}

/** A text that must be given and is never told again. @throws OperatorFault */
export function requiredSecret(input: object, name: string): string {
  const value = memberOf(input, name);
  if (typeof value === "string" && value.length > 0 && value.length <= 128) return value;
  throw new OperatorFault("InvalidInput", `${name} is a text of 1 to 128 characters.`);
}

/** A whole number within bounds, or undefined when it is not given. @throws OperatorFault */
export function optionalNumber(
  input: object,
  name: string,
  bounds: { readonly min: number; readonly max: number },
): number | undefined {
  const value = memberOf(input, name);
  if (value === undefined) return undefined;
  if (
    typeof value === "number" &&
    Number.isSafeInteger(value) &&
    value >= bounds.min &&
    value <= bounds.max
  ) {
    return value;
  }
  throw new OperatorFault("InvalidInput", `${name} is a whole number from ${bounds.min} to ${bounds.max}.`);
}

/** A truth value; false when it is not given. @throws OperatorFault */
export function flag(input: object, name: string): boolean {
  const value = memberOf(input, name);
  if (value === undefined || typeof value === "boolean") return value ?? false;
  throw new OperatorFault("InvalidInput", `${name} is true or false.`);
}

function memberOf(input: object, name: string): unknown {
  return Object.hasOwn(input, name) ? (input as Readonly<Record<string, unknown>>)[name] : undefined;
}
