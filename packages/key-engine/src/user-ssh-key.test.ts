import { describe, expect, it } from "vitest";
import { KeyPairFault } from "./key-pair-fault.ts";
import { parseUserSshKey } from "./user-ssh-key.ts";

const body = [
  "AAAAB3NzaC1yc2EAAAADAQABAAABAQCqpyJioJ3LkPlFjAzJEerbnIPhJfM27QW+55qrdTmhY0wwzxarvB0B5HpDgh",
  "BtFiQj3XQ6VZkYmLUjdczYNPK4dn1105fGpLlr74pOKQuo5kkv7kZGoQpELQfajRrh31fzrzdrCnwGjv70DmrEBRw7",
  "HiLlqJXTCy2n+A3UA5fWY76rQ3gc5qMZOLZe9bc8BkKzxauRp6imkRLWcvSAPjANGWaDEI3QHcn/KKl0DfoOFQzxTW",
  "xNF3VC/m0DI/4BzSYRjSiWX9OnI7WkXbrxf8EBRWkMuKBN0bFuchzHsxSvQZloJwjJrsKuR7xOXPiseBPPNhMvmXNz",
  "Tad92QWQDNZB",
].join("");

describe("SSH keys of users", () => {
  it("have the fingerprint that ssh-keygen tells, and are read from either form", () => {
    const key = parseUserSshKey(`ssh-rsa ${body} ana@host`);
    expect(key.fingerprint).toBe("54:4b:ab:43:0f:01:ce:98:cc:e9:9e:28:7a:6d:10:d2");
    expect(key.sshLine).toBe(`ssh-rsa ${body}`);
    expect(key.pem).toMatch(/^-----BEGIN PUBLIC KEY-----\n[^]*\n-----END PUBLIC KEY-----$/);
    expect(parseUserSshKey(key.pem)).toEqual(key);
  });

  it("are RSA of 2048 bits at the least", () => {
    const ed = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
    expect(() => parseUserSshKey(ed)).toThrow(KeyPairFault);
    const short = [
      "ssh-rsa ",
      "AAAAB3NzaC1yc2EAAAADAQABAAAAgQDWAcGj3vzT3rcSWRywQl2eZZR0Rd50UFh6rGIA4+emOTc9WoVsV1PuUAKmGu",
      "1XNvDPKNnMK5gFUV1C3A2dEN7wIadx7Uq1cBDfqHTVccbr2mF8yAzC5iStLKxZVp5qXy0bkogY5VkouEsds9X7smdV",
      "0f5v8KPCqzqA3OxgYUWQSQ==",
    ].join("");
    expect(() => parseUserSshKey(short)).toThrow("less than 2048 bits");
  });
});
