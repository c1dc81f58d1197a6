import { passwordHash } from "@casemate/key-engine";
import { samlTestProvider } from "@casemate/key-engine/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { trailEntries, type TrailEntry } from "../kit/index.ts";
import { createSignIn } from "../services/signin/index.ts";
import {
  credentialsIn,
  document,
  everything,
  iamArn,
  openLedgerWorld,
  password,
  type LedgerWorld,
} from "./testing/ledger-world.ts";
import { responseFor } from "./testing/saml-material.ts";
import { tokenOf } from "./testing/oidc-issuer.ts";
import { dumpStore } from "./testing/store-dump.ts";

const signerPassword = "the-First-password-1-of-sign-in";
const userData = "#!/bin/sh\necho the-password-in-user-data\n";

describe("no secret stands in the trail or, unsealed, in the store", () => {
  let world: LedgerWorld;
  let entries: readonly TrailEntry[];
  const secrets = new Map<string, string>();
  const tokens = new Map<string, string>();

  beforeAll(async () => {
    world = await openLedgerWorld();
    secrets.set("a password", password);
    secrets.set("the administrator's secret", world.admin.secretAccessKey);
    const nobody = await world.makeUser("watched", everything);
    secrets.set("the secret of an access key", nobody.secretAccessKey);

    const key = await world.make("ec2", "CreateKeyPair", { KeyName: "made", KeyType: "ed25519" });
    for (const [index, line] of (key.element("keyMaterial") ?? "").split("\n").slice(1, -1).entries()) {
      if (line.length > 20 && !line.startsWith("-----")) secrets.set(`line ${index} of key material`, line);
    }

    const device = await world.make("iam", "CreateVirtualMFADevice", { VirtualMFADeviceName: "made" });
    const seed = device.element("Base32StringSeed") ?? "";
    secrets.set("the seed of a device", atob(seed));
    secrets.set("the seed of a device as sent", seed);
    secrets.set("the picture of a seed", device.element("QRCodePNG")?.slice(200, 400) ?? "");

    const session = credentialsIn(await world.make("sts", "GetSessionToken"));
    secrets.set("the secret of a session", session.secretAccessKey);
    tokens.set("the token of a session", session.sessionToken ?? "");
    const role = {
      RoleArn: iamArn("role/operator"),
      RoleSessionName: "watched",
      Policy: document(everything),
    };
    const assumed = credentialsIn(await world.make("sts", "AssumeRole", role));
    secrets.set("the secret of an assumed role", assumed.secretAccessKey);
    tokens.set("the token of an assumed role", assumed.sessionToken ?? "");
    await world.send({ service: "ec2", action: "DescribeVpcs", credentials: assumed });
    await world.send({ service: "iam", action: "ListUsers", credentials: session });

    await signInWithSecrets();

    const proof = tokenOf({ sub: "watched" });
    secrets.set("an identity token", proof);
    secrets.set("the signature of an identity token", proof.split(".")[2] ?? "");
    const federated = {
      service: "sts",
      action: "AssumeRoleWithWebIdentity",
      parameters: { ...role, RoleArn: iamArn("role/federated"), WebIdentityToken: proof },
    };
    const vouched = credentialsIn(await world.send(federated));
    secrets.set("the secret of a web identity's session", vouched.secretAccessKey);
    tokens.set("the token of a web identity's session", vouched.sessionToken ?? "");
    await world.send({ ...federated, parameters: { ...federated.parameters, ...role } });
    await world.send({ ...federated, parameters: { ...federated.parameters, DurationSeconds: "1" } });
    await world.send({
      ...federated,
      parameters: { ...federated.parameters, WebIdentityToken: `x${proof}` },
    });

    await vouchWithSecrets();

    const encoded = btoa(userData);
    secrets.set("user data", "the-password-in-user-data");
    secrets.set("user data as sent", encoded);
    const launch = {
      ImageId: world.fixtures.imageId,
      InstanceType: "t3.micro",
      MinCount: "1",
      MaxCount: "1",
      UserData: encoded,
      ClientToken: "once",
    };
    await world.make("ec2", "RunInstances", launch);
    const refusable = { service: "ec2", action: "RunInstances", parameters: launch };
    await world.send({ ...refusable, credentials: await world.makeUser("powerless") });
    await world.send({ ...refusable, parameters: { ...launch, DryRun: "true" }, credentials: world.admin });
    await world.send({ ...refusable, parameters: { ...launch, ImageId: "ami-0" }, credentials: world.admin });
    await world.make("ec2", "ModifyInstanceAttribute", {
      InstanceId: world.fixtures.stoppedInstanceId,
      "UserData.Value": encoded,
    });
    await world.make("ec2", "DescribeInstanceAttribute", {
      InstanceId: world.fixtures.stoppedInstanceId,
      Attribute: "userData",
    });
    entries = await world.store.query(trailEntries, { limit: 1000 });
  });

  /** Signs in rightly, wrongly, and with a name that is a password. */
  async function signInWithSecrets(): Promise<void> {
    const { store, environment } = world;
    const signIn = createSignIn({
      store,
      environment,
      hashPassword: (text, salt) => Promise.resolve(passwordHash(text, salt)),
    });
    await world.make("iam", "CreateUser", { UserName: "signer" });
    await world.make("iam", "CreateLoginProfile", { UserName: "signer", Password: signerPassword });
    const origin = { sourceIp: "192.0.2.7", userAgent: "browser", host: "localhost" };
    const tried = (userName: string, text: string) => {
      const named = { type: "user", account: "111122223333", userName } as const;
      return signIn.login({ named, password: text, newPassword: text, origin, loginTo: "" });
    };
    await tried(signerPassword, signerPassword);
    await tried("signer", "a-wrong-password-of-sign-in");
    await world.make("iam", "UpdateLoginProfile", { UserName: "signer", PasswordResetRequired: "true" });
    const named = { type: "user", account: "111122223333", userName: "signer" } as const;
    const changed = "the-New-password-2-of-sign-in";
    const opened = await signIn.login({
      named,
      password: signerPassword,
      newPassword: changed,
      origin,
      loginTo: "",
    });
    if (typeof opened === "string") throw new Error(opened);
    const next = await signIn.refresh({ refreshToken: opened.refreshToken, origin });
    secrets.set("a password signed in with", signerPassword);
    secrets.set("a wrong password", "a-wrong-password-of-sign-in");
    secrets.set("a password set while signing in", changed);
    secrets.set("the token of a console session", opened.refreshToken.split(".")[1] ?? "");
    secrets.set("the next token of a console session", next?.refreshToken.split(".")[1] ?? "");
    secrets.set("the secret of a console session", opened.credentials.secretAccessKey);
    secrets.set("the session token of a console session", opened.credentials.sessionToken);
  }

  /** A response that lets its subject in, and the same one refused at each step of its way. */
  async function vouchWithSecrets(): Promise<void> {
    const [roleArn, providerArn] = [iamArn("role/vouched"), iamArn("saml-provider/idp")];
    // Not the key that the provider signs with: half of that stands in its certificate.
    const { privateKey } = samlTestProvider();
    const pem = privateKey.export({ format: "pem", type: "pkcs8" }) as string;
    for (const [index, line] of pem.split("\n").slice(1, -2).entries()) {
      secrets.set(`line ${index} of a private key`, line);
    }
    const keyed = { SAMLProviderArn: providerArn, AddPrivateKey: pem };
    await world.make("iam", "UpdateSAMLProvider", keyed);
    await world.send({ service: "iam", action: "UpdateSAMLProvider", parameters: keyed });
    const says = { issuedAt: world.environment.clock(), attributes: { secret: ["what-only-the-idp-knows"] } };
    const response = responseFor({ roleArn, providerArn }, says);
    secrets.set("a SAML response", response);
    secrets.set("the middle of a SAML response", response.slice(1000, 1100));
    secrets.set("what a SAML response says", "what-only-the-idp-knows");
    const asked = { RoleArn: roleArn, PrincipalArn: providerArn, SAMLAssertion: response };
    const send = (parameters: object) =>
      world.send({
        service: "sts",
        action: "AssumeRoleWithSAML",
        parameters: { ...asked, ...parameters },
      });
    const vouched = credentialsIn(await send({}));
    secrets.set("the secret of a SAML session", vouched.secretAccessKey);
    tokens.set("the token of a SAML session", vouched.sessionToken ?? "");
    await send({ SAMLAssertion: `x${response}` });
    await send({ DurationSeconds: "43200" });
    await send({ RoleArn: iamArn("role/operator") });
    await send({ Unknown: "parameter" });
    await send({ PrincipalArn: iamArn("saml-provider/none") });
  }

  it("looks for each kind of secret, in a trail of every call", () => {
    expect(secrets.size).toBeGreaterThanOrEqual(8);
    for (const secret of [...secrets.values(), ...tokens.values()]) expect(secret.length).toBeGreaterThan(15);
    expect(entries.length).toBeGreaterThan(50);
    expect(world.defects).toEqual([]);
  });

  it("in the trail", () => {
    const trail = JSON.stringify(entries);
    for (const [name, secret] of secrets) expect([name, trail.includes(secret)]).toEqual([name, false]);
  });

  it("in the trail, session tokens except in the answers that CloudTrail keeps", () => {
    const places = entries.flatMap(({ record, decisions }) =>
      [...tokens.values()]
        .filter((token) => JSON.stringify([record, decisions]).includes(token))
        .map((token) => {
          const { responseElements, ...rest } = record;
          expect(JSON.stringify([rest, decisions])).not.toContain(token);
          expect(responseElements).toMatchObject({ credentials: { sessionToken: token } });
          return record.eventName;
        }),
    );
    expect(places).toEqual([
      "GetSessionToken",
      "AssumeRole",
      "AssumeRoleWithWebIdentity",
      "AssumeRoleWithSAML",
    ]);
  });

  it("in the store", () => {
    const rows = [...dumpStore(world.store)].join("\n");
    for (const [name, secret] of [...secrets, ...tokens])
      expect([name, rows.includes(secret)]).toEqual([name, false]);
  });
});
