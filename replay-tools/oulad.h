#pragma once
// Reads the Open University Learning Analytics Dataset (Kuzilek, Hlosta, Zdrahal, Sci. Data 4:170171, 2017; CC BY 4.0):
// assessments.csv, courses.csv, studentAssessment.csv, studentRegistration.csv.
//
// The files count days from the start of a presentation; here every day is a date. How the dataset is read as a school's
// history, agreed once so that its known counts can be checked:
// - a presentation starts on 1 February (B) or 1 October (J) of its year; its last day is day `length`;
// - an assessment is a written work held on its due day, or on the last day of the presentation where none is given;
// - a mark is sent on the later of due day and submission day, at noon;
// - a student is enrolled from the day of registration (none given: from the first day of the presentation) up to and
//   including the day of unregistration (none given: for good);
// - a row without a score is not a mark.

#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "replay-tools/csv.h"
#include "signing/base/file.h"
#include "signing/base/time.h"

namespace letopis::replay_tools {

inline constexpr int kOuladSendingMinute = 12 * 60;  // of the local day

struct OuladPresentation {
  std::string module;  // "AAA"
  std::string code;    // "2013J"
  Date start;
  Date last_day;
};

enum class OuladAssessmentType { kTutorMarked, kComputerMarked, kExam };
struct OuladAssessment {
  std::uint32_t id = 0;
  std::size_t presentation = 0;  // presentations
  OuladAssessmentType type = OuladAssessmentType::kTutorMarked;
  Date held_on;
  std::string weight;  // per cent, "12.5"
};

struct OuladRegistration {
  std::uint32_t student = 0;
  std::size_t presentation = 0;
  Date from;
  std::optional<Date> to;  // included; none: stays

  bool covers(Date date) const { return from <= date && (!to || date <= *to); }
};

struct OuladResult {
  std::uint32_t student = 0;
  std::size_t assessment = 0;    // assessments
  std::size_t registration = 0;  // registrations: of this student for the assessment's presentation
  Date submitted_on;
  Date sent_on;              // the later of held_on and submitted_on
  bool banked = false;       // carried over from an earlier presentation
  std::optional<int> score;  // 0–100; none: not a mark
};

struct OuladModel {
  std::vector<OuladPresentation> presentations;  // in the order of the file, as all the others
  std::vector<OuladAssessment> assessments;
  std::vector<OuladRegistration> registrations;
  std::vector<OuladResult> results;
};

// Every reference resolved, every key unique; the error lists what is wrong, kProblemsMax at most.
tl::expected<OuladModel, std::vector<Problem>> read_oulad(FileSystem& files, const std::string& directory);

}  // namespace letopis::replay_tools
