// The dataset of real marks: read whole, counted against its known answer, and refused when it is damaged.

#include "replay-tools/oulad.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/replay-tools/overlay_files.h"

namespace letopis::replay_tools {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

OverlayFiles dataset() { return OverlayFiles(LETOPIS_SOURCE_DIR "/tests/data/oulad-2013"); }

OuladModel model_of(OverlayFiles files) {
  auto model = read_oulad(files, files.directory());
  if (model) return *std::move(model);
  for (const Problem& problem : model.error()) ADD_FAILURE() << problem.text();
  return {};
}

std::vector<std::string> problems_of(OverlayFiles files) {
  const auto model = read_oulad(files, files.directory());
  std::vector<std::string> out;
  if (model) return {"accepted"};
  for (const Problem& problem : model.error()) out.push_back(problem.text());
  return out;
}

// A small dataset in place of the real one: one presentation, one assessment due on day 19, two students.
OverlayFiles small() {
  return dataset()
      .put("courses.csv", "code_module,code_presentation,module_presentation_length\nAAA,2013J,268\n")
      .put("assessments.csv",
           "code_module,code_presentation,id_assessment,assessment_type,date,weight\nAAA,2013J,1,TMA,19,12.5\nAAA,"
           "2013J,2,Exam,?,100\n")
      .put("studentRegistration.csv",
           "code_module,code_presentation,id_student,date_registration,date_unregistration\nAAA,2013J,7,-159,?\nAAA,"
           "2013J,8,?,12\n")
      .put("studentAssessment.csv",
           "id_assessment,id_student,date_submitted,is_banked,score\n1,7,18,0,78\n1,8,27,1,?\n");
}

TEST(Oulad, ReadsTheRealDataset) {
  const OuladModel model = model_of(dataset());
  EXPECT_EQ(model.results.size(), 82'842U);
  std::set<std::uint32_t> students;
  for (const OuladResult& result : model.results) students.insert(result.student);
  EXPECT_EQ(students.size(), 10'802U);
}

// The dataset's own known counts, with nothing of the server involved: r000 3.3 allows 7 days.
TEST(Oulad, AgreesWithItsKnownAnswer) {
  const OuladModel model = model_of(dataset());
  int on_time = 0, late = 0, not_enrolled = 0, not_enrolled_and_late = 0, no_mark = 0, after_due = 0;
  for (const OuladResult& result : model.results) {
    const OuladAssessment& assessment = model.assessments[result.assessment];
    const bool is_late = result.sent_on - assessment.held_on > 7;
    const bool enrolled = model.registrations[result.registration].covers(result.sent_on);
    after_due += result.submitted_on > assessment.held_on ? 1 : 0;
    if (!result.score) {
      ++no_mark;
    } else if (!enrolled) {
      ++not_enrolled;
      not_enrolled_and_late += is_late ? 1 : 0;
    } else {
      ++(is_late ? late : on_time);
    }
  }
  EXPECT_EQ(after_due, 25'321);
  EXPECT_EQ(on_time, 79'516);
  EXPECT_EQ(late, 2'585);
  EXPECT_EQ(not_enrolled, 657);
  EXPECT_EQ(not_enrolled_and_late, 54);
  EXPECT_EQ(no_mark, 84);
}

TEST(Oulad, TurnsDaysIntoDates) {
  const OuladModel model = model_of(small());
  ASSERT_EQ(model.results.size(), 2U);
  const Date start = make_date(2013, 10, 1);
  EXPECT_EQ(model.presentations[0].start, start);
  EXPECT_EQ(model.assessments[0].held_on, start + 19);
  EXPECT_EQ(model.assessments[1].held_on, model.presentations[0].last_day) << "no due day: the last day";
  EXPECT_EQ(model.registrations[0].from, start - 159);
  EXPECT_EQ(model.registrations[1].from, start) << "no day of registration: from the first day";
  EXPECT_TRUE(model.registrations[0].covers(start + 10'000));
  EXPECT_TRUE(model.registrations[1].covers(start + 12));
  EXPECT_FALSE(model.registrations[1].covers(start + 13));
  EXPECT_FALSE(model.registrations[1].covers(start - 1));
  EXPECT_EQ(model.results[0].sent_on, start + 19) << "handed in early, sent on the due day";
  EXPECT_EQ(model.results[0].score, 78);
  EXPECT_EQ(model.results[1].sent_on, start + 27);
  EXPECT_EQ(model.results[1].score, std::nullopt);
  EXPECT_TRUE(model.results[1].banked);
}

TEST(Oulad, PresentationsStartInFebruaryOrOctober) {
  const OuladModel model = model_of(small().append("courses.csv", "AAA,2013B,240\n"));
  EXPECT_EQ(model.presentations[1].start, make_date(2013, 2, 1));
  for (const char* bad : {"2013K", "13J", "2013", "2013JJ", "0013J", "J2013"})
    EXPECT_THAT(problems_of(small().append("courses.csv", std::string("AAA,") + bad + ",240\n")),
                ElementsAre("courses.csv:3:5: code_presentation: is written 2013B or 2013J"));
}

TEST(Oulad, BadRowsAreNamedByFileLineAndColumn) {
  EXPECT_THAT(problems_of(small().change("studentAssessment.csv", "18,0,78", "18,0,101")),
              ElementsAre("studentAssessment.csv:2:10: score: must be a whole number from 0 to 100"));
  EXPECT_THAT(problems_of(small().change("studentAssessment.csv", "18,0,78", "18.5,2,78")),
              ElementsAre(HasSubstr("studentAssessment.csv:2:10: is_banked"),
                          HasSubstr("studentAssessment.csv:2:5: date_submitted")));
  EXPECT_THAT(problems_of(small().change("assessments.csv", "TMA", "ABC")),
              ElementsAre(HasSubstr("must be one of: TMA, CMA, Exam")));
  EXPECT_THAT(problems_of(small().change("studentRegistration.csv", "-159", "soon")),
              ElementsAre(HasSubstr("studentRegistration.csv:2:13:")));
}

TEST(Oulad, DuplicatesAndDanglingReferencesAreRefused) {
  EXPECT_THAT(problems_of(small().append("studentAssessment.csv", "1,7,20,0,80\n")),
              ElementsAre("studentAssessment.csv:4:1: id_assessment: this student's result is on line 2 already"));
  EXPECT_THAT(problems_of(small().append("studentAssessment.csv", "9,7,20,0,80\n")),
              ElementsAre(HasSubstr("assessments.csv has no row 9")));
  EXPECT_THAT(problems_of(small().append("studentAssessment.csv", "1,9,20,0,80\n")),
              ElementsAre(HasSubstr("does not register this student")));
  EXPECT_THAT(problems_of(small().append("studentRegistration.csv", "AAA,2013J,7,0,?\n")),
              ElementsAre(HasSubstr("registered for this presentation already")));
  EXPECT_THAT(problems_of(small().append("studentRegistration.csv", "BBB,2013J,7,0,?\n")),
              ElementsAre(HasSubstr("courses.csv has no presentation BBB 2013J")));
  EXPECT_THAT(problems_of(small().append("assessments.csv", "AAA,2013J,1,CMA,30,0\n")),
              ElementsAre(HasSubstr("the same id as on line 2")));
  EXPECT_THAT(problems_of(small().append("courses.csv", "AAA,2013J,240\n")),
              ElementsAre("courses.csv:3:1: code_module: listed already"));
}

TEST(Oulad, AMissingFileIsTheOnlyProblemItCauses) {
  for (const char* name : {"courses.csv", "assessments.csv", "studentRegistration.csv", "studentAssessment.csv"})
    EXPECT_THAT(problems_of(small().without(name)), ElementsAre(std::string(name) + ": the file is missing"));
}

}  // namespace
}  // namespace letopis::replay_tools
