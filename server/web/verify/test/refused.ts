import assert from "node:assert/strict";
import { refusalOf } from "../refusal.js";

export function refused(code: string, attempt: () => void): void {
  assert.equal(refusalOf(attempt)?.code, code);
}
