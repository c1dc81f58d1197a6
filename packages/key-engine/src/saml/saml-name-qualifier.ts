/** The qualifier that AWS gives to the names of a provider's subjects. */
import { createHash } from "node:crypto";

/** Whose names they are: told apart by the issuer, the account and the provider's name in it. */
export interface SamlNaming {
  readonly issuer: string;
  readonly accountId: string;
  readonly providerName: string;
}

/** SHA-1 as the API documents it, in Base64: it names, it proves nothing. */
export function samlNameQualifier({ issuer, accountId, providerName }: SamlNaming): string {
  return createHash("sha1").update(`${issuer}${accountId}/${providerName}`, "utf8").digest("base64");
}
