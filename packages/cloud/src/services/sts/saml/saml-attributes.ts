/**
 * What the attributes of an assertion ask for: the role, the session's name and length, its tags and its
 * source identity. They are read strictly: an attribute of the wrong kind is refused, not overlooked.
 */
import type { SamlAssertion } from "@casemate/key-engine";
import type { Tags } from "../../../kit/index.ts";
import { readSessionTags } from "../session/session-tags.ts";
import {
  samlRoleNotListed,
  samlSessionDurationInvalid,
  samlSessionNameInvalid,
  samlSessionNameMissing,
  samlSourceIdentityInvalid,
  samlTagInvalid,
} from "./saml-faults.ts";

const prefix = "https://aws.amazon.com/SAML/Attributes/";
const tagPrefix = `${prefix}PrincipalTag:`;

/** What a session of the role is made with. */
export interface SamlSession {
  readonly sessionName: string;
  readonly sourceIdentity: string | undefined;
  readonly tags: Tags;
  readonly transitiveTagKeys: readonly string[];
  /** The longest that the session may last, in seconds, where the provider says so. */
  readonly secondsMax: number | undefined;
}

type Attributes = SamlAssertion["attributes"];

/** Whether the provider maps its user to this role. @throws samlRoleNotListed */
export function checkRoleListed(
  attributes: Attributes,
  asked: { readonly RoleArn: string; readonly PrincipalArn: string },
): void {
  const pair = [asked.RoleArn, asked.PrincipalArn].toSorted().join();
  const listed = valuesOf(attributes, `${prefix}Role`).some((value) => {
    const arns = value.split(",").map((arn) => arn.trim());
    return arns.length === 2 && arns.toSorted().join() === pair;
  });
  if (!listed) throw samlRoleNotListed();
}

/** Reads the rest. @throws the faults of attributes, invalidSessionTag */
export function readSamlSession(attributes: Attributes): SamlSession {
  return {
    sessionName: sessionNameIn(attributes),
    sourceIdentity: sourceIdentityIn(attributes),
    ...tagsIn(attributes),
    secondsMax: secondsIn(attributes),
  };
}

function sessionNameIn(attributes: Attributes): string {
  const [name, ...others] = valuesOf(attributes, `${prefix}RoleSessionName`);
  if (name === undefined) throw samlSessionNameMissing();
  if (others.length > 0 || !/^[\w+=,.@-]{2,64}$/.test(name)) throw samlSessionNameInvalid();
  return name;
}

function sourceIdentityIn(attributes: Attributes): string | undefined {
  const [identity, ...others] = valuesOf(attributes, `${prefix}SourceIdentity`);
  if (identity === undefined) return undefined;
  if (others.length > 0 || !/^[\w+=,.@-]{2,64}$/.test(identity) || /^aws:/i.test(identity)) {
    throw samlSourceIdentityInvalid();
  }
  return identity;
}

function secondsIn(attributes: Attributes): number | undefined {
  const [text, ...others] = valuesOf(attributes, `${prefix}SessionDuration`);
  if (text === undefined) return undefined;
  const seconds = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (others.length > 0 || seconds < 900 || seconds > 43_200) throw samlSessionDurationInvalid();
  return seconds;
}

function tagsIn(attributes: Attributes): Pick<SamlSession, "tags" | "transitiveTagKeys"> {
  const pairs = attributes
    .filter(({ name }) => name.startsWith(tagPrefix))
    .map(({ name, values: [value, ...others] }) => {
      const Key = name.slice(tagPrefix.length);
      if (value === undefined || others.length > 0 || !isTagText(Key) || !isTagText(value)) {
        throw samlTagInvalid(name);
      }
      return { Key, Value: value };
    });
  return {
    tags: readSessionTags(pairs),
    transitiveTagKeys: valuesOf(attributes, `${prefix}TransitiveTagKeys`),
  };
}

/** What AssumeRole takes for the key or the value of a tag. */
function isTagText(text: string): boolean {
  return /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text);
}

/** The values of every attribute of a name. */
function valuesOf(attributes: Attributes, name: string): readonly string[] {
  return attributes
    .filter((each) => each.name === name)
    .flatMap(({ values }) => values.map((each) => each.trim()));
}
