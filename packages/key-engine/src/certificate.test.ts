import { describe, expect, it } from "vitest";
import { parseCertificate, parseCertificateChain, parseCertificateKey } from "./certificate.ts";

// Made for these tests; the key protects nothing.
const authority = [
  "-----BEGIN CERTIFICATE-----",
  "MIIBPDCB5KADAgECAgIQADAKBggqhkjOPQQDAjANMQswCQYDVQQDDAJjYTAgFw0y",
  "NTAxMDEwMDAwMDBaGA8yMTI1MDEwMTAwMDAwMFowDTELMAkGA1UEAwwCY2EwWTAT",
  "BgcqhkjOPQIBBggqhkjOPQMBBwNCAAS8CW6sCqiP8RWUkAsZ8YfOoAk/qS9nOnKJ",
  "VssE9UVPZtXzDMCMcbPKrAylq/f1u4seucFTWwINNjI3t3hkg0kjozIwMDAPBgNV",
  "HRMBAf8EBTADAQH/MB0GA1UdDgQWBBQyQVk0XjyvkvfBzNgbHBl7cBORUDAKBggq",
  "hkjOPQQDAgNHADBEAiAsKmU87UpkyH1EePRH1XZBNd0Vsj62tOblw3DIQg/iygIg",
  "HV9gnrJ+yGAUiT6I8wfaOUjLVUFIWMmPl0hsn/jirBw=",
  "-----END CERTIFICATE-----",
].join("\n");
const leaf = [
  "-----BEGIN CERTIFICATE-----",
  "MIIBDTCBtQICEAEwCgYIKoZIzj0EAwIwDTELMAkGA1UEAwwCY2EwIBcNMjUwNjAx",
  "MDAwMDAwWhgPMjA5OTAxMDEwMDAwMDBaMBcxFTATBgNVBAMMDGxlYWYuZXhhbXBs",
  "ZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFZlCUzD9/DvXP++rRKS9T5JOz+Q",
  "SAlfinC2shDHdHPwkWk39g5UihaXhx0OUyAbyZni1FHS8Khlc7mqDWQrZ4wwCgYI",
  "KoZIzj0EAwIDRwAwRAIgDVsVYhG5ZTRsq2BP6O8UQUfW20oz23tu8/gCz2iXALwC",
  "IEDvmQNLqJzwX7mHOBsOirN0DL4UWb7ODYLpbAmAlKBX",
  "-----END CERTIFICATE-----",
].join("\n");
const leafKey = [
  "-----BEGIN EC PRIVATE KEY-----",
  "MHcCAQEEIFggpDJN/SlqqVIDrkPVojxzfx2B/AOK0YjZqjTKXZjHoAoGCCqGSM49",
  "AwEHoUQDQgAEVmUJTMP38O9c/76tEpL1Pkk7P5BICV+KcLayEMd0c/CRaTf2DlSK",
  "FpeHHQ5TIBvJmeLUUdLwqGVzuaoNZCtnjA==",
  "-----END EC PRIVATE KEY-----",
].join("\n");

describe("certificates", () => {
  it("tell when they hold, and a fingerprint", () => {
    const certificate = parseCertificate(`${leaf}\n`);
    expect(certificate?.notBefore).toBe(Date.UTC(2025, 5, 1));
    expect(certificate?.notAfter).toBe(Date.UTC(2099, 0, 1));
    expect(certificate?.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect(certificate?.pem).toBe(leaf);
  });

  it("are of one private key", () => {
    const key = parseCertificateKey(leafKey);
    const [certificate, other] = [parseCertificate(leaf), parseCertificate(authority)];
    expect(key !== undefined && certificate?.isOf(key)).toBe(true);
    expect(key !== undefined && other?.isOf(key)).toBe(false);
  });

  it("of a chain are issued by the next", () => {
    const [certificate, issuer] = parseCertificateChain(`${leaf}\n${authority}`) ?? [];
    expect(issuer !== undefined && certificate?.issuedBy(issuer)).toBe(true);
    expect(certificate !== undefined && issuer?.issuedBy(certificate)).toBe(false);
  });

  it.each([
    ["nothing", ""],
    ["a key", leafKey],
    ["text before", `x\n${leaf}`],
    ["a cut one", leaf.slice(0, 200)],
    ["other bytes", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"],
  ])("are not %s", (_name, text) => {
    expect(parseCertificateChain(text)).toBeUndefined();
    expect(parseCertificate(text)).toBeUndefined();
  });

  it("come alone where one is wanted", () => {
    expect(parseCertificate(`${leaf}\n${authority}`)).toBeUndefined();
  });
});

describe("private keys", () => {
  it.each([
    ["nothing", ""],
    ["a certificate", leaf],
    ["a cut one", leafKey.slice(0, 100)],
    ["encrypted", leafKey.replace("EC PRIVATE", "ENCRYPTED PRIVATE")],
  ])("are not %s", (_name, text) => {
    expect(parseCertificateKey(text)).toBeUndefined();
  });
});
