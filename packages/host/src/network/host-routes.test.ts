import { expect, test } from "vitest";
import { planHostAccess } from "./host-routes.ts";
import type { HostRoute } from "./host-routes.ts";

const pool = "203.0.113.0/24";
const ownLink = "cmh01234567";
const usual: readonly HostRoute[] = [
  { dst: "default", dev: "eth0" },
  { dst: "192.168.1.0/24", dev: "eth0" },
  { dst: "127.0.0.0/8", dev: "lo", table: "local" },
];

function reasonOf(
  routes: readonly HostRoute[],
  access: { pool?: string; mode?: "auto" | "on" | "off" } = {},
) {
  const state = planHostAccess({ pool, mode: "auto", ...access }, routes, ownLink);
  return state.open ? undefined : state.reason;
}

test("a pool that no route of the host overlaps is routed", () => {
  expect(planHostAccess({ pool, mode: "auto" }, usual, ownLink)).toEqual({
    open: true,
    address: "198.51.100.254",
    pool,
  });
});

test.each([
  ["the same block", { dst: pool, dev: "tun0" }],
  ["a part of it", { dst: "203.0.113.64/26", dev: "tun0" }],
  ["one address of it", { dst: "203.0.113.9", dev: "tun0", table: "local" }],
  ["a block around it", { dst: "203.0.0.0/16", dev: "tun0", table: "7" }],
  ["the link of another cloud", { dst: pool, dev: "cmhffffffff" }],
  ["what cannot be read", { dst: "0/0/0", dev: "tun0" }],
])("a pool is refused where the host has a route to %s", (_, route) => {
  expect(reasonOf([...usual, route])).toContain("would hide this host's route to");
});

test("its own route and default routes, whole or halved, are not hidden", () => {
  const halves = [
    { dst: "0.0.0.0/1", dev: "tun0" },
    { dst: "128.0.0.0/1", dev: "tun0" },
  ];
  expect(reasonOf([...usual, ...halves, { dst: pool, dev: ownLink }])).toBeUndefined();
});

test("what may be somebody's on the internet is routed only when that is asked for", () => {
  expect(reasonOf(usual, { pool: "8.8.8.0/24" })).toContain("somebody's on the internet");
  expect(reasonOf(usual, { pool: "8.8.8.0/24", mode: "on" })).toBeUndefined();
  expect(reasonOf([{ dst: "8.8.8.8", dev: "eth0" }], { pool: "8.8.8.0/24", mode: "on" })).toContain("hide");
});

test("what is turned off, not IPv4 or too large is refused", () => {
  expect(reasonOf(usual, { mode: "off" })).toBe("it is turned off");
  expect(reasonOf(usual, { pool: "2001:db8::/32" })).toContain("not an IPv4 block");
  expect(reasonOf([], { pool: "0.0.0.0/0", mode: "on" })).toContain("larger than");
});

test("the host is called what neither it nor the pool uses", () => {
  const taken = { dst: "198.51.100.0/24", dev: "eth1" };
  const addressAmid = (routes: readonly HostRoute[], block = pool) => {
    const state = planHostAccess({ pool: block, mode: "auto" }, routes, ownLink);
    return state.open ? state.address : state.reason;
  };
  expect(addressAmid([taken])).toBe("192.0.2.254");
  expect(addressAmid([], "198.51.100.0/24")).toBe("192.0.2.254");
  expect(addressAmid([{ dst: "198.51.100.254", dev: "cmhffffffff", table: "local" }])).toBe("198.51.100.254");
  const all = [taken, { dst: "192.0.2.0/24" }, { dst: "198.18.0.0/15" }];
  expect(addressAmid(all)).toContain("uses all of");
});
