// Where the generated tables lie, for whoever reads files; nothing here is read by the codecs themselves.

/** The files of one service's model. */
export interface TableFiles {
  readonly table: URL;
  readonly constraints: URL;
}

/**
 * The tables of the services in use, by signing name. Each address is literal, so that a bundler can carry
 * the file along.
 */
export const tableFiles: Readonly<
  Record<"access-analyzer" | "ec2" | "iam" | "organizations" | "sts", TableFiles>
> = {
  "access-analyzer": {
    table: new URL("../generated/access-analyzer.json", import.meta.url),
    constraints: new URL("../generated/access-analyzer.constraints.json", import.meta.url),
  },
  ec2: {
    table: new URL("../generated/ec2.json", import.meta.url),
    constraints: new URL("../generated/ec2.constraints.json", import.meta.url),
  },
  iam: {
    table: new URL("../generated/iam.json", import.meta.url),
    constraints: new URL("../generated/iam.constraints.json", import.meta.url),
  },
  organizations: {
    table: new URL("../generated/organizations.json", import.meta.url),
    constraints: new URL("../generated/organizations.constraints.json", import.meta.url),
  },
  sts: {
    table: new URL("../generated/sts.json", import.meta.url),
    constraints: new URL("../generated/sts.constraints.json", import.meta.url),
  },
};
