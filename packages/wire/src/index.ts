// The face of @casemate/wire: everything other packages may use of it, except the generated operation types.
export { WireFault } from "./wire-fault.ts";
export { loadModel, type ServiceModel } from "./service-model.ts";
export type { Protocol } from "./table.ts";
export { parseForm, type FormNode, type FormTree, type FormValue } from "./form-tree.ts";
export { decodeForm, resolveOperation } from "./form-decoder.ts";
export { decodeJson } from "./json-codec.ts";
export { encodeError, encodeJsonResult, encodeResult, type WireError, type WireReply } from "./reply.ts";
export {
  bodyBytesMax,
  formDepthMax,
  formKeyLengthMax,
  formPairsMax,
  jsonDepthMax,
  listItemsMax,
} from "./limits.ts";
