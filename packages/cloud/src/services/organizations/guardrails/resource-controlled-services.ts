/** Which services resource control policies reach. */

/** The services whose resources resource control policies apply to, by the prefix of their actions. */
export const resourceControlledServices: ReadonlySet<string> = new Set([
  "aoss",
  "cognito-identity",
  "cognito-idp",
  "dynamodb",
  "ecr",
  "kms",
  "logs",
  "s3",
  "secretsmanager",
  "sqs",
  "sts",
]);
