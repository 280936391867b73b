#pragma once
// Every type of statement has its judge, in the file of its family; a type without one does not build. What all types have in
// common (who may sign, the key, the checkpoint seen) is judged before, in decide.cc.

#include "commands/decide_case.h"

namespace letopis::commands {

// decide_people.cc: school, people, keys.
void judge(Case& c, const ledger::ProfileAdopted& b);
void judge(Case& c, const ledger::ZoneOffsetSet& b);
void judge(Case& c, const ledger::PersonRegistered& b);
void judge(Case& c, const ledger::PersonalDataChanged& b);
void judge(Case& c, const ledger::GuardianSet& b);
void judge(Case& c, const ledger::RoleGranted& b);
void judge(Case& c, const ledger::RoleRevoked& b);
void judge(Case& c, const ledger::InvitationIssued& b);
void judge(Case& c, const ledger::InvitationRevoked& b);
void judge(Case& c, const ledger::KeyEnrolled& b);
void judge(Case& c, const ledger::KeyRevoked& b);
void judge(Case& c, const ledger::KeyRotated& b);
void judge(Case& c, const ledger::PersonalTextErased& b);
void judge(Case& c, const ledger::CompromiseReported& b);
void judge(Case& c, const ledger::CompromiseReceived& b);

// decide_structure.cc: branches, years, classes, groups, movement.
void judge(Case& c, const ledger::BranchDefined& b);
void judge(Case& c, const ledger::ProgrammeDefined& b);
void judge(Case& c, const ledger::YearOpened& b);
void judge(Case& c, const ledger::PeriodDefined& b);
void judge(Case& c, const ledger::CalendarExceptionSet& b);
void judge(Case& c, const ledger::BellsSet& b);
void judge(Case& c, const ledger::ClassOpened& b);
void judge(Case& c, const ledger::ClassLabelled& b);
void judge(Case& c, const ledger::ClassReorganised& b);
void judge(Case& c, const ledger::ClassTeacherAppointed& b);
void judge(Case& c, const ledger::TeachingGroupOpened& b);
void judge(Case& c, const ledger::GroupMemberSet& b);
void judge(Case& c, const ledger::SubgroupsSplit& b);
void judge(Case& c, const ledger::SubgroupMoved& b);
void judge(Case& c, const ledger::MovementOrdered& b);
void judge(Case& c, const ledger::IndividualModeSet& b);
void judge(Case& c, const ledger::StudyScheduleSet& b);

// decide_timetable.cc: who teaches what, when, and instead of whom.
void judge(Case& c, const ledger::TeachingAssigned& b);
void judge(Case& c, const ledger::TimetablePublished& b);
void judge(Case& c, const ledger::TimetableChanged& b);
void judge(Case& c, const ledger::LessonCancelled& b);
void judge(Case& c, const ledger::LessonMoved& b);
void judge(Case& c, const ledger::SubstitutionOrdered& b);
void judge(Case& c, const ledger::SubstitutionSigned& b);

// decide_plans.cc: curricula, КТП, coursework, tasks.
void judge(Case& c, const ledger::CurriculumSet& b);
void judge(Case& c, const ledger::WorkProgrammePublished& b);
void judge(Case& c, const ledger::PlanTemplateShared& b);
void judge(Case& c, const ledger::PlanPublished& b);
void judge(Case& c, const ledger::PlanAdjusted& b);
void judge(Case& c, const ledger::CourseworkAssigned& b);
void judge(Case& c, const ledger::CourseworkGraded& b);
void judge(Case& c, const ledger::MaterialPublished& b);
void judge(Case& c, const ledger::TaskAssigned& b);
void judge(Case& c, const ledger::SubmissionSent& b);
void judge(Case& c, const ledger::SubmissionReviewed& b);

// decide_lessons.cc: what happens in a lesson.
void judge(Case& c, const ledger::LessonRecorded& b);
void judge(Case& c, const ledger::TopicSet& b);
void judge(Case& c, const ledger::AttendanceTaken& b);
void judge(Case& c, const ledger::AbsenceRecorded& b);
void judge(Case& c, const ledger::LatenessRecorded& b);
void judge(Case& c, const ledger::AbsenceExcused& b);
void judge(Case& c, const ledger::AbsenceAnnounced& b);
void judge(Case& c, const ledger::HomeworkSet& b);
void judge(Case& c, const ledger::HomeworkDone& b);
void judge(Case& c, const ledger::RemarkRecorded& b);
void judge(Case& c, const ledger::WrittenWishGiven& b);

// decide_marks.cc: works and their marks.
void judge(Case& c, const ledger::WorkPlanned& b);
void judge(Case& c, const ledger::MarkGiven& b);
void judge(Case& c, const ledger::MarkAwaited& b);
void judge(Case& c, const ledger::MakeupMarkGiven& b);
void judge(Case& c, const ledger::MarkImported& b);

// decide_periods.cc: marks of periods and the whole course, council.
void judge(Case& c, const ledger::PeriodMarkGiven& b);
void judge(Case& c, const ledger::PeriodMarkWaived& b);
void judge(Case& c, const ledger::PeriodClosed& b);
void judge(Case& c, const ledger::PeriodReopened& b);
void judge(Case& c, const ledger::FinalMarkGiven& b);
void judge(Case& c, const ledger::CouncilDecided& b);

// decide_attestation.cc: commissions, examinations, debts.
void judge(Case& c, const ledger::CommissionAppointed& b);
void judge(Case& c, const ledger::AttestationRequested& b);
void judge(Case& c, const ledger::ReferralIssued& b);
void judge(Case& c, const ledger::AttestationMarkGiven& b);
void judge(Case& c, const ledger::DebtRecorded& b);
void judge(Case& c, const ledger::RetakeScheduled& b);
void judge(Case& c, const ledger::DebtCleared& b);

// decide_corrections.cc: corrections, annulments, second signatures.
void judge(Case& c, const ledger::EntryCorrected& b);
void judge(Case& c, const ledger::EntryAnnulled& b);
void judge(Case& c, const ledger::Endorsed& b);
void judge(Case& c, const ledger::FileAttached& b);

// decide_control.cc: outages, inspections, reports, prints.
void judge(Case& c, const ledger::DeadlineExtended& b);
void judge(Case& c, const ledger::OperationsAcknowledged& b);
void judge(Case& c, const ledger::SectionsVerified& b);
void judge(Case& c, const ledger::InspectionHeld& b);
void judge(Case& c, const ledger::InspectionNoteIssued& b);
void judge(Case& c, const ledger::FindingAcknowledged& b);
void judge(Case& c, const ledger::FindingResolved& b);
void judge(Case& c, const ledger::ViolationReported& b);
void judge(Case& c, const ledger::MeasureRecorded& b);
void judge(Case& c, const ledger::ReportIssued& b);
void judge(Case& c, const ledger::ReportReceived& b);
void judge(Case& c, const ledger::HoursReported& b);
void judge(Case& c, const ledger::HoursAccepted& b);
void judge(Case& c, const ledger::PrintCertified& b);
void judge(Case& c, const ledger::ArchiveDeposited& b);
void judge(Case& c, const ledger::DataExchanged& b);

// decide_families.cc: consents, contacts, diary, messages, documents.
void judge(Case& c, const ledger::PersonalDataVerified& b);
void judge(Case& c, const ledger::ConsentGiven& b);
void judge(Case& c, const ledger::ConsentWithdrawn& b);
void judge(Case& c, const ledger::ContactGiven& b);
void judge(Case& c, const ledger::ElectronicAccessDeclined& b);
void judge(Case& c, const ledger::DiarySigned& b);
void judge(Case& c, const ledger::PrintoutHanded& b);
void judge(Case& c, const ledger::NoticeServed& b);
void judge(Case& c, const ledger::NoticeDelivered& b);
void judge(Case& c, const ledger::NoticeAcknowledged& b);
void judge(Case& c, const ledger::SubscriptionSet& b);
void judge(Case& c, const ledger::MessageCommitted& b);
void judge(Case& c, const ledger::ConsultationRequested& b);
void judge(Case& c, const ledger::ConsultationAnswered& b);
void judge(Case& c, const ledger::AnnouncementPublished& b);
void judge(Case& c, const ledger::AnnouncementWithdrawn& b);
void judge(Case& c, const ledger::DocumentPublished& b);
void judge(Case& c, const ledger::DocumentAcknowledged& b);

// decide_evidence.cc: what comes from outside the operator, and the clock it is held against.
void judge(Case& c, const ledger::AnchorAdded& b);
void judge(Case& c, const ledger::ClockFault& b);
void judge(Case& c, const ledger::WitnessPolicySet& b);

// Nothing is asked of these beyond who signs them.
inline void judge(Case&, const std::monostate&) {}
inline void judge(Case&, const ledger::SchoolCreated&) {}
inline void judge(Case&, const ledger::DictionaryEntryDefined&) {}
inline void judge(Case&, const ledger::StateCommitted&) {}
inline void judge(Case&, const ledger::BackupMade&) {}
inline void judge(Case&, const ledger::RestoreDone&) {}
inline void judge(Case&, const ledger::PredecessorNamed&) {}
inline void judge(Case&, const ledger::NeighbourGenesis&) {}
inline void judge(Case&, const ledger::UsageTotalsFrozen&) {}
inline void judge(Case&, const ledger::ForecastIssued&) {}

}  // namespace letopis::commands
