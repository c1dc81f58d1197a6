/** What an assertion says, read from the element that a signature covers. Judges nothing of it. */
import { SamlFault } from "./saml-fault.ts";
import { samlAssertion, xmlSignature } from "./saml-names.ts";
import { attributeOf, elementsOf, textOf, type XmlElement } from "./xml-element.ts";

/** An assertion. Times are epoch milliseconds. */
export interface SamlAssertion {
  readonly id: string;
  readonly issuer: string;
  readonly issuedAt: number;
  /** Undefined where the subject has no name that is text. */
  readonly nameId: SamlNameId | undefined;
  readonly confirmations: readonly SamlConfirmation[];
  readonly notBefore: number | undefined;
  readonly notOnOrAfter: number | undefined;
  /** Each restriction by itself must name the receiver. */
  readonly audienceRestrictions: readonly (readonly string[])[];
  readonly attributes: readonly SamlAttribute[];
  /** The earliest moment at which a session of the provider ends. */
  readonly sessionNotOnOrAfter: number | undefined;
}

/** A subject's name. */
export interface SamlNameId {
  readonly value: string;
  readonly format: string | undefined;
}

/** How the receiver may know that the assertion is for it. */
export interface SamlConfirmation {
  readonly method: string;
  readonly recipient: string | undefined;
  readonly notBefore: number | undefined;
  readonly notOnOrAfter: number | undefined;
}

/** An attribute of the subject; values that are not text are left out. */
export interface SamlAttribute {
  readonly name: string;
  readonly friendlyName: string | undefined;
  readonly values: readonly string[];
}

/** Conditions that may stand in an assertion; any other makes it worth nothing: SAML core, 2.5.1. */
const knownConditions = new Set(["AudienceRestriction", "OneTimeUse", "ProxyRestriction"]);

/** Reads an assertion. @throws SamlFault "document" */
export function readAssertion(element: XmlElement): SamlAssertion {
  if (element.namespace !== samlAssertion || element.name !== "Assertion") throw refused("no assertion");
  if (attributeOf(element, "Version") !== "2.0") throw refused("of another version");
  const statements = elementsOf(element, samlAssertion, "AuthnStatement");
  const ends = statements
    .map((each) => timeOf(each, "SessionNotOnOrAfter"))
    .filter((end) => end !== undefined);
  const issuedAt = timeOf(element, "IssueInstant");
  const id = attributeOf(element, "ID");
  if (issuedAt === undefined || id === undefined) throw refused("without ID or time of issue");
  return {
    id,
    issuer: nonEmptyText(only(element, "Issuer")),
    issuedAt,
    ...readSubject(optional(element, "Subject")),
    ...readConditions(optional(element, "Conditions")),
    attributes: readAttributes(element),
    sessionNotOnOrAfter: ends.length === 0 ? undefined : Math.min(...ends),
  };
}

function readSubject(subject: XmlElement | undefined): Pick<SamlAssertion, "nameId" | "confirmations"> {
  if (subject === undefined) return { nameId: undefined, confirmations: [] };
  const nameId = optional(subject, "NameID");
  const value = nameId === undefined ? undefined : textOf(nameId)?.trim();
  return {
    nameId: nameId && value ? { value, format: attributeOf(nameId, "Format") } : undefined,
    confirmations: elementsOf(subject, samlAssertion, "SubjectConfirmation").map((confirmation) => {
      const data = optional(confirmation, "SubjectConfirmationData");
      return {
        method: attributeOf(confirmation, "Method") ?? "",
        recipient: data && attributeOf(data, "Recipient"),
        notBefore: data && timeOf(data, "NotBefore"),
        notOnOrAfter: data && timeOf(data, "NotOnOrAfter"),
      };
    }),
  };
}

function readConditions(
  conditions: XmlElement | undefined,
): Pick<SamlAssertion, "notBefore" | "notOnOrAfter" | "audienceRestrictions"> {
  if (conditions === undefined) {
    return { notBefore: undefined, notOnOrAfter: undefined, audienceRestrictions: [] };
  }
  for (const { namespace, name } of elementsOf(conditions)) {
    if (namespace !== samlAssertion || !knownConditions.has(name))
      throw refused("under an unknown condition");
  }
  const restrictions = elementsOf(conditions, samlAssertion, "AudienceRestriction");
  return {
    notBefore: timeOf(conditions, "NotBefore"),
    notOnOrAfter: timeOf(conditions, "NotOnOrAfter"),
    audienceRestrictions: restrictions.map((restriction) =>
      elementsOf(restriction, samlAssertion, "Audience").map((audience) => (textOf(audience) ?? "").trim()),
    ),
  };
}

function readAttributes(assertion: XmlElement): readonly SamlAttribute[] {
  return elementsOf(assertion, samlAssertion, "AttributeStatement")
    .flatMap((statement) => elementsOf(statement, samlAssertion, "Attribute"))
    .map((attribute) => ({
      name: attributeOf(attribute, "Name") ?? "",
      friendlyName: attributeOf(attribute, "FriendlyName"),
      values: elementsOf(attribute, samlAssertion, "AttributeValue")
        .map((value) => textOf(value))
        .filter((value) => value !== undefined),
    }));
}

/** A time, which SAML always gives in UTC. @throws SamlFault where it is written otherwise */
function timeOf(element: XmlElement, name: string): number | undefined {
  const value = attributeOf(element, name);
  return value === undefined ? undefined : parseSamlTime(value);
}

/**
 * Epoch milliseconds of a time in UTC; a fraction beyond milliseconds is cut.
 * @throws SamlFault "document"
 */
export function parseSamlTime(value: string): number {
  const found = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,3})\d*)?Z$/.exec(value.trim());
  const [, seconds, fraction = ""] = found ?? [];
  const time = seconds === undefined ? Number.NaN : Date.parse(`${seconds}.${fraction.padEnd(3, "0")}Z`);
  if (Number.isNaN(time)) throw refused(`with the time ${value}`);
  return time;
}

function nonEmptyText(element: XmlElement): string {
  const text = textOf(element)?.trim();
  if (!text) throw refused(`without ${element.name}`);
  return text;
}

function only(parent: XmlElement, name: string): XmlElement {
  const found = optional(parent, name);
  if (found === undefined) throw refused(`without ${name}`);
  return found;
}

function optional(parent: XmlElement, name: string): XmlElement | undefined {
  const [first, second] = elementsOf(parent, samlAssertion, name);
  if (second !== undefined) throw refused(`with more than one ${name}`);
  return first;
}

/** The signature of an element, if it has one. @throws SamlFault where it has two */
export function ownSignature(element: XmlElement): XmlElement | undefined {
  const [first, second] = elementsOf(element, xmlSignature, "Signature");
  if (second !== undefined) throw refused("with more than one signature");
  return first;
}

function refused(what: string): SamlFault {
  return new SamlFault("document", `The assertion is ${what}.`);
}
