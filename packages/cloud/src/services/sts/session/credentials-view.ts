/** Temporary credentials as the API shows them. */
import type { Credentials } from "@casemate/wire/sts";
import type { TemporaryCredentials } from "../../iam/index.ts";

export function credentialsView(credentials: TemporaryCredentials): Credentials {
  return {
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    SessionToken: credentials.sessionToken,
    Expiration: new Date(credentials.expiresAt),
  };
}
