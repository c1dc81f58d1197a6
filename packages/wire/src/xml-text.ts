// Text inside XML. What XML 1.0 cannot carry becomes U+FFFD, so that every value gives a well-formed
// document.

// oxlint-disable-next-line no-control-regex -- control characters are exactly what this looks for
const special = /[&<>"\0-\x08\v\f\x0d-\x1f\ufffe\uffff\ud800-\udfff]/;
// oxlint-disable-next-line no-control-regex -- as above
const each = /[&<>"\0-\x08\v\f\x0d-\x1f\ufffe\uffff]|[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g;
const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#xD;",
};

/** The text with its special characters escaped. */
export function escapeXml(text: string): string {
  return special.test(text) ? text.replace(each, replacement) : text;
}

function replacement(found: string): string {
  // A surrogate pair is one whole character and stays.
  return entities[found] ?? (found.length === 2 ? found : "\ufffd");
}
