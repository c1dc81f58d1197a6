/** The signature algorithms that tokens may be signed with, and which key fits which: nothing symmetric. */

/** What a token's `alg` may say. */
export type SignatureAlgorithm = "RS256" | "RS384" | "RS512" | "ES256" | "ES384" | "ES512";

/** The keys an algorithm works with: RSA ones, or those on its own curve. */
export type KeyKind = "RSA" | "P-256" | "P-384" | "P-521";

interface AlgorithmFacts {
  readonly hash: "sha256" | "sha384" | "sha512";
  readonly kind: KeyKind;
}

const algorithms: Readonly<Record<SignatureAlgorithm, AlgorithmFacts>> = {
  RS256: { hash: "sha256", kind: "RSA" },
  RS384: { hash: "sha384", kind: "RSA" },
  RS512: { hash: "sha512", kind: "RSA" },
  ES256: { hash: "sha256", kind: "P-256" },
  ES384: { hash: "sha384", kind: "P-384" },
  ES512: { hash: "sha512", kind: "P-521" },
};

/** Whether a text names one of the algorithms. Names are compared with their case. */
export function isSignatureAlgorithm(text: unknown): text is SignatureAlgorithm {
  return typeof text === "string" && Object.hasOwn(algorithms, text);
}

/** The facts of an algorithm. */
export function algorithmFacts(algorithm: SignatureAlgorithm): AlgorithmFacts {
  return algorithms[algorithm];
}
