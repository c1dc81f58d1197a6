/** The one error of this package: a model that contradicts itself. */

/** Thrown by `compileNetwork` on a model from which no safe ruleset follows; nothing is applied then. */
export class ModelFault extends Error {
  override readonly name = "ModelFault";
}
