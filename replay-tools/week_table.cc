#include "replay-tools/week_table.h"

#include <algorithm>
#include <map>

#include "commands/titles.h"
#include "ledger/schema/codec.h"
#include "signing/base/utf8.h"

namespace letopis::receipt {

using namespace ledger;

namespace {

constexpr std::size_t kShownIdDigits = 8;
constexpr std::size_t kShownTextMax = 60;  // characters
constexpr std::size_t kShownNameMax = 24;
constexpr std::size_t kDayWidth = 13;  // "01.09.2026 Tu"
constexpr int kActsOnActsMax = 8;      // a correction of a correction of …: beyond it nobody reads on
constexpr std::string_view kWeekdays[][2] = {{"пн", "Mo"}, {"вт", "Tu"}, {"ср", "We"}, {"чт", "Th"},
                                             {"пт", "Fr"}, {"сб", "Sa"}, {"вс", "Su"}};

// On one line, however long: what was written is the author's, the table is ours.
std::string shortened(std::string_view text, std::size_t most = kShownTextMax) {
  std::string out;
  for (std::size_t shown = 0; !text.empty(); ++shown) {
    if (shown == most) return out + "…";
    const std::string_view before = text;
    const auto c = take_code_point(text);
    if (!c) return out;
    const bool blank = is_unicode_space(*c) || *c < 0x20 || (*c >= 0x7f && *c < 0xa0);
    out += blank ? " " : before.substr(0, before.size() - text.size());
  }
  return out;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}
// To a column's width and the gap after it.
std::string padded(std::string text, std::size_t width) {
  const std::size_t taken = characters(text);
  return text + std::string((taken < width ? width - taken : 0) + 2, ' ');
}

// What people call a group: its subject and its own name, or the one that says both.
std::string group_name(const WeekReport::Shard& shard) {
  if (!shard.names) return to_hex(shard.subject.view()).substr(0, kShownIdDigits);
  const auto& [label, title] = *shard.names;
  std::string name = title + " " + label;
  if (label.find(title) != std::string::npos) name = label;
  if (title.find(label) != std::string::npos) name = title;
  return shortened(name, kShownNameMax);
}

// Of a correction, an annulment, a second signature; null: it is none.
const Id* target_of(const Body& body) {
  return std::visit(
      [](const auto& b) -> const Id* {
        if constexpr (requires { b.target; })
          return &b.target;
        else
          return nullptr;
      },
      body);
}

class Week {
 public:
  Week(const WeekReport& report, Language language) : report_(report), language_(language) {
    for (const auto& shard : report.shards) {
      if (!shard.diary) names_.try_emplace(shard.subject, group_name(shard));
      for (const auto& entry : shard.entries) know(shard, entry);
    }
    group_width_ = characters(group_heading());
    for (const auto& [group, name] : names_) group_width_ = std::max(group_width_, characters(name));
  }

  std::string table() const {
    std::map<Place, std::string> lines;
    for (const auto& told : told_) {
      const Date day = day_of(told);
      const Id lesson = lesson_of(about(told).entry.statement.body);
      std::string& line = lines[{day.days == 0, day, told.group, begin_of(lesson), lesson}];
      line += (line.empty() ? "" : "; ") + said(told);
    }
    if (lines.empty()) return in("  Записей нет.\n", "  No entries.\n");
    std::string out = heading();
    for (const auto& [place, what] : lines) out += row(place.day, place.group) + what + "\n";
    return out;
  }

 private:
  // Of a line, in the order of lines: two lessons of a group and day are two, what is of no lesson stands before them.
  struct Place {
    bool undated;
    Date day;
    Id group;
    int begin;  // minute of the day, or the number of the lesson
    Id lesson;  // zero: none
    auto operator<=>(const Place&) const = default;
  };
  struct Told {
    Entry entry;
    const WeekReport::Entry* shown = nullptr;
    Id group;  // in whose journal it stands; zero: in none, or in several
    std::size_t journals = 0;
  };

  bool russian() const { return language_ == Language::kRussian; }
  std::string in(std::string_view ru, std::string_view en) const { return std::string(russian() ? ru : en); }

  // The diary comes first, then the journals, where most of it stands again.
  void know(const WeekReport::Shard& shard, const WeekReport::Entry& shown) {
    const auto [place, is_new] = by_index_.try_emplace(shown.index, told_.size());
    if (is_new) {
      auto entry = decode_entry(shown.bytes);
      LETOPIS_ASSERT(entry.has_value());  // it was decoded when it was checked
      told_.push_back({*std::move(entry), &shown, {}, 0});
      const auto& st = told_.back().entry.statement;
      by_id_.try_emplace(st.id, place->second);
      if (const auto* lesson = std::get_if<LessonRecorded>(&st.body)) lessons_.try_emplace(lesson->lesson, *lesson);
    }
    if (shard.diary) return;
    Told& told = told_[place->second];
    told.group = ++told.journals == 1 ? shard.subject : Id{};
  }
  const Told* find(const Id& statement) const {
    const auto at = by_id_.find(statement);
    return at == by_id_.end() ? nullptr : &told_[at->second];
  }

  // --- Of which day

  // What an act on an entry is about in the end: a correction is of the day of its mark.
  const Told& about(const Told& told) const {
    const Told* at = &told;
    for (int steps = 0; steps < kActsOnActsMax; ++steps) {
      const Id* target = target_of(at->entry.statement.body);
      const Told* next = target == nullptr ? nullptr : find(*target);
      if (next == nullptr) break;
      at = next;
    }
    return *at;
  }
  Date lesson_day(const Id& lesson) const {
    const auto known = lessons_.find(lesson);
    return known == lessons_.end() ? Date{} : known->second.date;
  }
  int begin_of(const Id& lesson) const {
    const auto known = lessons_.find(lesson);
    if (known == lessons_.end()) return 0;
    return known->second.slot == 0 ? known->second.start.value : known->second.slot;
  }
  Id lesson_of(const Body& body) const {
    return std::visit(
        [&](const auto& b) {
          if constexpr (requires { b.lesson; })
            return b.lesson;
          else if constexpr (requires { b.work; })
            return work_lesson(b.work);
          else
            return Id{};
        },
        body);
  }
  const WorkPlanned* work_of(const Id& id) const {
    const Told* told = find(id);
    return told == nullptr ? nullptr : std::get_if<WorkPlanned>(&told->entry.statement.body);
  }
  Id work_lesson(const Id& id) const {
    const auto* work = work_of(id);
    return work == nullptr ? Id{} : work->lesson;
  }
  Date work_day(const Id& id) const {
    const auto* work = work_of(id);
    if (work == nullptr) return {};
    return work->held_on.days != 0 ? work->held_on : lesson_day(work->lesson);
  }
  // The days it speaks of, the one it is chiefly about first.
  std::vector<Date> days_of(const Body& body) const {
    std::vector<Date> days;
    std::visit(
        [&](const auto& b) {
          if constexpr (requires { b.lesson; }) days.push_back(lesson_day(b.lesson));
          if constexpr (requires { b.work; }) days.push_back(work_day(b.work));
          if constexpr (requires { b.date; }) days.push_back(b.date);
          if constexpr (requires { b.new_date; }) days.push_back(b.new_date);
          if constexpr (requires { b.held_on; }) days.push_back(b.held_on);
          if constexpr (requires { b.due; }) days.push_back(b.due);
          if constexpr (requires {
                          b.from;
                          b.to;
                        })
            if constexpr (std::is_same_v<decltype(b.from), Date>) days.push_back(b.from);
        },
        body);
    return days;
  }
  // Of this week; else none, and a zero day.
  Date day_of(const Told& told) const {
    const Told& chief = about(told);
    auto days = days_of(chief.entry.statement.body);
    if (days.empty()) days.push_back(local_date(chief.entry.event.recorded_at, {chief.entry.event.utc_offset}));
    const auto day =
        std::find_if(days.begin(), days.end(), [&](Date d) { return d >= report_.week && d <= report_.week + 6; });
    return day == days.end() ? Date{} : *day;
  }

  // --- What it says

  std::string title(const Told& told) const {
    return std::string(commands::type_title(name_of(told.entry.statement.body), language_));
  }
  std::string said(const Told& told) const {
    std::string what = detail(told.entry.statement.body);
    if (!what.empty()) what.insert(0, ": ");
    return title(told) + what + remarks(told);
  }
  std::string detail(const Body& body) const {
    return std::visit([&](const auto& b) { return detail(b); }, body);
  }
  template <class T>
  std::string detail(const T& b) const {
    if constexpr (requires {
                    b.work;
                    b.value;
                  })
      return worth(b.value, work_name(b.work));
    else if constexpr (requires { b.target; })
      return act(b);
    else if constexpr (requires { b.text; })
      return shortened(b.text);
    else if constexpr (requires { b.value; })
      return shortened(b.value);
    else if constexpr (requires { b.kind.empty(); })
      return shortened(b.kind);
    else
      return {};
  }
  std::string detail(const LessonRecorded& b) const {
    return b.slot == 0 ? format_minute(b.start.value) : "№ " + std::to_string(b.slot);
  }
  std::string detail(const LessonMoved& b) const { return "→ " + format_day(b.new_date); }
  std::string detail(const AbsenceRecorded& b) const { return shortened(b.code); }
  std::string detail(const LatenessRecorded& b) const { return std::to_string(b.minutes) + in(" мин", " min"); }
  std::string detail(const WorkPlanned& b) const { return shortened(b.title.empty() ? b.kind : b.title); }
  std::string detail(const AbsenceExcused& b) const {
    return (b.excused ? "" : in("нет, ", "none, ")) + format_day(b.from) + "–" + format_day(b.to);
  }
  std::string detail(const AbsenceAnnounced& b) const { return format_day(b.from) + "–" + format_day(b.to); }
  std::string detail(const HomeworkSet& b) const {
    return shortened(b.text) + (b.due.days == 0 ? "" : in(" (к ", " (due ") + format_day(b.due) + ")");
  }

  std::string work_name(const Id& id) const {
    const auto* work = work_of(id);
    return work == nullptr ? std::string() : detail(*work);
  }
  static std::string worth(std::string_view value, const std::string& work) {
    return shortened(value) + (work.empty() ? "" : " (" + work + ")");
  }

  template <class T>
  std::string act(const T& b) const {
    const Told* target = find(b.target);
    std::string what = in("запись ", "entry ") + to_hex(b.target.view()).substr(0, kShownIdDigits);
    if (target != nullptr) {
      // Of another act its title alone: they may stand on each other without end.
      const Body& body = target->entry.statement.body;
      const std::string said = target_of(body) == nullptr ? detail(body) : std::string();
      what = title(*target) + (said.empty() ? "" : " " + said);
    }
    return what + outcome(b);
  }
  std::string outcome(const EntryCorrected& b) const {
    if (b.withdrawn) return in(" — отозвано", " — withdrawn");
    if (b.minutes != 0) return " → " + std::to_string(b.minutes) + in(" мин", " min");
    return b.value.empty() ? std::string() : " → " + shortened(b.value);
  }
  std::string outcome(const Endorsed& b) const { return b.approve ? "" : in(" — отклонено", " — rejected"); }
  template <class T>
  std::string outcome(const T&) const {
    return {};
  }

  // What keeps an entry from being a plain one.
  std::string remarks(const Told& told) const {
    const auto& event = told.entry.event;
    std::vector<std::string> all;
    if (event.verdict == ledger::Verdict::kRefused) all.push_back(in("ОТКАЗАНО", "REFUSED"));
    if (event.verdict == ledger::Verdict::kLate) all.push_back(in("поздно", "late"));
    if (!event.awaits.empty()) all.push_back(in("действует только со второй подписью", "needs a second signature"));
    if (told.shown->later) all.push_back(in("внесено позже", "came later"));
    if (!told.shown->proved) all.push_back(in("ещё не подписано журналом", "not signed by the log yet"));
    std::string out;
    for (const auto& one : all) out += (out.empty() ? " [" : ", ") + one;
    return out + (out.empty() ? "" : "]");
  }

  // --- How it looks

  std::string group_heading() const { return in("Группа", "Group"); }
  std::string heading() const {
    return "  " + padded(in("День", "Day"), kDayWidth) + padded(group_heading(), group_width_) +
           in("Что внесено\n", "What was entered\n");
  }
  std::string row(Date day, const Id& group) const {
    const std::string date =
        day.days == 0 ? "—"
                      : format_day(day) + " " + in(kWeekdays[day.weekday() - 1][0], kWeekdays[day.weekday() - 1][1]);
    const auto name = names_.find(group);
    return "  " + padded(date, kDayWidth) + padded(name == names_.end() ? "—" : name->second, group_width_);
  }

  const WeekReport& report_;
  Language language_;
  std::vector<Told> told_;
  std::map<std::uint64_t, std::size_t> by_index_;
  std::map<Id, std::size_t> by_id_;
  std::map<Id, LessonRecorded> lessons_;
  std::map<Id, std::string> names_;  // of groups
  std::size_t group_width_ = 0;
};

}  // namespace

std::string week_table(const WeekReport& report, Language language) { return Week(report, language).table(); }

}  // namespace letopis::receipt
