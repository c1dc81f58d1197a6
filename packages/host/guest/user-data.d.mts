export interface WishedFile {
  path: string;
  content: Buffer;
  mode: number;
  owner: string;
  append: boolean;
}
export interface Plan {
  everyBoot: Buffer[];
  files: WishedFile[];
  keys: string[];
  hostname: string | undefined;
  commands: Buffer[];
  scripts: Buffer[];
  refused: string[];
}
export function planUserData(bytes: Buffer): Plan;
export function reason(error: unknown): string;
