/**
 * What the claims of an identity token say of its bearer. They are read strictly: a claim of the wrong kind
 * is refused, not overlooked. That the token is genuine and current is for others to see to.
 */
import { isJsonObject, type JsonObject, type JsonValue } from "@casemate/key-engine";
import type { Tags } from "../../../kit/index.ts";
import { readSessionTags } from "../session/session-tags.ts";
import { audienceIncorrect, claimInvalid, claimMissing } from "./web-identity-faults.ts";

/** Characters of a subject, of an audience and of the other claims that become condition keys. */
export const claimCharactersMax = 255;
/** Values that `amr` and `aud` may list. */
export const listedValuesMax = 20;

const tagsClaim = "https://aws.amazon.com/tags";
const sourceIdentityClaim = "https://aws.amazon.com/source_identity";

/** What a token says of its bearer. */
export interface TokenClaims {
  readonly subject: string;
  /** Whom the token is for: the authorized party where one is named, else the only audience. */
  readonly audience: string;
  /** Every audience that the token names. */
  readonly audiences: readonly string[];
  readonly methods: readonly string[] | undefined;
  readonly email: string | undefined;
  readonly tags: Tags;
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity: string | undefined;
}

/** A claim that is a text; undefined when it is absent. @throws claimInvalid */
export function textClaim(claims: JsonObject, name: string): string | undefined {
  const value = claims[name];
  if (value === undefined) return undefined;
  if (typeof value !== "string" || value === "" || value.length > claimCharactersMax) {
    throw claimInvalid(name);
  }
  return value;
}

/** A claim that is a moment in seconds; undefined when it is absent. @throws claimInvalid */
export function momentClaim(claims: JsonObject, name: string): number | undefined {
  const value = claims[name];
  if (value === undefined) return undefined;
  if (typeof value !== "number" || value < 0) throw claimInvalid(name);
  return value;
}

/** Reads the claims. @throws claimMissing, claimInvalid, audienceIncorrect, invalidSessionTag */
export function readClaims(claims: JsonObject): TokenClaims {
  const subject = textClaim(claims, "sub");
  if (subject === undefined) throw claimMissing("sub");
  const audiences = textsIn(claims, "aud");
  if (audiences === undefined) throw claimMissing("aud");
  return {
    subject,
    audience: audienceOf(audiences, textClaim(claims, "azp")),
    audiences,
    methods: textsIn(claims, "amr"),
    email: textClaim(claims, "email"),
    ...sessionTagsIn(claims),
    sourceIdentity: sourceIdentityIn(claims),
  };
}

/**
 * A token for several audiences must say which of them asked for it (OpenID Connect Core, section 3.1.3.7):
 * else one of them could use it towards another's role.
 */
function audienceOf(audiences: readonly string[], authorizedParty: string | undefined): string {
  if (authorizedParty !== undefined) return authorizedParty;
  const [only, ...others] = audiences;
  if (only === undefined || others.length > 0) throw audienceIncorrect();
  return only;
}

/** A claim that is a text or a list of texts. */
function textsIn(claims: JsonObject, name: string): readonly string[] | undefined {
  const value = claims[name];
  if (value === undefined) return undefined;
  const list: readonly JsonValue[] = isList(value) ? value : [value];
  if (list.length > listedValuesMax || !list.every((each) => isText(each))) throw claimInvalid(name);
  return list;
}

function isText(value: JsonValue): value is string {
  return typeof value === "string" && value !== "" && value.length <= claimCharactersMax;
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function sourceIdentityIn(claims: JsonObject): string | undefined {
  const identity = textClaim(claims, sourceIdentityClaim);
  if (identity === undefined) return undefined;
  if (!/^[\w+=,.@-]{2,64}$/.test(identity) || /^aws:/i.test(identity))
    throw claimInvalid(sourceIdentityClaim);
  return identity;
}

/**
 * Session tags: in one claim, `{"principal_tags": {"team": ["red"]}, "transitive_tag_keys": ["team"]}`, or in
 * flat ones whose names go on from its name, `../principal_tags/team` and `../transitive_tag_keys`.
 */
function sessionTagsIn(claims: JsonObject): Pick<TokenClaims, "tags" | "transitiveTagKeys"> {
  const nested = claims[tagsClaim];
  if (nested !== undefined && !isJsonObject(nested)) throw claimInvalid(tagsClaim);
  const principalTags = nested?.["principal_tags"];
  if (principalTags !== undefined && !isJsonObject(principalTags)) throw claimInvalid(tagsClaim);
  const flatPrefix = `${tagsClaim}/principal_tags/`;
  const pairs = [
    ...Object.entries(principalTags ?? {}),
    ...Object.entries(claims)
      .filter(([name]) => name.startsWith(flatPrefix))
      .map(([name, value]) => [name.slice(flatPrefix.length), value] as const),
  ].map(([Key, value]) => ({ Key: tagText(Key), Value: tagText(tagValue(value)) }));
  const transitiveTagKeys = [
    ...transitiveIn(nested?.["transitive_tag_keys"]),
    ...transitiveIn(claims[`${tagsClaim}/transitive_tag_keys`]),
  ];
  return { tags: readSessionTags(pairs), transitiveTagKeys };
}

/** The value of a tag: a text, or a list of one. */
function tagValue(value: JsonValue): string {
  const [only, ...others] = isList(value) ? value : [value];
  if (typeof only !== "string" || others.length > 0) throw claimInvalid(tagsClaim);
  return only;
}

/** What AssumeRole takes for the key or the value of a tag. */
function tagText(text: string): string {
  if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text)) throw claimInvalid(tagsClaim);
  return text;
}

function transitiveIn(value: JsonValue | undefined): readonly string[] {
  if (value === undefined) return [];
  if (!isList(value) || !value.every((each) => isText(each))) throw claimInvalid(tagsClaim);
  return value;
}
