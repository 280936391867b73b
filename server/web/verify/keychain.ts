// Whose key signed an entry: from its key id back to the genesis, by the enrolments, invitations and rotations that the receipt
// brings (docs/formats/statement.md, "Receipts"). Signatures alone are judged here: that the log accepted each link, an audit of
// the whole log shows.

import { type Bytes, equal, isZero, toHex } from "./bytes.js";
import { type SignatureCheck } from "./ed25519.js";
import { type VerifierKey, vkeyText } from "./note.js";
import { refuse } from "./refusal.js";
import { ENUM_NAMES } from "./schema.js";
import {
  bodyAs,
  type Entry,
  enrolmentMessage,
  genesisMessage,
  type KeyEnrolled,
  keyId,
  type KeyRotated,
  type Purpose,
  rotationMessage,
  type SchoolCreated,
  statementMessage,
} from "./statement.js";

const NOBODY: Bytes = new Uint8Array(16);
const REFUSED = ENUM_NAMES.get("Verdict")!.indexOf("refused") + 1;
const ACCEPTED = ENUM_NAMES.get("Verdict")!.indexOf("accepted") + 1;

export function isRefused(entry: Entry): boolean {
  return entry.event.verdict === REFUSED;
}

function requireSignature(verify: SignatureCheck, key: Bytes, message: Bytes, signature: Bytes, whose: string): void {
  if (!verify(key, message, signature)) refuse("bad_signature", whose);
}

export function requireAuthorSignature(entry: Entry, key: Bytes, verify: SignatureCheck, whose: string): void {
  requireSignature(verify, key, statementMessage(entry.event.statement), entry.event.signature, whose);
}

// The genesis vouches for this log, and enough of its own root keys vouch for it. Refusals: "not_the_genesis", "other_log",
// "foreign_key", "bad_signature", "bad_threshold".
export function checkGenesis(genesis: Entry, created: SchoolCreated, log: VerifierKey, verify: SignatureCheck): void {
  if (genesis.event.index !== 0n || genesis.event.verdict !== ACCEPTED) refuse("not_the_genesis", "index or verdict");
  if (genesis.statement.origin !== log.name || created.log_vkey !== vkeyText(log))
    refuse("other_log", created.log_vkey);
  const first = created.root_keys[0]!.key;
  if (!equal(genesis.statement.key, keyId("root", first))) refuse("foreign_key", "of the genesis");
  requireAuthorSignature(genesis, first, verify, "of the genesis");
  countRootSignatures(genesis, created, verify);
}

// A root key without a signature does not count; one with a wrong signature spoils the genesis, and so does one named twice.
function countRootSignatures(genesis: Entry, created: SchoolCreated, verify: SignatureCheck): void {
  const message = genesisMessage(genesis.statement, created);
  const seen = new Set<string>();
  let valid = 0;
  for (const root of created.root_keys) {
    if (seen.has(toHex(root.key))) refuse("bad_threshold", "a root key named twice");
    seen.add(toHex(root.key));
    if (isZero(root.signature)) continue;
    requireSignature(verify, root.key, message, root.signature, "of a root key");
    ++valid;
  }
  if (created.threshold < 1 || valid < created.threshold) refuse("bad_threshold", "too few root keys signed");
}

interface Known {
  readonly purpose: Purpose;
  readonly key: Bytes;
  readonly person: Bytes;
}

// A link that brings a key, and the id of that key.
interface Bringing {
  readonly link: Entry;
  readonly id: Bytes;
  readonly enrolled: KeyEnrolled | undefined;
  readonly rotated: KeyRotated | undefined;
}

function bringing(link: Entry): Bringing[] {
  const [enrolled, rotated] = [bodyAs(link, "KeyEnrolled"), bodyAs(link, "KeyRotated")];
  const key = (enrolled ?? rotated)?.key;
  return key ? [{ link, id: keyId("author", key), enrolled, rotated }] : [];
}

// The keys a receipt accounts for. `links`: what it brings, the entry itself among them.
class KeyChain {
  private readonly keys: readonly Bringing[];

  constructor(
    private readonly links: readonly Entry[],
    private readonly genesis: Entry,
    private readonly created: SchoolCreated,
    private readonly entry: Entry,
    private readonly verify: SignatureCheck,
  ) {
    // Hashed once: a receipt of a thousand links would have each hashed a thousand times.
    this.keys = links.filter((link) => !this.bringsNoKey(link)).flatMap(bringing);
  }

  // The key of this id as it stood before that index. An index falls with every step, so a circle of links ends.
  find(id: Bytes, before: bigint): Known {
    const founding = this.foundingKey(id);
    if (founding) return founding;
    const found = this.keys.find((one) => one.link.event.index < before && equal(id, one.id));
    if (found?.enrolled) return this.byEnrolment(found.link, found.enrolled);
    if (found?.rotated) return this.byRotation(found.link, found.rotated);
    refuse("key_chain_broken", `no link brings key ${toHex(id)}`);
  }

  private foundingKey(id: Bytes): Known | undefined {
    const root = this.created.root_keys.find(({ key }) => equal(id, keyId("root", key)));
    if (root) return { purpose: "root", key: root.key, person: NOBODY };
    const service = this.created.service_key;
    return equal(id, keyId("service", service)) ? { purpose: "service", key: service, person: NOBODY } : undefined;
  }

  // What was refused brings no key; but the receipt of a refused enrolment is itself signed with the key it names.
  private bringsNoKey(link: Entry): boolean {
    return isRefused(link) && link.event.index !== this.entry.event.index;
  }

  private byEnrolment(link: Entry, body: KeyEnrolled): Known {
    if (!equal(link.statement.author, body.person)) refuse("foreign_key", "an enrolment for somebody else");
    this.requireSignedBy(link, body.key);
    const issued = this.links.find(
      (other) =>
        bodyAs(other, "InvitationIssued") !== undefined &&
        equal(other.statement.id, body.invitation) &&
        other.event.index < link.event.index,
    );
    if (!issued) refuse("key_chain_broken", "an enrolment without its invitation");
    const invitation = bodyAs(issued, "InvitationIssued")!;
    // An enrolment may have been refused for being somebody else's; that is what its receipt then shows.
    const forSomebodyElse = !equal(invitation.person, body.person) && !isRefused(link);
    if (forSomebodyElse || isRefused(issued))
      refuse("key_chain_broken", "the invitation is for somebody else, or was refused");
    const message = enrolmentMessage(link.statement.origin, body);
    requireSignature(this.verify, invitation.code_key, message, body.code_signature, "of the invitation's code");
    const inviter = this.find(issued.statement.key, issued.event.index);
    if (!equal(inviter.person, issued.statement.author)) refuse("foreign_key", "of an invitation");
    this.requireSignedBy(issued, inviter.key);
    return { purpose: "author", key: body.key, person: body.person };
  }

  private byRotation(link: Entry, body: KeyRotated): Known {
    const { origin, key, author } = link.statement;
    const old = this.find(key, link.event.index);
    if (old.purpose !== "author" || !equal(old.person, author)) refuse("foreign_key", "of a rotation");
    this.requireSignedBy(link, old.key);
    const message = rotationMessage(origin, key, body.key);
    requireSignature(this.verify, body.key, message, body.new_signature, "of the new key");
    return { purpose: "author", key: body.key, person: author };
  }

  private requireSignedBy(link: Entry, key: Bytes): void {
    if (link.statement.origin !== this.genesis.statement.origin) refuse("other_log", link.statement.origin);
    requireAuthorSignature(link, key, this.verify, "in the chain of keys");
  }
}

function purposeOf(role: number): Purpose {
  const name = ENUM_NAMES.get("Role")![role - 1];
  return name === "root" || name === "service" ? name : "author";
}

// The key that must have signed `entry`. Refusals: "key_chain_broken", "foreign_key", "bad_signature", "other_log".
export function authorKey(
  entry: Entry,
  links: readonly Entry[],
  genesis: Entry,
  created: SchoolCreated,
  verify: SignatureCheck,
): Bytes {
  const chain = new KeyChain(links, genesis, created, entry, verify);
  const { key: id, acting_as: role, author } = entry.statement;
  const known = chain.find(id, entry.event.index + 1n);
  if (known.purpose !== purposeOf(role) || !equal(known.person, author))
    refuse("foreign_key", "the key is another's, or for another purpose");
  return known.key;
}
