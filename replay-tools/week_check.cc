#include "replay-tools/week_check.h"

#include <algorithm>
#include <set>

#include "ledger/checkpoint.h"
#include "ledger/merkle.h"
#include "ledger/schema/codec.h"
#include "ledger/schema/describe.h"
#include "ledger/week_proof.h"
#include "replay-tools/receipt_words.h"
#include "replay-tools/week_table.h"

namespace letopis::receipt {

using namespace ledger;

namespace {

class WeekCheck {
 public:
  WeekCheck(std::string_view file, std::string_view vkey, const WeekAsked& asked, const TrustPolicy* policy)
      : file_(file), vkey_(vkey), asked_(asked), policy_(policy) {}

  WeekReport run() {
    if (!step("week_file", read())) return std::move(out_);
    receipt_of_commitment();
    if (out_.commitment.verdict != Verdict::kGood) return std::move(out_);
    out_.commitment.verdict = Verdict::kRefuted;
    const bool asks = asked_.student || asked_.week;
    if (step("commitment", commitment()) && (!asks || step("asked", as_asked())) && step("entries", entries()) &&
        step("complete", complete()) && step("later", later()) && (!names_any() || step("names", names())))
      out_.commitment.verdict = Verdict::kGood;
    return std::move(out_);
  }

 private:
  bool step(const char* name, const Status& status) {
    out_.commitment.steps.push_back(
        {name, status ? std::string() : status.error().code, status ? std::string() : status.error().detail});
    return status.has_value();
  }

  Status read() {
    TRY(week_, parse_week_proof(file_));
    out_.student = week_.student;
    out_.week = week_.week;
    return {};
  }

  // The commitment's own receipt comes first in the report, after the file.
  void receipt_of_commitment() {
    auto steps = std::move(out_.commitment.steps);
    out_.commitment = check(week_.commitment, vkey_, {}, policy_);
    auto& all = out_.commitment.steps;
    all.insert(all.begin(), steps.begin(), steps.end());
  }

  Status commitment() {
    TRY(const ProofFile file, parse_proof_file(week_.commitment));
    TRY(const ledger::Receipt receipt, decode_receipt(*file.extra));
    TRY(const Entry entry, decode_entry(receipt.event));
    const auto* committed = std::get_if<StateCommitted>(&entry.statement.body);
    if (committed == nullptr || entry.statement.acting_as != Role::kService)
      return fail("not_a_commitment", "the receipt is of another entry");
    if (entry.event.verdict != ledger::Verdict::kAccepted || committed->size != entry.event.index)
      return fail("not_a_commitment", "it does not cover exactly what precedes it");
    root_ = committed->root;
    out_.as_of = entry.event.recorded_at;
    out_.offset = {entry.event.utc_offset};
    out_.complete_to = committed->size;
    TRY(checkpoint_, parse_checkpoint_note(file.checkpoint));  // its signature is checked with the receipt
    return {};
  }

  Status as_asked() const {
    if (asked_.student && *asked_.student != week_.student) return fail("other_student", to_hex(week_.student.view()));
    if (asked_.week && *asked_.week != week_.week) return fail("other_week", format_date(week_.week));
    return {};
  }

  Result<Entry> of_this_log(std::uint64_t index, const Bytes& bytes) const {
    TRY(Entry entry, decode_entry(bytes));
    if (entry.event.index != index) return fail("index_differs", "entry " + std::to_string(entry.event.index));
    if (entry.statement.origin != out_.commitment.origin) return fail("other_log", std::string(entry.statement.origin));
    return entry;
  }
  Status show(std::uint64_t index, const Bytes& bytes, bool is_later, WeekReport::Shard& shard) const {
    TRY_STATUS(of_this_log(index, bytes).map([](const Entry&) {}));
    shard.entries.push_back({index, bytes, is_later, !is_later});
    return {};
  }
  Status entries() {
    for (const auto& from : week_.shards) {
      auto& shard = out_.shards.emplace_back();
      shard.diary = from.key.view == ShardView::kDiary;
      shard.subject = from.key.subject;
      for (const auto& listed : from.entries) {
        if (listed.event.empty())
          ++shard.hidden;
        else
          TRY_STATUS(show(listed.index, listed.event, false, shard));
      }
      // Whatever stands in the student's own diary is theirs to read.
      if (shard.diary && shard.hidden > 0) return fail("entry_hidden", "of the student's own diary");
      for (const auto& listed : from.later) TRY_STATUS(show(listed.index, listed.event, true, shard));
    }
    return {};
  }

  Status complete() const {
    for (const auto& shard : week_.shards) {
      Hash digest;
      for (const auto& listed : shard.entries) {
        if (listed.index >= out_.complete_to) return fail("after_commitment", "entry " + std::to_string(listed.index));
        digest = next_shard_digest(digest, listed.index, listed.event.empty() ? listed.leaf : leaf_hash(listed.event));
      }
      const auto value = shard.entries.empty() ? std::nullopt : std::optional(digest);
      if (const Status held = verify_sparse(root_, shard_tree_key(shard.key), value, shard.proof); !held)
        return fail(held.error().code, "of " + to_hex(shard.key.subject.view()));
    }
    return {};
  }

  Status later() {
    for (std::size_t i = 0; i < week_.shards.size(); ++i)
      for (const auto& one : week_.shards[i].later) {
        if (one.index < out_.complete_to) return fail("before_commitment", "entry " + std::to_string(one.index));
        const bool covered = one.index < checkpoint_.size;
        if (!covered && !one.path.empty()) return fail("malformed", "a path beyond the checkpoint");
        if (!covered) continue;
        TRY_STATUS(verify_inclusion(leaf_hash(one.event), one.index, checkpoint_.size, one.path, checkpoint_.root));
        auto& shown = out_.shards[i].entries;
        std::find_if(shown.begin(), shown.end(), [&](const auto& entry) { return entry.index == one.index; })->proved =
            true;
      }
    return {};
  }

  bool names_any() const {
    return std::any_of(week_.shards.begin(), week_.shards.end(), [](const auto& shard) { return shard.opened; });
  }
  // An id is opened once: the rules refuse a second.
  Status names() {
    for (std::size_t i = 0; i < week_.shards.size(); ++i) {
      const auto& opened = week_.shards[i].opened;
      if (!opened) continue;
      auto& shown = out_.shards[i];
      TRY(const Entry entry, of_this_log(opened->index, opened->event));
      const auto* group = std::get_if<TeachingGroupOpened>(&entry.statement.body);
      if (group == nullptr || group->group != shown.subject || entry.event.verdict == ledger::Verdict::kRefused)
        return fail("not_the_group", "entry " + std::to_string(opened->index));
      TRY_STATUS(
          verify_inclusion(leaf_hash(opened->event), opened->index, checkpoint_.size, opened->path, checkpoint_.root));
      shown.names = {std::string(group->label), std::string(group->subject)};
    }
    return {};
  }

  std::string_view file_, vkey_;
  const WeekAsked& asked_;
  const TrustPolicy* policy_;
  WeekProof week_;
  Hash root_;
  Checkpoint checkpoint_;
  WeekReport out_;
};

struct Counts {
  std::size_t shown = 0, hidden = 0, later = 0;
};
Counts counts(const WeekReport& report) {
  // A mark stands in the journal and in the diary.
  std::set<std::uint64_t> shown, later;
  Counts all;
  for (const auto& shard : report.shards) {
    all.hidden += shard.hidden;
    for (const auto& entry : shard.entries) (entry.later ? later : shown).insert(entry.index);
  }
  all.shown = shown.size();
  all.later = later.size();
  return all;
}

// When the list was fixed: of the entries' own times that says nothing.
std::string fixed_words(const WeekReport& report, Language language) {
  const Times& times = *report.commitment.times;
  if (times.verdict == TimeVerdict::kUnwitnessed) return time_words(report.commitment, language);
  const auto shown = [&](Instant at) { return format_local_seconds(at, report.offset); };
  const bool ru = language == Language::kRussian;
  std::string text =
      (ru ? "Этот перечень закреплён не позже " : "This list was fixed no later than ") + shown(*times.latest);
  if (times.earliest) text += (ru ? " и не раньше " : " and no earlier than ") + shown(*times.earliest);
  return text + zone_words(report.offset, ru) + (ru ? "; свидетелей: " : "; witnesses: ") +
         std::to_string(times.witnesses) +
         (ru ? "). Когда внесена каждая запись, доказывает её собственная квитанция (letopis prove --cosigned)."
             : "). When each entry was recorded its own receipt proves (letopis prove --cosigned).");
}

std::string refusal(const WeekReport& report, bool ru) {
  const std::string& reason = report.commitment.steps.back().reason;
  if (reason == "other_student")
    return (ru ? "ОПРОВЕРГНУТО (refuted): это неделя другого ученика, не того, что назван в --student: "
               : "REFUTED: this is the week of another student than --student names: ") +
           to_hex(report.student.view()) + ".";
  if (reason == "other_week")
    return (ru ? "ОПРОВЕРГНУТО (refuted): это другая неделя, не та, что названа в --week: с "
               : "REFUTED: this is another week than --week names: that of ") +
           format_day(report.week) + ".";
  return ru ? "ОПРОВЕРГНУТО (refuted): полнота недели не доказана."
            : "REFUTED: this does not prove that the week is complete.";
}

std::string sentence(const WeekReport& report, bool ru) {
  const auto [shown, hidden, later] = counts(report);
  switch (report.commitment.verdict) {
    case Verdict::kRefuted: return refusal(report, ru);
    case Verdict::kUnusable: return unusable_words(report.commitment, ru);
    case Verdict::kGood: break;
  }
  const std::string to = std::to_string(report.complete_to), week = format_day(report.week),
                    as_of = format_local(report.as_of, report.offset) + " " + format_offset(report.offset),
                    student = to_hex(report.student.view());
  std::string text =
      ru ? "ПОЛНО (good) на " + as_of + ": о неделе с " + week + " и ученике " + student + " журнал " +
               report.commitment.origin + " до записи " + to + " говорит только это: записей здесь — " +
               std::to_string(shown) + ", о других учениках — " + std::to_string(hidden) + " (без содержания)."
         : "COMPLETE as of " + as_of + ": of the week of " + week + " and student " + student + " the log " +
               report.commitment.origin + " says up to entry " + to + " nothing but this: " + std::to_string(shown) +
               " entries shown, " + std::to_string(hidden) + " of other students (not shown).";
  text += ru ? "\nВнесено позже и показано: " + std::to_string(later) + "; что это всё, НЕ доказано."
             : "\nCame later and shown: " + std::to_string(later) + "; that these are all is NOT proved.";
  const bool begun = local_date(report.as_of, report.offset) >= report.week;
  if (!report.week_was_over())
    text += begun ? (ru ? "\nНеделя тогда ещё не кончилась: запросите доказательство снова, когда она пройдёт."
                        : "\nThe week was not over then: ask for the proof again once it is.")
                  : (ru ? "\nЭта неделя тогда ещё не началась: запросите доказательство, когда она пройдёт."
                        : "\nThis week had not begun then: ask for the proof once it is over.");
  return text;
}

std::string json_of(const WeekReport::Entry& shown) {
  const auto entry = decode_entry(shown.bytes);
  LETOPIS_ASSERT(entry.has_value());  // it was decoded when it was checked
  return entry_json(entry->event, entry->statement);
}

std::string names_json(const WeekReport::Shard& shard) {
  if (!shard.names) return {};
  return ",\"label\":" + json_string(shard.names->label) + ",\"title\":" + json_string(shard.names->title);
}

std::string shard_json(const WeekReport::Shard& shard) {
  std::string out = std::string("{\"view\":") + (shard.diary ? "\"diary\"" : "\"journal\"") + ",\"subject\":\"" +
                    to_hex(shard.subject.view()) + "\"" + names_json(shard) +
                    ",\"hidden\":" + std::to_string(shard.hidden) + ",\"entries\":[";
  for (std::size_t i = 0; i < shard.entries.size(); ++i) {
    const auto& entry = shard.entries[i];
    out += (i > 0 ? "," : "") + std::string("{\"later\":") + (entry.later ? "true" : "false") +
           ",\"proved\":" + (entry.proved ? "true" : "false") + ",\"entry\":" + json_of(entry) + "}";
  }
  return out + "]}";
}

std::string entries_text(const WeekReport& report, bool ru) {
  std::string out;
  for (const auto& shard : report.shards) {
    out += (shard.diary ? (ru ? "\nДневник" : "\nThe diary") : (ru ? "\nЖурнал группы " : "\nThe journal of group ")) +
           (shard.diary ? std::string() : to_hex(shard.subject.view())) + ":\n";
    for (const auto& entry : shard.entries) {
      out += "\n  ";
      if (entry.later) out += ru ? "(внесена после) " : "(came later) ";
      if (!entry.proved) out += ru ? "(ещё не подписана) " : "(not signed yet) ";
      out += laid_out(json_of(entry)) + "\n";
    }
  }
  return out;
}

}  // namespace

WeekReport check_week(std::string_view week_file, std::string_view vkey, const WeekAsked& asked,
                      const TrustPolicy* policy) {
  return WeekCheck(week_file, vkey, asked, policy).run();
}

int exit_code(const WeekReport& report) {
  const bool early = report.commitment.verdict == Verdict::kGood && !report.week_was_over();
  return early ? kExitUnwitnessed : exit_code(report.commitment);
}

std::string text_report(const WeekReport& report, Language language, WeekDetail detail) {
  const bool ru = language == Language::kRussian;
  const bool good = report.commitment.verdict == Verdict::kGood;
  std::string out = sentence(report, ru);
  if (report.commitment.simulated) out += simulated_words(language);
  out += "\n\n";
  if (good) out += week_table(report, language) + "\n";
  out += steps_text(report.commitment, language);
  if (report.commitment.times) out += "\n" + fixed_words(report, language) + "\n";
  if (good && detail == WeekDetail::kEntries) out += entries_text(report, ru);
  return out;
}

std::string json_report(const WeekReport& report) {
  std::string out = json_report(report.commitment);
  out.pop_back();  // its closing brace
  out += ",\"student\":\"" + to_hex(report.student.view()) + "\",\"week\":\"" + format_date(report.week) +
         "\",\"complete_to\":" + std::to_string(report.complete_to) +
         ",\"as_of\":" + json_string(format_instant(report.as_of)) +
         ",\"week_was_over\":" + (report.week_was_over() ? "true" : "false") + ",\"shards\":[";
  for (std::size_t i = 0; i < report.shards.size(); ++i) out += (i > 0 ? "," : "") + shard_json(report.shards[i]);
  return out + "]}";
}

}  // namespace letopis::receipt
