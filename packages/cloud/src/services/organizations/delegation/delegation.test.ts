import { beforeEach, expect, it } from "vitest";
import { openTestOrganizations, testAccount, testNow, type TestOrganizations } from "../testing.ts";

const ServicePrincipal = "access-analyzer.amazonaws.com";

let on: TestOrganizations;
let member: string;
beforeEach(async () => {
  on = await openTestOrganizations();
  member = on.account("member");
});

function delegate(): void {
  on.run("EnableAWSServiceAccess", { ServicePrincipal });
  on.run("RegisterDelegatedAdministrator", { AccountId: member, ServicePrincipal });
}

it("lists the services with access to the organization", () => {
  on.run("EnableAWSServiceAccess", { ServicePrincipal });
  on.run("EnableAWSServiceAccess", { ServicePrincipal });
  expect(on.run("ListAWSServiceAccessForOrganization")).toEqual({
    EnabledServicePrincipals: [{ ServicePrincipal, DateEnabled: new Date(testNow) }],
  });
  on.run("DisableAWSServiceAccess", { ServicePrincipal });
  expect(on.run("ListAWSServiceAccessForOrganization")).toEqual({ EnabledServicePrincipals: [] });
});

it("lists who administers which service", () => {
  delegate();
  const at = { DelegationEnabledDate: new Date(testNow) };
  expect(on.run("ListDelegatedAdministrators")).toMatchObject({
    DelegatedAdministrators: [{ Id: member, Status: "ACTIVE", ...at }],
  });
  const other = { ServicePrincipal: "config.amazonaws.com" };
  expect(on.run("ListDelegatedAdministrators", other)).toEqual({ DelegatedAdministrators: [] });
  expect(on.run("ListDelegatedServicesForAccount", { AccountId: member })).toEqual({
    DelegatedServices: [{ ServicePrincipal, ...at }],
  });
});

it("lets a delegated administrator read, and no longer once it is deregistered or access is off", () => {
  expect(on.faultOf("ListAccounts", {}, member)).toMatch(/^AccessDenied/);
  delegate();
  expect(on.run("ListAccounts", {}, member)).toMatchObject({ Accounts: [{}, {}] });
  for (const [name, input] of [
    ["CreatePolicy", { Name: "a", Type: "SERVICE_CONTROL_POLICY", Content: "{}", Description: "" }],
    ["TagResource", { ResourceId: on.rootId(), Tags: [] }],
    ["CreateAccount", { AccountName: "a", Email: "a@example.com" }],
    ["RegisterDelegatedAdministrator", { AccountId: member, ServicePrincipal }],
  ] as const) {
    expect(`${name}: ${on.faultOf(name, input, member)}`).toMatch(/^\w+: AccessDenied/);
  }
  on.run("DeregisterDelegatedAdministrator", { AccountId: member, ServicePrincipal });
  expect(on.faultOf("ListAccounts", {}, member)).toMatch(/^AccessDenied/);
  delegate();
  on.run("DisableAWSServiceAccess", { ServicePrincipal });
  expect(on.faultOf("ListAccounts", {}, member)).toMatch(/^AccessDenied/);
  expect(on.faultOf("DeregisterDelegatedAdministrator", { AccountId: member, ServicePrincipal })).toMatch(
    /^AccountNotRegistered/,
  );
});

it("decides a delegated administrator's reading as one on the management account's resources", () => {
  const owner = () => on.needsOf("DescribeAccount", { AccountId: member }, member)[0]?.target;
  expect([owner()?.accountId, owner()?.resourcePolicy]).toEqual([member, undefined]);
  delegate();
  expect(owner()?.accountId).toBe(testAccount);
  expect(owner()?.resourcePolicy).toBeDefined();
});
