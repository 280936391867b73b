// What `decide` costs per statement, at a school of a thousand pupils in the middle of its year: no engine, no signatures.
// Build type Release; prints nanoseconds per ruling, the median of several rounds.

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "commands/decide.h"
#include "projections/schedule.h"
#include "tests/support/history.h"

namespace letopis::test {
namespace {

using namespace ledger;

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
void adopt_r000(History& h, commands::ProfileBook& book) {
  const Hash hash = book.add(*commands::builtin_profile("r000"), "r000").value();
  h.by(h.director(), Role::kDirector).basis("order", "1").from("2026-08-25").add(ProfileAdopted{"r000", hash, {}});
}

void measure(const char* what, const History& h, const commands::ProfileBook& book, RootOfEachSize& roots,
             const Statement& statement) {
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
  std::printf("%-22s %8.0f ns   (fastest %.0f)%s\n", what, rounds[kRounds / 2], rounds.front(),
              accepted == 0 ? "   REFUSED" : "");
}

void run() {
  History h;
  auto book = commands::ProfileBook::with_builtin();
  RootOfEachSize roots;
  h.school();
  adopt_r000(h, book);
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
  std::printf("%llu entries\n", static_cast<unsigned long long>(h.size()));
  measure("lesson_recorded", h, book, roots, h.by(teacher).propose(next));
  const Id lesson = h.lesson(group, "2026-11-23", 1);
  const Id work = h.work(lesson, "control");
  measure("topic_set", h, book, roots, h.by(teacher).propose(TopicSet{lesson, "Закон Ома", {}, 0}));
  measure("absence_recorded", h, book, roots, h.by(teacher).propose(AbsenceRecorded{lesson, pupil, "н"}));
  measure("mark_given", h, book, roots, h.by(teacher).propose(MarkGiven{work, 0, pupil, "5"}));
  HomeworkSet homework;
  homework.lesson = lesson;
  homework.text = "Читать § 12";
  measure("homework_set", h, book, roots, h.by(teacher).propose(homework));
  measure("person_registered", h, book, roots,
          h.by(h.secretary(), Role::kSecretary).propose(PersonRegistered{Id{{1}}}));
}

}  // namespace
}  // namespace letopis::test

int main() { letopis::test::run(); }
