/** Test support of the ledgers: peerings, endpoints and an endpoint service for the examples to ask about. */
import { storedCollections } from "../../services/index.ts";
import type { Answer, TestCloud } from "../testing.ts";

/** Names of what is made. */
export interface ConnectionFixtures {
  /** One that waits for its acceptance, and one that is active. */
  readonly askedPeeringId: string;
  readonly activePeeringId: string;
  readonly endpointId: string;
  readonly endpointServiceId: string;
  readonly unusedServiceId: string;
  /** The ARN that names a port of an interface, as endpoint services have targets. */
  readonly serviceTarget: string;
  /** An endpoint of the service, that waits for its acceptance. */
  readonly waitingEndpointId: string;
}

type Make = (service: string, action: string, parameters?: Record<string, unknown>) => Promise<Answer>;

interface Standing {
  readonly accountId: string;
  readonly bareVpcId: string;
  readonly gatewayVpcId: string;
  readonly interfaceId: string;
  readonly vpcId: string;
}

/** Makes them. */
export async function makeConnections(
  cloud: TestCloud,
  make: Make,
  standing: Standing,
): Promise<ConnectionFixtures> {
  const idIn = async (action: string, element: string, parameters = {}): Promise<string> =>
    (await make("ec2", action, parameters)).element(element) ?? "";
  const peer = (PeerVpcId: string) =>
    idIn("CreateVpcPeeringConnection", "vpcPeeringConnectionId", { VpcId: standing.vpcId, PeerVpcId });
  const activePeeringId = await peer(standing.gatewayVpcId);
  await make("ec2", "AcceptVpcPeeringConnection", { VpcPeeringConnectionId: activePeeringId });
  activate(cloud, activePeeringId);
  const { accountId, interfaceId } = standing;
  const interfaceArn = `arn:aws:ec2:us-east-1:${accountId}:network-interface/${interfaceId}`;
  const serviceTarget = `${interfaceArn}/tcp/443`;
  const provide = () =>
    idIn("CreateVpcEndpointServiceConfiguration", "serviceId", {
      "NetworkLoadBalancerArn.1": serviceTarget,
      "NetworkLoadBalancerArn.2": `${interfaceArn}/tcp/80`,
    });
  const endpointServiceId = await provide();
  const endpoint = (ServiceName: string) =>
    idIn("CreateVpcEndpoint", "vpcEndpointId", {
      VpcId: standing.vpcId,
      VpcEndpointType: "Interface",
      ServiceName,
    });
  return {
    askedPeeringId: await peer(standing.bareVpcId),
    activePeeringId,
    endpointId: await endpoint("com.amazonaws.us-east-1.sts"),
    endpointServiceId,
    unusedServiceId: await provide(),
    serviceTarget,
    waitingEndpointId: await endpoint(`com.amazonaws.vpce.us-east-1.${endpointServiceId}`),
  };
}

/** Sets a peering active, as the network's reconciler would once both networks stand. */
function activate({ store }: TestCloud, id: string): void {
  const peerings = storedCollections.find(({ kind }) => kind === "ec2/vpc-peering-connection");
  if (peerings === undefined) throw new Error("The store has no peerings.");
  store.transaction((tx) => {
    const row = tx.get(peerings as never, id) as object | undefined;
    if (row === undefined) throw new Error(`There is no peering ${id}.`);
    tx.put(peerings as never, { ...row, state: "active" } as never);
  });
}
