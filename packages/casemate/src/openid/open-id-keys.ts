/**
 * The daemon's way to OpenID Connect issuers: their keys, fetched when a token asks for them and kept for a
 * while. Keys are kept per issuer and per what vouches for it, so that no tenant's thumbprints speak for
 * another's provider.
 */
import type { OpenIdKeysPort, OpenIdRefusal } from "@casemate/cloud";
import type { KeySet } from "@casemate/key-engine";
import { fetchIssuerKeys, fetchIssuerThumbprint } from "./fetch-issuer.ts";
import type { IssuerAccess } from "./issuer-connection.ts";
import { IssuerRefused } from "./issuer-refused.ts";
import { Remembered, type RememberedAnswer } from "./remembered.ts";

/** How long keys count: so long a key that its issuer took back is still believed. */
export const keysFreshMs = 10 * 60_000;
/** How long a refusal stands, and a thumbprint. */
export const refusalFreshMs = 10_000;
/** How long keys are not fetched again although a token names another one. */
export const refetchMs = 30_000;
/** Issuers whose keys are kept. */
export const issuersMax = 256;
/** Questions that are under way at once. */
export const fetchesMax = 16;

/** What the port is made of. */
export interface OpenIdKeysOptions extends IssuerAccess {
  /** Told why an issuer's keys could not be had. */
  readonly onRefusal: (issuer: string, reason: string) => void;
}

/** Keys, with the moment they were fetched, or why there are none. */
type Fetched = { readonly keys: KeySet; readonly fetchedAt: number } | OpenIdRefusal;

/** Opens the way. */
export function createOpenIdKeys(options: OpenIdKeysOptions): OpenIdKeysPort {
  const { clock } = options;
  const bounds = { entriesMax: issuersMax, underWayMax: fetchesMax, clock };
  const remembered = new Remembered<Fetched>(bounds);
  const thumbprints = new Remembered<{ readonly thumbprint: string } | OpenIdRefusal>(bounds);

  const refusing = async <T>(issuer: string, fetched: Promise<T>): Promise<T | OpenIdRefusal> => {
    try {
      return await fetched;
    } catch (thrown) {
      options.onRefusal(issuer, thrown instanceof Error ? thrown.message : String(thrown));
      return thrown instanceof IssuerRefused ? thrown.refusal : "unreachable";
    }
  };

  return {
    keysOf(question) {
      const { issuer, keyId } = question;
      const key = JSON.stringify([issuer, [...question.thumbprints].toSorted()]);
      const known = remembered.find(key);
      if (known !== undefined && counts(known, clock(), keyId)) {
        return typeof known.answer === "string" ? known.answer : known.answer.keys;
      }
      const fetched = async (): Promise<Fetched> => {
        const keys = await refusing(issuer, fetchIssuerKeys(options, question));
        if (typeof keys !== "string") return { keys, fetchedAt: clock() };
        // An issuer that cannot be asked again just now keeps the keys it has, for their time and no longer.
        return keys === "unreachable" && known !== undefined && isFresh(known.answer, clock())
          ? known.answer
          : keys;
      };
      return remembered.ask(key, fetched) ?? "unreachable";
    },
    thumbprintOf(issuer) {
      const known = thumbprints.find(issuer);
      if (known !== undefined && known.ageMs < refusalFreshMs) return known.answer;
      const fetched = (): Promise<{ readonly thumbprint: string } | OpenIdRefusal> =>
        refusing(
          issuer,
          fetchIssuerThumbprint(options, issuer).then((thumbprint) => ({ thumbprint })),
        );
      return thumbprints.ask(issuer, fetched) ?? "unreachable";
    },
  };
}

function isFresh(answer: Fetched, now: number): boolean {
  return typeof answer !== "string" && now - answer.fetchedAt < keysFreshMs;
}

/** Whether an answer is good for a token that names this key. */
function counts(
  { answer, ageMs }: RememberedAnswer<Fetched>,
  now: number,
  keyId: string | undefined,
): boolean {
  if (typeof answer === "string") return ageMs < refusalFreshMs;
  if (!isFresh(answer, now)) return false;
  return keyId === undefined || ageMs < refetchMs || answer.keys.keys.some(({ id }) => id === keyId);
}
