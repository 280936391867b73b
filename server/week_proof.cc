#include "server/week_proof.h"

#include <algorithm>
#include <set>

#include "ledger/checkpoint.h"
#include "ledger/limits.h"
#include "ledger/merkle.h"
#include "ledger/schema/codec.h"
#include "ledger/week_proof.h"
#include "server/access.h"
#include "server/entries.h"

namespace letopis::server {

using ledger::WeekProof;
using projections::ShardKey;
using projections::View;

namespace {

// The diary first: what it shows is shown in the journals too, and so is what an act on a shown entry says.
class Sheet {
 public:
  Sheet(commands::School& school, const projections::SchoolState& structure, const WeekProofQuery& query)
      : school_(school), structure_(structure) {
    out_.student = query.student;
    out_.week = query.week;
  }

  Result<std::string> make(const std::vector<ShardKey>& keys) {
    TRY(const auto state, school_.prove_state(keys));
    TRY_STATUS(prove_commitment(state.commitment));
    for (std::size_t i = 0; i < keys.size(); ++i) TRY_STATUS(add(keys[i], state.shards[i], state.commitment));
    std::string text = out_.encode();
    if (text.size() > ledger::kWeekProofSizeMaxBytes) return fail("too_large", "the week holds more than a file may");
    return text;
  }

 private:
  // With the witnesses' words where they have seen it, else as the newest checkpoint has it.
  Status prove_commitment(std::uint64_t index) {
    auto proof = school_.cosigned_proof(index);
    if (!proof && proof.error().code == "pending") proof = school_.proof(index, true);
    if (!proof) return tl::unexpected(proof.error());
    TRY(const auto file, ledger::parse_proof_file(*proof));
    TRY(const auto checkpoint, ledger::parse_checkpoint_note(file.checkpoint));
    size_ = checkpoint.size;
    out_.commitment = *std::move(proof);
    return {};
  }

  Status add(const ShardKey& key, const commands::School::ShardProof& from, std::uint64_t commitment) {
    auto& shard = out_.shards.emplace_back();
    shard.key = key;
    shard.proof = from.proof;
    if (key.view == View::kJournal) TRY_STATUS(name(key.subject, shard));
    for (const std::uint64_t index : from.entries) {
      TRY(Bytes bytes, school_.entry(index));
      const bool shown = is_shown(key, index, bytes);
      if (index < commitment) {
        const Hash leaf = shown ? Hash{} : ledger::leaf_hash(bytes);
        shard.entries.push_back({index, shown ? std::move(bytes) : Bytes{}, leaf});
      } else if (shown) {
        auto& later = shard.later.emplace_back(WeekProof::Placed{index, std::move(bytes), {}});
        if (index >= size_) continue;
        TRY(later.path, school_.inclusion(index, size_));
      }
    }
    return {};
  }

  // What the log calls the group, if the commitment's checkpoint reaches so far.
  Status name(const Id& id, WeekProof::Shard& shard) {
    const auto* group = structure_.group(id);
    if (group == nullptr || group->opened >= size_) return {};
    TRY(Bytes bytes, school_.entry(group->opened));
    TRY(auto path, school_.inclusion(group->opened, size_));
    shard.opened = WeekProof::Placed{group->opened, std::move(bytes), std::move(path)};
    return {};
  }

  bool is_shown(const ShardKey& key, std::uint64_t index, ByteView bytes) {
    const auto entry = ledger::decode_entry(bytes);
    if (!entry) return false;
    const auto& body = entry->statement.body;
    const bool shown = key.view == View::kDiary || indices_.contains(index) ||
                       (entry->event.verdict != ledger::Verdict::kRefused &&
                        (is_for_the_group(body, {out_.student}) || ids_.contains(target_of(body))));
    if (shown) indices_.insert(index), ids_.insert(entry->statement.id);
    return shown;
  }
  // Of a correction, an annulment, a second signature; zero: it is none.
  static Id target_of(const ledger::Body& body) {
    if (const auto* corrected = std::get_if<ledger::EntryCorrected>(&body)) return corrected->target;
    if (const auto* annulled = std::get_if<ledger::EntryAnnulled>(&body)) return annulled->target;
    if (const auto* endorsed = std::get_if<ledger::Endorsed>(&body)) return endorsed->target;
    return {};
  }

  commands::School& school_;
  const projections::SchoolState& structure_;
  WeekProof out_;
  std::uint64_t size_ = 0;           // of the commitment's checkpoint
  std::set<std::uint64_t> indices_;  // shown so far
  std::set<Id> ids_;
};

std::vector<ShardKey> shards_of(const projections::SchoolState& state, const WeekProofQuery& query) {
  std::vector<ShardKey> keys{{View::kDiary, query.student, query.week}};
  for (const auto& group : state.groups_of_student(query.student, query.week, query.week + 6))
    if (keys.size() < ledger::kWeekProofShardsMax) keys.push_back({View::kJournal, group, query.week});
  return keys;
}

}  // namespace

Result<std::string> week_proof(commands::School& school, const WeekProofQuery& query) {
  const auto structure = school.structure();
  if (structure->person(query.student) == nullptr) return fail("not_found", "no such student");
  return Sheet(school, *structure, query).make(shards_of(*structure, query));
}

Result<std::string> week_proof(const Caller& caller, const WeekProofQuery& query) {
  if (!allow(*caller.structure, caller.viewer, Action::kDiary, {.student = query.student}))
    return fail("forbidden", {});
  return week_proof(*caller.school, query);
}

}  // namespace letopis::server
