/**
 * Operations on profile associations. An association takes effect in the transaction that makes it and ends
 * in the one that removes it, so the next question to the metadata service already meets the new answer; the
 * replies tell the passing states, as on AWS.
 */
import type { Tx } from "@casemate/store";
import type { IamInstanceProfileSpecification } from "@casemate/wire/ec2";
import type { Call, Need, Target } from "../../../kit/index.ts";
import { instanceProfileArn } from "../../iam/index.ts";
import { describe, describeRequest } from "../describe.ts";
import { instanceInWrongState, instances, instanceTopic, type InstanceRow } from "../instance/instance.ts";
import { fetchProfile, findProfile, passRoleNeeds } from "../instance/launch/profile.ts";
import { operation } from "../operation.ts";
import {
  alreadyAssociated,
  associationFilters,
  associationNotActive,
  associationView,
  liveAssociation,
  profileAssociations,
  type ProfileAssociationRow,
} from "./association.ts";

/** The instance that an association is of; any instance when there is no such association. */
function associatedInstance(call: Call, associationId: string): Target {
  const row = profileAssociations.find(call.tx, call, associationId);
  return row === undefined ? instances.fresh(call) : instances.target(call, row.instanceId);
}

/**
 * The operation on the instance with the profile that it is to have, and the permission to pass that
 * profile's role.
 */
function attachNeeds(call: Call, target: Target, named: IamInstanceProfileSpecification): readonly Need[] {
  const profile = findProfile(call.tx, call, named);
  return [
    call.need(target, { "ec2:NewInstanceProfile": profile && instanceProfileArn(profile) }),
    ...passRoleNeeds(call, named, target.arn),
  ];
}

/**
 * The instance, in a state in which its profile can change. @throws the instance's faults,
 * instanceInWrongState
 */
function fetchChangeable(tx: Tx, call: Call, instanceId: string): InstanceRow {
  const row = instances.fetch(tx, call, instanceId);
  if (row.state !== "running" && row.state !== "stopped") {
    throw instanceInWrongState(row.id, "is not in the 'running' or 'stopped' states.");
  }
  return row;
}

function attach(
  tx: Tx,
  call: Call,
  asked: { readonly instance: InstanceRow; readonly profile: IamInstanceProfileSpecification },
): ProfileAssociationRow {
  const profile = fetchProfile(tx, call, asked.profile);
  tx.wish(instanceTopic);
  return profileAssociations.put(tx, {
    id: call.newId("iip-assoc"),
    accountId: call.accountId,
    region: call.region,
    tags: {},
    instanceId: asked.instance.id,
    profileId: profile.id,
    profileArn: instanceProfileArn(profile),
    state: "associated",
    at: call.now,
  });
}

function detach(tx: Tx, row: ProfileAssociationRow): void {
  tx.wish(instanceTopic);
  profileAssociations.remove(tx, row);
}

export const associateIamInstanceProfile = operation("AssociateIamInstanceProfile", {
  access: "write",
  honours: "all",
  needs: (input, call) =>
    attachNeeds(call, instances.target(call, input.InstanceId), input.IamInstanceProfile),
  handle(tx, input, call) {
    const instance = fetchChangeable(tx, call, input.InstanceId);
    if (liveAssociation(tx, instance.id) !== undefined) throw alreadyAssociated(instance.id);
    const made = attach(tx, call, { instance, profile: input.IamInstanceProfile });
    return { IamInstanceProfileAssociation: associationView({ ...made, state: "associating" }) };
  },
});

export const replaceIamInstanceProfileAssociation = operation("ReplaceIamInstanceProfileAssociation", {
  access: "write",
  honours: "all",
  needs: (input, call) =>
    attachNeeds(call, associatedInstance(call, input.AssociationId), input.IamInstanceProfile),
  handle(tx, input, call) {
    const before = profileAssociations.fetch(tx, call, input.AssociationId);
    const instance = instances.fetch(tx, call, before.instanceId);
    // As on AWS, a stopped instance's profile is disassociated and then another one associated.
    if (instance.state !== "running") throw associationNotActive(before.id);
    detach(tx, before);
    const made = attach(tx, call, { instance, profile: input.IamInstanceProfile });
    return { IamInstanceProfileAssociation: associationView({ ...made, state: "associating" }) };
  },
});

export const disassociateIamInstanceProfile = operation("DisassociateIamInstanceProfile", {
  access: "write",
  honours: "all",
  needs: (input, call) => [call.need(associatedInstance(call, input.AssociationId))],
  handle(tx, input, call) {
    const row = profileAssociations.fetch(tx, call, input.AssociationId);
    fetchChangeable(tx, call, row.instanceId);
    detach(tx, row);
    return { IamInstanceProfileAssociation: associationView({ ...row, state: "disassociating" }) };
  },
});

export const describeIamInstanceProfileAssociations = operation("DescribeIamInstanceProfileAssociations", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const found = describe(tx, call, {
      resource: profileAssociations,
      filters: associationFilters,
      request: describeRequest(input, input.AssociationIds, "associationIds"),
    });
    return {
      IamInstanceProfileAssociations: found.items.map(associationView),
      NextToken: found.nextToken,
    };
  },
});
