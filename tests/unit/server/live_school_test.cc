// The engine from outside: what people submit, what the log answers, what readers see.

#include <gtest/gtest.h>

#include <thread>

#include "commands/profile.h"
#include "ledger/schema/codec.h"
#include "signing/base/file.h"
#include "signing/sha256.h"
#include "tests/support/live_school.h"

namespace letopis::server {
namespace {

using commands::Engine;
using ledger::Role;
using ledger::Verdict;
using test::LiveEngine;
using test::LiveSchool;
using test::Member;

class LiveSchoolTest : public ::testing::Test {
 protected:
  LiveSchoolTest()
      : ivan(licey.teacher("Иван Петрович Седов")),
        class_7a(licey.klass("7А", 7, ivan)),
        masha(licey.student(class_7a, "Маша Ильина")),
        physics(licey.group("7А", "Физика", {class_7a}, ivan, {{2, 3}})) {
    licey.join(physics, masha);
  }
  LiveEngine live;
  LiveSchool licey{live, "licey29"};
  Member& ivan;
  Id class_7a;
  Member& masha;
  Id physics;
};

TEST_F(LiveSchoolTest, AMarkIsRecordedAndProved) {
  live.at("2026-09-01 10:30");
  const Id lesson = licey.lesson(ivan, physics, "2026-09-01", 3);
  const Id work = licey.work(ivan, physics, lesson);
  const auto mark = licey.try_say(ivan, Role::kTeacher, ledger::MarkGiven{work, 0, masha.id, "5"});
  ASSERT_TRUE(mark) << mark.error().text();
  EXPECT_EQ(mark->verdict, Verdict::kAccepted) << mark->rule;
  const auto receipt = ledger::parse_proof_file(mark->receipt);
  ASSERT_TRUE(receipt) << receipt.error().text();
  const auto entry = licey.school().entry(mark->index);
  ASSERT_TRUE(entry);
  const auto verified = ledger::verify_proof_file(*receipt, ledger::leaf_hash(*entry), licey.school().vkey());
  EXPECT_TRUE(verified) << verified.error().text();
}

TEST_F(LiveSchoolTest, ARefusalIsRecordedWithItsReason) {
  live.at("2026-09-01 10:30");
  const Id lesson = licey.lesson(ivan, physics, "2026-09-01", 3);
  const Id work = licey.work(ivan, physics, lesson);
  const auto mark = licey.try_say(ivan, Role::kTeacher, ledger::MarkGiven{work, 0, masha.id, "7"});
  ASSERT_TRUE(mark);
  EXPECT_EQ(mark->verdict, Verdict::kRefused);
  EXPECT_EQ(mark->rule, "off_scale");
  EXPECT_NE(mark->message.find("«7»"), std::string::npos) << mark->message;
  EXPECT_TRUE(licey.school().entry(mark->index)) << "refusals leave a trace";
}

TEST_F(LiveSchoolTest, NamesComeFromTheVault) {
  EXPECT_EQ(licey.school().name_of(masha.id), "Маша Ильина");
  EXPECT_EQ(licey.school().name_of(live.random().id()), "");
}

TEST_F(LiveSchoolTest, ARevokedKeySpeaksAndIsRefused) {
  licey.revoke_key(ivan);
  const auto said = licey.try_say(ivan, Role::kTeacher, ledger::LessonRecorded{});
  EXPECT_FALSE(said) << "an empty body is malformed";
  ledger::HomeworkSet homework;
  homework.lesson = physics;
  homework.text = "§ 1";
  const auto refused = licey.try_say(ivan, Role::kTeacher, homework);
  ASSERT_TRUE(refused) << refused.error().text();
  EXPECT_EQ(refused->rule, "key_revoked");
}

TEST_F(LiveSchoolTest, EverythingIsThereAfterARestart) {
  live.at("2026-09-01 10:30");
  const Id lesson = licey.lesson(ivan, physics, "2026-09-01", 3);
  const auto before = licey.school().read([](const auto& model) { return model.checkpoint_note; });
  ASSERT_TRUE(live.reopen());
  EXPECT_EQ(licey.school().read([](const auto& model) { return model.checkpoint_note; }), before);
  EXPECT_EQ(licey.school().name_of(masha.id), "Маша Ильина");
  licey.topic(ivan, lesson, "Измерение величин");
}

TEST_F(LiveSchoolTest, StateIsCommittedEverySoOften) {
  Engine::Options often;
  often.commit_state_every = 16;
  LiveEngine other(often);
  LiveSchool school(other, "gymnasium");
  std::size_t committed = 0;
  const auto size = school.school().read([](const auto& model) { return model.times.size(); });
  for (std::uint64_t index = 0; index < size; ++index) {
    const Bytes bytes = *school.school().entry(index);
    const auto entry = ledger::decode_entry(bytes);
    ASSERT_TRUE(entry);
    if (const auto* state = std::get_if<ledger::StateCommitted>(&entry->statement.body)) {
      EXPECT_EQ(state->size, index);
      EXPECT_EQ(entry->event.verdict, Verdict::kAccepted) << entry->event.rule;
      ++committed;
    }
  }
  EXPECT_GE(committed, 1U);
  EXPECT_TRUE(other.reopen()) << "the committed state is recomputed at start";
}

// A school's own text is in its vault and nowhere in the program: whoever opens the directory must judge by it again.
TEST_F(LiveSchoolTest, AProfileOfItsOwnIsInForceAfterARestart) {
  const std::string text = std::string(*commands::builtin_profile("r000")) + "\n# as our council has it\n";
  LiveSchool::How how;
  how.basis = ledger::Basis{"order", "12", test::date("2026-09-01"), "director", "", {}, {}};
  how.from = test::date("2026-09-02");
  how.blobs = {Bytes(text.begin(), text.end())};
  live.at("2026-09-01 10:00");
  const Hash own = signing::sha256(as_bytes(text));
  licey.say(licey.director(), Role::kDirector, ledger::ProfileAdopted{"r000", own, {}}, how);
  live.at("2026-09-03 10:30");
  ASSERT_TRUE(live.reopen());
  const auto ruled_by = [&](std::uint64_t index) {
    const Bytes bytes = *licey.school().entry(index);
    return ledger::decode_entry(bytes)->event.profile;
  };
  const Id physics_on_thursday = licey.group("7А", "Химия", {class_7a}, ivan, {{5, 2}});
  live.at("2026-09-04 12:00");
  const Id lesson = licey.lesson(ivan, physics_on_thursday, "2026-09-04", 2);
  EXPECT_EQ(ruled_by(licey.index_of(licey.topic(ivan, lesson, "Вещества"))), own);
  EXPECT_EQ(as_text(*licey.school().profile_text(own)), text);
  const std::string file = live.directory() + "/data/profiles/" + to_hex(own.view()) + ".toml";
  EXPECT_EQ(as_text(*posix_file_system().read(file, 1 << 20)), text) << "in the open, for audits without the vault";
  live.close();
  ASSERT_TRUE(posix_file_system().write_atomically(file, as_bytes("[profile]"), 0644));
  EXPECT_TRUE(live.reopen()) << "the vault has it, and the file is mended";
  EXPECT_EQ(as_text(*posix_file_system().read(file, 1 << 20)), text);
}

// Texts that nobody entitled sends are neither read nor kept: any pupil's key could else fill the memory with profiles.
TEST_F(LiveSchoolTest, AProfileOfWhoMayNotAdoptItIsNotLearned) {
  const std::string text = std::string(*commands::builtin_profile("r000")) + "\n# mine\n";
  LiveSchool::How how;
  how.basis = ledger::Basis{"order", "12", test::date("2026-09-01"), "director", "", {}, {}};
  how.from = test::date("2026-09-02");
  how.blobs = {Bytes(text.begin(), text.end())};
  live.at("2026-09-01 10:00");
  const Hash own = signing::sha256(as_bytes(text));
  const auto tried = licey.try_say(ivan, Role::kTeacher, ledger::ProfileAdopted{"r000", own, {}}, how);
  ASSERT_TRUE(tried) << tried.error().text();
  EXPECT_EQ(tried->rule, "not_entitled");
  EXPECT_EQ(licey.school().profile(own), nullptr);
}

// What a profile extends is kept with it, also where this program has it built in: the next one may have another.
TEST_F(LiveSchoolTest, WhatAnAdoptedProfileExtendsIsKeptWithIt) {
  const std::string base(*commands::builtin_profile("r001"));
  const Hash base_hash = signing::sha256(as_bytes(base));
  const std::string text = "format = 1\nid = \"licey29\"\nextends = \"r001\"\nextends_sha256 = \"" +
                           to_hex(base_hash.view()) + "\"\ntitle_ru = \"а\"\ntitle_en = \"a\"\nregulation_sha256 = \"" +
                           std::string(64, 'a') + "\"\n";
  const Hash own = signing::sha256(as_bytes(text));
  LiveSchool::How how;
  how.basis = ledger::Basis{"order", "12", test::date("2026-09-01"), "director", "", {}, {}};
  how.from = test::date("2026-09-02");
  how.blobs = {Bytes(text.begin(), text.end())};
  live.at("2026-09-01 10:00");
  licey.say(licey.director(), Role::kDirector, ledger::ProfileAdopted{"licey29", own, {}}, how);
  for (const auto& [hash, expected] : {std::pair(own, text), std::pair(base_hash, base)}) {
    EXPECT_EQ(as_text(*licey.school().blob(hash)), expected);
    EXPECT_EQ(as_text(*posix_file_system().read(live.directory() + "/data/profiles/" + to_hex(hash.view()) + ".toml",
                                                1 << 20)),
              expected);
  }
  live.at("2026-09-03 10:30");
  ASSERT_TRUE(live.reopen());
  live.at("2026-09-08 12:00");
  const Id lesson = licey.lesson(ivan, physics, "2026-09-08", 3);
  const Bytes topic = *licey.school().entry(licey.index_of(licey.topic(ivan, lesson, "Вещества")));
  EXPECT_EQ(ledger::decode_entry(topic)->event.profile, own);
}

// However many write at once: the committed root is of exactly what precedes its entry, or nobody could recompute it.
TEST_F(LiveSchoolTest, StateIsCommittedBetweenTheEntriesOfMany) {
  constexpr std::uint64_t kEvery = 8;
  Engine::Options often;
  often.commit_state_every = kEvery;
  LiveEngine other(often);
  LiveSchool school(other, "gymnasium");
  other.at("2026-09-01 10:00");
  std::vector<Member*> teachers;
  for (int i = 0; i < 6; ++i) teachers.push_back(&school.teacher("Учитель " + std::to_string(i)));
  const std::uint64_t before = school.seen().size;
  std::vector<std::thread> writers;
  for (auto* teacher : teachers)
    writers.emplace_back([&, teacher] {
      for (int i = 0; i < 20; ++i) {
        commands::Author::Draft draft;
        draft.acting_as = Role::kTeacher;
        draft.claimed_at = other.clock().now();
        draft.body = ledger::MarkGiven{teacher->id, 1, teacher->id, "5"};  // refused, which is an entry as well
        commands::RawSubmission submission;
        submission.statements.push_back(teacher->author->sign(draft, school.seen()));
        const auto recorded = school.school().submit(std::move(submission), commands::Language::kRussian);
        ASSERT_TRUE(recorded) << recorded.error().text();
      }
    });
  for (auto& writer : writers) writer.join();
  const std::uint64_t size = school.seen().size;
  std::uint64_t last = before, committed = 0;
  for (std::uint64_t index = before; index < size; ++index) {
    const Bytes bytes = *school.school().entry(index);
    const auto entry = ledger::decode_entry(bytes);
    ASSERT_TRUE(entry);
    const auto* state = std::get_if<ledger::StateCommitted>(&entry->statement.body);
    if (state == nullptr) continue;
    EXPECT_EQ(state->size, index);
    EXPECT_EQ(entry->event.verdict, Verdict::kAccepted) << entry->event.rule;
    EXPECT_LE(index - last, kEvery + teachers.size()) << "at most a batch late";
    last = index;
    ++committed;
  }
  EXPECT_GE(committed, 6 * 20 / (kEvery + teachers.size()));
  EXPECT_TRUE(other.reopen()) << "the committed states are recomputed at start";
}

}  // namespace
}  // namespace letopis::server
