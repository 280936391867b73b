#include "replay-tools/replay.h"

#include <algorithm>

#include "ledger/merkle.h"
#include "ledger/schema/describe.h"
#include "projections/diary.h"

namespace letopis::audit {

using namespace ledger;
using projections::ShardKey;
using projections::View;

namespace {

constexpr std::uint64_t kProgressEvery = 4096;

tl::unexpected<Error> damaged(std::uint64_t index, const std::string& why) {
  return fail("damaged", "entry " + std::to_string(index) + ": " + why);
}

class Replay {
 public:
  Replay(const AuditSource& source, const ReplayOptions& options)
      : source_(source), options_(options), out_(std::make_unique<Replayed>()) {}

  Result<std::unique_ptr<Replayed>> run() {
    TRY(const std::uint64_t all, source_.size());
    if (all == 0) return fail("empty", "the log has no entries");
    const std::uint64_t to = std::min(all, options_.to_index.value_or(all));
    out_->state.reserve(to);
    Status status;
    bool too_late = false;
    TRY_STATUS(source_.entries(0, to, [&](std::uint64_t index, ByteView bytes) {
      if (index != out_->size) status = damaged(out_->size, "missing");
      if (status) status = take(bytes, too_late);
      if (options_.progress && out_->size % kProgressEvery == 0) options_.progress(out_->size, to);
      return status && !too_late;
    }));
    TRY_STATUS(status);
    if (!too_late && out_->size < to) return damaged(out_->size, "missing");
    out_->digest = out_->shards.root();
    return std::move(out_);
  }

 private:
  Status take(ByteView bytes, bool& too_late) {
    const std::uint64_t index = out_->size;
    const auto entry = decode_entry(bytes);
    if (!entry) return damaged(index, entry.error().text());
    if (options_.to_time && entry->event.recorded_at > *options_.to_time) {
      too_late = true;
      return {};
    }
    TRY_STATUS(can_follow(*entry));
    if (options_.check) check(*entry);
    const Hash leaf = leaf_hash(bytes);
    for (const auto& key : out_->state.apply(*entry)) out_->shards.add(key, index, leaf);
    count(entry->event.verdict);
    if (entry->event.verdict != Verdict::kRefused) learn_names(entry->statement);
    out_->last_recorded_at = entry->event.recorded_at;
    ++out_->size;
    return {};
  }

  Status can_follow(const Entry& entry) const {
    if (entry.event.index != out_->size)
      return damaged(out_->size, "says that it is entry " + std::to_string(entry.event.index));
    const bool genesis =
        std::holds_alternative<SchoolCreated>(entry.statement.body) && entry.event.verdict != Verdict::kRefused;
    if (genesis != (out_->size == 0)) return damaged(out_->size, "a log opens with one genesis");
    return {};
  }

  void check(const Entry& entry) {
    const auto* committed = std::get_if<StateCommitted>(&entry.statement.body);
    if (committed == nullptr || entry.event.verdict == Verdict::kRefused) return;
    out_->checks.push_back({out_->size, committed->root, committed->size == out_->size ? out_->shards.root() : Hash{}});
  }

  void learn_names(const Statement& statement) {
    if (const auto* erased = std::get_if<PersonalTextErased>(&statement.body)) out_->names.erase(erased->person);
    for (const auto& commitment : statement.commitments)
      if (commitment.field == "name") out_->names[commitment.person] = commitment.digest;
  }

  void count(Verdict verdict) {
    switch (verdict) {
      case Verdict::kAccepted: ++out_->verdicts.accepted; break;
      case Verdict::kLate: ++out_->verdicts.late; break;
      case Verdict::kRefused: ++out_->verdicts.refused; break;
    }
  }

  const AuditSource& source_;
  const ReplayOptions& options_;
  std::unique_ptr<Replayed> out_;
};

// The entries of some shards, by index, each once, with the bytes they view into.
struct ShardEntries {
  std::vector<Bytes> bytes;
  std::vector<Entry> entries;
};

Result<ShardEntries> read_shards(const AuditSource& source, const Replayed& replayed,
                                 const std::vector<ShardKey>& keys) {
  std::vector<std::uint64_t> indices;
  for (const auto& key : keys)
    if (const auto* shard = replayed.shards.find(key))
      indices.insert(indices.end(), shard->entries.begin(), shard->entries.end());
  std::sort(indices.begin(), indices.end());
  indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
  ShardEntries read;
  read.bytes.reserve(indices.size());
  for (const std::uint64_t index : indices) {
    TRY_STATUS(source.entries(index, index + 1, [&](std::uint64_t, ByteView bytes) {
      read.bytes.emplace_back(bytes.begin(), bytes.end());
      return false;
    }));
    if (read.bytes.size() != read.entries.size() + 1) return damaged(index, "missing");
    TRY(read.entries.emplace_back(), decode_entry(read.bytes.back()));
  }
  return read;
}

std::vector<ShardKey> weeks_of(View view, const Id& subject, Date from, Date to) {
  std::vector<ShardKey> keys;
  for (Date week = from.monday(); week <= to; week = week + 7) keys.push_back({view, subject, week});
  return keys;
}

Result<std::string> journal(const AuditSource& source, const Replayed& replayed, std::string_view group_text,
                            std::string_view period_text, const projections::NameOf& name_of,
                            const projections::TextOf& text_of) {
  TRY(const Id group, fixed_from_hex<Id>(group_text));
  TRY(const Id period_id, fixed_from_hex<Id>(period_text));
  if (replayed.state.group(group) == nullptr) return fail("not_found", "no group of that id at that time");
  const auto* period = replayed.state.period(period_id);
  if (period == nullptr) return fail("not_found", "no period of that id at that time");
  TRY(const auto read, read_shards(source, replayed, weeks_of(View::kJournal, group, period->from, period->to)));
  return projections::journal_json(
      projections::fold_journal(replayed.state, group, period->from, period->to, read.entries), name_of, text_of);
}

Result<std::string> diary(const AuditSource& source, const Replayed& replayed, std::string_view student_text,
                          std::string_view week_text, const projections::NameOf& name_of,
                          const projections::TextOf& text_of) {
  TRY(const Id student, fixed_from_hex<Id>(student_text));
  TRY(const Date monday, parse_week(week_text));
  if (replayed.state.person(student) == nullptr) return fail("not_found", "no person of that id at that time");
  TRY(const auto own, read_shards(source, replayed, {{View::kDiary, student, monday}}));
  const auto groups = replayed.state.groups_of_student(student, monday, monday + 6);
  std::vector<ShardEntries> of_groups;
  of_groups.reserve(groups.size());
  std::vector<projections::GroupWeek> weeks;
  for (const auto& group : groups) {
    TRY(of_groups.emplace_back(), read_shards(source, replayed, {{View::kJournal, group, monday}}));
    weeks.push_back({group, of_groups.back().entries});
  }
  return projections::diary_json(projections::fold_diary(replayed.state, student, monday, own.entries, weeks), name_of,
                                 text_of);
}

}  // namespace

bool Replayed::all_checks_hold() const {
  return std::all_of(checks.begin(), checks.end(), [](const StateCheck& check) { return check.holds(); });
}

Result<std::unique_ptr<Replayed>> replay(const AuditSource& source, const ReplayOptions& options) {
  return Replay(source, options).run();
}

Result<std::string> replayed_view(const AuditSource& source, Replayed& replayed, std::string_view view,
                                  const projections::NameOf& name_of, const projections::TextOf& text_of) {
  const auto first = view.find(':');
  const auto second = first == std::string_view::npos ? first : view.find(':', first + 1);
  if (second == std::string_view::npos)
    return fail("malformed", "a view is journal:GROUP:PERIOD or diary:STUDENT:WEEK");
  const auto kind = view.substr(0, first);
  const auto subject = view.substr(first + 1, second - first - 1);
  const auto span = view.substr(second + 1);
  if (kind == "journal") return journal(source, replayed, subject, span, name_of, text_of);
  if (kind == "diary") return diary(source, replayed, subject, span, name_of, text_of);
  return fail("malformed", "a view is journal:GROUP:PERIOD or diary:STUDENT:WEEK");
}

int exit_code(const Replayed& replayed) { return replayed.all_checks_hold() ? 0 : 1; }

std::string json_report(const Replayed& replayed) {
  std::string out = "{\"origin\":" + json_string(replayed.state.origin()) +
                    ",\"school\":" + json_string(replayed.state.name()) +
                    ",\"simulated\":" + (replayed.state.simulated() ? "true" : "false") +
                    ",\"size\":" + std::to_string(replayed.size) +
                    ",\"last_recorded_at\":" + json_string(format_instant(replayed.last_recorded_at)) +
                    ",\"digest\":" + json_string(to_hex(replayed.digest.view())) +
                    ",\"shards\":" + std::to_string(replayed.shards.count()) +
                    ",\"accepted\":" + std::to_string(replayed.verdicts.accepted) +
                    ",\"late\":" + std::to_string(replayed.verdicts.late) +
                    ",\"refused\":" + std::to_string(replayed.verdicts.refused) + ",\"state_commitments\":[";
  for (std::size_t i = 0; i < replayed.checks.size(); ++i) {
    const auto& check = replayed.checks[i];
    out += (i > 0 ? "," : "") + std::string("{\"index\":") + std::to_string(check.index) +
           ",\"holds\":" + (check.holds() ? "true" : "false") +
           ",\"recorded\":" + json_string(to_hex(check.recorded.view())) + "}";
  }
  return out + "]}";
}

std::string text_report(const Replayed& replayed) {
  std::string out = replayed.state.origin() + "\n";
  if (replayed.state.simulated()) out += "simulated: these entries are not about real people\n";
  out += "entries: " + std::to_string(replayed.size) + " (accepted " + std::to_string(replayed.verdicts.accepted) +
         ", late " + std::to_string(replayed.verdicts.late) + ", refused " + std::to_string(replayed.verdicts.refused) +
         ")\n";
  out += "last recorded: " + format_instant(replayed.last_recorded_at) + "\n";
  out += "shards: " + std::to_string(replayed.shards.count()) + "\n";
  out += "digest: " + to_hex(replayed.digest.view()) + "\n";
  for (const auto& check : replayed.checks)
    out += "state commitment " + std::to_string(check.index) + ": " +
           (check.holds() ? "holds" : "DOES NOT HOLD, recorded " + to_hex(check.recorded.view())) + "\n";
  return out;
}

}  // namespace letopis::audit
