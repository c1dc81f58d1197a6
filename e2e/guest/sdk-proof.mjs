// Runs in an instance with the unmodified AWS SDK for JavaScript and no configuration but the region.
import { DescribeInstancesCommand, EC2Client, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { IAMClient, ListUsersCommand } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

const region = "us-east-1";
const ec2 = new EC2Client({ region });

/** @param {() => Promise<unknown>} call */
async function refusal(call) {
  try {
    await call();
  } catch (error) {
    const { name, message } = /** @type {Error} */ (error);
    return { Code: name, Message: message };
  }
  return undefined;
}

const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
const { Arn } = await new STSClient({ region }).send(new GetCallerIdentityCommand({}));
const launch = { ImageId: "ami-0ca5e3a7e00000001", MinCount: 1, MaxCount: 1 };
const answer = {
  instances: Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId)),
  caller: Arn,
  runInstances: await refusal(() =>
    ec2.send(new RunInstancesCommand({ ...launch, InstanceType: "t3.micro" })),
  ),
  listUsers: await refusal(() => new IAMClient({ region }).send(new ListUsersCommand({}))),
};
process.stdout.write(JSON.stringify(answer));
