/**
 * How the metadata service answers on an interface: the packet filter holds its endpoint and its hop limit.
 */
import { instances } from "./instance.ts";
import type { MetadataSetting } from "../network/vpc-model.ts";

/** The setting of the instance that an interface belongs to. */
export const metadataSetting: MetadataSetting = (tx, row) => {
  const id = row.attachment?.instanceId;
  const options = id === undefined ? undefined : tx.get(instances.collection, id)?.metadataOptions;
  if (options === undefined) return undefined;
  // Its IPv6 endpoint cannot be asked for, so nothing gets through to it.
  return { enabled: options.httpEndpoint === "enabled", hopLimit: options.hopLimit, ipv6: false };
};
