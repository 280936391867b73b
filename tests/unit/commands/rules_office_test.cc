// What the office does: outages, compromised accounts, branches, the opening of the year, subgroups, inspections, reports,
// consents, refusals of electronic access, documents.

#include "tests/unit/commands/rules_fixture.h"

namespace letopis::commands {
namespace {

using namespace ledger;
using test::day;

class Office : public Rules {
 protected:
  explicit Office(std::string_view regulation = "r000") : Rules(regulation) {}
};
class OfficeR001 : public Office {
 protected:
  OfficeR001() : Office("r001") {}
};
class OfficeR002 : public Office {
 protected:
  OfficeR002() : Office("r002") {}
};
class OfficeR003 : public Office {
 protected:
  OfficeR003() : Office("r003") {}
};
class OfficeR004 : public Office {
 protected:
  OfficeR004() : Office("r004") {}
};

// --- Outages (tension 10)

DeadlineExtended outage(test::History& h, std::string_view from, std::string_view to, std::string_view until) {
  DeadlineExtended extended;
  extended.from = h.local(from);
  extended.to = h.local(to);
  extended.until = h.local(until);
  return extended;
}

TEST_F(OfficeR001, AnOutageActExcusesAndMovesNothing) {
  const Id work = h.work(h.lesson(physics, "2026-11-23", 2), "answer");
  h.at("2026-11-23 17:00");
  h.by(h.director(), Role::kDirector)
      .basis("order", "9")
      .add(outage(h, "2026-11-23 15:30", "2026-11-23 16:30", "2026-11-23 20:00"));
  const auto late = ruling(h.by(teacher), MarkGiven{work, 0, masha, "4"});
  EXPECT_EQ(text(late), "late lesson_mark_deadline") << "still late";
  EXPECT_EQ(format_instant(late.deadline), format_instant(h.local("2026-11-23 16:00"))) << "no deadline moves";
}

TEST_F(OfficeR002, AnOutageActLetsInWhatWasDueInIt) {
  const Id work = h.work(h.lesson(physics, "2026-11-23", 2), "answer");
  h.at("2026-11-24 08:00");
  const MarkGiven mark{work, 0, masha, "4"};
  EXPECT_EQ(ruled(h.by(teacher), mark), "refused backdated");
  h.by(h.director(), Role::kDirector)
      .basis("order", "9")
      .add(outage(h, "2026-11-23 19:00", "2026-11-23 21:00", "2026-11-24 10:00"));
  EXPECT_EQ(ruled_at("2026-11-24 10:00", h.by(teacher), mark), "late lesson_mark_deadline");
  EXPECT_EQ(ruled_at("2026-11-24 10:01", h.by(teacher), mark), "refused backdated") << "after its term";
}

TEST_F(OfficeR002, AnOutageOfOneClassExcusesNoOther) {
  const Id work = h.work(h.lesson(physics, "2026-11-23", 2), "answer");
  h.at("2026-11-24 08:00");
  auto extended = outage(h, "2026-11-23 19:00", "2026-11-23 21:00", "2026-11-24 10:00");
  extended.classes = {h.klass("8Б")};
  h.by(h.director(), Role::kDirector).basis("order", "9").add(extended);
  EXPECT_EQ(ruled(h.by(teacher), MarkGiven{work, 0, masha, "4"}), "refused backdated");
}

TEST_F(Office, AnOutageIsActedOnByOrderAndNotInAdvance) {
  const auto coming = outage(h, "2026-11-23 12:00", "2026-11-23 13:00", "2026-11-23 20:00");
  EXPECT_EQ(ruled(as_director().basis("order", "9"), coming), "refused not_yet");
  EXPECT_EQ(ruled_at("2026-11-23 12:00", as_director().basis("order", "9"), coming), "accepted");
  EXPECT_EQ(ruled(as_director(), coming), "refused no_basis");
  const auto backwards = outage(h, "2026-11-23 09:00", "2026-11-23 08:00", "2026-11-23 20:00");
  EXPECT_EQ(ruled(as_director().basis("order", "9"), backwards), "refused invalid_value");
}

// --- Compromised accounts (r004 п2 4.3–4.4)

class Compromise : public OfficeR004 {
 protected:
  Id reported(const Id& person) { return h.by(person).add(CompromiseReported{person, day("2026-11-23")}); }
  // Received by the director, signed by the administrator.
  void received(const Id& report) {
    const Id said =
        h.by(h.director(), Role::kDirector).awaiting({Role::kAdministrator}).add(CompromiseReceived{report});
    as_administrator().endorse(said);
  }
};

TEST_F(Compromise, ClauseP2_4_3ReportedWithinOneWorkingDay) {
  const auto statement = h.by(teacher).propose(CompromiseReported{teacher, day("2026-11-20")});  // a Friday
  expect_until(statement, h.local("2026-11-22 00:00"), rule::kCompromiseReportDeadline);         // Saturday is one
}

TEST_F(Compromise, ClauseP2_4_3AHolidayIsNoWorkingDay) {
  h.at("2026-11-24 08:00").day_exception("2026-11-25", "2026-11-26", DayKind::kHoliday);
  const auto statement = h.by(teacher).propose(CompromiseReported{teacher, day("2026-11-24")});
  EXPECT_EQ(text(judge(statement, h.local("2026-11-28 00:00"))), "accepted");
  EXPECT_EQ(text(judge(statement, h.local("2026-11-28 00:01"))), "late compromise_report_deadline");
}

TEST_F(Compromise, ClauseP2_4_4OperationsAreVoidFromTheReceiptByBothOn) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const TopicSet topic{lesson, "Закон Ома", {}, 0};
  const Id report = reported(teacher);
  EXPECT_EQ(ruled(h.by(teacher), topic), "accepted") << "reported, not received";
  const Id said = h.by(h.director(), Role::kDirector).awaiting({Role::kAdministrator}).add(CompromiseReceived{report});
  EXPECT_EQ(ruled(h.by(teacher), topic), "accepted") << "the director alone";
  as_administrator().endorse(said);
  EXPECT_EQ(ruled(h.by(teacher), topic), "refused account_void");
  h.at("2026-11-23 12:20");
  EXPECT_EQ(ruled(h.by(colleague), lesson_of(chemistry, "2026-11-23", 5)), "accepted") << "nobody else's";
}

TEST_F(Compromise, ClauseP2_4_4UntilThePersonHasAKeyEnrolledSince) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  received(reported(teacher));
  h.renew_key(teacher);
  EXPECT_EQ(ruled(h.by(teacher), TopicSet{lesson, "Закон Ома", {}, 0}), "accepted");
}

TEST_F(Compromise, ClauseP2_4_4TheKeysOfBeforeStayVoidForEver) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id stolen = h.key_of(teacher);
  received(reported(teacher));
  h.renew_key(teacher);
  auto statement = h.by(teacher).propose(TopicSet{lesson, "Закон Ома", {}, 0});
  EXPECT_EQ(text(judge(statement, h.now())), "accepted");
  statement.key = stolen;
  EXPECT_EQ(text(judge(statement, h.now())), "refused account_void");
}

TEST_F(Compromise, ClauseP2_4_4IsReceivedByDirectorAndSupportAndByNobodyAboutThemselves) {
  const Id report = reported(teacher);
  EXPECT_EQ(ruling(as_director(), CompromiseReceived{report}).awaits, std::vector{Role::kAdministrator});
  EXPECT_EQ(ruling(as_administrator(), CompromiseReceived{report}).awaits, std::vector{Role::kDirector});
  const Id of_director = h.by(h.director(), Role::kDirector).add(CompromiseReported{h.director(), day("2026-11-23")});
  EXPECT_EQ(ruled(as_director(), CompromiseReceived{of_director}), "refused cannot_endorse_own");
  EXPECT_EQ(ruling(as_administrator(), CompromiseReceived{of_director}).awaits, std::vector{Role::kDeputyHead});
  received(report);
  EXPECT_EQ(ruled(as_director(), CompromiseReceived{report}), "refused already_decided");
  EXPECT_EQ(ruled(as_director(), CompromiseReceived{some_id()}), "refused unknown_reference");
}

// A second report of the same theft is settled with the first: received later, it would void the key enrolled since.
TEST_F(Compromise, OneReceiptSettlesEveryReportThatWasThere) {
  const Id first = reported(teacher), again = reported(teacher);
  received(first);
  EXPECT_EQ(ruled(as_director(), CompromiseReceived{again}), "refused already_decided");
  EXPECT_EQ(ruled(as_director(), CompromiseReceived{reported(teacher)}), "accepted") << "one that came after it";
}

TEST_F(Compromise, ClauseP2_4_3AReportSaysWhenOneLearnedOfIt) {
  EXPECT_EQ(ruled(h.by(teacher), CompromiseReported{teacher, {}}), "refused invalid_value");
}

TEST_F(Compromise, NobodyVoidsThePastByNamingAMoment) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const Id before = h.topic(lesson, "Закон Ома");
  h.by(h.director(), Role::kDirector)
      .from("2026-09-01")
      .awaiting({Role::kAdministrator})
      .add(CompromiseReceived{h.by(teacher).add(CompromiseReported{teacher, day("2026-09-01")})});
  EXPECT_TRUE(h.state().entry(before)->standing);
  EXPECT_EQ(ruled(h.by(teacher), CompromiseReported{teacher, day("2026-11-24")}), "refused not_yet");
}

// --- Branches (r002 1.6, 2.3)

class Branches : public OfficeR002 {
 protected:
  Branches() {
    h.by(h.administrator(), Role::kAdministrator).add(BranchDefined{"karabash", "Карабаш"});
    h.by(h.administrator(), Role::kAdministrator).add(BranchDefined{"ufaley", "В. Уфалей"});
    ClassOpened opened;
    opened.klass = some_id();
    opened.label = "101";
    opened.grade = 1;
    opened.branch = "karabash";
    as_director().add(opened);
    klass = opened.klass;
    TeachingGroupOpened group_opened;
    group_opened.group = group = some_id();
    group_opened.label = "101";
    group_opened.subject = "Сварка";
    group_opened.kind = "class";
    group_opened.classes = {klass};
    as_deputy().add(group_opened);
    deputy = h.person();
    h.branch("karabash").grant(deputy, Role::kDeputyHead);
  }
  TeachingAssigned assigned(const Id& to) const { return {teacher, to, 2, {}}; }
  Id klass, group, deputy;
};

TEST_F(Branches, Clause1_6ADeputyOfABranchActsForThatBranch) {
  EXPECT_EQ(ruled(h.by(deputy, Role::kDeputyHead).branch("karabash"), assigned(group)), "accepted");
  EXPECT_EQ(ruled(h.by(deputy, Role::kDeputyHead), assigned(group)), "refused not_entitled") << "not for the school";
  EXPECT_EQ(ruled(h.by(deputy, Role::kDeputyHead).branch("ufaley"), assigned(group)), "refused not_entitled");
}

TEST_F(Branches, Clause1_6AndOfItsGroupsAlone) {
  EXPECT_EQ(ruled(h.by(deputy, Role::kDeputyHead).branch("karabash"), assigned(physics)), "refused not_own_branch")
      << "a class of no branch is the whole school's";
  ClassOpened other;
  other.klass = some_id();
  other.label = "201";
  other.branch = "ufaley";
  as_director().add(other);
  TeachingGroupOpened opened;
  opened.group = some_id();
  opened.label = "201";
  opened.subject = "Сварка";
  opened.classes = {other.klass};
  as_deputy().add(opened);
  EXPECT_EQ(ruled(h.by(deputy, Role::kDeputyHead).branch("karabash"), assigned(opened.group)),
            "refused not_own_branch");
  EXPECT_EQ(ruled(as_deputy().branch("ufaley"), assigned(opened.group)), "accepted") << "held in all of them";
}

TEST_F(Branches, Clause1_6AndOfWhatStandsInTheirJournals) {
  ClassOpened other;
  other.klass = some_id();
  other.label = "201";
  other.branch = "ufaley";
  as_director().add(other);
  TeachingGroupOpened welding;
  welding.group = some_id();
  welding.label = "201";
  welding.subject = "Сварка";
  welding.kind = "class";
  welding.classes = {other.klass};
  as_deputy().add(welding);
  const Id work = h.by(teacher).work_outside(welding.group, "2026-11-23", "answer");
  const Id mark = h.by(teacher).mark(work, masha, "4");
  const Id there = h.by(teacher).awaiting({Role::kDeputyHead}).correct(mark, "5");
  EXPECT_EQ(ruled(h.by(deputy, Role::kDeputyHead).branch("karabash"), Endorsed{there, true}), "refused not_own_branch");
  EXPECT_EQ(ruled(as_deputy(), Endorsed{there, true}), "accepted") << "a deputy of the whole school";
  const Id pupil = h.person(Role::kStudent);
  const Id own = h.by(teacher).mark(h.by(teacher).work_outside(group, "2026-11-23", "answer"), pupil, "4");
  const Id here = h.by(teacher).awaiting({Role::kDeputyHead}).correct(own, "5");
  EXPECT_EQ(ruled(h.by(deputy, Role::kDeputyHead).branch("karabash"), Endorsed{here, true}), "accepted");
}

TEST_F(Branches, ARoleOfABranchIsRevokedThere) {
  const RoleRevoked revoked{deputy, Role::kDeputyHead};
  EXPECT_EQ(ruled(as_director().branch("karabash"), revoked), "accepted");
  EXPECT_EQ(ruled(as_director(), revoked), "refused role_unknown") << "not held for the school";
  EXPECT_EQ(ruled(as_director().branch("karabash"), RoleRevoked{h.deputy(), Role::kDeputyHead}),
            "refused not_own_branch")
      << "held for the school, not for the branch";
}

TEST_F(Branches, AClassIsOpenedForTheOwnBranch) {
  const Id keeper = h.person();
  h.branch("karabash").grant(keeper, Role::kAdministrator);
  const auto opened = [&](std::string_view branch) {
    ClassOpened klass_opened;
    klass_opened.klass = some_id();
    klass_opened.label = "102";
    klass_opened.grade = 1;
    klass_opened.branch = branch;
    return ruled(h.by(keeper, Role::kAdministrator).branch("karabash").basis("order", "1"), klass_opened);
  };
  EXPECT_EQ(opened("karabash"), "accepted");
  EXPECT_EQ(opened("ufaley"), "refused not_own_branch");
  EXPECT_EQ(opened({}), "refused not_own_branch");
}

TEST_F(Branches, ABranchIsDefinedBeforeItIsNamed) {
  EXPECT_EQ(ruled(as_deputy().branch("moon"), assigned(group)), "refused unknown_reference");
  ClassOpened opened;
  opened.klass = some_id();
  opened.label = "301";
  opened.branch = "moon";
  EXPECT_EQ(ruled(as_director(), opened), "refused unknown_reference");
}

// --- The year

TEST_F(OfficeR001, Clause4_3TheYearIsOpenedInTheLastWeekOfAugust) {
  const YearOpened year{"2027/2028", day("2027-09-01"), day("2028-05-31")};
  h.at("2027-08-20 10:00");
  EXPECT_EQ(ruled_at("2027-08-24 23:59", as_administrator(), year), "refused year_window");
  EXPECT_NE(told.ru.find("с 25.08.2027 по 31.08.2027"), std::string::npos) << told.ru;
  EXPECT_EQ(ruled_at("2027-08-25 00:00", as_administrator(), year), "accepted");
  h.at("2027-08-30 10:00");
  expect_until(as_administrator().propose(year), h.local("2027-09-01 00:00"), rule::kYearDeadline);
}

TEST_F(OfficeR001, Clause4_3FromDataThatTheDeputyConfirms) {
  h.at("2027-08-30 10:00");
  const YearOpened year{"2027/2028", day("2027-09-01"), day("2028-05-31")};
  EXPECT_EQ(ruling(as_administrator(), year).awaits, std::vector{Role::kDeputyHead});
}

TEST_F(Office, WhereTheRegulationIsSilentTheYearIsOpenedAnyDay) {
  const auto opened = ruling(as_administrator(), YearOpened{"2026/2027", day("2026-09-01"), day("2027-06-30")});
  EXPECT_EQ(text(opened), "accepted");
  EXPECT_TRUE(opened.awaits.empty());
}

// --- Subgroups

class Subgroups : public Office {
 protected:
  explicit Subgroups(std::string_view regulation = "r000") : Office(regulation) {
    first = subgroup("7А/1", teacher);
    second = subgroup("7А/2", colleague);
  }
  Id subgroup(std::string_view label, const Id& who) {
    TeachingGroupOpened opened;
    opened.group = some_id();
    opened.label = label;
    opened.subject = "Английский язык";
    opened.kind = "subgroup";
    opened.classes = {h.klass("7А")};
    as_deputy().add(opened);
    h.from("2026-09-01").timetable(opened.group, {{3, 4, who}});
    return opened.group;
  }
  SubgroupsSplit split(std::vector<Id> ones, std::vector<Id> others) {
    SubgroupsSplit body;
    body.klass = h.klass("7А");
    body.parts = {{first, std::move(ones)}, {second, std::move(others)}};
    return body;
  }
  Id first, second;
};
class SubgroupsR001 : public Subgroups {
 protected:
  SubgroupsR001() : Subgroups("r001") {}
};

// What all branches share is none's: a branch has its own classes, people and journals.
TEST_F(Branches, WhatIsTheWholeSchoolsIsNobodysWhoActsForABranch) {
  const auto for_branch = [&](const Id& who, Role role) -> test::History& {
    return h.by(who, role).branch("karabash");
  };
  PeriodDefined period;
  period.period = some_id();
  period.title = "1 семестр";
  period.kind = "semester";
  period.from = day("2026-09-01");
  period.to = day("2026-11-22");
  EXPECT_EQ(ruled(for_branch(deputy, Role::kDeputyHead), period), "refused not_own_branch");
  as_deputy().add(period);
  EXPECT_EQ(ruled(for_branch(deputy, Role::kDeputyHead), PeriodClosed{period.period}), "refused not_own_branch");
  EXPECT_EQ(ruled(for_branch(deputy, Role::kDeputyHead), BellsSet{{{1, {510}, {555}}}, 1}), "accepted")
      << "its own bells";
  EXPECT_EQ(ruled(for_branch(deputy, Role::kDeputyHead), OperationsAcknowledged{1}), "refused not_own_branch");
  const Id boss = h.person();
  h.branch("karabash").grant(boss, Role::kDirector);
  const CalendarExceptionSet frost{{}, day("2026-11-30"), day("2026-11-30"), DayKind::kHoliday, 0, "Мороз", {}};
  EXPECT_EQ(ruled(for_branch(boss, Role::kDirector), frost), "accepted") << "in the own branch";
  h.by(boss, Role::kDirector).branch("karabash").add(frost);
  EXPECT_EQ(projections::school_weekday(h.state(), {klass}, day("2026-11-30")), 0);
  EXPECT_EQ(projections::school_weekday(h.state(), {h.klass("7А")}, day("2026-11-30")), 1);
}

TEST_F(Branches, AnAdministratorOfABranchKeepsItsOwnPeople) {
  const Id keeper = h.person(), theirs = h.person(), other = h.person(), nobody = h.person();
  h.branch("karabash").grant(keeper, Role::kAdministrator);
  h.branch("karabash").grant(theirs, Role::kHeadOfDepartment);
  h.branch("ufaley").grant(other, Role::kHeadOfDepartment);
  const auto keep = [&](ledger::Body body) {
    return ruled(h.by(keeper, Role::kAdministrator).branch("karabash").basis("order", "1"), std::move(body));
  };
  const auto changed = [&](const Id& person) { return keep(PersonalDataChanged{person}); };
  EXPECT_NE(changed(theirs), "refused not_own_branch");
  EXPECT_NE(changed(nobody), "refused not_own_branch");
  EXPECT_NE(changed(teacher), "refused not_own_branch") << "teachers are in no branch";
  EXPECT_EQ(changed(other), "refused not_own_branch");
  EXPECT_EQ(changed(h.director()), "refused not_own_branch");
  EXPECT_EQ(keep(RoleGranted{other, Role::kSecretary}), "refused not_own_branch");
  const Id directors_key = h.state().person(h.director())->keys.front();
  EXPECT_EQ(keep(KeyRevoked{directors_key}), "refused not_own_branch");
}

TEST_F(Subgroups, Clause3_2AreMadeByTheCuratorWithTheTeachers) {
  EXPECT_EQ(ruling(as_curator(), split({masha}, {petya})).awaits, std::vector{Role::kTeacher});
  EXPECT_EQ(ruling(h.by(teacher), split({masha}, {petya})).awaits, std::vector{Role::kClassTeacher});
  EXPECT_EQ(ruled(as_deputy(), split({masha}, {petya})), "refused not_entitled");
  EXPECT_EQ(ruled(as_curator(), split({masha}, {masha})), "refused invalid_value") << "in both";
}

TEST_F(SubgroupsR001, Clause4_2AreMadeByTheDeputyWithTeachersAndClassTeachers) {
  EXPECT_EQ(ruling(as_deputy(), split({masha}, {petya})).awaits, (std::vector{Role::kClassTeacher, Role::kTeacher}));
}

TEST_F(Subgroups, Clause3_2AreSignedByThoseOfTheClass) {
  const Id by_curator = h.by(curator, Role::kClassTeacher).awaiting({Role::kTeacher}).add(split({masha}, {petya}));
  EXPECT_EQ(ruled(h.by(colleague), Endorsed{by_curator, true}), "accepted");
  EXPECT_EQ(ruled(h.by(h.teacher()), Endorsed{by_curator, true}), "refused not_own_group");
  const Id by_teacher = h.by(teacher).awaiting({Role::kClassTeacher}).add(split({masha}, {petya}));
  EXPECT_EQ(ruled(as_curator(), Endorsed{by_teacher, true}), "accepted");
  const Id other = h.person();
  appoint(h.klass("8Б"), other);
  EXPECT_EQ(ruled(h.by(other, Role::kClassTeacher), Endorsed{by_teacher, true}), "refused not_own_group");
}

TEST_F(Subgroups, Clause3_3AreLeftOnlyAtTheEndOfAPeriod) {
  h.by(curator, Role::kClassTeacher).from("2026-09-01").add(split({masha}, {petya}));
  add_period("semester", "2026-09-01", "2026-12-27");
  add_period("semester", "2027-01-11", "2027-05-31");
  add_period("quarter", "2026-12-01", "2026-12-20");
  EXPECT_EQ(ruled(as_administrator().from("2026-12-01"), SubgroupMoved{masha, first, second}),
            "refused subgroup_move_mid_period")
      << "a period of a kind these grades do not have opens no door";
  EXPECT_EQ(ruled(as_administrator().from("2027-01-11"), SubgroupMoved{masha, first, second}), "accepted");
  EXPECT_EQ(ruled(as_administrator().from("2027-01-11"), SubgroupMoved{petya, first, second}), "refused not_enrolled");
  EXPECT_EQ(ruled(as_administrator().from("2027-01-11"), SubgroupMoved{masha, first, first}), "refused invalid_value");
  h.by(h.administrator(), Role::kAdministrator).from("2027-01-11").add(SubgroupMoved{masha, first, second});
  EXPECT_FALSE(h.state().enrolled(first, masha, day("2027-01-11")));
  EXPECT_TRUE(h.state().enrolled(first, masha, day("2027-01-10")));
  EXPECT_TRUE(h.state().enrolled(second, masha, day("2027-01-11")));
}

// «только ответственным за ведение ЭЖ и только по окончании отчётного периода»: neither by naming a day that is over, nor by
// another act, nor by somebody else.
TEST_F(Subgroups, Clause3_3ThereIsNoWayAround) {
  h.by(curator, Role::kClassTeacher).from("2026-09-01").add(split({masha}, {petya}));
  add_period("semester", "2026-09-01", "2026-12-27");
  EXPECT_EQ(ruled(as_administrator().from("2026-09-01"), SubgroupMoved{masha, first, second}),
            "refused subgroup_move_mid_period")
      << "the first day of a period that has long begun";
  EXPECT_EQ(ruled(as_curator().from("2026-12-28"), GroupMemberSet{second, masha}), "refused not_entitled");
  EXPECT_EQ(ruled(as_curator().to("2026-11-30"), GroupMemberSet{first, masha}), "refused not_entitled") << "out of it";
  EXPECT_NE(ruled(as_curator(), GroupMemberSet{physics, masha}), "refused not_entitled") << "no subgroup";
}

// What is told anew from the same day takes the place of what was told before: nobody is in both.
TEST_F(SubgroupsR001, ASplitToldAnewFromTheSameDayLeavesNobodyInBoth) {
  const auto in = [&](const Id& group, const Id& who) { return h.state().enrolled(group, who, day("2026-11-23")); };
  h.by(curator, Role::kClassTeacher).from("2026-09-01").add(split({masha}, {petya}));
  h.by(curator, Role::kClassTeacher).from("2026-09-01").add(split({petya}, {masha}));
  EXPECT_TRUE(!in(first, masha) && in(second, masha));
  EXPECT_TRUE(in(first, petya) && !in(second, petya));
  as_administrator().from("2026-09-01").add(SubgroupMoved{masha, second, first});
  EXPECT_TRUE(in(first, masha) && !in(second, masha));
}

TEST_F(SubgroupsR001, WhereTheRegulationIsSilentTheyAreLeftAnyDay) {
  h.by(curator, Role::kClassTeacher).from("2026-09-01").add(split({masha}, {petya}));
  EXPECT_EQ(ruled(as_administrator().from("2026-12-01"), SubgroupMoved{masha, first, second}), "accepted");
}

// --- Who leads a group

TEST_F(Office, Clause3_2TheLeadingMasterStandsBesideTheCurator) {
  const Id master = h.person(Role::kWorkshopMaster), next = h.person(Role::kWorkshopMaster);
  const AbsenceExcused excuse{masha, day("2026-11-20"), day("2026-11-20"), true, {}};
  const auto excused = [&](const Id& who) {
    return ruled(h.by(who, Role::kClassTeacher).sealed("excuse", masha, some_hash()), excuse);
  };
  EXPECT_EQ(excused(master), "refused not_entitled");
  as_director().from("2026-09-01").add(ClassTeacherAppointed{h.klass("7А"), master, true});
  EXPECT_EQ(excused(master), "accepted");
  EXPECT_EQ(excused(curator), "accepted") << "appointing the master ends nothing";
  as_director().from("2026-11-23").add(ClassTeacherAppointed{h.klass("7А"), next, true});
  EXPECT_EQ(excused(next), "accepted");
  EXPECT_EQ(excused(master), "refused not_entitled");
  EXPECT_EQ(excused(curator), "accepted");
}

// --- Movement

TEST_F(Office, WhoIsExpelledLeavesWhateverClassTheOrderNames) {
  h.by(h.secretary(), Role::kSecretary)
      .basis("order", "3")
      .from("2026-11-24")
      .add(MovementOrdered{masha, h.klass("7А"), Movement::kExpelled});
  EXPECT_TRUE(h.state().class_of(masha, day("2026-11-24")).is_zero());
  EXPECT_FALSE(h.state().enrolled(physics, masha, day("2026-11-24")));
  EXPECT_FALSE(h.state().class_of(masha, day("2026-11-23")).is_zero());
  EXPECT_EQ(ruled(as_secretary().basis("order", "4").from("2026-11-25"),
                  MovementOrdered{masha, h.klass("7А"), Movement::kExpelled}),
            "refused not_enrolled");
  EXPECT_EQ(ruled(as_secretary().basis("order", "4"), MovementOrdered{petya, {}, Movement::kPromoted}),
            "refused unknown_reference");
}

// --- Inspection

TEST_F(Office, Clause3_4AFindingIsAcknowledgedByItsTeacherAndResolvedByTheInspector) {
  InspectionHeld held;
  held.kind = "journal";
  held.groups = {physics};
  held.from = day("2026-11-01");
  held.to = day("2026-11-22");
  held.findings = {{1, "topics_missing", teacher, physics, {}, day("2026-11-30")}};
  EXPECT_EQ(ruled(as_deputy(), held), "accepted");
  InspectionHeld wrong = held;
  wrong.to = day("2026-11-24");
  EXPECT_EQ(ruled(as_deputy(), wrong), "refused not_yet");
  wrong = held;
  wrong.findings[0].number = 2;
  EXPECT_EQ(ruled(as_deputy(), wrong), "refused invalid_value");
  wrong = held;
  wrong.findings[0].due = day("2026-11-22");
  EXPECT_EQ(ruled(as_deputy(), wrong), "refused invalid_value");
  EXPECT_NE(told.ru.find("22.11.2026"), std::string::npos) << told.ru;
  const Id inspection = as_deputy().add(held);
  EXPECT_EQ(ruled(h.by(colleague), FindingAcknowledged{inspection, 1}), "refused not_addressee");
  EXPECT_EQ(ruled(h.by(teacher), FindingAcknowledged{inspection, 2}), "refused unknown_reference");
  h.by(teacher).add(FindingAcknowledged{inspection, 1});
  EXPECT_EQ(ruled(h.by(teacher), FindingAcknowledged{inspection, 1}), "refused already_decided");
  EXPECT_EQ(ruled(as_deputy(), FindingResolved{inspection, 1}), "accepted");
  as_deputy().add(FindingResolved{inspection, 1});
  EXPECT_EQ(ruled(as_deputy(), FindingResolved{inspection, 1}), "refused already_decided");
}

TEST_F(OfficeR001, Clause6_4AnInspectionHasOneNote) {
  InspectionHeld held;
  held.kind = "journal";
  held.from = day("2026-11-01");
  held.to = day("2026-11-22");
  const Id inspection = as_deputy().add(held);
  EXPECT_EQ(ruled(as_deputy(), InspectionNoteIssued{inspection, some_hash()}), "accepted");
  as_deputy().add(InspectionNoteIssued{inspection, some_hash()});
  EXPECT_EQ(ruled(as_deputy(), InspectionNoteIssued{inspection, some_hash()}), "refused duplicate_entry");
  EXPECT_EQ(ruled(as_deputy(), InspectionNoteIssued{some_id(), some_hash()}), "refused unknown_reference");
}

TEST_F(OfficeR001, Clause4_3AClassTeacherReportsViolationsInTheOwnClass) {
  const ViolationReported violation{h.klass("7А"), teacher, "marks_missing", physics, {}};
  EXPECT_EQ(ruled(as_curator(), violation), "refused invalid_value") << "no words";
  EXPECT_EQ(ruled(as_curator().sealed("violation", teacher, some_hash()), violation), "accepted");
  ViolationReported elsewhere = violation;
  elsewhere.klass = h.klass("8Б");
  EXPECT_EQ(ruled(as_curator().sealed("violation", teacher, some_hash()), elsewhere), "refused not_own_group");
}

TEST_F(OfficeR002, Clause5_4TheDeputyAcknowledgesTheAdministratorsOperations) {
  EXPECT_EQ(ruled(as_deputy(), OperationsAcknowledged{h.size() - 1}), "accepted");
  EXPECT_EQ(ruled(as_deputy(), OperationsAcknowledged{h.size()}), "refused unknown_reference");
  as_deputy().add(OperationsAcknowledged{20});
  EXPECT_EQ(ruled(as_deputy(), OperationsAcknowledged{20}), "refused duplicate_entry");
  EXPECT_EQ(ruled(as_administrator(), OperationsAcknowledged{21}), "refused not_entitled");
}

TEST_F(OfficeR002, Clause2_5HoursAreReportedForAccounting) {
  HoursReported hours;
  hours.from = day("2026-09-01");
  hours.to = day("2026-11-22");
  hours.rows = {{teacher, physics, 24, 22, 0}};
  const Id head = h.person(Role::kHeadOfDepartment);
  const Id accountant = h.person(Role::kAccountant);
  EXPECT_EQ(ruled(h.by(head, Role::kHeadOfDepartment), hours), "accepted");
  const Id report = h.by(head, Role::kHeadOfDepartment).add(hours);
  EXPECT_EQ(ruled(h.by(accountant, Role::kAccountant), HoursAccepted{report}), "accepted");
  h.by(accountant, Role::kAccountant).add(HoursAccepted{report});
  EXPECT_EQ(ruled(h.by(accountant, Role::kAccountant), HoursAccepted{report}), "refused already_decided");
}

TEST_F(OfficeR002, Clause7_1AReportIsReceivedBySomebodyElse) {
  const ReportIssued issued{"activity", day("2026-11-16"), day("2026-11-22"), some_hash()};
  const Id report = as_administrator().add(issued);
  EXPECT_EQ(ruled(as_deputy(), ReportReceived{report}), "accepted");
  h.grant(h.administrator(), Role::kDeputyHead);
  EXPECT_EQ(ruled(h.by(h.administrator(), Role::kDeputyHead), ReportReceived{report}), "refused cannot_endorse_own");
  as_deputy().add(ReportReceived{report});
  EXPECT_EQ(ruled(as_deputy(), ReportReceived{report}), "refused already_decided");
  const Id head = h.person(Role::kHeadOfDepartment);
  EXPECT_EQ(ruled(h.by(head, Role::kHeadOfDepartment), ReportReceived{report}), "accepted")
      << "it goes to the head of department too";
}

TEST_F(OfficeR001, Clause4_5ASubstituteSignsTheSubstitutionJournal) {
  const Id ordered = h.substitute(physics, "2026-11-26", 3, teacher, colleague);
  EXPECT_EQ(ruled(h.by(colleague), SubstitutionSigned{ordered}), "refused not_yet");
  h.at("2026-11-26 12:00");
  EXPECT_EQ(ruled(h.by(teacher), SubstitutionSigned{ordered}), "refused not_addressee");
  EXPECT_EQ(ruled(h.by(colleague), SubstitutionSigned{ordered}), "accepted");
  h.by(colleague).add(SubstitutionSigned{ordered});
  EXPECT_EQ(ruled(h.by(colleague), SubstitutionSigned{ordered}), "refused duplicate_entry");
}

TEST_F(OfficeR001, Clause4_5OnlyForALessonThatOneWasToHold) {
  const Id other = h.teacher();
  const Id first = h.substitute(physics, "2026-11-26", 3, teacher, colleague);
  const Id second = h.substitute(physics, "2026-11-26", 3, teacher, other);
  h.at("2026-11-26 12:00");
  EXPECT_EQ(ruled(h.by(colleague), SubstitutionSigned{first}), "refused already_decided");
  EXPECT_EQ(ruled(h.by(other), SubstitutionSigned{second}), "accepted");
}

TEST_F(Office, Clause4_1APrintNamesTheStateItShows) {
  PrintCertified print;
  print.kind = "journal";
  print.klass = h.klass("7А");
  print.pages = 40;
  print.size = 30;
  print.root = test::History::root_at(30);
  EXPECT_EQ(ruled(as_curator(), print), "accepted");
  print.root = test::History::root_at(31);
  EXPECT_EQ(ruled(as_curator(), print), "refused seen_unknown");
  print.root = test::History::root_at(30);
  print.klass = h.klass("8Б");
  EXPECT_EQ(ruled(as_curator(), print), "refused not_own_group");
}

// --- Families

TEST_F(Office, Clause3_2ElectronicAccessIsDeclinedInWriting) {
  const Id mother = h.parent(masha);
  const ElectronicAccessDeclined declined{mother, masha, true};
  EXPECT_EQ(ruled(h.by(mother, Role::kParent), declined), "accepted") << "her own signature is in writing";
  EXPECT_EQ(ruled(as_curator(), declined), "refused no_basis");
  EXPECT_EQ(ruled(as_curator().basis("application", "3"), declined), "accepted");
  EXPECT_EQ(ruled(as_curator().basis("application", "3"), ElectronicAccessDeclined{mother, petya, true}),
            "refused unknown_reference");
}

TEST_F(OfficeR004, ClauseP3_1ADeclarationIsEnough) {
  const Id mother = h.parent(masha);
  EXPECT_EQ(ruled(as_curator(), ElectronicAccessDeclined{mother, masha, true}), "accepted");
  EXPECT_EQ(ruled(h.by(h.parent(petya), Role::kParent), ElectronicAccessDeclined{mother, masha, true}),
            "refused not_own_family");
}

TEST_F(OfficeR004, ClauseP1ConsentsAreGivenByThoseConcerned) {
  const Id mother = h.parent(masha);
  EXPECT_EQ(ruled(h.by(mother, Role::kParent), ConsentGiven{masha, "personal_data"}), "accepted");
  EXPECT_EQ(ruled(h.by(mother, Role::kParent), ConsentGiven{petya, "personal_data"}), "refused not_own_family");
  EXPECT_EQ(ruled(h.by(teacher), ConsentGiven{teacher, "personal_data"}), "accepted");
  EXPECT_EQ(ruled(as_curator(), ConsentGiven{mother, "personal_data"}), "refused no_basis") << "on paper";
  EXPECT_EQ(ruled(as_curator().basis("application", "7"), ConsentGiven{mother, "personal_data"}), "accepted");
  EXPECT_EQ(ruled(as_curator().basis("application", "7"), ConsentGiven{teacher, "personal_data"}),
            "refused not_own_group");
  const Id given = h.by(mother, Role::kParent).add(ConsentGiven{masha, "personal_data"});
  EXPECT_EQ(ruled(h.by(mother, Role::kParent), ConsentGiven{masha, "personal_data"}), "refused duplicate_entry");
  EXPECT_EQ(ruled(h.by(mother, Role::kParent), ConsentWithdrawn{given}), "accepted");
  h.by(mother, Role::kParent).add(ConsentWithdrawn{given});
  EXPECT_EQ(ruled(h.by(mother, Role::kParent), ConsentWithdrawn{given}), "refused already_decided");
}

TEST_F(OfficeR004, ClauseP1ARepresentativeConsentsUntilAdulthood) {
  const Id mother = h.person(Role::kParent);
  const ConsentGiven own{masha, "personal_data"};
  EXPECT_EQ(ruled(h.by(masha, Role::kStudent), own), "accepted") << "nobody is said to have access until adulthood";
  as_curator().to("2026-11-30").add(GuardianSet{mother, masha, Access::kUntilAdult});
  EXPECT_EQ(ruled(h.by(masha, Role::kStudent), own), "refused minor");
  EXPECT_EQ(ruled(h.by(mother, Role::kParent), own), "accepted");
  const Id given = h.by(mother, Role::kParent).add(own);
  EXPECT_EQ(ruled(h.by(masha, Role::kStudent), ConsentWithdrawn{given}), "refused minor");
  as_curator().add(GuardianSet{mother, masha, Access::kNone});
  EXPECT_EQ(ruled(h.by(masha, Role::kStudent), own), "refused minor")
      << "who may not see the diary leaves a child a child";
  h.at("2026-11-30 23:59");
  EXPECT_EQ(ruled(h.by(masha, Role::kStudent), ConsentWithdrawn{given}), "refused minor");
  h.at("2026-12-01 00:00");
  EXPECT_EQ(ruled(h.by(masha, Role::kStudent), ConsentWithdrawn{given}), "accepted");
  EXPECT_EQ(ruled(h.by(mother, Role::kParent), own), "refused not_own_family");
}

TEST_F(OfficeR004, ClauseP3_4ContactsAreGivenByTheFamilySigned) {
  const Id mother = h.parent(masha);
  const ContactGiven contact{mother, "email"};
  EXPECT_EQ(ruled(h.by(mother, Role::kParent), contact), "refused invalid_value") << "no contact";
  EXPECT_EQ(ruled(h.by(mother, Role::kParent).sealed("contact", mother, some_hash()), contact), "accepted");
  EXPECT_EQ(ruled(as_curator().sealed("contact", mother, some_hash()), contact), "refused no_basis");
}

TEST_F(Office, Clause3_2PersonalDataAreVerifiedInTheOwnClass) {
  EXPECT_EQ(ruled(as_curator(), PersonalDataVerified{h.klass("7А"), {}}), "accepted");
  EXPECT_EQ(ruled(as_curator(), PersonalDataVerified{{}, masha}), "accepted");
  EXPECT_EQ(ruled(as_curator(), PersonalDataVerified{h.klass("8Б"), {}}), "refused not_own_group");
  EXPECT_EQ(ruled(as_curator(), PersonalDataVerified{{}, {}}), "refused invalid_value");
}

TEST_F(Office, ADocumentIsAcknowledgedOnceByItsAudience) {
  DocumentPublished document{"Положение об электронном журнале", some_hash(), {{Role::kTeacher}}};
  const Id published = h.by(h.deputy(), Role::kDeputyHead).add(document);
  EXPECT_EQ(ruled(h.by(teacher), DocumentAcknowledged{published}), "accepted");
  EXPECT_EQ(ruled(h.by(h.secretary(), Role::kSecretary), DocumentAcknowledged{published}), "refused not_addressee");
  h.by(teacher).add(DocumentAcknowledged{published});
  EXPECT_EQ(ruled(h.by(teacher), DocumentAcknowledged{published}), "refused duplicate_entry");
}

TEST_F(Office, AFamilyWritesToStaffAlone) {
  const Id mother = h.parent(masha);
  const Id father = h.parent(petya);
  MessageCommitted message{some_hash(), {teacher}};
  EXPECT_EQ(ruled(h.by(mother, Role::kParent), message), "accepted");
  message.recipients = {teacher, father};
  EXPECT_EQ(ruled(h.by(mother, Role::kParent), message), "refused not_entitled");
  EXPECT_EQ(ruled(h.by(teacher), message), "accepted");
}

TEST_F(Office, AConsultationIsAnsweredByWhomItWasAskedOf) {
  const Id mother = h.parent(masha);
  const auto ask = [&](const Id& of) -> test::History& {
    return h.by(mother, Role::kParent).sealed("question", of, some_hash());
  };
  EXPECT_EQ(ruled(ask(h.parent(petya)), ConsultationRequested{h.parent(petya)}), "refused not_addressee");
  const Id asked = ask(teacher).add(ConsultationRequested{teacher});
  const auto answer = [&](const Id& who) {
    return ruled(h.by(who).sealed("answer", mother, some_hash()), ConsultationAnswered{asked});
  };
  EXPECT_EQ(answer(colleague), "refused not_addressee");
  EXPECT_EQ(answer(teacher), "accepted");
  EXPECT_EQ(ruled(h.by(teacher).sealed("answer", mother, some_hash()), ConsultationAnswered{some_id()}),
            "refused unknown_reference");
}

TEST_F(Office, ASubscriptionIsOfTheOwnChild) {
  const Id mother = h.parent(masha);
  EXPECT_EQ(ruled(h.by(mother, Role::kParent), SubscriptionSet{masha, "email", true}), "accepted");
  EXPECT_EQ(ruled(h.by(mother, Role::kParent), SubscriptionSet{petya, "email", true}), "refused not_own_family");
}

TEST_F(Office, AnAnnouncementIsWithdrawnOnceByItsAuthorOrTheHeads) {
  const Id other = h.person();
  appoint(h.klass("8Б"), other);
  const AnnouncementPublished trip{"Экскурсия", "В субботу", {h.klass("7А")}};
  EXPECT_EQ(ruled(h.by(other, Role::kClassTeacher), trip), "refused not_own_group");
  const Id published = as_curator().add(trip);
  EXPECT_EQ(ruled(h.by(other, Role::kClassTeacher), AnnouncementWithdrawn{published}), "refused not_entitled");
  EXPECT_EQ(ruled(as_curator(), AnnouncementWithdrawn{published}), "accepted");
  EXPECT_EQ(ruled(as_deputy(), AnnouncementWithdrawn{published}), "accepted");
  as_curator().add(AnnouncementWithdrawn{published});
  EXPECT_EQ(ruled(as_deputy(), AnnouncementWithdrawn{published}), "refused already_decided");
  EXPECT_EQ(ruled(as_deputy(), AnnouncementWithdrawn{some_id()}), "refused unknown_reference");
}

TEST_F(Office, AMeasureIsTheDirectorsAndNamesAnInspectionThatWasHeld) {  // r001 4.1
  const auto recorded = [&](Role role, const Id& who, const Id& inspection) {
    return ruled(h.by(who, role).sealed("measure", teacher, some_hash()),
                 MeasureRecorded{teacher, "remark", inspection});
  };
  EXPECT_EQ(recorded(Role::kDirector, h.director(), {}), "accepted");
  EXPECT_EQ(recorded(Role::kDeputyHead, h.deputy(), {}), "refused not_entitled");
  EXPECT_EQ(recorded(Role::kDirector, h.director(), some_id()), "refused unknown_reference");
}

TEST_F(OfficeR003, Clause5_2AbsencesAreAccountedForDaily) {
  const auto statement = as_curator().propose(AbsenceExcused{masha, day("2026-11-16"), day("2026-11-19"), true, {}});
  expect_until(statement, h.local("2026-11-21 00:00"), rule::kExcuseDeadline);  // the day the pupil is back
}

}  // namespace
}  // namespace letopis::commands
