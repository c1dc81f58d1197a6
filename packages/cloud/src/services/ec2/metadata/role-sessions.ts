/**
 * Sessions of instance roles: issued when the metadata service is asked, named by the instance, replaced well
 * before they expire, and not handed out any more the moment the association ends or the role goes. Each
 * issue is an AssumeRole of the EC2 service in the trail.
 */
import { compileStored, decide } from "@casemate/iam-engine";
import type { ReadTx, Store } from "@casemate/store";
import { drawUuid, trailEntries, type CloudEnvironment } from "../../../kit/index.ts";
import type { CredentialsFault, RoleCredentials, RoleDelivery } from "../../../kit/instance-metadata.ts";
import { instanceProfiles, issueCredentials, roleArn, roles, type RoleRow } from "../../iam/index.ts";
import { liveAssociation } from "../instance-profile-association/association.ts";
import { interfacesOf } from "../instance/instance-view.ts";
import { instances, type InstanceRow } from "../instance/instance.ts";

/** How long a session lives. */
export const roleSessionMs = 6 * 60 * 60 * 1000;
/**
 * A session with less left than this is replaced; clients begin to ask for the next one minutes before the
 * end.
 */
export const roleSessionRenewMs = 60 * 60 * 1000;

const service = "ec2.amazonaws.com";

interface Held {
  readonly credentials: RoleCredentials;
  /** What the session stands on: another association or role is another session. */
  readonly ground: string;
}

/** Hands out sessions. */
export interface RoleSessions {
  credentialsOf(instanceId: string, delivery: RoleDelivery): Promise<RoleCredentials | CredentialsFault>;
}

/** The role of an instance, by way of its association and profile. */
export function roleOf(
  tx: ReadTx,
  instanceId: string,
): { readonly role: RoleRow; readonly ground: string } | CredentialsFault {
  const association = liveAssociation(tx, instanceId);
  const profile = association && tx.get(instanceProfiles, association.profileId);
  if (association === undefined || profile?.roleId === undefined) return "no-profile";
  const role = tx.get(roles, profile.roleId);
  return role === undefined ? "role-gone" : { role, ground: `${association.id}/${role.id}` };
}

/** Makes the sessions over a store. */
export function createRoleSessions(store: Store, environment: CloudEnvironment): RoleSessions {
  const held = new Map<string, Held>();
  return {
    async credentialsOf(instanceId, delivery) {
      const now = environment.clock();
      const found = store.read((tx) => {
        const instance = tx.get(instances.collection, instanceId);
        return instance && { instance, role: roleOf(tx, instanceId) };
      });
      if (found === undefined) return "no-profile";
      if (typeof found.role === "string") return found.role;
      const { role, ground } = found.role;
      if (!trusts(role, now)) return "not-assumable";
      const key = `${instanceId}/${delivery}`;
      const known = held.get(key);
      if (known?.ground === ground && known.credentials.expirationMs - now > roleSessionRenewMs) {
        return known.credentials;
      }
      const credentials = await issue(store, environment, { instance: found.instance, role, delivery, now });
      held.set(key, { credentials, ground });
      return credentials;
    },
  };
}

/** Whether the role's trust policy lets EC2 assume it. */
function trusts(role: RoleRow, now: number): boolean {
  const arn = roleArn(role);
  const context = new Map([
    ["aws:sourceaccount", [role.accountId]],
    ["aws:currenttime", [new Date(now).toISOString()]],
    ["aws:epochtime", [String(Math.floor(now / 1000))]],
    ["aws:securetransport", ["true"]],
  ]);
  return decide({
    principal: { type: "service", accountId: role.accountId, arn: service, id: service, service },
    action: "sts:AssumeRole",
    resource: arn,
    resourceAccount: role.accountId,
    context,
    identity: [],
    trustPolicy: compileStored(role.trustDocument, "trust", { id: arn, type: "resource" }),
  }).allowed;
}

interface Issue {
  readonly instance: InstanceRow;
  readonly role: RoleRow;
  readonly delivery: RoleDelivery;
  readonly now: number;
}

async function issue(store: Store, environment: CloudEnvironment, asked: Issue): Promise<RoleCredentials> {
  const { instance, role, delivery, now } = asked;
  const { value, seq } = store.transaction((tx) => {
    const made = issueCredentials(environment, {
      accountId: role.accountId,
      holder: { type: "role", roleId: role.id, sessionName: instance.id },
      session: {
        issuedAt: now,
        expiresAt: now + roleSessionMs,
        tags: {},
        transitiveTagKeys: [],
        policies: [],
        chained: false,
        instance: {
          instanceArn: instances.arn(instance),
          vpcId: instance.vpcId,
          privateIp: interfacesOf(tx, instance.id)[0]?.privateIps[0] ?? "",
          roleDelivery: delivery,
        },
      },
    });
    tx.append(trailEntries, trailEntry(environment, asked, made.accessKeyId));
    return made;
  });
  await store.settled(seq);
  return {
    code: "Success",
    type: "AWS-HMAC",
    accessKeyId: value.accessKeyId,
    secretAccessKey: value.secretAccessKey,
    token: value.sessionToken,
    lastUpdatedMs: now,
    expirationMs: value.expiresAt,
  };
}

function trailEntry(
  environment: CloudEnvironment,
  { instance, role, now }: Issue,
  accessKeyId: string,
): Parameters<typeof trailEntries.at>[0] {
  const time = (epochMs: number): string => `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
  const arn = roleArn(role);
  return {
    at: now,
    decisions: [],
    record: {
      eventVersion: "1.11",
      userIdentity: { type: "AWSService", invokedBy: service },
      eventTime: time(now),
      eventSource: "sts.amazonaws.com",
      eventName: "AssumeRole",
      awsRegion: instance.region,
      sourceIPAddress: service,
      userAgent: service,
      requestParameters: { roleArn: arn, roleSessionName: instance.id },
      responseElements: {
        credentials: { accessKeyId, expiration: time(now + roleSessionMs) },
        assumedRoleUser: {
          assumedRoleId: `${role.id}:${instance.id}`,
          arn: `arn:aws:sts::${role.accountId}:assumed-role/${role.name}/${instance.id}`,
        },
      },
      requestID: drawUuid(environment.random),
      eventID: drawUuid(environment.random),
      readOnly: true,
      eventType: "AwsApiCall",
      managementEvent: true,
      recipientAccountId: role.accountId,
      eventCategory: "Management",
    },
  };
}
