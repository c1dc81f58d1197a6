/**
 * The endpoints of the cloud: each service with the wire model it is spoken to by, read from the generated
 * tables.
 */
import { readFileSync } from "node:fs";
import { services, type Endpoint } from "@casemate/cloud";
import { loadModel, tableFiles } from "@casemate/wire";

/** Reads the models; their tables are parsed on first use. */
export function loadEndpoints(): readonly Endpoint[] {
  const files = new Map(Object.entries(tableFiles));
  return services.map((service) => {
    const found = files.get(service.name);
    if (found === undefined) throw new Error(`There is no wire table for ${service.name}.`);
    const text = (url: URL): string => readFileSync(url, "utf8");
    return { service, model: loadModel(text(found.table), text(found.constraints)) };
  });
}
