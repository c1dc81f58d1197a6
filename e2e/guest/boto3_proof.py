# Runs in an instance with an unmodified boto3 and no configuration but the region.
import json

import boto3
from botocore.exceptions import ClientError


def refusal(call):
    try:
        call()
    except ClientError as error:
        return error.response["Error"]
    return None


ec2 = boto3.client("ec2", region_name="us-east-1")
answer = {
    "instances": [
        instance["InstanceId"]
        for reservation in ec2.describe_instances()["Reservations"]
        for instance in reservation["Instances"]
    ],
    "caller": boto3.client("sts", region_name="us-east-1").get_caller_identity()["Arn"],
    "runInstances": refusal(
        lambda: ec2.run_instances(
            ImageId="ami-0ca5e3a7e00000001", MinCount=1, MaxCount=1, InstanceType="t3.micro"
        )
    ),
    "listUsers": refusal(lambda: boto3.client("iam").list_users()),
}
print(json.dumps(answer))
