// A student's week: what is theirs is there, and nothing of anybody else's.

#include <gtest/gtest.h>

#include "tests/unit/projections/small_school.h"

namespace letopis::projections {
namespace {

using ledger::Role;

class Diaries : public testing::Test, protected SmallSchool {
 protected:
  Diary diary(const Id& student, std::uint64_t at = UINT64_MAX) { return diary_of(*this, student, kMonday, at); }
  std::string json(const DiaryView& view) const {
    return diary_json(
        view, [this](const Id& id) { return name(id); }, no_text);
  }
};

TEST_F(Diaries, AnEmptyWeekHoldsTheTimetable) {
  const auto diary = this->diary(masha);
  ASSERT_EQ(diary.view.days[0].lessons.size(), 1U);
  EXPECT_EQ(diary.view.days[0].lessons[0].subject, "Физика");
  EXPECT_TRUE(diary.view.days[1].lessons.empty());
  ASSERT_EQ(diary.view.days[3].lessons.size(), 1U);
  EXPECT_EQ(diary.view.class_label, "7А");
}

TEST_F(Diaries, WhatTheTeacherEntersAppearsByItself) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  h.topic(lesson, "Закон Ома");
  const Id work = h.work(lesson, "control", "Контрольная 1");
  h.late(60).mark(work, masha, "4");
  h.lateness(lesson, masha, 10);
  h.remark(masha, lesson);
  const auto diary = this->diary(masha);
  const auto& there = diary.view.days[0].lessons[0];
  EXPECT_TRUE(there.lesson.recorded);
  EXPECT_EQ(there.lesson.topics.at(0).value, "Закон Ома");
  ASSERT_EQ(there.works.size(), 1U);
  EXPECT_EQ(there.works[0].title, "Контрольная 1");
  ASSERT_EQ(there.entries.size(), 3U);
  EXPECT_EQ(there.entries[0].value, "4");
  EXPECT_TRUE(there.entries[0].late);
  EXPECT_EQ(there.entries[1].kind, EntryKind::kLateness);
  EXPECT_EQ(there.entries[1].minutes, 10);
  EXPECT_EQ(there.entries[2].kind, EntryKind::kRemark);
}

// Both pupils get everything there is; of the other's neither id nor value nor text nor index may be in the diary.
TEST_F(Diaries, NothingAboutAnotherPupilIsInIt) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id work = h.work(lesson, "control", "Контрольная 1");
  h.mark(work, masha, "5");
  Hash secret;
  secret.bytes[5] = 7;
  std::vector<Id> of_petya;
  of_petya.push_back(h.mark(work, petya, "2"));
  of_petya.push_back(h.sealed("reason", petya, secret).correct(of_petya[0], "3"));
  of_petya.push_back(h.awaiting({Role::kDeputyHead}).withdraw(of_petya[0]));
  of_petya.push_back(h.absence(lesson, petya));
  of_petya.push_back(h.excuse(petya, "2026-11-23", "2026-11-25"));
  of_petya.push_back(h.sealed("text", petya, secret).remark(petya, lesson));
  of_petya.push_back(h.remark(petya));
  of_petya.push_back(h.homework(lesson, "задача только для Пети", "2026-11-26", {petya}));
  of_petya.push_back(h.correct(of_petya.back(), "другая задача для Пети"));
  const Id for_both = h.homework(lesson, "§12", "2026-11-26", {petya, masha});
  h.by(teacher).sealed("note", petya, secret).topic(lesson, "Закон Ома");
  of_petya.push_back(h.by(h.parent(petya), Role::kParent).sign_diary(petya, "2026-11-23"));

  const auto diary = this->diary(masha);
  const std::string text = diary_json(
      diary.view, [this](const Id& id) { return name(id); },
      [](const Hash&) { return std::optional<std::string>("чужая тайна"); });
  EXPECT_EQ(text.find(to_hex(petya.view())), std::string::npos);
  EXPECT_EQ(text.find("Пет"), std::string::npos);
  EXPECT_EQ(text.find("чужая тайна"), std::string::npos);
  for (const auto& id : of_petya) {
    EXPECT_EQ(text.find(to_hex(id.view())), std::string::npos) << h.index_of(id);
    EXPECT_EQ(text.find("\"index\":" + std::to_string(h.index_of(id)) + ","), std::string::npos);
  }
  EXPECT_NE(text.find(to_hex(for_both.view())), std::string::npos);
  EXPECT_EQ(diary.view.days[0].lessons[0].entries.size(), 1U);

  const auto other = this->diary(petya);
  EXPECT_EQ(other.view.days[0].lessons[0].entries.size(),
            6U);  // mark, correction, withdrawal, absence with excuse, remark
  EXPECT_EQ(other.view.signatures.size(), 1U);
  EXPECT_EQ(json(other.view).find(to_hex(masha.view())), std::string::npos);
}

TEST_F(Diaries, HistoryAndProposalsAreShown) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id mark = h.mark(h.work(lesson, "answer"), masha, "3");
  const std::uint64_t then = h.size();
  const std::string as_it_stood = json(diary(masha).view);
  const Id correction = h.awaiting({Role::kDeputyHead}).correct(mark, "4");
  EXPECT_EQ(diary(masha).view.days[0].lessons[0].entries.at(1).standing, Standing::kProposed);
  h.endorse(correction);
  const auto after = diary(masha);
  const auto& entries = after.view.days[0].lessons[0].entries;
  EXPECT_EQ(entries.at(0).standing, Standing::kReplaced);
  EXPECT_EQ(entries.at(1).standing, Standing::kStanding);
  EXPECT_EQ(entries.at(1).endorsements[0].author, h.deputy());
  EXPECT_EQ(json(diary(masha, then).view), as_it_stood);
}

TEST_F(Diaries, HomeworkStandsWhereItIsGivenAndOnTheDayItIsDue) {
  const Id before = h.lesson(physics, "2026-11-19", 3);
  h.homework(before, "§11", "2026-11-23");
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  h.homework(lesson, "§12", "2026-11-26");
  const auto diary = this->diary(masha);
  ASSERT_EQ(diary.view.days[0].homework_due.size(), 1U);
  EXPECT_EQ(diary.view.days[0].homework_due[0].homework.entry.value, "§11");
  EXPECT_EQ(diary.view.days[0].homework_due[0].subject, "Физика");
  EXPECT_EQ(diary.view.days[0].homework_due[0].homework.given_on, test::day("2026-11-19"));
  ASSERT_EQ(diary.view.days[0].lessons[0].lesson.homework.size(), 1U);
  EXPECT_EQ(diary.view.days[3].homework_due.at(0).homework.entry.value, "§12");
}

TEST_F(Diaries, HomeworkPostedAheadAndItsCorrectionAreFound) {
  const Id homework = h.homework_ahead(physics, "2026-11-26", 3, "§14", "2026-11-30");
  h.correct(homework, "§14–15");
  const auto given = diary(masha);
  ASSERT_EQ(given.view.days[3].lessons[0].lesson.homework.size(), 2U);
  EXPECT_EQ(given.view.days[3].lessons[0].lesson.homework[0].standing, Standing::kReplaced);
  const auto due = diary_of(*this, masha, kMonday + 7);
  ASSERT_EQ(due.view.days[0].homework_due.size(), 2U);
  EXPECT_EQ(due.view.days[0].homework_due[1].homework.entry.value, "§14–15");
  EXPECT_EQ(due.view.days[0].homework_due[1].homework.given_on, kMonday + 3);
}

TEST_F(Diaries, CancelledMovedAndSubstitutedLessonsAreTold) {
  const Id other = h.teacher();
  h.cancel(physics, "2026-11-23", 2);
  h.move(physics, "2026-11-26", 3, "2026-11-27", 1);
  h.substitute(physics, "2026-11-26", 3, teacher, other);
  const auto diary = this->diary(masha);
  EXPECT_TRUE(diary.view.days[0].lessons.at(0).lesson.cancelled);
  EXPECT_TRUE(diary.view.days[3].lessons.empty());
  const auto& moved = diary.view.days[4].lessons.at(0).lesson;
  EXPECT_TRUE(moved.moved);
  EXPECT_EQ(moved.substitute, other);
}

TEST_F(Diaries, TheWeekIsSignedByAParent) {
  const Id mother = h.parent(masha);
  h.at("2026-11-29 18:00").by(mother, Role::kParent).sign_diary(masha, "2026-11-23");
  const auto diary = this->diary(masha);
  ASSERT_EQ(diary.view.signatures.size(), 1U);
  EXPECT_EQ(diary.view.signatures[0].author, mother);
  EXPECT_EQ(format_local(diary.view.signatures[0].recorded_at, diary.view.signatures[0].offset), "29.11.2026 18:00");
}

TEST_F(Diaries, ASignatureOfAnEarlierWeekIsWithdrawnInThatWeek) {
  const Id mother = h.parent(masha);
  const Id signature = h.at("2026-12-10 18:00").by(mother, Role::kParent).sign_diary(masha, "2026-11-23");
  h.by(mother, Role::kParent).withdraw(signature);
  EXPECT_EQ(diary(masha).view.signatures.at(0).standing, Standing::kWithdrawn);
}

TEST_F(Diaries, LessonsOfAGroupCountFromTheDayOfEntry) {
  const Id chemistry = h.group("7А", "Химия", {teacher});
  h.timetable(chemistry, {{2, 1, teacher}, {5, 1, teacher}});
  h.from("2026-11-25").enrol(chemistry, masha);
  const auto diary = this->diary(masha);
  EXPECT_TRUE(diary.view.days[1].lessons.empty());
  EXPECT_EQ(diary.view.days[4].lessons.size(), 1U);
}

TEST_F(Diaries, MarksOutsideLessonsAndRemarksWithoutOneStandInTheirDay) {
  const Id essay = h.work_outside(physics, "2026-11-25", "essay");
  h.mark(essay, masha, "5");
  h.at("2026-11-24 12:00").remark(masha);
  const auto diary = this->diary(masha);
  ASSERT_EQ(diary.view.days[2].entries.size(), 1U);
  EXPECT_EQ(diary.view.days[2].entries[0].value, "5");
  ASSERT_EQ(diary.view.days[1].entries.size(), 1U);
  EXPECT_EQ(diary.view.days[1].entries[0].kind, EntryKind::kRemark);
}

TEST_F(Diaries, AnExcuseOverTwoWeeksIsInBothAndSoIsItsWithdrawal) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  h.absence(lesson, masha);
  const Id excuse = h.at("2026-11-30 09:00").excuse(masha, "2026-11-19", "2026-11-24");
  h.withdraw(excuse);
  const auto here = diary(masha);
  EXPECT_EQ(here.view.excuses.size(), 2U);
  EXPECT_EQ(here.view.excuses[0].standing, Standing::kWithdrawn);
  EXPECT_EQ(here.view.days[0].lessons[0].entries.size(), 3U);
  EXPECT_EQ(diary_of(*this, masha, kMonday - 7).view.excuses.size(), 2U);
}

TEST_F(Diaries, WhatOneMissedAndMadeUpIsInItsLesson) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id work = h.work(lesson, "control");
  const Id absence = h.absence(lesson, masha);
  h.by(teacher).add(ledger::MarkAwaited{work, masha});
  h.at("2026-12-02 12:00").basis("protocol", "7").by(teacher);
  h.add(ledger::MakeupMarkGiven{work, 0, masha, "4", absence});
  const auto diary = this->diary(masha);
  const auto& entries = diary.view.days[0].lessons[0].entries;
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].kind, EntryKind::kAbsence);
  EXPECT_EQ(entries[1].kind, EntryKind::kAwaited);
  EXPECT_EQ(entries[2].kind, EntryKind::kMark);
  EXPECT_EQ(entries[2].value, "4");
  EXPECT_TRUE(this->diary(petya).view.days[0].lessons[0].entries.empty());
}

TEST_F(Diaries, ResultsAnnouncementsAndPrintoutsAreOfTheWeek) {
  const Id first = h.period("1 полугодие", "2026-09-01", "2026-11-27");
  const Id mother = h.parent(masha);
  h.at("2026-11-23 07:30").by(mother, Role::kParent).add(ledger::AbsenceAnnounced{masha, kMonday, kMonday + 1});
  h.at("2026-11-26 12:00").by(teacher).add(ledger::PeriodMarkGiven{first, physics, masha, "5", "4.67", 6});
  h.by(teacher).add(ledger::PeriodMarkGiven{first, physics, petya, "3", "3.00", 6});
  h.by(teacher, Role::kClassTeacher).add(ledger::PrintoutHanded{masha, kMonday});
  const auto diary = this->diary(masha);
  ASSERT_EQ(diary.view.results.size(), 1U);
  EXPECT_EQ(diary.view.results[0].entry.value, "5");
  EXPECT_EQ(diary.view.results[0].subject, "Физика");
  ASSERT_EQ(diary.view.announced.size(), 1U);
  EXPECT_EQ(diary.view.announced[0].to, kMonday + 1);
  EXPECT_EQ(diary.view.printouts.size(), 1U);
  const auto value = boost::json::parse(json(diary.view));
  EXPECT_EQ(value.at("results").at(0).at("entry").at("kind").as_string(), "period_mark");
  EXPECT_EQ(value.at("announced").at(0).at("from").as_string(), "2026-11-23");
  const auto other = this->diary(petya);
  EXPECT_TRUE(other.view.announced.empty());
  EXPECT_EQ(other.view.results.at(0).entry.value, "3");
}

TEST_F(Diaries, AVoidMarkIsAPlaceWithoutAValue) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id work = h.work(lesson, "answer");
  h.refused("account_void").mark(work, masha, "2");
  const auto diary = this->diary(masha);
  const auto& entries = diary.view.days[0].lessons[0].entries;
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].standing, Standing::kVoid);
  EXPECT_EQ(entries[0].value, "");
  EXPECT_TRUE(this->diary(petya).view.days[0].lessons[0].entries.empty());
}

TEST_F(Diaries, TheJsonIsAWeekOfSevenDays) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  h.mark(h.work(lesson, "control", "Контрольная 1"), masha, "5");
  const auto value = boost::json::parse(json(diary(masha).view));
  EXPECT_EQ(value.at("week").as_string(), "2026-W48");
  EXPECT_EQ(value.at("student_name").as_string(), "Маша");
  ASSERT_EQ(value.at("days").as_array().size(), 7U);
  const auto& monday = value.at("days").at(0);
  EXPECT_EQ(monday.at("date").as_string(), "2026-11-23");
  const auto& entry = monday.at("lessons").at(0).at("entries").at(0);
  EXPECT_EQ(entry.at("value").as_string(), "5");
  EXPECT_EQ(entry.at("work_title").as_string(), "Контрольная 1");
}

}  // namespace
}  // namespace letopis::projections
