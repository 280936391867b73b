// Every term about a lesson under each of the five regulations, the moment before, at and after it: on an ordinary day, in the
// second shift, on the day the zone's offset changes, and on the last day before holidays. The moments are those of the texts,
// written out; nothing here is computed the way the rules compute it.

#include "tests/unit/commands/rules_fixture.h"

namespace letopis::commands {
namespace {

using namespace ledger;
using test::day;

// As the texts put it: "24 00:00" is the midnight that ends 23 November.
struct Terms {
  const char* regulation;
  const char* lesson_mark;    // on the day of the lesson; null: until its end
  int written_days;           // whole days after it; -1: as a lesson mark
  bool homework_three_hours;  // after the classes are over
  int information_days;       // whole days after it
};
constexpr Terms kTerms[] = {
    {"r000", "20:00", 7, true, 0},  // 3.3: «в течение текущего учебного дня», «1 недели», «3 часов»
    {"r001", "16:00", -1, false, 0},  // 4.5, 5.5: «до 16.00», with no exception for written works or the second shift
    {"r002", "20:00", 7, true, 5},  // 3.2: «в течение текущего учебного дня», «через три часа», «5 календарных дней»
    {"r003", nullptr, 7, false, 0},  // 6.2, 6.3: «ежедневно»
    {"r004", nullptr, 7, false, 0},  // п1, п2 2.5–2.8: «в день проведения»
};

struct Situation {
  const char* name;
  const char* date;
  int slot;
  const char* three_hours_after;  // the classes of 7А are over
};
constexpr Situation kSituations[] = {
    {"ordinary", "2026-11-23", 2, "16:05"},      // chemistry ends the Monday at 13:05
    {"second_shift", "2026-11-26", 2, "19:15"},  // 15:30–16:15, the only lesson
    {"new_offset", "2026-11-26", 3, "14:05"},    // 10:20–11:05 by the new offset, the only lesson
    {"before_holidays", "2026-11-23", 2, "16:05"},
};

using Asked = std::tuple<int, int>;  // of kTerms and kSituations

class Limits : public Rules, public testing::WithParamInterface<Asked> {
 protected:
  Limits() : Rules(kTerms[std::get<0>(GetParam())].regulation) {
    const std::string_view in = situation.name;
    if (in == "second_shift") {
      as_deputy().from("2026-11-24").add(BellsSet{{{2, {930}, {975}}}, 2});
      as_deputy().from("2026-11-24").add(TimetablePublished{physics, {{4, 2, teacher, "5"}}, 2});
    }
    if (in == "new_offset") as_administrator().from("2026-11-26").add(ZoneOffsetSet{5 * 3600});
    if (in == "before_holidays") h.day_exception("2026-11-24", "2026-11-30", DayKind::kHoliday);
    h.enrol(chemistry, masha);
  }
  const Id& record() {
    lesson = h.lesson(physics, situation.date, situation.slot);
    return lesson;
  }
  // The end of a day so many days after the lesson's.
  Instant end_of_day(int days) const { return h.local(format_date(day(situation.date) + days + 1) + " 00:00"); }
  Instant at(const char* time) const { return h.local(std::string(situation.date) + " " + time); }
  Instant mark_limit() const { return terms.lesson_mark == nullptr ? end_of_day(0) : at(terms.lesson_mark); }
  // A late mark needs its document under r002; nowhere else does one matter.
  Statement mark(std::string_view kind) {
    const Id work = h.work(record(), kind);
    return h.by(teacher).basis("protocol", "5").propose(MarkGiven{work, 0, masha, "4"});
  }

  const Terms& terms = kTerms[std::get<0>(GetParam())];
  const Situation& situation = kSituations[std::get<1>(GetParam())];
  Id lesson;
};

TEST_P(Limits, TheLessonItsTopicAndTheRollAreOfTheDay) {
  expect_until(h.by(teacher).propose(lesson_of(physics, situation.date, situation.slot)), end_of_day(0),
               rule::kLessonDeadline);
  record();
  expect_until(h.by(teacher).propose(TopicSet{lesson, "Закон Ома", {}, 0}), end_of_day(0), rule::kTopicDeadline);
  expect_until(h.by(teacher).propose(AttendanceTaken{lesson, true}), end_of_day(0), rule::kAttendanceDeadline);
  expect_until(h.by(teacher).propose(AbsenceRecorded{lesson, masha, "н"}), end_of_day(0), rule::kAttendanceDeadline);
}

TEST_P(Limits, AMarkOfTheLesson) { expect_until(mark("answer"), mark_limit(), rule::kLessonMarkDeadline); }

TEST_P(Limits, AMarkOfAWrittenWork) {
  const Instant limit = terms.written_days < 0 ? mark_limit() : end_of_day(terms.written_days);
  expect_until(mark("control"), limit, rule::kWrittenWorkDeadline);
}

TEST_P(Limits, Homework) {
  HomeworkSet homework;
  homework.lesson = record();
  homework.text = "§ 12";
  homework.kind = "written";
  const Instant limit = terms.homework_three_hours ? at(situation.three_hours_after) : end_of_day(0);
  expect_until(h.by(teacher).propose(homework), limit, rule::kHomeworkDeadline);
}

TEST_P(Limits, WhateverElseIsSaidOfTheLesson) {
  record();
  expect_until(h.by(teacher).sealed("remark", masha, some_hash()).propose(RemarkRecorded{masha, lesson, {}}),
               end_of_day(terms.information_days), rule::kInformationDeadline);
  WorkPlanned work;
  work.group = physics;
  work.lesson = lesson;
  work.kind = "answer";
  expect_until(h.by(teacher).propose(work), end_of_day(terms.information_days), rule::kInformationDeadline);
}

INSTANTIATE_TEST_SUITE_P(EveryRegulation, Limits, testing::Combine(testing::Range(0, 5), testing::Range(0, 4)),
                         [](const testing::TestParamInfo<Asked>& asked) {
                           return std::string(kTerms[std::get<0>(asked.param)].regulation) + "_" +
                                  kSituations[std::get<1>(asked.param)].name;
                         });

}  // namespace
}  // namespace letopis::commands
