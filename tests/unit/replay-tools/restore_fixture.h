#pragma once
// A small school at work, a backup of it somewhere else, and a restore of the one from the other.

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "commands/profile.h"
#include "replay-tools/audit_directory.h"
#include "replay-tools/restore.h"
#include "signing/sha256.h"
#include "tests/fault/temporary_directory.h"
#include "tests/support/live_school.h"

namespace letopis::tools {

// Every file below a directory with its content, but for the lock's.
inline std::map<std::string, Bytes> contents(const std::string& directory) {
  std::map<std::string, Bytes> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory))
    if (entry.is_regular_file() && entry.path().filename() != "LOCK.letopis")
      all[std::filesystem::relative(entry.path(), directory).string()] = faults::read_whole(entry.path().string());
  return all;
}

class Restores : public ::testing::Test {
 protected:
  Restores() {
    live_.at("2026-09-01 11:00");
    lesson_ = licey_.lesson(ivan_, physics_, "2026-09-01", 3);
    work_ = licey_.work(ivan_, physics_, lesson_);
    licey_.mark(ivan_, work_, masha_, "5");
    licey_.remark(ivan_, lesson_, masha_, "Разговаривала на уроке");
  }

  // Another work of the lesson, and a mark for it: two entries.
  void mark(std::string_view value) { licey_.mark(ivan_, licey_.work(ivan_, physics_, lesson_), masha_, value); }
  // A profile that no program has built in.
  // Over the region's, which is over a built-in one: three texts are needed to judge by it.
  static std::string over(std::string_view id, std::string_view base_id, std::string_view base) {
    return "format = 1\nid = \"" + std::string(id) + "\"\nextends = \"" + std::string(base_id) +
           "\"\nextends_sha256 = \"" + to_hex(signing::sha256(as_bytes(base)).view()) +
           "\"\ntitle_ru = \"а\"\ntitle_en = \"a\"\nregulation_sha256 = \"" + std::string(64, 'a') + "\"\n";
  }
  static std::string regional() { return over("region", "r000", *commands::builtin_profile("r000")); }
  Hash adopt_own_profile() {
    const std::string base = regional();
    const std::string text = over("licey29", "region", base);
    test::LiveSchool::How how;
    how.basis = ledger::Basis{"order", "12", test::date("2026-09-01"), "director", "", {}, {}};
    how.from = test::date("2026-09-02");
    how.blobs = {Bytes(text.begin(), text.end()), Bytes(base.begin(), base.end())};
    const Hash hash = signing::sha256(as_bytes(text));
    licey_.say(licey_.director(), ledger::Role::kDirector, ledger::ProfileAdopted{"licey29", hash, {}}, how);
    return hash;
  }
  std::string data() const { return live_.directory() + "/data"; }
  std::string place(std::string_view name) const { return home_ / name; }
  std::string back_up(std::string_view name = "backup") {
    const auto copied = live_.engine().copy_to(place(name));
    EXPECT_TRUE(copied) << copied.error().text();
    return place(name);
  }
  ledger::Checkpoint newest() {
    return licey_.school().read([](const auto& model) { return model.checkpoint; });
  }
  std::string newest_note() {
    return licey_.school().read([](const auto& model) { return model.checkpoint_note; });
  }
  ledger::MasterKeySource master_key() const { return {.key_file = live_.directory() + "/vault.key"}; }

  RestoreRequest request(std::string from, std::string to) {
    RestoreRequest request;
    request.from = std::move(from);
    request.data = std::move(to);
    request.master_key = master_key();
    request.clock = &live_.clock();
    request.random = &live_.random();
    return request;
  }
  static std::string code(const Result<Restored>& restored) { return restored ? "restored" : restored.error().code; }
  // An engine on another directory than the live school's.
  Result<std::unique_ptr<commands::Engine>> open(const std::string& directory) {
    commands::Engine::Options options;
    options.directory = directory;
    options.master_key = master_key();
    options.clock = &live_.clock();
    options.random = &live_.random();
    return commands::Engine::open(options);
  }
  Result<audit::AuditReport> audited(const std::string& directory, std::vector<audit::KeptFile> checkpoints = {}) {
    std::array<std::uint8_t, 32> key;
    key.fill(7);
    TRY(const auto source, audit::DirectorySource::open(directory, "licey29", key));
    audit::AuditOptions options;
    options.checkpoints = std::move(checkpoints);
    return audit::audit(*source, options);
  }
  std::function<Result<std::unique_ptr<audit::AuditSource>>()> peer(const std::string& directory) {
    return [directory]() -> Result<std::unique_ptr<audit::AuditSource>> {
      TRY(auto source, audit::DirectorySource::open(directory, "licey29"));
      return std::unique_ptr<audit::AuditSource>(std::move(source));
    };
  }

  test::LiveEngine live_;
  test::LiveSchool licey_{live_, "licey29"};
  test::Member& ivan_ = licey_.teacher("Иван Петрович Соколов");
  const Id klass_ = licey_.klass("7А", 7, ivan_);
  test::Member& masha_ = licey_.student(klass_, "Маша Белкина");
  const Id physics_ = licey_.group("7А", "Физика", {klass_}, ivan_, {{2, 3}});
  Id lesson_, work_;
  faults::TemporaryDirectory home_;

 private:
  const bool joined_ = (licey_.join(physics_, masha_), true);
};

}  // namespace letopis::tools
