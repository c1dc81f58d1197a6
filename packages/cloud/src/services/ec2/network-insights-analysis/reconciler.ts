/**
 * Runs the analyses that were asked for, on the networks as they are. One that a crash interrupts is run at
 * the next start; one that was deleted meanwhile is not written again.
 */
import type { Verdict } from "@casemate/net-engine";
import type { ReadTx } from "@casemate/store";
import type { Reconciler } from "../../../kit/index.ts";
import { componentArn, insightWorld, type InsightWorld } from "../network-insights/insight-world.ts";
import {
  explanationsOf,
  forwardComponents,
  returnComponents,
  type ComponentContext,
} from "../network-insights/path-components.ts";
import { locateEnd } from "../network-insights/path-end.ts";
import {
  headersPerPathMax,
  isForward,
  searchPath,
  type HeaderBounds,
} from "../network-insights/path-search.ts";
import { blockOf } from "../network-insights/traffic-classes.ts";
import { instanceOfInterface } from "../network-insights/instance-of-interface.ts";
import {
  insightsPaths,
  type InsightsPathRow,
  type PathFilterRow,
} from "../network-insights-path/insights-path.ts";
import {
  insightsAnalyses,
  insightsAnalysisTopic,
  type AnalysisOutcome,
  type InsightsAnalysisRow,
} from "./insights-analysis.ts";
import { contains, parseAddress } from "@casemate/net-engine";

const everyMs = 60_000;

/** Makes the reconciler. */
export function insightsAnalysisReconciler(): Reconciler {
  return {
    name: "ec2/network-insights-analysis",
    topics: [insightsAnalysisTopic],
    everyMs,
    async run(store) {
      const due = store.read((tx) => tx.by(insightsAnalyses.collection, "status", "running"));
      for (const row of due) {
        const ended = store.read((tx) => analyze(tx, row));
        const { seq } = store.transaction((tx) => {
          const still = tx.get(insightsAnalyses.collection, row.id);
          if (still?.status === "running") insightsAnalyses.change(tx, still, ended);
        });
        await store.settled(seq);
      }
    },
  };
}

type Ended = Pick<InsightsAnalysisRow, "status" | "message" | "outcome">;

function analyze(tx: ReadTx, row: InsightsAnalysisRow): Ended {
  const path = tx.get(insightsPaths.collection, row.pathId);
  if (path === undefined) return failed(`The path ${row.pathId} does not exist.`);
  const world = insightWorld(tx, row);
  const models = world.networks.map(({ model }) => model);
  const from = locateEnd(tx, models, path.source.id);
  const to = path.destination && locateEnd(tx, models, path.destination.id);
  if (from === undefined) return failed(`The source ${path.source.id} is not in use.`);
  if (path.destination !== undefined && to === undefined) {
    return failed(`The destination ${path.destination.id} is not in use.`);
  }
  const { atDestination } = path;
  const answer = searchPath(world, {
    from,
    to,
    bounds: boundsOf(path),
    accepts: (found) => isAsFiltered(found, atDestination) && passesAsAsked(world, row, found),
    apart: {
      blocks: [atDestination?.sourceAddress, atDestination?.destinationAddress].flatMap((text) =>
        text === undefined ? [] : [text.includes(":") ? `${text}/128` : `${text}/32`],
      ),
      ports: [atDestination?.sourcePorts, atDestination?.destinationPorts].flatMap((span) => span ?? []),
    },
  });
  const context: ComponentContext = { ...world, models, instanceOf: instanceOfInterface(tx) };
  return { status: "succeeded", outcome: outcomeOf(context, answer) };
}

function failed(message: string): Ended {
  return { status: "failed", message };
}

function outcomeOf(context: ComponentContext, answer: ReturnType<typeof searchPath>): AnalysisOutcome {
  const { path, nearest, bounded } = answer;
  const shown = path ?? nearest;
  const warning = bounded
    ? { warning: `Only the first ${headersPerPathMax} classes of packets were tried; there are more.` }
    : {};
  return {
    found: path !== undefined,
    forward: shown === undefined ? [] : forwardComponents(context, shown),
    back: shown === undefined ? [] : returnComponents(context, shown),
    explanations: path !== undefined || shown === undefined ? [] : explanationsOf(context, shown),
    ...warning,
  };
}

/** What the path says of the header where it begins. */
function boundsOf(path: InsightsPathRow): HeaderBounds {
  const { atSource, sourceIp, destinationIp, destinationPort } = path;
  const source = sourceIp ?? atSource?.sourceAddress;
  const destination = destinationIp ?? atSource?.destinationAddress;
  const ports =
    destinationPort === undefined
      ? atSource?.destinationPorts
      : { from: destinationPort, to: destinationPort };
  return {
    protocols: [path.protocol === "tcp" ? 6 : 17],
    ...(source === undefined ? {} : { sourceAddresses: [source] }),
    ...(destination === undefined ? {} : { destinationAddresses: [destination] }),
    ...(atSource?.sourcePorts === undefined ? {} : { sourcePorts: [atSource.sourcePorts] }),
    ...(ports === undefined ? {} : { destinationPorts: [ports] }),
  };
}

/** Whether the packet arrives as the path says that it must. */
function isAsFiltered({ hops }: Verdict, filter: PathFilterRow | undefined): boolean {
  if (filter === undefined) return true;
  const header = hops.filter(isForward).at(-1)?.header;
  if (header === undefined) return false;
  const holds = (text: string, wanted: string | undefined): boolean => {
    const block = wanted === undefined ? undefined : blockOf(wanted);
    const address = parseAddress(text);
    return block === undefined || (address !== undefined && contains(block, address));
  };
  const within = (port: number | undefined, span: PathFilterRow["sourcePorts"]): boolean =>
    span === undefined || (port !== undefined && port >= span.from && port <= span.to);
  return (
    holds(header.source, filter.sourceAddress) &&
    holds(header.destination, filter.destinationAddress) &&
    within(header.sourcePort, filter.sourcePorts) &&
    within(header.destinationPort, filter.destinationPorts)
  );
}

/** Whether a path goes by all that it must and nothing that it must not. */
function passesAsAsked(world: InsightWorld, row: InsightsAnalysisRow, { hops }: Verdict): boolean {
  if (row.filterInArns.length === 0 && row.filterOutArns.length === 0) return true;
  const arns = new Set(
    hops.flatMap(({ component }) => component.ids.map((id) => componentArn(world, component.kind, id))),
  );
  for (const { at, component } of hops) {
    if (component.kind === "security-group") arns.add(componentArn(world, "network-interface", at));
  }
  return row.filterInArns.every((arn) => arns.has(arn)) && !row.filterOutArns.some((arn) => arns.has(arn));
}
