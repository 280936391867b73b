#include "replay-tools/oulad.h"

#include <algorithm>
#include <map>

#include "replay-tools/sheet.h"

namespace letopis::replay_tools {
namespace {

constexpr int kDaysMax = 1000;  // either side of a presentation's start
constexpr int kIdMax = 2'000'000'000;

// The dataset writes a value it does not have as "?", or leaves it out.
bool missing(const Row& row, std::string_view column) { return row.blank(column) || row.text(column) == "?"; }

class Reader {
 public:
  Reader(FileSystem& files, const std::string& directory) : files_(files), directory_(directory) {}

  tl::expected<OuladModel, std::vector<Problem>> run() {
    read_presentations();
    read_assessments();
    read_registrations();
    read_results();
    if (!problems_.empty()) return tl::unexpected(problems_.list());
    return std::move(model_);
  }

 private:
  void read_presentations();
  void read_assessments();
  void read_registrations();
  void read_results();

  // The day a row counts from its presentation's start.
  Date day(const Row& row, std::string_view column, std::size_t presentation) const {
    const int days = row.number(column, -kDaysMax, kDaysMax);
    return model_.presentations.empty() ? Date{} : model_.presentations[presentation].start + days;
  }

  std::optional<std::size_t> presentation(const Row& row) {
    const std::string key = row.text("code_module") + " " + row.text("code_presentation");
    const auto found = presentations_.find(key);
    if (found != presentations_.end()) return found->second;
    if (presentations_loaded_) row.problem("code_module", "courses.csv has no presentation " + key.substr(0, 64));
    return std::nullopt;
  }

  FileSystem& files_;
  const std::string& directory_;
  Problems problems_;
  OuladModel model_;
  std::map<std::string, std::size_t> presentations_;  // "AAA 2013J"
  bool presentations_loaded_ = false;
  IdIndex assessments_{"assessments.csv", false, {}};
  std::map<std::pair<std::uint32_t, std::size_t>, std::size_t> registrations_;  // (student, presentation)
  bool registrations_loaded_ = false;
};

// "2013B": February, "2013J": October.
std::optional<Date> start_of(std::string_view code) {
  const bool four_digits = code.size() == 5 && code.find_first_not_of("0123456789") == 4;
  if (!four_digits || code[0] == '0' || (code[4] != 'B' && code[4] != 'J')) return std::nullopt;
  return make_date(std::stoi(std::string(code.substr(0, 4))), code[4] == 'B' ? 2 : 10, 1);
}

void Reader::read_presentations() {
  const auto sheet = Sheet::open(files_, directory_, "courses.csv",
                                 {"code_module", "code_presentation", "module_presentation_length"}, problems_);
  if (!sheet) return;
  for (std::size_t i = 0; i < sheet->size(); ++i) {
    const Row row = sheet->row(i);
    OuladPresentation out;
    out.module = row.text("code_module");
    out.code = row.text("code_presentation");
    const auto start = start_of(out.code);
    if (!start) row.problem("code_presentation", "is written 2013B or 2013J");
    out.start = start.value_or(Date{});
    out.last_day = out.start + row.number("module_presentation_length", 1, kDaysMax);
    if (!presentations_.emplace(out.module + " " + out.code, i).second) row.problem("code_module", "listed already");
    model_.presentations.push_back(std::move(out));
  }
  presentations_loaded_ = true;
}

void Reader::read_assessments() {
  const auto sheet = Sheet::open(
      files_, directory_, "assessments.csv",
      {"code_module", "code_presentation", "id_assessment", "assessment_type", "date", "weight"}, problems_);
  if (!sheet) return;
  constexpr OuladAssessmentType kTypes[] = {OuladAssessmentType::kTutorMarked, OuladAssessmentType::kComputerMarked,
                                            OuladAssessmentType::kExam};
  for (std::size_t i = 0; i < sheet->size(); ++i) {
    const Row row = sheet->row(i);
    OuladAssessment out;
    row.id("id_assessment", assessments_, i);
    out.id = static_cast<std::uint32_t>(row.number("id_assessment", 1, kIdMax));
    out.type = kTypes[row.choice("assessment_type", {"TMA", "CMA", "Exam"})];
    out.weight = row.text("weight");
    if (const auto presentation_index = presentation(row)) {
      out.presentation = *presentation_index;
      out.held_on =
          missing(row, "date") ? model_.presentations[out.presentation].last_day : day(row, "date", out.presentation);
    }
    model_.assessments.push_back(std::move(out));
  }
  assessments_.loaded = true;
}

void Reader::read_registrations() {
  const auto sheet = Sheet::open(
      files_, directory_, "studentRegistration.csv",
      {"code_module", "code_presentation", "id_student", "date_registration", "date_unregistration"}, problems_);
  if (!sheet) return;
  for (std::size_t i = 0; i < sheet->size() && !problems_.full(); ++i) {
    const Row row = sheet->row(i);
    OuladRegistration out;
    out.student = static_cast<std::uint32_t>(row.number("id_student", 1, kIdMax));
    if (const auto presentation_index = presentation(row)) {
      out.presentation = *presentation_index;
      out.from = missing(row, "date_registration") ? model_.presentations[out.presentation].start
                                                   : day(row, "date_registration", out.presentation);
      if (!missing(row, "date_unregistration")) out.to = day(row, "date_unregistration", out.presentation);
      if (!registrations_.emplace(std::pair(out.student, out.presentation), i).second)
        row.problem("id_student", "registered for this presentation already");
    }
    model_.registrations.push_back(out);
  }
  registrations_loaded_ = presentations_loaded_;
}

void Reader::read_results() {
  const auto sheet = Sheet::open(files_, directory_, "studentAssessment.csv",
                                 {"id_assessment", "id_student", "date_submitted", "is_banked", "score"}, problems_);
  if (!sheet) return;
  std::map<std::pair<std::uint32_t, std::size_t>, std::uint32_t> seen;  // (student, assessment) → line
  for (std::size_t i = 0; i < sheet->size() && !problems_.full(); ++i) {
    const Row row = sheet->row(i);
    OuladResult out;
    out.student = static_cast<std::uint32_t>(row.number("id_student", 1, kIdMax));
    out.banked = row.choice("is_banked", {"0", "1"}) == 1;
    if (!missing(row, "score")) out.score = row.number("score", 0, 100);
    if (const auto assessment = row.reference("id_assessment", assessments_)) {
      out.assessment = *assessment;
      const OuladAssessment& of = model_.assessments[*assessment];
      out.submitted_on = day(row, "date_submitted", of.presentation);
      out.sent_on = std::max(of.held_on, out.submitted_on);
      const auto registration = registrations_.find({out.student, of.presentation});
      if (registration != registrations_.end()) out.registration = registration->second;
      if (registration == registrations_.end() && registrations_loaded_)
        row.problem("id_student", "studentRegistration.csv does not register this student for the presentation");
      const auto [first, is_new] = seen.try_emplace({out.student, *assessment}, row.line());
      if (!is_new)
        row.problem("id_assessment", "this student's result is on line " + std::to_string(first->second) + " already");
    }
    model_.results.push_back(out);
  }
}

}  // namespace

tl::expected<OuladModel, std::vector<Problem>> read_oulad(FileSystem& files, const std::string& directory) {
  return Reader(files, directory).run();
}

}  // namespace letopis::replay_tools
