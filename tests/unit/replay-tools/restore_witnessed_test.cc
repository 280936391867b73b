// Where the log has witnesses, a restore asks a real one what it has seen.

#include "replay-tools/backup.h"
#include "server/anchor_keeper.h"
#include "server/look_back.h"
#include "tests/support/test_witness.h"
#include "tests/unit/replay-tools/restore_fixture.h"

namespace letopis::tools {
namespace {

using namespace ledger;
namespace fs = std::filesystem;

class Witnessed : public Restores {
 protected:
  Witnessed() {
    EXPECT_TRUE(witness_.witness->add_log(licey_.school().vkey()));
    const Id set = licey_.say(licey_.director(), Role::kDirector,
                              WitnessPolicySet{witness_.line() + "quorum " + witness_.name + "\n", ""});
    licey_.say(licey_.administrator(), Role::kAdministrator, Endorsed{set, true});
  }
  server::AnchorKeeper::Options keeping() {
    witness_.clock.set(live_.clock().now());
    server::AnchorKeeper::Options options;
    options.clock = &live_.clock();
    options.random = &live_.random();
    options.log = log_.get();
    return options;
  }
  // The witness sees what is there.
  void cosign() {
    live_.advance(60);
    server::AnchorKeeper keeper(live_.engine(), keeping());
    keeper.run_due();
    ASSERT_EQ(keeper.counters().at("licey29").cosignatures, 1U);
  }
  RestoreRequest asking(std::string from, std::string to) {
    auto asking = request(std::move(from), std::move(to));
    asking.ask_witnesses = [](const TrustPolicy& policy, const std::string& origin) {
      std::vector<audit::KeptFile> kept;
      for (auto& [name, note] : server::shown_by_witnesses(policy, origin))
        if (note) kept.push_back({name, *std::move(note)});
      return kept;
    };
    return asking;
  }
  // An old backup, entries that a witness has seen, and a backup that holds them.
  void go_on_after_a_backup() {
    old_ = back_up("old");
    mark("4");
    cosign();
    newer_ = back_up("newer");
    live_.close();
  }

  letopis::test::TestWitness witness_{1, live_.clock().now()};
  std::unique_ptr<server::Log> log_ = server::Log::nowhere(live_.clock());
  std::string old_, newer_;
};

// Nobody had kept a checkpoint, and the old directory was gone: the log was forked, and the newer backup refused afterwards.
TEST_F(Witnessed, AnOlderBackupIsRefusedAndTheNewerOneIsRestoredAfterAll) {
  go_on_after_a_backup();
  const auto refused = restore(asking(old_, place("new")));
  EXPECT_EQ(code(refused), "log_behind_checkpoint");
  EXPECT_NE(refused.error().detail.find(witness_.name), std::string::npos) << refused.error().detail;
  EXPECT_FALSE(fs::exists(place("new")));
  EXPECT_EQ(code(restore(asking(newer_, place("new")))), "restored");
}

TEST_F(Witnessed, AnOldImageIsLeftAsItWasForTheNewerBackup) {
  go_on_after_a_backup();
  fs::copy(old_, place("image"), fs::copy_options::recursive);
  const auto before = contents(place("image"));
  EXPECT_EQ(code(restore(asking(old_, place("image")))), "log_behind_checkpoint");
  EXPECT_EQ(contents(place("image")), before);
  EXPECT_EQ(code(restore(asking(newer_, place("image")))), "restored");
}

TEST_F(Witnessed, AWitnessThatDoesNotAnswerStopsNoRestore) {
  go_on_after_a_backup();
  witness_.die();
  EXPECT_EQ(code(restore(asking(old_, place("new")))), "restored");
}

TEST_F(Witnessed, ACopyOfAMomentIsBehindByItsNature) {
  go_on_after_a_backup();
  auto moment = asking(old_, place("then"));
  moment.to_index = 12;
  EXPECT_EQ(code(restore(moment)), "restored");
}

// What a witness showed is remembered where it was shown, and asked of whatever is put there.
TEST_F(Witnessed, AHeldDirectoryTakesNoOlderBackupThoughNobodyCanBeAsked) {
  go_on_after_a_backup();
  fs::copy(old_, place("image"), fs::copy_options::recursive);
  {
    const auto image = open(place("image"));
    ASSERT_TRUE(image) << image.error().text();
    const auto size = (*image)->find("licey29")->read([](const auto& model) { return model.checkpoint.size; });
    const Status looked = server::look_back(**image, live_.random(), *log_);
    EXPECT_EQ(looked.error().code, "held");
    EXPECT_NE(looked.error().detail.find("witness_ahead"), std::string::npos) << looked.error().detail;
    EXPECT_EQ(make_backup(**image, place("backup of the image")).error().code, "held");
    EXPECT_FALSE(fs::exists(place("backup of the image.partial")));
    EXPECT_EQ((*image)->find("licey29")->read([](const auto& model) { return model.checkpoint.size; }), size);
  }
  witness_.die();
  EXPECT_EQ(code(restore(request(old_, place("image")))), "log_behind_checkpoint");
  EXPECT_EQ(code(restore(request(place("image"), place("elsewhere")))), "log_behind_checkpoint");
  EXPECT_EQ(code(restore(request(newer_, place("image")))), "restored");
  EXPECT_FALSE(fs::exists(place("image") + "/licey29.held")) << "what is there now is not held";
}

}  // namespace
}  // namespace letopis::tools
