// Checks of the values of conditions: that they are values of the operator's type and have an effect.

import { decodeBase64 } from "../../base64.ts";
import { parseInstant } from "../../date.ts";
import { parseDecimal } from "../../decimal.ts";
import { parseIpRange } from "../../ip-range.ts";
import type { Operator } from "../../operator.ts";
import type { IssueCode } from "../policy-issues.ts";
import type { ConditionOutline, Text } from "../policy-outline.ts";
import type { CheckContext } from "./check-context.ts";
import { isPrivateRange, networkOf } from "./networks.ts";
import { isRegion } from "./regions.ts";

/** Checks the values of one condition. */
export function checkConditionValues(
  context: CheckContext,
  condition: ConditionOutline,
  operator: Operator,
): void {
  const { report } = context;
  const { values, place, key } = condition;
  if (values.length === 0) {
    report({ code: emptyCode(operator), places: [place], values: { key } });
    return;
  }
  if (new Set(values.map(({ type }) => type)).size > 1) {
    report({ code: "INVALID_CONDITION_DATA_TYPE", places: [place] });
  }
  if (operator.family === "bool" && values.length > 1) {
    report({ code: "INVALID_CONDITION_MULTIPLE_BOOLEAN", places: [place] });
  }
  for (const value of values) checkValue(context, condition, { value, operator });
  checkNumbers(context, condition, operator);
  if (key.toLowerCase() === "aws:sourceip" && operator.family === "ip")
    checkSourceIp(context, condition, operator);
  if (/^(?:aws:requestedregion|ec2:region)$/i.test(key)) checkRegions(context, condition);
}

function emptyCode({ quantifier, ifExists }: Operator): IssueCode {
  if (quantifier === "all") return "EMPTY_ARRAY_CONDITION_FORALLVALUES";
  if (quantifier === "any") return "EMPTY_ARRAY_CONDITION_FORANYVALUE";
  return ifExists ? "EMPTY_ARRAY_CONDITION_IFEXISTS" : "EMPTY_ARRAY_CONDITION";
}

interface Judged {
  readonly value: Text;
  readonly operator: Operator;
}

function checkValue(
  { report }: CheckContext,
  condition: ConditionOutline,
  { value, operator }: Judged,
): void {
  const { text, place } = value;
  const places = [place];
  const values = { operator: condition.operator };
  // A variable under such an operator is another check's finding.
  if (text.includes("${") && operator.family !== "string") return;
  switch (operator.family) {
    case "bool":
    case "null":
      if (!/^(?:true|false)$/i.test(text)) report({ code: "TYPE_MISMATCH_BOOLEAN", places, values });
      return;
    case "date":
      if (parseInstant(text) === undefined) report({ code: "TYPE_MISMATCH_DATE", places });
      else if (/^[0-9]{5,}$/.test(text))
        report({ code: "INVALID_DATE_VALUE", places, values: { date: text } });
      return;
    case "ip":
      checkRange(report, value, condition.operator);
      return;
    case "numeric":
      if (parseDecimal(text) === undefined) report({ code: "TYPE_MISMATCH_NUMBER", places, values });
      return;
    case "binary":
      if (decodeBase64(text) === undefined) report({ code: "TYPE_MISMATCH_STRING", places, values });
      return;
    case "string":
    case "string-ignore-case":
      // The escapes of the wildcards are meant as they are written.
      if (/[*?]/.test(text.replaceAll(/\$\{[^}]*\}/g, ""))) {
        report({ code: "WILDCARD_WITHOUT_LIKE_OPERATOR", places });
      }
      return;
    case "string-like":
    case "arn":
      return;
  }
}

function checkRange(report: CheckContext["report"], { text, place }: Text, operator: string): void {
  const range = parseIpRange(text);
  if (range === undefined) {
    report({ code: "TYPE_MISMATCH_IP_RANGE", places: [place], values: { operator } });
    return;
  }
  const address = networkOf(text, range);
  if (address !== undefined) report({ code: "IMPROVE_IP_RANGE", places: [place], values: { address } });
}

// Of several limits in one direction only the widest counts.
function checkNumbers({ report }: CheckContext, condition: ConditionOutline, operator: Operator): void {
  const { values, place, key } = condition;
  const ordered = operator.family === "numeric" && operator.comparison !== "equal";
  if (!ordered || values.length < 2 || values.some(({ text }) => parseDecimal(text) === undefined)) return;
  const particulars = { operator: condition.operator, key };
  report({ code: "REDUNDANT_CONDITION_VALUE_NUM", places: [place], values: particulars });
}

function checkSourceIp(
  { report }: CheckContext,
  { values, place }: ConditionOutline,
  operator: Operator,
): void {
  const ranges = values.flatMap(({ text }) => parseIpRange(text) ?? []);
  const inner = ranges.filter(isPrivateRange).length;
  if (inner === 0) return;
  const all = inner === ranges.length;
  const code = operator.negated
    ? all
      ? "PRIVATE_NOT_IP_ADDRESS"
      : "PRIVATE_NOT_IP_ADDRESS_SUBSET"
    : all
      ? "PRIVATE_IP_ADDRESS"
      : "PRIVATE_IP_ADDRESS_SUBSET";
  report({ code, places: [place] });
}

function checkRegions({ report }: CheckContext, { values }: ConditionOutline): void {
  for (const { text, place } of values) {
    if (/[*?]|\$\{/.test(text) || isRegion(text)) continue;
    report({ code: "INVALID_REGION", places: [place], values: { region: text } });
  }
}
