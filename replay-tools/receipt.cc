#include "replay-tools/receipt.h"

#include <algorithm>

#include "ledger/authorship.h"
#include "ledger/checkpoint.h"
#include "ledger/merkle.h"
#include "ledger/schema/codec.h"
#include "ledger/schema/describe.h"
#include "ledger/second_signatures.h"
#include "ledger/timeliness.h"
#include "signing/keys.h"

namespace letopis::receipt {

using namespace ledger;
using signing::Purpose;

namespace {

Status verified(const PublicKey& key, ByteView message, const Signature& signature, const char* whose) {
  if (!signing::verify(key, message, signature)) return fail("bad_signature", whose);
  return {};
}

// The genesis must vouch for this log and be vouched for by its root keys.
Status check_genesis_words(const Entry& genesis, const signing::VerifierKey& log) {
  const Statement& st = genesis.statement;
  const auto& body = std::get<SchoolCreated>(st.body);
  if (genesis.event.index != 0 || genesis.event.verdict != ledger::Verdict::kAccepted)
    return fail("not_the_genesis", "index or verdict");
  if (st.origin != log.name || body.log_vkey != log.text()) return fail("other_log", std::string(body.log_vkey));
  if (st.key != signing::key_id(Purpose::kRoot, body.root_keys.front().key))
    return fail("foreign_key", "of the genesis");
  TRY_STATUS(verified(body.root_keys.front().key, statement_message(genesis.event.statement), genesis.event.signature,
                      "of the genesis"));
  const Bytes message = genesis_message(st);
  unsigned valid = 0;
  for (std::size_t i = 0; i < body.root_keys.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k)
      if (body.root_keys[i].key == body.root_keys[k].key) return fail("bad_threshold", "a root key named twice");
    if (body.root_keys[i].signature.is_zero()) continue;
    TRY_STATUS(verified(body.root_keys[i].key, message, body.root_keys[i].signature, "of a root key"));
    ++valid;
  }
  if (body.threshold < 1 || valid < body.threshold) return fail("bad_threshold", "too few root keys signed");
  return {};
}

// The keys a receipt can account for, from its links back to the genesis. A link is asked at most once on a path, so a
// circle ends.
class KeyChain {
 public:
  KeyChain(const std::vector<Entry>& links, const Entry& genesis, const Entry& entry)
      : links_(links), genesis_(genesis), entry_(entry) {}

  // The key that must have signed the entry.
  Result<PublicKey> author_key() const {
    TRY(const Known known, find(entry_.statement.key, entry_.event.index + 1, links_.size() + 1));
    const Statement& st = entry_.statement;
    const Role role = st.acting_as;
    const Purpose needed = role == Role::kRoot      ? Purpose::kRoot
                           : role == Role::kService ? Purpose::kService
                                                    : Purpose::kAuthor;
    if (known.purpose != needed || known.person != st.author)
      return fail("foreign_key", "the key is another's, or for another purpose");
    return known.key;
  }

 private:
  struct Known {
    Purpose purpose;
    PublicKey key;
    Id person;
  };

  Result<Known> find(const Id& id, std::uint64_t before, std::size_t steps) const {
    const auto& created = std::get<SchoolCreated>(genesis_.statement.body);
    for (const auto& root : created.root_keys)
      if (id == signing::key_id(Purpose::kRoot, root.key)) return Known{Purpose::kRoot, root.key, {}};
    if (id == signing::key_id(Purpose::kService, created.service_key))
      return Known{Purpose::kService, created.service_key, {}};
    if (steps == 0) return fail("key_chain_broken", "a chain of keys in a circle");
    for (const auto& link : links_) {
      // What was refused brings no key, but a refused enrolment is itself signed with the key it names.
      const bool refused = link.event.verdict == ledger::Verdict::kRefused && link.event.index != entry_.event.index;
      if (link.event.index >= before || refused) continue;
      if (const auto* enrolled = std::get_if<KeyEnrolled>(&link.statement.body))
        if (id == signing::key_id(Purpose::kAuthor, enrolled->key)) return by_enrolment(link, *enrolled, steps - 1);
      if (const auto* rotated = std::get_if<KeyRotated>(&link.statement.body))
        if (id == signing::key_id(Purpose::kAuthor, rotated->key)) return by_rotation(link, *rotated, steps - 1);
    }
    return fail("key_chain_broken", "no link brings key " + to_hex(id.view()));
  }

  Result<Known> by_enrolment(const Entry& link, const KeyEnrolled& body, std::size_t steps) const {
    const Statement& st = link.statement;
    if (st.author != body.person) return fail("foreign_key", "an enrolment for somebody else");
    TRY_STATUS(signed_by(link, body.key));
    for (const auto& other : links_) {
      const auto* invitation = std::get_if<InvitationIssued>(&other.statement.body);
      if (invitation == nullptr || other.statement.id != body.invitation || other.event.index >= link.event.index)
        continue;
      const bool for_somebody_else =
          invitation->person != body.person && link.event.verdict != ledger::Verdict::kRefused;
      if (for_somebody_else || other.event.verdict == ledger::Verdict::kRefused)
        return fail("key_chain_broken", "the invitation is for somebody else, or was refused");
      TRY_STATUS(verified(invitation->code_key, enrolment_message(st.origin, body.invitation, body.person, body.key),
                          body.code_signature, "of the invitation's code"));
      TRY(const Known inviter, find(other.statement.key, other.event.index, steps));
      if (inviter.person != other.statement.author) return fail("foreign_key", "of an invitation");
      TRY_STATUS(signed_by(other, inviter.key));
      return Known{Purpose::kAuthor, body.key, body.person};
    }
    return fail("key_chain_broken", "an enrolment without its invitation");
  }

  Result<Known> by_rotation(const Entry& link, const KeyRotated& body, std::size_t steps) const {
    const Statement& st = link.statement;
    TRY(const Known old, find(st.key, link.event.index, steps));
    if (old.purpose != Purpose::kAuthor || old.person != st.author) return fail("foreign_key", "of a rotation");
    TRY_STATUS(signed_by(link, old.key));
    TRY_STATUS(verified(body.key, rotation_message(st.origin, st.key, body.key), body.new_signature, "of the new key"));
    return Known{Purpose::kAuthor, body.key, st.author};
  }

  Status signed_by(const Entry& link, const PublicKey& key) const {
    if (link.statement.origin != genesis_.statement.origin)
      return fail("other_log", std::string(link.statement.origin));
    return verified(key, statement_message(link.event.statement), link.event.signature, "in the chain of keys");
  }

  const std::vector<Entry>& links_;
  const Entry& genesis_;
  const Entry& entry_;
};

class Check {
 public:
  Check(std::string_view file, std::string_view vkey, const std::optional<Bytes>& entry, const TrustPolicy* policy,
        const std::vector<Bytes>& tokens)
      : file_(file), vkey_(vkey), given_(entry), policy_(policy), tokens_(tokens) {}

  Report run() {
    report_.verdict = Verdict::kUnusable;
    if (const Status key = log_key(); !key) {
      step("vkey", key);
      return report_;
    }
    if (!step("proof_file", read())) return report_;
    report_.verdict = Verdict::kRefuted;
    const bool good = step("log_signature", log_signature()) && step("entry", entry()) &&
                      step("inclusion", inclusion()) && step("genesis", genesis()) && step("key_chain", key_chain()) &&
                      step("author_signature", author_signature()) && (policy_ == nullptr || step("time", time()));
    if (good) report_.verdict = Verdict::kGood;
    return report_;
  }

 private:
  bool step(const char* name, const Status& status) {
    if (status)
      report_.steps.push_back({name, {}, {}});
    else
      report_.steps.push_back({name, status.error().code, status.error().detail});
    return status.has_value();
  }

  Status log_key() {
    TRY(log_, signing::parse_vkey(vkey_));
    if (log_.type != signing::kNoteTypeEd25519) return fail("malformed", "not the key of a log");
    return {};
  }

  Status read() {
    TRY(proof_, parse_proof_file(file_));
    if (!proof_.extra) return fail("no_entry", "the proof file carries no receipt");
    TRY(receipt_, decode_receipt(*proof_.extra));
    if (receipt_.version != kReceiptVersion) return fail("unknown_version", std::to_string(receipt_.version));
    report_.origin = log_.name;
    report_.index = proof_.index;
    return {};
  }

  Status log_signature() {
    TRY(opened_, open_checkpoint(proof_.checkpoint, log_));
    checkpoint_ = opened_.checkpoint;
    report_.tree_size = checkpoint_.size;
    return {};
  }

  Status entry() {
    TRY(entry_, decode_entry(receipt_.event));
    report_.entry_json = entry_json(entry_.event, entry_.statement);
    report_.refused = entry_.event.verdict == ledger::Verdict::kRefused;
    report_.late = entry_.event.verdict == ledger::Verdict::kLate;
    report_.awaits = !entry_.event.awaits.empty();
    report_.rule = entry_.event.rule;
    report_.deadline = entry_.event.deadline;
    report_.recorded_at = entry_.event.recorded_at;
    report_.offset = {entry_.event.utc_offset};
    if (entry_.event.index != proof_.index)
      return fail("index_differs", "the entry says " + std::to_string(entry_.event.index));
    if (entry_.statement.origin != log_.name) return fail("other_log", std::string(entry_.statement.origin));
    if (given_ && !equal(*given_, receipt_.event))
      return fail("entry_differs", "the given entry is not the one of the receipt");
    return {};
  }

  Status inclusion() const {
    return verify_inclusion(leaf_hash(receipt_.event), proof_.index, checkpoint_.size, proof_.proof, checkpoint_.root);
  }

  Status genesis() {
    for (const auto& link : receipt_.key_chain) {
      TRY(links_.emplace_back(), decode_entry(link.event));
      if (std::holds_alternative<SchoolCreated>(links_.back().statement.body)) genesis_bytes_ = link.event;
    }
    // The receipt of the genesis is its own proof; one of an enrolment is the newest link of its own chain.
    TRY(links_.emplace_back(), decode_entry(receipt_.event));
    if (proof_.index == 0) genesis_bytes_ = receipt_.event;
    if (genesis_bytes_.empty()) return fail("no_genesis", "the chain of keys does not reach the genesis");
    TRY(genesis_, decode_entry(genesis_bytes_));
    if (!std::holds_alternative<SchoolCreated>(genesis_.statement.body))
      return fail("not_the_genesis", "another kind of entry");
    report_.school = std::get<SchoolCreated>(genesis_.statement.body).name;
    report_.simulated = std::get<SchoolCreated>(genesis_.statement.body).simulated;
    const auto& proof = proof_.index == 0 && receipt_.genesis_proof.empty() ? proof_.proof : receipt_.genesis_proof;
    TRY_STATUS(verify_inclusion(leaf_hash(genesis_bytes_), 0, checkpoint_.size, proof, checkpoint_.root));
    return check_genesis_words(genesis_, log_);
  }

  Status key_chain() {
    TRY(author_, KeyChain(links_, genesis_, entry_).author_key());
    return {};
  }

  Status author_signature() const {
    return verified(author_, statement_message(entry_.event.statement), entry_.event.signature, "of the author");
  }

  Status time() {
    TRY(report_.times, time_of(opened_, receipt_, entry_.event, log_, *policy_));
    report_.times->tokens_brought = !tokens_.empty();
    report_.times->signed_by =
        signed_by(stamped_digest(entry_.event.statement, entry_.event.signature), tokens_, *policy_);
    return {};
  }

  std::string_view file_, vkey_;
  const std::optional<Bytes>& given_;
  const TrustPolicy* policy_;
  const std::vector<Bytes>& tokens_;
  SignedCheckpoint opened_;
  Report report_;
  signing::VerifierKey log_;
  ProofFile proof_;
  ledger::Receipt receipt_;
  Checkpoint checkpoint_;
  Entry entry_;
  std::vector<Entry> links_;
  ByteView genesis_bytes_;
  Entry genesis_;
  PublicKey author_;
};

}  // namespace

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kGood: return "good";
    case Verdict::kRefuted: return "refuted";
    case Verdict::kUnusable: return "unusable";
  }
  return "";
}

int exit_code(Verdict verdict) {
  switch (verdict) {
    case Verdict::kGood: return 0;
    case Verdict::kRefuted: return 1;
    case Verdict::kUnusable: return 2;
  }
  return 2;
}

int exit_code(const Report& report) {
  const bool unwitnessed = report.times && report.times->verdict == TimeVerdict::kUnwitnessed;
  return report.verdict == Verdict::kGood && unwitnessed ? kExitUnwitnessed : exit_code(report.verdict);
}

Report check(std::string_view proof_file, std::string_view vkey, const std::optional<Bytes>& entry,
             const TrustPolicy* policy, const std::vector<Bytes>& tokens) {
  return Check(proof_file, vkey, entry, policy, tokens).run();
}

}  // namespace letopis::receipt
