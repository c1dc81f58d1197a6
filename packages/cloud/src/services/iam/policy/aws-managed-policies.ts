/**
 * AWS managed policies: a constant table that every account may name and nobody may change. The documents are
 * AWS's own.
 * Differs: AWS has a thousand of them with every version; here are a few, the default version alone.
 */
import type { PolicyRow } from "./policy-row.ts";

/** The owner of these policies, where ARNs of others have an account id. */
export const awsOwner = "aws";

interface Declared {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly statements: readonly object[];
}

const everywhere = { Resource: "*" };

const declared: readonly Declared[] = [
  {
    id: "ANPAIWMBCKSKIEE64ZLYK",
    name: "AdministratorAccess",
    description: "Provides full access to AWS services and resources.",
    version: 1,
    createdAt: Date.UTC(2015, 1, 6, 18, 39, 46),
    updatedAt: Date.UTC(2015, 1, 6, 18, 39, 46),
    statements: [{ Effect: "Allow", Action: "*", ...everywhere }],
  },
  {
    id: "ANPAI3VAJF5ZCRZ7MCQE6",
    name: "AmazonEC2FullAccess",
    description: "Provides full access to Amazon EC2 via the AWS Management Console.",
    version: 5,
    createdAt: Date.UTC(2015, 1, 6, 18, 40, 15),
    updatedAt: Date.UTC(2018, 10, 27, 2, 16, 56),
    statements: [
      { Action: "ec2:*", Effect: "Allow", ...everywhere },
      { Effect: "Allow", Action: "elasticloadbalancing:*", ...everywhere },
      { Effect: "Allow", Action: "cloudwatch:*", ...everywhere },
      { Effect: "Allow", Action: "autoscaling:*", ...everywhere },
      {
        Effect: "Allow",
        Action: "iam:CreateServiceLinkedRole",
        ...everywhere,
        Condition: {
          StringEquals: {
            "iam:AWSServiceName": [
              "autoscaling.amazonaws.com",
              "ec2scheduled.amazonaws.com",
              "elasticloadbalancing.amazonaws.com",
              "spot.amazonaws.com",
              "spotfleet.amazonaws.com",
              "transitgateway.amazonaws.com",
            ],
          },
        },
      },
    ],
  },
  {
    id: "ANPAIGDT4SV4GSETWTBZK",
    name: "AmazonEC2ReadOnlyAccess",
    description: "Provides read only access to Amazon EC2 via the AWS Management Console.",
    version: 3,
    createdAt: Date.UTC(2015, 1, 6, 18, 40, 17),
    updatedAt: Date.UTC(2024, 11, 27, 10, 7),
    statements: [
      { Effect: "Allow", Action: ["ec2:Describe*", "ec2:GetSecurityGroupsForVpc"], ...everywhere },
      { Effect: "Allow", Action: "elasticloadbalancing:Describe*", ...everywhere },
      {
        Effect: "Allow",
        Action: ["cloudwatch:ListMetrics", "cloudwatch:GetMetricStatistics", "cloudwatch:Describe*"],
        ...everywhere,
      },
      { Effect: "Allow", Action: "autoscaling:Describe*", ...everywhere },
    ],
  },
  {
    id: "ANPAIXSHM2BNB2D3AXXRU",
    name: "AmazonSSMManagedInstanceCore",
    description: "The policy for Amazon EC2 Role to enable AWS Systems Manager service core functionality.",
    version: 2,
    createdAt: Date.UTC(2019, 2, 15, 17, 22, 12),
    updatedAt: Date.UTC(2019, 4, 23, 16, 54, 21),
    statements: [
      {
        Effect: "Allow",
        Action: [
          "ssm:DescribeAssociation",
          "ssm:GetDeployablePatchSnapshotForInstance",
          "ssm:GetDocument",
          "ssm:DescribeDocument",
          "ssm:GetManifest",
          "ssm:GetParameter",
          "ssm:GetParameters",
          "ssm:ListAssociations",
          "ssm:ListInstanceAssociations",
          "ssm:PutInventory",
          "ssm:PutComplianceItems",
          "ssm:PutConfigurePackageResult",
          "ssm:UpdateAssociationStatus",
          "ssm:UpdateInstanceAssociationStatus",
          "ssm:UpdateInstanceInformation",
        ],
        ...everywhere,
      },
      {
        Effect: "Allow",
        Action: [
          "ssmmessages:CreateControlChannel",
          "ssmmessages:CreateDataChannel",
          "ssmmessages:OpenControlChannel",
          "ssmmessages:OpenDataChannel",
        ],
        ...everywhere,
      },
      {
        Effect: "Allow",
        Action: [
          "ec2messages:AcknowledgeMessage",
          "ec2messages:DeleteMessage",
          "ec2messages:FailMessage",
          "ec2messages:GetEndpoint",
          "ec2messages:GetMessages",
          "ec2messages:SendReply",
        ],
        ...everywhere,
      },
    ],
  },
  {
    id: "ANPAJKSO7NDY4T57MWDSQ",
    name: "IAMReadOnlyAccess",
    description: "Provides read only access to IAM via the AWS Management Console.",
    version: 4,
    createdAt: Date.UTC(2015, 1, 6, 18, 40, 38),
    updatedAt: Date.UTC(2018, 0, 25, 19, 11, 27),
    statements: [
      {
        Effect: "Allow",
        Action: [
          "iam:GenerateCredentialReport",
          "iam:GenerateServiceLastAccessedDetails",
          "iam:Get*",
          "iam:List*",
          "iam:SimulateCustomPolicy",
          "iam:SimulatePrincipalPolicy",
        ],
        ...everywhere,
      },
    ],
  },
];

function rowOf({ id, name, description, version, createdAt, updatedAt, statements }: Declared): PolicyRow {
  const versionId = `v${version}`;
  const document = JSON.stringify({ Version: "2012-10-17", Statement: statements });
  return {
    id,
    arn: `arn:aws:iam::${awsOwner}:policy/${name}`,
    accountId: awsOwner,
    name,
    path: "/",
    description,
    versions: [{ versionId, document, createdAt: updatedAt }],
    defaultVersionId: versionId,
    nextVersion: version + 1,
    createdAt,
    updatedAt,
    tags: {},
  };
}

/** The table, by ARN. */
export const awsManagedPolicies: ReadonlyMap<string, PolicyRow> = new Map(
  declared.map(rowOf).map((row) => [row.arn, row]),
);
