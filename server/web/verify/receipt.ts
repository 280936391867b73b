// Checks one receipt (a C2SP tlog-proof file, docs/formats/proof.md) with nothing but the log's key: offline, and without asking the
// school. Pure: bytes in, a verdict out. It is the second verifier of these formats, beside letopis-verify; the names of its steps
// and reasons are the same, and a differential test holds the two together.
//
// What is checked, in this order; the report ends with the first that does not hold:
//   vkey              named only when the log's key itself cannot be read              (then unusable)
//   proof_file        the file reads, strictly                                        (else unusable)
//   log_signature     the checkpoint is the log's own word
//   entry             the receipt holds an entry, of the index the proof names; the same bytes as `entry`, when given
//   inclusion         the entry stands at its index under the checkpoint
//   genesis           the first entry stands at index 0 under the same checkpoint, names this very log key, and enough of its
//                     root keys signed it
//   key_chain         the author's key leads back to that genesis, by invitations, enrolments and rotations
//   author_signature  the author signed exactly these bytes
//   time              when a policy is brought: known witnesses' lines verify, anchors stand where they should, and what the
//                     operator says of the time does not contradict them

import { type Bytes, equal, utf8 } from "./bytes.js";
import { openCheckpoint, parseProofFile, type ProofFile, type SignedCheckpoint } from "./checkpoint.js";
import { type SignatureCheck, verifyEd25519 } from "./ed25519.js";
import { authorKey, checkGenesis, requireAuthorSignature } from "./keychain.js";
import { leafHash, verifyInclusion } from "./merkle.js";
import { NOTE_TYPE_ED25519, parseVkey, type VerifierKey } from "./note.js";
import { type TrustPolicy } from "./policy.js";
import { refusalOf, refuse } from "./refusal.js";
import {
  bodyAs,
  decodeEntry,
  decodeReceipt,
  type Entry,
  type Receipt,
  RECEIPT_VERSION,
  type SchoolCreated,
} from "./statement.js";
import { timeOf, type Times } from "./time.js";
import { type Report, type Step, type StepName } from "./verdict.js";

export interface Options {
  readonly entry?: Bytes | undefined; // its exact bytes, when the caller has them on their own
  readonly policy?: TrustPolicy | undefined; // whose cosignatures count; without one nothing is said of the time
  readonly verify?: SignatureCheck | undefined; // rememberingCheck(), where many receipts of one school are checked
}

class ReceiptCheck {
  readonly steps: Step[] = [];
  private log!: VerifierKey;
  private file!: ProofFile;
  private receipt!: Receipt;
  private opened!: SignedCheckpoint;
  private entry: Entry | undefined;
  private links: Entry[] = [];
  private genesis!: Entry;
  private created: SchoolCreated | undefined;
  private author!: Bytes;
  private times: Times | undefined;
  private readable = false;

  constructor(
    private readonly bytes: Bytes,
    private readonly vkey: string,
    private readonly options: Options,
  ) {}

  private get verify(): SignatureCheck {
    return this.options.verify ?? verifyEd25519;
  }

  run(): Report {
    const { policy } = this.options;
    const good =
      this.readKey() &&
      this.step("proof_file", () => this.read()) &&
      this.step("log_signature", () => this.openCheckpoint()) &&
      this.step("entry", () => this.readEntry()) &&
      this.step("inclusion", () => this.checkInclusion()) &&
      this.step("genesis", () => this.checkGenesis()) &&
      this.step("key_chain", () => this.findAuthor()) &&
      this.step("author_signature", () => this.checkAuthor()) &&
      (policy === undefined || this.step("time", () => this.bracketTime(policy)));
    return this.report(good);
  }

  private step(name: StepName, check: () => void): boolean {
    const refusal = refusalOf(check);
    this.steps.push(refusal ? { name, reason: refusal.code, detail: refusal.detail } : { name });
    return refusal === undefined;
  }

  // The key is no part of the receipt: it is spoken of only when there is nothing to check with.
  private readKey(): boolean {
    const refusal = refusalOf(() => {
      this.log = parseVkey(utf8(this.vkey));
      if (this.log.type !== NOTE_TYPE_ED25519) refuse("malformed", "not the key of a log");
    });
    if (refusal) this.steps.push({ name: "vkey", reason: refusal.code, detail: refusal.detail });
    return refusal === undefined;
  }

  private read(): void {
    this.file = parseProofFile(this.bytes);
    if (this.file.extra === undefined) refuse("no_entry", "the proof file carries no receipt");
    this.receipt = decodeReceipt(this.file.extra);
    if (this.receipt.version !== RECEIPT_VERSION) refuse("unknown_version", `${this.receipt.version}`);
    this.readable = true;
  }

  private openCheckpoint(): void {
    this.opened = openCheckpoint(this.file.checkpoint, this.log, this.verify);
  }

  private readEntry(): void {
    this.entry = decodeEntry(this.receipt.event);
    const { event, statement } = this.entry;
    if (event.index !== this.file.index) refuse("index_differs", `the entry says ${event.index}`);
    if (statement.origin !== this.log.name) refuse("other_log", statement.origin);
    const { entry: given } = this.options;
    if (given && !equal(given, this.receipt.event))
      refuse("entry_differs", "the given entry is not the one of the receipt");
  }

  private checkInclusion(): void {
    this.requireIncluded(this.receipt.event, this.file.index, this.file.proof);
  }

  private requireIncluded(event: Bytes, index: bigint, proof: readonly Bytes[]): void {
    const { size, root } = this.opened.checkpoint;
    verifyInclusion(leafHash(event), index, size, proof, root);
  }

  private checkGenesis(): void {
    const bytes = this.genesisBytes();
    if (bytes === undefined) refuse("no_genesis", "the chain of keys does not reach the genesis");
    this.genesis = decodeEntry(bytes);
    this.created = bodyAs(this.genesis, "SchoolCreated");
    if (!this.created) refuse("not_the_genesis", "another kind of entry");
    // The receipt of the genesis is its own proof.
    const own = this.file.index === 0n && this.receipt.genesis_proof.length === 0;
    this.requireIncluded(bytes, 0n, own ? this.file.proof : this.receipt.genesis_proof);
    checkGenesis(this.genesis, this.created, this.log, this.verify);
  }

  // Reads all links; the entry is the newest of them, for an enrolment is a link of its own chain.
  private genesisBytes(): Bytes | undefined {
    let bytes: Bytes | undefined;
    for (const { event } of this.receipt.key_chain) {
      const link = decodeEntry(event);
      this.links.push(link);
      if (bodyAs(link, "SchoolCreated")) bytes = event;
    }
    this.links.push(this.entry!);
    return this.file.index === 0n ? this.receipt.event : bytes;
  }

  private findAuthor(): void {
    this.author = authorKey(this.entry!, this.links, this.genesis, this.created!, this.verify);
  }

  private checkAuthor(): void {
    requireAuthorSignature(this.entry!, this.author, this.verify, "of the author");
  }

  private bracketTime(policy: TrustPolicy): void {
    const { opened, receipt, log, verify } = this;
    this.times = timeOf({ opened, receipt, event: this.entry!.event, log, policy, verify });
  }

  private report(good: boolean): Report {
    return {
      verdict: good ? "good" : this.readable ? "refuted" : "unusable",
      steps: this.steps,
      simulated: this.created?.simulated ?? false,
      origin: this.readable ? this.log.name : "",
      school: this.created?.name ?? "",
      index: this.readable ? this.file.index : 0n,
      treeSize: this.opened?.checkpoint.size ?? 0n,
      entry: this.entry,
      times: this.times,
    };
  }
}

export function checkReceipt(proofFile: Bytes, vkey: string, options: Options = {}): Report {
  return new ReceiptCheck(proofFile, vkey, options).run();
}
