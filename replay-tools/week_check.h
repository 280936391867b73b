#pragma once
// Checks a week of a diary (docs/formats/week-proof.md) with nothing but the log's vkey: that up to a state commitment the log holds
// no entry about this student and week but those listed. Offline and pure, as receipt.h is.
//
// What is checked, in this order:
//   vkey, week_file            the key and the file read, strictly                             (else unusable)
//   the steps of receipt.h     of the commitment's own receipt: that entry stands in the signed log, of the school's service key
//   commitment                 it is an accepted state_committed, over all that precedes it
//   asked                      it is the student and week that were asked for, where any were
//   entries                    every entry shown is one of this log, and of the index it is shown under
//   complete                   of each shard exactly these entries lie under the committed root
//   later                      what came later follows the commitment, and stands in the log as far as the checkpoint reaches
//   names                      what a group is called says the entry of the log that opened it, where any is shown
// The diary holds whatever names the student. Of a group's journal the reader sees what is told to the group; what speaks of others
// is listed by its place and hash alone, so that the list is complete and tells nothing of them.

#include "replay-tools/receipt.h"

namespace letopis::receipt {

struct WeekAsked {
  std::optional<Id> student;
  std::optional<Date> week;  // Monday
};

struct WeekReport {
  Report commitment;  // its verdict is that of the whole, and its steps are all of them
  Id student;
  Date week;
  std::uint64_t complete_to = 0;  // the list is complete for all entries below this index
  Instant as_of;                  // when the commitment was recorded, by the school's clock, and local time then
  UtcOffset offset;
  // Whether the week was over by then: entries about it that came after are not proved to be all.
  bool week_was_over() const { return local_date(as_of, offset) > week + 6; }
  struct Entry {
    std::uint64_t index = 0;
    Bytes bytes;          // as the log holds it; it decodes
    bool later = false;   // came after the commitment
    bool proved = false;  // stands under the signed checkpoint
  };
  struct Shard {
    bool diary = false;
    Id subject;
    struct Names {
      std::string label, title;  // its own, and its subject's
    };
    std::optional<Names> names;  // of a group, where they are proved
    std::vector<Entry> entries;  // those shown, by index
    std::size_t hidden = 0;      // of others
  };
  std::vector<Shard> shards;  // of a good or refuted proof
};

WeekReport check_week(std::string_view week_file, std::string_view vkey, const WeekAsked& asked = {},
                      const ledger::TrustPolicy* policy = nullptr);

// As of a receipt; 3 also where the week was not over at the commitment.
int exit_code(const WeekReport& report);
// The outcome, then the week as a table (week_table.h), then the steps; with kEntries every field of every entry behind them.
enum class WeekDetail : std::uint8_t { kTable, kEntries };
std::string text_report(const WeekReport& report, Language language, WeekDetail detail = WeekDetail::kTable);
std::string json_report(const WeekReport& report);  // one line

}  // namespace letopis::receipt
