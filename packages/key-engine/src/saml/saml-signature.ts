/**
 * XML signatures in the one form that SAML allows: enveloped, over the element they stand in, named by its
 * ID, with exclusive canonicalization. It gives back the text that was signed; nothing else of the document
 * may be believed. Keys come from the caller: what the document says of its key is not read.
 */
import { createHash, verify, type KeyObject } from "node:crypto";
import { DOMParser } from "@xmldom/xmldom";
import { ExclusiveCanonicalization, SignedXml } from "xml-crypto";
import { SamlFault } from "./saml-fault.ts";
import {
  digestHashes,
  envelopedSignature,
  exclusiveC14n,
  signatureHashes,
  xmlSignature,
} from "./saml-names.ts";
import { attributeOf, elementsOf, textOf, type XmlElement } from "./xml-element.ts";

/** A signed element of a document that `parseStrictXml` has read. */
export interface SignedElement {
  /** The text of the whole document. */
  readonly source: string;
  readonly element: XmlElement;
  /** The element's own signature: its child. */
  readonly signature: XmlElement;
}

/**
 * The canonical text of a signed element, without its signature.
 * @throws SamlFault "signature" where the form is another one or no key has made the signature
 */
export function signedText(signed: SignedElement, keys: readonly KeyObject[]): string {
  const id = attributeOf(signed.element, "ID");
  if (id === undefined || !/^[\p{L}_][\p{L}\p{N}_.-]*$/u.test(id)) throw refused();
  checkForm(signed.signature, id);
  const node = signatureNode(signed.source, id);
  // Before the whole document is canonicalized, which costs more: is this signed by the provider at all?
  if (!isSignedInfoSigned(node, keys)) throw refused();
  const verifier = new SignedXml({ publicCert: keys[0] ?? "" });
  // The library's own lists have algorithms that are not strong enough; these replace them.
  verifier.SignatureAlgorithms = Object.fromEntries(
    [...signatureHashes].map(([name, hash]) => [name, verifierOf(name, hash, keys)]),
  );
  verifier.HashAlgorithms = Object.fromEntries(
    [...digestHashes].map(([name, hash]) => [name, hasherOf(name, hash)]),
  );
  const enveloped = verifier.CanonicalizationAlgorithms[envelopedSignature];
  if (enveloped === undefined) throw new Error("The library cannot take a signature out of its element.");
  verifier.CanonicalizationAlgorithms = {
    [exclusiveC14n]: ExclusiveCanonicalization,
    [envelopedSignature]: enveloped,
  };
  try {
    verifier.loadSignature(node);
    if (!verifier.checkSignature(signed.source)) throw refused();
  } catch (cause) {
    throw refused(cause);
  }
  const texts = verifier.getSignedReferences();
  if (texts.length !== 1 || texts[0] === undefined) throw refused();
  return texts[0];
}

/** The signature has the parts it must have, in their order, and none beside them. */
function checkForm(signature: XmlElement, id: string): void {
  const [info, value, keyInfo, ...others] = children(signature);
  expect(info, "SignedInfo");
  expect(value, "SignatureValue");
  if (keyInfo !== undefined) expect(keyInfo, "KeyInfo");
  const [canonicalization, method, reference, ...more] = children(info);
  expect(canonicalization, "CanonicalizationMethod", [exclusiveC14n]);
  if (children(canonicalization).length > 0) throw refused();
  expect(method, "SignatureMethod", [...signatureHashes.keys()]);
  expect(reference, "Reference");
  const [transforms, digestMethod, digest, ...rest] = children(reference);
  expect(transforms, "Transforms");
  expect(digestMethod, "DigestMethod", [...digestHashes.keys()]);
  expect(digest, "DigestValue");
  const [first, second, ...third] = children(transforms);
  expect(first, "Transform", [envelopedSignature]);
  expect(second, "Transform", [exclusiveC14n]);
  const known = [...others, ...more, ...rest, ...third].length === 0;
  const uri = reference === undefined ? undefined : attributeOf(reference, "URI");
  if (!known || uri !== `#${id}` || base64(value) === undefined || base64(digest) === undefined) {
    throw refused();
  }
}

function children(element: XmlElement | undefined): readonly XmlElement[] {
  return element === undefined ? [] : elementsOf(element);
}

function expect(element: XmlElement | undefined, name: string, algorithms?: readonly string[]): void {
  if (element?.namespace !== xmlSignature || element.name !== name) throw refused();
  if (algorithms === undefined) return;
  const algorithm = attributeOf(element, "Algorithm");
  if (algorithm === undefined || !algorithms.includes(algorithm)) throw refused();
}

function base64(element: XmlElement | undefined): string | undefined {
  const text = element === undefined ? undefined : textOf(element)?.replace(/[ \t\n\r]/g, "");
  return text !== undefined && /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? text : undefined;
}

/** The signature of the element of an ID, as the library's parser sees it. */
function signatureNode(source: string, id: string): Element {
  const problems: unknown[] = [];
  const errorHandler = (_level: string, message: unknown): void => void problems.push(message);
  const document = new DOMParser({ errorHandler }).parseFromString(source, "text/xml");
  const all = Array.from(document.getElementsByTagNameNS(xmlSignature, "Signature"));
  const own = all.filter(({ parentNode }) => idOf(parentNode) === id);
  if (problems.length > 0 || own.length !== 1 || own[0] === undefined) throw refused();
  return own[0];
}

/** Whether the value of a signature, whose form was checked, is a key's over its SignedInfo. */
function isSignedInfoSigned(signature: Element, keys: readonly KeyObject[]): boolean {
  const part = (name: string): Element | undefined =>
    Array.from(signature.getElementsByTagNameNS(xmlSignature, name))[0];
  const [info, method, value] = [part("SignedInfo"), part("SignatureMethod"), part("SignatureValue")];
  const hash = signatureHashes.get(method?.getAttribute("Algorithm") ?? "");
  if (info === undefined || hash === undefined) return false;
  const text = new ExclusiveCanonicalization().process(info, {});
  return isSigned({ hash, text, value: value?.textContent ?? "" }, keys);
}

function isSigned(
  signed: { readonly hash: string; readonly text: string; readonly value: string },
  keys: readonly KeyObject[],
): boolean {
  const [text, value] = [Buffer.from(signed.text, "utf8"), Buffer.from(signed.value, "base64")];
  return keys.some((key) => verify(signed.hash, text, key, value));
}

function idOf(node: Node | null): string | undefined {
  if (node?.nodeType !== 1) return undefined;
  return (node as Element).getAttribute("ID") ?? undefined;
}

function verifierOf(name: string, hash: string, keys: readonly KeyObject[]) {
  return class {
    getAlgorithmName = (): string => name;
    getSignature = (): never => {
      throw new Error("Nothing is signed here.");
    };
    /** The library's key is not looked at: every key of the provider may have signed. */
    verifySignature = (text: string, _key: unknown, value: string): boolean =>
      isSigned({ hash, text, value }, keys);
  };
}

function hasherOf(name: string, hash: string) {
  return class {
    getAlgorithmName = (): string => name;
    getHash = (xml: string): string => createHash(hash).update(xml, "utf8").digest("base64");
  };
}

function refused(cause?: unknown): SamlFault {
  return new SamlFault("signature", "The signature does not hold.", { cause });
}
