// What a page needs. docs/formats of the repository says what the words mean.

export { type Bytes, fromBase64, fromHex, toBase64, toHex } from "./bytes.js";
export {
  type Checkpoint,
  openCheckpoint,
  parseProofFile,
  type ProofFile,
  type SignedCheckpoint,
} from "./checkpoint.js";
export { rememberingCheck, type SignatureCheck, verifyEd25519 } from "./ed25519.js";
export { parseWeek } from "./instant.js";
export { leafHash, verifyConsistency, verifyInclusion } from "./merkle.js";
export { parseVkey, type VerifierKey } from "./note.js";
export { parsePolicy, TrustPolicy } from "./policy.js";
export { checkReceipt, type Options } from "./receipt.js";
export { Refusal } from "./refusal.js";
export { compare, type Comparison, proofNeeded } from "./remembered.js";
export { shardDigest, shardKey, type SparseProof, verifySparse, View } from "./sparse.js";
export { type Times, type TimeVerdict } from "./time.js";
export { exitCode, jsonReport, reasonOf, type Report, type Step, type Verdict } from "./verdict.js";
export {
  checkWeek,
  exitCodeOfWeek,
  isWeekProof,
  jsonWeekReport,
  parseWeekProof,
  type WeekAsked,
  type WeekProof,
  type WeekReport,
} from "./week.js";
