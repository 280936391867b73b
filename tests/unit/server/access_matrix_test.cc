// Who may see what: every route, every role, own and other class, child and group, nobody, and another school beside
// this one. The expected outcome is the table below, which people can read.
//
//   +  shown     -  forbidden (403)     0  as if it were not there (404)     ?  sign in first (401)

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "commands/profile.h"
#include "ledger/schema/codec.h"
#include "server/registers.h"
#include "signing/sha256.h"
#include "tests/unit/server/site.h"

namespace letopis::server::testing {
namespace {

using ledger::Role;
using test::LiveSchool;
using test::Member;

// Two schools. In the first: class 7А led by Иван, who teaches it physics; 7Б led by Ольга, who teaches it chemistry;
// Зоя substitutes Иван for one lesson; a workshop master teaches physics in 7А as well. Маша and her mother belong to 7А, Петя and his father to 7Б. A choir takes both
// classes.
struct World {
  World() {
    LiveSchool& s = site.school("licey29");
    licey = &s;
    other = &site.school("gymnasium");
    ivan = &s.teacher("Иван Седов");
    olga = &s.teacher("Ольга Чехова");
    zoya = &s.teacher("Зоя Грач");
    class_a = s.klass("7А", 7, *ivan);
    class_b = s.klass("7Б", 7, *olga);
    masha = &s.student(class_a, "Маша Ильина");
    petya = &s.student(class_b, "Петя Лужин");
    mother = &s.parent(*masha, "Мария Ильина");
    father = &s.parent(*petya, "Павел Лужин");
    physics = s.group("7А", "Физика", {class_a}, *ivan, {{2, 3}});
    chemistry = s.group("7Б", "Химия", {class_b}, *olga, {{2, 4}});
    choir = s.group("Хор", "Пение", {}, *zoya, {{5, 7}});
    for (const auto& [group, student] : {std::pair(physics, masha), {chemistry, petya}, {choir, masha}, {choir, petya}})
      s.join(group, *student);
    period = s.period("1 четверть", "2026-09-01", "2026-10-30");
    for (const auto& [name, role] : {std::pair("head of studies", Role::kHeadOfStudies),
                                     {"head of department", Role::kHeadOfDepartment},
                                     {"workshop master", Role::kWorkshopMaster},
                                     {"additional teacher", Role::kAdditionalTeacher},
                                     {"auditor", Role::kAuditor},
                                     {"archivist", Role::kArchivist},
                                     {"accountant", Role::kAccountant}})
      viewers[name] = &s.staff(role, name);
    branch_of_the_school(s);
    commission_for_physics(s);
    s.say(s.deputy(), Role::kDeputyHead, ledger::TeachingAssigned{viewers["workshop master"]->id, physics, 1, {}});
    s.live().at("2026-09-01 10:30");
    const Id lesson = s.lesson(*ivan, physics, "2026-09-01", 3);
    topic = s.topic(*ivan, lesson, "Измерения");
    mark = s.mark(*ivan, s.work(*ivan, physics, lesson), *masha, "5");
    s.live().at("2026-09-01 11:30");
    const Id other_lesson = s.lesson(*olga, chemistry, "2026-09-01", 4);
    other_mark = s.mark(*olga, s.work(*olga, chemistry, other_lesson), *petya, "3");
    refused = s.try_say(*olga, Role::kTeacher, ledger::TopicSet{lesson, "Чужой урок", {}, 0})->index;
    s.substitute(physics, "2026-09-08", 3, *ivan, *zoya);
    LiveSchool::How with_file;
    with_file.blobs = {Bytes{'x'}};
    ledger::HomeworkSet set;
    set.lesson = lesson;
    set.text = "Прочитать";
    set.files = {signing::sha256(with_file.blobs[0])};
    file = to_hex(set.files[0].view());
    homework = s.say(*ivan, Role::kTeacher, set, with_file);
    viewers.insert({{"director", &s.director()},
                    {"deputy", &s.deputy()},
                    {"administrator", &s.administrator()},
                    {"secretary", &s.secretary()},
                    {"teacher 7А", ivan},
                    {"teacher 7Б", olga},
                    {"substitute", zoya},
                    {"student 7А", masha},
                    {"parent 7А", mother},
                    {"student 7Б", petya},
                    {"parent 7Б", father}});
    site.start();
    for (const auto& [name, member] : viewers) tokens[name] = site.sign_in(s, *member);
    tokens["other school"] = site.sign_in(*other, other->director());
    tokens["nobody"] = "";
  }
  // 7В is the class of a branch: its curator teaches nothing, and two officials were appointed for the branch alone.
  void branch_of_the_school(LiveSchool& s) {
    s.say(s.administrator(), Role::kAdministrator, ledger::BranchDefined{"north", "Северный корпус"});
    Member& curator = s.person("Куратор");
    Member& nina = s.teacher("Нина Ким");
    class_c = s.klass("7В", 7, curator, "north");
    enter("curator", s, curator);
    kolya = &s.student(class_c, "Коля Юдин");
    geometry = s.group("7В", "Геометрия", {class_c}, nina, {{3, 2}});
    s.join(geometry, *kolya);
    LiveSchool::How north;
    north.branch = "north";
    for (const auto& [name, role] :
         {std::pair("branch deputy", Role::kDeputyHead), {"branch administrator", Role::kAdministrator}}) {
      Member& official = s.person(name);
      s.say(s.director(), Role::kDirector, ledger::RoleGranted{official.id, role}, north);
      enter(name, s, official);
    }
  }
  void commission_for_physics(LiveSchool& s) {
    Member& examiner = s.person("Экзаменатор");
    LiveSchool::How order;
    order.basis = ledger::Basis{"order", "31", test::date("2026-08-31")};
    s.say(s.director(), Role::kDirector, ledger::CommissionAppointed{physics, {examiner.id}}, order);
    enter("commission", s, examiner);
  }
  void enter(const std::string& viewer, LiveSchool& s, Member& member) {
    s.invite(member, s.administrator(), Role::kAdministrator);
    s.enrol(member);
    viewers[viewer] = &member;
  }

  static commands::Engine::Options committing() {
    commands::Engine::Options options;
    options.commit_state_every = 16;  // so that there is a commitment to prove a week by
    return options;
  }

  Site site{{}, committing()};
  LiveSchool* licey = nullptr;
  LiveSchool* other = nullptr;
  Member *ivan, *olga, *zoya, *masha, *petya, *kolya, *mother, *father;
  Id class_a, class_b, class_c, geometry, physics, chemistry, choir, period, topic, mark, other_mark, homework;
  std::string file;
  std::uint64_t refused = 0;
  const std::string regulation = to_hex(signing::sha256(as_bytes(*commands::builtin_profile("r000"))).view());
  std::map<std::string, Member*> viewers;
  std::map<std::string, std::string> tokens;
};

World& world() {
  static World only;  // dozens of signed entries are not made twice; its directory goes with the program
  return only;
}

struct Column {
  std::string title;
  std::string target;
  std::string pattern;  // the route it stands for
};

std::vector<Column> columns() {
  World& w = world();
  const std::string s = "/v1/schools/licey29/";
  const auto journal = [&](const Id& group, std::string_view week_day) {
    return s + "journal?group=" + hex(group) + "&from=" + std::string(week_day) + "&to=" + std::string(week_day);
  };
  const auto index = [&](const Id& statement) { return std::to_string(w.licey->index_of(statement)); };
  std::vector<Column> all{
      {"journal of 7А, physics", journal(w.physics, "2026-09-01"), "journal"},
      {"journal of 7Б, chemistry", journal(w.chemistry, "2026-09-01"), "journal"},
      {"journal of 7А in the week of the substitution", journal(w.physics, "2026-09-08"), "journal"},
      {"journal of 7А over the quarter", s + "journal?group=" + hex(w.physics) + "&period=" + hex(w.period), "journal"},
      {"journal of the choir of 7А and 7Б", journal(w.choir, "2026-09-01"), "journal"},
      {"journal of 7В, of a branch", journal(w.geometry, "2026-09-02"), "journal"},
      {"diary of a pupil of 7А", s + "diary?week=2026-W36&student=" + hex(w.masha->id), "diary"},
      {"diary of a pupil of 7Б", s + "diary?week=2026-W36&student=" + hex(w.petya->id), "diary"},
      {"diary of a pupil of 7В", s + "diary?week=2026-W36&student=" + hex(w.kolya->id), "diary"},
      {"proof that a week of 7А's is whole", s + "diary/proof?week=2026-W36&student=" + hex(w.masha->id),
       "diary/proof"},
      {"timetable of 7А", s + "timetable?week=2026-W36&class=" + hex(w.class_a), "timetable"},
      {"timetable of 7Б", s + "timetable?week=2026-W36&class=" + hex(w.class_b), "timetable"},
      {"timetable of a group of 7А", s + "timetable?week=2026-W36&group=" + hex(w.physics), "timetable"},
      {"timetable of a teacher", s + "timetable?week=2026-W36&teacher=" + hex(w.ivan->id), "timetable"},
      {"timetable of a room", s + "timetable?week=2026-W36&room=12", "timetable"},
      {"entry: a topic of 7А", s + "events/" + index(w.topic), "events/{index}"},
      {"entry: a mark of a pupil of 7А", s + "events/" + index(w.mark), "events/{index}"},
      {"proof of that mark", s + "events/" + index(w.mark) + "/proof", "events/{index}/proof"},
      {"entry: a mark of a pupil of 7Б", s + "events/" + index(w.other_mark), "events/{index}"},
      {"entry: a refusal", s + "events/" + std::to_string(w.refused), "events/{index}"},
      {"entry: the genesis", s + "events/0", "events/{index}"},
      {"file of a homework of 7А", s + "files/" + w.file + "?entry=" + index(w.homework), "files/{hash}"},
      {"people", s + "people", "people"},
      {"classes", s + "classes", "classes"},
      {"groups", s + "groups", "groups"},
      {"periods", s + "periods", "periods"},
      {"profile", s + "profile", "profile"},
      {"me", s + "me", "me"},
      {"stream of changes", s + "stream", "stream"},
      {"duties: own", s + "duties", "duties"},
      {"duties: everybody's", s + "duties?of=school", "duties"},
      {"duties: of the own class", s + "duties?of=class", "duties"},
      {"summary of 7А", s + "summary?class=" + hex(w.class_a), "summary"},
      {"summary of the school", s + "summary", "summary"},
      {"plan of a group of 7А", s + "plans?group=" + hex(w.physics), "plans"},
      {"inspections", s + "inspections", "inspections"},
      {"check of a period", s + "inspections?period=" + hex(w.period), "inspections"},
      {"substitutions", s + "substitutions?from=2026-09-01&to=2026-09-30", "substitutions"},
      {"hours", s + "hours?from=2026-09-01&to=2026-09-30", "hours"},
      {"operations of administrators", s + "operations", "operations"},
      {"documents", s + "documents", "documents"},
      {"dictionary", s + "dictionary", "dictionary"},
      {"checkpoint", "/log/licey29/checkpoint", "checkpoint"},
      {"verifier key", "/log/licey29/vkey", "vkey"},
      {"genesis with its proof", "/log/licey29/genesis", "genesis"},
      {"hash tiles", "/log/licey29/tile/0/000.p/1", "tile"},
      {"entry bundles", "/log/licey29/tile/entries/000.p/1", "tile"},
      {"text of the profile", s + "profiles/" + w.regulation, "profiles/{hash}"},
  };
  for (const auto& one : registers())
    all.push_back({"register: " + std::string(one.name), s + "registers/" + std::string(one.name), "registers/{name}"});
  return all;
}

struct Row {
  std::string_view viewer;
  std::string_view journals, diaries, timetables, entries, lists, sheets, log, registers;
};
// journals:   7А · 7Б · 7А in the week of the substitution · 7А over the quarter · the choir of both classes · 7В, of a branch
// diaries:    of Маша (7А) · of Петя (7Б) · of Коля (7В, of a branch) · the proof of Маша's
// timetables: class 7А · class 7Б · physics 7А · teacher Иван · a room
// entries:    a topic of 7А · a mark of Маша's · its proof · a mark of Петя's · a refusal of Ольга's · the genesis ·
//             a file of a homework of 7А
// lists:      people · classes · groups · periods · profile · me · the stream of changes
// sheets:     duties: own · everybody's · of the class one leads | summary: of 7А · of the school | plan of physics 7А |
//             inspections · the check of a period | substitutions | hours | operations | documents · dictionary
// log:        checkpoint · vkey · genesis · hash tile · entry bundle · the text of the profile in force
// registers:  coursework · plan_templates · work_programmes · programmes · curricula · study_schedules · materials · tasks ·
//             debts · commissions · referrals · council · individual_modes | consents · compromises · consultations |
//             violations · printouts · activity
constexpr Row kRows[] = {
    {"director", "++++++", "++++", "+++++", "+++++++", "+++++++", "++-++++++++++", "++++++", "+++++++++++++++++++"},
    {"deputy", "++++++", "++++", "+++++", "+++++++", "+++++++", "++-++++++++++", "++++-+", "+++++++++++++++++++"},
    {"head of studies", "++++++", "++++", "+++++", "+++++++", "+++++++", "++-++++++++++", "++++-+",
     "+++++++++++++++++++"},
    {"head of department", "++++++", "++++", "+++++", "+++++++", "+++++++", "++-++++++++++", "++++-+",
     "+++++++++++++++++++"},
    {"workshop master", "+-++--", "----", "+++++", "+++000+", "+++++++", "+----++-+--++", "++++-+",
     "++++++++-+---+++---"},
    {"additional teacher", "------", "----", "+++++", "0000000", "+++++++", "+----++-+--++", "++++-+",
     "++++++++-+---+++---"},
    {"auditor", "++++++", "++++", "+++++", "+++++++", "+++++++", "++-++++++++++", "++++++", "+++++++++++++++++++"},
    {"archivist", "++++++", "++++", "+++++", "+++++++", "+++++++", "+--+++--++-++", "++++++", "+++++++++++++------"},
    {"administrator", "------", "----", "+++++", "00000+0", "+++++++", "+----+-----++", "++++-+",
     "--++++-------+++--+"},
    {"secretary", "------", "----", "+++++", "00000+0", "+++++++", "+----+-----++", "++++-+", "--++++-------+++-+-"},
    {"accountant", "------", "----", "+++++", "0000000", "+++++++", "+----+--++-++", "++++-+", "---+++-------+++---"},
    {"teacher 7А", "+-+++-", "+--+", "+++++", "+++000+", "+++++++", "+-++-++-+--++", "++++-+", "++++++++++++++++++-"},
    {"teacher 7Б", "-+--+-", "-+--", "+++++", "000++00", "+++++++", "+-+--++-+--++", "++++-+", "++++++++++++++++++-"},
    {"substitute", "--+++-", "----", "+++++", "0000000", "+++++++", "+----++-+--++", "++++-+", "++++++++-+---+++---"},
    {"curator", "-----+", "--+-", "+++++", "0000000", "+++++++", "+-+--+-----++", "++++-+", "+-++++++++++++++++-"},
    {"commission", "+-++--", "----", "+++++", "+++000+", "+++++++", "+----+-----++", "++++-+", "--++++--+++--+++---"},
    {"branch deputy", "-----+", "--+-", "+++++", "0000000", "+++++++", "++---++-+--++", "++++-+",
     "+++++++++++++++++++"},
    {"branch administrator", "------", "----", "+++++", "0000000", "+++++++", "+----+-----++", "++++-+",
     "--++++-------+++--+"},
    {"student 7А", "------", "+--+", "+-+--", "+++000+", "+++++++", "+--+-+-----++", "++++-+", "+--+++++++++++++---"},
    {"parent 7А", "------", "+--+", "+-+--", "+++000+", "+++++++", "+--+-+-----++", "++++-+", "+--+++++++++++++---"},
    {"student 7Б", "------", "-+--", "-+---", "000+000", "+++++++", "+----------++", "++++-+", "+--+++++++++++++---"},
    {"parent 7Б", "------", "-+--", "-+---", "000+000", "+++++++", "+----------++", "++++-+", "+--+++++++++++++---"},
    {"other school", "------", "----", "-----", "-------", "-------", "-------------", "++++?+", "-------------------"},
    {"nobody", "??????", "????", "?????", "???????", "???????", "?????????????", "++++?+", "???????????????????"},
};

std::string marks_of(const Row& row) {
  std::string marks;
  for (const auto part :
       {row.journals, row.diaries, row.timetables, row.entries, row.lists, row.sheets, row.log, row.registers})
    marks += part;
  return marks;
}

char outcome(unsigned status) {
  switch (status) {
    case 200: return '+';
    case 403: return '-';
    case 404: return '0';
    case 401: return '?';
    default: return '!';
  }
}

class AccessMatrix : public ::testing::TestWithParam<Row> {};

TEST_P(AccessMatrix, EveryRouteAnswersAsTheTableSays) {
  const Row& row = GetParam();
  const std::string expected = marks_of(row);
  const auto all = columns();
  ASSERT_EQ(expected.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto response = world().site.get(all[i].target, world().tokens.at(std::string(row.viewer)));
    EXPECT_EQ(outcome(response.status), expected[i])
        << row.viewer << " asks for " << all[i].title << ": " << response.status << "\n"
        << all[i].target;
    if (response.stream) response.stream->close();
  }
}
INSTANTIATE_TEST_SUITE_P(Roles, AccessMatrix, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return "Viewer" + std::to_string(row.index); });

TEST(AccessTable, LeavesOutNoRoleAndNoRoute) {
  std::set<std::string> covered;
  for (const auto& column : columns())
    covered.insert(std::string(match_route(Method::kGet, column.target.substr(0, column.target.find('?'))).route->id));
  for (const auto& route : routes()) {
    if (route.method != Method::kGet || route.pattern.find("{s}") == std::string_view::npos) continue;
    EXPECT_TRUE(covered.contains(std::string(route.id))) << route.pattern << " has no column";
  }
  EXPECT_EQ(std::size(kRows), world().tokens.size());
}

// Whoever may not see something learns nothing from asking for what does not exist.
TEST(AccessTable, TheUnknownLooksForbiddenToThoseWhoMayNotSee) {
  World& w = world();
  const std::string nothing(32, 'f');
  for (const auto& target : {"/v1/schools/licey29/diary?week=2026-W36&student=" + nothing,
                             "/v1/schools/licey29/journal?from=2026-09-01&to=2026-09-02&group=" + nothing}) {
    EXPECT_EQ(w.site.get(target, w.tokens["parent 7А"]).status, 403U);
    EXPECT_EQ(w.site.get(target, w.tokens["director"]).status, 404U);
  }
  EXPECT_EQ(w.site.get("/v1/schools/licey29/events/100000", w.tokens["parent 7А"]).status, 404U);
  EXPECT_EQ(w.site.get("/v1/schools/nowhere/me", w.tokens["director"]).status, 404U);
}

TEST(AccessTable, AWriteNeedsNoSessionButItsSignature) {
  World& w = world();
  for (const auto& [name, token] : w.tokens) {
    EXPECT_EQ(
        w.site.post("/v1/schools/licey29/events", R"({"statements":[{"bytes":"AAAA","signature":"AAAA"}]})", token)
            .status,
        400U)
        << name;
    const auto encoded = w.site.post("/v1/schools/licey29/statements:encode", "{}", token);
    EXPECT_EQ(encoded.status, name == "nobody" ? 401U : name == "other school" ? 403U : 400U) << name;
  }
}

// --- What is inside what they see

TEST(AccessContents, TheClassTeacherSeesOfASharedGroupTheirOwnPupilsAlone) {
  World& w = world();
  const std::string target = "/v1/schools/licey29/journal?group=" + hex(w.choir) + "&from=2026-09-01&to=2026-09-05";
  const auto students = [&](const std::string& viewer) {
    std::set<std::string> ids;
    const auto journal = json_of(w.site.get(target, w.tokens[viewer]));
    for (const auto& student : journal.at("students").as_array()) ids.insert(std::string(student.at("id").as_string()));
    return ids;
  };
  EXPECT_EQ(students("substitute"), (std::set{hex(w.masha->id), hex(w.petya->id)})) << "the choir's own teacher";
  EXPECT_EQ(students("teacher 7А"), (std::set{hex(w.masha->id)}));
  EXPECT_EQ(students("teacher 7Б"), (std::set{hex(w.petya->id)}));
}

// A family gets the line of its own child, and no share of anybody else's marks.
TEST(AccessContents, TheSummaryOfAClassShowsAFamilyItsOwnLine) {
  World& w = world();
  const std::string target = "/v1/schools/licey29/summary?class=" + hex(w.class_a);
  const auto of_director = json_of(w.site.get(target, w.tokens["director"]));
  const auto of_parent = json_of(w.site.get(target, w.tokens["parent 7А"]));
  ASSERT_EQ(of_parent.at("students").as_array().size(), 1U);
  EXPECT_EQ(of_parent.at("students").at(0).at("id").as_string(), hex(w.masha->id));
  EXPECT_TRUE(of_director.at("groups").at(0).as_object().contains("without_marks"));
  EXPECT_FALSE(of_parent.at("groups").at(0).as_object().contains("without_marks"));
}

std::set<std::string> names_in(const boost::json::value& list, const char* key = "name") {
  std::set<std::string> names;
  for (const auto& item : list.as_array()) names.insert(std::string(item.at(key).as_string()));
  return names;
}

TEST(AccessContents, FamiliesSeeTheirChildrenAndTheirTeachers) {
  World& w = world();
  const auto people = [&](const std::string& viewer) {
    return names_in(json_of(w.site.get("/v1/schools/licey29/people", w.tokens[viewer])));
  };
  EXPECT_EQ(people("parent 7А"),
            (std::set<std::string>{"Мария Ильина", "Маша Ильина", "Иван Седов", "Зоя Грач", "workshop master"}));
  EXPECT_EQ(people("student 7Б"), (std::set<std::string>{"Петя Лужин", "Ольга Чехова", "Зоя Грач"}));
  EXPECT_TRUE(people("director").contains("Павел Лужин"));
  const auto ivans = people("teacher 7А");
  EXPECT_TRUE(ivans.contains("Мария Ильина")) << "a parent of the own class";
  EXPECT_FALSE(ivans.contains("Павел Лужин")) << "a parent of another class";
  EXPECT_FALSE(people("accountant").contains("Маша Ильина"));
  EXPECT_TRUE(people("accountant").contains("Иван Седов"));
}

TEST(AccessContents, ListsOfPupilsAreForThoseWhoKeepThem) {
  World& w = world();
  const auto pupils = [&](const std::string& viewer, const char* route) {
    std::set<std::string> labels;
    const auto list = json_of(w.site.get(std::string("/v1/schools/licey29/") + route, w.tokens[viewer]));
    for (const auto& item : list.as_array())
      if (item.as_object().contains("students")) labels.insert(std::string(item.at("label").as_string()));
    return labels;
  };
  EXPECT_EQ(pupils("teacher 7А", "classes"), (std::set<std::string>{"7А"}));
  EXPECT_EQ(pupils("secretary", "classes"), (std::set<std::string>{"7А", "7Б", "7В"}));
  EXPECT_EQ(pupils("branch administrator", "classes"), (std::set<std::string>{"7В"}));
  EXPECT_EQ(pupils("branch deputy", "groups"), (std::set<std::string>{"7В"}));
  EXPECT_EQ(pupils("curator", "classes"), (std::set<std::string>{"7В"}));
  EXPECT_TRUE(pupils("parent 7А", "classes").empty());
  EXPECT_EQ(pupils("teacher 7Б", "groups"), (std::set<std::string>{"7Б"}));
  EXPECT_EQ(pupils("substitute", "groups"), (std::set<std::string>{"Хор"}));
  EXPECT_TRUE(pupils("accountant", "groups").empty());
  EXPECT_EQ(names_in(json_of(w.site.get("/v1/schools/licey29/groups", w.tokens["parent 7А"])), "label"),
            (std::set<std::string>{"7А", "Хор"}));
}

TEST(AccessContents, NothingReachesAcrossSchools) {
  World& w = world();
  const auto names = names_in(json_of(w.site.get("/v1/schools/gymnasium/people", w.tokens["other school"])));
  EXPECT_FALSE(names.contains("Маша Ильина"));
  EXPECT_EQ(w.site.get("/v1/schools/gymnasium/me", w.tokens["director"]).status, 403U);
  EXPECT_EQ(problem_of(w.site.get("/v1/schools/gymnasium/me", w.tokens["director"])), "other-school");
  EXPECT_EQ(w.site.get("/log/gymnasium/tile/entries/000.p/1", w.tokens["director"]).status, 401U)
      << "a director of another school";
}

// What is granted for a branch reaches no pupil, family or duty of another.
TEST(AccessContents, ABranchSeesItsOwnPeopleAlone) {
  World& w = world();
  for (const std::string viewer : {"branch deputy", "branch administrator"}) {
    const auto people = names_in(json_of(w.site.get("/v1/schools/licey29/people", w.tokens[viewer])));
    EXPECT_TRUE(people.contains("Коля Юдин")) << viewer;
    EXPECT_TRUE(people.contains("Иван Седов")) << viewer << ": staff know one another";
    EXPECT_FALSE(people.contains("Маша Ильина")) << viewer;
    EXPECT_FALSE(people.contains("Павел Лужин")) << viewer;
  }
  for (const std::string of : {"school", "me"}) {
    const auto duties =
        json_of(w.site.get("/v1/schools/licey29/duties?of=" + of + "&from=2026-09-01", w.tokens["branch deputy"]));
    for (const auto& duty : duties.at("duties").as_array()) {
      if (const auto* group = duty.as_object().if_contains("group")) {
        EXPECT_EQ(group->at("id").as_string(), hex(w.geometry)) << boost::json::serialize(duty);
      }
      if (const auto* klass = duty.as_object().if_contains("class")) {
        EXPECT_EQ(klass->at("id").as_string(), hex(w.class_c)) << boost::json::serialize(duty);
      }
    }
  }
}

TEST(AccessContents, SheetsAndEntriesOfABranchAreShownToItsDeputy) {
  World& w = world();
  const std::string s = "/v1/schools/licey29/";
  const std::string& token = w.tokens["branch deputy"];
  EXPECT_EQ(w.site.get(s + "summary?class=" + hex(w.class_c), token).status, 200U);
  EXPECT_EQ(w.site.get(s + "summary?class=" + hex(w.class_c), w.tokens["branch administrator"]).status, 403U);
  const auto plans = json_of(w.site.get(s + "plans", token)).as_array();
  ASSERT_EQ(plans.size(), 1U) << "without naming a group: those of the branch";
  EXPECT_EQ(plans[0].at("group").at("id").as_string(), hex(w.geometry)) << boost::json::serialize(plans);
  EXPECT_TRUE(json_of(w.site.get(s + "substitutions?from=2026-09-01&to=2026-09-30", token)).as_array().empty());
  ledger::InspectionHeld held;
  held.kind = "journal";
  held.from = held.to = test::date("2026-09-01");
  held.classes = {w.class_a};
  w.licey->say(w.licey->deputy(), Role::kDeputyHead, held);
  held.classes = {w.class_c};
  w.licey->say(w.licey->deputy(), Role::kDeputyHead, held);
  const auto inspections = json_of(w.site.get(s + "inspections", token)).at("inspections").as_array();
  ASSERT_EQ(inspections.size(), 1U);
  EXPECT_EQ(inspections[0].at("classes").at(0).as_string(), hex(w.class_c));
}

// --- The tables people read

std::string documented(std::string_view first_line) {
  std::ifstream file(std::string(LETOPIS_SOURCE_DIR) + "/docs/rights.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto begin = text.find(first_line);
  if (begin == std::string::npos) return {};
  const auto end = text.find("\n\n", begin);
  return text.substr(begin, end == std::string::npos ? end : end + 1 - begin);
}

// Names of viewers, or whom they come to.
std::string in_short(const std::vector<std::string_view>& viewers) {
  const auto is_all_but = [&](std::set<std::string_view> left_out) {
    return std::all_of(std::begin(kRows), std::end(kRows), [&](const Row& row) {
      const bool there = std::find(viewers.begin(), viewers.end(), row.viewer) != viewers.end();
      return there != left_out.contains(row.viewer);
    });
  };
  if (is_all_but({})) return "anybody";
  if (is_all_but({"other school", "nobody"})) return "everybody of the school";
  if (is_all_but({"other school", "nobody", "student 7А", "parent 7А", "student 7Б", "parent 7Б"})) return "all staff";
  std::string text;
  for (const auto viewer : viewers) text += (text.empty() ? "" : ", ") + std::string(viewer);
  return text;
}

TEST(AccessTable, IsTheOneInTheDocumentation) {
  std::string table = "| view | shown to |\n|---|---|\n";
  const auto all = columns();
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::vector<std::string_view> viewers;
    for (const Row& row : kRows)
      if (marks_of(row)[i] == '+') viewers.push_back(row.viewer);
    table += "| " + all[i].title + " | " + in_short(viewers) + " |\n";
  }
  EXPECT_EQ(documented("| view | shown to |"), table);
}

TEST(AccessTable, TheRegistersAreThoseInTheDocumentation) {
  std::string table = "| register | read by | of its lines |\n|---|---|---|\n";
  for (const auto& one : registers()) {
    std::string readers;
    for (std::size_t i = 1; i <= std::size(ledger::kRoleNames); ++i)
      if ((one.readers & commands::role_bit(static_cast<Role>(i))) != 0)
        readers += (readers.empty() ? "" : ", ") + std::string(ledger::kRoleNames[i - 1]);
    table += "| `" + std::string(one.name) + "` | " + readers + " | " + std::string(one.lines) + " |\n";
  }
  EXPECT_EQ(documented("| register | read by |"), table);
}

// --- The rules themselves, where time matters

TEST(AccessRules, ACourtsLimitEndsAParentsSight) {
  Site site;
  LiveSchool& s = site.school("licey29");
  Member& ivan = s.teacher("Иван");
  const Id klass = s.klass("7А", 7, ivan);
  Member& masha = s.student(klass, "Маша");
  Member& father = s.parent(masha, "Отец");
  site.start();
  const std::string token = site.sign_in(s, father);
  const std::string diary = "/v1/schools/licey29/diary?week=2026-W36&student=" + hex(masha.id);
  EXPECT_EQ(site.get(diary, token).status, 200U);
  s.guardian(father, masha, ledger::Access::kNone);
  EXPECT_EQ(site.get(diary, token).status, 403U) << "from the next request on, though the view lies in the cache";
  EXPECT_FALSE(site.app().handle_cached(site.request(Method::kGet, diary, token)).has_value());
}

TEST(AccessRules, ARoleWorksFromItsDayToItsLast) {
  Site site;
  LiveSchool& s = site.school("licey29");
  Member& guest = s.person("Проверяющий");
  LiveSchool::How september;
  september.to = test::date("2026-09-02");
  s.say(s.director(), Role::kDirector, ledger::RoleGranted{guest.id, Role::kAuditor}, september);
  s.invite(guest, s.administrator(), Role::kAdministrator);
  s.enrol(guest);
  site.start();
  const std::string bundle = "/log/licey29/tile/entries/000.p/1";
  EXPECT_EQ(site.get(bundle, site.sign_in(s, guest)).status, 200U);
  site.live().at("2026-09-02 23:00");
  EXPECT_EQ(site.get(bundle, site.sign_in(s, guest)).status, 200U);
  site.live().at("2026-09-03 00:01");
  EXPECT_EQ(site.get(bundle, site.sign_in(s, guest)).status, 403U);
}

}  // namespace
}  // namespace letopis::server::testing
