/**
 * Verifies a SAML 2.0 response and tells what its one assertion says. Facts are read only from text that a
 * signature of the provider covers; where response and assertion are both signed, both signatures must hold.
 * Whom the assertion is for, and when, is the caller's to judge.
 */
import type { KeyObject } from "node:crypto";
import { decryptedAssertion } from "./encrypted-assertion.ts";
import { ownSignature, readAssertion, type SamlAssertion } from "./saml-assertion.ts";
import { SamlFault } from "./saml-fault.ts";
import { samlAssertion, samlProtocol, xmlSignature } from "./saml-names.ts";
import { signedText } from "./saml-signature.ts";
import { parseStrictXml } from "./strict-xml.ts";
import { allElements, attributeOf, elementsOf, textOf, type XmlElement } from "./xml-element.ts";

/** The longest response that is looked at, in characters of Base64: the bound of AssumeRoleWithSAML. */
export const samlResponseLengthMax = 100_000;
/** Elements of a response: enough for a thousand roles, and what anybody can make this engine work on. */
export const samlResponseElementsMax = 3000;

/** Whose signatures count. */
export interface SamlTrust {
  /** The provider's public keys. */
  readonly signingKeys: readonly KeyObject[];
  /** The receiver's private keys, for encrypted assertions. */
  readonly decryptionKeys: readonly KeyObject[];
}

/** A response that is the provider's. */
export interface VerifiedSamlResponse {
  readonly assertion: SamlAssertion;
  readonly encrypted: boolean;
  /** Where the response was sent to; signed only if the response is. */
  readonly destination: string | undefined;
}

/** Verifies a response, given in Base64. @throws SamlFault */
export function verifySamlResponse(base64: string, trust: SamlTrust): VerifiedSamlResponse {
  const source = decoded(base64);
  const response = parseStrictXml(source, samlResponseElementsMax);
  checkShape(response);
  const signature = ownSignature(response);
  const signedResponse =
    signature && parseStrictXml(signedText({ source, element: response, signature }, trust.signingKeys));
  // From here on a signed response counts only as it was signed.
  const counted = signedResponse ?? response;
  checkStatus(counted);
  const [encrypted] = elementsOf(counted, samlAssertion, "EncryptedAssertion");
  const by = { keys: trust.decryptionKeys, ciphertextSigned: signedResponse !== undefined };
  const assertionSource = encrypted === undefined ? source : decryptedAssertion(encrypted, by);
  const bare =
    encrypted === undefined
      ? plainAssertion(response)
      : parseStrictXml(assertionSource, samlResponseElementsMax);
  if (encrypted !== undefined) checkDecrypted(bare);
  const assertion = readAssertion(
    signedAssertion(
      { source: assertionSource, bare, signedResponse, encrypted: encrypted !== undefined },
      trust,
    ),
  );
  const [issuer] = elementsOf(counted, samlAssertion, "Issuer");
  if (issuer !== undefined && textOf(issuer)?.trim() !== assertion.issuer) {
    throw document("The response is of another issuer than its assertion.");
  }
  return {
    assertion,
    encrypted: encrypted !== undefined,
    destination: attributeOf(counted, "Destination"),
  };
}

interface FoundAssertion {
  readonly source: string;
  /** As it stands in the source, signed or not. */
  readonly bare: XmlElement;
  readonly signedResponse: XmlElement | undefined;
  readonly encrypted: boolean;
}

/** The assertion as a signature covers it. */
function signedAssertion(found: FoundAssertion, trust: SamlTrust): XmlElement {
  const { source, bare, signedResponse, encrypted } = found;
  const signature = ownSignature(bare);
  if (signature !== undefined) {
    return parseStrictXml(signedText({ source, element: bare, signature }, trust.signingKeys));
  }
  if (signedResponse === undefined) throw new SamlFault("signature", "Nothing is signed.");
  // The signature of the response covers the ciphertext, and so what it decrypts to.
  return encrypted ? bare : plainAssertion(signedResponse);
}

function decoded(base64: string): string {
  if (base64.length > samlResponseLengthMax) throw new SamlFault("encoding", "The response is too long.");
  const text = base64.replace(/[ \t\r\n]/g, "");
  const bytes = Buffer.from(text, "base64");
  if (text === "" || bytes.toString("base64").replaceAll("=", "") !== text.replace(/={0,2}$/, "")) {
    throw new SamlFault("encoding", "The response is not Base64.");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new SamlFault("encoding", "The response is not UTF-8.", { cause });
  }
}

/**
 * There is one place for each thing, so that nothing can pose as another: one assertion, plain or encrypted,
 * directly in the response; signatures directly in the response or its assertion; no ID twice.
 */
function checkShape(response: XmlElement): void {
  if (response.namespace !== samlProtocol || response.name !== "Response") throw document("No response.");
  if (attributeOf(response, "Version") !== "2.0") throw document("A response of another version.");
  const everything = [...allElements(response)];
  const assertions = everything.filter(({ name }) => name === "Assertion" || name === "EncryptedAssertion");
  const [assertion, another] = assertions;
  const direct = elementsOf(response);
  if (assertion?.namespace !== samlAssertion || another !== undefined || !direct.includes(assertion)) {
    throw document("The response must have one assertion.");
  }
  checkSignatures(everything, [response, assertion]);
  checkIds(everything);
}

/** Of a decrypted assertion, which was not seen before. */
function checkDecrypted(assertion: XmlElement): void {
  const everything = [...allElements(assertion)];
  const assertions = everything.filter(({ name }) => name === "Assertion" || name === "EncryptedAssertion");
  if (assertion.name !== "Assertion" || assertions.length !== 1) {
    throw document("An encrypted assertion must hold one assertion.");
  }
  checkSignatures(everything, [assertion]);
  checkIds(everything);
}

function checkSignatures(everything: readonly XmlElement[], places: readonly XmlElement[]): void {
  const allowed = new Set(places.map((place) => ownSignature(place)));
  for (const element of everything) {
    if (element.name === "Signature" && element.namespace === xmlSignature && !allowed.has(element)) {
      throw document("A signature stands where none may.");
    }
  }
}

function checkIds(everything: readonly XmlElement[]): void {
  const seen = new Set<string>();
  for (const { attributes } of everything) {
    for (const { name, value } of attributes) {
      if (name.toLowerCase() !== "id") continue;
      if (seen.has(value)) throw document("An ID stands twice.");
      seen.add(value);
    }
  }
}

function checkStatus(response: XmlElement): void {
  const [status] = elementsOf(response, samlProtocol, "Status");
  const [code] = status === undefined ? [] : elementsOf(status, samlProtocol, "StatusCode");
  const value = code === undefined ? undefined : attributeOf(code, "Value");
  if (value !== "urn:oasis:names:tc:SAML:2.0:status:Success") {
    throw new SamlFault("status", `The provider answers ${value ?? "without a status"}.`);
  }
}

function plainAssertion(response: XmlElement): XmlElement {
  const [assertion, another] = elementsOf(response, samlAssertion, "Assertion");
  if (assertion === undefined || another !== undefined) {
    throw document("The response must have one assertion.");
  }
  return assertion;
}

function document(message: string): SamlFault {
  return new SamlFault("document", message);
}
