#pragma once
// Curricula, lesson plans (КТП) and what is given out beside lessons: courses, tasks, coursework. Part of SchoolState.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projections/flat_map.h"
#include "projections/folding.h"
#include "signing/base/bytes.h"

namespace letopis::projections {

struct CurriculumItem {
  std::string subject_code, subject;
  int hours = 0;   // of the year
  int weekly = 0;  // a week; 0: not said
  std::string attestation;
};
struct Curriculum {
  Id id;
  std::string title;
  std::vector<Id> classes;
  std::vector<CurriculumItem> items;
  Date from;
  std::uint64_t index = 0;
};

struct PlanLine {
  std::string number, topic;
  int hours = 0;
  std::string kind, homework;
};
struct Plan {
  Id id;     // of the statement that began it
  Id group;  // zero: a template
  std::string title, subject_code;
  int grade = 0;  // of a template
  std::vector<PlanLine> lines;
  Id from_template;
  std::uint64_t index = 0;
  Instant known;
  Id author;
  int adjustments = 0;
  Date from;          // it holds from: the day it names, else that of its entry
  bool more = false;  // further parts follow

  int hours() const;
  const PlanLine* line(std::string_view number) const;
};

// The mark of a coursework, or a correction of it.
struct CourseworkGrade {
  Id entry;
  std::string value;
  Id corrects;  // the mark; zero: it is the mark itself
  bool standing = true;
};
struct Coursework {
  Id group, student;
  std::string title;
  Date due;
  std::vector<CourseworkGrade> grades{};
  std::uint64_t index = 0;

  // As it stands, after corrections; empty: not graded.
  std::string_view value() const;
};
struct Task {
  Id group;
  std::vector<Id> students;
  Date due;
  std::string title{};
  std::vector<Hash> files{};
  std::uint64_t index = 0;
};
struct TaskSubmission {
  Id task, student;
  bool reviewed = false;
  bool accepted = false;  // once it is reviewed
  Hash file{};
  Date on{};
  std::uint64_t index = 0;
};
struct Material {
  Id group;
  std::string title, kind, url;
  Hash file;  // zero: a link alone
  Date on;
  std::uint64_t index = 0;
};
struct WorkProgramme {
  std::string subject_code, title;
  int grade = 0;
  Hash file;
  std::uint64_t index = 0;  // of the entry that names the file
  Date from;                // it holds from: the day it names, else that of its entry
};

class PlanBook {
 public:
  // The item of a class's curriculum in force on a day; null when it has none.
  const CurriculumItem* item(const Id& klass, std::string_view subject_code, Date on) const;
  const std::vector<Curriculum>& curricula() const { return curricula_; }
  // A group's plan: the one begun last; null when it has none.
  const Plan* of_group(const Id& group) const;
  // By the statement that began it, or that added a part.
  const Plan* plan(const Id& statement) const;
  const FlatMap<Id, Plan>& plans() const { return plans_; }
  const std::vector<WorkProgramme>& programmes() const { return programmes_; }
  const Coursework* coursework(const Id& statement) const;
  const std::map<Id, Coursework>& courseworks() const { return coursework_; }
  const Task* task(const Id& statement) const;
  const TaskSubmission* submission(const Id& statement) const;
  const FlatMap<Id, Task>& tasks() const { return tasks_; }
  const FlatMap<Id, TaskSubmission>& submissions() const { return submissions_; }
  const std::vector<Material>& materials() const { return materials_; }

  void on(const Folding& f, const ledger::CurriculumSet& b);
  void on(const Folding& f, const ledger::WorkProgrammePublished& b);
  void on(const Folding& f, const ledger::PlanTemplateShared& b);
  void on(const Folding& f, const ledger::PlanPublished& b);
  void on(const Folding& f, const ledger::PlanAdjusted& b);
  void on(const Folding& f, const ledger::CourseworkAssigned& b);
  void on(const Folding& f, const ledger::CourseworkGraded& b);
  void on(const Folding& f, const ledger::EntryCorrected& b);
  // A coursework's mark or its correction was annulled or withdrawn, or stands again. Nothing for another entry.
  void stand(const Id& entry, bool standing);
  void on(const Folding& f, const ledger::MaterialPublished& b);
  void on(const Folding& f, const ledger::TaskAssigned& b);
  void on(const Folding& f, const ledger::SubmissionSent& b);
  void on(const Folding& f, const ledger::SubmissionReviewed& b);

 private:
  Plan& begin_or_continue(const Folding& f, const Id& continues);

  std::vector<Curriculum> curricula_;
  FlatMap<Id, Plan> plans_;  // by the statement that began it
  FlatMap<Id, Id> parts_;    // statement of a later part → of the first
  FlatMap<Id, Id> by_group_;
  std::vector<WorkProgramme> programmes_;
  std::map<Id, Coursework> coursework_;
  std::map<Id, Id> graded_;  // a mark or its correction → its coursework
  FlatMap<Id, Task> tasks_;
  FlatMap<Id, TaskSubmission> submissions_;
  std::vector<Material> materials_;
};

}  // namespace letopis::projections
