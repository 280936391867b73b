// Who must have seen a checkpoint for it to count (C2SP tlog-policy), and between which moments their times place it. The companion
// file holds what that format leaves out. docs/formats/witness.md.
//
// Authorities of the companion (RFC 3161) are read, so that a policy means the same here and there, but their tokens are not
// checked: see time.ts.

import { type Bytes, equal, fromBase64, utf8 } from "./bytes.js";
import { parseDecimal } from "./lines.js";
import { NOTE_TYPE_COSIGNATURE, NOTE_TYPE_ED25519, parseVkey, type VerifierKey } from "./note.js";
import { Refusal, refuse } from "./refusal.js";

export const POLICY_MAX_BYTES = 256 * 1024;
const NAMES_MAX = 256; // logs, witnesses, groups: each
const CERTIFICATE_MAX_BYTES = 16 * 1024;
const ACCURACY_MAX_SECONDS = 24 * 3600;
const MICROS = 1_000_000n;
const INT64_MAX = (1n << 63n) - 1n;
// Later than this is all the same: beyond it the arithmetic of 64 bits would end, a clock's tolerance included.
const FURTHEST_SECOND = INT64_MAX / MICROS - BigInt(ACCURACY_MAX_SECONDS) - 3600n;

// A moment that is known to lie between two, in microseconds since 1970-01-01 UTC.
export interface Bracket {
  readonly earliest: bigint;
  readonly latest: bigint;
}

// What stands behind a name: a witness, by its place among them, or so many of the members of a group.
type Name = { readonly witness: number } | { readonly threshold: number; readonly members: readonly string[] };

// Words are compared byte by byte; one character a byte keeps them apart.
function wordsOf(line: string): string[] {
  return line.split(/[ \t]+/).filter((word) => word !== "");
}
function bytesOf(word: string): Bytes {
  return Uint8Array.from(word, (c) => c.charCodeAt(0));
}
function latin1(bytes: Bytes): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function smallNumber(word: string, most: number): number {
  const number = parseDecimal(bytesOf(word));
  if (number > BigInt(most)) refuse("malformed", `a number of at most ${most} is expected`);
  return Number(number);
}

function keyOf(word: string, type: number): VerifierKey {
  const key = parseVkey(bytesOf(word));
  if (key.type !== type) refuse("key_type", `a key of type ${type} is expected`);
  return key;
}

function requireCount(words: readonly string[], least: number, most: number, usage: string): void {
  if (words.length < least || words.length > most) refuse("wrong_count", usage);
}

// Calls `read` with the words of each line. Every line ends in LF; what is wrong with one is told with its number.
function eachLine(bytes: Bytes, file: string, read: (words: string[]) => void): void {
  if (bytes.length > POLICY_MAX_BYTES) refuse("malformed", `${file}: longer than a policy may be`);
  const lines = latin1(bytes).split("\n");
  const unfinished = lines.pop();
  lines.forEach((line, i) => {
    try {
      if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(line)) refuse("control_character");
      const words = wordsOf(line);
      if (words.length > 0 && !words[0]!.startsWith("#")) read(words);
    } catch (error) {
      throw error instanceof Refusal ? new Refusal("malformed", `${file} line ${i + 1}: ${error.message}`) : error;
    }
  });
  if (unfinished !== "") refuse("malformed", `${file} line ${lines.length + 1}: the last line does not end`);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

// The k-th of these, when undefined comes last; undefined when there are not so many.
function kth(values: readonly (bigint | undefined)[], k: number, order: 1 | -1): bigint | undefined {
  const there = values.filter((value): value is bigint => value !== undefined);
  return there.sort((a, b) => (a < b ? -order : a > b ? order : 0))[k - 1];
}

export class TrustPolicy {
  readonly witnesses: VerifierKey[] = [];
  readonly authorities: string[] = [];
  private readonly certificates = new Set<string>(); // of authorities, as they are spelt: in one way
  authoritiesQuorum = 0; // 0: they date nothing
  private readonly logs: VerifierKey[] = [];
  private readonly names = new Map<string, Name>();
  private readonly memberOfOne = new Set<string>();
  private quorum: string | undefined; // a name; undefined: "none"
  private quorumSaid = false;
  private dishonest = 0;
  private accuracy = 1;

  private constructor() {}

  // Refusals: "malformed", with the line; "disjoint_quorums" where two quorums may share no more than the witnesses that may lie:
  // they could be shown two histories; "too_few_authorities" where a quorum of them may consist of liars.
  static parse(policy: Bytes, companion: Bytes = new Uint8Array(0)): TrustPolicy {
    const parsed = new TrustPolicy();
    eachLine(policy, "policy", (words) => parsed.policyLine(words));
    if (!parsed.quorumSaid) refuse("malformed", "policy: a quorum line is missing");
    eachLine(companion, "companion", (words) => parsed.companionLine(words));
    parsed.requireSound();
    return parsed;
  }

  // Of a witness's second: [t − ε, t + 1 s + ε], the accuracy being ε.
  bracketOf(seconds: bigint): Bracket {
    const at = seconds < FURTHEST_SECOND ? seconds : FURTHEST_SECOND;
    const accuracy = BigInt(this.accuracy);
    return { earliest: (at - accuracy) * MICROS, latest: (at + 1n + accuracy) * MICROS };
  }

  // `seen`: when each witness saw one checkpoint, by its place. latest: by then a whole quorum had seen it (the least, over
  // quorums, of the latest in the quorum); earliest: a whole quorum saw it no earlier (the greatest, over quorums, of the
  // earliest). Undefined: no quorum has, or the policy asks nobody.
  bracket(seen: ReadonlyMap<number, Bracket>): Bracket | undefined {
    if (this.quorum === undefined) return undefined;
    const earliest = this.reached(this.quorum, (witness) => seen.get(witness)?.earliest, -1);
    const latest = this.reached(this.quorum, (witness) => seen.get(witness)?.latest, 1);
    return earliest === undefined || latest === undefined ? undefined : { earliest, latest };
  }

  // When a name is reached, its witnesses coming in this order: of a group, when its k-th member is.
  private reached(name: string, of: (witness: number) => bigint | undefined, order: 1 | -1): bigint | undefined {
    const behind = this.names.get(name)!;
    if ("witness" in behind) return of(behind.witness);
    const values = behind.members.map((member) => this.reached(member, of, order));
    return kth(values, behind.threshold, order);
  }

  // The fewest witnesses any two quorums of a name share. Names form a tree, since each is a member once: of n members two quorums
  // choose k each, so at least 2k − n are in both, at worst those whose own quorums share least.
  private leastOverlap(name: string): number {
    const behind = this.names.get(name)!;
    if ("witness" in behind) return 1;
    const inBoth = 2 * behind.threshold - behind.members.length;
    if (inBoth <= 0) return 0;
    const shared = behind.members.map((member) => this.leastOverlap(member));
    return sum(shared.sort((a, b) => a - b).slice(0, inBoth));
  }

  private requireSound(): void {
    if (this.authoritiesQuorum > this.authorities.length)
      refuse("malformed", "companion: tsa-quorum asks for more authorities than there are");
    if (this.authoritiesQuorum !== 0 && this.authoritiesQuorum <= this.dishonest)
      refuse("too_few_authorities", `tsa-quorum ${this.authoritiesQuorum} of whom ${this.dishonest} may lie`);
    if (this.quorum === undefined) return;
    const shared = this.leastOverlap(this.quorum);
    if (shared <= this.dishonest)
      refuse("disjoint_quorums", `two quorums may share ${shared} witnesses, of whom ${this.dishonest} may lie`);
  }

  private policyLine(words: readonly string[]): void {
    switch (words[0]) {
      case "log":
        return this.logLine(words);
      case "witness":
        return this.witnessLine(words);
      case "group":
        return this.groupLine(words);
      case "quorum":
        return this.quorumLine(words);
      default:
        refuse("unknown_word", words[0]);
    }
  }

  private logLine(words: readonly string[]): void {
    requireCount(words, 2, 3, "log <vkey> [<url>]");
    this.addKey(this.logs, keyOf(words[1]!, NOTE_TYPE_ED25519));
  }
  private witnessLine(words: readonly string[]): void {
    requireCount(words, 3, 4, "witness <name> <vkey> [<url>]");
    const name = this.freeName(words[1]!);
    this.addKey(this.witnesses, keyOf(words[2]!, NOTE_TYPE_COSIGNATURE));
    this.names.set(name, { witness: this.witnesses.length - 1 });
  }
  private groupLine(words: readonly string[]): void {
    requireCount(words, 4, Infinity, "group <name> all|any|<k> <name>...");
    if (this.names.size - this.witnesses.length >= NAMES_MAX) refuse("too_many", "groups");
    const name = this.freeName(words[1]!);
    const members = words.slice(3);
    for (const member of members) {
      if (!this.names.has(member)) refuse("unknown_name", member);
      // So that each witness counts in one way only.
      if (this.memberOfOne.has(member)) refuse("member_twice", member);
      this.memberOfOne.add(member);
    }
    const k = words[2]!;
    const threshold = k === "all" ? members.length : k === "any" ? 1 : smallNumber(k, members.length);
    if (threshold === 0) refuse("threshold", "a group of 0 says nothing");
    this.names.set(name, { threshold, members });
  }
  private quorumLine(words: readonly string[]): void {
    requireCount(words, 2, 2, "quorum <name>");
    if (this.quorumSaid) refuse("duplicate", "there is one quorum line");
    this.quorumSaid = true;
    const name = words[1]!;
    if (name === "none") return;
    if (!this.names.has(name)) refuse("unknown_name", name);
    this.quorum = name;
  }

  private companionLine(words: readonly string[]): void {
    if (words[0] === "tsa") return this.authorityLine(words);
    requireCount(words, 2, 2, `${words[0]} takes one number`);
    switch (words[0]) {
      case "dishonest":
        this.dishonest = smallNumber(words[1]!, NAMES_MAX);
        return;
      case "accuracy":
        this.accuracy = smallNumber(words[1]!, ACCURACY_MAX_SECONDS);
        return;
      case "tsa-quorum":
        this.authoritiesQuorum = smallNumber(words[1]!, NAMES_MAX);
        return;
      default:
        refuse("unknown_word", words[0]);
    }
  }
  private authorityLine(words: readonly string[]): void {
    requireCount(words, 3, 4, "tsa <name> <base64 of DER> [<url>]");
    if (this.authorities.length >= NAMES_MAX) refuse("too_many", "authorities");
    if (this.authorities.includes(words[1]!)) refuse("name_taken", words[1]!);
    if (fromBase64(bytesOf(words[2]!)).length > CERTIFICATE_MAX_BYTES) refuse("too_large", "a certificate");
    if (this.certificates.has(words[2]!)) refuse("duplicate", "this authority's certificate is there already");
    this.certificates.add(words[2]!);
    this.authorities.push(words[1]!);
  }

  private addKey(keys: VerifierKey[], key: VerifierKey): void {
    if (keys.length >= NAMES_MAX) refuse("too_many", "keys of a kind");
    if (keys.some((known) => equal(known.key, key.key))) refuse("duplicate", "this key is there already");
    keys.push(key);
  }
  private freeName(name: string): string {
    if (name === "none" || this.names.has(name)) refuse("name_taken", name);
    return name;
  }
}

export function parsePolicy(policy: string, companion = ""): TrustPolicy {
  return TrustPolicy.parse(utf8(policy), utf8(companion));
}
