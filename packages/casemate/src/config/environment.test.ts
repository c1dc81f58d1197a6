import { expect, test } from "vitest";
import { ConfigurationError, readEnvironment } from "./environment.ts";
import { dataDirOf, settingsOf } from "./settings.ts";

const settings = (flags: object, variables: Record<string, string> = {}) =>
  settingsOf(flags, readEnvironment(variables), "/home/me");

test("flags win over the environment, and the environment over defaults", () => {
  expect(settings({ port: "1" }, { CASEMATE_PORT: "2" }).port).toBe(1);
  expect(settings({}, { CASEMATE_PORT: "2" }).port).toBe(2);
  expect(settings({}).port).toBe(4566);
});

test("the folder of the state is below the working directory unless told", () => {
  const none = readEnvironment({});
  expect(dataDirOf(undefined, none, "/home/me")).toBe("/home/me/.casemate");
  expect(dataDirOf(undefined, readEnvironment({ CASEMATE_DATA_DIR: "/var/c" }), "/home/me")).toBe("/var/c");
  expect(dataDirOf("own", none, "/home/me")).toBe("/home/me/own");
});

test.each([
  ["ENFORCE_IAM", "0"],
  ["CASEMATE_ENFORCE_IAM", "false"],
  ["IAM_SOFT_MODE", "1"],
  ["DISABLE_IAM", "true"],
])("%s=%s would weaken enforcement and is refused", (name, value) => {
  expect(() => readEnvironment({ [name]: value })).toThrow(/cannot be honoured/);
});

test("what asks for enforcement is no error", () => {
  expect(() => readEnvironment({ ENFORCE_IAM: "1", IAM_SOFT_MODE: "0" })).not.toThrow();
});

test("a setting that does not exist is refused by name", () => {
  expect(() => readEnvironment({ CASEMATE_IAM: "audit" })).toThrow("There is no setting CASEMATE_IAM.");
});

test("names of other emulators are taken over and told", () => {
  const environment = readEnvironment({ GATEWAY_LISTEN: "0.0.0.0:4510" });
  expect(environment).toMatchObject({ host: "0.0.0.0", port: "4510", aliases: ["GATEWAY_LISTEN"] });
});

test.each([
  [{ port: "70000" }],
  [{ port: "http" }],
  [{ accountId: "12" }],
  [{ machines: "qemu" }],
  [{ regions: "us-east-1,moon" }],
  [{ publicIpPool: "203.0.113.0" }],
  [{ hostAccess: "always" }],
  [{ host: "a b" }],
  [{ oidcHosts: "https://idp.example.com" }],
  [{ oidcHosts: "idp.example.com,," }],
  [{ oidcHosts: "*:8443" }],
  [{ oidcCaFile: "no-such-file.pem" }],
  [{ oidcCaFile: "/dev/null" }],
])("%j is refused", (flags) => {
  expect(() => settings(flags)).toThrow(ConfigurationError);
});

test("issuers are reached only where they are named", () => {
  expect(settings({}).oidcHosts).toEqual([]);
  const variables = { CASEMATE_OIDC_HOSTS: "idp.example.com, localhost:8443,*.example.org" };
  expect(settings({}, variables).oidcHosts).toEqual(["idp.example.com", "localhost:8443", "*.example.org"]);
  expect(settings({ oidcHosts: "*" }, variables).oidcHosts).toEqual(["*"]);
});

test("half a pair of credentials is none", () => {
  expect(readEnvironment({ AWS_ACCESS_KEY_ID: "AKIA" }).awsCredentials).toBeUndefined();
  expect(readEnvironment({ AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "s" }).awsCredentials).toEqual({
    accessKeyId: "AKIA",
    secretAccessKey: "s",
    sessionToken: undefined,
  });
});
