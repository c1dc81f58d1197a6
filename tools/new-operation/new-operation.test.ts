import { expect, test } from "vitest";
import { draftOperation } from "./new-operation.ts";

const operations = ["CreateSubnet", "DescribeVpcs", "AssumeRoleWithSAML", "GetEbsDefaultKmsKeyId"];
const draft = (name: string, room = "subnet") => draftOperation({ service: "ec2", name, room }, operations);

test("the operation begins in its room under its own name", () => {
  const { path, text } = draft("CreateSubnet");
  expect(path).toBe("packages/cloud/src/services/ec2/subnet/create-subnet.ts");
  expect(text).toContain('export const createSubnet = operation("CreateSubnet", {\n  access: "write",');
  expect(draft("DescribeVpcs").text).toContain('access: "read"');
});

test.each([
  ["AssumeRoleWithSAML", "assume-role-with-saml.ts"],
  ["GetEbsDefaultKmsKeyId", "get-ebs-default-kms-key-id.ts"],
])("%s is written to %s", (name, file) => {
  expect(draft(name).path.endsWith(`/${file}`)).toBe(true);
});

test("a name the service does not have is refused, with the nearest one", () => {
  expect(() => draft("createsubnet")).toThrow(
    "ec2 has no operation createsubnet; did you mean CreateSubnet?",
  );
  expect(() => draft("CreateSubnett")).toThrow("ec2 has no operation CreateSubnett");
});

test("a room outside the service is refused", () => {
  expect(() => draft("CreateSubnet", "../iam")).toThrow("not a room's name");
});
