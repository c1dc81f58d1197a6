/**
 * The services that may have a role of their own in an account: what the role is called and which policy it
 * has. A service that stands here may ask for its role although Casemate does not serve it yet: tools make
 * these roles before they make anything else.
 * Differs: AWS has some three hundred of them; here are those of the services whose policies are shipped.
 */

/** A service with a role of its own. */
export interface LinkedService {
  /** The service principal, such as `autoscaling.amazonaws.com`. */
  readonly name: string;
  readonly roleName: string;
  /** An AWS managed policy under `aws-service-role/`. */
  readonly policyName: string;
  /** Whether an account may have several of its roles, told apart by a suffix. */
  readonly takesSuffix: boolean;
}

/** Name of the service without `.amazonaws.com`, name of its role without its beginning, and its policy. */
const declared: readonly (readonly [service: string, role: string, policy: string])[] = [
  ["access-analyzer", "AccessAnalyzer", "AccessAnalyzerServiceRolePolicy"],
  ["accountdiscovery.ssm", "AmazonSSM_AccountDiscovery", "AWSSystemsManagerAccountDiscoveryServicePolicy"],
  ["agentless.inspector2", "AmazonInspector2Agentless", "AmazonInspector2AgentlessServiceRolePolicy"],
  ["autoscaling", "AutoScaling", "AutoScalingServiceRolePolicy"],
  ["backup", "Backup", "AWSBackupServiceLinkedRolePolicyForBackup"],
  [
    "capacity-reservation-fleet.ec2",
    "EC2CapacityReservationFleet",
    "AWSEC2CapacityReservationFleetRolePolicy",
  ],
  [
    "cks.kms",
    "KeyManagementServiceCustomKeyStores",
    "AWSKeyManagementServiceCustomKeyStoresServiceRolePolicy",
  ],
  ["cloudtrail", "CloudTrail", "CloudTrailServiceRolePolicy"],
  ["cloudwatch-crossaccount", "CloudWatchCrossAccount", "CloudWatch-CrossAccountAccess"],
  ["config", "Config", "AWSConfigServiceRolePolicy"],
  ["config-conforms", "ConfigConforms", "ConfigConformsServiceRolePolicy"],
  ["config-multiaccountsetup", "ConfigMultiAccountSetup", "AWSConfigMultiAccountSetupPolicy"],
  ["context.cloudtrail", "CloudTrailEventContext", "CloudTrailEventContext"],
  ["ec2-instance-connect", "Ec2InstanceConnect", "Ec2InstanceConnectEndpoint"],
  ["ec2fastlaunch", "EC2FastLaunch", "EC2FastLaunchServiceRolePolicy"],
  ["ec2fleet", "EC2Fleet", "AWSEC2FleetServiceRolePolicy"],
  ["elasticloadbalancing", "ElasticLoadBalancing", "AWSElasticLoadBalancingServiceRolePolicy"],
  ["events", "CloudWatchEvents", "CloudWatchEventsServiceRolePolicy"],
  ["inspector2", "AmazonInspector2", "AmazonInspector2ServiceRolePolicy"],
  [
    "mrk.kms",
    "KeyManagementServiceMultiRegionKeys",
    "AWSKeyManagementServiceMultiRegionKeysServiceRolePolicy",
  ],
  ["organizations", "Organizations", "AWSOrganizationsServiceTrustPolicy"],
  ["ram", "ResourceAccessManager", "AWSResourceAccessManagerServiceRolePolicy"],
  ["remediation.config", "ConfigRemediation", "AWSConfigRemediationServiceRolePolicy"],
  ["report.declarative-policies-ec2", "DeclarativePoliciesEC2Report", "DeclarativePoliciesEC2Report"],
  ["reports.backup", "BackupReports", "AWSServiceRolePolicyForBackupReports"],
  ["restore-testing.backup", "BackupRestoreTesting", "AWSServiceRolePolicyForBackupRestoreTesting"],
  ["s2svpn", "VPCS2SVPN", "AWSVPCS2SVpnServiceRolePolicy"],
  ["securityhub", "SecurityHub", "AWSSecurityHubServiceRolePolicy"],
  ["securityhubv2", "SecurityHubV2", "AWSSecurityHubV2ServiceRolePolicy"],
  ["spot", "EC2Spot", "AWSEC2SpotServiceRolePolicy"],
  ["spotfleet", "EC2SpotFleet", "AWSEC2SpotFleetServiceRolePolicy"],
  ["ssm", "AmazonSSM", "AmazonSSMServiceRolePolicy"],
  [
    "ssm.alarms.cloudwatch",
    "CloudWatchAlarms_ActionSSM",
    "AWSServiceRoleForCloudWatchAlarmsActionSSMServiceRolePolicy",
  ],
  ["transitgateway", "VPCTransitGateway", "AWSVPCTransitGatewayServiceRolePolicy"],
  ["verified-access", "VPCVerifiedAccess", "AWSVPCVerifiedAccessServiceRolePolicy"],
];

/** Services of which an account may have several roles. */
const suffixed: ReadonlySet<string> = new Set(["autoscaling"]);

/** The services, by name. */
export const linkedServices: ReadonlyMap<string, LinkedService> = new Map(
  declared.map(([service, role, policyName]) => {
    const name = `${service}.amazonaws.com`;
    const roleName = `AWSServiceRoleFor${role}`;
    return [name, { name, roleName, policyName, takesSuffix: suffixed.has(service) }];
  }),
);
