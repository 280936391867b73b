#pragma once
// What the office keeps: verified sections, inspections and their findings, reports, hours, outages, compromised accounts,
// documents, files beside entries, consents, consultations, refusals of electronic access, announcements. Part of SchoolState.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "projections/flat_map.h"
#include "projections/folding.h"
#include "signing/base/bytes.h"

namespace letopis::projections {

// The service was down: what was due in that time and came by `until` is excused. It stays late.
struct Outage {
  Instant from, to, until;
  std::vector<Id> classes;  // empty: the whole school
  std::uint64_t index = 0;
};

struct Finding {
  int number = 0;
  std::string kind;
  Id teacher, group, lesson;
  Date due;
  std::optional<std::uint64_t> acknowledged, resolved;  // indices
};
struct Inspection {
  Id id;
  std::string kind;
  Id author;
  ledger::Role as = {};  // its author acted as
  std::string branch;    // … and for; empty: the whole school
  Date from, to, held;
  std::vector<Id> groups, classes;
  std::vector<Finding> findings;
  std::optional<Hash> note;
  std::uint64_t index = 0;

  const Finding* finding(int number) const;
};

struct Violation {
  Id klass, teacher, author;
  std::string kind;
  Date on;
  std::uint64_t index = 0;
};

// Something done for a stretch of days: a report, a print, an archive, a verification.
struct Done {
  Id id;
  std::string kind;
  Id klass, person;  // zero: the whole school
  Id author;
  ledger::Role as = {};  // its author acted as
  std::string branch;    // … and for; empty: the whole school
  Date from, to;
  Date on;  // when it was recorded
  std::string medium, room;
  std::vector<Id> received;  // of a report: by whom
  std::uint64_t index = 0;
};

struct HoursReport {
  Id id;
  Date from, to;
  Date on;
  ledger::Role as = {};
  std::string branch;
  bool accepted = false;
  std::uint64_t index = 0;
};

struct Compromise {
  Id person;
  Date learned_on;
  Date reported_on;
  std::uint64_t reported = 0;
  std::optional<std::uint64_t> received;  // from this index on the account is void
};

struct Document {
  std::string title;
  Hash file;
  std::vector<ledger::Role> audience;
  std::vector<Id> acknowledged;
  std::uint64_t index = 0;
};
struct Announcement {
  std::string title, text;
  std::vector<Id> classes;
  Id author;
  Date on;
  bool withdrawn = false;
  std::uint64_t index = 0;
};

// A file beside an entry of its author's.
struct Attachment {
  Hash file;
  std::uint64_t size = 0;
  std::string media_type;
  std::uint64_t index = 0;
};
// Who asked whom, and whether there is an answer: what about is sealed.
struct Consultation {
  Id from, to;
  Date on;
  std::uint64_t index = 0;
  std::optional<std::uint64_t> answered{};
};

class OfficeBook {
 public:
  // --- Outages, accounts
  const std::vector<Outage>& outages() const { return outages_; }
  // The act that excuses an entry about these classes which was due at `deadline` and recorded at `recorded`.
  const Outage* excuse(Instant deadline, Instant recorded, const std::vector<Id>& classes) const;
  const Compromise* compromise(const Id& report) const { return lookup(compromises_, report); }
  const FlatMap<Id, Compromise>& compromises() const { return compromises_; }
  // The index from which an account is void; nullopt when no report about it was received.
  std::optional<std::uint64_t> void_from(const Id& person) const;
  std::uint64_t operations_acknowledged() const { return operations_acknowledged_; }

  // --- Control
  const std::map<Id, Inspection>& inspections() const { return inspections_; }
  const Inspection* inspection(const Id& statement) const { return lookup(inspections_, statement); }
  const std::vector<Violation>& violations() const { return violations_; }
  const std::vector<Done>& reports() const { return reports_; }
  const std::vector<Done>& prints() const { return prints_; }
  const std::vector<Done>& archives() const { return archives_; }
  const std::vector<Done>& verifications() const { return verifications_; }  // of personal data
  const std::vector<Done>& sections() const { return sections_; }
  const std::vector<Done>& backups() const { return backups_; }
  const std::vector<HoursReport>& hours() const { return hours_; }
  const Done* report(const Id& statement) const;
  const HoursReport* hours_report(const Id& statement) const;
  bool substitution_signed(const Id& substitution) const { return signed_substitutions_.contains(substitution); }

  // --- Families and documents
  bool consents(const Id& person) const;  // a consent stands
  struct Consent {
    Id person;
    std::string kind;
    bool standing = true;
    Date on{};
    std::uint64_t index = 0;
  };
  const Consent* consent(const Id& statement) const { return lookup(consents_, statement); }
  const FlatMap<Id, Consent>& all_consents() const { return consents_; }
  const FlatMap<Id, Consultation>& consultations() const { return consultations_; }
  bool declined(const Id& guardian, const Id& student) const;
  // Families on the weekly-print list: guardian and student.
  std::vector<std::pair<Id, Id>> declined() const;
  const std::map<Id, Document>& documents() const { return documents_; }
  const Document* document(const Id& statement) const { return lookup(documents_, statement); }
  // Of the entry with this statement; null when it has none.
  const std::vector<Attachment>* attachments(const Id& statement) const { return lookup(attachments_, statement); }
  const std::map<Id, Announcement>& announcements() const { return announcements_; }
  const Announcement* announcement(const Id& statement) const { return lookup(announcements_, statement); }

  void on(const Folding& f, const ledger::DeadlineExtended& b);
  void on(const Folding& f, const ledger::CompromiseReported& b);
  void on(const Folding& f, const ledger::CompromiseReceived& b);
  void on(const Folding& f, const ledger::OperationsAcknowledged& b);
  void on(const Folding& f, const ledger::SectionsVerified& b);
  void on(const Folding& f, const ledger::PersonalDataVerified& b);
  void on(const Folding& f, const ledger::SubstitutionSigned& b);
  void on(const Folding& f, const ledger::InspectionHeld& b);
  void on(const Folding& f, const ledger::InspectionNoteIssued& b);
  void on(const Folding& f, const ledger::FindingAcknowledged& b);
  void on(const Folding& f, const ledger::FindingResolved& b);
  void on(const Folding& f, const ledger::ViolationReported& b);
  void on(const Folding& f, const ledger::ReportIssued& b);
  void on(const Folding& f, const ledger::ReportReceived& b);
  void on(const Folding& f, const ledger::HoursReported& b);
  void on(const Folding& f, const ledger::HoursAccepted& b);
  void on(const Folding& f, const ledger::PrintCertified& b);
  void on(const Folding& f, const ledger::ArchiveDeposited& b);
  void on(const Folding& f, const ledger::BackupMade& b);
  void on(const Folding& f, const ledger::ConsentGiven& b);
  void on(const Folding& f, const ledger::ConsentWithdrawn& b);
  void on(const Folding& f, const ledger::ElectronicAccessDeclined& b);
  void on(const Folding& f, const ledger::DocumentPublished& b);
  void on(const Folding& f, const ledger::DocumentAcknowledged& b);
  void on(const Folding& f, const ledger::AnnouncementPublished& b);
  void on(const Folding& f, const ledger::AnnouncementWithdrawn& b);
  void on(const Folding& f, const ledger::FileAttached& b);
  void on(const Folding& f, const ledger::ConsultationRequested& b);
  void on(const Folding& f, const ledger::ConsultationAnswered& b);

 private:
  Finding* find(const Id& inspection, int number);
  static Done done(const Folding& f, std::string_view kind);

  std::vector<Outage> outages_;
  FlatMap<Id, Compromise> compromises_;  // by report
  FlatMap<Id, std::uint64_t> void_from_;
  std::uint64_t operations_acknowledged_ = 0;
  std::map<Id, Inspection> inspections_;
  std::vector<Violation> violations_;
  std::vector<Done> reports_, prints_, archives_, verifications_, sections_, backups_;
  std::vector<HoursReport> hours_;
  FlatMap<Id, std::uint64_t> signed_substitutions_;
  FlatMap<Id, Consent> consents_;
  FlatMap<Id, int> consents_of_;
  std::map<std::pair<Id, Id>, bool> declined_;
  FlatMap<Id, Consultation> consultations_;
  FlatMap<Id, std::vector<Attachment>> attachments_;  // by the statement they belong to
  std::map<Id, Document> documents_;
  std::map<Id, Announcement> announcements_;
};

}  // namespace letopis::projections
