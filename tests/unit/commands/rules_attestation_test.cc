// Examinations and зачёты: commissions, missed attestations (r002 3.2), debts and retakes.

#include "tests/unit/commands/rules_fixture.h"

namespace letopis::commands {
namespace {

using namespace ledger;
using test::day;

class Attestation : public Rules {
 protected:
  explicit Attestation(std::string_view regulation = "r002") : Rules(regulation) { examiner = h.teacher(); }
  AttestationMarkGiven mark(const Id& student, const char* held_on = "2026-11-23") const {
    AttestationMarkGiven given;
    given.group = physics;
    given.student = student;
    given.form = "exam";
    given.value = "4";
    given.held_on = day(held_on);
    return given;
  }
  Id commission(const Id& group) {
    return h.by(h.director(), Role::kDirector)
        .basis("order", "31")
        .add(CommissionAppointed{group, {teacher, examiner}});
  }
  // The application, signed by whoever may.
  Id requested(const Id& student) {
    const Id request =
        h.by(student, Role::kStudent).awaiting({Role::kDeputyHead}).add(AttestationRequested{physics, student, "exam"});
    return request;
  }
  test::History& with_sheet(test::History& said) {
    said.basis("exam_sheet", "5");
    return said;
  }
  Statement referred(const Id& referral, const Id& commission, const char* held_on, bool protocol = true) {
    AttestationMarkGiven given = mark(masha, held_on);
    given.referral = referral;
    given.commission = commission;
    Statement statement = with_sheet(h.by(teacher)).propose(given);
    if (protocol) statement.basis->order = "протокол 5";
    return statement;
  }
  Id examiner;
};

TEST_F(Attestation, IsGivenByTheTeacherOfTheGroupOnItsDayOrLater) {
  EXPECT_EQ(ruled(h.by(teacher), mark(masha)), "accepted");
  EXPECT_EQ(ruled(h.by(teacher), mark(masha, "2026-11-24")), "refused not_yet");
  EXPECT_EQ(ruled(h.by(colleague), mark(masha)), "refused not_own_group");
  EXPECT_EQ(ruled(h.by(teacher), mark(h.person(Role::kStudent))), "refused not_enrolled");
  AttestationMarkGiven pass = mark(masha);
  pass.form = "credit";
  pass.value = "зач";
  EXPECT_EQ(ruled(h.by(teacher), pass), "refused off_scale") << "r002 3.2: зачёты too are marked 2 to 5";
  pass.value = "5";
  EXPECT_EQ(ruled(h.by(teacher), pass), "accepted");
}

TEST_F(Attestation, Clause3_2ACommissionIsAppointedByTheDirectorsOrderForAGroup) {
  const CommissionAppointed appointed{physics, {teacher, examiner}};
  EXPECT_EQ(ruled(as_director(), appointed), "refused no_basis");
  EXPECT_EQ(ruled(as_director().basis("protocol", "1"), appointed), "refused no_basis");
  EXPECT_EQ(ruled(as_director().basis("order", "31"), appointed), "accepted");
  EXPECT_EQ(ruled(as_director().basis("order", "31"), CommissionAppointed{physics, {teacher, teacher}}),
            "refused duplicate_entry");
}

TEST_F(Attestation, Clause3_2TheApplicationIsSignedByTheDirectorOrADeputy) {
  const AttestationRequested request{physics, masha, "exam"};
  EXPECT_EQ(ruling(h.by(masha, Role::kStudent), request).awaits, std::vector{Role::kDeputyHead});
  EXPECT_EQ(ruled(h.by(petya, Role::kStudent), request), "refused not_own_family") << "for somebody else";
  const Id asked = requested(masha);
  EXPECT_EQ(ruled(as_deputy(), Endorsed{asked, true}), "accepted");
  EXPECT_EQ(ruled(as_director(), Endorsed{asked, true}), "accepted");
  EXPECT_EQ(ruled(as_curator(), Endorsed{asked, true}), "refused not_entitled");
  const Id board = commission(physics);
  EXPECT_EQ(ruled(as_deputy(), ReferralIssued{asked, day("2026-12-01"), board}), "refused unknown_reference")
      << "not signed yet";
  as_director().endorse(asked);
  EXPECT_EQ(ruled(as_deputy(), ReferralIssued{asked, day("2026-12-01"), board}), "accepted");
}

TEST_F(Attestation, Clause3_2AReferralHasItsDateAndItsCommission) {
  const Id asked = requested(masha);
  as_deputy().endorse(asked);
  EXPECT_EQ(ruled(as_deputy(), ReferralIssued{asked, day("2026-12-01"), some_id()}), "refused unknown_reference");
  EXPECT_EQ(ruled(as_deputy(), ReferralIssued{asked, day("2026-12-01"), commission(chemistry)}),
            "refused unknown_reference")
      << "of another group";
  const Id board = commission(physics);
  EXPECT_EQ(ruled(as_deputy(), ReferralIssued{asked, day("2026-11-22"), board}), "refused retroactive_effect");
  EXPECT_EQ(ruled(as_deputy(), ReferralIssued{asked, day("2026-11-23"), board}), "accepted");
  as_deputy().add(ReferralIssued{asked, day("2026-12-01"), board});
  EXPECT_EQ(ruled(as_deputy(), ReferralIssued{asked, day("2026-12-02"), board}), "refused duplicate_entry");
}

TEST_F(Attestation, Clause3_2WhoMissedItIsAttestedByReferralProtocolAndExamSheet) {
  EXPECT_EQ(ruled(h.by(teacher), mark(masha, "2026-11-23")), "accepted") << "sat it with the group";
  h.by(teacher).add(mark(petya));
  h.at("2026-12-01 12:00");
  EXPECT_EQ(ruled(with_sheet(h.by(teacher)), mark(masha, "2026-12-01")), "refused attestation_without_referral");
  const Id asked = requested(masha);
  as_deputy().endorse(asked);
  const Id board = commission(physics);
  const Id referral = as_deputy().add(ReferralIssued{asked, day("2026-12-01"), board});
  EXPECT_EQ(text(judge(referred(referral, board, "2026-12-01", false), h.now())), "refused no_basis") << "no protocol";
  EXPECT_EQ(text(judge(referred(referral, board, "2026-11-30"), h.now())), "refused state_clash") << "another day";
  EXPECT_EQ(text(judge(referred(referral, commission(physics), "2026-12-01"), h.now())), "refused state_clash");
  const auto accepted = judge(referred(referral, board, "2026-12-01"), h.now());
  EXPECT_EQ(text(accepted), "accepted");
  EXPECT_EQ(accepted.awaits, std::vector{Role::kCommission}) << "the member beside the author";
}

// A session of every semester: who sits the summer's exam with the group missed none of the winter's.
TEST_F(Attestation, Clause3_2TheNextSessionIsAnAttestationOfItsOwn) {
  as_administrator().add(YearOpened{"2026/2027", day("2026-09-01"), day("2027-06-30")});
  add_period("semester", "2026-09-01", "2026-12-26");
  add_period("semester", "2027-01-11", "2027-06-20");
  h.by(teacher).add(mark(petya));
  h.at("2026-12-01 12:00");
  EXPECT_EQ(ruled(h.by(teacher), mark(masha, "2026-12-01")), "refused attestation_without_referral");
  h.at("2027-06-10 12:00");
  EXPECT_EQ(ruled(h.by(teacher), mark(masha, "2027-06-10")), "accepted");
  h.by(teacher).add(mark(petya, "2027-06-10"));
  h.at("2027-06-11 12:00");
  EXPECT_EQ(ruled(h.by(teacher), mark(masha, "2027-06-11")), "refused attestation_without_referral");
}

TEST_F(Attestation, WhatWasAnnulledWasNotHeldAndFreesItsReferral) {
  const Id first = h.by(teacher).add(mark(petya));
  h.at("2026-12-01 12:00");
  h.annul(first);
  EXPECT_EQ(ruled(h.by(teacher), mark(masha, "2026-12-01")), "accepted") << "nobody has sat it yet";
  h.by(teacher).add(mark(petya, "2026-11-24"));
  const Id asked = requested(masha);
  as_deputy().endorse(asked);
  const Id board = commission(physics);
  const Id referral = as_deputy().add(ReferralIssued{asked, day("2026-12-01"), board});
  AttestationMarkGiven given = mark(masha, "2026-12-01");
  given.referral = referral;
  given.commission = board;
  const Id sat = h.by(teacher).add(given);
  h.annul(sat);
  EXPECT_EQ(text(judge(referred(referral, board, "2026-12-01"), h.now())), "accepted") << "annulled, it is not used up";
}

// A second mark beside the first would be a correction without its second signature.
TEST_F(Attestation, IsGivenOnceForAFormAndADay) {
  const Id first = h.by(teacher).add(mark(masha));
  EXPECT_EQ(ruled(h.by(teacher), mark(masha)), "refused duplicate_entry");
  AttestationMarkGiven credit = mark(masha);
  credit.form = "credit";
  EXPECT_EQ(ruled(h.by(teacher), credit), "accepted") << "another form";
  h.annul(first);
  EXPECT_EQ(ruled(h.by(teacher), mark(masha)), "accepted");
  AttestationMarkGiven before_a_board = mark(masha);
  before_a_board.commission = commission(physics);
  h.by(teacher).awaiting({Role::kCommission}).add(before_a_board);
  EXPECT_EQ(ruled(h.by(teacher), mark(masha)), "refused duplicate_entry") << "one waits for its commission";
}

// Exam and зачёт marks are given by the dates set for the marks of their period, and never backdated.
TEST_F(Attestation, Clause3_2NotLaterThanTheDatesSet) {
  PeriodDefined semester;
  semester.period = some_id();
  semester.title = "1 семестр";
  semester.kind = "semester";
  semester.from = day("2026-09-01");
  semester.to = day("2026-12-26");
  semester.marks_from = day("2026-12-14");
  semester.marks_to = day("2026-12-24");
  as_deputy().add(semester);
  const auto in_it = h.by(teacher).propose(mark(masha, "2026-11-23"));
  EXPECT_EQ(text(judge(in_it, h.local("2026-12-25 00:00"))), "accepted") << "the last midnight of 24.12";
  EXPECT_EQ(text(judge(in_it, h.local("2026-12-25 00:01"))), "refused backdated");
  const auto by_sheet = with_sheet(h.by(teacher)).propose(mark(masha, "2026-11-23"));
  EXPECT_EQ(text(judge(by_sheet, h.local("2026-12-25 00:01"))), "late attestation_mark_deadline");
  EXPECT_NE(told.ru.find("23.11.2026"), std::string::npos) << told.ru;
  h.at("2026-12-28 12:00");  // the session after the semester: the day it was held
  const auto after_it = h.by(teacher).propose(mark(masha, "2026-12-28"));
  EXPECT_EQ(text(judge(after_it, h.local("2026-12-29 00:00"))), "accepted");
  EXPECT_EQ(text(judge(after_it, h.local("2026-12-29 00:01"))), "refused backdated");
}

TEST_F(Attestation, Clause3_2EveryMemberOfTheCommissionSigns) {
  const Id board = commission(physics);
  AttestationMarkGiven given = mark(masha);
  given.commission = board;
  const Id proposed = h.by(teacher).awaiting({Role::kCommission}).add(given);
  EXPECT_EQ(ruled(h.by(examiner, Role::kCommission), Endorsed{proposed, true}), "accepted")
      << "a member is the commission without a grant";
  const Id stranger = h.person(Role::kCommission);
  EXPECT_EQ(ruled(h.by(stranger, Role::kCommission), Endorsed{proposed, true}), "refused not_addressee");
  EXPECT_EQ(ruled(h.by(colleague, Role::kCommission), Endorsed{proposed, true}), "refused not_entitled");
}

TEST_F(Attestation, AMemberIsTheCommissionForItsOwnGroupAlone) {
  commission(physics);
  const Id mark = h.mark(h.work(h.lesson(physics, "2026-11-23", 2), "answer"), masha, "4");
  const Id annulled = h.by(h.director(), Role::kDirector)
                          .basis("order", "1")
                          .awaiting({Role::kCommission})
                          .add(EntryAnnulled{mark, {}});
  EXPECT_EQ(ruled(h.by(examiner, Role::kCommission), Endorsed{annulled, true}), "refused not_entitled");
  EXPECT_EQ(ruled(h.by(h.person(Role::kCommission), Role::kCommission), Endorsed{annulled, true}), "accepted");
}

class AttestationR001 : public Attestation {
 protected:
  AttestationR001() : Attestation("r001") {}
};
TEST_F(AttestationR001, WhereTheRegulationIsSilentNoReferralIsAsked) {
  h.by(teacher).add(mark(petya));
  h.at("2026-12-01 12:00");
  EXPECT_EQ(ruled(h.by(teacher), mark(masha, "2026-12-01")), "accepted");
}

// --- Debts

class Debts : public Attestation {};

TEST_F(Debts, AreRecordedOnceAndCleared) {
  const DebtRecorded debt{masha, physics, {}};
  EXPECT_EQ(ruled(as_deputy(), debt), "accepted");
  const Id recorded = as_deputy().add(debt);
  EXPECT_EQ(ruled(as_deputy(), debt), "refused duplicate_entry");
  EXPECT_EQ(ruled(as_deputy(), DebtCleared{some_id()}), "refused unknown_reference");
  as_deputy().add(DebtCleared{recorded});
  EXPECT_EQ(ruled(as_deputy(), DebtCleared{recorded}), "refused already_decided");
  EXPECT_EQ(ruled(as_deputy(), debt), "accepted") << "a new one";
}

TEST_F(Debts, AreRetakenAtMostTwiceTheSecondBeforeACommission) {
  const Id debt = as_deputy().add(DebtRecorded{masha, physics, {}});
  EXPECT_EQ(ruled(as_deputy(), RetakeScheduled{debt, day("2026-12-10"), 2, {}}), "refused retake_limit")
      << "the first comes first";
  EXPECT_EQ(ruled(as_deputy(), RetakeScheduled{debt, day("2026-11-20"), 1, {}}), "refused retroactive_effect");
  as_deputy().add(RetakeScheduled{debt, day("2026-12-10"), 1, {}});
  EXPECT_EQ(ruled(as_deputy(), RetakeScheduled{debt, day("2026-12-20"), 2, {}}), "refused unknown_reference");
  const Id board = commission(physics);
  EXPECT_EQ(ruled(as_deputy(), RetakeScheduled{debt, day("2027-11-23"), 2, board}), "accepted") << "a year to the day";
  EXPECT_EQ(ruled(as_deputy(), RetakeScheduled{debt, day("2027-11-24"), 2, board}), "refused retake_limit");
  as_deputy().add(RetakeScheduled{debt, day("2026-12-20"), 2, board});
  EXPECT_EQ(ruled(as_deputy(), RetakeScheduled{debt, day("2026-12-21"), 3, board}), "refused retake_limit");
}

}  // namespace
}  // namespace letopis::commands
