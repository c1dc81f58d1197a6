/** Policy documents on their way in and out: judged and measured when stored, percent-encoded when shown. */
import { PolicyFault, policySize, validatePolicy } from "@casemate/iam-engine";
import { malformedPolicyDocument } from "../faults.ts";

/** Characters of all inline policies of a user together, white space not counted. */
export const userInlineCharactersMax = 2048;
/** Characters of all inline policies of a group together, white space not counted. */
export const groupInlineCharactersMax = 5120;
/** Characters of all inline policies of a role together, white space not counted. */
export const roleInlineCharactersMax = 10_240;
/** Characters of a managed policy, white space not counted. */
export const managedPolicyCharactersMax = 6144;
/** Characters of a trust policy, white space not counted. */
export const trustPolicyCharactersMax = 2048;

/** Judges a document; its size as quotas count it. @throws malformedPolicyDocument */
export function checkDocument(text: string, kind: "identity" | "trust"): number {
  try {
    validatePolicy(text, kind);
  } catch (thrown) {
    if (thrown instanceof PolicyFault) throw malformedPolicyDocument(thrown.message);
    throw thrown;
  }
  return policySize(text);
}

/**
 * A document as the API shows it: percent-encoded as RFC 3986 has it, which leaves only letters, digits and
 * `-._~`.
 */
export function encodeDocument(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
