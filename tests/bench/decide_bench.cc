// What `decide` costs per statement, at a school of a thousand pupils in the middle of its year, under each of the five
// regulations: no engine, no signatures. Beside it a statement whose family asks nothing: who signs, by which key, having seen
// what. Then what judging anew adds to folding a month of entries, which is what an audit does of every entry, beside the
// signature it verifies of each. Build type Release; nanoseconds, the median of several rounds.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>

#include "commands/decide.h"
#include "commands/duties.h"
#include "projections/schedule.h"
#include "tests/bench/bench_limits.h"
#include "tests/support/history.h"

namespace letopis::test {
namespace {

using namespace ledger;

Hash root_like() {
  Hash hash;
  hash.bytes[0] = 1;
  return hash;
}

constexpr int kClasses = 40;
constexpr int kPupilsPerClass = 25;
constexpr int kSubjects = 8;
constexpr int kRounds = 9;
constexpr int kRepeats = 20'000;

class RootOfEachSize final : public commands::Roots {
 public:
  std::optional<Hash> root_at(std::uint64_t) const override { return root; }
  Hash root;
};

// Adopted once for all: the state of a History begins with a profile of no text.
void adopt(History& h, commands::ProfileBook& book, std::string_view id) {
  const Hash hash = book.add(*commands::builtin_profile(id), id).value();
  h.by(h.director(), Role::kDirector).basis("order", "1").from("2026-08-25").add(ProfileAdopted{id, hash, {}});
}

// By what is measured, a column for each regulation.
using Table = std::map<std::string, std::map<std::string, double>>;

void measure(Table& table, std::string_view id, const char* what, const History& h, const commands::ProfileBook& book,
             RootOfEachSize& roots, const Statement& statement) {
  roots.root = statement.seen->root;
  std::vector<double> rounds;
  std::size_t accepted = 0;
  for (int round = 0; round < kRounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < kRepeats; ++i)
      accepted +=
          commands::decide(h.state(), book, roots, statement, h.size(), h.now()).verdict == Verdict::kAccepted ? 1 : 0;
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
    rounds.push_back(took.count() / kRepeats);
  }
  std::sort(rounds.begin(), rounds.end());
  table[what][std::string(id)] = rounds[kRounds / 2];
  if (accepted == 0) std::printf("%s under %s: REFUSED\n", what, std::string(id).c_str());
}

void decide_under(std::string_view id, Table& table) {
  History h;
  auto book = commands::ProfileBook::with_builtin();
  RootOfEachSize roots;
  h.school();
  adopt(h, book, id);
  h.work_kind("control", true);
  const Id teacher = h.teacher();
  Id group, pupil;
  for (int c = 0; c < kClasses; ++c) {
    const std::string label = std::to_string(5 + c % 7) + "-" + std::to_string(c);
    std::vector<Id> groups;
    for (int s = 0; s < kSubjects; ++s) {
      groups.push_back(h.group(label, "Предмет", {teacher}));
      h.timetable(groups.back(), {{1 + s % 5, 1 + s, teacher}, {1 + (s + 2) % 5, 1 + s, teacher}});
    }
    for (int p = 0; p < kPupilsPerClass; ++p) {
      pupil = h.student(groups.front());
      for (int s = 1; s < kSubjects; ++s) h.enrol(groups[static_cast<std::size_t>(s)], pupil);
    }
    group = groups.front();
  }
  const Date monday = day("2026-11-23");
  LessonRecorded next;
  next.group = group;
  next.date = monday;
  next.slot = 1;
  next.lesson = projections::lesson_id(group, monday, 1);
  h.at("2026-11-23 08:40");
  measure(table, id, "without rules", h, book, roots,
          h.by(h.secretary(), Role::kSecretary)
              .basis("order", "7")
              .propose(DataExchanged{"export", "register", root_like()}));
  measure(table, id, "lesson_recorded", h, book, roots, h.by(teacher).propose(next));
  const Id lesson = h.lesson(group, "2026-11-23", 1);
  const Id work = h.work(lesson, "control");
  measure(table, id, "topic_set", h, book, roots, h.by(teacher).propose(TopicSet{lesson, "Закон Ома", {}, 0}));
  measure(table, id, "absence_recorded", h, book, roots, h.by(teacher).propose(AbsenceRecorded{lesson, pupil, "н"}));
  measure(table, id, "mark_given", h, book, roots, h.by(teacher).propose(MarkGiven{work, 0, pupil, "5"}));
  HomeworkSet homework;
  homework.lesson = lesson;
  homework.text = "Читать § 12";
  homework.kind = "written";
  measure(table, id, "homework_set", h, book, roots, h.by(teacher).propose(homework));
  measure(table, id, "person_registered", h, book, roots,
          h.by(h.secretary(), Role::kSecretary).propose(PersonRegistered{Id{{1}}}));
}

// --- Judging anew

// A month of lessons in every group: lesson, topic, roll, a work, its marks, homework.
constexpr int kGroups = 40;
constexpr int kDays = 20;
constexpr int kMarksPerLesson = 15;

void fill(History& h) {
  h.work_kind("control", true);
  std::vector<Id> groups;
  std::vector<std::vector<Id>> pupils;
  for (int g = 0; g < kGroups; ++g) {
    const Id teacher = h.teacher();
    const std::string label = std::to_string(5 + g % 7) + "-" + std::to_string(g);
    groups.push_back(h.group(label, "Предмет", {teacher}));
    h.timetable(groups.back(), {{1, 2, teacher}, {2, 2, teacher}, {3, 2, teacher}, {4, 2, teacher}, {5, 2, teacher}});
    auto& of_group = pupils.emplace_back();
    for (int p = 0; p < kMarksPerLesson; ++p) of_group.push_back(h.student(groups.back()));
  }
  Date on = day("2026-11-02");
  for (int lessons = 0; lessons < kDays; on = on + 1) {
    if (on.weekday() > 5) continue;
    ++lessons;
    for (int g = 0; g < kGroups; ++g) {
      const auto place = static_cast<std::size_t>(g);
      const Id lesson = h.lesson(groups[place], format_date(on), 2);
      h.topic(lesson, "Закон Ома");
      h.attendance(lesson);
      const Id work = h.work(lesson, "control");
      for (const auto& pupil : pupils[place]) h.mark(work, pupil, "4");
      h.homework(lesson, "Читать параграф 12", format_date(on + 7));
    }
  }
}

class RootsOfHistory final : public commands::Roots {
 public:
  std::optional<Hash> root_at(std::uint64_t size) const override { return History::root_at(size); }
};

// Seconds to fold every entry from the first; with `judge`, each is judged before it is folded.
double fold(const History& h, const commands::ProfileBook& book, bool judge) {
  const RootsOfHistory roots;
  projections::SchoolState state;
  state.reserve(h.size());
  std::size_t judged = 0, same = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < h.size(); ++i) {
    const auto& entry = h.entry(i);
    const auto* adopted = judge && i > 0 ? state.profile(state.local_today(entry.event.recorded_at)) : nullptr;
    if (adopted != nullptr && book.find(adopted->hash) != nullptr) {
      ++judged;
      same += commands::decide(state, book, roots, entry.statement, i, entry.event.recorded_at).verdict ==
                      entry.event.verdict
                  ? 1
                  : 0;
    }
    state.apply(entry);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  if (same < judged) std::printf("%zu of %zu judged otherwise than recorded\n", judged - same, judged);
  return took.count();
}

void judge_anew() {
  History h;
  auto book = commands::ProfileBook::with_builtin();
  h.school();
  adopt(h, book, "r002");  // the strictest
  fill(h);
  std::vector<double> without, with;
  for (int round = 0; round < kRounds; ++round) {
    without.push_back(fold(h, book, false));
    with.push_back(fold(h, book, true));
  }
  std::sort(without.begin(), without.end());
  std::sort(with.begin(), with.end());
  const auto per_entry = [&](double seconds) { return seconds * 1e9 / static_cast<double>(h.size()); };
  const double verify = 1e9 / bench::verify_per_second(1, 1.0);
  std::printf("\n%llu entries of a month, ns an entry\n", static_cast<unsigned long long>(h.size()));
  std::printf("%-34s %8.0f\n", "folding alone", per_entry(without[kRounds / 2]));
  std::printf("%-34s %8.0f\n", "judging anew and folding", per_entry(with[kRounds / 2]));
  std::printf("%-34s %8.0f\n", "verifying its signature, one core", verify);
  std::printf("judging adds %.1f %% to an audit that verifies and folds on one core\n",
              100 * (per_entry(with[kRounds / 2]) - per_entry(without[kRounds / 2])) /
                  (verify + per_entry(without[kRounds / 2])));
}

// What is still to do in each group, over two weeks: reading its shards from memory, the fold, the duties.
void duties_of_groups() {
  History h;
  auto book = commands::ProfileBook::with_builtin();
  h.school();
  adopt(h, book, "r002");
  fill(h);
  const auto scope = commands::duty_scope(h.structure(), book, h.now());
  const Date from = scope.today.monday() - 7;
  std::vector<double> rounds;
  std::size_t found = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<commands::Duty> duties;
    const auto begin = std::chrono::steady_clock::now();
    for (const auto& [id, group] : h.structure().groups()) {
      const auto entries = h.entries_in(projections::View::kJournal, id, from, scope.today);
      const auto journal = projections::fold_journal(h.structure(), id, from, scope.today, entries);
      commands::add_group_duties(scope, journal, duties);
    }
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
    rounds.push_back(took.count() / kGroups);
    found = duties.size();
  }
  std::sort(rounds.begin(), rounds.end());
  std::printf("\nduties of a group over two weeks: %.0f us (%zu duties in %d groups)\n", rounds[kRounds / 2], found,
              kGroups);
}

void run() {
  Table table;
  for (const auto id : commands::builtin_profile_ids()) decide_under(id, table);
  std::printf("%-22s", "ns a ruling");
  for (const auto id : commands::builtin_profile_ids()) std::printf(" %8s", std::string(id).c_str());
  std::printf("\n");
  for (const auto& [what, columns] : table) {
    std::printf("%-22s", what.c_str());
    for (const auto& [id, nanoseconds] : columns) std::printf(" %8.0f", nanoseconds);
    std::printf("\n");
  }
  judge_anew();
  duties_of_groups();
}

}  // namespace
}  // namespace letopis::test

int main() { letopis::test::run(); }
