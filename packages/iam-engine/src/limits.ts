// Every bound of the policy engine. Each one is refused past, never silently cut.

/** Longest policy document read, in UTF-16 units; the longest any API accepts. */
export const POLICY_CHARACTERS_MAX = 131_072;

/** Most statements in one document. */
export const STATEMENTS_MAX = 1_000;

/** Deepest nesting of arrays and objects in a document; a legal policy needs six. */
export const POLICY_NESTING_MAX = 16;

/** Compiled documents kept in each of the cache's two generations. */
export const CACHED_DOCUMENTS_MAX = 2_048;

/** Characters of documents kept in each generation; compiled, a document takes some twenty times its text. */
export const CACHED_CHARACTERS_MAX = 2 * 1024 * 1024;

/** Actions that are given a number; a document with holes past this would turn into a hash table. */
export const ACTION_SLOTS_MAX = 1_024;

/** Distinct actions without a number for which one document keeps its matching statements. */
export const ACTIONS_PER_DOCUMENT_MAX = 512;
