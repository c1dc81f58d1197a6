// The face of @casemate/wire: everything other packages may use of it, except the generated operation types.
export { WireFault } from "./wire-fault.ts";
export { loadModel, type ServiceModel } from "./service-model.ts";
export type { Protocol } from "./table.ts";
export { parseForm, type FormNode, type FormTree, type FormValue } from "./form-tree.ts";
export { decodeForm, resolveOperation } from "./form-decoder.ts";
export { decodeJson, resolveTarget } from "./json-codec.ts";
export { resolveRoute, type Route } from "./rest-router.ts";
export { decodeRest, type RestRequest } from "./rest-decoder.ts";
export { encodeError, encodeJsonResult, encodeResult, type WireError, type WireReply } from "./reply.ts";
export { trailParameters, trailResponse, type TrailJson, type TrailObject } from "./trail-view.ts";
export {
  bodyBytesMax,
  formDepthMax,
  formKeyLengthMax,
  formPairsMax,
  jsonDepthMax,
  listItemsMax,
} from "./limits.ts";
export type { RawRequest } from "./sigv4/raw-request.ts";
export { parseSignature, presignedSecondsMax, type ParsedSignature } from "./sigv4/parse-signature.ts";
export { verifySignature, type Verification } from "./sigv4/verify-signature.ts";
export { signRequest, type Credentials, type Signing } from "./sigv4/sign-request.ts";
export { SigningKeyCache } from "./sigv4/signing-key-cache.ts";
export { SignatureFault, signatureFaultFor, type SignatureReason } from "./sigv4/signature-fault.ts";
export { tableFiles, type TableFiles } from "./table-files.ts";
