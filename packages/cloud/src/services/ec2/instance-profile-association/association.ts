/**
 * Associations of instances with instance profiles: one per instance at a time, attached and detached while
 * it runs.
 */
import type { ReadTx } from "@casemate/store";
import type { IamInstanceProfileAssociation } from "@casemate/wire/ec2";
import { fault, resource, type FilterTable, type OwnedRow } from "../../../kit/index.ts";

/** An association. */
export interface ProfileAssociationRow extends OwnedRow {
  readonly id: string;
  readonly instanceId: string;
  readonly profileId: string;
  readonly profileArn: string;
  readonly state: "associating" | "associated" | "disassociating" | "disassociated";
  readonly at: number;
}

export const associationNotFound = fault({
  code: "NoSuchAssociation",
  message: (id: string) => `An invalid association-id of '${id}' was given`,
});
export const associationMalformed = fault({
  code: "InvalidParameterValue",
  message: () => "Invalid value for associationId.",
});
export const associationNotActive = fault({
  code: "IncorrectState",
  message: (id: string) => `The association ${id} is not the active association`,
});
export const alreadyAssociated = fault({
  code: "IncorrectState",
  message: (id: string) => `There is an existing association for instance ${id}`,
});
export const profileNotFound = fault({
  code: "InvalidParameterValue",
  message: (value: string, member: string, what: string) =>
    `Value (${value}) for parameter iamInstanceProfile.${member} is invalid. ` +
    `Invalid IAM Instance Profile ${what}`,
});
export const profileWithoutRole = fault({
  code: "InvalidParameterValue",
  message: (arn: string) => `IAM Instance Profile "${arn}" has no associated IAM Roles`,
});

export const associationFaults = [
  associationNotFound,
  associationMalformed,
  associationNotActive,
  alreadyAssociated,
  profileNotFound,
  profileWithoutRole,
];

export const profileAssociations = resource<ProfileAssociationRow, "instance">({
  service: "ec2",
  type: "iam-instance-profile-association",
  prefix: "iip-assoc",
  indexes: { instance: (row) => row.instanceId },
  notFound: associationNotFound,
  malformed: associationMalformed,
});

/** The association that is in force for an instance. */
export function liveAssociation(tx: ReadTx, instanceId: string): ProfileAssociationRow | undefined {
  return tx
    .by(profileAssociations.collection, "instance", instanceId)
    .find(({ state }) => state === "associating" || state === "associated");
}

/** The filters of DescribeIamInstanceProfileAssociations. */
export const associationFilters: FilterTable<ProfileAssociationRow> = {
  "instance-id": (row) => row.instanceId,
  state: (row) => row.state,
};

/** The association as the API shows it. */
export function associationView(row: ProfileAssociationRow): IamInstanceProfileAssociation {
  return {
    AssociationId: row.id,
    InstanceId: row.instanceId,
    IamInstanceProfile: { Arn: row.profileArn, Id: row.profileId },
    State: row.state,
    Timestamp: new Date(row.at),
  };
}
