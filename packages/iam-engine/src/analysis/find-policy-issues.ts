// Everything that Access Analyzer's ValidatePolicy would find in a policy, as far as the catalogue goes. It
// goes on after an error, and never refuses a text: a document that cannot be read is a finding.

import { parseJson } from "../parse-json.ts";
import type { JsonNode, Span } from "../parse-json.ts";
import { PolicyFault, positionsIn } from "../policy-fault.ts";
import { checkActions } from "./policy-checks/actions.ts";
import type { Report, ValidatedPolicyType } from "./policy-checks/check-context.ts";
import { checkConditions } from "./policy-checks/conditions.ts";
import { checkPrincipals } from "./policy-checks/principals.ts";
import { checkPrivileges } from "./policy-checks/privileges.ts";
import { checkRedundancy } from "./policy-checks/redundancy.ts";
import { checkResources } from "./policy-checks/resources.ts";
import { checkStructure } from "./policy-checks/structure.ts";
import { checkVariables } from "./policy-checks/variables.ts";
import type { FindingType, IssueCode } from "./policy-issues.ts";
import { findingDetails, POLICY_ISSUES } from "./policy-issues.ts";
import type { PathElement, Place } from "./policy-outline.ts";
import { outlineOf } from "./policy-outline.ts";
import type { ServiceKnowledge } from "./service-knowledge.ts";

/** A position as the ValidatePolicy API counts: lines from 1, columns and offsets from 0. */
export interface FindingPosition {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

export interface FindingLocation {
  readonly path: readonly PathElement[];
  readonly span: { readonly start: FindingPosition; readonly end: FindingPosition };
}

/** A finding in the form of the ValidatePolicy API. */
export interface PolicyFinding {
  readonly findingType: FindingType;
  readonly issueCode: IssueCode;
  readonly findingDetails: string;
  readonly learnMoreLink: string;
  readonly locations: readonly FindingLocation[];
}

export interface PolicyQuestion {
  readonly type: ValidatedPolicyType;
  /** The type of resource that a resource policy is for, such as `AWS::S3::Bucket`. */
  readonly resourceType?: string | undefined;
  readonly knowledge: ServiceKnowledge;
}

const TYPE_ORDER: readonly FindingType[] = ["ERROR", "SECURITY_WARNING", "WARNING", "SUGGESTION"];

/** The findings, errors first and then in the order of the document. */
export function findPolicyIssues(document: string, question: PolicyQuestion): readonly PolicyFinding[] {
  const positions = positionsIn(document);
  const locate = (place: Place): FindingLocation => ({
    path: place.path,
    span: spanOf(place.span, positions),
  });
  const reports: Report[] = [];
  const root = readRoot(document, (report) => reports.push(report));
  if (root?.type === "object") {
    const context = {
      ...question,
      text: document,
      resourceType: question.resourceType,
      policy: outlineOf(root),
      report: (report: Report) => reports.push(report),
    };
    for (const check of CHECKS) check(context);
  }
  const findings = reports.map(({ code, places, values = {} }): PolicyFinding => {
    const issue = POLICY_ISSUES.get(code);
    if (issue === undefined) throw new TypeError(`${code} is not in the catalogue`);
    return {
      findingType: issue.findingType,
      issueCode: code,
      findingDetails: findingDetails(issue.template, values),
      learnMoreLink: issue.learnMoreLink,
      locations: places.map(locate),
    };
  });
  return findings.toSorted((left, right) => {
    const types = TYPE_ORDER.indexOf(left.findingType) - TYPE_ORDER.indexOf(right.findingType);
    return types === 0 ? startOf(left) - startOf(right) : types;
  });
}

const CHECKS = [
  checkStructure,
  checkPrincipals,
  checkActions,
  checkResources,
  checkConditions,
  checkVariables,
  checkPrivileges,
  checkRedundancy,
] as const;

function readRoot(document: string, report: (report: Report) => void): JsonNode | undefined {
  try {
    const root = parseJson(document);
    if (root.type !== "object") {
      report({
        code: "DATA_TYPE_MISMATCH",
        places: [{ path: [], span: root }],
        values: { dataType: "Object" },
      });
    }
    return root;
  } catch (fault) {
    if (!(fault instanceof PolicyFault)) throw fault;
    const { offset, line, column } = fault.position;
    const values = { index: String(offset), line: String(line), column: String(column - 1) };
    const span = { start: offset, end: offset };
    report({ code: "JSON_SYNTAX_ERROR", places: [{ path: [], span }], values });
    return undefined;
  }
}

function startOf({ locations }: PolicyFinding): number {
  return locations[0]?.span.start.offset ?? 0;
}

function spanOf({ start, end }: Span, positions: ReturnType<typeof positionsIn>): FindingLocation["span"] {
  const at = (offset: number): FindingPosition => {
    const position = positions(offset);
    return { line: position.line, column: position.column - 1, offset: position.offset };
  };
  return { start: at(start), end: at(end) };
}
