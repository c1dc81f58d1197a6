import { expect, test } from "vitest";
import { isIssuerHost, isReachable, reachOf } from "./issuer-hosts.ts";

test.each([
  ["idp.example.com", "idp.example.com", 443, "private"],
  ["idp.example.com", "IDP.example.com", 443, "private"],
  ["IdP.example.com:443", "idp.example.com", 443, "private"],
  ["idp.example.com", "idp.example.com", 8443, "none"],
  ["idp.example.com:8443", "idp.example.com", 8443, "private"],
  ["idp.example.com:8443", "idp.example.com", 443, "none"],
  ["idp.example.com", "example.com", 443, "none"],
  ["idp.example.com", "idp.example.com.evil.com", 443, "none"],
  ["idp.example.com", "evilidp.example.com", 443, "none"],
  ["*.example.com", "idp.example.com", 443, "public"],
  ["*.example.com", "a.b.example.com", 443, "public"],
  ["*.example.com", "example.com", 443, "none"],
  ["*.example.com", "evilexample.com", 443, "none"],
  ["*.example.com", "idp.example.com", 8443, "none"],
  ["*", "idp.example.com", 443, "public"],
  ["*", "127.0.0.1", 443, "public"],
  ["*", "idp.example.com", 80, "none"],
  ["127.0.0.1", "127.0.0.1", 443, "private"],
] as const)("%s lets %s at port %d be reached: %s", (written, hostname, port, reach) => {
  expect(reachOf(["other.example.org", written], { hostname, port })).toBe(reach);
});

test("nothing is reached where nothing is named", () => {
  expect(reachOf([], { hostname: "idp.example.com", port: 443 })).toBe("none");
  expect(isReachable("1.1.1.1", "none")).toBe(false);
});

test("a host that is named in full and below a wildcard is named in full", () => {
  expect(reachOf(["*", "idp.example.com"], { hostname: "idp.example.com", port: 443 })).toBe("private");
});

test.each([
  "1.1.1.1",
  "140.82.121.6",
  "2606:4700:4700::1111",
  "::ffff:1.1.1.1",
  "192.1.0.1",
  "172.32.0.1",
  "100.128.0.1",
])("%s is of the internet", (address) => {
  expect([isReachable(address, "public"), isReachable(address, "private")]).toEqual([true, true]);
});

test.each([
  "127.0.0.1",
  "127.8.9.10",
  "10.0.0.1",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "100.64.0.1",
  "100.100.100.200",
  "198.18.0.1",
  "203.0.113.9",
  "::1",
  "fd12::1",
  "::ffff:127.0.0.1",
  "::ffff:a00:1",
  "64:ff9b::7f00:1",
  "2002:7f00:1::",
  "2001:0:1::1",
])("%s is of a private network", (address) => {
  expect([isReachable(address, "public"), isReachable(address, "private")]).toEqual([false, true]);
});

test.each([
  "169.254.169.254",
  "169.254.170.2",
  "::ffff:169.254.169.254",
  "::ffff:a9fe:a9fe",
  "0.0.0.0",
  "0.1.2.3",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "fe80::1",
  "fec0::1",
  "ff02::1",
  "fd00:ec2::254",
  "not-an-address",
  "",
  "2130706433",
  "127.1",
])("%j is reached by nobody", (address) => {
  expect([isReachable(address, "public"), isReachable(address, "private")]).toEqual([false, false]);
});

test.each(["idp.example.com", "localhost:8443", "*.example.com", "*", "10.0.0.1:443"])(
  "%s may be written",
  (text) => {
    expect(isIssuerHost(text)).toBe(true);
  },
);

test.each([
  "",
  "https://idp.example.com",
  "idp.example.com/",
  "*:443",
  "*.example.com:8443",
  "a*",
  "a b",
  "a:b",
])("%j may not be written", (text) => {
  expect(isIssuerHost(text)).toBe(false);
});
