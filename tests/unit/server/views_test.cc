// Journal, diary and timetable over the routes: as of any moment the same as a fold from the first entry, clear words for
// what does not exist, and a cache that never shows anybody what is not theirs.

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <set>

#include "ledger/schema/codec.h"
#include "projections/diary.h"
#include "projections/journal.h"
#include "projections/listing.h"
#include "tests/unit/server/site.h"

namespace letopis::server::testing {
namespace {

using ledger::Role;
using test::LiveSchool;
using test::Member;

class ViewsTest : public ::testing::Test {
 protected:
  ViewsTest() {
    licey.join(physics, masha);
    licey.join(physics, petya);
    licey.substitute(physics, "2026-09-08", 3, ivan, olga);
    site.live().at("2026-09-01 10:30");
    lesson = licey.lesson(ivan, physics, "2026-09-01", 3);
    licey.topic(ivan, lesson, "Измерения");
    work = licey.work(ivan, physics, lesson);
    site.start();
    mark = licey.mark(ivan, work, masha, "3");
    licey.mark(ivan, work, petya, "4");
    licey.homework(ivan, lesson, "Задача первая", "2026-09-08");
    licey.remark(ivan, lesson, masha, "Забыла тетрадь");
    site.live().advance(600);
    LiveSchool::How because;
    because.sealed = {{"reason", masha.id, "Описка"}};
    ledger::EntryCorrected corrected;
    corrected.target = mark;
    corrected.value = "5";
    licey.say(ivan, Role::kTeacher, corrected, because);
    licey.absence(ivan, lesson, petya);
    director = site.sign_in(licey, licey.director());
  }

  std::uint64_t size() {
    return licey.school().read([](const auto& model) { return std::uint64_t{model.times.size()}; });
  }
  std::string journal(const std::string& more = {}) {
    return kSchool + "journal?group=" + hex(physics) + "&from=2026-09-01&to=2026-09-13" + more;
  }
  std::string diary(const Member& student, const std::string& more = {}) {
    return kSchool + "diary?student=" + hex(student.id) + "&week=2026-W36" + more;
  }
  std::string timetable(const std::string& more = {}) {
    return kSchool + "timetable?teacher=" + hex(olga.id) + "&week=2026-W37" + more;
  }
  std::string shown(const std::string& target, const std::string& token) {
    const auto response = site.get(target, token);
    EXPECT_EQ(response.status, 200U) << target << "\n" << body_of(response);
    return body_of(response);
  }
  void expect_problem(const std::string& target, unsigned status, std::string_view names) {
    const auto response = site.get(target, director);
    EXPECT_EQ(response.status, status) << target;
    if (response.status < 400) return;
    const auto body = json_of(response).as_object();
    ASSERT_TRUE(body.contains("technical")) << target;
    EXPECT_NE(std::string_view(body.at("technical").as_string()).find(names), std::string_view::npos)
        << target << ": " << body_of(response);
  }

  const std::string kSchool = "/v1/schools/licey29/";
  std::string director;
  Site site;
  LiveSchool& licey = site.school("licey29");
  Member& ivan = licey.teacher("Иван Седов");
  Member& olga = licey.teacher("Ольга Чехова");
  Id class_a = licey.klass("7А", 7, ivan);
  Member& masha = licey.student(class_a, "Маша Ильина");
  Member& petya = licey.student(class_a, "Петя Лужин");
  Member& mother = licey.parent(masha, "Мария Ильина");
  Id physics = licey.group("7А", "Физика", {class_a}, ivan, {{2, 3}});
  Id lesson, work, mark;
};

// --- As of any moment ------------------------------------------------------------------------------------------------

// The naive way: every entry from the first one on, by the log alone.
class Prefix {
 public:
  Prefix(commands::School& school, std::uint64_t size) : school_(school) {
    bytes_.reserve(size);
    for (std::uint64_t index = 0; index < size; ++index) {
      bytes_.push_back(school.entry(index).value());
      entries_.push_back(ledger::decode_entry(bytes_.back()).value());
      shards_.push_back(state_.apply(entries_.back()));
    }
  }
  std::vector<ledger::Entry> in(const std::vector<projections::ShardKey>& keys) const {
    std::vector<ledger::Entry> found;
    for (std::size_t i = 0; i < entries_.size(); ++i)
      if (std::any_of(keys.begin(), keys.end(), [&](const auto& key) {
            return std::find(shards_[i].begin(), shards_[i].end(), key) != shards_[i].end();
          }))
        found.push_back(entries_[i]);
    return found;
  }
  std::string journal(const Id& group, Date from, Date to) const {
    std::vector<projections::ShardKey> keys;
    for (Date week = from.monday(); week <= to; week = week + 7)
      keys.push_back({projections::View::kJournal, group, week});
    const auto entries = in(keys);
    return projections::journal_json(projections::fold_journal(state_, group, from, to, entries), names(), texts());
  }
  std::string diary(const Id& student, Date monday) const {
    const auto own = in({{projections::View::kDiary, student, monday}});
    std::deque<std::vector<ledger::Entry>> of_groups;
    std::vector<projections::GroupWeek> weeks;
    for (const auto& group : state_.groups_of_student(student, monday, monday + 6)) {
      of_groups.push_back(in({{projections::View::kJournal, group, monday}}));
      weeks.push_back({group, of_groups.back()});
    }
    return projections::diary_json(projections::fold_diary(state_, student, monday, own, weeks), names(), texts());
  }
  std::string timetable(const Id& teacher, Date monday) const {
    return projections::timetable_json(state_, {{}, {}, teacher}, monday, names());
  }
  Instant last() const { return entries_.back().event.recorded_at; }

 private:
  projections::NameOf names() const {
    return [this](const Id& person) { return school_.name_of(person); };
  }
  projections::TextOf texts() const {
    return [this](const Hash& commitment) { return school_.text_of(commitment); };
  }

  commands::School& school_;
  std::vector<Bytes> bytes_;
  std::vector<ledger::Entry> entries_;
  std::vector<std::vector<projections::ShardKey>> shards_;
  projections::SchoolState state_;
};

TEST_F(ViewsTest, AtAnyEntryAndAnyInstantTheyAreAFoldFromTheFirstEntry) {
  const Date monday = test::date("2026-08-31");
  std::set<std::string> journals;
  std::set<std::string> diaries;
  std::set<std::string> timetables;
  const std::uint64_t all = size();
  for (std::uint64_t index = 0; index <= all; ++index) {
    const Prefix prefix(licey.school(), index);
    const auto expected_journal = prefix.journal(physics, test::date("2026-09-01"), test::date("2026-09-13"));
    const auto expected_diary = prefix.diary(masha.id, monday);
    const auto expected_timetable = prefix.timetable(olga.id, monday + 7);
    journals.insert(expected_journal);
    diaries.insert(expected_diary);
    timetables.insert(expected_timetable);
    std::vector<std::string> moments{std::to_string(index)};
    if (index > 0) moments.push_back(format_instant(prefix.last()));
    if (index < all) moments.push_back(format_instant({Prefix(licey.school(), index + 1).last().micros - 1}));
    if (index == all) moments.insert(moments.end(), {"", std::to_string(all + 1000), "2099-01-01T00:00:00Z"});
    for (const auto& at : moments) {
      const std::string query = at.empty() ? "" : "&at=" + at;
      ASSERT_EQ(shown(journal(query), director), expected_journal) << at;
      ASSERT_EQ(shown(diary(masha, query), director), expected_diary) << at;
      ASSERT_EQ(shown(timetable(query), director), expected_timetable) << at;
    }
  }
  EXPECT_GE(journals.size(), 8U) << "the moments are not all alike";
  EXPECT_GE(diaries.size(), 6U);
  EXPECT_GE(timetables.size(), 2U);
}

TEST_F(ViewsTest, ThePastIsShownToWhomThePresentAllows) {
  const std::string past = "&at=" + std::to_string(size() - 3);
  const auto parent = site.sign_in(licey, mother);
  EXPECT_EQ(site.get(diary(masha, past), parent).status, 200U);
  EXPECT_EQ(site.get(diary(petya, past), parent).status, 403U);
  EXPECT_EQ(site.get(journal(past), parent).status, 403U);
  licey.guardian(mother, masha, ledger::Access::kNone);
  EXPECT_EQ(site.get(diary(masha, past), parent).status, 403U) << "what was seen then is not seen now";
}

// --- What does not exist ---------------------------------------------------------------------------------------------

TEST_F(ViewsTest, WhatIsNotThereIsSaidToBeSo) {
  const std::string nothing(32, 'f');
  expect_problem(kSchool + "journal?from=2026-09-01&to=2026-09-02&group=" + nothing, 404, "group");
  expect_problem(kSchool + "journal?group=" + hex(physics) + "&period=" + nothing, 404, "period");
  expect_problem(kSchool + "diary?week=2026-W36&student=" + nothing, 404, "student");
  for (const char* whose : {"class", "group", "teacher"})
    expect_problem(kSchool + "timetable?week=2026-W36&" + whose + "=" + nothing, 404, whose);
  expect_problem(journal("&at=yesterday"), 400, "at");
  expect_problem(journal("&at=-1"), 400, "at");
  expect_problem(journal("&at=99999999999999999999"), 400, "at");
  expect_problem(diary(masha, "&at=2026-02-30T00:00:00Z"), 400, "at");
  expect_problem(timetable("&at=1e3"), 400, "at");
  for (const char* week : {"2026-W54", "2026-W0", "W36", "2026-13-01", "2026-02-30", "36", ""}) {
    expect_problem(kSchool + "diary?student=" + hex(masha.id) + "&week=" + week, 400, "week");
    expect_problem(kSchool + "timetable?teacher=" + hex(olga.id) + "&week=" + week, 400, "week");
  }
  expect_problem(kSchool + "journal?group=" + hex(physics), 400, "period");
  expect_problem(kSchool + "journal?group=" + hex(physics) + "&from=2026-09-02&to=2026-09-01", 400, "days");
  expect_problem(kSchool + "journal?group=" + hex(physics) + "&from=2026-01-01&to=2027-12-31", 400, "days");
  expect_problem(kSchool + "journal?group=" + hex(physics) + "&from=2026-01-01&to=2027-02-05", 400, "400 days");
  EXPECT_EQ(site.get(kSchool + "journal?group=" + hex(physics) + "&from=2026-01-01&to=2027-02-04", director).status,
            200U);
  expect_problem(kSchool + "journal?group=" + hex(physics) + "&period=" + nothing + "&from=2026-09-02", 400, "period");
  expect_problem(kSchool + "journal?group=5&from=2026-09-01&to=2026-09-02", 400, "group");
  expect_problem(kSchool + "journal?from=2026-09-01&to=2026-09-02", 400, "group");
  expect_problem(kSchool + "diary?student=" + hex(masha.id), 400, "week");
  expect_problem(kSchool + "timetable?week=2026-W36", 400, "class");
  expect_problem(kSchool + "timetable?week=2026-W36&teacher=" + hex(olga.id) + "&group=" + hex(physics), 400, "class");
  expect_problem(journal("&students=all"), 400, "students");
}

// --- The cache -------------------------------------------------------------------------------------------------------

TEST_F(ViewsTest, AViewIsKeptUntilSomethingInItChanges) {
  Request request = site.request(Method::kGet, journal(), director);
  EXPECT_FALSE(site.app().handle_cached(request)) << "nothing lies in memory yet";
  const auto first = site.ask(request);
  const auto kept = site.app().handle_cached(request);
  ASSERT_TRUE(kept);
  EXPECT_EQ(body_of(*kept), body_of(first));
  const std::string etag = header_of(first, "ETag");
  EXPECT_FALSE(etag.empty());
  EXPECT_EQ(header_of(first, "Cache-Control"), "private, no-cache");
  EXPECT_EQ(header_of(first, "Vary"), "Cookie, Authorization");
  request.if_none_match = etag;
  const auto unchanged = site.ask(request);
  EXPECT_EQ(unchanged.status, 304U);
  EXPECT_EQ(body_of(unchanged), "");
  EXPECT_EQ(header_of(unchanged, "ETag"), etag);

  licey.mark(ivan, licey.work(ivan, physics, lesson), masha, "4");
  EXPECT_FALSE(site.app().handle_cached(request));
  const auto changed = site.ask(request);
  EXPECT_EQ(changed.status, 200U);
  EXPECT_NE(header_of(changed, "ETag"), etag);
  EXPECT_NE(body_of(changed), body_of(first));
}

TEST_F(ViewsTest, MemoryAnswersNobodyWhoMayNotSee) {
  for (const auto& target : {journal(), diary(masha)}) {
    const auto shown_to_director = site.get(target, director);
    ASSERT_EQ(shown_to_director.status, 200U);
    const auto parent_of_petya = site.sign_in(licey, licey.parent(petya, "Павел"));
    for (const auto& token : {parent_of_petya, site.sign_in(licey, licey.teacher("Зоя Грач")),
                              site.sign_in(licey, licey.secretary()), std::string(), std::string(64, '0')}) {
      site.get(target, director);  // as fresh as can be
      Request request = site.request(Method::kGet, target, token);
      EXPECT_FALSE(site.app().handle_cached(request));
      request.if_none_match = header_of(shown_to_director, "ETag");
      EXPECT_FALSE(site.app().handle_cached(request));
      EXPECT_GE(site.ask(request).status, 401U) << "not even that it is unchanged";
    }
  }
}

TEST_F(ViewsTest, EachSeesTheirOwnVersionWhoeverAskedFirst) {
  Member& auditor = licey.staff(Role::kAuditor, "Проверяющий");
  const auto parent = site.sign_in(licey, mother);
  const auto audits = site.sign_in(licey, auditor);
  constexpr std::string_view kRemark = "Забыла тетрадь";
  const auto tells = [&](const std::string& token) {
    return shown(diary(masha), token).find(kRemark) != std::string::npos;
  };
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(tells(director));
    EXPECT_FALSE(tells(audits)) << "every page, and no sealed text";
    EXPECT_TRUE(tells(parent));
  }
  EXPECT_NE(header_of(site.get(diary(masha), audits), "ETag"), header_of(site.get(diary(masha), parent), "ETag"));
}

TEST_F(ViewsTest, AnEndedSessionIsAnsweredByNoMemory) {
  const auto token = site.sign_in(licey, ivan);
  const Request request = site.request(Method::kGet, journal(), token);
  ASSERT_EQ(site.ask(request).status, 200U);
  ASSERT_TRUE(site.app().handle_cached(request));
  licey.revoke_key(ivan);
  EXPECT_FALSE(site.app().handle_cached(request));
  EXPECT_EQ(site.ask(request).status, 401U);
}

TEST_F(ViewsTest, ANameThatChangesChangesTheView) {
  ASSERT_NE(shown(journal(), director).find("Маша Ильина"), std::string::npos);
  LiveSchool::How how;
  how.sealed = {{"name", masha.id, "Мария Волкова"}};
  licey.say(licey.secretary(), Role::kSecretary, ledger::PersonalDataChanged{masha.id}, how);
  EXPECT_EQ(shown(journal(), director).find("Маша Ильина"), std::string::npos);
  EXPECT_NE(shown(journal("&at=" + std::to_string(size() - 1)), director).find("Мария Волкова"), std::string::npos)
      << "the past is shown with the names of today";
}

// A homework for some pupils: the class teacher of others is not told for whom.
TEST_F(ViewsTest, AClassTeacherIsToldNothingOfPupilsOfOtherClasses) {
  const Id class_b = licey.klass("7Б", 7, olga);
  Member& vera = licey.student(class_b, "Вера Котова");
  licey.join(physics, vera);
  site.live().at("2026-09-08 10:30");
  Member& substitute = olga;
  const Id second = licey.lesson(substitute, physics, "2026-09-08", 3);
  std::vector<std::string> entries;
  for (const auto& [text, whom] :
       {std::pair("Задача вторая", std::vector<Id>{masha.id}), {"Задача третья", std::vector<Id>{masha.id, vera.id}}}) {
    ledger::HomeworkSet homework;
    homework.lesson = second;
    homework.text = text;
    homework.due = test::date("2026-09-15");
    homework.audience = whom;
    entries.push_back(kSchool + "events/" +
                      std::to_string(licey.index_of(licey.say(substitute, Role::kTeacher, homework, {}))));
  }
  site.live().at("2026-09-15 10:30");  // the substitution is over: of this journal Ольга sees her own class
  const std::string later = kSchool + "journal?group=" + hex(physics) + "&from=2026-09-14&to=2026-09-20";
  licey.topic(ivan, licey.lesson(ivan, physics, "2026-09-15", 3), "Скорость");
  const auto olgas = site.sign_in(licey, olga);
  const auto own = shown(later, olgas);
  EXPECT_NE(own.find("Задача третья"), std::string::npos) << own;
  EXPECT_NE(own.find(hex(vera.id)), std::string::npos);
  EXPECT_EQ(own.find("Задача вторая"), std::string::npos);
  EXPECT_EQ(own.find(hex(masha.id)), std::string::npos);
  // The same of single entries: a topic is in the journal she sees, though another teaches it.
  EXPECT_EQ(site.get(kSchool + "events/" + std::to_string(size() - 1), olgas).status, 200U);
  EXPECT_EQ(site.get(entries.at(1), olgas).status, 200U);
  Member& zoya = licey.teacher("Зоя Грач");
  licey.klass("7В", 7, zoya);
  EXPECT_EQ(site.get(entries.back(), site.sign_in(licey, zoya)).status, 404U);
  EXPECT_NE(shown(later, site.sign_in(licey, licey.director())).find(hex(masha.id)), std::string::npos);
}

}  // namespace
}  // namespace letopis::server::testing
