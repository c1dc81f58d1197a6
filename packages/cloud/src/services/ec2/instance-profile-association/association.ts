/** Associations of instances with instance profiles: one per instance at a time, attached and detached while it runs. */
import type { ReadTx } from "@casemate/store";
import { fault, resource, type OwnedRow } from "../../../kit/index.ts";
import { malformedId } from "../malformed-id.ts";

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
export const associationMalformed = malformedId("InvalidAssociationID.Malformed", "iip-assoc");
export const alreadyAssociated = fault({
  code: "IncorrectState",
  message: (id: string) => `There is an existing association for instance ${id}`,
});
export const profileNotFound = fault({
  code: "InvalidParameterValue",
  message: (how: string) =>
    `Value (${how}) for parameter iamInstanceProfile is invalid. Invalid IAM Instance Profile`,
});

export const associationFaults = [
  associationNotFound,
  associationMalformed,
  alreadyAssociated,
  profileNotFound,
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
