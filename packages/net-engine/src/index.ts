/** VPC model to packet verdict, path explanation and nftables ruleset. Pure: it touches no machine. */
export type {
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
export type { CompiledEni, CompiledNetwork, CompiledSubnet } from "./compiled-network.ts";
export { compileNetwork } from "./compile-network.ts";
export { ModelFault } from "./model-fault.ts";
