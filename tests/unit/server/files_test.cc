// Files that entries name: who opens them, what they come with, and which are never taken.

#include <gtest/gtest.h>

#include "ledger/limits.h"
#include "ledger/vault.h"
#include "signing/sha256.h"
#include "tests/unit/server/site.h"

namespace letopis::server::testing {
namespace {

using ledger::Role;
using test::LiveSchool;
using test::Member;

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }
Bytes pdf(std::string_view words) { return bytes_of("%PDF-1.7\n" + std::string(words)); }
std::string hex_of(const Bytes& file) { return to_hex(signing::sha256(file).view()); }

class FilesTest : public ::testing::Test {
 protected:
  FilesTest() {
    licey.join(physics, masha);
    licey.join(chemistry, petya);
    site.live().at("2026-09-01 10:30");
    lesson = licey.lesson(ivan, physics, "2026-09-01", 3);
    site.start();
  }
  static LiveSchool::How with(std::vector<Bytes> files) {
    LiveSchool::How how;
    how.blobs = std::move(files);
    return how;
  }
  ledger::HomeworkSet homework(const Bytes& file) {
    ledger::HomeworkSet set;
    set.lesson = lesson;
    set.text = "Прочитать";
    set.due = test::date("2026-09-08");
    set.files = {signing::sha256(file)};
    return set;
  }
  std::uint64_t given(Member& author, Role role, const ledger::Body& body, const Bytes& file) {
    return licey.index_of(licey.say(author, role, body, with({file})));
  }
  // What try_say() makes of it: the error of a request that is turned away, "" of one that is recorded.
  std::string turned_away(Member& author, Role role, const ledger::Body& body, const LiveSchool::How& how = {}) {
    const auto said = licey.try_say(author, role, body, how);
    return said ? "" : said.error().code;
  }
  std::string target(const Bytes& file, std::uint64_t entry) {
    return "/v1/schools/licey29/files/" + hex_of(file) + "?entry=" + std::to_string(entry);
  }
  unsigned asked(Member& member, const Bytes& file, std::uint64_t entry) {
    return site.get(target(file, entry), site.sign_in(licey, member)).status;
  }
  // Who of these opens it, by their names.
  std::string openers(const Bytes& file, std::uint64_t entry) {
    std::string names;
    for (Member* member : {&licey.director(), &licey.deputy(), &ivan, &olga, &masha, &mother, &petya, &father,
                           &licey.secretary(), &accountant}) {
      const unsigned status = asked(*member, file, entry);
      EXPECT_TRUE(status == 200 || status == 404) << member->name << ": " << status;
      if (status == 200) names += (names.empty() ? "" : ", ") + member->name;
    }
    return names;
  }
  // Every statement that names a file, each by somebody who may say it, naming this one.
  struct Naming {
    Member* author;
    Role role;
    ledger::Body body;
  };
  std::vector<Naming> naming(const Bytes& file) {
    const Hash hash = signing::sha256(file);
    ledger::InspectionHeld held;
    held.kind = "journal";
    held.from = held.to = test::date("2026-09-01");
    const Id inspection = licey.say(licey.deputy(), Role::kDeputyHead, held);
    const Id task = licey.say(ivan, Role::kTeacher,
                              ledger::TaskAssigned{physics, {masha.id}, "Реферат", test::date("2026-09-09"), {}});
    return {
        {&ivan, Role::kTeacher, homework(file)},
        {&ivan, Role::kTeacher, ledger::MaterialPublished{physics, "Конспект", "notes", hash, {}}},
        {&ivan, Role::kTeacher, ledger::TaskAssigned{physics, {masha.id}, "Эссе", test::date("2026-09-09"), {hash}}},
        {&masha, Role::kStudent, ledger::SubmissionSent{task, hash}},
        {&ivan, Role::kTeacher, ledger::WorkProgrammePublished{"physics", "Физика 7", 7, hash}},
        {&ivan, Role::kTeacher, ledger::FileAttached{lesson_entry(), hash, file.size(), "application/pdf"}},
        {&licey.deputy(), Role::kDeputyHead, ledger::InspectionNoteIssued{inspection, hash}},
        {&licey.deputy(), Role::kDeputyHead, ledger::DocumentPublished{"Положение", hash, {}}}};
  }
  // The statement that recorded the lesson, to attach files to.
  Id lesson_entry() { return topic.is_zero() ? topic = licey.topic(ivan, lesson, "Измерения") : topic; }

  Site site;
  LiveSchool& licey = site.school("licey29");
  Member& ivan = licey.teacher("Иван");
  Member& olga = licey.teacher("Ольга");
  Member& accountant = licey.staff(Role::kAccountant, "Бухгалтер");
  Id class_a = licey.klass("7А", 7, ivan);
  Id class_b = licey.klass("7Б", 7, olga);
  Member& masha = licey.student(class_a, "Маша");
  Member& petya = licey.student(class_b, "Петя");
  Member& mother = licey.parent(masha, "Мария");
  Member& father = licey.parent(petya, "Павел");
  Id physics = licey.group("7А", "Физика", {class_a}, ivan, {{2, 3}});
  Id chemistry = licey.group("7Б", "Химия", {class_b}, olga, {{2, 4}});
  const std::string heads = licey.director().name + ", " + licey.deputy().name;
  Id lesson, topic;
};

TEST_F(FilesTest, WhoeverSeesTheEntryOpensItsFile) {
  const Bytes file = pdf("задачи");
  const auto entry = given(ivan, Role::kTeacher, homework(file), file);
  EXPECT_EQ(openers(file, entry), heads + ", Иван, Маша, Мария");
  EXPECT_EQ(site.get(target(file, entry), "").status, 401U);
}

TEST_F(FilesTest, AFileComesToBeSavedAndIsWhatItsBytesAre) {
  const Bytes file = pdf("задачи");
  const auto entry = given(ivan, Role::kTeacher, homework(file), file);
  const auto token = site.sign_in(licey, masha);
  const auto response = site.get(target(file, entry), token);
  EXPECT_EQ(body_of(response), as_text(file));
  EXPECT_EQ(response.content_type, "application/pdf");
  EXPECT_EQ(header_of(response, "Content-Disposition"),
            "attachment; filename=\"" + hex_of(file).substr(0, 16) + ".pdf\"");
  EXPECT_EQ(header_of(response, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(header_of(response, "Cache-Control"), "private, max-age=31536000, immutable");
  EXPECT_EQ(header_of(response, "ETag"), "\"" + hex_of(file) + "\"");
  Request again = site.request(Method::kGet, target(file, entry), token);
  again.if_none_match = header_of(response, "ETag");
  EXPECT_EQ(site.ask(again).status, 304U);
  again = site.request(Method::kGet, target(file, entry), site.sign_in(licey, petya));
  again.if_none_match = header_of(response, "ETag");
  EXPECT_EQ(site.ask(again).status, 404U) << "nobody learns by a tag that there is such a file";
}

TEST_F(FilesTest, AnEntryOpensItsOwnFilesAlone) {
  const Bytes first = pdf("для всех");
  const Bytes secret = pdf("справка");
  const auto entry = given(ivan, Role::kTeacher, homework(first), first);
  const auto other = given(licey.deputy(), Role::kDeputyHead,
                           ledger::DocumentPublished{"Приказ", signing::sha256(secret), {{Role::kAccountant}}}, secret);
  EXPECT_EQ(asked(masha, secret, entry), 404U) << "named by another entry";
  EXPECT_EQ(asked(masha, secret, other), 404U) << "an entry that is not shown";
  EXPECT_EQ(asked(masha, first, 100000), 404U);
  EXPECT_EQ(asked(accountant, secret, other), 200U);
  const auto token = site.sign_in(licey, masha);
  EXPECT_EQ(site.get("/v1/schools/licey29/files/" + hex_of(first), token).status, 400U) << "no entry";
  EXPECT_EQ(site.get("/v1/schools/licey29/files/abc?entry=1", token).status, 400U);
  EXPECT_EQ(site.get(target(first, entry) + "x", token).status, 400U);
}

TEST_F(FilesTest, WhatIsGivenOutIsOpenedByThoseItIsFor) {
  const Bytes file = pdf("материал");
  const Hash hash = signing::sha256(file);
  EXPECT_EQ(
      openers(file, given(ivan, Role::kTeacher, ledger::MaterialPublished{physics, "Конспект", "notes", hash, {}}, file)),
      heads + ", Иван, Маша, Мария");
  const auto task_entry = given(
      ivan, Role::kTeacher, ledger::TaskAssigned{physics, {masha.id}, "Эссе", test::date("2026-09-09"), {hash}}, file);
  EXPECT_EQ(openers(file, task_entry), heads + ", Иван, Маша, Мария");
  const Id task = licey.say(ivan, Role::kTeacher,
                            ledger::TaskAssigned{physics, {masha.id}, "Реферат", test::date("2026-09-09"), {}});
  const Bytes essay = pdf("эссе");
  EXPECT_EQ(openers(essay, given(masha, Role::kStudent, ledger::SubmissionSent{task, signing::sha256(essay)}, essay)),
            heads + ", Иван, Маша, Мария");
  const auto document =
      given(licey.deputy(), Role::kDeputyHead, ledger::DocumentPublished{"Порядок", hash, {{Role::kTeacher}}}, file);
  EXPECT_EQ(openers(file, document), heads + ", Иван, Ольга, " + licey.secretary().name);
}

TEST_F(FilesTest, TheNoteOfAnInspectionIsForThoseItFoundSomethingWith) {
  ledger::InspectionHeld held;
  held.kind = "journal";
  held.from = held.to = test::date("2026-09-01");
  ledger::Finding found;
  found.number = 1;
  found.kind = "late";
  found.teacher = olga.id;
  held.findings = {found};
  const Id inspection = licey.say(licey.deputy(), Role::kDeputyHead, held);
  const Bytes note = pdf("справка");
  const auto entry =
      given(licey.deputy(), Role::kDeputyHead, ledger::InspectionNoteIssued{inspection, signing::sha256(note)}, note);
  EXPECT_EQ(openers(note, entry), heads + ", Ольга");
}

// --- What is not taken -----------------------------------------------------------------------------------------------

TEST_F(FilesTest, AFileThatNeitherCameAlongNorIsKnownIsMissed) {
  const Bytes file = pdf("нет такого");
  for (const auto& one : naming(file))
    EXPECT_EQ(turned_away(*one.author, one.role, one.body), "file_missing") << ledger::name_of(one.body);
  LiveSchool::How order;
  order.basis = ledger::Basis{"order", "5", test::date("2026-09-01"), {}, {}, {}, signing::sha256(file)};
  EXPECT_EQ(turned_away(licey.director(), Role::kDirector, ledger::RoleGranted{olga.id, Role::kAuditor}, order),
            "file_missing")
      << "the scan of a basis";
  given(ivan, Role::kTeacher, homework(file), file);
  for (const auto& one : naming(file))
    EXPECT_EQ(turned_away(*one.author, one.role, one.body), "") << ledger::name_of(one.body) << ": kept by now";
}

TEST_F(FilesTest, WhatIsNoDocumentOrPictureNoStatementBrings) {
  const Bytes program = bytes_of(std::string_view("MZ\x90\0\3", 5));
  for (const auto& one : naming(program))
    EXPECT_EQ(turned_away(*one.author, one.role, one.body, with({program})), "bad_file") << ledger::name_of(one.body);
  const std::string parts = "PK\x03\x04" + std::string(60, 'x') + "[Content_Types].xml word/document.xml";
  EXPECT_EQ(turned_away(ivan, Role::kTeacher, homework(bytes_of(parts)), with({bytes_of(parts)})), "");
  const Bytes macros = bytes_of(parts + " word/vbaProject.bin");
  EXPECT_EQ(turned_away(ivan, Role::kTeacher, homework(macros), with({macros})), "bad_file");
  EXPECT_EQ(turned_away(ivan, Role::kTeacher, homework({}), with({Bytes{}})), "bad_file") << "nothing at all";
}

TEST_F(FilesTest, TheLargestFileIsTakenAndNoLargerOne) {
  Bytes file = pdf(std::string(ledger::kBlobSizeMaxBytes - 9, 'x'));
  ASSERT_EQ(file.size(), ledger::kBlobSizeMaxBytes);
  const auto tasks = naming(file);
  EXPECT_EQ(turned_away(*tasks[0].author, tasks[0].role, tasks[0].body, with({file})), "");
  file.push_back('x');
  for (const auto& one : naming(file))
    EXPECT_EQ(turned_away(*one.author, one.role, one.body, with({file})), "too_large") << ledger::name_of(one.body);
}

// --- Files beside an entry -------------------------------------------------------------------------------------------

TEST_F(FilesTest, AFileAttachedToAnEntryIsOpenedByWhomTheEntryIsShown) {
  const Bytes file = pdf("скан работы");
  const Id mark = licey.mark(ivan, licey.work(ivan, physics, lesson), masha, "5");
  const auto attached = given(ivan, Role::kTeacher,
                              ledger::FileAttached{mark, signing::sha256(file), file.size(), "application/pdf"}, file);
  EXPECT_EQ(openers(file, licey.index_of(mark)), heads + ", Иван, Маша, Мария");
  const auto entry = json_of(
      site.get("/v1/schools/licey29/events/" + std::to_string(licey.index_of(mark)), site.sign_in(licey, mother)));
  EXPECT_TRUE(entry.at("bracket").is_null()) << "no policy, no witnesses";
  ASSERT_EQ(entry.at("attached").as_array().size(), 1U);
  EXPECT_EQ(entry.at("attached").at(0).at("file").as_string(), hex_of(file));
  EXPECT_EQ(entry.at("attached").at(0).at("index").as_int64(), static_cast<std::int64_t>(attached));
  EXPECT_EQ(asked(petya, file, attached), 404U);
}

TEST_F(FilesTest, OnlyTheAuthorAttachesAndWhatTheStatementSaysIsTrue) {
  const Bytes file = pdf("скан");
  const Hash hash = signing::sha256(file);
  const auto attach = [&](std::uint64_t size, std::string_view type) {
    return turned_away(ivan, Role::kTeacher, ledger::FileAttached{lesson_entry(), hash, size, type}, with({file}));
  };
  EXPECT_EQ(attach(file.size() + 1, "application/pdf"), "bad_file");
  EXPECT_EQ(attach(file.size(), "image/png"), "bad_file");
  EXPECT_EQ(attach(file.size(), "application/pdf"), "");
  const auto foreign = licey.try_say(olga, Role::kTeacher,
                                     ledger::FileAttached{lesson_entry(), hash, file.size(), "application/pdf"}, {});
  ASSERT_TRUE(foreign.has_value());
  EXPECT_EQ(foreign->rule, "not_own_group");
  const auto nowhere =
      licey.try_say(olga, Role::kTeacher, ledger::FileAttached{physics, hash, file.size(), "application/pdf"}, {});
  ASSERT_TRUE(nowhere.has_value());
  EXPECT_EQ(nowhere->rule, "target_missing");
  const auto entry = json_of(
      site.get("/v1/schools/licey29/events/" + std::to_string(licey.index_of(topic)), site.sign_in(licey, ivan)));
  EXPECT_EQ(entry.at("attached").as_array().size(), 1U) << "what was refused is attached to nothing";
}

TEST_F(FilesTest, AFileThatIsKeptNoLongerIsSaidToBeGone) {
  const Bytes file = pdf("стёрт");
  const auto entry = given(ivan, Role::kTeacher, homework(file), file);
  auto& rows = site.live().engine().vault().store();
  ledger::WriteBatch shredded;
  const Bytes from{'B'};
  const Bytes to{'C'};
  ASSERT_TRUE(rows.scan(from, to, {}, [&](ByteView key, ByteView) {
    shredded.remove(Bytes(key.begin(), key.end()));
    return true;
  }));
  ASSERT_TRUE(rows.commit(shredded, ledger::Durability::kSync));
  const auto token = site.sign_in(licey, masha);
  EXPECT_EQ(site.get(target(file, entry), token).status, 410U);
  EXPECT_EQ(problem_of(site.get(target(file, entry), token)), "file-gone");
  EXPECT_EQ(asked(petya, file, entry), 404U);
}

}  // namespace
}  // namespace letopis::server::testing
