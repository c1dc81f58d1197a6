// `npm start`: `casemate up` from a clone, with the remaining arguments. Fresh clones are set up first.
process.argv.splice(2, 0, "up");
await import("./casemate.mjs");
