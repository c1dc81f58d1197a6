/**
 * Who a request comes from, once its signature has been verified. The request path makes these; services only
 * read them.
 */

/** Tags of a principal, a session, a request or a resource: key to value. */
export type Tags = Readonly<Record<string, string>>;

/** What a temporary credential carries beside its principal. */
export interface SessionFacts {
  /** When the credential was issued, epoch milliseconds. */
  readonly issuedAt: number;
  /** When it stops working, epoch milliseconds. */
  readonly expiresAt: number;
  /** When MFA was given, epoch milliseconds; absent means that the session was made without MFA. */
  readonly mfaAt?: number | undefined;
  /** Session tags; they win over the tags of the role or user. */
  readonly tags: Tags;
  /** Session tag keys that pass on in a role chain. */
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity?: string | undefined;
  /** Session policy documents, as given: the inline one and the managed ones. */
  readonly policies: readonly { readonly id: string; readonly document: string }[];
  /** Whether the session was assumed with a role's credentials; a further role then lives an hour at most. */
  readonly chained: boolean;
  /** Set when an identity provider vouched for the session. */
  readonly federation?: FederationFacts | undefined;
  /** Set for a root session that another account's AssumeRoot made. */
  readonly assumedRoot?: true | undefined;
  /** Set when the credential was handed to an instance by its metadata service. */
  readonly instance?: InstanceOrigin | undefined;
  /** Set when the credential came of signing in with a password. */
  readonly console?: true | undefined;
}

/** What a provider's token or assertion leaves in the session. */
export interface FederationFacts {
  /** aws:FederatedProvider: the provider's ARN. */
  readonly provider: string;
  /** Condition keys of the provider, by their full names, such as `idp.example.com:sub`. */
  readonly keys: Readonly<Record<string, string | readonly string[]>>;
}

/** The instance that a role credential was delivered to, and how. */
export interface InstanceOrigin {
  readonly instanceArn: string;
  readonly vpcId: string;
  readonly privateIp: string;
  /** Which version of the metadata service delivered it. */
  readonly roleDelivery: "1.0" | "2.0";
}

interface PrincipalFacts {
  readonly accountId: string;
  /** The ARN that refusals name: of the user, the session, or the root. */
  readonly arn: string;
  /** aws:userid: `AIDA..`, `AROA..:session`, the account id for root. */
  readonly id: string;
  readonly accessKeyId: string;
  /** Present for temporary credentials only. */
  readonly session?: SessionFacts | undefined;
}

/** The account's root user. */
export interface RootPrincipal extends PrincipalFacts {
  readonly type: "root";
}

/** An IAM user, with a long-lived key or a session from GetSessionToken. */
export interface UserPrincipal extends PrincipalFacts {
  readonly type: "user";
  readonly userName: string;
}

/** A session of a role. */
export interface RoleSessionPrincipal extends PrincipalFacts {
  readonly type: "role-session";
  readonly roleArn: string;
  readonly roleId: string;
  readonly roleName: string;
  readonly sessionName: string;
  readonly session: SessionFacts;
}

/** A federated user: a session from GetFederationToken, on behalf of the user or root that asked for it. */
export interface FederatedUserPrincipal extends PrincipalFacts {
  readonly type: "federated-user";
  /** Whose permissions bound the session: `id` is a user's unique id, or the account of a root. */
  readonly issuer: {
    readonly type: "user" | "root";
    readonly arn: string;
    readonly id: string;
    readonly userName?: string | undefined;
  };
  readonly session: SessionFacts;
}

interface VouchedFacts extends PrincipalFacts {
  /** What a trust policy names as Federated: the provider's ARN. */
  readonly provider: string;
  /** The subject, as the trail names it. */
  readonly userName: string;
  /** The issuer, as the trail names it. */
  readonly identityProvider: string;
  readonly session?: undefined;
}

/**
 * Whoever an OpenID Connect provider vouches for, before there is a session: the caller of an unsigned
 * operation. Its access key is empty and its account is that of the role it asks for.
 */
export interface WebIdentityPrincipal extends VouchedFacts {
  readonly type: "web-identity";
}

/** As a web identity, vouched for by a SAML provider. */
export interface SamlPrincipal extends VouchedFacts {
  readonly type: "saml";
}

/** Whoever an identity provider vouches for. */
export type IdentityProviderPrincipal = WebIdentityPrincipal | SamlPrincipal;

/** A verified caller. */
export type Principal =
  RootPrincipal | UserPrincipal | RoleSessionPrincipal | FederatedUserPrincipal | IdentityProviderPrincipal;

/** aws:PrincipalArn: for a session the ARN of its role, else the principal's own. */
export function principalArn(principal: Principal): string {
  return principal.type === "role-session" ? principal.roleArn : principal.arn;
}
