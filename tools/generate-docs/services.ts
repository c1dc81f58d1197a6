// The one place where the pages learn which services, operations and faults there are. It needs `services`
// among the exports of @casemate/cloud: a list of what the kit calls a Service. Without it there is nothing
// to say.

/** What the pages need of a service; the kit's Service has it. */
export interface DescribedService {
  readonly name: string;
  readonly operations: readonly { readonly name: string; readonly access: "read" | "write" }[];
  readonly faults: readonly { readonly code: string; readonly status: number; readonly pattern: string }[];
}

/** The services in alphabetical order; undefined while the package exports no list. */
export async function listServices(): Promise<DescribedService[] | undefined> {
  const cloud: { services?: readonly DescribedService[] } = await import("@casemate/cloud");
  return cloud.services?.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}
