// The grid of a teaching group: what a cell shows, what became of it, and the journal as it stood at an earlier index.

#include <gtest/gtest.h>

#include "tests/unit/projections/small_school.h"

namespace letopis::projections {
namespace {

using ledger::Role;

class JournalViews : public testing::Test, protected SmallSchool {
 protected:
  Journal journal(std::uint64_t at = UINT64_MAX) { return journal_of(*this, physics, kMonday, kSunday, at); }
  boost::json::value json(const JournalView& view) const {
    return boost::json::parse(journal_json(
        view, [this](const Id& id) { return name(id); }, no_text));
  }
};

TEST_F(JournalViews, AnEmptyWeekShowsTheTimetableAndTheStudents) {
  const auto journal = this->journal();
  const auto& lessons = journal.view.sheet.lessons;
  ASSERT_EQ(lessons.size(), 2U);
  EXPECT_EQ(lessons[0].date, kMonday);
  EXPECT_EQ(lessons[0].slot, 2);
  EXPECT_EQ(lessons[0].starts, h.local("2026-11-23 09:25"));
  EXPECT_EQ(lessons[0].teacher, teacher);
  EXPECT_FALSE(lessons[0].recorded);
  EXPECT_EQ(lessons[1].date, kMonday + 3);
  EXPECT_EQ(journal.view.students.size(), 2U);
  EXPECT_TRUE(journal.view.cells.empty());
}

TEST_F(JournalViews, ALessonShowsItsTopicRollAndMarks) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  h.topic(lesson, "Закон Ома");
  h.attendance(lesson);
  h.absence(lesson, petya);
  const Id work = h.work(lesson, "control", "Контрольная 1");
  h.mark(work, masha, "5");
  const auto journal = this->journal();
  const auto* there = lesson_in(journal.view, lesson);
  ASSERT_NE(there, nullptr);
  EXPECT_TRUE(there->recorded);
  EXPECT_TRUE(there->scheduled);
  EXPECT_TRUE(there->attendance_taken);
  EXPECT_FALSE(there->all_present);
  ASSERT_EQ(there->topics.size(), 1U);
  EXPECT_EQ(there->topics[0].value, "Закон Ома");
  const auto mark = cell(journal.view, masha, lesson);
  ASSERT_EQ(mark.size(), 1U);
  EXPECT_EQ(mark[0].kind, EntryKind::kMark);
  EXPECT_EQ(mark[0].value, "5");
  EXPECT_EQ(mark[0].author, teacher);
  EXPECT_EQ(mark[0].standing, Standing::kStanding);
  const auto absence = cell(journal.view, petya, lesson);
  ASSERT_EQ(absence.size(), 1U);
  EXPECT_EQ(absence[0].kind, EntryKind::kAbsence);
  EXPECT_EQ(absence[0].value, "н");
}

class Pairs : public JournalViews {
 protected:
  Pairs() { h.timetable(physics, {{1, 2, teacher}, {1, 3, teacher}, {1, 4, teacher}}); }
  Id record(int slot, int slots) {
    ledger::LessonRecorded recorded;
    recorded.lesson = lesson_id(physics, kMonday, slot);
    recorded.group = physics;
    recorded.date = kMonday;
    recorded.slot = static_cast<std::uint8_t>(slot);
    recorded.slots = static_cast<std::uint8_t>(slots);
    return h.by(teacher).add(recorded);
  }
  std::vector<std::pair<int, int>> slots() {
    std::vector<std::pair<int, int>> found;
    for (const auto& lesson : journal().view.sheet.lessons) found.emplace_back(lesson.slot, lesson.slots);
    return found;
  }
  using Slots = std::vector<std::pair<int, int>>;
};

TEST_F(Pairs, APairIsOneLessonOfTwoSlots) {
  EXPECT_EQ(slots(), (Slots{{2, 1}, {3, 1}, {4, 1}}));
  const Id pair = record(2, 2);
  EXPECT_EQ(slots(), (Slots{{2, 2}, {4, 1}}));
  EXPECT_EQ(journal().view.sheet.lessons[0].ends, h.local("2026-11-23 11:05"));
  h.annul(pair);
  EXPECT_EQ(slots(), (Slots{{2, 1}, {3, 1}, {4, 1}})) << "an annulled one takes in nothing";
}

TEST_F(Pairs, ThreeSlotsAreOneLessonToo) {
  record(2, 3);
  EXPECT_EQ(slots(), (Slots{{2, 3}}));
}

TEST_F(Pairs, WhatIsHeldElsewhereOrNotAtAllIsItsOwn) {
  h.move(physics, "2026-11-23", 3, "2026-11-24", 3);
  h.cancel(physics, "2026-11-23", 4);
  record(2, 3);
  EXPECT_EQ(slots(), (Slots{{2, 3}, {4, 1}, {3, 1}}));
}

TEST_F(Pairs, ALessonRecordedByItselfStays) {
  record(3, 1);
  record(2, 2);  // refused by the rules of today
  EXPECT_EQ(slots(), (Slots{{2, 2}, {3, 1}, {4, 1}}));
}

TEST_F(Pairs, WhatSpeaksOfTheSecondSlotSpeaksOfThePair) {
  h.homework_ahead(physics, "2026-11-23", 3, "§ 1", "2026-11-30");
  h.substitute(physics, "2026-11-23", 3, teacher, h.teacher());
  record(2, 2);
  const auto seen = journal();
  const auto& pair = seen.view.sheet.lessons[0];
  EXPECT_EQ(pair.homework.size(), 1U);
  EXPECT_EQ(pair.changes.size(), 1U);
  const auto week = diary_of(*this, masha);
  ASSERT_EQ(week.view.days[0].lessons.size(), 2U);
  EXPECT_EQ(week.view.days[0].lessons[0].lesson.slots, 2);
  EXPECT_EQ(week.view.days[0].lessons[0].lesson.homework.size(), 1U);
}

TEST_F(JournalViews, ALateMarkSaysHowLate) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id work = h.work(lesson, "answer");
  h.at("2026-11-23 21:00").basis("protocol", "12").late(3600).mark(work, masha, "4");
  const auto journal = this->journal();
  const auto entries = cell(journal.view, masha, lesson);
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_TRUE(entries[0].late);
  EXPECT_EQ(entries[0].late_seconds, 3600);
  EXPECT_EQ(entries[0].deadline, h.local("2026-11-23 20:00"));
  EXPECT_EQ(entries[0].rule, "lesson_mark_deadline");
  EXPECT_EQ(entries[0].basis_kind, "protocol");
  EXPECT_EQ(entries[0].basis_number, "12");
}

TEST_F(JournalViews, ARefusedMarkIsNowhere) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id work = h.work(lesson, "answer");
  h.refused("invalid_value").mark(work, masha, "6");
  EXPECT_TRUE(cell(journal().view, masha, lesson).empty());
}

TEST_F(JournalViews, ACorrectionIsProposedUntilItIsEndorsedAndTheOriginalStays) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id work = h.work(lesson, "answer");
  const Id mark = h.mark(work, masha, "4");
  const Id correction = h.awaiting({Role::kDeputyHead}).correct(mark, "5");
  {
    const auto before = journal();
    const auto entries = cell(before.view, masha, lesson);
    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(entries[0].standing, Standing::kStanding);
    EXPECT_EQ(entries[1].act, Act::kCorrection);
    EXPECT_EQ(entries[1].standing, Standing::kProposed);
    ASSERT_EQ(entries[1].awaits.size(), 1U);
    EXPECT_EQ(entries[1].awaits[0], Role::kDeputyHead);
    EXPECT_EQ(entries[1].corrects, h.index_of(mark));
    EXPECT_EQ(student_in(before.view, masha)->averages.at(0).value, "4.00");
  }
  h.endorse(correction);
  const auto after = journal();
  const auto entries = cell(after.view, masha, lesson);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].value, "4");
  EXPECT_EQ(entries[0].standing, Standing::kReplaced);
  EXPECT_EQ(entries[0].replaced_by, h.index_of(correction));
  EXPECT_EQ(entries[1].value, "5");
  EXPECT_EQ(entries[1].standing, Standing::kStanding);
  EXPECT_EQ(entries[1].work, work);
  ASSERT_EQ(entries[1].endorsements.size(), 1U);
  EXPECT_EQ(entries[1].endorsements[0].author, h.deputy());
  EXPECT_EQ(student_in(after.view, masha)->averages.at(0).value, "5.00");
}

TEST_F(JournalViews, ADeniedCorrectionChangesNothingAndIsShown) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id mark = h.mark(h.work(lesson, "answer"), masha, "4");
  const Id correction = h.awaiting({Role::kDeputyHead}).correct(mark, "5");
  h.endorse(correction, false);
  const auto journal = this->journal();
  const auto entries = cell(journal.view, masha, lesson);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].standing, Standing::kStanding);
  EXPECT_EQ(entries[1].standing, Standing::kDenied);
  EXPECT_FALSE(entries[1].endorsements[0].approved);
}

TEST_F(JournalViews, OfTwoCorrectionsTheOneThatTookEffectLastStands) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id mark = h.mark(h.work(lesson, "answer"), masha, "3");
  const Id first = h.awaiting({Role::kDeputyHead}).correct(mark, "4");
  const Id second = h.awaiting({Role::kDeputyHead}).correct(mark, "5");
  h.endorse(second);
  h.endorse(first);
  const auto journal = this->journal();
  const auto entries = cell(journal.view, masha, lesson);
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].replaced_by, h.index_of(second));
  EXPECT_EQ(entries[2].standing, Standing::kReplaced);
  EXPECT_EQ(entries[2].replaced_by, h.index_of(first));
  EXPECT_EQ(entries[1].standing, Standing::kStanding);
}

TEST_F(JournalViews, AWithdrawnMarkIsStruckThroughAndCountsNoMore) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id mark = h.mark(h.work(lesson, "answer"), masha, "2");
  const Id withdrawal = h.withdraw(mark);
  const auto journal = this->journal();
  const auto entries = cell(journal.view, masha, lesson);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].standing, Standing::kWithdrawn);
  EXPECT_EQ(entries[0].undone_by, h.index_of(withdrawal));
  EXPECT_EQ(entries[1].act, Act::kWithdrawal);
  EXPECT_TRUE(student_in(journal.view, masha)->averages.empty());
}

TEST_F(JournalViews, AnnullingACorrectionBringsTheOriginalBackAndAnnullingTheEntryTakesAllOfIt) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id mark = h.mark(h.work(lesson, "answer"), masha, "3");
  const Id correction = h.correct(mark, "5");
  h.annul(correction);
  {
    const auto journal = this->journal();
    const auto entries = cell(journal.view, masha, lesson);
    ASSERT_EQ(entries.size(), 3U);
    EXPECT_EQ(entries[0].standing, Standing::kStanding);
    EXPECT_EQ(entries[1].standing, Standing::kAnnulled);
    EXPECT_EQ(student_in(journal.view, masha)->averages.at(0).value, "3.00");
  }
  const Id other = h.correct(mark, "4");
  h.annul(mark);
  const auto journal = this->journal();
  const auto entries = cell(journal.view, masha, lesson);
  ASSERT_EQ(entries.size(), 5U);
  EXPECT_EQ(entries[0].standing, Standing::kAnnulled);
  EXPECT_EQ(entries[3].id, other);
  EXPECT_EQ(entries[3].standing, Standing::kAnnulled);
  EXPECT_EQ(entries[4].detail, "Решение комиссии");
  EXPECT_TRUE(student_in(journal.view, masha)->averages.empty());
}

TEST_F(JournalViews, AnnullingAWithdrawalLetsTheEntryStandAgain) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id mark = h.mark(h.work(lesson, "answer"), masha, "4");
  const Id withdrawal = h.withdraw(mark);
  h.annul(withdrawal);
  const auto journal = this->journal();
  const auto entries = cell(journal.view, masha, lesson);
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].standing, Standing::kStanding);
  EXPECT_EQ(entries[1].standing, Standing::kAnnulled);
}

TEST_F(JournalViews, AtAnEarlierIndexTheJournalIsAsItStoodThen) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  h.topic(lesson, "Закон Ома");
  const Id mark = h.mark(h.work(lesson, "answer"), masha, "4");
  const std::uint64_t then = h.size();
  const std::string as_it_stood = journal_json(
      journal().view, [](const Id&) { return std::string(); }, no_text);
  h.correct(mark, "5");
  h.annul(h.topic(lesson, "Мощность"));
  h.cancel(physics, "2026-11-26", 3);
  h.absence(lesson, petya);
  EXPECT_NE(journal_json(
                journal().view, [](const Id&) { return std::string(); }, no_text),
            as_it_stood);
  EXPECT_EQ(journal_json(
                journal(then).view, [](const Id&) { return std::string(); }, no_text),
            as_it_stood);
}

TEST_F(JournalViews, AveragesAreWeightedAndRoundedHalfUp) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  h.mark(h.work(lesson, "answer"), masha, "5");
  h.mark(h.work(lesson, "control", "Контрольная", 2), masha, "4");
  h.mark(h.work(lesson, "answer"), petya, "5");
  h.mark(h.work(lesson, "answer"), petya, "4");
  h.mark(h.work(lesson, "answer"), petya, "4");
  h.mark(h.work(lesson, "answer"), petya, "зач");
  h.mark(h.work_outside(physics, "2026-11-25", "essay"), petya, "2");
  const auto journal = this->journal();
  EXPECT_EQ(student_in(journal.view, masha)->averages.at(0).value, "4.33");  // (5 + 2·4) / 3
  EXPECT_EQ(student_in(journal.view, petya)->averages.at(0).value, "3.75");  // (5 + 4 + 4 + 2) / 4
  EXPECT_EQ(student_in(journal.view, petya)->averages.at(0).marks, 4U);
}

TEST_F(JournalViews, AverageOfEightMarksRoundsAnExactHalfUp) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  for (const auto* value : {"5", "4", "4", "4", "4", "4", "4", "4"}) h.mark(h.work(lesson, "answer"), masha, value);
  EXPECT_EQ(student_in(journal().view, masha)->averages.at(0).value, "4.13");  // 33 / 8 = 4.125
}

TEST_F(JournalViews, MarksOnDifferentScalesAreNotMixed) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  h.mark(h.work(lesson, "answer"), masha, "4");
  ledger::WorkPlanned test{physics, lesson, {}, "test", 0, {}, 1, "0-100", 0};
  h.mark(h.by(teacher).add(test), masha, "85");
  const auto journal = this->journal();
  const auto& averages = student_in(journal.view, masha)->averages;
  ASSERT_EQ(averages.size(), 2U);
  EXPECT_EQ(averages[0].value, "4.00");
  EXPECT_EQ(averages[1].scale, "0-100");
  EXPECT_EQ(averages[1].value, "85.00");
}

TEST_F(JournalViews, WorksOutsideLessonsHaveCellsOfTheirOwn) {
  const Id essay = h.work_outside(physics, "2026-11-25", "essay");
  h.mark(essay, masha, "5");
  const auto journal = this->journal();
  const auto entries = cell(journal.view, masha, {});
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].work, essay);
}

TEST_F(JournalViews, TheRangeMayBeginInTheMiddleOfAWeek) {
  const Id monday = h.lesson(physics, "2026-11-23", 2);
  h.mark(h.work(monday, "answer"), masha, "2");
  h.mark(h.work_outside(physics, "2026-11-24", "essay"), masha, "2");
  const Id thursday = h.lesson(physics, "2026-11-26", 3);
  h.mark(h.work(thursday, "answer"), masha, "5");
  const auto journal = journal_of(*this, physics, kMonday + 2, kSunday);
  ASSERT_EQ(journal.view.sheet.lessons.size(), 1U);
  EXPECT_EQ(journal.view.sheet.lessons[0].id, thursday);
  EXPECT_EQ(student_in(journal.view, masha)->averages.at(0).value, "5.00");
}

TEST_F(JournalViews, CancelledMovedAndSubstitutedLessonsSaySo) {
  const Id other = h.teacher();
  h.cancel(physics, "2026-11-23", 2);
  h.move(physics, "2026-11-26", 3, "2026-11-27", 5);
  h.substitute(physics, "2026-11-26", 3, teacher, other);
  const auto journal = this->journal();
  const auto* cancelled = lesson_in(journal.view, lesson_id(physics, kMonday, 2));
  ASSERT_NE(cancelled, nullptr);
  EXPECT_TRUE(cancelled->cancelled);
  const auto* moved = lesson_in(journal.view, lesson_id(physics, kMonday + 3, 3));
  ASSERT_NE(moved, nullptr);
  EXPECT_TRUE(moved->moved);
  EXPECT_EQ(moved->date, kMonday + 4);
  EXPECT_EQ(moved->slot, 5);
  EXPECT_EQ(moved->starts, h.local("2026-11-27 12:20"));
  EXPECT_EQ(moved->place.date, kMonday + 3);
  EXPECT_EQ(moved->substitute, other);
  EXPECT_EQ(moved->changes.size(), 2U);
}

TEST_F(JournalViews, ALessonMovedToAnotherWeekIsShownInBoth) {
  h.move(physics, "2026-11-26", 3, "2026-12-01", 4);
  const Id id = lesson_id(physics, kMonday + 3, 3);
  const auto here = journal();
  const auto* left = lesson_in(here.view, id);
  ASSERT_NE(left, nullptr);
  EXPECT_EQ(left->date, kMonday + 3);
  EXPECT_EQ(left->moved_to, kMonday + 8);
  const auto there = journal_of(*this, physics, kMonday + 7, kSunday + 7);
  const auto* came = lesson_in(there.view, id);
  ASSERT_NE(came, nullptr);
  EXPECT_EQ(came->date, kMonday + 8);
  EXPECT_EQ(came->slot, 4);
}

TEST_F(JournalViews, ALessonMovedTwiceLeavesTheWeekBetween) {
  h.move(physics, "2026-11-26", 3, "2026-12-01", 4);
  h.move(physics, "2026-11-26", 3, "2026-12-08", 4);
  const Id id = lesson_id(physics, kMonday + 3, 3);
  EXPECT_EQ(lesson_in(journal_of(*this, physics, kMonday + 7, kSunday + 7).view, id), nullptr);
  EXPECT_NE(lesson_in(journal_of(*this, physics, kMonday + 14, kSunday + 14).view, id), nullptr);
}

TEST_F(JournalViews, AnAnnulledCancellationIsShownAndCountsForNothing) {
  h.annul(h.cancel(physics, "2026-11-23", 2));
  const auto journal = this->journal();
  const auto* lesson = lesson_in(journal.view, lesson_id(physics, kMonday, 2));
  ASSERT_NE(lesson, nullptr);
  EXPECT_FALSE(lesson->cancelled);
  ASSERT_EQ(lesson->changes.size(), 2U);
  EXPECT_EQ(lesson->changes[0].standing, Standing::kAnnulled);
}

TEST_F(JournalViews, ASubstituteWhoRecordsTheLessonIsShown) {
  const Id other = h.teacher();
  ledger::LessonRecorded recorded{lesson_id(physics, kMonday, 2), physics, kMonday, 2, 1, "", "", teacher, {}, {}};
  h.at("2026-11-23 10:00").by(other).add(recorded);
  const auto journal = this->journal();
  const auto* lesson = lesson_in(journal.view, recorded.lesson);
  ASSERT_NE(lesson, nullptr);
  EXPECT_EQ(lesson->teacher, teacher);
  EXPECT_EQ(lesson->substitute, other);
}

TEST_F(JournalViews, ALessonOutsideTheTimetableTakesItsPlaceByTime) {
  const Id extra = h.lesson_outside(physics, "2026-11-25", 15 * 60, 16 * 60);
  const auto journal = this->journal();
  ASSERT_EQ(journal.view.sheet.lessons.size(), 3U);
  EXPECT_EQ(journal.view.sheet.lessons[1].id, extra);
  EXPECT_FALSE(journal.view.sheet.lessons[1].scheduled);
  EXPECT_EQ(journal.view.sheet.lessons[1].ends, h.local("2026-11-25 16:00"));
}

TEST_F(JournalViews, AnExcuseStandsBesideTheAbsencesItCovers) {
  const Id monday = h.lesson(physics, "2026-11-23", 2);
  h.absence(monday, petya);
  const Id thursday = h.lesson(physics, "2026-11-26", 3);
  h.absence(thursday, petya);
  h.excuse(petya, "2026-11-20", "2026-11-24");
  const auto journal = this->journal();
  const auto excused = cell(journal.view, petya, monday);
  ASSERT_EQ(excused.size(), 2U);
  EXPECT_EQ(excused[1].kind, EntryKind::kExcuse);
  EXPECT_TRUE(excused[1].excused);
  EXPECT_EQ(cell(journal.view, petya, thursday).size(), 1U);
  EXPECT_EQ(student_in(journal.view, petya)->excuses.size(), 1U);
}

TEST_F(JournalViews, AStudentWhoLeftStaysWithWhatWasEntered) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  h.mark(h.work(lesson, "answer"), petya, "4");
  h.from("2026-11-16")
      .by(h.secretary(), Role::kSecretary)
      .add(ledger::MovementOrdered{petya, {}, ledger::Movement::kExpelled});
  const auto journal = this->journal();
  const auto* left = student_in(journal.view, petya);
  ASSERT_NE(left, nullptr);
  EXPECT_TRUE(left->enrolled.empty());
  EXPECT_EQ(cell(journal.view, petya, lesson).size(), 1U);
}

TEST_F(JournalViews, HomeworkIsListedWhereItIsGivenAndWhereItIsDue) {
  const Id lesson = h.lesson(physics, "2026-11-26", 3);
  const Id homework = h.homework(lesson, "§12, № 3", "2026-11-30");
  h.correct(homework, "§12, № 3–5");
  const auto given = journal();
  ASSERT_EQ(lesson_in(given.view, lesson)->homework.size(), 2U);
  EXPECT_EQ(lesson_in(given.view, lesson)->homework[1].value, "§12, № 3–5");
  const auto due = journal_of(*this, physics, kMonday + 7, kSunday + 7);
  ASSERT_EQ(due.view.sheet.homework.size(), 2U);
  EXPECT_EQ(due.view.sheet.homework[0].entry.standing, Standing::kReplaced);
  EXPECT_EQ(due.view.sheet.homework[0].given_on, kMonday + 3);
}

TEST_F(JournalViews, AnAnnulledLessonRecordedAgainIsRecorded) {
  h.lesson(physics, "2026-11-23", 2);
  h.annul(h.last().statement.id);
  const Id lesson = lesson_id(physics, kMonday, 2);
  EXPECT_FALSE(lesson_in(journal().view, lesson)->recorded);
  h.lesson(physics, "2026-11-23", 2);
  const auto journal = this->journal();
  EXPECT_TRUE(lesson_in(journal.view, lesson)->recorded);
  EXPECT_EQ(lesson_in(journal.view, lesson)->records.size(), 3U);
}

// r002 3.2, r004 п2 2.9: by protocol, in the original topic, with its true date; the absence stays.
TEST_F(JournalViews, AMakeupMarkStandsBesideTheAbsenceInTheOriginalCell) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id work = h.work(lesson, "control");
  const Id absence = h.absence(lesson, masha);
  h.at("2026-12-02 12:00").basis("protocol", "7").by(teacher);
  const Id mark = h.add(ledger::MakeupMarkGiven{work, 0, masha, "4", absence});
  const auto journal = this->journal();
  const auto entries = cell(journal.view, masha, lesson);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].kind, EntryKind::kAbsence);
  EXPECT_EQ(entries[0].standing, Standing::kStanding);
  EXPECT_EQ(entries[1].id, mark);
  EXPECT_EQ(entries[1].absence, absence);
  EXPECT_EQ(entries[1].basis_kind, "protocol");
  EXPECT_EQ(entries[1].recorded_at, h.last().event.recorded_at);
  EXPECT_EQ(student_in(journal.view, masha)->averages.at(0).value, "4.00");
  const auto value = json(journal.view).at("cells").at(0).at("entries").at(1);
  EXPECT_EQ(value.at("absence").as_string(), to_hex(absence.view()));
}

TEST_F(JournalViews, AMarkToComeIsAPointInItsCell) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id work = h.work(lesson, "control");
  h.by(teacher).add(ledger::MarkAwaited{work, masha});
  h.by(teacher).add(ledger::WrittenWishGiven{petya, lesson});
  const auto journal = this->journal();
  EXPECT_EQ(cell(journal.view, masha, lesson).at(0).kind, EntryKind::kAwaited);
  EXPECT_EQ(cell(journal.view, petya, lesson).at(0).kind, EntryKind::kWish);
  EXPECT_TRUE(student_in(journal.view, masha)->averages.empty()) << "no mark yet";
}

TEST_F(JournalViews, ResultsStandWithTheStudentInTheWeekThePeriodEnds) {
  const Id first = h.period("1 полугодие", "2026-09-01", "2026-11-27");
  h.at("2026-11-25 12:00");
  h.by(teacher).add(ledger::PeriodMarkGiven{first, physics, masha, "5", "4.67", 6});
  const Id waiver = h.by(teacher).basis("order", "4").add(ledger::PeriodMarkWaived{first, physics, petya});
  h.by(teacher).add(ledger::MarkImported{petya, physics, first, "period", "4", kMonday + 1});
  h.by(teacher).add(ledger::FinalMarkGiven{physics, masha, "5"});
  const auto journal = this->journal();
  const auto& of_masha = student_in(journal.view, masha)->results;
  ASSERT_EQ(of_masha.size(), 2U);
  EXPECT_EQ(of_masha[0].kind, EntryKind::kPeriodMark);
  EXPECT_EQ(of_masha[0].value, "5");
  EXPECT_EQ(of_masha[0].period, first);
  EXPECT_EQ(of_masha[1].kind, EntryKind::kFinalMark);
  const auto& of_petya = student_in(journal.view, petya)->results;
  ASSERT_EQ(of_petya.size(), 2U);
  EXPECT_EQ(of_petya[0].id, waiver);
  EXPECT_EQ(of_petya[1].kind, EntryKind::kImported);
  const auto shown = json(journal.view).at("students").at(0).at("results").at(0);
  EXPECT_EQ(shown.at("kind").as_string(), "period_mark");
  EXPECT_EQ(shown.at("period").as_string(), to_hex(first.view()));
  EXPECT_TRUE(journal.view.cells.empty());
  EXPECT_TRUE(student_in(journal_of(*this, physics, kMonday - 7, kSunday - 7).view, masha)->results.empty());
}

// Tension 10: the lateness stays, and the act that excuses it is shown beside it.
TEST_F(JournalViews, AnOutageActIsShownBesideWhatItExcuses) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id work = h.work(lesson, "answer");
  h.at("2026-11-23 20:30").late(1800).mark(work, masha, "4");  // due at 20:00
  h.late(1860).mark(work, petya, "3");
  EXPECT_EQ(cell(journal().view, masha, lesson).at(0).excused_by, std::nullopt);
  const Id other =
      h.by(h.director(), Role::kDirector)
          .add(ledger::DeadlineExtended{
              h.local("2026-11-23 19:00"), h.local("2026-11-23 20:15"), h.local("2026-11-23 21:00"), {h.klass("8А")}});
  EXPECT_EQ(cell(journal().view, masha, lesson).at(0).excused_by, std::nullopt) << "of another class";
  const Id act =
      h.by(h.director(), Role::kDirector)
          .add(ledger::DeadlineExtended{
              h.local("2026-11-23 19:00"), h.local("2026-11-23 20:15"), h.local("2026-11-23 21:00"), {h.klass("7А")}});
  const auto journal = this->journal();
  const auto entry = cell(journal.view, masha, lesson).at(0);
  EXPECT_TRUE(entry.late);
  EXPECT_EQ(entry.excused_by, h.index_of(act));
  EXPECT_NE(entry.excused_by, h.index_of(other));
  EXPECT_EQ(json(journal.view).at("cells").at(0).at("entries").at(0).at("excused_by").to_number<std::uint64_t>(),
            h.index_of(act));
}

// Tension 3: left out, and shown to have been; never what it said.
TEST_F(JournalViews, AVoidEntryIsAPlaceWithoutWords) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id work = h.work(lesson, "answer");
  Hash secret;
  secret.bytes[3] = 9;
  h.basis("order", "слова вора");
  const Id voided = h.refused("account_void").sealed("comment", masha, secret).mark(work, masha, "2");
  h.by(h.teacher()).refused("account_void").mark(work, petya, "2");  // of an account that keeps nothing here
  h.refused("account_void").topic(lesson, "Чужая тема");
  h.refused("account_void").add(ledger::LessonRecorded{physics, lesson_id(physics, kMonday + 3, 3), kMonday + 3, 3});
  h.mark(work, masha, "5");
  const auto journal = this->journal();
  const auto entries = cell(journal.view, masha, lesson);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].id, voided);
  EXPECT_EQ(entries[0].standing, Standing::kVoid);
  EXPECT_EQ(entries[0].value, "");
  EXPECT_TRUE(entries[0].sealed.empty());
  EXPECT_EQ(entries[1].standing, Standing::kStanding);
  EXPECT_EQ(student_in(journal.view, masha)->averages.at(0).value, "5.00");
  EXPECT_EQ(lesson_in(journal.view, lesson)->topics.at(0).value, "");
  EXPECT_FALSE(journal.view.sheet.lessons.back().recorded);
  const auto text = boost::json::serialize(json(journal.view));
  EXPECT_EQ(text.find("Чужая тема"), std::string::npos);
  EXPECT_EQ(text.find("слова вора"), std::string::npos);
  EXPECT_TRUE(cell(journal.view, petya, lesson).empty());
  const auto shown = json(journal.view).at("cells").at(0).at("entries").at(0);
  EXPECT_EQ(shown.at("standing").as_string(), "void");
  EXPECT_EQ(shown.at("verdict").as_string(), "refused");
  EXPECT_EQ(shown.at("rule").as_string(), "account_void");
}

TEST_F(JournalViews, WhatIsVoidNamesNothingThatIsNotThere) {
  h.refused("account_void").mark(masha, petya, "2");
  EXPECT_EQ(h.shards_of(h.size() - 1).size(), 1U) << "among the refusals alone";
}

// Tension 11: an expulsion that came a week later. What was entered in between stands, and is marked.
TEST_F(JournalViews, AnEntryOfADayWhenTheStudentHadLeftIsFlagged) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id work = h.work(lesson, "answer");
  h.mark(work, masha, "5");
  h.mark(work, petya, "4");
  h.by(h.secretary(), Role::kSecretary).basis("order", "9").from("2026-11-20");
  h.add(ledger::MovementOrdered{masha, {}, ledger::Movement::kExpelled});
  const auto journal = this->journal();
  ASSERT_EQ(journal.view.cells.size(), 2U);
  for (const auto& cell : journal.view.cells) {
    EXPECT_EQ(cell.not_enrolled, journal.view.students[cell.student].id == masha);
    EXPECT_EQ(cell.entries.at(0).standing, Standing::kStanding);
  }
}

TEST_F(JournalViews, ASecondShiftHasItsOwnHours) {
  h.by(h.deputy(), Role::kDeputyHead)
      .from("2026-11-23")
      .add(ledger::BellsSet{{{2, {895}, {940}}, {3, {950}, {995}}}, 2});
  h.by(h.deputy(), Role::kDeputyHead)
      .from("2026-11-23")
      .add(ledger::TimetablePublished{physics, {{1, 2, teacher, "5"}, {4, 3, teacher, "5"}}, 2});
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  EXPECT_EQ(lesson_in(journal().view, lesson)->starts, h.local("2026-11-23 14:55"));
  EXPECT_EQ(lesson_in(journal().view, lesson)->ends, h.local("2026-11-23 15:40"));
  h.move(physics, "2026-11-26", 3, "2026-11-27", 2);
  EXPECT_EQ(journal().view.sheet.lessons.back().starts, h.local("2026-11-27 14:55"));
}

TEST_F(JournalViews, IndividualModeSetIsShownWithTheStudent) {
  h.from("2026-11-26").by(h.deputy(), Role::kDeputyHead).add(ledger::IndividualModeSet{masha, "home"});
  const auto students = json(journal().view).at("students");
  EXPECT_EQ(students.at(0).at("mode").as_string(), "home");
  EXPECT_FALSE(students.at(1).as_object().contains("mode"));
  EXPECT_EQ(diary_of(*this, masha).view.mode, "home");
  EXPECT_EQ(diary_of(*this, masha, kMonday - 7).view.mode, "");
  EXPECT_EQ(diary_of(*this, petya).view.mode, "");
}

TEST_F(JournalViews, AnUnknownGroupIsAnEmptyJournal) {
  const auto view = fold_journal(h.structure(), masha, kMonday, kSunday, {});
  EXPECT_TRUE(view.students.empty());
  EXPECT_TRUE(view.sheet.lessons.empty());
}

TEST_F(JournalViews, TheJsonNamesPeopleAndOpensTexts) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id work = h.work(lesson, "control", "Контрольная 1");
  const Id mark = h.late(60).mark(work, petya, "3");
  Hash commitment;
  commitment.bytes[0] = 1;
  h.sealed("reason", petya, commitment).correct(mark, "4");
  const auto journal = this->journal();
  const auto text = journal_json(
      journal.view, [this](const Id& id) { return name(id); },
      [&](const Hash& digest) { return digest == commitment ? std::optional<std::string>("описка") : std::nullopt; });
  const auto value = boost::json::parse(text);
  EXPECT_EQ(value.at("group").at("subject").as_string(), "Физика");
  EXPECT_EQ(value.at("students").at(0).at("name").as_string(), "Маша");
  EXPECT_EQ(value.at("students").at(1).at("average").as_string(), "4.00");
  EXPECT_EQ(value.at("lessons").at(0).at("teacher_name").as_string(), "Анна Ивановна");
  const auto& entries = value.at("cells").at(0).at("entries");
  const auto& original = entries.at(0);
  EXPECT_EQ(original.at("index").to_number<std::uint64_t>(), h.index_of(mark));
  EXPECT_EQ(original.at("work_kind").as_string(), "control");
  EXPECT_EQ(original.at("work_title").as_string(), "Контрольная 1");
  EXPECT_EQ(original.at("verdict").as_string(), "late");
  EXPECT_EQ(original.at("standing").as_string(), "replaced");
  const auto& recorded = h.entry(h.index_of(mark)).event;
  EXPECT_EQ(original.at("recorded_at").as_string(), format_instant(recorded.recorded_at));
  EXPECT_EQ(original.at("recorded_local").as_string(), format_local(recorded.recorded_at, {recorded.utc_offset}));
  EXPECT_EQ(entries.at(1).at("texts").at(0).at("text").as_string(), "описка");
}

}  // namespace
}  // namespace letopis::projections
