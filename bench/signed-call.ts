// Signed calls of the Query APIs, as whole HTTP/1.1 messages for the load generator and as calls that answer
// their XML.
import { signRequest } from "@casemate/wire";
import type { Credentials } from "@casemate/wire";

/** Where a call goes, and whose it is. */
export interface Caller {
  readonly port: number;
  readonly credentials: Credentials;
  readonly region?: string | undefined;
}

export interface QueryCall {
  readonly service: "ec2" | "iam";
  readonly parameters: Readonly<Record<string, string>>;
}

const versions = { ec2: "2016-11-15", iam: "2010-05-08" };

function signed({ port, credentials, region = "us-east-1" }: Caller, { service, parameters }: QueryCall) {
  const body = Buffer.from(new URLSearchParams({ Version: versions[service], ...parameters }).toString());
  return signRequest(
    {
      method: "POST",
      rawPath: "/",
      rawQuery: "",
      headers: [
        ["host", `127.0.0.1:${port}`],
        ["user-agent", "casemate-bench"],
        ["content-type", "application/x-www-form-urlencoded; charset=utf-8"],
      ],
      body,
    },
    credentials,
    { region, service, time: new Date() },
  );
}

/** The bytes of a signed request; they are good for five minutes. */
export function requestBytes(caller: Caller, call: QueryCall): Uint8Array {
  const { headers, body } = signed(caller, call);
  const lines = [...headers, ["content-length", String(body.length)]].map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return Buffer.concat([Buffer.from(`POST / HTTP/1.1\r\n${lines.join("")}\r\n`), body]);
}

/** Makes a call. @throws when it is refused, with what was answered */
export async function callQuery(caller: Caller, call: QueryCall): Promise<string> {
  const { headers, body } = signed(caller, call);
  const response = await fetch(`http://127.0.0.1:${caller.port}/`, {
    method: "POST",
    headers: headers.filter(([name]) => name !== "host").map(([name, value]) => [name, value]),
    body,
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${call.parameters["Action"]}: ${response.status} ${text}`);
  return text;
}

/** Launches instances of the first image there is, and answers when they run. */
export async function launch(caller: Caller, count: number): Promise<void> {
  const images = await callQuery(caller, { service: "ec2", parameters: { Action: "DescribeImages" } });
  const image = /<imageId>([^<]+)</.exec(images)?.[1];
  if (image === undefined) throw new Error("There is no image to launch.");
  const parameters = {
    Action: "RunInstances",
    ImageId: image,
    InstanceType: "t3.micro",
    MinCount: String(count),
    MaxCount: String(count),
  };
  await callQuery(caller, { service: "ec2", parameters });
}
