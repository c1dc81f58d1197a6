// What only a live AWS account can settle. One constant each, so that an answer is a one-line change.

/**
 * Whether `Principal: "*"` in a same-account resource policy acts as naming the session itself, so that
 * an implicit deny of the boundary or the session policy does not limit it.
 */
export const STAR_PRINCIPAL_IS_DIRECT: boolean = true;

/** Whether a grant escapes the boundary and the session policy as a principal named directly does. */
export const GRANT_IS_DIRECT: boolean = false;

/** Whether a grant to another account's principal allows without that principal's identity policy. */
export const GRANT_ALONE_CROSSES_ACCOUNTS: boolean = false;

/** Whether the last `*` of a short ARN in an Arn condition may cross a colon. */
export const TRAILING_STAR_CROSSES_COLON: boolean = false;

/** Whether a role trust policy must say Version 2012-10-17, as an identity policy must. */
export const TRUST_REQUIRES_VERSION_2012: boolean = false;

/** What a statement that joins Allow with NotPrincipal is refused with. */
export const ALLOW_NOT_PRINCIPAL_TEXT = "Has prohibited field NotPrincipal.";
