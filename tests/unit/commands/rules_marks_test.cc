// Works, marks, and what corrects, annuls and endorses them.

#include <cctype>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/unit/commands/rules_fixture.h"

namespace letopis::commands {
namespace {

using namespace ledger;
using test::day;

class Marks : public Rules {
 protected:
  Marks() { lesson = h.lesson(physics, "2026-11-23", 2); }

  WorkPlanned work(std::string_view kind = "control") const {
    WorkPlanned planned;
    planned.group = physics;
    planned.lesson = lesson;
    planned.kind = kind;
    return planned;
  }
  std::string marked(const Id& work_id, std::string_view value, int part = 0) {
    return ruled(h.by(teacher), MarkGiven{work_id, static_cast<std::uint8_t>(part), masha, value});
  }
  test::History& by_teacher_with_reason() { return reasoned(h.by(teacher), masha); }
  static EntryCorrected correction(const Id& target, std::string_view value) { return {target, value, 0, false}; }
  static EntryCorrected withdrawal(const Id& target) { return {target, {}, 0, true}; }

  Id lesson;
};

// --- Works

TEST_F(Marks, AWorkIsOfAKnownKindAndScale) {
  EXPECT_EQ(ruled(h.by(teacher), work()), "accepted");
  EXPECT_EQ(ruled(h.by(teacher), work("sonnet")), "refused dictionary_unknown");
  auto planned = work();
  planned.scale = "0-100";
  EXPECT_EQ(ruled(h.by(teacher), planned), "accepted");
  planned.scale = "A-F";
  EXPECT_EQ(ruled(h.by(teacher), planned), "refused dictionary_unknown");
  as_administrator().add(DictionaryEntryDefined{"scale", "A-F", "Буквы", {{"values", "A,B,C,D,F"}}});
  EXPECT_EQ(ruled(h.by(teacher), planned), "accepted");
}

TEST_F(Marks, AWorkHasUpToEightPartsAndAWeight) {
  auto planned = work();
  planned.parts = 8;
  planned.weight = 1000;
  EXPECT_EQ(ruled(h.by(teacher), planned), "accepted");
  planned.parts = 9;
  EXPECT_EQ(ruled(h.by(teacher), planned), "refused invalid_value");
  planned.parts = 8;
  planned.weight = 1001;
  EXPECT_EQ(ruled(h.by(teacher), planned), "refused invalid_value");
}

TEST_F(Marks, AWorkBelongsToALessonOfItsGroup) {
  auto planned = work();
  planned.lesson = some_id();
  EXPECT_EQ(ruled(h.by(teacher), planned), "refused unknown_reference");
  planned = work();
  planned.group = chemistry;
  EXPECT_EQ(ruled(h.by(teacher), planned), "refused unknown_reference");
  planned.group = some_id();
  EXPECT_EQ(ruled(h.by(teacher), planned), "refused unknown_reference");
  EXPECT_EQ(ruled(h.by(colleague), work()), "refused not_own_group");
}

TEST_F(Marks, OnePieceOfWorkMayCountInTwoSubjects) {  // an essay: literature and Russian
  const Id essay = h.work(lesson, "control");
  WorkPlanned there;
  there.group = chemistry;
  there.kind = "control";
  there.same_as = essay;
  there.held_on = day("2026-11-23");
  EXPECT_EQ(ruled(h.by(colleague), there), "refused unknown_reference") << "no student in common";
  h.enrol(chemistry, masha);
  EXPECT_EQ(ruled(h.by(colleague), there), "accepted");
  there.held_on = day("2026-11-24");
  EXPECT_EQ(ruled(h.by(colleague), there), "refused invalid_value") << "of another day";
  EXPECT_NE(told.ru.find("23.11.2026"), std::string::npos) << told.ru;
  there.held_on = day("2026-11-23");
  there.same_as = some_id();
  EXPECT_EQ(ruled(h.by(colleague), there), "refused unknown_reference");
  auto again = work();
  again.same_as = essay;
  EXPECT_EQ(ruled(h.by(teacher), again), "refused unknown_reference") << "in the same subject it is the same work";
}

TEST_F(Marks, AWorkIsNamedInTime) {  // as other information about a lesson
  expect_until(h.by(teacher).propose(work()), h.local("2026-11-24 00:00"), rule::kInformationDeadline);
  auto outside = work();
  outside.lesson = {};
  outside.held_on = day("2026-11-22");
  EXPECT_EQ(ruled(h.by(teacher), outside), "late information_deadline");
}

TEST_F(Marks, AWorkOutsideALessonHasADay) {
  auto planned = work();
  planned.lesson = {};
  EXPECT_EQ(ruled(h.by(teacher), planned), "refused invalid_value");
  planned.held_on = day("2026-11-23") + 300;
  EXPECT_EQ(ruled(h.by(teacher), planned), "accepted");
  EXPECT_EQ(ruled(h.by(colleague), planned), "refused not_own_group");
  planned.held_on = day("2026-11-23") + 301;
  EXPECT_EQ(ruled(h.by(teacher), planned), "refused invalid_value");
}

// --- Marks

TEST_F(Marks, AMarkIsAValueOfTheWorksScale) {
  const Id control = h.work(lesson, "control");
  for (const auto* value : {"2", "3", "4", "5", "зач", "незач"}) EXPECT_EQ(marked(control, value), "accepted") << value;
  for (const auto* value : {"1", "6", "5-", "05", "н/а", "A", " 5"})
    EXPECT_EQ(marked(control, value), "refused off_scale") << value;
}

TEST_F(Marks, AMarkOfARangeIsAWholeNumberInIt) {
  auto planned = work();
  planned.scale = "0-100";
  const Id test = h.by(teacher).add(planned);
  for (const auto* value : {"0", "100", "57"}) EXPECT_EQ(marked(test, value), "accepted") << value;
  for (const auto* value : {"101", "-1", "057", "5,5"}) EXPECT_EQ(marked(test, value), "refused off_scale") << value;
}

TEST_F(Marks, TheDictionaryMayDefineScales) {
  as_administrator().add(DictionaryEntryDefined{"scale", "A-F", "Буквы", {{"values", "A,B,C,D,F"}}});
  as_administrator().add(DictionaryEntryDefined{"scale", "0-12", "Баллы", {{"min", "0"}, {"max", "12"}}});
  auto planned = work();
  planned.scale = "A-F";
  const Id letters = h.by(teacher).add(planned);
  planned.scale = "0-12";
  const Id points = h.by(teacher).add(planned);
  EXPECT_EQ(marked(letters, "F"), "accepted");
  EXPECT_EQ(marked(letters, "E"), "refused off_scale");
  EXPECT_EQ(marked(points, "12"), "accepted");
  EXPECT_EQ(marked(points, "13"), "refused off_scale");
  // A correction is held to the same scale.
  const Id mark = h.mark(points, masha, "7");
  EXPECT_EQ(ruled(by_teacher_with_reason(), correction(mark, "8")), "accepted");
  EXPECT_EQ(ruled(by_teacher_with_reason(), correction(mark, "13")), "refused off_scale");
}

TEST_F(Marks, BannedEntriesAreRefusedWhateverTheScaleSays) {
  adopt(r000_with("[banned_entries]\nsilent = true\nvalues = []",
                  "[banned_entries]\nsilent = true\nvalues = [\"осв.\", \"н/а\"]"),
        "2026-11-24");
  as_administrator().add(DictionaryEntryDefined{"scale", "особая", "Особая", {{"values", "5,осв."}}});
  lesson = h.lesson(physics, "2026-11-26", 3);
  auto planned = work();
  planned.scale = "особая";
  const Id special = h.by(teacher).add(planned);
  EXPECT_EQ(marked(special, "осв."), "refused banned_entry");
  EXPECT_EQ(marked(special, "н/а"), "refused banned_entry");
  EXPECT_EQ(marked(special, "5"), "accepted");
  const Id mark = h.mark(special, masha, "5");
  EXPECT_EQ(ruled(by_teacher_with_reason(), correction(mark, "осв.")), "refused banned_entry");
}

TEST_F(Marks, AMarkIsGivenByWhoKeepsTheWork) {
  const Id control = h.work(lesson, "control");
  const MarkGiven mark{control, 0, masha, "4"};
  EXPECT_EQ(ruled(h.by(teacher), mark), "accepted");
  EXPECT_EQ(ruled(h.by(colleague), mark), "refused not_own_group");
  EXPECT_EQ(ruled(h.by(teacher), MarkGiven{some_id(), 0, masha, "4"}), "refused unknown_reference");
  h.annul(control);
  EXPECT_EQ(ruled(h.by(teacher), mark), "refused unknown_reference") << "the work was annulled";
}

TEST_F(Marks, AMarkIsNotGivenBeforeTheWork) {
  const auto afternoon = lesson_of(chemistry, "2026-11-23", 5);
  h.by(colleague).add(afternoon);
  h.by(h.administrator(), Role::kAdministrator).add(GroupMemberSet{chemistry, masha});
  const Id answer = h.by(colleague).work(afternoon.lesson, "answer");
  const auto statement = h.by(colleague).propose(MarkGiven{answer, 0, masha, "5"});
  EXPECT_EQ(text(judge(statement, {h.local("2026-11-23 12:20").micros - 1})), "refused future_entry");
  EXPECT_EQ(text(judge(statement, h.local("2026-11-23 12:20"))), "accepted");
}

TEST_F(Marks, WhoLeftIsMarkedNoMoreWhoCameLaterMayMakeUp) {  // r000 3.2
  const Id control = h.work(lesson, "control");
  as_secretary().basis("order", "9").from("2026-11-25").add(MovementOrdered{masha, {}, Movement::kExpelled});
  const Id newcomer = h.from("2026-11-25").student(physics);
  const auto give = [&](const Id& student) { return MarkGiven{control, 0, student, "4"}; };
  EXPECT_EQ(ruled_at("2026-11-24 12:00", h.by(teacher), give(masha)), "accepted");
  EXPECT_EQ(ruled_at("2026-11-24 12:00", h.by(teacher), give(newcomer)), "refused not_enrolled");
  EXPECT_EQ(ruled_at("2026-11-25 12:00", h.by(teacher), give(masha)), "refused not_enrolled");
  EXPECT_EQ(ruled_at("2026-11-25 12:00", h.by(teacher), give(newcomer)), "accepted");
}

TEST_F(Marks, ACellHoldsOneMarkUnlessTheProfileAllowsMore) {
  const Id control = h.work(lesson, "control");
  h.mark(control, masha, "4");
  EXPECT_EQ(marked(control, "5"), "refused second_mark");
  EXPECT_EQ(ruled(h.by(teacher), MarkGiven{control, 0, petya, "5"}), "accepted");
  adopt(r000_with("max_per_cell = 1", "max_per_cell = 2"), "2026-11-24");
  h.at("2026-11-24 10:00");
  EXPECT_EQ(marked(control, "5"), "refused second_mark") << "a lesson before the profile";
  const Id later = h.work(h.lesson(physics, "2026-11-26", 3), "control");
  h.mark(later, masha, "4");
  EXPECT_EQ(marked(later, "5"), "accepted");
  h.mark(later, masha, "5");
  EXPECT_EQ(marked(later, "5"), "refused second_mark");
}

TEST_F(Marks, EveryPartHasACellAndTheFirstIsCalledZeroOrOne) {
  auto planned = work();
  planned.parts = 2;
  const Id dictation = h.by(teacher).add(planned);
  h.mark(dictation, masha, "5", 0);
  EXPECT_EQ(marked(dictation, "4", 1), "refused second_mark") << "part 0 is the first one";
  EXPECT_EQ(marked(dictation, "4", 2), "accepted");
  EXPECT_EQ(marked(dictation, "4", 3), "refused invalid_value");
  h.by(teacher).add(MarkGiven{dictation, 1, petya, "3"});
  EXPECT_EQ(ruled(h.by(teacher), MarkGiven{dictation, 0, petya, "4"}), "refused second_mark");
}

TEST_F(Marks, AMarkThatWasWithdrawnOrAnnulledMakesRoom) {
  const Id control = h.work(lesson, "control");
  const Id first = h.mark(control, masha, "4");
  const Id withdrawn = h.awaiting({Role::kDeputyHead}).withdraw(first);
  EXPECT_EQ(marked(control, "5"), "refused second_mark") << "a withdrawal counts from its endorsement on";
  h.endorse(withdrawn);
  EXPECT_EQ(marked(control, "5"), "accepted");
  const Id second = h.mark(control, masha, "5");
  EXPECT_EQ(marked(control, "3"), "refused second_mark");
  h.annul(second);
  EXPECT_EQ(marked(control, "3"), "accepted");
}

// --- Corrections

TEST_F(Marks, ACorrectionHasAReasonAValueAndAwaitsTheDeputy) {
  const Id control = h.work(lesson, "control");
  const Id mark = h.mark(control, masha, "4");
  const auto accepted = ruling(by_teacher_with_reason(), correction(mark, "5"));
  EXPECT_EQ(text(accepted), "accepted");
  EXPECT_EQ(accepted.awaits, std::vector{Role::kDeputyHead});
  EXPECT_EQ(ruled(h.by(teacher), correction(mark, "5")), "refused invalid_value") << "no reason";
  EXPECT_EQ(ruled(by_teacher_with_reason(), correction(mark, {})), "refused invalid_value") << "no value";
  EXPECT_EQ(ruled(by_teacher_with_reason(), correction(mark, "7")), "refused off_scale");
  EXPECT_EQ(ruled(by_teacher_with_reason(), withdrawal(mark)), "accepted");
  EXPECT_EQ(ruled(reasoned(h.by(colleague), masha), correction(mark, "5")), "refused not_own_group");
}

TEST_F(Marks, AReasonIsAboutWhomItIsAbout) {
  const Id mark = h.by(teacher).add(MarkGiven{h.by(teacher).add(work()), 0, masha, "4"});
  EXPECT_EQ(ruled(reasoned(h.by(teacher), petya), correction(mark, "5")), "refused invalid_value");
  EXPECT_EQ(ruled(reasoned(h.by(teacher), masha), correction(mark, "5")), "accepted");
}

TEST_F(Marks, ACorrectionOfMarksMayBeForbidden) {
  adopt(r000_with("mode = \"reason_and_approval\"\nendorsed_by = \"deputy_head\"", "mode = \"forbidden\""),
        "2026-11-24");
  const Id earlier = h.mark(h.work(lesson, "control"), masha, "4");
  h.at("2026-11-26 10:30");
  EXPECT_EQ(ruled(by_teacher_with_reason(), correction(earlier, "5")), "accepted") << "a lesson before the profile";
  lesson = h.lesson(physics, "2026-11-26", 3);
  const Id mark = h.mark(h.work(lesson, "control"), masha, "4");
  const Id absence = h.absence(lesson, petya);
  EXPECT_EQ(ruled(by_teacher_with_reason(), correction(mark, "5")), "refused correction_forbidden");
  EXPECT_EQ(ruled(by_teacher_with_reason(), withdrawal(mark)), "refused correction_forbidden");
  EXPECT_EQ(ruled(reasoned(h.by(teacher), petya), withdrawal(absence)), "accepted") << "absences are another matter";
  EXPECT_EQ(ruled(as_director().basis("protocol", "2"), EntryAnnulled{mark, "Решение комиссии"}), "accepted");
}

TEST_F(Marks, OnlyWhatStandsIsCorrected) {
  const Id control = h.work(lesson, "control");
  const Id mark = h.mark(control, masha, "4");
  EXPECT_EQ(ruled(by_teacher_with_reason(), correction(some_id(), "5")), "refused target_missing");
  EXPECT_EQ(ruled(by_teacher_with_reason(), correction(control, "5")), "refused cannot_correct")
      << "a work is no entry of a cell";
  h.annul(mark);
  EXPECT_EQ(ruled(by_teacher_with_reason(), correction(mark, "5")), "refused already_decided");
}

// One question at a time: the deputy signs what stands in the journal when they sign.
TEST_F(Marks, OneCorrectionOfAnEntryWaitsAtATime) {
  const Id control = h.work(lesson, "control");
  const Id mark = h.mark(control, masha, "4"), other = h.mark(control, petya, "4");
  const Id first = h.by(teacher).awaiting({Role::kDeputyHead}).correct(mark, "5");
  EXPECT_EQ(ruled(by_teacher_with_reason(), correction(mark, "3")), "refused correction_waits");
  EXPECT_EQ(ruled(by_teacher_with_reason(), withdrawal(mark)), "refused correction_waits");
  EXPECT_EQ(ruled(reasoned(h.by(teacher), petya), correction(other, "3")), "accepted") << "another mark";
  h.endorse(first, false);
  EXPECT_EQ(ruled(by_teacher_with_reason(), correction(mark, "3")), "accepted") << "turned down, another may be made";
  const Id second = h.by(teacher).awaiting({Role::kDeputyHead}).correct(mark, "3");
  h.endorse(second);
  EXPECT_EQ(ruled(by_teacher_with_reason(), correction(mark, "5")), "accepted") << "signed, it waits no more";
}

TEST_F(Marks, OneAnnulmentOfAnEntryWaitsAtATime) {
  const Id mark = h.mark(h.work(lesson, "control"), masha, "4");
  const EntryAnnulled body{mark, "Решение комиссии"};
  const auto annulled = [&] { return ruled(as_director().basis("protocol", "2"), body); };
  EXPECT_EQ(annulled(), "accepted");
  as_director().basis("protocol", "2").awaiting({Role::kCommission}).add(body);
  EXPECT_EQ(annulled(), "refused correction_waits");
}

// What a commission annulled meanwhile is corrected no more.
TEST_F(Marks, AnAnnulledMarkIsCorrectedNoMore) {
  const Id mark = h.mark(h.work(h.lesson(physics, "2026-11-23", 2), "answer"), masha, "4");
  const Id first = h.by(teacher).awaiting({Role::kDeputyHead}).correct(mark, "5");
  h.annul(mark);
  EXPECT_EQ(ruled(as_deputy(), Endorsed{first, true}), "refused already_decided");
  EXPECT_EQ(ruled(as_deputy(), Endorsed{first, false}), "accepted") << "it may still be turned down";
}

TEST_F(Marks, TopicsAndHomeworkAreCorrectedInRussianWithoutASecondSignature) {
  const Id topic = h.topic(lesson, "Закон Ома");
  const Id homework = h.homework(lesson, "§ 12", "2026-11-26");
  for (const Id& target : {topic, homework}) {
    const auto accepted = ruling(by_teacher_with_reason(), correction(target, "Закон Ома для участка цепи"));
    EXPECT_EQ(text(accepted), "accepted");
    EXPECT_TRUE(accepted.awaits.empty());
    EXPECT_EQ(ruled(by_teacher_with_reason(), correction(target, "Ohm's law")), "refused not_russian");
    EXPECT_EQ(ruled(by_teacher_with_reason(), EntryCorrected{target, {}, 5, false}), "refused invalid_value");
    EXPECT_EQ(ruled(by_teacher_with_reason(), withdrawal(target)), "accepted");
  }
}

// A dot in time and the task the next day is a task of the next day.
TEST_F(Marks, ATextSaidAnewAfterTheDeadlineIsLate) {
  const Id topic = h.topic(lesson, ".");
  const Id homework = h.homework(lesson, ".", "2026-11-26");
  expect_until(by_teacher_with_reason().propose(correction(topic, "Закон Ома")), h.local("2026-11-24 00:00"),
               rule::kTopicDeadline);
  EXPECT_EQ(ruled_at("2026-11-24 10:00", by_teacher_with_reason(), correction(homework, "§ 12")),
            "late homework_deadline");
}

// Whatever a teacher marked may be set right: with a reason, signed by the deputy, the first value staying where it was.
TEST_F(Marks, MarksOfEveryKindAreCorrectedAlike) {
  const Id control = h.work(lesson, "control");
  const Id absence = h.absence(lesson, masha);
  const Id makeup = h.by(teacher).basis("protocol", "5").add(MakeupMarkGiven{control, 0, masha, "3", absence});
  const Id final_mark = h.by(teacher).add(FinalMarkGiven{physics, petya, "4"});
  AttestationMarkGiven sat;
  sat.group = physics;
  sat.student = petya;
  sat.form = "exam";
  sat.held_on = day("2026-11-23");
  sat.value = "4";
  const Id attested = h.by(teacher).add(sat);
  for (const auto& [mark, whose] :
       {std::pair{makeup, masha}, std::pair{final_mark, petya}, std::pair{attested, petya}}) {
    const auto corrected = ruling(reasoned(h.by(teacher), whose), correction(mark, "5"));
    EXPECT_EQ(text(corrected), "accepted");
    EXPECT_EQ(corrected.awaits, std::vector{Role::kDeputyHead});
    EXPECT_EQ(ruled(reasoned(h.by(teacher), whose), correction(mark, "6")), "refused off_scale");
    EXPECT_EQ(ruled(reasoned(h.by(colleague), whose), correction(mark, "5")), "refused not_own_group");
  }
  h.by(teacher).add(withdrawal(final_mark));
  EXPECT_EQ(ruled(h.by(teacher), FinalMarkGiven{physics, petya, "3"}), "accepted") << "the cell is free";
}

TEST_F(Marks, AbsencesAreSetRightByTeacherAndClassTeacherTogether) {  // r000 3.2
  const Id absence = h.absence(lesson, masha);
  const auto by_the_teacher = ruling(by_teacher_with_reason(), withdrawal(absence));
  EXPECT_EQ(text(by_the_teacher), "accepted");
  EXPECT_EQ(by_the_teacher.awaits, std::vector{Role::kClassTeacher});
  const auto by_the_curator = ruling(reasoned(as_curator(), masha), withdrawal(absence));
  EXPECT_EQ(text(by_the_curator), "accepted");
  EXPECT_EQ(by_the_curator.awaits, std::vector{Role::kTeacher});
  const Id stranger = h.person();
  appoint(h.klass("7Б"), stranger);
  EXPECT_EQ(ruled(reasoned(h.by(stranger, Role::kClassTeacher), masha), withdrawal(absence)), "refused not_own_group");
}

TEST_F(Marks, AClassTeacherWhoTeachesTheOwnClassNeedsNobodyElse) {
  appoint(h.klass("7А"), teacher, "2026-11-23");
  const Id absence = h.absence(lesson, masha);
  EXPECT_TRUE(ruling(by_teacher_with_reason(), withdrawal(absence)).awaits.empty());
  EXPECT_TRUE(ruling(reasoned(h.by(teacher, Role::kClassTeacher), masha), withdrawal(absence)).awaits.empty());
  const Id mark = h.mark(h.work(lesson, "control"), masha, "4");
  EXPECT_EQ(ruling(by_teacher_with_reason(), withdrawal(mark)).awaits, std::vector{Role::kDeputyHead})
      << "marks are another matter";
}

TEST_F(Marks, AClassTeacherMayBeAllowedToSetAbsencesRightAlone) {
  adopt(r000_with("mode = \"with_teacher\"", "mode = \"by_class_teacher\""), "2026-11-24");
  const Id absence = h.absence(h.lesson(physics, "2026-11-26", 3), masha);
  EXPECT_TRUE(ruling(reasoned(as_curator(), masha), withdrawal(absence)).awaits.empty());
}

TEST_F(Marks, AClassTeacherCorrectsNoMarks) {  // r000 3.2
  const Id mark = h.mark(h.work(lesson, "control"), masha, "4");
  EXPECT_EQ(ruled(reasoned(as_curator(), masha), correction(mark, "5")), "refused not_entitled");
}

// --- Annulments

TEST_F(Marks, AnAnnulmentRestsOnADecisionAndTheCommission) {
  const Id mark = h.mark(h.work(lesson, "control"), masha, "4");
  const EntryAnnulled body{mark, "Решение комиссии"};
  const auto accepted = ruling(as_director().basis("protocol", "2"), body);
  EXPECT_EQ(text(accepted), "accepted");
  EXPECT_EQ(accepted.awaits, std::vector{Role::kCommission});
  EXPECT_EQ(ruled(as_director(), body), "refused no_basis");
  EXPECT_EQ(ruled(as_director().basis("protocol", "2"), EntryAnnulled{some_id(), {}}), "refused target_missing");
  as_director().basis("protocol", "2").add(body);
  EXPECT_EQ(ruled(as_director().basis("protocol", "2"), body), "refused already_decided");
}

TEST_F(Marks, WhatMakesTheSchoolIsUndoneByItsOwnActNotByAnnulment) {
  const Id act = as_director().add(RoleGranted{teacher, Role::kDeputyHead});
  EXPECT_EQ(ruled(as_director().basis("protocol", "2"), EntryAnnulled{act, "Решение комиссии"}),
            "refused cannot_annul");
}

// --- Second signatures

TEST_F(Marks, AnEndorsementIsBySomebodyElseInTheRoleAwaitedAndOnce) {
  const Id mark = h.mark(h.work(lesson, "control"), masha, "4");
  const Id proposed = h.sealed("reason", masha, some_hash()).awaiting({Role::kDeputyHead}).correct(mark, "5");
  const Endorsed visa{proposed, true};
  EXPECT_EQ(ruled(as_deputy(), visa), "accepted");
  EXPECT_EQ(ruled(as_director(), visa), "refused not_entitled") << "the deputy's, not the director's";
  h.grant(teacher, Role::kDeputyHead);
  EXPECT_EQ(ruled(h.by(teacher, Role::kDeputyHead), visa), "refused cannot_endorse_own");
  EXPECT_EQ(ruled(as_deputy(), Endorsed{some_id(), true}), "refused target_missing");
  EXPECT_EQ(ruled(as_deputy(), Endorsed{mark, true}), "refused already_decided") << "it awaits nothing";
  as_deputy().add(visa);
  EXPECT_EQ(ruled(as_deputy(), visa), "refused already_decided");
}

TEST_F(Marks, TwoSignaturesAreOfTwoPeople) {
  const Id person = h.person();
  const Id grant = h.awaiting({Role::kDirector, Role::kDeputyHead}).grant(person, Role::kSecretary);
  as_deputy().add(Endorsed{grant, true});
  h.grant(h.deputy(), Role::kDirector);
  EXPECT_EQ(ruled(h.by(h.deputy(), Role::kDirector), Endorsed{grant, true}), "refused already_endorsed");
  EXPECT_EQ(ruled(as_director(), Endorsed{grant, true}), "accepted");
}

TEST_F(Marks, AnOfficialDoesNotEndorseTheOwnProposalInAnotherRole) {
  h.grant(h.administrator(), Role::kDeputyHead);
  const Id kind = h.awaiting({Role::kDeputyHead}).work_kind("essay", true);
  EXPECT_EQ(ruled(h.by(h.administrator(), Role::kDeputyHead), Endorsed{kind, true}), "refused cannot_endorse_own");
  EXPECT_EQ(ruled(as_deputy(), Endorsed{kind, true}), "accepted");
}

TEST_F(Marks, ADeniedProposalIsDecided) {
  const Id kind = h.awaiting({Role::kDeputyHead}).work_kind("essay", true);
  EXPECT_EQ(ruled(as_deputy(), Endorsed{kind, false}), "accepted") << "whoever endorses may deny";
  h.endorse(kind, false);
  EXPECT_EQ(ruled(as_deputy(), Endorsed{kind, true}), "refused already_decided");
  EXPECT_EQ(ruled(h.by(teacher), work("essay")), "refused dictionary_unknown");
}

TEST_F(Marks, AProposalCountsFromItsEndorsementOn) {
  const Id kind = h.awaiting({Role::kDeputyHead}).work_kind("essay", true);
  EXPECT_EQ(ruled(h.by(teacher), work("essay")), "refused dictionary_unknown");
  h.endorse(kind);
  EXPECT_EQ(ruled(h.by(teacher), work("essay")), "accepted");
}

TEST_F(Marks, ATeacherEndorsesForTheOwnLessonAClassTeacherForTheOwnClass) {
  const Id absence = h.absence(lesson, masha);
  const Id by_curator = as_curator().awaiting({Role::kTeacher}).withdraw(absence);
  EXPECT_EQ(ruled(h.by(teacher), Endorsed{by_curator, true}), "accepted");
  EXPECT_EQ(ruled(h.by(colleague), Endorsed{by_curator, true}), "refused not_own_group");
  const Id lateness = h.lateness(lesson, petya, 5);
  const Id by_the_teacher = h.awaiting({Role::kClassTeacher}).withdraw(lateness);
  const Id stranger = h.person();
  appoint(h.klass("7Б"), stranger);
  EXPECT_EQ(ruled(as_curator(), Endorsed{by_the_teacher, true}), "accepted");
  EXPECT_EQ(ruled(h.by(stranger, Role::kClassTeacher), Endorsed{by_the_teacher, true}), "refused not_own_group");
}

// --- The stories are complete

std::string contents(const std::filesystem::path& path) {
  std::ostringstream all;
  all << std::ifstream(path).rdbuf();
  return all.str();
}

TEST(Stories, EveryRuleThatDecideCanGiveIsTold) {
  const std::filesystem::path root(LETOPIS_SOURCE_DIR);
  std::string told;
  for (const auto& file : std::filesystem::directory_iterator(root / "tests/unit/commands"))
    if (file.path().filename().string().starts_with("rules_")) told += contents(file.path());
  std::set<std::string> given;
  constexpr std::string_view kConstant = "rule::k";
  for (const auto& file : std::filesystem::directory_iterator(root / "commands")) {
    if (!file.path().filename().string().starts_with("decide")) continue;
    const std::string source = contents(file.path());
    for (std::size_t at = source.find(kConstant); at != std::string::npos; at = source.find(kConstant, at + 1)) {
      std::size_t end = at + kConstant.size();
      while (end < source.size() && std::isalpha(static_cast<unsigned char>(source[end])) != 0) ++end;
      given.insert(source.substr(at + kConstant.size(), end - at - kConstant.size()));
    }
  }
  EXPECT_GT(given.size(), 30U);
  for (const auto& name : given) {
    std::string id;
    for (const char c : name) {
      if (c >= 'A' && c <= 'Z' && !id.empty()) id += '_';
      id += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    const bool is_told = told.find("\"refused " + id + "\"") != std::string::npos ||
                         told.find("\"late " + id + "\"") != std::string::npos ||
                         told.find("rule::k" + name + ")") != std::string::npos;
    EXPECT_TRUE(is_told) << id;
  }
}

}  // namespace
}  // namespace letopis::commands
