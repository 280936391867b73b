// Outages, inspections, reports, hours, prints, archives (events.md: "Control, reports", "Archive, evidence").

#include <algorithm>

#include "commands/families.h"

namespace letopis::commands {

using namespace ledger;

// Evidence of an outage beside the lateness it caused; nothing is ever recorded as on time that was not.
void judge(Case& c, const DeadlineExtended& b) {
  for (const auto& klass : b.classes) c.known_class(klass);
  c.require(b.from <= c.now, rule::kNotYet);
}

// r002 5.4: the deputy who answers for what is done under the administrators' keys has seen it, up to an entry.
void judge(Case& c, const OperationsAcknowledged& b) {
  c.require(b.up_to < c.index, rule::kUnknownReference);
  c.require(b.up_to > c.state.office().operations_acknowledged() || b.up_to == 0, rule::kDuplicateEntry);
}

void judge(Case& c, const SectionsVerified& b) { c.listed("section", b.section); }

// --- Inspections -----------------------------------------------------------------------------------------------------

void judge(Case& c, const InspectionHeld& b) {
  c.listed("inspection_kind", b.kind);
  for (const auto& group : b.groups) c.known_group(group);
  for (const auto& klass : b.classes) c.known_class(klass);
  c.require(b.to <= c.today, rule::kNotYet);
  for (const auto& finding : b.findings) {
    c.require(finding.teacher.is_zero() || c.knows(finding.teacher), rule::kPersonUnknown);
    if (!finding.teacher.is_zero()) c.no_pupil(finding.teacher);
    c.require(finding.group.is_zero() || c.state.group(finding.group) != nullptr, rule::kUnknownReference);
    c.require(finding.lesson.is_zero() || c.state.lesson(finding.lesson) != nullptr, rule::kUnknownReference);
    c.require(finding.due.days == 0 || finding.due >= c.today, rule::kInvalidValue);
    c.listed("finding_kind", finding.kind);
  }
}

void judge(Case& c, const InspectionNoteIssued& b) {
  const auto* inspection = c.state.office().inspection(b.inspection);
  if (c.require(inspection != nullptr, rule::kUnknownReference)) c.require(!inspection->note, rule::kDuplicateEntry);
}

namespace {

const projections::Finding* known_finding(Case& c, const Id& inspection_id, int number) {
  const auto* inspection = c.state.office().inspection(inspection_id);
  const auto* finding = inspection == nullptr ? nullptr : inspection->finding(number);
  c.require(finding != nullptr, rule::kUnknownReference);
  return finding;
}

}  // namespace

void judge(Case& c, const FindingAcknowledged& b) {
  const auto* finding = known_finding(c, b.inspection, b.finding);
  if (finding == nullptr) return;
  c.require(finding->teacher == c.st.author, rule::kNotAddressee);
  c.require(!finding->acknowledged, rule::kAlreadyDecided);
}

void judge(Case& c, const FindingResolved& b) {
  const auto* finding = known_finding(c, b.inspection, b.finding);
  if (finding != nullptr) c.require(!finding->resolved, rule::kAlreadyDecided);
}

void judge(Case& c, const ViolationReported& b) {
  c.known_class(b.klass);
  c.known_person(b.teacher);
  c.require(b.group.is_zero() || c.state.group(b.group) != nullptr, rule::kUnknownReference);
  c.require(b.lesson.is_zero() || c.state.lesson(b.lesson) != nullptr, rule::kUnknownReference);
  c.listed("finding_kind", b.kind);
  if (!c.refused()) c.require(c.state.is_class_teacher(c.st.author, b.klass, c.today), rule::kNotOwnGroup);
}

void judge(Case& c, const MeasureRecorded& b) {
  c.known_person(b.person);
  c.require(b.inspection.is_zero() || c.state.office().inspection(b.inspection) != nullptr, rule::kUnknownReference);
}

// --- Reports ---------------------------------------------------------------------------------------------------------

void judge(Case& c, const ReportIssued& b) {
  c.listed("report_kind", b.kind);
  c.require(b.to <= c.today, rule::kNotYet);
}

void judge(Case& c, const ReportReceived& b) {
  const auto* report = c.state.office().report(b.report);
  if (!c.require(report != nullptr, rule::kUnknownReference)) return;
  c.require(report->author != c.st.author, rule::kCannotEndorseOwn);
  // Each of those it goes to receives it (r002 7.1: deputy, head of the branch, head of department).
  const auto& by = report->received;
  c.require(std::find(by.begin(), by.end(), c.st.author) == by.end(), rule::kAlreadyDecided);
}

void judge(Case& c, const HoursReported& b) {
  c.require(b.to <= c.today, rule::kNotYet);
  for (const auto& row : b.rows) {
    c.known_person(row.teacher);
    c.known_group(row.group);
  }
}

void judge(Case& c, const HoursAccepted& b) {
  const auto* report = c.state.office().hours_report(b.report);
  if (c.require(report != nullptr, rule::kUnknownReference)) c.require(!report->accepted, rule::kAlreadyDecided);
}

// --- Copies ----------------------------------------------------------------------------------------------------------

void judge(Case& c, const PrintCertified& b) {
  if (!b.klass.is_zero()) c.known_class(b.klass);
  const auto root = c.roots.root_at(b.size);
  c.require(b.size <= c.index && root && *root == b.root, rule::kSeenUnknown);
  if (c.st.acting_as == Role::kClassTeacher)
    c.require(!b.klass.is_zero() && c.state.is_class_teacher(c.st.author, b.klass, c.today), rule::kNotOwnGroup);
}

void judge(Case& c, const ArchiveDeposited& b) { c.require(b.from <= c.today, rule::kNotYet); }

void judge(Case&, const DataExchanged&) {}

}  // namespace letopis::commands
