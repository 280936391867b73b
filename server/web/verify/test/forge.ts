// A school with keys of its own, made up entry by entry: what no honest server would sign can be signed here, so that each check is
// tried by a receipt in which everything else holds.

import { etc, getPublicKey, sign } from "@noble/ed25519";
import { sha512 } from "@noble/hashes/sha2";
import { bigEndian, type Bytes, concat, sha256, toBase64, utf8 } from "../bytes.js";
import { emptyRoot, leafHash, nodeHash } from "../merkle.js";
import { NOTE_TYPE_COSIGNATURE, NOTE_TYPE_ED25519, type VerifierKey, vkeyText } from "../note.js";
import { statementMessage } from "../statement.js";
import { type Plain, writeBuffer } from "./buffer_writer.js";

etc.sha512Sync = (...parts: Uint8Array[]) => sha512(concat(...parts));

export interface Pair {
  readonly seed: Bytes;
  readonly public: Bytes;
}

export function pairOf(name: string): Pair {
  const seed = sha256(utf8(name));
  return { seed, public: getPublicKey(seed) };
}

export function idOf(name: string): Bytes {
  return sha256(utf8(`id of ${name}`)).slice(0, 16);
}

export function signed(pair: Pair, message: Bytes): Bytes {
  return sign(message, pair.seed);
}

export function vkeyOf(name: string, type: number, pair: Pair): VerifierKey {
  const material = concat(Uint8Array.of(type), pair.public);
  const id = sha256(utf8(name), Uint8Array.of(0x0a), material).slice(0, 4);
  return { name, type, key: pair.public, id };
}

// The tree of RFC 6962, section 2.1, as it is written there.
export function naiveRoot(leaves: readonly Bytes[]): Bytes {
  if (leaves.length === 0) return emptyRoot();
  if (leaves.length === 1) return leaves[0]!;
  const k = splitOf(leaves.length);
  return nodeHash(naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)));
}
export function naiveInclusion(index: number, leaves: readonly Bytes[]): Bytes[] {
  if (leaves.length <= 1) return [];
  const k = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return index < k
    ? [...naiveInclusion(index, left), naiveRoot(right)]
    : [...naiveInclusion(index - k, right), naiveRoot(left)];
}
export function naiveConsistency(m: number, leaves: readonly Bytes[], whole = true): Bytes[] {
  if (m === 0) return [];
  if (m === leaves.length) return whole ? [] : [naiveRoot(leaves)];
  const k = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return m <= k
    ? [...naiveConsistency(m, left, whole), naiveRoot(right)]
    : [...naiveConsistency(m - k, right, false), naiveRoot(left)];
}
function splitOf(n: number): number {
  let k = 1;
  while (2 * k < n) k *= 2;
  return k;
}

export function noteLine(name: string, keyId: Bytes, signature: Bytes): string {
  return `\u2014 ${name} ${toBase64(concat(keyId, signature))}\n`;
}

export class Witness {
  readonly pair: Pair;
  readonly vkey: VerifierKey;
  constructor(readonly name: string) {
    this.pair = pairOf(`witness ${name}`);
    this.vkey = vkeyOf(`witness.example/${name}`, NOTE_TYPE_COSIGNATURE, this.pair);
  }
  line(text: string, seconds: bigint, over = text): string {
    const message = concat(utf8(`cosignature/v1\ntime ${seconds}\n`), utf8(over));
    const blob = concat(bigEndian(seconds, 8), signed(this.pair, message));
    return noteLine(this.vkey.name, this.vkey.id, blob);
  }
}

export interface Said {
  readonly type: string;
  readonly body: Plain;
  readonly by: Pair;
  readonly envelope: Plain;
  readonly event?: Plain | undefined;
}

export const ROLES = { director: 1, teacher: 7, service: 16, root: 17 } as const;
export const VERDICTS = { accepted: 1, late: 2, refused: 3 } as const;

export class ForgedLog {
  readonly pair: Pair;
  readonly vkey: VerifierKey;
  readonly events: Bytes[] = [];
  constructor(readonly origin: string) {
    this.pair = pairOf(`log ${origin}`);
    this.vkey = vkeyOf(origin, NOTE_TYPE_ED25519, this.pair);
  }
  get vkeyText(): string {
    return vkeyText(this.vkey);
  }
  get leaves(): Bytes[] {
    return this.events.map(leafHash);
  }

  statement(said: Said): Bytes {
    const envelope = {
      origin: this.origin,
      id: idOf(`statement ${this.events.length}`),
      chain: idOf("chain"),
      salt: idOf(`salt ${this.events.length}`),
      seen: { size: 0n, root: emptyRoot() },
      ...said.envelope,
    };
    return writeBuffer("LTST", "Statement", envelope, { type: said.type, value: said.body });
  }
  // Answers the index.
  append(said: Said): number {
    const statement = this.statement(said);
    const event = {
      index: BigInt(this.events.length),
      recorded_at: 1_790_000_000_000_000n + BigInt(this.events.length) * 1_000_000n,
      utc_offset: 10_800,
      statement,
      signature: signed(said.by, statementMessage(statement)),
      verdict: VERDICTS.accepted,
      rules_version: 1,
      ...said.event,
    };
    this.events.push(writeBuffer("LTEV", "Event", event));
    return this.events.length - 1;
  }

  checkpointText(size = this.events.length): string {
    return `${this.origin}\n${size}\n${toBase64(naiveRoot(this.leaves.slice(0, size)))}\n`;
  }
  ownLine(text: string): string {
    return noteLine(this.origin, this.vkey.id, signed(this.pair, utf8(text)));
  }
  note(size = this.events.length, lines: readonly string[] = []): string {
    const text = this.checkpointText(size);
    return `${text}\n${this.ownLine(text)}${lines.join("")}`;
  }
  inclusion(index: number, size = this.events.length): Bytes[] {
    return naiveInclusion(index, this.leaves.slice(0, size));
  }
}

export interface ReceiptParts {
  index: bigint | string;
  proof: readonly Bytes[];
  note: string;
  receipt: Plain;
}

export function proofFile({ index, proof, note, receipt }: ReceiptParts): Bytes {
  const extra = toBase64(writeBuffer("LTRC", "Receipt", { version: 1, ...receipt }));
  const hashes = proof.map((hash) => `${toBase64(hash)}\n`).join("");
  return utf8(`c2sp.org/tlog-proof@v1\nextra ${extra}\nindex ${index}\n${hashes}\n${note}`);
}
