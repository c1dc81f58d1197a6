/** The namespaces and algorithms of SAML 2.0, XML signatures and XML encryption that are known here. */

export const samlProtocol = "urn:oasis:names:tc:SAML:2.0:protocol";
export const samlAssertion = "urn:oasis:names:tc:SAML:2.0:assertion";
export const samlMetadata = "urn:oasis:names:tc:SAML:2.0:metadata";
export const xmlSignature = "http://www.w3.org/2000/09/xmldsig#";
export const xmlEncryption = "http://www.w3.org/2001/04/xmlenc#";

export const exclusiveC14n = "http://www.w3.org/2001/10/xml-exc-c14n#";
export const envelopedSignature = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/**
 * Signature algorithms and the hash of each. Differs: AWS also takes signatures over SHA-1, which can be
 * forged; here they are refused.
 */
export const signatureHashes: ReadonlyMap<string, string> = new Map([
  ["http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "sha256"],
  ["http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", "sha384"],
  ["http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", "sha512"],
]);

/** Digest algorithms. */
export const digestHashes: ReadonlyMap<string, string> = new Map([
  ["http://www.w3.org/2001/04/xmlenc#sha256", "sha256"],
  ["http://www.w3.org/2001/04/xmldsig-more#sha384", "sha384"],
  ["http://www.w3.org/2001/04/xmlenc#sha512", "sha512"],
]);
