// The query parameters that carry a presigned signature; they mean nothing else to an operation.

const presigned =
  /^X-Amz-(?:Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Security-Token|Content-Sha256)$/i;

/** Whether a query parameter belongs to a presigned signature. */
export function isSignatureParameter(name: string): boolean {
  return name.startsWith("X-") && presigned.test(name);
}
