/**
 * Test support of the ledgers: an organization under the first account, one under the stranger's that invites
 * the first account, and how a cloud is brought to where an operation works that wants no organization.
 */
import { storedCollections } from "../../services/index.ts";
import type { Answer, TestCloud } from "../testing.ts";

/** Names of what the organization holds. */
export interface OrganizationFixtures {
  readonly createAccountRequestId: string;
  readonly declarativePolicyId: string;
  readonly delegateAccountId: string;
  readonly emptyUnitId: string;
  readonly handshakeId: string;
  readonly memberAccountId: string;
  readonly receivedHandshakeId: string;
  readonly rootId: string;
  readonly unitId: string;
  readonly unusedScpId: string;
  readonly usedScpId: string;
}

/** What every statement of a harmless policy says. */
export const harmlessScp = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
});
/** A policy that lets nobody do anything. */
export const harmlessResourcePolicy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Deny", Principal: "*", Action: "organizations:LeaveOrganization", Resource: "*" }],
});
const declarative = '{"ec2_attributes":{"serial_console_access":{"status":{"@@assign":"disabled"}}}}';

/** The address that the stranger knows the first account by. */
const ownerEmail = "owner@example.com";

const firstAccount = "111122223333";

type Send = (action: string, parameters?: Record<string, unknown>) => Promise<Answer>;

/** Makes both organizations. */
export async function makeOrganizations(cloud: TestCloud): Promise<OrganizationFixtures> {
  change(cloud, "iam/account", firstAccount, (row) => ({ ...row, email: ownerEmail }));
  const send =
    (credentials: TestCloud["admin"]): Send =>
    async (action, parameters = {}) => {
      const answer = await cloud.send({ service: "organizations", action, parameters, credentials });
      if (answer.status !== 200) throw new Error(`organizations:${action}: ${answer.text}`);
      return answer;
    };
  const asStranger = send(cloud.stranger);
  await asStranger("CreateOrganization");
  const invitation = await asStranger("InviteAccountToOrganization", {
    Target: { Type: "EMAIL", Id: ownerEmail },
  });
  return { ...(await fill(send(cloud.admin))), receivedHandshakeId: id(invitation, "Handshake") };
}

async function fill(make: Send): Promise<Omit<OrganizationFixtures, "receivedHandshakeId">> {
  await make("CreateOrganization");
  const { Roots } = (await make("ListRoots")).json as { readonly Roots: readonly { readonly Id: string }[] };
  const rootId = Roots[0]?.Id ?? "";
  await make("EnablePolicyType", { RootId: rootId, PolicyType: "DECLARATIVE_POLICY_EC2" });
  const unit = async (Name: string) =>
    id(await make("CreateOrganizationalUnit", { ParentId: rootId, Name }), "OrganizationalUnit");
  const policy = async (Name: string, Type: string, Content: string) =>
    policyId(await make("CreatePolicy", { Name, Type, Content, Description: "" }));
  const account = async (name: string) =>
    created(await make("CreateAccount", { AccountName: name, Email: `${name}@example.com` }));
  const member = await account("member");
  const delegate = await account("delegate");
  const usedScpId = await policy("used", "SERVICE_CONTROL_POLICY", harmlessScp);
  await make("AttachPolicy", { PolicyId: usedScpId, TargetId: rootId });
  const declarativePolicyId = await policy("declared", "DECLARATIVE_POLICY_EC2", declarative);
  await make("AttachPolicy", { PolicyId: declarativePolicyId, TargetId: rootId });
  const ServicePrincipal = "access-analyzer.amazonaws.com";
  await make("EnableAWSServiceAccess", { ServicePrincipal });
  await make("EnableAWSServiceAccess", { ServicePrincipal: "iam.amazonaws.com" });
  await make("RegisterDelegatedAdministrator", { AccountId: delegate.accountId, ServicePrincipal });
  await make("PutResourcePolicy", { Content: harmlessResourcePolicy });
  const handshake = await make("InviteAccountToOrganization", {
    Target: { Type: "ACCOUNT", Id: "777788889999" },
  });
  const unitId = await unit("work");
  return {
    createAccountRequestId: member.requestId,
    declarativePolicyId,
    delegateAccountId: delegate.accountId,
    emptyUnitId: await unit("empty"),
    handshakeId: id(handshake, "Handshake"),
    memberAccountId: member.accountId,
    rootId,
    unitId,
    unusedScpId: await policy("unused", "SERVICE_CONTROL_POLICY", harmlessScp),
    usedScpId,
  };
}

/** Operations that want another organization than the ledger's, and how a cloud comes to it. */
const stages: Readonly<Record<string, (cloud: TestCloud) => void>> = {
  "organizations:AcceptHandshake": standAlone,
  "organizations:CreateOrganization": standAlone,
  "organizations:DeleteOrganization": (cloud) =>
    remove(cloud, "organizations/member", (row) => !row.includes(firstAccount)),
  "organizations:LeaveOrganization"(cloud) {
    // The first account takes the place of a member, and the member its own.
    const [other] = rows(cloud, "organizations/organization").filter((row) => row.includes(firstAccount));
    const { id: organizationId } = JSON.parse(other ?? "{}") as { readonly id: string };
    change(cloud, "organizations/organization", organizationId, (row) => ({
      ...row,
      managementAccountId: "777788889999",
    }));
  },
};

/** Brings a copy of the ledger's cloud to where an operation works. */
export function stageFor(name: string, cloud: TestCloud): void {
  stages[name]?.(cloud);
}

function standAlone(cloud: TestCloud): void {
  remove(cloud, "organizations/member", (row) => row.includes(`"accountId":"${firstAccount}"`));
}

function collectionOf(kind: string): never {
  const found = storedCollections.find((each) => each.kind === kind);
  if (found === undefined) throw new Error(`The store has no ${kind}.`);
  return found as never;
}

function rows({ store }: TestCloud, kind: string): readonly string[] {
  return store.read((tx) => [...tx.scan(collectionOf(kind))].map((row) => JSON.stringify(row)));
}

function change({ store }: TestCloud, kind: string, key: string, to: (row: object) => object): void {
  store.transaction((tx) => {
    const row = tx.get(collectionOf(kind), key) as object | undefined;
    if (row === undefined) throw new Error(`There is no ${kind} ${key}.`);
    tx.put(collectionOf(kind), to(row) as never);
  });
}

function remove({ store }: TestCloud, kind: string, which: (row: string) => boolean): void {
  store.transaction((tx) => {
    for (const row of tx.scan(collectionOf(kind)) as Iterable<object>) {
      const { key } = collectionOf(kind) as { readonly key: (row: object) => string };
      if (which(JSON.stringify(row))) tx.delete(collectionOf(kind), key(row));
    }
  });
}

function id({ json }: Answer, member: string): string {
  return (json[member] as { readonly Id: string }).Id;
}

function policyId({ json }: Answer): string {
  const { PolicySummary } = json["Policy"] as { readonly PolicySummary: { readonly Id: string } };
  return PolicySummary.Id;
}

function created({ json }: Answer): { readonly accountId: string; readonly requestId: string } {
  const status = json["CreateAccountStatus"] as { readonly Id: string; readonly AccountId: string };
  return { accountId: status.AccountId, requestId: status.Id };
}
