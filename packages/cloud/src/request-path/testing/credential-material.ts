/** Test support: certificates and keys that were made for these tests and protect nothing. */

/** A certificate authority, from 2025 to 2125. */
export const authorityPem = [
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

/** A certificate that the authority issued. */
export const leafPem = [
  "-----BEGIN CERTIFICATE-----",
  "MIIBDTCBtQICEAEwCgYIKoZIzj0EAwIwDTELMAkGA1UEAwwCY2EwIBcNMjUwNjAx",
  "MDAwMDAwWhgPMjA5OTAxMDEwMDAwMDBaMBcxFTATBgNVBAMMDGxlYWYuZXhhbXBs",
  "ZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFZlCUzD9/DvXP++rRKS9T5JOz+Q",
  "SAlfinC2shDHdHPwkWk39g5UihaXhx0OUyAbyZni1FHS8Khlc7mqDWQrZ4wwCgYI",
  "KoZIzj0EAwIDRwAwRAIgDVsVYhG5ZTRsq2BP6O8UQUfW20oz23tu8/gCz2iXALwC",
  "IEDvmQNLqJzwX7mHOBsOirN0DL4UWb7ODYLpbAmAlKBX",
  "-----END CERTIFICATE-----",
].join("\n");

/** Another one of the same key. */
export const otherLeafPem = [
  "-----BEGIN CERTIFICATE-----",
  "MIIBDzCBtQICEAIwCgYIKoZIzj0EAwIwDTELMAkGA1UEAwwCY2EwIBcNMjUwNjAx",
  "MDAwMDAwWhgPMjA5OTAxMDEwMDAwMDBaMBcxFTATBgNVBAMMDGxlYWYuZXhhbXBs",
  "ZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFZlCUzD9/DvXP++rRKS9T5JOz+Q",
  "SAlfinC2shDHdHPwkWk39g5UihaXhx0OUyAbyZni1FHS8Khlc7mqDWQrZ4wwCgYI",
  "KoZIzj0EAwIDSQAwRgIhAK8x2Ce+Y6XI91nyT+TA6egu1k7WWpEW0EH5+SLYl2BX",
  "AiEA3bNzuvN2/DK7YryLMCxUp+zZAGlYZZApgSKmS9pCpds=",
  "-----END CERTIFICATE-----",
].join("\n");

/** One that ended in September 2025. */
export const expiredPem = [
  "-----BEGIN CERTIFICATE-----",
  "MIIBCzCBswICEAMwCgYIKoZIzj0EAwIwDTELMAkGA1UEAwwCY2EwHhcNMjQwNjAx",
  "MDAwMDAwWhcNMjUwOTAxMDAwMDAwWjAXMRUwEwYDVQQDDAxsZWFmLmV4YW1wbGUw",
  "WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARWZQlMw/fw71z/vq0SkvU+STs/kEgJ",
  "X4pwtrIQx3Rz8JFpN/YOVIoWl4cdDlMgG8mZ4tRR0vCoZXO5qg1kK2eMMAoGCCqG",
  "SM49BAMCA0cAMEQCICqOXC5+KhWaWMcku+QEViRgKLlXAMMDtBgRhMXEEFi6AiBr",
  "hLBnHNywqocRAr1ePfuxvW7DeSANfCZWLguWqMGkvQ==",
  "-----END CERTIFICATE-----",
].join("\n");

/** The key of both. */
export const leafKeyPem = [
  "-----BEGIN EC PRIVATE KEY-----",
  "MHcCAQEEIFggpDJN/SlqqVIDrkPVojxzfx2B/AOK0YjZqjTKXZjHoAoGCCqGSM49",
  "AwEHoUQDQgAEVmUJTMP38O9c/76tEpL1Pkk7P5BICV+KcLayEMd0c/CRaTf2DlSK",
  "FpeHHQ5TIBvJmeLUUdLwqGVzuaoNZCtnjA==",
  "-----END EC PRIVATE KEY-----",
].join("\n");

/** The authority's key, which is not theirs. */
export const strangerKeyPem = [
  "-----BEGIN EC PRIVATE KEY-----",
  "MHcCAQEEIHGZ9oDIKHv7UxMPvYSb4606mTG1+GVRjq4q6eXzvTaMoAoGCCqGSM49",
  "AwEHoUQDQgAEvAlurAqoj/EVlJALGfGHzqAJP6kvZzpyiVbLBPVFT2bV8wzAjHGz",
  "yqwMpav39buLHrnBU1sCDTYyN7d4ZINJIw==",
  "-----END EC PRIVATE KEY-----",
].join("\n");

/** An SSH public key of 2048 bits, cut to fit the line. */
export const rsaPublicKey = [
  "AAAAB3NzaC1yc2EAAAADAQABAAABAQCqpyJioJ3LkPlFjAzJEerbnIPhJfM27QW+55qrdTmhY0wwzxarvB0B5HpDgh",
  "BtFiQj3XQ6VZkYmLUjdczYNPK4dn1105fGpLlr74pOKQuo5kkv7kZGoQpELQfajRrh31fzrzdrCnwGjv70DmrEBRw7",
  "HiLlqJXTCy2n+A3UA5fWY76rQ3gc5qMZOLZe9bc8BkKzxauRp6imkRLWcvSAPjANGWaDEI3QHcn/KKl0DfoOFQzxTW",
  "xNF3VC/m0DI/4BzSYRjSiWX9OnI7WkXbrxf8EBRWkMuKBN0bFuchzHsxSvQZloJwjJrsKuR7xOXPiseBPPNhMvmXNz",
  "Tad92QWQDNZB",
].join("");
/** Its MD5, as ssh-keygen tells it. */
export const rsaFingerprint = "54:4b:ab:43:0f:01:ce:98:cc:e9:9e:28:7a:6d:10:d2";
