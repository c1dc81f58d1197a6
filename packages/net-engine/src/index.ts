/** VPC model to packet verdict, path explanation and nftables ruleset. Pure: it touches no machine. */
export type {
  EniMetadata,
  EniModel,
  NetworkAclEntry,
  NetworkAclModel,
  PrefixListModel,
  PublicIpModel,
  RouteModel,
  RouteTableModel,
  RouteTarget,
  RulePeer,
  SecurityGroupModel,
  SecurityRule,
  SubnetModel,
  VpcModel,
} from "./model.ts";
export type {
  EndpointServiceModel,
  EndpointTarget,
  GatewayEndpointModel,
  InterfaceEndpointModel,
  NatGatewayModel,
  PeeringModel,
  PeerEniModel,
  PublicAccessModel,
  ServiceListener,
} from "./model-gateways.ts";
export type { CompiledEni, CompiledNetwork, CompiledSubnet } from "./compiled-network.ts";
export { compileNetwork } from "./compile-network.ts";
export { ModelFault } from "./model-fault.ts";
export { emitChange, emitFull } from "./emit.ts";
export type {
  AppliedNetwork,
  ChangeOptions,
  DevicePlan,
  GuestPlan,
  NetworkPlan,
  RemovedEni,
} from "./emit.ts";
export {
  eniIndex,
  eniLink,
  guestNetns,
  ifIndex,
  internetNetns,
  internetSysctls,
  linkPort,
  routerNetns,
  routerSysctls,
} from "./layout.ts";
export { internetSideLines } from "./render-links.ts";
export { decide, evaluate } from "./evaluate.ts";
export type { Arrival, Decision, ReplyOutcome, Verdict } from "./evaluate.ts";
export type { DecidingRule, Hop, PacketHeader } from "./explain.ts";
export type { ExplanationCode, HopComponent } from "./explanation-code.ts";
export { PacketFault, type Packet, type Traffic } from "./packet.ts";
export { describeVerdict, reach, reachAcross, type ReachEnds } from "./reach.ts";
export {
  contains,
  familyOf,
  formatAddress,
  formatCidr,
  nextAddress,
  parseAddress,
  parseCidr,
  type Address,
  type Cidr,
} from "./address.ts";
