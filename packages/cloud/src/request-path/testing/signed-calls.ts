/** Test support: signed calls through the whole request path, with what tests read of the answers. */
import type { Credentials } from "@casemate/wire";
import { openCloud, type Answer, type TestCloud, type TestCloudOptions } from "../testing.ts";

type Calling = (
  credentials: Credentials,
  operation: string,
  parameters?: Readonly<Record<string, unknown>>,
) => Promise<Answer>;

/** A cloud that is called by operation name. */
export interface SignedCloud extends TestCloud {
  /** Calls as someone; the service is IAM unless the name has a prefix, such as `sts:AssumeRole`. */
  readonly call: Calling;
  /** Calls and fails the test unless the call is answered with success. */
  readonly must: Calling;
  /** Makes a user with a key; policies are inline documents. */
  readonly user: (name: string, ...documents: readonly string[]) => Promise<Credentials>;
}

/** Opens a cloud in memory. */
export async function openSignedCloud(options: TestCloudOptions = {}): Promise<SignedCloud> {
  const cloud = await openCloud(options);
  const call: Calling = (credentials, operation, parameters = {}) => {
    const [service = "", action] = operation.split(":");
    return action === undefined
      ? cloud.send({ service: "iam", action: service, parameters, credentials })
      : cloud.send({ service, action, parameters, credentials });
  };
  const must: Calling = async (credentials, operation, parameters) => {
    const answer = await call(credentials, operation, parameters);
    if (answer.status !== 200) throw new Error(`${operation}: ${answer.code}: ${answer.message}`);
    return answer;
  };
  return {
    ...cloud,
    call,
    must,
    async user(name, ...documents) {
      await must(cloud.admin, "CreateUser", { UserName: name });
      for (const [index, document] of documents.entries()) {
        const named = { UserName: name, PolicyName: `p${index}`, PolicyDocument: document };
        await must(cloud.admin, "PutUserPolicy", named);
      }
      return credentialsIn(await must(cloud.admin, "CreateAccessKey", { UserName: name }));
    },
  };
}

/** The text of the first element of a name. */
export function field(answer: Answer, name: string): string {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(answer.text)?.[1] ?? "";
  return text.replaceAll("&quot;", '"').replaceAll("&amp;", "&");
}

/** The credentials that an answer tells. */
export function credentialsIn(answer: Answer): Credentials {
  const sessionToken = field(answer, "SessionToken");
  return {
    accessKeyId: field(answer, "AccessKeyId"),
    secretAccessKey: field(answer, "SecretAccessKey"),
    ...(sessionToken === "" ? {} : { sessionToken }),
  };
}

/** A policy that allows actions on a resource. */
export function allowing(action: string | readonly string[], resource = "*", condition?: object): string {
  const more = condition === undefined ? {} : { Condition: condition };
  return policyOf({ Effect: "Allow", Action: action, Resource: resource, ...more });
}

/** A trust policy; the actions are sts:AssumeRole unless given. */
export function trusting(principal: unknown, more: object = {}): string {
  return policyOf({ Effect: "Allow", Principal: principal, Action: "sts:AssumeRole", ...more });
}

/** A policy of statements. */
export function policyOf(...statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
