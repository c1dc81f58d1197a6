/** The metadata port: what the metadata service of a VPC asks about the instance behind a source address. */
import type { Store } from "@casemate/store";
import type { CloudEnvironment } from "../../../kit/index.ts";
import type { InstanceIdentity, MetadataPort } from "../../../kit/instance-metadata.ts";
import { interfacesOf } from "../instance/instance-view.ts";
import { instances } from "../instance/instance.ts";
import { createIdentitySigners } from "./identity-keys.ts";
import { identityFacts, instanceFacts, interfaceAt } from "./instance-facts.ts";
import { createRoleSessions } from "./role-sessions.ts";

/** Makes the port over a store. */
export function createMetadataPort(store: Store, environment: CloudEnvironment): MetadataPort {
  const signers = createIdentitySigners(store, environment);
  const sessions = createRoleSessions(store, environment);
  return {
    find: (vpcId, sourceIp) =>
      store.read((tx) => {
        const caller = interfaceAt(tx, vpcId, sourceIp);
        const id = caller?.attachment?.instanceId;
        const instance = id === undefined ? undefined : tx.get(instances.collection, id);
        if (caller === undefined || instance === undefined || instance.state === "terminated")
          return undefined;
        return instanceFacts(tx, environment, { instance, caller });
      }),
    credentials: (instanceId, delivery) => sessions.credentialsOf(instanceId, delivery),
    async signedIdentity(instanceId) {
      const found = store.read((tx) => {
        const instance = tx.get(instances.collection, instanceId);
        const ip = interfacesOf(tx, instanceId)[0]?.privateIps[0] ?? "";
        return (
          instance && { region: instance.region, document: identityDocument(identityFacts(instance, ip)) }
        );
      });
      if (found === undefined) throw new Error(`There is no instance ${instanceId}.`);
      const { region, document } = found;
      const signer = await signers.of(region);
      const now = environment.clock();
      return {
        document,
        signature: signer.signature(document),
        pkcs7: signer.pkcs7(document, now),
        rsa2048: signer.rsa2048(document, now),
      };
    },
  };
}

/** The document as AWS prints it: keys in this order, absent ones null, two spaces and ` : `. */
export function identityDocument(facts: InstanceIdentity): string {
  const pending = `${new Date(facts.pendingTimeMs).toISOString().slice(0, 19)}Z`;
  const fields = {
    accountId: facts.accountId,
    architecture: facts.architecture,
    availabilityZone: facts.availabilityZone,
    billingProducts: null,
    devpayProductCodes: null,
    marketplaceProductCodes: null,
    imageId: facts.imageId,
    instanceId: facts.instanceId,
    instanceType: facts.instanceType,
    kernelId: facts.kernelId ?? null,
    pendingTime: pending,
    privateIp: facts.privateIp,
    ramdiskId: facts.ramdiskId ?? null,
    region: facts.region,
    version: "2017-09-30",
  };
  const lines = Object.entries(fields).map(([key, value]) => `  "${key}" : ${JSON.stringify(value)}`);
  return `{\n${lines.join(",\n")}\n}`;
}
