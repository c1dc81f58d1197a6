/** XML as it was read: elements, their attributes and their text. Comments leave no trace in it. */

/** An attribute that is no namespace declaration. */
export interface XmlAttribute {
  readonly name: string;
  /** Empty where the attribute has no prefix. */
  readonly namespace: string;
  readonly value: string;
}

/** An element. */
export interface XmlElement {
  /** The local name. */
  readonly name: string;
  readonly namespace: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly (XmlElement | string)[];
}

/** The child elements, all or those of a name. */
export function elementsOf(parent: XmlElement, namespace?: string, name?: string): readonly XmlElement[] {
  return parent.children.filter(
    (child): child is XmlElement =>
      typeof child !== "string" &&
      (namespace === undefined || child.namespace === namespace) &&
      (name === undefined || child.name === name),
  );
}

/** The text of an element that holds nothing else; undefined where it holds elements. */
export function textOf(element: XmlElement): string | undefined {
  const texts = element.children.filter((child) => typeof child === "string");
  return texts.length < element.children.length ? undefined : texts.join("");
}

/** The value of an attribute without prefix. */
export function attributeOf(element: XmlElement, name: string): string | undefined {
  return element.attributes.find((each) => each.namespace === "" && each.name === name)?.value;
}

/** The element and every element inside it. */
export function* allElements(root: XmlElement): Generator<XmlElement> {
  const waiting = [root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next;
    waiting.push(...elementsOf(next).toReversed());
  }
}
