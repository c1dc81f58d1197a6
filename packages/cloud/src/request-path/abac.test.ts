import type { Credentials } from "@casemate/wire";
import { beforeEach, describe, expect, it } from "vitest";
import { leafKeyPem, leafPem } from "./testing/credential-material.ts";
import { sharedIdp } from "./testing/saml-material.ts";
import {
  credentialsIn,
  field,
  openSignedCloud,
  policyOf,
  trusting,
  type SignedCloud,
} from "./testing/signed-calls.ts";

// What a policy can tell of a tag: that it is not there, that it is there without a value, and its value. The
// three are different answers, and each producer of a key must give the right one.

const account = "111122223333";
type Parameters = Readonly<Record<string, string>>;
/** A value of a tag, or undefined for no tag. */
type Tag = string | undefined;
const states: readonly (readonly [string, Tag])[] = [
  ["absent", undefined],
  ["empty", ""],
  ["red", "red"],
];

let cloud: SignedCloud;
/** Whose policy is the probe. */
let probe: Credentials;
let made = 0;
beforeEach(async () => {
  cloud = await openSignedCloud();
  probe = await cloud.user("probe");
});

/** A name that nothing has yet. */
const fresh = (): string => `thing${(made += 1)}`;
const iamTag = (value: Tag): Parameters =>
  value === undefined ? {} : { "Tags.member.1.Key": "team", "Tags.member.1.Value": value };
const ec2Tag = (type: string, value: Tag): Parameters =>
  value === undefined
    ? {}
    : {
        "TagSpecification.1.ResourceType": type,
        "TagSpecification.1.Tag.1.Key": "team",
        "TagSpecification.1.Tag.1.Value": value,
      };

/** The conditions of which one holds for each state of a key. */
function conditions(key: string): Readonly<Record<string, object>> {
  const equals = key === "aws:TagKeys" ? "ForAnyValue:StringEquals" : "StringEquals";
  return {
    absent: { Null: { [key]: "true" } },
    empty: { [equals]: { [key]: "" } },
    red: { [equals]: { [key]: key === "aws:TagKeys" ? "team" : "red" } },
  };
}

interface Asked {
  /** The action that the condition is on, with its prefix. */
  readonly action: string;
  readonly key: string;
  /** The resources that the condition is about, where the action is asked of others too. */
  readonly resource?: string;
  /** As whom to call; the probe unless given. */
  readonly as?: Credentials;
  /** Puts the policy where it bounds the caller; on the probe unless given. */
  readonly put?: (document: string) => Promise<unknown>;
  /** The call: its name and parameters, drawn anew for each condition. */
  readonly call: () => readonly [operation: string, parameters: Parameters];
}

/** The states of a key in which a call is let through: exactly one where the key is right. */
async function stateOf(asked: Asked): Promise<string> {
  const { action, key, resource = "*", as = probe, put = putOnProbe, call } = asked;
  const elsewhere = { Effect: "Allow", Action: action, NotResource: resource };
  const held: string[] = [];
  for (const [name, condition] of Object.entries(conditions(key))) {
    await put(
      policyOf(
        { Effect: "Allow", NotAction: action, Resource: "*" },
        { Effect: "Allow", Action: action, Resource: resource, Condition: condition },
        ...(resource === "*" ? [] : [elsewhere]),
      ),
    );
    const [operation, parameters] = call();
    const answer = await cloud.call(as, operation, parameters);
    const refused = answer.code === "AccessDenied" || answer.code === "UnauthorizedOperation";
    if (!refused && answer.status !== 200 && answer.code !== "DryRunOperation") {
      throw new Error(`${operation}: ${answer.code}: ${answer.message}`);
    }
    if (!refused) held.push(name);
  }
  return held.join("+");
}

function putOnProbe(PolicyDocument: string): Promise<unknown> {
  return cloud.must(cloud.admin, "PutUserPolicy", { UserName: "probe", PolicyName: "p", PolicyDocument });
}

/** A kind of thing in IAM that has tags. */
interface Kind {
  readonly create: string;
  /** What makes one of a name. */
  readonly parameters: (name: string) => Parameters;
  /** What names it from then on. */
  readonly named: (name: string) => Parameters;
  /** The end of TagX, UntagX and ListXTags. */
  readonly word: string;
}

const trust = trusting({ AWS: account });
const kinds: readonly Kind[] = [
  {
    create: "CreateUser",
    word: "User",
    parameters: (UserName) => ({ UserName }),
    named: (UserName) => ({ UserName }),
  },
  {
    create: "CreateRole",
    word: "Role",
    parameters: (RoleName) => ({ RoleName, AssumeRolePolicyDocument: trust }),
    named: (RoleName) => ({ RoleName }),
  },
  {
    create: "CreatePolicy",
    word: "Policy",
    parameters: (PolicyName) => ({
      PolicyName,
      PolicyDocument: policyOf({ Effect: "Allow", Action: "*", Resource: "*" }),
    }),
    named: (name) => ({ PolicyArn: `arn:aws:iam::${account}:policy/${name}` }),
  },
  {
    create: "CreateInstanceProfile",
    word: "InstanceProfile",
    parameters: (InstanceProfileName) => ({ InstanceProfileName }),
    named: (InstanceProfileName) => ({ InstanceProfileName }),
  },
  {
    create: "CreateVirtualMFADevice",
    word: "MFADevice",
    parameters: (VirtualMFADeviceName) => ({ VirtualMFADeviceName }),
    named: (name) => ({ SerialNumber: `arn:aws:iam::${account}:mfa/${name}` }),
  },
  {
    create: "UploadServerCertificate",
    word: "ServerCertificate",
    parameters: (ServerCertificateName) => ({
      ServerCertificateName,
      CertificateBody: leafPem,
      PrivateKey: leafKeyPem,
    }),
    named: (ServerCertificateName) => ({ ServerCertificateName }),
  },
  {
    create: "CreateSAMLProvider",
    word: "SAMLProvider",
    parameters: (Name) => ({ Name, SAMLMetadataDocument: sharedIdp().metadata() }),
    named: (name) => ({ SAMLProviderArn: `arn:aws:iam::${account}:saml-provider/${name}` }),
  },
  {
    create: "CreateOpenIDConnectProvider",
    word: "OpenIDConnectProvider",
    parameters: (name) => ({
      Url: `https://${name}.example.com`,
      "ThumbprintList.member.1": "990f4193972f2becf12ddeda5237f9c952f20d9e",
    }),
    named: (name) => ({
      OpenIDConnectProviderArn: `arn:aws:iam::${account}:oidc-provider/${name}.example.com`,
    }),
  },
];
const eachKind = kinds.map((kind) => [kind.word, kind] as const);

async function make(kind: Kind, tag: Tag): Promise<Parameters> {
  const name = fresh();
  await cloud.must(cloud.admin, kind.create, { ...kind.parameters(name), ...iamTag(tag) });
  return kind.named(name);
}

describe.each(eachKind)("a tag of IAM's %s", (_word, kind) => {
  it.each(states)("is %s in aws:RequestTag and aws:TagKeys when it is made", async (state, tag) => {
    const call = () => [kind.create, { ...kind.parameters(fresh()), ...iamTag(tag) }] as const;
    for (const action of [`iam:${kind.create}`, ...(tag === undefined ? [] : [`iam:Tag${kind.word}`])]) {
      expect(await stateOf({ action, key: "aws:RequestTag/team", call })).toBe(state);
      const keys = tag === undefined ? "absent" : "red";
      expect(await stateOf({ action, key: "aws:TagKeys", call })).toBe(keys);
    }
    // What does not exist yet has no tags, whatever is asked for.
    for (const key of ["aws:ResourceTag/team", "iam:ResourceTag/team"]) {
      expect(await stateOf({ action: `iam:${kind.create}`, key, call })).toBe("absent");
    }
  });

  it.each(states.slice(1))("is %s in aws:RequestTag and aws:TagKeys when it is given", async (state, tag) => {
    const named = await make(kind, undefined);
    const action = `iam:Tag${kind.word}`;
    const call = () => [`Tag${kind.word}`, { ...named, ...iamTag(tag) }] as const;
    expect(await stateOf({ action, key: "aws:RequestTag/team", call })).toBe(state);
    expect(await stateOf({ action, key: "aws:TagKeys", call })).toBe("red");
  });

  it("is in aws:TagKeys, and its value in nothing, when it is taken", async () => {
    const named = await make(kind, "red");
    const action = `iam:Untag${kind.word}`;
    const call = () => [`Untag${kind.word}`, { ...named, "TagKeys.member.1": "team" }] as const;
    expect(await stateOf({ action, key: "aws:RequestTag/team", call })).toBe("absent");
    expect(await stateOf({ action, key: "aws:TagKeys", call })).toBe("red");
  });

  it.each(states)(
    "is %s in aws:ResourceTag and iam:ResourceTag of whatever touches it",
    async (state, tag) => {
      const named = await make(kind, tag);
      for (const key of ["aws:ResourceTag/team", "iam:ResourceTag/team"]) {
        const read = `List${kind.word}Tags`;
        expect(await stateOf({ action: `iam:${read}`, key, call: () => [read, named] })).toBe(state);
        const touch = `Tag${kind.word}`;
        const call = () =>
          [touch, { ...named, "Tags.member.1.Key": "other", "Tags.member.1.Value": "x" }] as const;
        expect(await stateOf({ action: `iam:${touch}`, key, call })).toBe(state);
      }
    },
  );
});

describe("a tag of a user or role that is touched by another name", () => {
  const password = "Correct-Horse-7-Battery";
  it.each(states)("is %s where its credentials, policies and groups are touched", async (state, tag) => {
    const [{ UserName = "" }, { RoleName = "" }] = [await make(kinds[0]!, tag), await make(kinds[1]!, tag)];
    const PolicyArn = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
    const PolicyDocument = policyOf({ Effect: "Allow", Action: "*", Resource: "*" });
    const touches: readonly (readonly [string, Parameters])[] = [
      ["CreateLoginProfile", { UserName, Password: password }],
      ["GetLoginProfile", { UserName }],
      ["ListAccessKeys", { UserName }],
      ["ListMFADevices", { UserName }],
      ["ListSigningCertificates", { UserName }],
      ["ListSSHPublicKeys", { UserName }],
      ["ListGroupsForUser", { UserName }],
      ["AttachUserPolicy", { UserName, PolicyArn }],
      ["PutUserPolicy", { UserName, PolicyName: "p", PolicyDocument }],
      ["PutUserPermissionsBoundary", { UserName, PermissionsBoundary: PolicyArn }],
      ["AttachRolePolicy", { RoleName, PolicyArn }],
      ["PutRolePolicy", { RoleName, PolicyName: "p", PolicyDocument }],
      ["UpdateAssumeRolePolicy", { RoleName, PolicyDocument: trust }],
      ["PutRolePermissionsBoundary", { RoleName, PermissionsBoundary: PolicyArn }],
    ];
    for (const [name, parameters] of touches) {
      const call = () => [name, parameters] as const;
      const told = await stateOf({ action: `iam:${name}`, key: "iam:ResourceTag/team", call });
      expect([name, told]).toEqual([name, state]);
    }
  });

  it.each(states)("is %s where the role is passed", async (state, tag) => {
    const { RoleName = "" } = await make(kinds[1]!, tag);
    const call = () => {
      const InstanceProfileName = fresh();
      return ["AddRoleToInstanceProfile", { InstanceProfileName, RoleName }] as const;
    };
    // The permission to pass is asked of the role although the profile is not there.
    for (const key of ["aws:ResourceTag/team", "iam:ResourceTag/team"]) {
      const held: string[] = [];
      for (const [name, Condition] of Object.entries(conditions(key))) {
        await putOnProbe(
          policyOf(
            { Effect: "Allow", NotAction: "iam:PassRole", Resource: "*" },
            { Effect: "Allow", Action: "iam:PassRole", Resource: "*", Condition },
          ),
        );
        if ((await cloud.call(probe, ...call())).code === "NoSuchEntity") held.push(name);
      }
      expect(held).toEqual([state]);
    }
  });
});

describe("a session tag", () => {
  const role = async (tag: Tag): Promise<string> => {
    const RoleName = fresh();
    const AssumeRolePolicyDocument = trusting(
      { AWS: account },
      { Action: ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"] },
    );
    await cloud.must(cloud.admin, "CreateRole", { RoleName, AssumeRolePolicyDocument, ...iamTag(tag) });
    return RoleName;
  };
  const assume = (name: string, tag: Tag) =>
    [
      "sts:AssumeRole",
      { RoleArn: `arn:aws:iam::${account}:role/${name}`, RoleSessionName: "job", ...iamTag(tag) },
    ] as const;

  it.each(states)("is %s in aws:RequestTag of AssumeRole and GetFederationToken", async (state, tag) => {
    const name = await role(undefined);
    const key = "aws:RequestTag/team";
    const federate = () => ["sts:GetFederationToken", { Name: "guest", ...iamTag(tag) }] as const;
    const actions = ["", ...(tag === undefined ? [] : ["sts:TagSession"])];
    for (const action of actions) {
      const call = () => assume(name, tag);
      expect(await stateOf({ action: action || "sts:AssumeRole", key, call })).toBe(state);
      const told = await stateOf({ action: action || "sts:GetFederationToken", key, call: federate });
      expect(told).toBe(state);
    }
  });

  it.each(states)("is %s in aws:ResourceTag where the role has it", async (state, tag) => {
    const name = await role(tag);
    const call = () => assume(name, undefined);
    for (const key of ["aws:ResourceTag/team", "iam:ResourceTag/team"]) {
      expect(await stateOf({ action: "sts:AssumeRole", key, call })).toBe(state);
    }
  });

  it.each(states)(
    "is %s in aws:PrincipalTag of the session, the role's own or the one passed",
    async (state, tag) => {
      const call = () => ["ListUsers", {}] as const;
      const asked = { action: "iam:ListUsers", key: "aws:PrincipalTag/team", call };
      const put = (RoleName: string) => (PolicyDocument: string) =>
        cloud.must(cloud.admin, "PutRolePolicy", { RoleName, PolicyName: "p", PolicyDocument });
      await putOnProbe(policyOf({ Effect: "Allow", Action: "*", Resource: "*" }));
      const own = await role(tag);
      const session = credentialsIn(await cloud.must(probe, ...assume(own, undefined)));
      expect(await stateOf({ ...asked, as: session, put: put(own) })).toBe(state);
      // What is passed stands in the place of the role's own.
      const other = await role(tag === undefined ? undefined : "blue");
      const tagged = credentialsIn(await cloud.must(probe, ...assume(other, tag)));
      expect(await stateOf({ ...asked, as: tagged, put: put(other) })).toBe(state);
    },
  );
});

describe("a tag of the user who calls", () => {
  it.each(states)("is %s in aws:PrincipalTag", async (state, tag) => {
    const { UserName = "" } = await make(kinds[0]!, tag);
    const as = credentialsIn(await cloud.must(cloud.admin, "CreateAccessKey", { UserName }));
    const put = (PolicyDocument: string) =>
      cloud.must(cloud.admin, "PutUserPolicy", { UserName, PolicyName: "p", PolicyDocument });
    const call = () => ["ListRoles", {}] as const;
    expect(await stateOf({ action: "iam:ListRoles", key: "aws:PrincipalTag/team", as, put, call })).toBe(
      state,
    );
    expect(await stateOf({ action: "iam:ListRoles", key: "aws:RequestTag/team", as, put, call })).toBe(
      "absent",
    );
  });
});

describe("a tag of EC2", () => {
  const create = (tag: Tag) =>
    [
      "ec2:CreateSecurityGroup",
      { GroupName: fresh(), GroupDescription: "d", ...ec2Tag("security-group", tag) },
    ] as const;

  it.each(states)("is %s in aws:RequestTag and aws:TagKeys when a thing is made", async (state, tag) => {
    const resource = "arn:aws:ec2:*:*:security-group/*";
    const key = (action: string, name: string) =>
      stateOf({ action, key: name, resource, call: () => create(tag) });
    for (const action of ["ec2:CreateSecurityGroup", ...(tag === undefined ? [] : ["ec2:CreateTags"])]) {
      expect(await key(action, "aws:RequestTag/team")).toBe(state);
      expect(await key(action, "aws:TagKeys")).toBe(tag === undefined ? "absent" : "red");
    }
    const pair = () => ["ec2:CreateKeyPair", { KeyName: fresh(), ...ec2Tag("key-pair", tag) }] as const;
    const asked = { action: "ec2:CreateKeyPair", key: "aws:RequestTag/team", call: pair };
    expect(await stateOf(asked)).toBe(state);
  });

  it.each(states)(
    "is %s in aws:ResourceTag and ec2:ResourceTag of whatever touches the thing",
    async (state, tag) => {
      const GroupId = field(await cloud.must(cloud.admin, ...create(tag)), "groupId");
      const touches: readonly (readonly [string, Parameters])[] = [
        ["CreateTags", { "ResourceId.1": GroupId, "Tag.1.Key": "other", "Tag.1.Value": "x" }],
        ["DeleteTags", { "ResourceId.1": GroupId, "Tag.1.Key": "none" }],
        ["RevokeSecurityGroupEgress", { GroupId, DryRun: "true", "IpPermissions.1.IpProtocol": "-1" }],
        ["DeleteSecurityGroup", { GroupId, DryRun: "true" }],
      ];
      for (const [name, parameters] of touches) {
        for (const key of ["aws:ResourceTag/team", "ec2:ResourceTag/team"]) {
          const call = () => [`ec2:${name}`, parameters] as const;
          const told = await stateOf({ action: `ec2:${name}`, key, call });
          expect([name, told]).toEqual([name, state]);
        }
      }
    },
  );

  it.each(states.slice(1))("is %s in aws:RequestTag when it is given later", async (state, tag) => {
    const GroupId = field(await cloud.must(cloud.admin, ...create(undefined)), "groupId");
    const given = { "ResourceId.1": GroupId, "Tag.1.Key": "team", "Tag.1.Value": tag ?? "" };
    const call = () => ["ec2:CreateTags", given] as const;
    expect(await stateOf({ action: "ec2:CreateTags", key: "aws:RequestTag/team", call })).toBe(state);
    expect(await stateOf({ action: "ec2:CreateTags", key: "aws:TagKeys", call })).toBe("red");
  });
});

describe("a key that is true or false", () => {
  /** Which of absent, false and true lets the caller through; the caller is bounded by a policy of a role. */
  const told = async (key: string, RoleName: string, as: Credentials): Promise<string> => {
    const held: string[] = [];
    for (const [name, Condition] of [
      ["absent", { Null: { [key]: "true" } }],
      ["false", { Bool: { [key]: "false" } }],
      ["true", { Bool: { [key]: "true" } }],
    ] as const) {
      const statement = { Effect: "Allow", Action: "iam:ListUsers", Resource: "*", Condition };
      const named = { PolicyName: "p", PolicyDocument: policyOf(statement) };
      if (RoleName === "") await cloud.must(cloud.admin, "PutUserPolicy", { UserName: "probe", ...named });
      else await cloud.must(cloud.admin, "PutRolePolicy", { RoleName, ...named });
      if ((await cloud.call(as, "ListUsers")).status === 200) held.push(name);
    }
    return held.join("+");
  };

  it("is absent for what it does not concern, and false where it is not so", async () => {
    const RoleName = fresh();
    await cloud.must(cloud.admin, "CreateRole", { RoleName, AssumeRolePolicyDocument: trust });
    await putOnProbe(policyOf({ Effect: "Allow", Action: "*", Resource: "*" }));
    const RoleArn = `arn:aws:iam::${account}:role/${RoleName}`;
    const inside = credentialsIn(
      await cloud.must(probe, "sts:AssumeRole", { RoleArn, RoleSessionName: "job" }),
    );
    expect(await told("aws:MultiFactorAuthPresent", "", probe)).toBe("absent");
    expect(await told("aws:MultiFactorAuthPresent", RoleName, inside)).toBe("false");
    for (const key of ["aws:ViaAWSService", "aws:PrincipalIsAWSService", "aws:SecureTransport"]) {
      expect([key, await told(key, "", probe)]).toEqual([key, "false"]);
    }
    for (const key of ["aws:AssumedRoot", "aws:SourceVpce", "aws:SourceIdentity", "aws:PrincipalOrgID"]) {
      expect([key, await told(key, "", probe)]).toEqual([key, "absent"]);
    }
  });
});
