// What registers say, and to whom: each sees their own lines, and nobody learns of others.

#include <gtest/gtest.h>

#include "signing/sha256.h"
#include "tests/unit/server/site.h"

namespace letopis::server::testing {
namespace {

using ledger::Role;
using test::LiveSchool;
using test::Member;

class Registers : public ::testing::Test {
 protected:
  Registers() {
    licey.join(physics, masha);
    licey.join(chemistry, petya);
    site.start();
  }
  boost::json::array lines(Member& reader, const std::string& name, const std::string& query = {}) {
    const auto response = site.get("/v1/schools/licey29/registers/" + name + query, site.sign_in(licey, reader));
    EXPECT_EQ(response.status, 200U) << reader.name << ": " << name << " " << body_of(response);
    if (response.status != 200) return {};
    EXPECT_EQ(json_of(response).at("name").as_string(), name);
    return json_of(response).at("lines").as_array();
  }
  std::size_t count(Member& reader, const std::string& name) { return lines(reader, name).size(); }
  unsigned status(Member& reader, const std::string& name) {
    return site.get("/v1/schools/licey29/registers/" + name, site.sign_in(licey, reader)).status;
  }
  static std::string text(const boost::json::value& line, const char* key) {
    const auto* found = line.as_object().if_contains(key);
    return found == nullptr ? "" : std::string(found->as_string());
  }
  static LiveSchool::How by(std::string_view document) {
    LiveSchool::How how;
    how.basis = ledger::Basis{document, "7", test::date("2026-08-31")};
    return how;
  }
  static LiveSchool::How saying(std::string_view field, const Id& person) {
    LiveSchool::How how;
    how.sealed = {{field, person, "Никому другому"}};
    return how;
  }

  Site site;
  LiveSchool& licey = site.school("licey29");
  Member& ivan = licey.teacher("Иван");
  Member& olga = licey.teacher("Ольга");
  Id class_a = licey.klass("7А", 7, ivan);
  Id class_b = licey.klass("7Б", 7, olga);
  Member& masha = licey.student(class_a, "Маша");
  Member& petya = licey.student(class_b, "Петя");
  Member& mother = licey.parent(masha, "Мария");
  Member& father = licey.parent(petya, "Павел");
  Id physics = licey.group("7А", "Физика", {class_a}, ivan, {{2, 3}});
  Id chemistry = licey.group("7Б", "Химия", {class_b}, olga, {{2, 4}});
};

TEST_F(Registers, CourseworkIsReadByItsTeacherItsClassAndItsFamily) {
  site.live().at("2026-09-01 10:30");
  const Id first = licey.say(ivan, Role::kTeacher,
                             ledger::CourseworkAssigned{physics, masha.id, "Маятник", test::date("2027-03-01")});
  licey.say(olga, Role::kTeacher, ledger::CourseworkAssigned{chemistry, petya.id, "Кислоты", test::date("2027-03-01")});
  licey.say(ivan, Role::kTeacher, ledger::CourseworkGraded{first, "5"});
  EXPECT_EQ(count(licey.deputy(), "coursework"), 2U);
  for (Member* reader : {&ivan, &masha, &mother}) {
    const auto own = lines(*reader, "coursework");
    ASSERT_EQ(own.size(), 1U) << reader->name;
    EXPECT_EQ(text(own[0], "title"), "Маятник");
    EXPECT_EQ(text(own[0], "value"), "5");
    EXPECT_EQ(text(own[0], "student_name"), "Маша");
  }
  EXPECT_EQ(text(lines(father, "coursework").at(0), "title"), "Кислоты");
}

TEST_F(Registers, TemplatesOfTheBaseAreForAllWhoTeach) {
  ledger::PlanTemplateShared shared;
  shared.title = "Физика 7";
  shared.subject_code = "physics";
  shared.grade = 7;
  shared.items = {{"1", "Измерения", 2, {}, {}}, {"2", "Движение", 3, {}, {}}};
  const Id base = licey.say(ivan, Role::kTeacher, shared);
  const auto known = lines(olga, "plan_templates");
  ASSERT_EQ(known.size(), 1U);
  EXPECT_EQ(known[0].at("hours").as_int64(), 5);
  EXPECT_FALSE(known[0].as_object().contains("lines"));
  const auto one = lines(olga, "plan_templates", "?id=" + hex(base));
  EXPECT_EQ(one.at(0).at("lines").as_array().size(), 2U);
  EXPECT_TRUE(lines(olga, "plan_templates", "?id=" + hex(physics)).empty());
  EXPECT_EQ(status(mother, "plan_templates"), 403U);
  EXPECT_EQ(status(licey.director(), "no_such_register"), 404U);
}

TEST_F(Registers, DebtsAndRetakesAreReadByTheFamilyTheClassTeacherAndTheCommission) {
  Member& examiner = licey.person("Экзаменатор");
  const Id commission =
      licey.say(licey.director(), Role::kDirector, ledger::CommissionAppointed{physics, {examiner.id}}, by("order"));
  licey.invite(examiner, licey.administrator(), Role::kAdministrator);
  licey.enrol(examiner);
  const Id quarter = licey.period("1 четверть", "2026-09-01", "2026-10-30");
  site.live().at("2026-11-02 10:00");
  const Id debt = licey.say(licey.deputy(), Role::kDeputyHead, ledger::DebtRecorded{masha.id, physics, quarter});
  licey.say(licey.deputy(), Role::kDeputyHead, ledger::DebtRecorded{petya.id, chemistry, quarter});
  licey.say(licey.deputy(), Role::kDeputyHead, ledger::RetakeScheduled{debt, test::date("2026-11-20"), 1, commission});
  for (Member* reader : {&ivan, &masha, &mother, &examiner}) {
    const auto own = lines(*reader, "debts");
    ASSERT_EQ(own.size(), 1U) << reader->name;
    EXPECT_EQ(text(own[0], "student"), hex(masha.id));
    EXPECT_EQ(own[0].at("retakes").at(0).at("on").as_string(), "2026-11-20");
    EXPECT_EQ(lines(*reader, "commissions").size(), 1U) << reader->name;
  }
  EXPECT_EQ(count(licey.deputy(), "debts"), 2U);
  EXPECT_EQ(text(lines(petya, "debts").at(0), "student"), hex(petya.id));
  EXPECT_EQ(count(petya, "commissions"), 0U);
  Member& nobody = licey.teacher("Без класса");
  EXPECT_EQ(status(nobody, "debts"), 403U);
}

TEST_F(Registers, ATaskShowsAFamilyItsOwnWorkAlone) {
  Member& vera = licey.student(class_a, "Вера");
  licey.join(physics, vera);
  site.live().at("2026-09-01 10:30");
  const Id task = licey.say(ivan, Role::kTeacher,
                            ledger::TaskAssigned{physics, {masha.id, vera.id}, "Эссе", test::date("2026-09-09"), {}});
  LiveSchool::How how;
  how.blobs = {Bytes{'x'}};
  licey.say(vera, Role::kStudent, ledger::SubmissionSent{task, signing::sha256(how.blobs[0])}, how);
  const auto whole = lines(ivan, "tasks");
  ASSERT_EQ(whole.size(), 1U);
  EXPECT_EQ(whole[0].at("students").as_array().size(), 2U);
  EXPECT_EQ(whole[0].at("submissions").as_array().size(), 1U);
  const auto own = lines(mother, "tasks");
  ASSERT_EQ(own.size(), 1U);
  EXPECT_EQ(own[0].at("students").as_array().size(), 1U) << "whom else it was given is not said";
  EXPECT_TRUE(own[0].at("submissions").as_array().empty());
  EXPECT_EQ(lines(vera, "tasks").at(0).at("submissions").as_array().size(), 1U);
  EXPECT_EQ(count(father, "tasks"), 0U);
  EXPECT_EQ(count(olga, "tasks"), 0U);
}

TEST_F(Registers, ConsentsAreReadByTheOfficeTheClassTeacherAndWhoGaveThem) {
  const Id given = licey.say(mother, Role::kParent, ledger::ConsentGiven{masha.id, "personal_data"});
  licey.say(father, Role::kParent, ledger::ConsentGiven{father.id, "personal_data"});
  licey.say(mother, Role::kParent, ledger::ConsentWithdrawn{given});
  for (Member* reader : {&licey.deputy(), &licey.secretary(), &licey.administrator()})
    EXPECT_EQ(count(*reader, "consents"), 2U) << reader->name;
  for (Member* reader : {&ivan, &masha, &mother}) {
    const auto own = lines(*reader, "consents");
    ASSERT_EQ(own.size(), 1U) << reader->name;
    EXPECT_FALSE(own[0].at("standing").as_bool());
  }
  EXPECT_EQ(text(lines(olga, "consents").at(0), "person"), hex(father.id)) << "a parent of the own class";
  EXPECT_EQ(count(petya, "consents"), 0U);
}

TEST_F(Registers, AConsultationIsOfThoseWhoSpeak) {
  const Id asked =
      licey.say(mother, Role::kParent, ledger::ConsultationRequested{ivan.id}, saying("question", mother.id));
  EXPECT_FALSE(lines(ivan, "consultations").at(0).as_object().contains("answered"));
  licey.say(ivan, Role::kTeacher, ledger::ConsultationAnswered{asked}, saying("answer", mother.id));
  EXPECT_TRUE(lines(mother, "consultations").at(0).as_object().contains("answered"));
  EXPECT_EQ(count(licey.director(), "consultations"), 1U);
  EXPECT_EQ(count(olga, "consultations"), 0U);
  EXPECT_EQ(count(masha, "consultations"), 0U);
  const auto shown = site.get("/v1/schools/licey29/registers/consultations", site.sign_in(licey, ivan));
  EXPECT_EQ(body_of(shown).find("Никому"), std::string::npos);
}

TEST_F(Registers, CompromisedAccountsAreReadByWhoVoidsThem) {
  licey.say(masha, Role::kStudent, ledger::CompromiseReported{masha.id, test::date("2026-08-31")});
  EXPECT_EQ(count(licey.administrator(), "compromises"), 1U);
  EXPECT_EQ(count(licey.director(), "compromises"), 1U);
  EXPECT_EQ(count(masha, "compromises"), 1U);
  EXPECT_EQ(count(ivan, "compromises"), 0U);
}

// r001 4.3: the class teacher reports, the deputy reads.
TEST_F(Registers, Clause4_3AReportOfAViolationReachesTheDeputy) {
  ledger::ViolationReported report;
  report.klass = class_a;
  report.teacher = olga.id;
  report.kind = "late";
  licey.say(ivan, Role::kClassTeacher, report, saying("violation", olga.id));
  EXPECT_EQ(text(lines(licey.deputy(), "violations").at(0), "teacher"), hex(olga.id));
  EXPECT_EQ(count(ivan, "violations"), 1U);
  EXPECT_EQ(count(olga, "violations"), 0U) << "whom it is about learns of it from the deputy";
  EXPECT_EQ(status(masha, "violations"), 403U);
  const auto sheet =
      json_of(site.get("/v1/schools/licey29/inspections", site.sign_in(licey, licey.deputy()))).as_object();
  ASSERT_EQ(sheet.at("violations").as_array().size(), 1U);
  EXPECT_EQ(text(sheet.at("violations").at(0), "author"), hex(ivan.id));
  const auto own = json_of(site.get("/v1/schools/licey29/inspections", site.sign_in(licey, olga))).as_object();
  EXPECT_FALSE(own.contains("violations"));
}

// r000 3.2: a printout once a week for families without electronic access.
TEST_F(Registers, Clause3_2TheWeeklyPrintListNamesWhoGetsOneAndWhoHasIt) {
  licey.say(mother, Role::kParent, ledger::ElectronicAccessDeclined{mother.id, masha.id, true});
  licey.say(father, Role::kParent, ledger::ElectronicAccessDeclined{father.id, petya.id, true});
  site.live().at("2026-09-04 12:00");
  licey.say(ivan, Role::kClassTeacher, ledger::PrintoutHanded{masha.id, test::date("2026-08-31")});
  const auto own = lines(ivan, "printouts");
  ASSERT_EQ(own.size(), 1U);
  EXPECT_EQ(text(own[0], "student_name"), "Маша");
  EXPECT_EQ(text(own[0], "guardian_name"), "Мария");
  EXPECT_TRUE(own[0].at("handed").as_bool());
  EXPECT_EQ(text(own[0], "by"), hex(ivan.id));
  EXPECT_FALSE(lines(olga, "printouts").at(0).at("handed").as_bool());
  EXPECT_EQ(count(licey.secretary(), "printouts"), 2U);
  site.live().at("2026-09-07 09:00");
  EXPECT_FALSE(lines(ivan, "printouts").at(0).at("handed").as_bool()) << "a new week";
  EXPECT_TRUE(lines(ivan, "printouts", "?week=2026-W36").at(0).at("handed").as_bool());
  licey.say(mother, Role::kParent, ledger::ElectronicAccessDeclined{mother.id, masha.id, false});
  EXPECT_EQ(count(ivan, "printouts"), 0U);
  EXPECT_EQ(status(mother, "printouts"), 403U);
}

TEST_F(Registers, ProgrammesModesAndDecisionsOfTheOwnPupils) {
  licey.say(licey.deputy(), Role::kDeputyHead, ledger::ProgrammeDefined{"base", "Основное общее", "main", 5});
  licey.say(licey.deputy(), Role::kDeputyHead, ledger::IndividualModeSet{masha.id, "home"});
  licey.say(licey.deputy(), Role::kDeputyHead,
            ledger::StudyScheduleSet{class_a, {{test::date("2026-09-01"), test::date("2026-10-30"), "theory"}}});
  const Id curriculum =
      licey.say(licey.deputy(), Role::kDeputyHead,
                ledger::CurriculumSet{"Учебный план", {class_a, class_b}, {{"physics", "Физика", 68, 2, {}}}});
  licey.say(licey.director(), Role::kDirector, ledger::Endorsed{curriculum, true});
  const Id decision =
      licey.say(licey.deputy(), Role::kDeputyHead,
                ledger::CouncilDecided{masha.id, ledger::CouncilKind::kPromote, class_a}, by("protocol"));
  licey.say(licey.director(), Role::kDirector, ledger::Endorsed{decision, true});
  site.live().at("2026-09-02 09:00");
  EXPECT_EQ(text(lines(father, "programmes").at(0), "title"), "Основное общее");
  for (Member* reader : {&ivan, &mother, &masha, &licey.director()}) {
    EXPECT_EQ(text(lines(*reader, "individual_modes").at(0), "kind"), "home") << reader->name;
    EXPECT_EQ(text(lines(*reader, "council").at(0), "kind"), "promote") << reader->name;
    EXPECT_EQ(lines(*reader, "study_schedules").at(0).at("spans").as_array().size(), 1U) << reader->name;
  }
  EXPECT_EQ(count(father, "individual_modes") + count(father, "council") + count(father, "study_schedules"), 0U);
  EXPECT_EQ(lines(father, "curricula").at(0).at("classes").as_array().size(), 1U) << "of the own class";
  EXPECT_EQ(lines(ivan, "curricula").at(0).at("classes").as_array().size(), 2U);
}

TEST_F(Registers, Clause7_1ActivityIsCountedByCapacityAndWeek) {
  const auto of = [&](Member& reader, const std::string& role, const std::string& query) {
    for (const auto& line : lines(reader, "activity", query))
      if (text(line, "role") == role) return line.as_object();
    return boost::json::object{};
  };
  site.live().at("2026-09-01 10:30");
  const Id lesson = licey.lesson(ivan, physics, "2026-09-01", 3);
  licey.topic(ivan, lesson, "Измерения");
  EXPECT_EQ(licey.try_say(olga, Role::kTeacher, ledger::TopicSet{lesson, "Чужой", {}, 0})->rule, "not_own_group");
  site.live().at("2026-09-08 23:59");
  licey.lesson(ivan, physics, "2026-09-08", 3);
  const auto first = of(licey.deputy(), "teacher", "?from=2026-09-01&to=2026-09-06");
  EXPECT_EQ(text(first, "week"), "2026-W36");
  EXPECT_EQ(first.at("people").as_int64(), 1);
  EXPECT_EQ(first.at("entries").as_int64(), 2);
  EXPECT_EQ(first.at("refused").as_int64(), 1);
  EXPECT_EQ(text(of(licey.administrator(), "teacher", "?from=2026-09-07"), "week"), "2026-W37");
  EXPECT_TRUE(of(licey.deputy(), "teacher", "?from=2026-09-02&to=2026-09-07").empty()) << "the days that are asked for";
  const auto token = site.sign_in(licey, licey.deputy());
  for (const std::string wrong : {"?from=2026-09-02&to=2026-09-01", "?from=2026-05-01&to=2026-09-01", "?from=x"})
    EXPECT_EQ(site.get("/v1/schools/licey29/registers/activity" + wrong, token).status, 400U) << wrong;
  EXPECT_EQ(status(ivan, "activity"), 403U);
  EXPECT_EQ(status(mother, "activity"), 403U);
}

TEST_F(Registers, ARoomHasATimetable) {
  const auto lessons = [&](const std::string& room) {
    std::size_t found = 0;
    const auto week = json_of(
        site.get("/v1/schools/licey29/timetable?week=2026-W37&room=" + room, site.sign_in(licey, licey.deputy())));
    for (const auto& day : week.at("days").as_array()) found += day.at("lessons").as_array().size();
    return found;
  };
  EXPECT_EQ(lessons("12"), 2U);
  EXPECT_EQ(lessons("13"), 0U);
  ledger::LessonMoved moved;
  moved.group = physics;
  moved.date = test::date("2026-09-08");
  moved.slot = 3;
  moved.new_date = test::date("2026-09-09");
  moved.new_slot = 5;
  moved.room = "13";
  licey.say(licey.deputy(), Role::kDeputyHead, moved);
  EXPECT_EQ(lessons("12"), 1U) << "as it is held";
  EXPECT_EQ(lessons("13"), 1U);
  const auto token = site.sign_in(licey, licey.deputy());
  EXPECT_EQ(site.get("/v1/schools/licey29/timetable?week=2026-W37&room=12&group=" + hex(physics), token).status, 400U);
}

}  // namespace
}  // namespace letopis::server::testing
