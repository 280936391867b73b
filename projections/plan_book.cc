#include "projections/plan_book.h"

#include <algorithm>

namespace letopis::projections {

using namespace ledger;

namespace {

std::vector<PlanLine> lines_of(const std::vector<PlanItem>& items) {
  std::vector<PlanLine> lines;
  lines.reserve(items.size());
  for (const auto& item : items)
    lines.push_back({std::string(item.number), std::string(item.topic), item.hours, std::string(item.kind),
                     std::string(item.homework)});
  return lines;
}

}  // namespace

int Plan::hours() const {
  int sum = 0;
  for (const auto& line : lines) sum += line.hours;
  return sum;
}

const PlanLine* Plan::line(std::string_view number) const {
  const auto it = std::find_if(lines.begin(), lines.end(), [&](const PlanLine& line) { return line.number == number; });
  return it == lines.end() || it->hours == 0 ? nullptr : &*it;
}

const CurriculumItem* PlanBook::item(const Id& klass, std::string_view subject_code, Date on) const {
  const CurriculumItem* found = nullptr;
  for (const auto& curriculum : curricula_) {  // in the order of the log: a later one of the same day wins
    if (curriculum.from > on ||
        std::find(curriculum.classes.begin(), curriculum.classes.end(), klass) == curriculum.classes.end())
      continue;
    for (const auto& item : curriculum.items)
      if (item.subject_code == subject_code) found = &item;
  }
  return found;
}

const Plan* PlanBook::of_group(const Id& group) const {
  const Id* id = lookup(by_group_, group);
  return id == nullptr ? nullptr : lookup(plans_, *id);
}
const Plan* PlanBook::plan(const Id& statement) const {
  const Id* first = lookup(parts_, statement);
  return lookup(plans_, first == nullptr ? statement : *first);
}
const Coursework* PlanBook::coursework(const Id& statement) const { return lookup(coursework_, statement); }
const Task* PlanBook::task(const Id& statement) const { return lookup(tasks_, statement); }
const TaskSubmission* PlanBook::submission(const Id& statement) const { return lookup(submissions_, statement); }

void PlanBook::on(const Folding& f, const CurriculumSet& b) {
  Curriculum curriculum{f.st.id, std::string(b.title), b.classes, {}, f.from_midnight(), f.index};
  for (const auto& item : b.items)
    curriculum.items.push_back({std::string(item.subject_code), std::string(item.subject), item.hours, item.weekly,
                                std::string(item.attestation)});
  curricula_.push_back(std::move(curriculum));
}

void PlanBook::on(const Folding& f, const WorkProgrammePublished& b) {
  programmes_.push_back({std::string(b.subject_code), std::string(b.title), b.grade, b.file, f.source,
                         f.st.effective_from.days != 0 ? f.st.effective_from : f.today});
}

Plan& PlanBook::begin_or_continue(const Folding& f, const Id& continues) {
  if (const Plan* known = continues.is_zero() ? nullptr : plan(continues)) {
    parts_[f.st.id] = known->id;
    return plans_[known->id];
  }
  Plan& plan = plans_[f.st.id];
  plan.id = f.st.id;
  plan.index = f.index;
  plan.known = f.at;
  plan.author = f.st.author;
  plan.from = f.st.effective_from.days != 0 ? f.st.effective_from : f.today;
  return plan;
}

void PlanBook::on(const Folding& f, const PlanTemplateShared& b) {
  Plan& plan = begin_or_continue(f, b.continues);
  plan.title = b.title;
  plan.subject_code = b.subject_code;
  plan.grade = b.grade;
  for (auto& line : lines_of(b.items)) plan.lines.push_back(std::move(line));
}

void PlanBook::on(const Folding& f, const PlanPublished& b) {
  Plan& plan = begin_or_continue(f, b.continues);
  plan.group = b.group;
  plan.title = b.title;
  plan.from_template = b.template_plan;
  plan.more = b.more;
  for (auto& line : lines_of(b.items)) plan.lines.push_back(std::move(line));
  by_group_[b.group] = plan.id;
}

// A line of the same number is exchanged, one that is new added at the end; one of no hours is dropped, and stays to be seen.
void PlanBook::on(const Folding&, const PlanAdjusted& b) {
  const Plan* known = plan(b.plan);
  if (known == nullptr) return;
  Plan& plan = plans_[known->id];
  for (auto& line : lines_of(b.items)) {
    const auto at = std::find_if(plan.lines.begin(), plan.lines.end(),
                                 [&](const PlanLine& old) { return old.number == line.number; });
    if (at != plan.lines.end()) {
      *at = std::move(line);
    } else {
      plan.lines.push_back(std::move(line));
    }
  }
  ++plan.adjustments;
}

void PlanBook::on(const Folding& f, const CourseworkAssigned& b) {
  coursework_[f.st.id] = {b.group, b.student, std::string(b.title), b.due, {}, f.index};
}
void PlanBook::on(const Folding& f, const CourseworkGraded& b) {
  const auto it = coursework_.find(b.coursework);
  if (it == coursework_.end()) return;
  it->second.grades.push_back({f.st.id, std::string(b.value), {}});
  graded_[f.st.id] = b.coursework;
}
void PlanBook::on(const Folding& f, const EntryCorrected& b) {
  const auto graded = graded_.find(b.target);
  if (graded == graded_.end() || b.withdrawn) return;
  coursework_.at(graded->second).grades.push_back({f.st.id, std::string(b.value), b.target});
  graded_[f.st.id] = graded->second;
}
void PlanBook::stand(const Id& entry, bool standing) {
  const auto graded = graded_.find(entry);
  if (graded == graded_.end()) return;
  for (auto& grade : coursework_.at(graded->second).grades)
    if (grade.entry == entry) grade.standing = standing;
}
std::string_view Coursework::value() const {
  const CourseworkGrade* shown = nullptr;
  for (const auto& grade : grades) {
    const auto corrected = std::find_if(grades.begin(), grades.end(),
                                        [&](const CourseworkGrade& other) { return other.entry == grade.corrects; });
    if (grade.standing && (corrected == grades.end() || corrected->standing)) shown = &grade;
  }
  return shown == nullptr ? std::string_view{} : std::string_view(shown->value);
}
void PlanBook::on(const Folding& f, const MaterialPublished& b) {
  materials_.push_back(
      {b.group, std::string(b.title), std::string(b.kind), std::string(b.url), b.file, f.today, f.index});
}
void PlanBook::on(const Folding& f, const TaskAssigned& b) {
  tasks_[f.st.id] = {b.group, b.students, b.due, std::string(b.title), b.files, f.index};
}
void PlanBook::on(const Folding& f, const SubmissionSent& b) {
  submissions_[f.st.id] = {b.task, f.st.author, false, false, b.file, f.today, f.index};
}
void PlanBook::on(const Folding&, const SubmissionReviewed& b) {
  if (const auto it = submissions_.find(b.submission); it != submissions_.end())
    it->second.reviewed = true, it->second.accepted = b.accepted;
}

}  // namespace letopis::projections
