// Which AWS managed policies Casemate ships: those that its services, and the people who run them, are given.

const names = [
  // Job functions and everything about one's own account.
  "AdministratorAccess PowerUserAccess ReadOnlyAccess SecurityAudit SignInLocalDevelopmentAccess",
  "AWSAccountManagementFullAccess AWSAccountManagementReadOnlyAccess",
  "AWSCompromisedKeyQuarantine AWSCompromisedKeyQuarantineV2 AWSCompromisedKeyQuarantineV3",
  // EC2, its networks and its disks.
  "CloudWatchActionsEC2Access EC2InstanceConnect EC2FastLaunchFullAccess AmazonEC2ImageReferencesAccessPolicy",
  "AutoScalingFullAccess AutoScalingReadOnlyAccess AutoScalingConsoleFullAccess AutoScalingConsoleReadOnlyAccess",
  "ElasticLoadBalancingFullAccess ElasticLoadBalancingReadOnly AWSEC2VssSnapshotPolicy AWSEC2VssRestorePolicy",
  // Keys, trails, logs, alarms, events, queues, topics.
  "AWSKeyManagementServicePowerUser AWSCloudTrail_FullAccess AWSCloudTrail_ReadOnlyAccess",
  "CloudWatchFullAccess CloudWatchFullAccessV2 CloudWatchReadOnlyAccess CloudWatchAgentAdminPolicy",
  "CloudWatchAgentServerPolicy CloudWatchLogsFullAccess CloudWatchLogsReadOnlyAccess",
  "CloudWatchLogsCrossAccountSharingConfiguration CloudWatchCrossAccountSharingConfiguration",
  "CloudWatchEventsFullAccess CloudWatchEventsReadOnlyAccess AmazonEventBridgeFullAccess",
  "AmazonEventBridgeReadOnlyAccess AmazonSNSFullAccess AmazonSNSReadOnlyAccess AmazonSQSFullAccess",
  "AmazonSQSReadOnlyAccess",
  // Posture.
  "AWSConfigUserAccess AWSResourceAccessManagerFullAccess AWSResourceAccessManagerReadOnlyAccess",
  "AWSResourceAccessManagerResourceShareParticipantAccess AWSAuditManagerAdministratorAccess",
  "AmazonInspectorFullAccess AmazonInspectorReadOnlyAccess",
].flatMap((line) => line.split(" "));

const serviceRoles = [
  "AmazonEC2RoleforSSM AmazonEC2SpotFleetTaggingRole AmazonEC2SpotFleetAutoscaleRole AmazonSNSRole",
  "AutoScalingNotificationAccessRole AWSConfigRulesExecutionRole AWSConfigRoleForOrganizations",
  "AmazonSSMMaintenanceWindowRole AmazonSSMAutomationRole AWSBackupServiceRolePolicyForBackup",
  "AWSBackupServiceRolePolicyForRestores AWSDataLifecycleManagerServiceRole",
  "AWSDataLifecycleManagerServiceRoleForAMIManagement AWSDataLifecycleManagerSSMFullAccess",
  "CloudWatchEventsBuiltInTargetExecutionAccess CloudWatchEventsInvocationAccess",
].flatMap((line) => line.split(" "));

const linkedRoles = [
  "AccessAnalyzerServiceRolePolicy AmazonInspector2AgentlessServiceRolePolicy",
  "AmazonInspector2ServiceRolePolicy AmazonSSMServiceRolePolicy AutoScalingServiceRolePolicy",
  "AWSBackupServiceLinkedRolePolicyForBackup AWSConfigMultiAccountSetupPolicy",
  "AWSConfigRemediationServiceRolePolicy AWSConfigServiceRolePolicy AWSEC2CapacityReservationFleetRolePolicy",
  "AWSEC2FleetServiceRolePolicy AWSEC2SpotFleetServiceRolePolicy AWSEC2SpotServiceRolePolicy",
  "AWSElasticLoadBalancingServiceRolePolicy AWSKeyManagementServiceCustomKeyStoresServiceRolePolicy",
  "AWSKeyManagementServiceMultiRegionKeysServiceRolePolicy AWSOrganizationsServiceTrustPolicy",
  "AWSResourceAccessManagerServiceRolePolicy AWSSecurityHubServiceRolePolicy AWSSecurityHubV2ServiceRolePolicy",
  "AWSServiceRoleForCloudWatchAlarmsActionSSMServiceRolePolicy AWSServiceRolePolicyForBackupReports",
  "AWSServiceRolePolicyForBackupRestoreTesting AWSSystemsManagerAccountDiscoveryServicePolicy",
  "AWSVPCFlowLogsServiceRolePolicy AWSVPCS2SVpnServiceRolePolicy AWSVPCTransitGatewayServiceRolePolicy",
  "AWSVPCVerifiedAccessServiceRolePolicy CloudTrailEventContext CloudTrailServiceRolePolicy",
  "CloudWatch-CrossAccountAccess CloudWatchEventsServiceRolePolicy ConfigConformsServiceRolePolicy",
  "DeclarativePoliciesEC2Report EC2FastLaunchServiceRolePolicy Ec2InstanceConnectEndpoint",
].flatMap((line) => line.split(" "));

const patterns = [
  /^\/job-function\/(?!AmazonODB)/,
  /^\/root-task\//,
  /^\/IAM/,
  /^\/AmazonEC2(?:Full|ReadOnly)Access$/,
  /^\/AmazonVPC/,
  /^\/AmazonSSM/,
  /^\/AmazonS3(?:Full|ReadOnly)Access$/,
  /^\/AmazonInspector2/,
  /^\/AWSOrganizations/,
  /^\/AWSSecurityHub/,
  /^\/AWSBackup(?!.*(?:S3|SAPHANA|GuardDuty))/,
];

const exact = new Set([
  ...names.map((name) => `/${name}`),
  ...serviceRoles.map((name) => `/service-role/${name}`),
  ...linkedRoles.map((name) => `/aws-service-role/${name}`),
]);

/** Every policy that is named and not merely matched: the source must have it. */
export const wantedPolicies: ReadonlySet<string> = exact;

/** Whether a policy, by its path and name, is shipped. */
export function isShipped(pathAndName: string): boolean {
  return exact.has(pathAndName) || patterns.some((pattern) => pattern.test(pathAndName));
}

/** Ids and descriptions of policies as AWS shows them; the source has neither. */
export const knownFacts: Readonly<Record<string, { readonly id: string; readonly description?: string }>> = {
  AdministratorAccess: {
    id: "ANPAIWMBCKSKIEE64ZLYK",
    description: "Provides full access to AWS services and resources.",
  },
  AmazonEC2FullAccess: {
    id: "ANPAI3VAJF5ZCRZ7MCQE6",
    description: "Provides full access to Amazon EC2 via the AWS Management Console.",
  },
  AmazonEC2ReadOnlyAccess: {
    id: "ANPAIGDT4SV4GSETWTBZK",
    description: "Provides read only access to Amazon EC2 via the AWS Management Console.",
  },
  AmazonSSMManagedInstanceCore: {
    id: "ANPAIXSHM2BNB2D3AXXRU",
    description: "The policy for Amazon EC2 Role to enable AWS Systems Manager service core functionality.",
  },
  IAMReadOnlyAccess: {
    id: "ANPAJKSO7NDY4T57MWDSQ",
    description: "Provides read only access to IAM via the AWS Management Console.",
  },
};
