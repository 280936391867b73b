// OneRoster directories: the real one, and every way in which one can be wrong.

#include "replay-tools/oneroster.h"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/replay-tools/overlay_files.h"

namespace letopis::replay_tools {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

OverlayFiles school() { return OverlayFiles(LETOPIS_SOURCE_DIR "/tests/data/school-fi-pb-98"); }

OneRosterModel model_of(OverlayFiles files) {
  auto model = read_oneroster(files, files.directory());
  if (model) return *std::move(model);
  for (const Problem& problem : model.error()) ADD_FAILURE() << problem.text();
  return {};
}

std::vector<std::string> problems_of(OverlayFiles files) {
  const auto model = read_oneroster(files, files.directory());
  if (model) {
    ADD_FAILURE() << "accepted";
    return {};
  }
  std::vector<std::string> out;
  for (const Problem& problem : model.error()) out.push_back(problem.text());
  return out;
}

auto count_role(const OneRosterModel& model, UserRole role) {
  return std::count_if(model.users.begin(), model.users.end(), [&](const User& user) { return user.role == role; });
}

TEST(OneRoster, ReadsTheRealSchool) {
  const OneRosterModel model = model_of(school());
  EXPECT_THAT(model.classes, SizeIs(31));
  EXPECT_EQ(count_role(model, UserRole::kTeacher), 45);
  EXPECT_EQ(count_role(model, UserRole::kStudent), 775);
  EXPECT_EQ(count_role(model, UserRole::kParent), 775);
  EXPECT_THAT(model.groups, SizeIs(367));
  EXPECT_THAT(model.timetable, SizeIs(923));
  EXPECT_THAT(model.enrollments, SizeIs(9542));
  EXPECT_THAT(model.bells, SizeIs(8));
  EXPECT_THAT(model.calendar, SizeIs(6));
  EXPECT_THAT(model.staff, SizeIs(41));
  const Session& year = model.sessions[model.school_year];
  EXPECT_EQ(year.start, make_date(2025, 9, 1));
  EXPECT_EQ(year.end, make_date(2026, 5, 26));
}

TEST(OneRoster, EveryPupilIsInOneClassWithAParentAndAClassTeacher) {
  const OneRosterModel model = model_of(school());
  std::multiset<std::size_t> pupils;
  for (const SchoolClass& school_class : model.classes) {
    EXPECT_THAT(school_class.class_teachers, SizeIs(1)) << school_class.code;
    EXPECT_THAT(school_class.groups, Not(IsEmpty())) << school_class.code;
    pupils.insert(school_class.students.begin(), school_class.students.end());
  }
  EXPECT_EQ(pupils.size(), 775U);
  for (const std::size_t pupil : pupils) {
    EXPECT_EQ(pupils.count(pupil), 1U);
    const User& user = model.users[pupil];
    ASSERT_THAT(user.agents, SizeIs(1));
    const User& parent = model.users[user.agents[0]];
    EXPECT_EQ(parent.role, UserRole::kParent);
    EXPECT_THAT(parent.agents, ElementsAre(pupil));
  }
}

TEST(OneRoster, AParentIsKnownOnBothSidesWhicheverNamesTheOther) {
  OverlayFiles files = school();
  const std::string student = "0b6bb09d-b562-56f0-b609-7ba1ba1cb647";
  const std::string parent = "febc4ae4-3df3-5734-b312-2a940b5d238c";
  files.change("users.csv", "S1A-01-p,,,," + student, "S1A-01-p,,,,");
  const OneRosterModel model = model_of(files);
  ASSERT_NE(model.find_user(parent), nullptr);
  ASSERT_THAT(model.find_user(parent)->agents, SizeIs(1));
  EXPECT_EQ(model.users[model.find_user(parent)->agents[0]].sourced_id, student);
}

TEST(OneRoster, ToleratesUnknownColumnsAndNamesMissingOnes) {
  OverlayFiles extra = school();
  extra.put("calendar.csv", "note,startDate,endDate,kind,title\r\nx,2025-10-27,2025-11-04,holiday,Каникулы\r\n");
  EXPECT_THAT(model_of(extra).calendar, SizeIs(1));
  EXPECT_THAT(problems_of(school().change("classes.csv", "classCode", "code")),
              ElementsAre("classes.csv:1:1: the column classCode is missing"));
}

TEST(OneRoster, AMissingFileIsTheOnlyProblemItCauses) {
  for (const char* name : {"manifest.csv", "orgs.csv", "academicSessions.csv", "courses.csv", "classes.csv",
                           "users.csv", "enrollments.csv", "timetable.csv", "staff.csv", "bells.csv", "calendar.csv"})
    EXPECT_THAT(problems_of(school().without(name)), ElementsAre(std::string(name) + ": the file is missing"));
}

TEST(OneRoster, ManifestMustAnnounceBulkFilesOfVersion1_1) {
  EXPECT_THAT(problems_of(school().change("manifest.csv", "oneroster.version,1.1", "oneroster.version,1.2")),
              ElementsAre("manifest.csv:3:19: value: oneroster.version must be 1.1"));
  EXPECT_THAT(problems_of(school().change("manifest.csv", "file.users,bulk", "file.users,delta")),
              ElementsAre(HasSubstr("file.users must be bulk")));
  EXPECT_THAT(problems_of(school().change("manifest.csv", "file.orgs,bulk\r\n", "")),
              ElementsAre("manifest.csv: file.orgs = bulk is missing"));
}

TEST(OneRoster, WrongEncodingIsNamedWithItsPlace) {
  OverlayFiles files = school();
  files.change("orgs.csv", "Школа", "\xD8\xEA\xEE\xEB\xE0");  // «Школа» in CP1251
  EXPECT_THAT(problems_of(files), ElementsAre(HasSubstr("orgs.csv:2:70: not UTF-8")));
}

TEST(OneRoster, ABadRowIsNamedByFileLineAndColumn) {
  EXPECT_THAT(problems_of(school().change("bells.csv", "3,10:20,11:05", "3,10:20,11.05")),
              ElementsAre("bells.csv:4:9: end: a time of day is written 08:30"));
  EXPECT_THAT(problems_of(school().change("calendar.csv", "2026-02-23,2026-02-23", "2026-02-30,2026-02-30")),
              Contains("calendar.csv:4:1: startDate: no such day in the calendar"));
  EXPECT_THAT(problems_of(school().change("timetable.csv", "\r\n1,1,", "\r\n8,1,")),
              ElementsAre("timetable.csv:2:1: weekday: must be a whole number from 1 to 6"));
  EXPECT_THAT(problems_of(school().change("staff.csv", ",director,", ",president,")),
              ElementsAre("staff.csv:2:38: role: no such role"));
}

TEST(OneRoster, AllProblemsOfAFileAreCollected) {
  OverlayFiles files = school();
  files.change("bells.csv", "08:30", "8:30")
      .change("bells.csv", "12:55", "25:00")
      .change("calendar.csv", "day_off", "feast");
  EXPECT_THAT(problems_of(files),
              ElementsAre(HasSubstr("bells.csv:2:"), HasSubstr("bells.csv:6:"), HasSubstr("calendar.csv:4:")));
}

TEST(OneRoster, AtMostFiftyProblemsAreListed) {
  OverlayFiles files = school();
  std::string text = files.line("enrollments.csv", 1) + "\r\n";
  for (int i = 0; i < 200; ++i) text += "same,active,,nowhere,,nobody,student,,,\r\n";
  EXPECT_THAT(problems_of(files.put("enrollments.csv", text)), SizeIs(kProblemsMax));
}

TEST(OneRoster, DuplicatesAreRefused) {
  for (const char* name :
       {"orgs.csv", "academicSessions.csv", "courses.csv", "classes.csv", "users.csv", "enrollments.csv"}) {
    OverlayFiles files = school();
    files.append(name, files.line(name, 2) + "\r\n");
    EXPECT_THAT(problems_of(files), Contains(HasSubstr("sourcedId: the same id as on line 2"))) << name;
  }
  OverlayFiles lesson = school();
  lesson.append("timetable.csv", lesson.line("timetable.csv", 2) + "\r\n");
  EXPECT_THAT(problems_of(lesson), ElementsAre(HasSubstr("has a lesson in this period already, on line 2")));
  OverlayFiles official = school();
  official.append("staff.csv", official.line("staff.csv", 2) + "\r\n");
  EXPECT_THAT(problems_of(official), ElementsAre(HasSubstr("staff.csv:43:1: userSourcedId: holds this role already")));
  OverlayFiles bell = school();
  bell.append("bells.csv", "8,15:50,16:35\r\n");
  EXPECT_THAT(problems_of(bell), ElementsAre("bells.csv:10:1: period: the same id as on line 9"));
  EXPECT_THAT(problems_of(school().change("users.csv", ",s1a-02,", ",s1a-01,")),
              ElementsAre(HasSubstr("username: the same id")));
}

// CEDS Entry Grade Level, as OneRoster 1.1 has it in `grades`.
TEST(OneRoster, AClassIsOfTheGradeItsGroupsSay) {
  const std::string_view first = "S1A · Химия,", second = "S1A · История,";
  const auto says = [&](const std::string& chemistry, const std::string& history) {
    return school()
        .change("classes.csv", first, "S1A · Химия," + chemistry)
        .change("classes.csv", second, "S1A · История," + history);
  };
  const auto grade = [&](const std::string& chemistry, const std::string& history) {
    return model_of(says(chemistry, history)).find_class("S1A")->grade;
  };
  EXPECT_EQ(grade("", ""), 0);
  EXPECT_EQ(grade("07", ""), 7);
  EXPECT_EQ(grade("", "7"), 7);
  EXPECT_EQ(grade("12", "12"), 12);
  EXPECT_EQ(grade("\"10,11\"", "10"), 10) << "a group of two grades says nothing of the class";
  EXPECT_EQ(grade("\"10,11\"", ""), 0);
  EXPECT_EQ(grade("KG", ""), 0);
  EXPECT_THAT(problems_of(says("07", "08")), ElementsAre(HasSubstr("classes.csv:3:")));
  for (const char* wrong : {"0", "00", "007", "14", "-7", "7a", "седьмой", "\"7, 8\""})
    EXPECT_THAT(problems_of(says(wrong, "")), ElementsAre(HasSubstr("classes.csv:2:"))) << wrong;
}

TEST(OneRoster, TheSamePupilTwiceInOneClassNeedsDaysApart) {
  OverlayFiles files = school();
  const std::string pupil =
      "b71e01c5-e23b-5f48-84cb-66a575b77f4b,91263dc3-9b38-51a5-aa96-d52a8cdbaacd,0b6bb09d-b562-56f0-b609-7ba1ba1cb647";
  files.append("enrollments.csv", "again,active,," + pupil + ",student,false,2026-05-26,2026-05-26\r\n");
  EXPECT_THAT(problems_of(files), ElementsAre(HasSubstr("enrolled in this class already")));
  OverlayFiles apart = school();
  apart.change("enrollments.csv", pupil + ",student,false,2025-09-01,2026-05-26",
               pupil + ",student,false,2025-09-01,2025-12-28");
  apart.append("enrollments.csv", "again,active,," + pupil + ",student,false,2026-01-12,\r\n");
  const OneRosterModel model = model_of(apart);
  EXPECT_EQ(model.enrollments.back().end, make_date(2026, 5, 26)) << "an empty date means the end of the class's terms";
}

TEST(OneRoster, DanglingReferencesAreRefused) {
  const std::string org = "91263dc3-9b38-51a5-aa96-d52a8cdbaacd";
  const auto first_row = [](const char* name, std::string_view piece) {
    return school().change(name, piece, "nobody");
  };
  EXPECT_THAT(problems_of(first_row("courses.csv", org)),
              ElementsAre("courses.csv:2:119: orgSourcedId: orgs.csv has no row nobody"));
  EXPECT_THAT(problems_of(first_row("classes.csv", org)),
              ElementsAre(HasSubstr("schoolSourcedId: orgs.csv has no row")));
  EXPECT_THAT(problems_of(first_row("classes.csv", "0bd02cb9-77ab-5d08-afcf-e7c37c7d6539")),
              ElementsAre(HasSubstr("courseSourcedId: courses.csv has no row")));
  EXPECT_THAT(problems_of(first_row("classes.csv", "519fb309-f44d-5bd7-b871-835042d95224")),
              ElementsAre(HasSubstr("termSourcedIds: academicSessions.csv has no row")));
  EXPECT_THAT(problems_of(first_row("users.csv", "febc4ae4-3df3-5734-b312-2a940b5d238c")),
              Contains(HasSubstr("agentSourcedIds: users.csv has no row")));
  EXPECT_THAT(problems_of(first_row("enrollments.csv", "0b6bb09d-b562-56f0-b609-7ba1ba1cb647")),
              ElementsAre(HasSubstr("userSourcedId: users.csv has no row")));
  EXPECT_THAT(problems_of(first_row("timetable.csv", "8b47f8ea-48ce-5bd8-8eb6-aaf7fa8c0291")),
              ElementsAre(HasSubstr("classSourcedId: classes.csv has no row")));
  EXPECT_THAT(problems_of(first_row("staff.csv", "fb4848bd-025d-507e-a3e4-e0e1225ebb91")),
              ElementsAre(HasSubstr("userSourcedId: users.csv has no row")));
  EXPECT_THAT(problems_of(school().change("academicSessions.csv", "2025-12-28,3f92e1d5-0086-581b-9ccc-acdce70fd599",
                                          "2025-12-28,nobody")),
              ElementsAre(HasSubstr("parentSourcedId: academicSessions.csv has no row")));
}

TEST(OneRoster, WhatContradictsItselfIsRefused) {
  EXPECT_THAT(problems_of(school().change("bells.csv", "2,09:25", "2,09:10")),
              ElementsAre(HasSubstr("before the end of period 1")));
  EXPECT_THAT(problems_of(school().change("bells.csv", "8,14:55,15:40\r\n", "")),
              Contains(HasSubstr("bells.csv has no row 8")));
  EXPECT_THAT(problems_of(school().append("calendar.csv", "2025-11-04,2025-11-04,day_off,День народного единства\r\n")),
              ElementsAre("calendar.csv:8:1: startDate: overlaps Осенние каникулы"));
  EXPECT_THAT(problems_of(school().change("timetable.csv", "1,1,S1A,", "1,1,S1B,")),
              ElementsAre(HasSubstr("classes.csv says S1A")));
  EXPECT_THAT(problems_of(school().change("timetable.csv", "ea7ee6a2-906f-5878-a2aa-72ebb3e7a8a3",
                                          "3a6946e7-954d-5042-ada3-1c3564477e14")),
              ElementsAre(HasSubstr("does not enrol this teacher")));
  EXPECT_THAT(problems_of(school().change("enrollments.csv", ",student,", ",teacher,")),
              ElementsAre(HasSubstr("this user is no teacher")));
  EXPECT_THAT(problems_of(school().change("enrollments.csv", ",teacher,true,", ",student,true,")),
              Contains(HasSubstr("this user is no student")));
  EXPECT_THAT(problems_of(school().change("staff.csv", ",director,", ",director,S1A")),
              ElementsAre(HasSubstr("only a class teacher has a class")));
  EXPECT_THAT(problems_of(school().change("staff.csv", ",class_teacher,S1A", ",class_teacher,")),
              ElementsAre(HasSubstr("needs a class")));
  EXPECT_THAT(problems_of(school().change("staff.csv", ",class_teacher,S1A", ",class_teacher,9Z")),
              ElementsAre(HasSubstr("no class with this code")));
  EXPECT_THAT(problems_of(school().change("academicSessions.csv", "semester,2025-09-01,2025-12-28",
                                          "semester,2025-08-25,2025-12-28")),
              ElementsAre(HasSubstr("outside the parent session")));
  EXPECT_THAT(
      problems_of(school().change("academicSessions.csv", "gradingPeriod,2025-11-05", "gradingPeriod,2025-10-26")),
      ElementsAre(HasSubstr("overlaps another session of this type: Первая четверть")));
  EXPECT_THAT(problems_of(school().change("users.csv", "active", "tobedeleted")),
              ElementsAre(HasSubstr("status: must be active or empty")));
}

TEST(ShiftYears, MovesEveryDateAndKeepsDayAndMonth) {
  OneRosterModel model = model_of(school());
  shift_years(model, 1);
  const Session& year = model.sessions[model.school_year];
  EXPECT_EQ(year.title, "2026/2027 учебный год");
  EXPECT_EQ(year.school_year, 2027);
  EXPECT_EQ(year.start, make_date(2026, 9, 1));
  EXPECT_EQ(year.end, make_date(2027, 5, 26));
  EXPECT_EQ(model.enrollments.front().begin, make_date(2026, 9, 1));
  EXPECT_EQ(model.calendar.front().start, make_date(2026, 10, 27));
  for (const Session& session : model.sessions) {
    EXPECT_GE(session.start, year.start);
    EXPECT_LE(session.end, year.end);
  }
}

TEST(ShiftYears, LessonsStayOnTheirWeekdaysAndBackIsBack) {
  const OneRosterModel before = model_of(school());
  OneRosterModel model = before;
  shift_years(model, 7);
  for (std::size_t i = 0; i < model.timetable.size(); ++i)
    EXPECT_EQ(model.timetable[i].weekday, before.timetable[i].weekday);
  shift_years(model, -7);
  for (std::size_t i = 0; i < model.sessions.size(); ++i) {
    EXPECT_EQ(model.sessions[i].start, before.sessions[i].start);
    EXPECT_EQ(model.sessions[i].title, before.sessions[i].title);
  }
}

TEST(ShiftYears, ALeapDayBecomesTheLastOfFebruary) {
  OneRosterModel model = model_of(school());
  model.calendar[0].start = model.calendar[0].end = make_date(2024, 2, 29);
  shift_years(model, 1);
  EXPECT_EQ(model.calendar[0].start, make_date(2025, 2, 28));
}

}  // namespace
}  // namespace letopis::replay_tools
