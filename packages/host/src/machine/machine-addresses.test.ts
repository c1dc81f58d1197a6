import { expect, test } from "vitest";
import { parseLocalIpv4, parseLocalIpv6 } from "./machine-addresses.ts";

const trie = `Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 10.0.1.0/24 2 0 2
        |-- 10.0.1.0
           /24 link UNICAST
Local:
  +-- 0.0.0.0/0 3 0 5
     +-- 10.0.1.0/24 2 0 2
        |-- 10.0.1.10
           /32 host LOCAL
        |-- 10.0.1.96
           /28 host LOCAL
        |-- 10.0.1.255
           /32 link BROADCAST
     +-- 127.0.0.0/8 2 0 2
        |-- 127.0.0.0
           /8 host LOCAL
        |-- 127.0.0.1
           /32 host LOCAL
`;

const zeros = "0".repeat(32);
const flags = "00000000 00000002 00000000 80200001";
const routes = `20010db8000000000000000000000005 80 ${zeros} 00 ${zeros} ${flags}     eth0
20010db8000000000000000000000000 40 ${zeros} 00 ${zeros} 00000100 00000001 00000000 00000001     eth0
20010db8000000010000000000000000 50 ${zeros} 00 ${zeros} 00000000 00000002 00000000 80200001     eth1
fe80000000000000000000fffe000001 80 ${zeros} 00 ${zeros} 00000000 00000002 00000000 80200001     eth0
${"0".repeat(31)}1 80 ${zeros} 00 ${zeros} 00000000 00000002 00000000 80200001       lo
`;

test("the guest's addresses and blocks are read, not its routes, broadcasts and loopback", () => {
  expect(parseLocalIpv4(trie)).toEqual(["10.0.1.10", "10.0.1.96/28"]);
  expect(parseLocalIpv6(routes)).toEqual(["2001:db8::5", "2001:db8:0:1::/80"]);
});
