/** The instance profile that a request names, and the permission to pass its role. */
import type { ReadTx } from "@casemate/store";
import type { IamInstanceProfileSpecification } from "@casemate/wire/ec2";
import { parseArn, resourceTagKeys, type Call, type Need } from "../../../../kit/index.ts";
import {
  findInstanceProfile,
  instanceProfileArn,
  roleArn,
  roles,
  type InstanceProfileRow,
} from "../../../iam/index.ts";
import { profileNotFound, profileWithoutRole } from "../../instance-profile-association/association.ts";
import { profileTwice } from "./faults.ts";

/** The profile, when it exists in the caller's account. */
export function findProfile(
  tx: ReadTx,
  call: Call,
  named: IamInstanceProfileSpecification,
): InstanceProfileRow | undefined {
  if (named.Name !== undefined) return findInstanceProfile(tx, call.accountId, named.Name);
  const parts = named.Arn === undefined ? undefined : parseArn(named.Arn);
  if (parts?.service !== "iam" || parts.accountId !== call.accountId) return undefined;
  const row = findInstanceProfile(tx, call.accountId, parts.resource.split("/").at(-1) ?? "");
  return row !== undefined && instanceProfileArn(row) === named.Arn ? row : undefined;
}

/** The profile, which has a role. @throws profileTwice, profileNotFound, profileWithoutRole */
export function fetchProfile(
  tx: ReadTx,
  call: Call,
  named: IamInstanceProfileSpecification,
): InstanceProfileRow {
  if (named.Name !== undefined && named.Arn !== undefined) throw profileTwice();
  const row = findProfile(tx, call, named);
  if (row === undefined) {
    const { Name, Arn = "" } = named;
    throw Name === undefined ? profileNotFound(Arn, "arn", "ARN") : profileNotFound(Name, "name", "name");
  }
  // Without this, a profile could be attached while nobody asks whether its later role may be passed.
  if (row.roleId === undefined) throw profileWithoutRole(instanceProfileArn(row));
  return row;
}

/**
 * iam:PassRole on the role of the profile. One that is not there, or has no role, is refused by the handler.
 */
export function passRoleNeeds(
  call: Call,
  named: IamInstanceProfileSpecification | undefined,
  instanceArn: string,
): readonly Need[] {
  const profile = named === undefined ? undefined : findProfile(call.tx, call, named);
  const role = profile?.roleId === undefined ? undefined : call.tx.get(roles, profile.roleId);
  if (role === undefined) return [];
  const target = { arn: roleArn(role), accountId: role.accountId, keys: resourceTagKeys(role.tags, "iam") };
  return [
    call.needAction("iam:PassRole", target, {
      "iam:PassedToService": "ec2.amazonaws.com",
      "iam:AssociatedResourceArn": instanceArn,
    }),
  ];
}
