// Runs in an instance with the unmodified AWS SDK for JavaScript: calls a service, if told so at an endpoint
// of its own, and says how that ended.
import { DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

const [, , service, endpoint] = process.argv;
const settings = {
  region: "us-east-1",
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 3000, requestTimeout: 5000 },
  ...(endpoint === undefined ? {} : { endpoint }),
};
try {
  const { $metadata } =
    service === "sts"
      ? await new STSClient(settings).send(new GetCallerIdentityCommand({}))
      : await new EC2Client(settings).send(new DescribeVpcsCommand({}));
  process.stdout.write(JSON.stringify({ status: $metadata.httpStatusCode, requestId: $metadata.requestId }));
} catch (error) {
  const { name, message } = /** @type {Error} */ (error);
  process.stdout.write(JSON.stringify({ refused: name, message }));
}
