// Where the tests' files lie: from the compiled test's own place, so that they run from any folder.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Bytes } from "../bytes.js";

export const DATA = fileURLToPath(new URL("../../test/data/", import.meta.url));
export const PACKAGE = fileURLToPath(new URL("../../", import.meta.url));
const REPOSITORY = new URL("../../../../../", import.meta.url);

export function bytesOf(path: string): Bytes {
  return new Uint8Array(readFileSync(path));
}
// A file of the repository, outside this folder.
export function repositoryText(path: string): string {
  return readFileSync(new URL(path, REPOSITORY), "utf8");
}
