// Who may see what: every route, every role, own and other class, child and group, nobody, and another school beside
// this one. The expected outcome is the table below, which people can read.
//
//   +  shown     -  forbidden (403)     0  as if it were not there (404)     ?  sign in first (401)

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "commands/profile.h"
#include "ledger/schema/codec.h"
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

  Site site;
  LiveSchool* licey = nullptr;
  LiveSchool* other = nullptr;
  Member *ivan, *olga, *zoya, *masha, *petya, *mother, *father;
  Id class_a, class_b, physics, chemistry, choir, period, topic, mark, other_mark, homework;
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
  return {
      {"journal А", journal(w.physics, "2026-09-01"), "journal"},
      {"journal Б", journal(w.chemistry, "2026-09-01"), "journal"},
      {"А, 8 Sep", journal(w.physics, "2026-09-08"), "journal"},
      {"period А", s + "journal?group=" + hex(w.physics) + "&period=" + hex(w.period), "journal"},
      {"choir", journal(w.choir, "2026-09-01"), "journal"},
      {"diary А", s + "diary?week=2026-W36&student=" + hex(w.masha->id), "diary"},
      {"diary Б", s + "diary?week=2026-W36&student=" + hex(w.petya->id), "diary"},
      {"table А", s + "timetable?week=2026-W36&class=" + hex(w.class_a), "timetable"},
      {"table Б", s + "timetable?week=2026-W36&class=" + hex(w.class_b), "timetable"},
      {"group А", s + "timetable?week=2026-W36&group=" + hex(w.physics), "timetable"},
      {"t. Иван", s + "timetable?week=2026-W36&teacher=" + hex(w.ivan->id), "timetable"},
      {"topic А", s + "events/" + index(w.topic), "events/{index}"},
      {"mark А", s + "events/" + index(w.mark), "events/{index}"},
      {"proof А", s + "events/" + index(w.mark) + "/proof", "events/{index}/proof"},
      {"mark Б", s + "events/" + index(w.other_mark), "events/{index}"},
      {"refused", s + "events/" + std::to_string(w.refused), "events/{index}"},
      {"genesis", s + "events/0", "events/{index}"},
      {"file А", s + "files/" + w.file + "?entry=" + index(w.homework), "files/{hash}"},
      {"people", s + "people", "people"},
      {"classes", s + "classes", "classes"},
      {"groups", s + "groups", "groups"},
      {"periods", s + "periods", "periods"},
      {"profile", s + "profile", "profile"},
      {"me", s + "me", "me"},
      {"stream", s + "stream", "stream"},
      {"duties", s + "duties", "duties"},
      {"everybody's", s + "duties?of=school", "duties"},
      {"of a class", s + "duties?of=class", "duties"},
      {"summary А", s + "summary?class=" + hex(w.class_a), "summary"},
      {"summary", s + "summary", "summary"},
      {"plan А", s + "plans?group=" + hex(w.physics), "plans"},
      {"inspections", s + "inspections", "inspections"},
      {"the check", s + "inspections?period=" + hex(w.period), "inspections"},
      {"substitutions", s + "substitutions?from=2026-09-01&to=2026-09-30", "substitutions"},
      {"hours", s + "hours?from=2026-09-01&to=2026-09-30", "hours"},
      {"operations", s + "operations", "operations"},
      {"documents", s + "documents", "documents"},
      {"dictionary", s + "dictionary", "dictionary"},
      {"note", "/log/licey29/checkpoint", "checkpoint"},
      {"vkey", "/log/licey29/vkey", "vkey"},
      {"tile", "/log/licey29/tile/0/000.p/1", "tile"},
      {"bundle", "/log/licey29/tile/entries/000.p/1", "tile"},
      {"regulation", s + "profiles/" + w.regulation, "profiles/{hash}"},
  };
}

struct Row {
  std::string_view viewer;
  std::string_view journals, diaries, timetables, entries, lists, sheets, log;
};
// journals:   7А · 7Б · 7А in the week of the substitution · 7А over the quarter · the choir of both classes
// diaries:    of Маша (7А) · of Петя (7Б)
// timetables: class 7А · class 7Б · physics 7А · teacher Иван
// entries:    a topic of 7А · a mark of Маша's · its proof · a mark of Петя's · a refusal of Ольга's · the genesis ·
//             a file of a homework of 7А
// lists:      people · classes · groups · periods · profile · me · the stream of changes
// sheets:     duties: own · everybody's · of the class one leads | summary: of 7А · of the school | plan of physics 7А |
//             inspections · the check of a period | substitutions | hours | operations | documents · dictionary
// log:        checkpoint · vkey · hash tile · entry bundle · the text of the profile in force
constexpr Row kRows[] = {
    {"director", "+++++", "++", "++++", "+++++++", "+++++++", "++-++++++++++", "+++++"},
    {"deputy", "+++++", "++", "++++", "+++++++", "+++++++", "++-++++++++++", "+++-+"},
    {"head of studies", "+++++", "++", "++++", "+++++++", "+++++++", "++-++++++++++", "+++-+"},
    {"head of department", "+++++", "++", "++++", "+++++++", "+++++++", "++-++++++++++", "+++-+"},
    {"workshop master", "+-++-", "--", "++++", "+++000+", "+++++++", "+----++-+--++", "+++-+"},
    {"additional teacher", "-----", "--", "++++", "0000000", "+++++++", "+----++-+--++", "+++-+"},
    {"auditor", "+++++", "++", "++++", "+++++++", "+++++++", "++-++++++++++", "+++++"},
    {"archivist", "+++++", "++", "++++", "+++++++", "+++++++", "+--+++--++-++", "+++++"},
    {"administrator", "-----", "--", "++++", "00000+0", "+++++++", "+----+-----++", "+++-+"},
    {"secretary", "-----", "--", "++++", "00000+0", "+++++++", "+----+-----++", "+++-+"},
    {"accountant", "-----", "--", "++++", "0000000", "+++++++", "+----+--++-++", "+++-+"},
    {"teacher 7А", "+-+++", "+-", "++++", "+++000+", "+++++++", "+-++-++-+--++", "+++-+"},
    {"teacher 7Б", "-+--+", "-+", "++++", "000++00", "+++++++", "+-+--++-+--++", "+++-+"},
    {"substitute", "--+++", "--", "++++", "0000000", "+++++++", "+----++-+--++", "+++-+"},
    {"student 7А", "-----", "+-", "+-+-", "+++000+", "+++++++", "+--+-+-----++", "+++-+"},
    {"parent 7А", "-----", "+-", "+-+-", "+++000+", "+++++++", "+--+-+-----++", "+++-+"},
    {"student 7Б", "-----", "-+", "-+--", "000+000", "+++++++", "+----------++", "+++-+"},
    {"parent 7Б", "-----", "-+", "-+--", "000+000", "+++++++", "+----------++", "+++-+"},
    {"other school", "-----", "--", "----", "-------", "-------", "-------------", "+++?+"},
    {"nobody", "?????", "??", "????", "???????", "???????", "?????????????", "+++?+"},
};

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
  std::string expected;
  for (const auto part : {row.journals, row.diaries, row.timetables, row.entries, row.lists, row.sheets, row.log})
    expected += part;
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
  EXPECT_EQ(pupils("secretary", "classes"), (std::set<std::string>{"7А", "7Б"}));
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
