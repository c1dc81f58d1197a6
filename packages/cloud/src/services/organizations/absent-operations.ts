/** What AWS Organizations has on AWS and not here, with the reason of each. */

const transfer = "There is no billing, so there is no responsibility for it to hand over.";
const validity =
  "A policy is judged when it is written, and what one may not change of another is passed over: " +
  "no effective policy is invalid.";

/** Reasons by operation. */
export const absentOrganizationsOperations: Readonly<Record<string, string>> = {
  CreateGovCloudAccount: "There is one partition.",
  DescribeResponsibilityTransfer: transfer,
  EnableAllFeatures:
    "Features are chosen when the organization is made: one for consolidated billing is deleted and made anew.",
  InviteOrganizationToTransferResponsibility: transfer,
  ListAccountsWithInvalidEffectivePolicy: validity,
  ListEffectivePolicyValidationErrors: validity,
  ListInboundResponsibilityTransfers: transfer,
  ListOutboundResponsibilityTransfers: transfer,
  TerminateResponsibilityTransfer: transfer,
  UpdateResponsibilityTransfer: transfer,
};
