/** The literal oracle, and generators of models and packets, for this package's tests and the host's. */
export { changedWorld } from "./gateway-changes.ts";
export { gatewayWorld, type GatewayWorld } from "./gateway-network.ts";
export { readGatewayProbes, type GatewayProbe } from "./gateway-probes.ts";
export { literalVerdict, type LiteralVerdict } from "./literal-verdict.ts";
export { interestingPorts, outsideAddresses, randomModel, type RandomModelOptions } from "./random-model.ts";
export { randomPacket, type RandomPacketOptions } from "./random-packet.ts";
export {
  delegatedAddresses,
  outsideAddresses6,
  randomWorld,
  randomWorldPacket,
  type RandomWorld,
  type RandomWorldOptions,
  type WorldPacket,
} from "./random-world.ts";
export { seededRandom, type SeededRandom } from "./seeded-random.ts";
