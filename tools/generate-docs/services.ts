// The one place where the pages learn which services, operations and faults there are. It needs `services`
// and `requestPathFaults` among the exports of @casemate/cloud: a list of what the kit calls a Service, and
// the faults that any of them may answer with. Without them there is nothing to say.

/** A fault as the errors page lists it; the kit's DeclaredFault has it. */
export interface DescribedFault {
  readonly code: string;
  readonly status: number;
  readonly pattern: string;
}

/** What the pages need of a service; the kit's Service has it. */
export interface DescribedService {
  readonly name: string;
  readonly operations: readonly { readonly name: string; readonly access: "read" | "write" }[];
  /** Operations of AWS's that it leaves out, with the reason of each. */
  readonly absent?: Readonly<Record<string, string>>;
  readonly faults: readonly DescribedFault[];
  /** How it answers a call that is not authorized. */
  readonly refusal: { readonly code: string; readonly status: number };
}

/** The services in alphabetical order, and the faults that all share. */
export interface DescribedCloud {
  readonly services: readonly DescribedService[];
  readonly shared: readonly DescribedFault[];
}

/** What is served; undefined while the package exports no list. */
export async function describeCloud(): Promise<DescribedCloud | undefined> {
  const cloud: {
    services?: readonly DescribedService[];
    requestPathFaults?: readonly DescribedFault[];
  } = await import("@casemate/cloud");
  if (cloud.services === undefined) return undefined;
  return {
    services: cloud.services.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
    shared: cloud.requestPathFaults ?? [],
  };
}
