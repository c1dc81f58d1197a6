import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SamlFault } from "../index.ts";
import { parseStrictXml, xmlAttributesMax, xmlDepthMax } from "./strict-xml.ts";
import { attributeOf, textOf } from "./xml-element.ts";

const parse = parseStrictXml;
const attributes = (count: number): string =>
  Array.from({ length: count }, (_, index) => ` a${index}=""`).join("");

function outcomeOf(text: string): string {
  try {
    parse(text);
  } catch (thrown) {
    return thrown instanceof SamlFault ? "refused" : String(thrown);
  }
  return "read";
}

describe("the strict reader", () => {
  it("reads elements, attributes, text and namespaces", () => {
    expect(
      parse('<a:b xmlns:a="urn:a" xmlns="urn:d" a:x="1" y="2">t<c/><a:d>&lt;&#65;&#x42;&amp;</a:d></a:b>'),
    ).toEqual({
      name: "b",
      namespace: "urn:a",
      attributes: [
        { name: "x", namespace: "urn:a", value: "1" },
        { name: "y", namespace: "", value: "2" },
      ],
      children: [
        "t",
        { name: "c", namespace: "urn:d", attributes: [], children: [] },
        { name: "d", namespace: "urn:a", attributes: [], children: ["<AB&"] },
      ],
    });
  });

  it("joins text around comments and CDATA, and evens out ends of lines", () => {
    const root = parse(
      "<?xml version='1.0' encoding='utf-8'?>\r\n<!-- a -->\n<a b='1\t2'>x<!-- b --><![CDATA[<y>]]>\r\nz</a><!-- c -->",
    );
    expect(textOf(root)).toBe("x<y>\nz");
    expect(attributeOf(root, "b")).toBe("1 2");
    expect(textOf(parse("<a>x<b/></a>"))).toBeUndefined();
  });

  it("undeclares a default namespace", () => {
    expect(parse('<a xmlns="urn:a"><b xmlns=""/></a>').children).toMatchObject([{ namespace: "" }]);
  });

  it.each([
    ["", "nothing"],
    ["text", "text alone"],
    ["<a>", "no end"],
    ["<a></b>", "another end"],
    ["</a>", "an end alone"],
    ["<a/><b/>", "two roots"],
    ["<a/>x", "text behind"],
    ["<a b=1/>", "a bare value"],
    ["<a b/>", "a bare attribute"],
    ["<a b='1'c='2'/>", "no space between attributes"],
    ["<a b='1' b='2'/>", "an attribute twice"],
    ["<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>", "an attribute twice under two prefixes"],
    ["<a b='<'/>", "an open tag in a value"],
    ["<p:a/>", "a prefix that is not declared"],
    ["<a p:b=''/>", "a prefix of an attribute that is not declared"],
    ["<a xmlns:p=''/>", "a prefix declared empty"],
    ["<a xmlns:xml='u'/>", "xml declared anew"],
    ["<a xmlns='http://www.w3.org/2000/xmlns/'/>", "the namespace of declarations"],
    ["<a xmlns:p='u'><b/></a:p>", "an end of another prefix"],
    ["<a:b:c xmlns:a='u'/>", "two colons"],
    ["<a>&b;</a>", "an entity"],
    ["<a>&amp</a>", "an entity without its end"],
    ["<a>&</a>", "an ampersand"],
    ["<a b='&'/>", "an ampersand in a value"],
    ["<a>&AMP;</a>", "an entity in capitals"],
    ["<a>&#0;</a>", "a character that XML has not"],
    ["<a>&#xD800;</a>", "half a character"],
    ["<a>&#x110000;</a>", "a character beyond Unicode"],
    ["<a>\u0000</a>", "a null"],
    ["<a>\ud800</a>", "a lone surrogate"],
    ["<a>]]></a>", "an end of CDATA"],
    ["<a><![CDATA[x</a>", "CDATA without end"],
    ["<![CDATA[x]]><a/>", "CDATA outside"],
    ["<a><!-- -- --></a>", "a comment in a comment"],
    ["<a><!-- </a>", "a comment without end"],
    ["<!DOCTYPE a><a/>", "a document type"],
    ["<a><!ENTITY b 'c'></a>", "an entity declared"],
    ["<a><?b?></a>", "a processing instruction"],
    ["<?b?><a/>", "a processing instruction in front"],
    [" <?xml version='1.0'?><a/>", "a declaration that is not first"],
    ["<?xml version='1.1'?><a/>", "another version"],
    ["<?xml version='1.0' encoding='latin1'?><a/>", "another encoding"],
    ["\ufeff<a/>", "a byte order mark"],
    ["<a>".repeat(xmlDepthMax + 1) + "</a>".repeat(xmlDepthMax + 1), "too deep"],
    [`<a${attributes(xmlAttributesMax + 1)}/>`, "too many attributes"],
    ["<1/>", "a name that is none"],
    ["< a/>", "space before a name"],
  ])("refuses %j: %s", (text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ reason: "document" }));
  });

  it("takes what is at its bounds", () => {
    expect(parse("<a>".repeat(xmlDepthMax) + "</a>".repeat(xmlDepthMax)).name).toBe("a");
    expect(parse(`<a${attributes(xmlAttributesMax)}/>`).attributes).toHaveLength(xmlAttributesMax);
  });

  it("throws nothing but its fault", () => {
    const piece = fc.constantFrom(
      "<a>",
      "</a>",
      "<a ",
      "b='",
      "'",
      "/>",
      "&amp;",
      "&",
      ";",
      "<!--",
      "-->",
      "<![CDATA[",
      "]]>",
      "<?",
      "x",
      " ",
      "xmlns:p='u'",
      "p:",
      "#65",
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(piece, fc.string({ unit: "binary", maxLength: 3 })), { maxLength: 30 }),
        (parts) => {
          expect(outcomeOf(parts.join(""))).toMatch(/^(?:read|refused)$/);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
