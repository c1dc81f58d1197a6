/** The JSON spelling of the metadata service: two spaces of indent and a space on both sides of a colon. */

/** One flat object with its members in the order given. */
export function spacedJson(members: readonly (readonly [string, string])[]): string {
  const rows = members.map(([name, value]) => `  ${JSON.stringify(name)} : ${JSON.stringify(value)}`);
  return `{\n${rows.join(",\n")}\n}`;
}

/** An instant in ISO form to the second, as metadata and identity documents spell it. */
export function isoSeconds(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}
