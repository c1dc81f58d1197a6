/**
 * Metadata of an identity provider: who it is and which keys it signs with. Its signature, if it has one, is
 * not looked at: whoever uploads the document vouches for it.
 */
import { X509Certificate, type KeyObject } from "node:crypto";
import { parseSamlTime } from "./saml-assertion.ts";
import { SamlFault } from "./saml-fault.ts";
import { samlMetadata, samlProtocol, xmlSignature } from "./saml-names.ts";
import { parseStrictXml } from "./strict-xml.ts";
import { attributeOf, elementsOf, textOf, type XmlElement } from "./xml-element.ts";

/** Signing keys that one provider may have. */
export const samlSigningKeysMax = 20;
/** Bits that a provider's RSA key must have. */
export const samlKeyBitsMin = 1024;

/** A provider, as it describes itself. */
export interface SamlProviderMetadata {
  readonly entityId: string;
  readonly signingKeys: readonly KeyObject[];
  /** Epoch milliseconds, where the document says until when it holds. */
  readonly validUntil: number | undefined;
}

/** Reads the metadata of an identity provider. @throws SamlFault "document" */
export function parseSamlMetadata(text: string): SamlProviderMetadata {
  if (text.startsWith("\ufeff")) throw refused("must not begin with a byte order mark");
  const entity = parseStrictXml(text);
  if (entity.namespace !== samlMetadata || entity.name !== "EntityDescriptor") {
    throw refused("is not that of one entity");
  }
  const entityId = attributeOf(entity, "entityID")?.trim() ?? "";
  if (entityId === "" || entityId.length > 1024) throw refused("names no entity");
  const roles = elementsOf(entity, samlMetadata, "IDPSSODescriptor").filter((role) =>
    (attributeOf(role, "protocolSupportEnumeration") ?? "").split(/\s+/).includes(samlProtocol),
  );
  const signingKeys = distinct(roles.flatMap(signingKeysOf));
  if (signingKeys.length === 0) throw refused("has no key to verify signatures with");
  if (signingKeys.length > samlSigningKeysMax) throw refused(`has more than ${samlSigningKeysMax} keys`);
  const ends = [entity, ...roles]
    .map((each) => attributeOf(each, "validUntil"))
    .filter((end) => end !== undefined)
    .map(parseSamlTime);
  return { entityId, signingKeys, validUntil: ends.length === 0 ? undefined : Math.min(...ends) };
}

function signingKeysOf(role: XmlElement): readonly KeyObject[] {
  return elementsOf(role, samlMetadata, "KeyDescriptor")
    .filter((descriptor) => (attributeOf(descriptor, "use") ?? "signing") === "signing")
    .flatMap((descriptor) => elementsOf(descriptor, xmlSignature, "KeyInfo"))
    .flatMap((info) => elementsOf(info, xmlSignature, "X509Data"))
    .flatMap((data) => elementsOf(data, xmlSignature, "X509Certificate"))
    .map((certificate) => publicKeyOf(textOf(certificate) ?? ""));
}

/**
 * The key of a certificate. Its dates are not looked at, as AWS does not: the metadata says what is
 * trusted.
 */
function publicKeyOf(text: string): KeyObject {
  const base64 = text.replace(/\s/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw refused("has a certificate that is none");
  const key = certificateKey(Buffer.from(base64, "base64"));
  const bits = key?.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key?.asymmetricKeyType !== "rsa" || bits < samlKeyBitsMin) {
    throw refused(`has a key that is not of RSA or has less than ${samlKeyBitsMin} bits`);
  }
  return key;
}

function certificateKey(der: Buffer): KeyObject | undefined {
  try {
    return new X509Certificate(der).publicKey;
  } catch (cause) {
    throw refused("has a certificate that is none", cause);
  }
}

function distinct(keys: readonly KeyObject[]): readonly KeyObject[] {
  const bytes = (key: KeyObject): string => key.export({ format: "der", type: "spki" }).toString("base64");
  return [...new Map(keys.map((key) => [bytes(key), key])).values()];
}

function refused(what: string, cause?: unknown): SamlFault {
  return new SamlFault("document", `The metadata ${what}.`, { cause });
}
