// A school comes back from its entries, or not at all; and never behind what was signed.

#include <fstream>
#include <functional>
#include <set>

#include "ledger/checkpoint_journal.h"
#include "ledger/schema/codec.h"
#include "replay-tools/audit.h"
#include "replay-tools/audit_directory.h"
#include "replay-tools/backup.h"
#include "tests/unit/replay-tools/restore_fixture.h"

namespace letopis::tools {
namespace {

using namespace ledger;
namespace fs = std::filesystem;

void flip_middle(const std::string& path) {
  Bytes bytes = faults::read_whole(path);
  bytes[bytes.size() / 2] ^= 0x40;
  faults::overwrite(path, bytes);
}

// --- From a backup

TEST_F(Restores, EverySchoolComesBackWithItsTextsAndGoesOn) {
  const test::LiveSchool gymnasium(live_, "gymnasium5", "Гимназия №5");
  const std::string from = back_up();
  const auto before = newest();
  live_.close();
  const auto restored = restore(request(from, data()));
  ASSERT_TRUE(restored) << restored.error().text();
  ASSERT_EQ(restored->schools.size(), 2U);
  EXPECT_EQ(restored->schools[1].root, before.root);
  EXPECT_FALSE(restored->schools[1].copy);
  EXPECT_TRUE(fs::exists(restored->kept + "/checkpoints.journal")) << "what was there is kept";

  ASSERT_TRUE(live_.reopen());
  EXPECT_EQ(newest().size, before.size + 1) << "the restore is the next entry";
  EXPECT_EQ(licey_.school().name_of(masha_.id), "Маша Белкина");
  live_.at("2026-09-01 12:00");
  mark("4");  // his chain goes on where it was
}

TEST_F(Restores, TheRowsAreMadeAnewFromTheEntries) {
  const std::string from = back_up();
  const auto restored = restore(request(from, place("new")));
  ASSERT_TRUE(restored) << restored.error().text();
  EXPECT_EQ(restored->kept, "");
  const auto report = audited(place("new"));  // holds every tile, chain and pointer against the entries
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_EQ(report->violations, 0U);
  EXPECT_GT(report->texts, 0U);
  EXPECT_EQ(report->texts_erased, 0U);
}

TEST_F(Restores, ReadingABackupWritesNothingIntoIt) {
  const std::string from = back_up();
  const auto before = contents(from);
  ASSERT_TRUE(restore(request(from, place("new"))));
  EXPECT_EQ(contents(from), before);
}

TEST_F(Restores, ABackupIsRestoredOverItsOwnAgeButNotOverNewerEntries) {
  const std::string from = back_up();
  const auto backed_up = newest();
  mark("4");
  const auto signed_since = newest();
  live_.close();
  const auto restored = restore(request(from, data()));
  EXPECT_EQ(code(restored), "log_behind_checkpoint");
  for (const auto size : {backed_up.size, signed_since.size})
    EXPECT_NE(restored.error().detail.find(std::to_string(size)), std::string::npos) << restored.error().detail;
  ASSERT_TRUE(live_.reopen());
  EXPECT_EQ(newest(), signed_since);
}

// backup_made was recorded after the copy, so that every backup was behind what its own making had signed.
TEST_F(Restores, ABackupHoldsTheEntryThatSaysItWasMade) {
  ASSERT_TRUE(make_backup(live_.engine(), place("whole")));
  const auto after = newest();
  EXPECT_EQ(make_backup(live_.engine(), place("whole")).error().code, "already_exists");
  EXPECT_FALSE(fs::exists(place("whole.partial")));
  live_.close();
  const auto restored = restore(request(place("whole"), data()));
  ASSERT_TRUE(restored) << restored.error().text();
  EXPECT_EQ(restored->schools.front().root, after.root);
  ASSERT_TRUE(live_.reopen());
}

TEST_F(Restores, TheJournalSpeaksWhenTheDatabaseIsGone) {
  const std::string from = back_up();
  mark("4");
  live_.close();
  fs::remove_all(data() + "/ledger");
  EXPECT_EQ(code(restore(request(from, data()))), "log_behind_checkpoint");
}

TEST_F(Restores, ADamagedDatabaseIsReplaced) {
  const std::string from = back_up();
  live_.close();
  for (const auto& file : fs::directory_iterator(data() + "/ledger"))
    if (file.file_size() > 0 && (file.path().extension() == ".log" || file.path().extension() == ".sst"))
      flip_middle(file.path().string());
  ASSERT_FALSE(live_.reopen());
  const auto restored = restore(request(from, data()));
  ASSERT_TRUE(restored) << restored.error().text();
  ASSERT_TRUE(live_.reopen());
}

TEST_F(Restores, ACheckpointSomebodyKeptMustBeInTheBackup) {
  const std::string from = back_up();
  auto with = request(from, place("new"));
  with.checkpoints = {{"kept.txt", newest_note()}};
  mark("4");
  auto beyond = request(from, place("newer"));
  beyond.checkpoints = {{"kept.txt", newest_note()}};
  EXPECT_EQ(code(restore(with)), "restored");
  EXPECT_EQ(code(restore(beyond)), "log_behind_checkpoint");
  EXPECT_FALSE(fs::exists(place("newer")));
}

// Lessons go on while a copy is made: what is recorded between the journal and the database makes no copy look rolled back.
class MeanwhileFiles final : public FileSystem {
 public:
  std::function<void()> meanwhile;  // once, after the checkpoint journal was read

  Result<Bytes> read(const std::string& path, std::size_t max_bytes) override {
    auto bytes = posix_file_system().read(path, max_bytes);
    if (meanwhile && path.ends_with("/checkpoints.journal")) std::exchange(meanwhile, nullptr)();
    return bytes;
  }
  Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override {
    return posix_file_system().open_append(path);
  }
  Status write_atomically(const std::string& path, ByteView bytes, unsigned mode) override {
    return posix_file_system().write_atomically(path, bytes, mode);
  }
  Status truncate(const std::string& path, std::uint64_t size) override {
    return posix_file_system().truncate(path, size);
  }
  Status make_directories(const std::string& path) override { return posix_file_system().make_directories(path); }
  bool exists(const std::string& path) override { return posix_file_system().exists(path); }
  Status remove(const std::string& path) override { return posix_file_system().remove(path); }
  Result<std::vector<std::string>> list(const std::string& path) override { return posix_file_system().list(path); }
};

TEST(Copies, WhatIsRecordedWhileACopyIsMadeMakesItNoForgery) {
  MeanwhileFiles files;
  commands::Engine::Options options;
  options.files = &files;
  test::LiveEngine live(options);
  test::LiveSchool licey(live, "licey29");
  const faults::TemporaryDirectory home;
  const auto before = licey.school().read([](const auto& model) { return model.checkpoint.size; });
  files.meanwhile = [&] { licey.klass("7А", 7, licey.teacher("Иван Петрович")); };
  ASSERT_TRUE(live.engine().copy_to(home / "copy"));
  EXPECT_FALSE(files.meanwhile) << "something was recorded meanwhile";
  live.close();
  const auto source = audit::DirectorySource::open(home / "copy", "licey29");
  ASSERT_TRUE(source) << source.error().text();
  const auto report = audit::audit(**source, {});
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_EQ(report->violations, 0U) << text_report(*report, Language::kEnglish);
  EXPECT_GT(report->size, before) << "the copy has what was recorded meanwhile";
  ASSERT_TRUE(live.reopen());
}

TEST_F(Restores, AnotherSchoolUnderTheSameNameIsRefused) {
  test::LiveEngine elsewhere;
  const test::LiveSchool namesake(elsewhere, "licey29");
  ASSERT_TRUE(elsewhere.engine().copy_to(place("theirs")));
  live_.close();
  EXPECT_EQ(code(restore(request(place("theirs"), data()))), "log_forked") << "the same origin, another key";
  ASSERT_TRUE(live_.reopen());
}

TEST_F(Restores, ASchoolTheBackupDoesNotKnowIsNotDropped) {
  const std::string from = back_up();
  const test::LiveSchool newer(live_, "gymnasium5");
  live_.close();
  EXPECT_EQ(code(restore(request(from, data()))), "log_behind_checkpoint");
}

TEST_F(Restores, AFlippedByteAnywhereInTheEntriesOrTextsIsNoticed) {
  const std::string from = back_up();
  int tried = 0;
  for (const auto& entry : fs::recursive_directory_iterator(from)) {
    const auto ending = entry.path().extension();
    if (!entry.is_regular_file() || entry.file_size() == 0 || (ending != ".sst" && ending != ".log")) continue;
    const Bytes good = faults::read_whole(entry.path().string());
    flip_middle(entry.path().string());
    EXPECT_NE(code(restore(request(from, place("new")))), "restored") << entry.path();
    EXPECT_FALSE(fs::exists(place("new"))) << entry.path();
    EXPECT_FALSE(fs::exists(place("new.restoring"))) << "nothing half made stays";
    faults::overwrite(entry.path().string(), good);
    ++tried;
  }
  EXPECT_GE(tried, 2);
  EXPECT_EQ(code(restore(request(from, place("new")))), "restored") << "and the bytes were all there was to it";
}

TEST_F(Restores, ATruncatedBackupIsRefused) {
  const std::string older = back_up("older");
  mark("4");
  const std::string newer = back_up("newer");
  fs::copy(newer + "/checkpoints.journal", older + "/checkpoints.journal", fs::copy_options::overwrite_existing);
  EXPECT_EQ(code(restore(request(older, place("new")))), "log_behind_checkpoint") << "the last entries are missing";
  fs::resize_file(newer + "/checkpoints.journal", 0);
  EXPECT_NE(code(restore(request(newer, place("new")))), "restored") << "the checkpoints are missing";
  fs::remove(older + "/ledger/CURRENT");
  EXPECT_NE(code(restore(request(older, place("new")))), "restored");
  EXPECT_NE(code(restore(request(place("nothing"), place("new")))), "restored");
}

TEST_F(Restores, TheWrongMasterKeyIsNamed) {
  const std::string from = back_up();
  faults::overwrite(place("other.key"), Bytes(32, 8));
  auto wrong = request(from, place("new"));
  wrong.master_key.key_file = place("other.key");
  EXPECT_EQ(code(restore(wrong)), "wrong_master_key");
}

TEST_F(Restores, ARunningTargetIsLeftAlone) { EXPECT_EQ(code(restore(request(back_up(), data()))), "in_use"); }

// --- Interrupted

TEST_F(Restores, AnInterruptionAtAnyStepLeavesTheOldOrTheNew) {
  const std::string from = back_up();
  const auto before = newest();
  std::set<std::string> steps;
  for (int n = 1;; ++n) {
    ASSERT_LT(n, 40) << "the steps come to an end";
    live_.close();
    int left = n;
    auto cut = request(from, data());
    cut.at_step = [&](std::string_view step) -> Status {
      if (--left > 0) return {};
      steps.emplace(step);
      return fail("cut_short");
    };
    const auto restored = restore(cut);
    ASSERT_TRUE(restored || restored.error().code == "cut_short") << restored.error().text();
    const auto opened = live_.reopen();
    ASSERT_TRUE(opened) << "step " << n << ": " << opened.error().text();
    EXPECT_GE(newest().size, before.size);
    EXPECT_EQ(licey_.school().name_of(masha_.id), "Маша Белкина");
    if (restored) break;
  }
  EXPECT_GE(steps.size(), 9U);
  // What was there before the names changed places was never deleted.
  EXPECT_TRUE(fs::exists(data() + ".before-restore"));
  EXPECT_FALSE(fs::exists(data() + ".restoring"));
}

TEST_F(Restores, ACheckpointOfAnotherLogIsNotPassedOver) {
  const std::string from = back_up();
  const auto key = signing::KeyPair::generate(signing::Purpose::kLog, live_.random());
  const std::string foreign = ledger::sign_checkpoint({"journal.example.org/log/other", 5, Hash{}}, key);
  for (const auto& [text, why] : {std::pair(foreign, "other_origin"), {std::string("{}"), "malformed"}}) {
    RestoreRequest wanted = request(from, place("restored"));
    wanted.checkpoints = {{"kept.note", text}};
    EXPECT_EQ(code(restore(wanted)), why);
    EXPECT_FALSE(fs::exists(place("restored")));
  }
  RestoreRequest wanted = request(from, place("restored"));
  wanted.checkpoints = {{"kept.note", newest_note()}};
  EXPECT_EQ(code(restore(wanted)), "restored");
}

// --- From a peer

TEST_F(Restores, APeersEntriesWithoutTheLogsKeyBecomeACopyThatOnlyReads) {
  RestoreRequest fetch = request("", place("copy"));
  fetch.peer = peer(back_up());
  fetch.school = "licey29";
  const auto restored = restore(fetch);
  ASSERT_TRUE(restored) << restored.error().text();
  ASSERT_TRUE(restored->schools.front().copy);
  EXPECT_EQ(restored->schools.front().copy->kind, CopyKind::kPeer);
  EXPECT_NE(to_text(*restored).find("without texts and without keys"), std::string::npos);

  const auto engine = open(place("copy"));
  ASSERT_TRUE(engine) << engine.error().text();
  auto* copy = (*engine)->find("licey29");
  EXPECT_EQ(copy->read([](const auto& model) { return model.checkpoint; }), newest());
  EXPECT_EQ(copy->name_of(masha_.id), "") << "texts do not come along";
  EXPECT_TRUE(copy->proof(3, true)) << "the whole signed log proves its entries";
}

// The texts of people stay behind; the school's rules are public, and come along.
TEST_F(Restores, APeersOwnProfileComesAlong) {
  const Hash own = adopt_own_profile();
  live_.at("2026-09-03 11:00");
  mark("4");
  RestoreRequest fetch = request("", place("copy"));
  fetch.peer = peer(back_up());
  fetch.school = "licey29";
  const auto restored = restore(fetch);
  ASSERT_TRUE(restored) << restored.error().text();
  const auto engine = open(place("copy"));
  ASSERT_TRUE(engine) << engine.error().text();
  const auto* copy = (*engine)->find("licey29");
  EXPECT_TRUE(copy->profile_text(own));
  for (const std::string& layer : {regional(), std::string(*commands::builtin_profile("r000"))})
    EXPECT_EQ(as_text(*copy->profile_text(signing::sha256(as_bytes(layer)))), layer) << "what it extends as well";
}

// Whoever audits without the vault judges by the file, and by no other text than the log names.
TEST_F(Restores, AnAuditWithoutTheVaultJudgesByTheProfileInTheOpen) {
  const Hash own = adopt_own_profile();
  live_.at("2026-09-03 11:00");
  mark("4");
  live_.close();
  const auto audited_without_vault = [&] {
    const auto source = audit::DirectorySource::open(data(), "licey29");
    EXPECT_TRUE(source);
    const auto report = audit::audit(**source, {});
    EXPECT_TRUE(report) << report.error().text();
    return report->findings_by_code;
  };
  EXPECT_EQ(audited_without_vault().count("profile_missing"), 0U);
  const std::string file = data() + "/profiles/" + to_hex(own.view()) + ".toml";
  for (const bool removed : {false, true}) {
    if (removed)
      fs::remove(file);
    else
      flip_middle(file);
    EXPECT_EQ(audited_without_vault().count("profile_missing"), 1U) << removed;
    EXPECT_EQ(audited(data())->findings_by_code.count("profile_missing"), 0U) << "the vault has it";
  }
  ASSERT_TRUE(live_.reopen()) << "and gives it back";
  live_.close();
  EXPECT_EQ(audited_without_vault().count("profile_missing"), 0U);
}

// An older vault beside the log: nothing may be recorded by rules that nobody knows.
TEST_F(Restores, ASchoolWhoseProfileIsLostStaysShut) {
  const std::string before = back_up("before");
  const Hash own = adopt_own_profile();
  live_.close();
  fs::remove_all(data() + "/vault");
  fs::copy(before + "/vault", data() + "/vault", fs::copy_options::recursive);
  EXPECT_TRUE(live_.reopen()) << "its text lies in the open";
  live_.close();
  fs::remove_all(data() + "/vault");
  fs::copy(before + "/vault", data() + "/vault", fs::copy_options::recursive);
  fs::remove_all(data() + "/profiles");
  const Status shut = live_.reopen();
  ASSERT_FALSE(shut);
  EXPECT_EQ(shut.error().code, "profile_missing");
  EXPECT_NE(shut.error().detail.find(to_hex(own.view())), std::string::npos) << shut.error().detail;
}

TEST_F(Restores, APeerThatKeepsItsProfileToItselfIsNotCopied) {
  adopt_own_profile();
  RestoreRequest fetch = request("", place("copy"));
  fetch.peer = peer(back_up("mirror"));
  fetch.school = "licey29";
  fs::remove_all(place("mirror") + "/profiles");
  EXPECT_EQ(code(restore(fetch)), "violated") << "without the text nobody can say whether the rules were kept";
}

TEST_F(Restores, BesideTheVaultThatHoldsTheKeyAPeersEntriesGoOn) {
  const std::string mirror = back_up("mirror");
  live_.close();
  fs::remove_all(data() + "/ledger");
  RestoreRequest fetch = request("", data());
  fetch.peer = peer(mirror);
  fetch.school = "licey29";
  const auto restored = restore(fetch);
  ASSERT_TRUE(restored) << restored.error().text();
  EXPECT_FALSE(restored->schools.front().copy);
  ASSERT_TRUE(live_.reopen());
  EXPECT_EQ(licey_.school().name_of(masha_.id), "Маша Белкина");
  mark("4");
}

// The operator of a machine image that was copied: the log's own key signs another history.
TEST_F(Restores, APeerThatServesAForkedLogIsFoundOutByWhatWasSignedBefore) {
  const std::string image = back_up("image");
  const auto common = newest();
  {
    const auto engine = open(image);
    ASSERT_TRUE(engine);
    auto* rogue = (*engine)->find("licey29");
    ASSERT_TRUE(rogue->record(BackupMade{common.size, common.root, "other history"}));
    ASSERT_TRUE(rogue->record(BackupMade{common.size, common.root, "and longer"}));
    (*engine)->stop();
  }
  mark("4");
  const std::string kept = newest_note();

  RestoreRequest fetch = request("", place("new"));
  fetch.peer = peer(image);
  fetch.school = "licey29";
  fetch.checkpoints = {{"kept.txt", kept}};
  EXPECT_EQ(code(restore(fetch)), "log_forked");
  live_.close();
  fetch.checkpoints = {};
  fetch.data = data();
  EXPECT_EQ(code(restore(fetch)), "log_forked") << "against the journal of the target";
  ASSERT_TRUE(live_.reopen());
}

TEST_F(Restores, APeerThatRewritesAnEntryIsFoundOutByItsOwnCheckpoint) {
  audit::MemorySource lying;
  for (std::uint64_t i = 0; i < newest().size; ++i) lying.log.push_back(licey_.school().entry(i).value());
  lying.log.back()[lying.log.back().size() / 2] ^= 1;
  lying.kept = {{audit::KeptBy::kServer, "", newest_note()}};
  RestoreRequest fetch = request("", place("new"));
  fetch.school = "licey29";
  fetch.peer = [&]() -> Result<std::unique_ptr<audit::AuditSource>> {
    return std::make_unique<audit::MemorySource>(lying);
  };
  EXPECT_EQ(code(restore(fetch)), "log_forked");
  EXPECT_FALSE(fs::exists(place("new")));

  fetch.vkey = "journal.example.org/log/licey29+00000000+AQ==";
  EXPECT_EQ(code(restore(fetch)), "other_key") << "the operator knows the log's key";
}

// --- A copy of a moment

class Moments : public Restores {
 protected:
  Moments() {
    moment_ = newest().size;
    mark("2");
    from_ = back_up();
  }
  Result<Restored> copy_of_the_moment() {
    auto back_then = request(from_, place("then"));
    back_then.to_index = moment_;
    return restore(back_then);
  }
  std::uint64_t moment_ = 0;
  std::string from_;
};

TEST_F(Moments, ItIsReadAndNeverWritten) {
  const auto restored = copy_of_the_moment();
  ASSERT_TRUE(restored) << restored.error().text();
  EXPECT_EQ(restored->schools.front().size, moment_);
  EXPECT_EQ(restored->schools.front().signed_size, newest().size);

  auto engine = open(place("then"));
  ASSERT_TRUE(engine) << engine.error().text();
  auto* then = (*engine)->find("licey29");
  EXPECT_EQ(then->read([](const auto& model) { return model.times.size(); }), moment_);
  EXPECT_EQ(then->name_of(masha_.id), "Маша Белкина");
  EXPECT_FALSE(then->entry(moment_)) << "the mark after it is not there";

  commands::RawSubmission submission;
  licey_.draft(ivan_, Role::kTeacher, MarkGiven{work_, 0, masha_.id, "5"}, {}, submission);
  const auto refused = [](const auto& result) { return result ? std::string("done") : result.error().code; };
  EXPECT_EQ(refused(then->submit(submission, commands::Language::kRussian)), "read_only");
  EXPECT_EQ(refused(then->record(BackupMade{1, Hash{}, ""})), "read_only");
  EXPECT_EQ(refused(then->erase(masha_.id)), "read_only");
  EXPECT_EQ(refused(then->put_account({})), "read_only");
  EXPECT_EQ(refused(then->proof(3, true)), "read_only") << "nobody signed exactly this tree";
}

TEST_F(Moments, TheAuditSaysOfWhichSignedLogItIsAPrefix) {
  ASSERT_TRUE(copy_of_the_moment());
  const auto report = audited(place("then"));
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_EQ(report->violations, 0U) << audit::text_report(*report, audit::Language::kEnglish);
  EXPECT_EQ(report->copy_of_size, newest().size);
  const std::string said = audit::text_report(*report, audit::Language::kEnglish);
  EXPECT_NE(said.find("copy of the log's first " + std::to_string(moment_) + " entries"), std::string::npos) << said;
  EXPECT_NE(said.find("covers " + std::to_string(newest().size) + " entries"), std::string::npos) << said;
}

TEST_F(Moments, ACheckpointBeyondItIsANoticeAndNoLoss) {
  ASSERT_TRUE(copy_of_the_moment());
  mark("3");
  const auto report = audited(place("then"), {{"later.txt", newest_note()}});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->violations, 0U);
  EXPECT_EQ(report->findings_by_code.count("beyond_copy"), 1U);
}

TEST_F(Moments, WhoeverWasErasedLaterIsNotMissed) {
  ASSERT_TRUE(licey_.school().erase(masha_.id));
  const Id act = licey_.say(licey_.director(), Role::kDirector, PersonalTextErased{masha_.id, 1});
  licey_.say(licey_.administrator(), Role::kAdministrator, Endorsed{act, true});
  from_ = back_up("later");
  const auto restored = copy_of_the_moment();
  ASSERT_TRUE(restored) << restored.error().text();
  const auto report = audited(place("then"));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->violations, 0U);
  EXPECT_GT(report->texts_erased, 0U);
}

TEST_F(Moments, WithoutItsMarkOrWithAnotherItDoesNotOpen) {
  ASSERT_TRUE(copy_of_the_moment());
  const std::string file = place("then") + "/licey29.copy";
  const Bytes good = faults::read_whole(file);
  fs::remove(file);
  EXPECT_FALSE(open(place("then"))) << "it could sign what was signed otherwise";
  auto mark = parse_copy_mark(as_text(good)).value();
  mark.consistency.back().bytes[0] ^= 1;
  faults::overwrite(file, as_bytes(mark.encode()));
  EXPECT_FALSE(open(place("then"))) << "a prefix of nothing that was signed";
  faults::overwrite(file, as_bytes("kind moment"));
  EXPECT_FALSE(open(place("then")));
  faults::overwrite(file, good);
  EXPECT_TRUE(open(place("then")));
}

TEST_F(Moments, ItNeedsAPlaceOfItsOwnAndAMomentThatWas) {
  auto beyond = request(from_, place("then"));
  for (const std::uint64_t index : {std::uint64_t{0}, newest().size + 1}) {
    beyond.to_index = index;
    EXPECT_EQ(code(restore(beyond)), "out_of_range");
  }
  live_.close();
  auto over = request(from_, data());
  over.to_index = moment_;
  EXPECT_EQ(code(restore(over)), "already_exists");
  ASSERT_TRUE(live_.reopen());
}

TEST_F(Moments, ABackupOfACopyRestoresToTheSameCopy) {
  ASSERT_TRUE(copy_of_the_moment());
  {
    const auto engine = open(place("then"));
    ASSERT_TRUE(engine);
    ASSERT_TRUE((*engine)->copy_to(place("second")));
  }
  const auto restored = restore(request(place("second"), place("third")));
  ASSERT_TRUE(restored) << restored.error().text();
  ASSERT_TRUE(restored->schools.front().copy);
  EXPECT_TRUE(open(place("third")));
}

// --- After a loss

class Losses : public Restores {
 protected:
  Losses() {
    from_ = back_up();
    mark("2");
    lost_ = newest();
    live_.close();
  }
  RestoreRequest successor() {
    auto wanted = request(from_, data());
    wanted.successor = Successor{"journal.example.org/log/licey29-2", "licey29-2", {&*licey_.root().key}, {}};
    return wanted;
  }
  std::string from_;
  Checkpoint lost_;
};

TEST_F(Losses, ANewLogOpensByNamingWhatWasSigned) {
  EXPECT_EQ(code(restore(request(from_, data()))), "log_behind_checkpoint");
  const auto restored = restore(successor());
  ASSERT_TRUE(restored) << restored.error().text();
  EXPECT_EQ(restored->schools.front().lost, 2U);
  ASSERT_TRUE(restored->successor);
  EXPECT_NE(restored->successor->vkey, restored->schools.front().vkey);

  ASSERT_TRUE(live_.reopen());
  auto* next = live_.engine().find("licey29-2");
  ASSERT_NE(next, nullptr);
  const Bytes first = next->entry(0).value();
  const auto genesis = decode_entry(first).value();
  const auto& created = std::get<SchoolCreated>(genesis.statement.body);
  EXPECT_EQ(created.previous_origin, licey_.origin());
  EXPECT_EQ(created.previous_size, lost_.size);
  EXPECT_EQ(created.previous_root, lost_.root);
  EXPECT_EQ(created.name, "Лицей №29");
  EXPECT_EQ(licey_.school().name_of(masha_.id), "Маша Белкина") << "the old log is still read";
  live_.close();
  const auto report = audit::audit(**audit::DirectorySource::open(data(), "licey29-2"), {});
  ASSERT_TRUE(report) << report.error().text();
  ASSERT_EQ(report->findings_by_code.count("successor"), 1U) << "whoever audits the new log hears of the old one";
  EXPECT_NE(report->findings.front().en.find(licey_.origin() + ", " + std::to_string(lost_.size) + " entries"),
            std::string::npos)
      << report->findings.front().en;
  ASSERT_TRUE(live_.reopen());
  commands::RawSubmission submission;
  licey_.draft(ivan_, Role::kTeacher, MarkGiven{work_, 0, masha_.id, "5"}, {}, submission);
  const auto refused = licey_.school().submit(submission, commands::Language::kRussian);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "read_only");
  EXPECT_FALSE(live_.engine().vault().get_secret("licey29", commands::kLogKeySecret)) << "its key signs nothing more";
}

TEST_F(Losses, OnlyTheLostLogsRootKeysOpenIt) {
  const auto stranger = signing::KeyPair::generate(signing::Purpose::kRoot, live_.random());
  auto wanted = successor();
  wanted.successor->root_keys = {&stranger};
  EXPECT_EQ(code(restore(wanted)), "bad_threshold");
  wanted = successor();
  wanted.successor->origin = licey_.origin();
  EXPECT_EQ(code(restore(wanted)), "malformed");
  EXPECT_FALSE(fs::exists(data() + ".restoring"));
  ASSERT_TRUE(live_.reopen());
  EXPECT_EQ(newest(), lost_) << "nothing has changed";
}

TEST_F(Losses, ADirectoryWithASuccessorIsBackedUpAndRestoredAsItIs) {
  ASSERT_TRUE(restore(successor()));
  ASSERT_TRUE(live_.reopen());
  const std::string both = back_up("both");
  const auto restored = restore(request(both, place("new")));
  ASSERT_TRUE(restored) << restored.error().text();
  ASSERT_EQ(restored->schools.size(), 2U);
  EXPECT_TRUE(restored->schools[0].copy);
  EXPECT_FALSE(restored->schools[1].copy);
}

// --- What is printed

TEST(RestoredJson, PathsAreEscaped) {
  Restored restored;
  restored.data = "/srv/\"school\"\n";
  EXPECT_EQ(to_json(restored), R"({"restored":"/srv/\"school\"\n","kept":null,"schools":[],"successor":null})");
}

}  // namespace
}  // namespace letopis::tools
