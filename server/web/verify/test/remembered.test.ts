import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "../bytes.js";
import { compare, proofNeeded } from "../remembered.js";
import { ForgedLog, naiveConsistency } from "./forge.js";
import { refused } from "./refused.js";
import { honest, ORIGIN, tell } from "./story.js";

const { log } = tell(honest());
const note = (size: number) => utf8(log.note(size));
const proof = (from: number, to: number) => naiveConsistency(from, log.leaves.slice(0, to));

test("the first visit, the same again, and growth", () => {
  assert.equal(compare(undefined, note(3), [], log.vkey).relation, "first");
  assert.equal(compare(note(3), note(3), [], log.vkey).relation, "same");
  const grown = compare(note(3), note(7), proof(3, 7), log.vkey);
  assert.deepEqual([grown.relation, grown.keep, grown.opened.checkpoint.size], ["grown", note(7), 7n]);
});

test("an older checkpoint is no alarm if the remembered one goes on from it, and is not remembered", () => {
  const older = compare(note(7), note(3), proof(3, 7), log.vkey);
  assert.deepEqual([older.relation, older.keep, older.opened.checkpoint.size], ["older", note(7), 7n]);
});

test("every pair of sizes", () => {
  for (let a = 1; a <= 7; ++a)
    for (let b = 1; b <= 7; ++b) compare(note(a), note(b), proof(Math.min(a, b), Math.max(a, b)), log.vkey);
});

test("two histories are told, whichever is the longer", () => {
  const knobs = honest();
  knobs.genesis.body = { name: "Другая школа" };
  const other = tell(knobs).log;
  const otherNote = (size: number) => utf8(other.note(size));
  refused("inconsistent", () => compare(note(5), otherNote(5), [], log.vkey));
  const otherProof = naiveConsistency(5, other.leaves);
  refused("root_mismatch", () => compare(note(5), otherNote(7), otherProof, log.vkey));
  refused("root_mismatch", () => compare(otherNote(7), note(5), proof(5, 7), log.vkey));
});

test("a wrong answer is told from a wrong log", () => {
  refused("proof_length", () => compare(note(3), note(7), [], log.vkey));
  refused("no_known_signature", () =>
    compare(
      note(3),
      utf8(log.note(7).replace(log.ownLine(log.checkpointText()), "\u2014 x AAAAAAA=\n")),
      proof(3, 7),
      log.vkey,
    ),
  );
  refused("other_origin", () => compare(note(3), utf8(new ForgedLog("other.example/log/x").note(0)), [], log.vkey));
  refused("memory_damaged", () => compare(utf8("what was here before"), note(3), [], log.vkey));
  refused("memory_damaged", () => compare(utf8(new ForgedLog(`${ORIGIN}x`).note(0)), note(3), [], log.vkey));
});

test("which proof to ask for", () => {
  assert.equal(proofNeeded(3n, 3n), undefined);
  assert.deepEqual(proofNeeded(3n, 7n), { from: 3n, to: 7n });
  assert.deepEqual(proofNeeded(7n, 3n), { from: 3n, to: 7n });
});
