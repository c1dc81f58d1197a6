"""Calls of boto3, one in and one out by line, so that a test pays for its start once.

In: {"service", "operation", "parameters", "credentials"|null}; out: {"output"} or {"code", "message"}.
"""

import json
import sys

import boto3
from botocore import UNSIGNED, xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint = sys.argv[1]
clients = {}


def client_for(service, credentials):
    key = (service, json.dumps(credentials, sort_keys=True))
    if key not in clients:
        session = boto3.session.Session(region_name="us-east-1")
        unsigned = {"signature_version": UNSIGNED} if credentials is None else {}
        config = Config(retries={"max_attempts": 1, "mode": "standard"}, **unsigned)
        keys = credentials or {}
        clients[key] = session.client(
            service,
            endpoint_url=endpoint,
            config=config,
            aws_access_key_id=keys.get("accessKeyId"),
            aws_secret_access_key=keys.get("secretAccessKey"),
            aws_session_token=keys.get("sessionToken"),
        )
    return clients[key]


def answer(asked):
    client = client_for(asked["service"], asked["credentials"])
    try:
        output = getattr(client, xform_name(asked["operation"]))(**asked["parameters"])
        output.pop("ResponseMetadata", None)
        return {"output": output}
    except ClientError as error:
        return {"code": error.response["Error"]["Code"], "message": error.response["Error"]["Message"]}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line)), default=str), flush=True)
