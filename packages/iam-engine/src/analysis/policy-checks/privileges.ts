// Checks of statements that hand out the right to pass roles, or to create service-linked roles, too widely.

import { compileGlob, matchGlob } from "../../glob.ts";
import type { IssueCode } from "../policy-issues.ts";
import type { Place, StatementOutline, Text } from "../policy-outline.ts";
import { allows, conditionsOf, memberOf, textsOf } from "../policy-outline.ts";
import type { CheckContext } from "./check-context.ts";

/** A right that is dangerous on many resources at once. */
interface Privilege {
  /** The action in lower case. */
  readonly action: string;
  /** The condition key, in lower case, that bounds the right as well as resources do. */
  readonly bound: string;
  readonly notResource: IssueCode;
  readonly starInActionAndNotResource: IssueCode;
  readonly notActionAndNotResource: IssueCode;
  readonly starInResource: IssueCode;
  readonly starInActionAndResource: IssueCode;
  readonly starInResourceAndNotAction: IssueCode;
}

const PRIVILEGES: readonly Privilege[] = [
  {
    action: "iam:passrole",
    bound: "iam:passedtoservice",
    notResource: "PASS_ROLE_WITH_NOT_RESOURCE",
    starInActionAndNotResource: "PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE",
    notActionAndNotResource: "PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE",
    starInResource: "PASS_ROLE_WITH_STAR_IN_RESOURCE",
    starInActionAndResource: "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE",
    starInResourceAndNotAction: "PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION",
  },
  {
    action: "iam:createservicelinkedrole",
    bound: "iam:awsservicename",
    notResource: "CREATE_SLR_WITH_NOT_RESOURCE",
    starInActionAndNotResource: "CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE",
    notActionAndNotResource: "CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE",
    starInResource: "CREATE_SLR_WITH_STAR_IN_RESOURCE",
    starInActionAndResource: "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE",
    starInResourceAndNotAction: "CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION",
  },
];

/** Checks the Allow statements of an identity policy. */
export function checkPrivileges(context: CheckContext): void {
  if (context.type !== "IDENTITY_POLICY") return;
  for (const statement of context.policy.statements) {
    if (!allows(statement)) continue;
    for (const privilege of PRIVILEGES) checkPrivilege(context, statement, privilege);
  }
}

function checkPrivilege({ report }: CheckContext, statement: StatementOutline, privilege: Privilege): void {
  const granting = grantingAction(statement, privilege.action);
  if (granting === undefined) return;
  const except = memberOf(statement, "NotResource");
  const star = textsOf(memberOf(statement, "Resource")).find(isAnyRole);
  if (except !== undefined) {
    report({ code: withNotResource(granting.kind, privilege), places: [granting.place, except.keyPlace] });
  } else if (star !== undefined && !isBounded(statement, privilege)) {
    report({ code: withStar(granting.kind, privilege), places: [granting.place, star.place] });
  }
}

interface Granting {
  readonly kind: "exact" | "star" | "not-action";
  readonly place: Place;
}

function grantingAction(statement: StatementOutline, action: string): Granting | undefined {
  const covers = ({ text }: Text) => matchGlob(compileGlob(text.toLowerCase()), action);
  const except = memberOf(statement, "NotAction");
  if (except !== undefined) {
    return textsOf(except).some(covers) ? undefined : { kind: "not-action", place: except.keyPlace };
  }
  const covering = textsOf(memberOf(statement, "Action")).filter(covers);
  const exact = covering.find(({ text }) => !/[*?]/.test(text));
  const found = exact ?? covering[0];
  return found === undefined
    ? undefined
    : { kind: exact === undefined ? "star" : "exact", place: found.place };
}

// All resources, or all roles. A name with a prefix is taken for a choice of roles.
function isAnyRole({ text }: Text): boolean {
  return /^\*+$/.test(text) || /^arn:[^:]*:(?:iam|\*+):[^:]*:[^:]*:(?:role\/)?\*+$/.test(text);
}

function isBounded(statement: StatementOutline, { bound }: Privilege): boolean {
  return conditionsOf(statement).some(({ key }) => key.toLowerCase() === bound);
}

function withNotResource(kind: Granting["kind"], privilege: Privilege): IssueCode {
  if (kind === "exact") return privilege.notResource;
  return kind === "star" ? privilege.starInActionAndNotResource : privilege.notActionAndNotResource;
}

function withStar(kind: Granting["kind"], privilege: Privilege): IssueCode {
  if (kind === "exact") return privilege.starInResource;
  return kind === "star" ? privilege.starInActionAndResource : privilege.starInResourceAndNotAction;
}
