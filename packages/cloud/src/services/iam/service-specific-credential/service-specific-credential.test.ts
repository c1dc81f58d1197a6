import { secretDigest } from "@casemate/key-engine";
import type {
  CreateServiceSpecificCredentialResponse,
  ListServiceSpecificCredentialsResponse,
  ResetServiceSpecificCredentialResponse,
  User,
} from "@casemate/wire/iam";
import { beforeEach, describe, expect, it } from "vitest";
import { asUser, openTestIam, otherAccount, rootOf, testAccount, testNow, type TestIam } from "../testing.ts";
import { serviceCredentials } from "./service-specific-credential.ts";

const git = "codecommit.amazonaws.com";
const bedrock = "bedrock.amazonaws.com";

let iam: TestIam;
let ana: User;
beforeEach(async () => {
  iam = await openTestIam();
  ana = iam.run<{ User: User }>("CreateUser", { UserName: "ana", Path: "/eng/" }).User;
});

const create = (ServiceName = git, more: object = {}) => {
  const { ServiceSpecificCredential: made } = iam.run<CreateServiceSpecificCredentialResponse>(
    "CreateServiceSpecificCredential",
    { UserName: "ana", ServiceName, ...more },
  );
  if (made === undefined) throw new Error("No credential came back.");
  return made;
};
const list = (input: object = { UserName: "ana" }): ListServiceSpecificCredentialsResponse =>
  iam.run("ListServiceSpecificCredentials", input);

describe("service-specific credentials", () => {
  it("are a name and a password that is told once and kept as a digest", () => {
    const made = create();
    expect(made).toMatchObject({
      ServiceName: git,
      ServiceUserName: `ana-at-${testAccount}`,
      Status: "Active",
      CreateDate: new Date(testNow),
    });
    expect(made.ServiceSpecificCredentialId).toMatch(/^ACCA[A-Z2-7]{17}$/);
    expect(made.ServicePassword).toMatch(/^[A-Za-z0-9+/]{40}$/);
    const { ServicePassword: password = "", ...told } = made;
    expect(list().ServiceSpecificCredentials).toEqual([told]);
    const row = iam.store.transaction((tx) =>
      tx.get(serviceCredentials, made.ServiceSpecificCredentialId),
    ).value;
    expect(row?.secretDigest).toBe(secretDigest(password));
    expect(JSON.stringify(row)).not.toContain(password);
  });

  it("are two for each service, with names of their own", () => {
    create();
    expect(create().ServiceUserName).toBe(`ana+1-at-${testAccount}`);
    expect(iam.faultOf("CreateServiceSpecificCredential", { UserName: "ana", ServiceName: git })).toBe(
      "LimitExceeded: Cannot exceed quota for ServiceSpecificCredentialsPerUser: 2",
    );
    create("cassandra.amazonaws.com");
    expect(list({ UserName: "ana", ServiceName: git }).ServiceSpecificCredentials).toHaveLength(2);
    expect(list().ServiceSpecificCredentials).toHaveLength(3);
    const { Marker } = list({ UserName: "ana", MaxItems: 2 });
    expect(list({ UserName: "ana", MaxItems: 2, Marker }).ServiceSpecificCredentials).toHaveLength(1);
  });

  it("of Bedrock are API keys, which may expire", () => {
    const made = create(bedrock, { CredentialAgeDays: 1 });
    expect(made.ServiceCredentialAlias).toMatch(/^BedrockAPIKey-[0-9a-f]{4}-at-111122223333$/);
    expect(Buffer.from(made.ServiceCredentialSecret?.slice(4) ?? "", "base64").toString()).toContain(
      `${made.ServiceCredentialAlias}:`,
    );
    expect([made.ServiceUserName, made.ServicePassword]).toEqual([undefined, undefined]);
    expect(made.ExpirationDate).toEqual(new Date(testNow + 86_400_000));
    iam.advance(86_399_999);
    expect(list().ServiceSpecificCredentials?.[0]?.Status).toBe("Active");
    iam.advance(1);
    expect(list().ServiceSpecificCredentials?.[0]?.Status).toBe("Expired");
    expect(create(bedrock).ExpirationDate).toBeUndefined();
  });

  it("are refused for other services and, elsewhere than Bedrock, with an age", () => {
    const of = (more: object): string =>
      iam.faultOf("CreateServiceSpecificCredential", { UserName: "ana", ...more });
    for (const ServiceName of ["s3.amazonaws.com", "constructor"]) {
      const refusal =
        `NotSupportedService: The service ${ServiceName} does not support ` + "service-specific credentials.";
      expect(of({ ServiceName })).toBe(refusal);
      expect(iam.faultOf("ListServiceSpecificCredentials", { UserName: "ana", ServiceName })).toBe(refusal);
    }
    expect(of({ ServiceName: git, CredentialAgeDays: 1 })).toBe(
      `ValidationError: CredentialAgeDays is not supported for the service ${git}.`,
    );
  });

  it("are reset, made inactive and deleted, before which their user stays", () => {
    const made = create();
    const named = { UserName: "ana", ServiceSpecificCredentialId: made.ServiceSpecificCredentialId };
    const reset = iam.run<ResetServiceSpecificCredentialResponse>(
      "ResetServiceSpecificCredential",
      named,
    ).ServiceSpecificCredential;
    expect(reset?.ServiceUserName).toBe(made.ServiceUserName);
    expect(reset?.ServicePassword).not.toBe(made.ServicePassword);
    iam.run("UpdateServiceSpecificCredential", { ...named, Status: "Inactive" });
    expect(list().ServiceSpecificCredentials?.[0]?.Status).toBe("Inactive");
    expect(iam.faultOf("UpdateServiceSpecificCredential", { ...named, Status: "Expired" })).toMatch(
      /^ValidationError/,
    );
    expect(iam.faultOf("DeleteUser", { UserName: "ana" })).toMatch(/must delete referenced objects first/);
    iam.run("DeleteServiceSpecificCredential", { ...named, UserName: undefined }, asUser(ana));
    iam.run("DeleteUser", { UserName: "ana" });
  });

  it("are listed of all users at once, each with its user", () => {
    iam.run("CreateUser", { UserName: "bob" });
    create();
    create(git, { UserName: "bob" });
    const names = list({ AllUsers: true }).ServiceSpecificCredentials?.map(({ UserName }) => UserName);
    expect(names?.toSorted()).toEqual(["ana", "bob"]);
    expect(iam.faultOf("ListServiceSpecificCredentials", { AllUsers: true, UserName: "ana" })).toBe(
      "ValidationError: AllUsers cannot be combined with UserName.",
    );
    expect(
      iam.run<ListServiceSpecificCredentialsResponse>(
        "ListServiceSpecificCredentials",
        { AllUsers: true },
        { principal: rootOf(otherAccount) },
      ).ServiceSpecificCredentials,
    ).toEqual([]);
  });

  it.each(["Update", "Reset", "Delete"])("%s of another user's is NoSuchEntity", (verb) => {
    iam.run("CreateUser", { UserName: "bob" });
    const id = create().ServiceSpecificCredentialId;
    const input = { UserName: "bob", ServiceSpecificCredentialId: id, Status: "Active" };
    expect(iam.faultOf(`${verb}ServiceSpecificCredential`, input)).toBe(
      `NoSuchEntity: The Service Specific Credential with id ${id} cannot be found.`,
    );
  });

  it("need permission on their user, with the service and the age where they are known", () => {
    const arn = `arn:aws:iam::${testAccount}:user/eng/ana`;
    const serviceKey = "iam:ServiceSpecificCredentialServiceName";
    const of = (name: string, input: object, caller = {}) =>
      iam.needsOf(name, input, caller).map(({ action, target, keys }) => [action, target.arn, keys]);
    const make = { UserName: "ana", ServiceName: bedrock };
    expect(of("CreateServiceSpecificCredential", { ...make, CredentialAgeDays: 30 })).toEqual([
      [
        "iam:CreateServiceSpecificCredential",
        arn,
        { [serviceKey]: bedrock, "iam:ServiceSpecificCredentialAgeDays": 30 },
      ],
    ]);
    expect(of("CreateServiceSpecificCredential", make)[0]?.[2]).toEqual({
      [serviceKey]: bedrock,
      "iam:ServiceSpecificCredentialAgeDays": undefined,
    });
    const named = { UserName: "ana", ServiceSpecificCredentialId: create().ServiceSpecificCredentialId };
    for (const verb of ["Update", "Reset", "Delete"]) {
      const name = `${verb}ServiceSpecificCredential`;
      expect(of(name, named)).toEqual([[`iam:${name}`, arn, { [serviceKey]: git }]]);
      expect(of(name, { ...named, ServiceSpecificCredentialId: "x" })[0]?.[2]).toEqual({});
      const other = { principal: rootOf(otherAccount) };
      expect(of(name, named, other)[0]?.[2]).toEqual({});
    }
    const all = of("ListServiceSpecificCredentials", { AllUsers: true });
    expect(all[0]?.[1]).toBe(`arn:aws:iam::${testAccount}:user/*`);
  });
});
