// How many proofs a second: npm run bench.

import { performance } from "node:perf_hooks";
import { sha256, utf8 } from "../bytes.js";
import { rememberingCheck, verifyEd25519 } from "../ed25519.js";
import { leafHash, nodeHash, verifyConsistency, verifyInclusion } from "../merkle.js";
import { TrustPolicy } from "../policy.js";
import { checkReceipt } from "../receipt.js";
import { readFixtures } from "./cases.js";
import { DATA } from "./files.js";
import { naiveConsistency, naiveInclusion, naiveRoot, pairOf, signed } from "./forge.js";

const SECONDS = 2;

function measure(what: string, once: () => void): void {
  for (const until = performance.now() + 300; performance.now() < until;) once();
  let count = 0;
  const start = performance.now();
  for (; performance.now() < start + SECONDS * 1000; ++count) once();
  const each = Math.round((count / (performance.now() - start)) * 1000);
  console.log(`${String(each).padStart(8)} /s  ${what}`);
}

const { vkey, policy, receipts } = readFixtures(DATA.slice(0, -1));
const trust = TrustPolicy.parse(policy);
const verify = rememberingCheck();
let next = 0;
const receipt = () => receipts[next++ % receipts.length]!.bytes;

const leaves = Array.from({ length: 1000 }, (_, i) => leafHash(utf8(`${i}`)));
const root = naiveRoot(leaves);
const [included, grown] = [naiveInclusion(700, leaves), naiveConsistency(333, leaves)];
const before = { size: 333n, root: naiveRoot(leaves.slice(0, 333)) };
// 2^20 leaves all alike: twenty hashes.
const tall = Array.from({ length: 20 }).reduce<Uint8Array[]>(
  (path) => [...path, nodeHash(path.at(-1)!, path.at(-1)!)],
  [leafHash(utf8("leaf"))],
);

const pair = pairOf("bench");
const message = utf8("x".repeat(200));
const signature = signed(pair, message);

measure("inclusion proofs of 10 hashes", () => verifyInclusion(leaves[700]!, 700n, 1000n, included, root));
measure("inclusion proofs of 20 hashes", () =>
  verifyInclusion(tall[0]!, 700_000n, 1n << 20n, tall.slice(0, 20), tall[20]!),
);
measure("consistency proofs, 333 to 1000", () => verifyConsistency(before, { size: 1000n, root }, grown));
measure("Ed25519 signatures", () => void verifyEd25519(pair.public, message, signature));
measure("whole receipts, each as if it were the only one", () => void checkReceipt(receipt(), vkey));
measure(
  "whole receipts with a policy, each as if it were the only one",
  () => void checkReceipt(receipt(), vkey, { policy: trust }),
);
measure(
  `whole receipts of one school, ${receipts.length} over and over, signatures remembered`,
  () => void checkReceipt(receipt(), vkey, { policy: trust, verify }),
);
measure("SHA-256 of 65 bytes", () => void sha256(tall[0]!, tall[1]!, Uint8Array.of(1)));
