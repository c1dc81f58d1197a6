// Where the programs lie that a guest runs; the address is literal, so that a bundler carries the folder
// along.

/** The directory `guest` of this package. */
export const guestDirectory = new URL("../../guest/", import.meta.url);
