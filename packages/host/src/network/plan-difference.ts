// Compares what plans say about addresses, rules, routes and neighbours: what a change touches, and what is
// left over.

import type { AppliedNetwork, NetworkPlan } from "@casemate/net-engine";

type Links = AppliedNetwork["links"];
type State = Links["router"];

const nothing: Links = { router: {}, router6: {}, internet: {} };

/** Whether a plan changes nothing on the host. */
export function isEmptyPlan(plan: NetworkPlan): boolean {
  const { routerIp, routerIp6, internetIp, guests, devices, removeEnis, flushes } = plan;
  const lists = [routerIp, routerIp6, internetIp, guests, devices, removeEnis, flushes];
  return plan.nft === "" && lists.every((list) => list.length === 0);
}

/** The entries of `to` that `from` does not have alike. */
export function changedLinks(from: Links | undefined, to: Links): Links {
  const old = from ?? nothing;
  return {
    router: changedState(old.router, to.router),
    router6: changedState(old.router6, to.router6),
    internet: changedState(old.internet, to.internet),
  };
}

function changedState(from: State, to: State): State {
  return Object.fromEntries(Object.entries(to).filter(([key, text]) => from[key] !== text));
}

/** Every entry that may stand when any of the states was applied, in whole or in part. */
export function joinLinks(states: readonly Links[]): Links {
  return {
    router: Object.assign({}, ...states.map(({ router }) => router)) as State,
    router6: Object.assign({}, ...states.map(({ router6 }) => router6)) as State,
    internet: Object.assign({}, ...states.map(({ internet }) => internet)) as State,
  };
}

/** The `ip -batch` lines that delete what `to` no longer has. */
export function deletionLines(from: State, to: State): string[] {
  return Object.keys(from)
    .filter((key) => to[key] === undefined)
    .map((key) => key.replace(" ", " del "));
}
