// Decides whether a request was signed with a secret. It knows no accounts: the caller brings the secret
// and the time.
import { timingSafeEqual } from "node:crypto";
import { canonicalRequest, sha256Hex, stringToSign, unsignedPayload } from "./canonical-request.ts";
import { amzDateOf, type ParsedSignature } from "./parse-signature.ts";
import { headerValues, type RawRequest } from "./raw-request.ts";
import { SignatureFault } from "./signature-fault.ts";
import { deriveSigningKey, mac, type SigningKeyCache } from "./signing-key-cache.ts";

export interface Verification {
  readonly secret: string;
  readonly now: Date;
  /** The regions the credential may be scoped to; when absent every region is taken. */
  readonly regions?: readonly string[] | undefined;
  /**
   * The service the credential has to be scoped to; when absent the caller has routed by the scope itself.
   */
  readonly service?: string | undefined;
  readonly keys?: SigningKeyCache | undefined;
}

const skewMs = 5 * 60_000;
/** Only these services take a body that was not hashed. */
const unhashedServices = new Set(["s3", "ebs"]);

/**
 * Returns when the signature is right, and throws otherwise.
 * @throws SignatureFault scope, expired, not-yet-current, unsigned-header, payload, mismatch
 */
export function verifySignature(
  parsed: ParsedSignature,
  request: RawRequest,
  verification: Verification,
): void {
  checkScope(parsed, verification);
  checkTime(parsed, verification.now);
  checkSignedHeaders(parsed, request);
  const payloadHash = checkPayload(parsed, request);
  const { service, signedHeaders } = parsed;
  const canonical = canonicalRequest(request, { service, signedHeaders, payloadHash });
  if (canonical === undefined) throw new SignatureFault("mismatch");
  const key =
    verification.keys?.derive(verification.secret, parsed) ?? deriveSigningKey(verification.secret, parsed);
  const expected = mac(key, stringToSign(canonical, parsed, parsed.amzDate));
  if (!timingSafeEqual(expected, Buffer.from(parsed.signature, "hex"))) throw new SignatureFault("mismatch");
}

function checkScope({ day, region, service, amzDate }: ParsedSignature, wanted: Verification): void {
  if (day !== amzDate.slice(0, 8)) {
    const rule = "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP";
    throw new SignatureFault("scope", `${rule}: '${day}' != '${amzDate.slice(0, 8)}', from '${amzDate}'.`);
  }
  if (wanted.regions !== undefined && !wanted.regions.includes(region)) {
    throw new SignatureFault("scope", "Credential should be scoped to a valid region.");
  }
  if (wanted.service !== undefined && wanted.service !== service) {
    throw new SignatureFault("scope", `Credential should be scoped to correct service: '${wanted.service}'.`);
  }
}

function checkTime({ time, amzDate, expiresSeconds }: ParsedSignature, now: Date): void {
  const age = now.getTime() - time.getTime();
  if (age < -skewMs) {
    const current = amzDateOf(now);
    const latest = amzDateOf(new Date(now.getTime() + skewMs));
    const text = `Signature not yet current: ${amzDate} is still later than ${latest} (${current} + 5 min.)`;
    throw new SignatureFault("not-yet-current", text);
  }
  if (expiresSeconds !== undefined) {
    if (age <= expiresSeconds * 1000) return;
    const current = amzDateOf(now);
    const end = amzDateOf(new Date(time.getTime() + expiresSeconds * 1000));
    throw new SignatureFault("expired", `Signature expired: ${end} is now earlier than ${current}`);
  }
  if (age <= skewMs) return;
  const current = amzDateOf(now);
  const earliest = amzDateOf(new Date(now.getTime() - skewMs));
  const text = `Signature expired: ${amzDate} is now earlier than ${earliest} (${current} - 5 min.)`;
  throw new SignatureFault("expired", text);
}

/**
 * Whatever could change the meaning of a request has to be signed: host, the date and every `x-amz-*`
 * header.
 */
function checkSignedHeaders({ signedHeaders, form }: ParsedSignature, request: RawRequest): void {
  const present = new Set<string>();
  for (const [name] of request.headers) {
    const lower = name.toLowerCase();
    if (lower === "host" && present.has(lower)) throw new SignatureFault("mismatch");
    present.add(lower);
    if (lower.startsWith("x-amz-") && !signedHeaders.includes(lower)) throw unsigned(lower);
  }
  if (!signedHeaders.includes("host")) throw unsigned("host");
  const dated = form === "presigned" || present.has("x-amz-date");
  if (!dated && !signedHeaders.includes("date")) throw unsigned("date");
  // A name that is signed but not sent would let a proxy take a header away unseen.
  if (!signedHeaders.every((name) => present.has(name))) throw new SignatureFault("mismatch");
}

function unsigned(name: string): SignatureFault {
  const title = name.replace(/(?:^|-)[a-z]/g, (match) => match.toUpperCase());
  return new SignatureFault(
    "unsigned-header",
    `'${title}' must be a 'SignedHeader' in the AWS Authorization.`,
  );
}

/**
 * The hash that stands in the canonical request; a declared hash has to be the hash of the bytes received.
 */
function checkPayload({ service, form }: ParsedSignature, request: RawRequest): string {
  const declared = headerValues(request, "x-amz-content-sha256");
  if (declared.length > 1) throw new SignatureFault("payload");
  const [hash] = declared;
  if (hash === unsignedPayload && unhashedServices.has(service)) return unsignedPayload;
  if (hash === undefined && form === "presigned" && service === "s3") return unsignedPayload;
  const actual = sha256Hex(request.body);
  if (hash !== undefined && hash !== actual) throw new SignatureFault("payload");
  return actual;
}
