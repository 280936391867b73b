#include "projections/office_book.h"

#include <algorithm>

namespace letopis::projections {

using namespace ledger;

const Finding* Inspection::finding(int number) const {
  const auto it = std::find_if(findings.begin(), findings.end(), [&](const Finding& f) { return f.number == number; });
  return it == findings.end() ? nullptr : &*it;
}

// --- Asking ----------------------------------------------------------------------------------------------------------

const Outage* OfficeBook::excuse(Instant deadline, Instant recorded, const std::vector<Id>& classes) const {
  for (const Outage& outage : outages_) {
    if (deadline < outage.from || deadline > outage.to || recorded > outage.until) continue;
    if (outage.classes.empty() || std::find_first_of(classes.begin(), classes.end(), outage.classes.begin(),
                                                     outage.classes.end()) != classes.end())
      return &outage;
  }
  return nullptr;
}

std::optional<std::uint64_t> OfficeBook::void_from(const Id& person) const {
  const auto* index = lookup(void_from_, person);
  return index == nullptr ? std::nullopt : std::optional(*index);
}

const Done* OfficeBook::report(const Id& statement) const {
  const auto it = std::find_if(reports_.begin(), reports_.end(), [&](const Done& d) { return d.id == statement; });
  return it == reports_.end() ? nullptr : &*it;
}
const HoursReport* OfficeBook::hours_report(const Id& statement) const {
  const auto it = std::find_if(hours_.begin(), hours_.end(), [&](const auto& h) { return h.id == statement; });
  return it == hours_.end() ? nullptr : &*it;
}

bool OfficeBook::consents(const Id& person) const {
  const int* standing = lookup(consents_of_, person);
  return standing != nullptr && *standing > 0;
}
bool OfficeBook::declined(const Id& guardian, const Id& student) const {
  const bool* known = lookup(declined_, std::pair{guardian, student});
  return known != nullptr && *known;
}
std::vector<std::pair<Id, Id>> OfficeBook::declined() const {
  std::vector<std::pair<Id, Id>> families;
  for (const auto& [family, declined] : declined_)
    if (declined) families.push_back(family);
  return families;
}

// --- Folding ---------------------------------------------------------------------------------------------------------

void OfficeBook::on(const Folding& f, const DeadlineExtended& b) {
  outages_.push_back({b.from, b.to, b.until, b.classes, f.index});
}

void OfficeBook::on(const Folding& f, const CompromiseReported& b) {
  compromises_[f.st.id] = {b.person, b.learned_on, f.today, f.index, {}};
}
void OfficeBook::on(const Folding& f, const CompromiseReceived& b) {
  const auto it = compromises_.find(b.report);
  if (it == compromises_.end()) return;
  // One receipt settles every report about that person that was there: the account is void from it on.
  for (auto& [id, report] : compromises_)
    if (report.person == it->second.person && !report.received) report.received = f.index;
  void_from_[it->second.person] = f.index;
}
void OfficeBook::on(const Folding&, const OperationsAcknowledged& b) {
  operations_acknowledged_ = std::max(operations_acknowledged_, b.up_to);
}

Done OfficeBook::done(const Folding& f, std::string_view kind) {
  Done done;
  done.id = f.st.id;
  done.kind = kind;
  done.author = f.st.author;
  done.as = f.st.acting_as;
  done.branch = f.st.branch;
  done.on = f.today;
  done.index = f.index;
  return done;
}

void OfficeBook::on(const Folding& f, const SectionsVerified& b) { sections_.push_back(done(f, b.section)); }
void OfficeBook::on(const Folding& f, const PersonalDataVerified& b) {
  Done verified = done(f, {});
  verified.klass = b.klass;
  verified.person = b.person;
  verifications_.push_back(std::move(verified));
}
void OfficeBook::on(const Folding& f, const SubstitutionSigned& b) { signed_substitutions_[b.substitution] = f.index; }

void OfficeBook::on(const Folding& f, const InspectionHeld& b) {
  Inspection& inspection = inspections_[f.st.id];
  inspection = {f.st.id,
                std::string(b.kind),
                f.st.author,
                f.st.acting_as,
                std::string(f.st.branch),
                b.from,
                b.to,
                f.today,
                b.groups,
                b.classes,
                {},
                {},
                f.index};
  for (const auto& found : b.findings)
    inspection.findings.push_back(
        {found.number, std::string(found.kind), found.teacher, found.group, found.lesson, found.due, {}, {}});
}
void OfficeBook::on(const Folding&, const InspectionNoteIssued& b) {
  if (const auto it = inspections_.find(b.inspection); it != inspections_.end()) it->second.note = b.note;
}
Finding* OfficeBook::find(const Id& inspection, int number) {
  const auto it = inspections_.find(inspection);
  if (it == inspections_.end()) return nullptr;
  for (Finding& finding : it->second.findings)
    if (finding.number == number) return &finding;
  return nullptr;
}
void OfficeBook::on(const Folding& f, const FindingAcknowledged& b) {
  if (Finding* finding = find(b.inspection, b.finding)) finding->acknowledged = f.index;
}
void OfficeBook::on(const Folding& f, const FindingResolved& b) {
  if (Finding* finding = find(b.inspection, b.finding)) finding->resolved = f.index;
}
void OfficeBook::on(const Folding& f, const ViolationReported& b) {
  violations_.push_back({b.klass, b.teacher, f.st.author, std::string(b.kind), f.today, f.index});
}

void OfficeBook::on(const Folding& f, const ReportIssued& b) {
  Done report = done(f, b.kind);
  report.from = b.from;
  report.to = b.to;
  reports_.push_back(std::move(report));
}
void OfficeBook::on(const Folding& f, const ReportReceived& b) {
  for (Done& report : reports_)
    if (report.id == b.report) report.received.push_back(f.st.author);
}
void OfficeBook::on(const Folding& f, const HoursReported& b) {
  hours_.push_back({f.st.id, b.from, b.to, f.today, f.st.acting_as, std::string(f.st.branch), false, f.index});
}
void OfficeBook::on(const Folding&, const HoursAccepted& b) {
  for (HoursReport& report : hours_)
    if (report.id == b.report) report.accepted = true;
}
void OfficeBook::on(const Folding& f, const PrintCertified& b) {
  Done print = done(f, b.kind);
  print.klass = b.klass;
  prints_.push_back(std::move(print));
}
void OfficeBook::on(const Folding& f, const ArchiveDeposited& b) {
  Done archive = done(f, {});
  archive.from = b.from;
  archive.to = b.to;
  archive.medium = b.medium;
  archive.room = b.room;
  archives_.push_back(std::move(archive));
}
void OfficeBook::on(const Folding& f, const BackupMade& b) {
  Done backup = done(f, {});
  backup.medium = b.medium;
  backup.room = b.room;
  backups_.push_back(std::move(backup));
}

void OfficeBook::on(const Folding& f, const ConsentGiven& b) {
  consents_[f.st.id] = {b.person, std::string(b.kind), true, f.today, f.index};
  ++consents_of_[b.person];
}
void OfficeBook::on(const Folding&, const ConsentWithdrawn& b) {
  const auto it = consents_.find(b.consent);
  if (it == consents_.end() || !it->second.standing) return;
  it->second.standing = false;
  --consents_of_[it->second.person];
}
void OfficeBook::on(const Folding&, const ElectronicAccessDeclined& b) {
  declined_[{b.guardian, b.student}] = b.declined;
}
void OfficeBook::on(const Folding& f, const DocumentPublished& b) {
  Document& document = documents_[f.st.id];
  document.title = b.title;
  document.file = b.file;
  for (const auto& role : b.audience) document.audience.push_back(role.role);
  document.index = f.index;
}
void OfficeBook::on(const Folding& f, const DocumentAcknowledged& b) {
  if (const auto it = documents_.find(b.document); it != documents_.end())
    it->second.acknowledged.push_back(f.st.author);
}
void OfficeBook::on(const Folding& f, const AnnouncementPublished& b) {
  announcements_[f.st.id] = {
      std::string(b.title), std::string(b.text), b.classes, f.st.author, f.today, false, f.index};
}
void OfficeBook::on(const Folding&, const AnnouncementWithdrawn& b) {
  if (const auto it = announcements_.find(b.announcement); it != announcements_.end()) it->second.withdrawn = true;
}
void OfficeBook::on(const Folding& f, const FileAttached& b) {
  attachments_[b.target].push_back({b.file, b.size, std::string(b.media_type), f.index});
}
void OfficeBook::on(const Folding& f, const ConsultationRequested& b) {
  consultations_[f.st.id] = {f.st.author, b.to, f.today, f.index};
}
void OfficeBook::on(const Folding& f, const ConsultationAnswered& b) {
  const auto it = consultations_.find(b.request);
  if (it != consultations_.end() && !it->second.answered) it->second.answered = f.index;
}

}  // namespace letopis::projections
