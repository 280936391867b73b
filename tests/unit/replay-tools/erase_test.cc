// A person's texts leave the vault by an act; what the log proves stays proved.

#include "replay-tools/erase.h"

#include <algorithm>

#include "ledger/schema/codec.h"
#include "replay-tools/receipt.h"
#include "tests/unit/replay-tools/restore_fixture.h"

namespace letopis::tools {
namespace {

using namespace ledger;

class Erasures : public Restores {
 protected:
  Erasures() {
    const auto size = newest().size;
    for (std::uint64_t i = 0; i < size; ++i) {
      const Bytes bytes = licey_.school().entry(i).value();
      const auto entry = decode_entry(bytes).value();
      for (const auto& commitment : entry.statement.commitments)
        if (commitment.person == masha_.id) hers_.push_back(commitment.digest);
    }
  }
  EraseRequest request(std::vector<const test::Member*> officials) {
    EraseRequest request;
    request.person = masha_.id;
    request.reason = "Согласие отозвано";
    for (const auto* official : officials) request.keys.push_back(&*official->key);
    request.clock = &live_.clock();
    request.random = &live_.random();
    return request;
  }
  Result<Erased> erase(const EraseRequest& request) {
    return tools::erase([this](const std::string& line) { return answer_erase(live_.engine(), line); }, request);
  }
  // The vault's rows, as sealed as they lie.
  std::map<Bytes, Bytes> rows() {
    std::map<Bytes, Bytes> all;
    EXPECT_TRUE(live_.engine().vault().store().scan({}, {}, {}, [&](ByteView key, ByteView value) {
      all.emplace(Bytes(key.begin(), key.end()), Bytes(value.begin(), value.end()));
      return true;
    }));
    return all;
  }
  bool vault_has_hers() {
    return std::all_of(hers_.begin(), hers_.end(),
                       [this](const Hash& commitment) { return licey_.school().text_of(commitment).has_value(); });
  }
  // The first file of the vault that still holds a value of a row that is gone since. While the engine has it open.
  std::string file_holding_what_went(const std::map<Bytes, Bytes>& before) {
    const auto after = rows();
    int gone = 0;
    for (const auto& [key, value] : before) {
      if (after.contains(key)) continue;
      ++gone;
      if (const auto file = value.empty() ? "" : faults::file_holding(data() + "/vault", as_text(value)); !file.empty())
        return file;
    }
    EXPECT_GE(gone, 6) << "two texts, two rows that say whose, two keys";
    return {};
  }
  static std::string code(const Result<Erased>& erased) { return erased ? "erased" : erased.error().code; }

  std::vector<Hash> hers_;
};

TEST_F(Erasures, TextsAreGoneTheAuditSaysByWhichActAndProofsHold) {
  ASSERT_EQ(hers_.size(), 2U) << "her name and a remark";
  ASSERT_TRUE(vault_has_hers());
  const auto before = rows();
  ASSERT_NE(faults::file_holding(data() + "/vault", as_text(before.begin()->second)), "")
      << "the search finds nothing at all";
  const auto shown = licey_.school().structure_version();
  const auto erased = erase(request({&licey_.director(), &licey_.administrator()}));
  ASSERT_TRUE(erased) << erased.error().text();
  EXPECT_TRUE(erased->in_effect);
  EXPECT_EQ(erased->texts, 2U);
  EXPECT_EQ(file_holding_what_went(before), "") << "not in tables, not in logs";
  EXPECT_EQ(licey_.school().name_of(masha_.id), commands::kErasedName);
  EXPECT_FALSE(licey_.school().text_of(hers_.back()));
  EXPECT_GT(licey_.school().structure_version(), shown + 1) << "views rendered before the texts went are stale";
  EXPECT_EQ(licey_.school().name_of(ivan_.id), "Иван Петрович Соколов") << "nobody else's";

  const std::string proof = licey_.school().proof(newest().size - 1, true).value();
  const auto checked = receipt::check(proof, licey_.school().vkey().text());
  EXPECT_EQ(checked.verdict, receipt::Verdict::kGood) << receipt::text_report(checked, receipt::Language::kEnglish);
  live_.close();
  const auto report = audited(data());
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_EQ(report->violations, 0U) << audit::text_report(*report, audit::Language::kEnglish);
  EXPECT_EQ(report->texts_erased, 2U);
  ASSERT_TRUE(live_.reopen());
  EXPECT_EQ(licey_.school().name_of(masha_.id), commands::kErasedName) << "after a restart, too";
}

TEST_F(Erasures, TheDirectorsActWaitsForAnAdministrator) {
  const auto proposed = erase(request({&licey_.director()}));
  ASSERT_TRUE(proposed) << proposed.error().text();
  EXPECT_FALSE(proposed->in_effect);
  EXPECT_TRUE(vault_has_hers());
  EXPECT_EQ(licey_.school().name_of(masha_.id), "Маша Белкина");
  EXPECT_EQ(erase(request({&licey_.director()})).value().act, proposed->act)
      << "asked again: the same act, still waiting";

  const auto endorsed = erase(request({&licey_.administrator()}));
  ASSERT_TRUE(endorsed) << endorsed.error().text();
  EXPECT_EQ(endorsed->act, proposed->act);
  EXPECT_EQ(endorsed->texts, 2U);
  EXPECT_FALSE(licey_.school().text_of(hers_.front()));
}

TEST_F(Erasures, NobodyElseErases) {
  EXPECT_EQ(code(erase(request({&ivan_}))), "not_entitled");
  EXPECT_EQ(code(erase(request({&licey_.administrator()}))), "not_entitled")
      << "an administrator endorses, and begins nothing";
  const auto stranger = signing::KeyPair::generate(signing::Purpose::kAuthor, live_.random());
  auto by_stranger = request({});
  by_stranger.keys = {&stranger};
  EXPECT_EQ(code(erase(by_stranger)), "unknown_key");
  auto of_nobody = request({&licey_.director()});
  of_nobody.person = live_.random().id();
  EXPECT_EQ(code(erase(of_nobody)), "not_found");
  EXPECT_EQ(answer_erase(live_.engine(), "erase-texts licey29 " + to_hex(masha_.id.view())).error().code,
            "not_in_effect");
  EXPECT_TRUE(vault_has_hers());
}

TEST_F(Erasures, AnErasureCutShortIsFinishedByAskingAgain) {
  const Id act = licey_.say(licey_.director(), Role::kDirector, PersonalTextErased{masha_.id, 2});
  licey_.say(licey_.administrator(), Role::kAdministrator, Endorsed{act, true});
  ASSERT_TRUE(vault_has_hers()) << "recorded, and the process died";
  const auto size = newest().size;
  const auto finished = erase(request({&licey_.director()}));
  ASSERT_TRUE(finished) << finished.error().text();
  EXPECT_EQ(finished->texts, 2U);
  EXPECT_EQ(newest().size, size) << "no second act";
  EXPECT_FALSE(licey_.school().text_of(hers_.front()));
}

TEST_F(Erasures, TextsThatCameAfterAnActNeedAnother) {
  ASSERT_TRUE(erase(request({&licey_.director(), &licey_.administrator()})));
  licey_.remark(ivan_, lesson_, masha_, "Опоздала");
  const auto again = erase(request({&licey_.director(), &licey_.administrator()}));
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(again->texts, 1U);
  live_.close();
  const auto report = audited(data());
  ASSERT_TRUE(report);
  EXPECT_EQ(report->violations, 0U);
  EXPECT_EQ(report->texts_erased, 3U);
}

TEST_F(Erasures, WhatIsNoErasureIsNotRecordedThisWay) {
  commands::RawSubmission submission;
  licey_.draft(ivan_, Role::kTeacher, MarkGiven{work_, 0, masha_.id, "5"}, {}, submission);
  SubmissionBuffer buffer;
  for (const auto& statement : submission.statements)
    buffer.statements.push_back({statement.bytes, statement.signature});
  const auto answer = answer_erase(live_.engine(), "erase-record licey29 " + to_base64(encode(buffer)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, "malformed");
}

TEST_F(Erasures, ARestoreDoesNotBringThemBack) {
  ASSERT_TRUE(erase(request({&licey_.director(), &licey_.administrator()})));
  ASSERT_TRUE(tools::restore(Restores::request(back_up(), place("new"))));
  const auto engine = open(place("new"));
  ASSERT_TRUE(engine);
  EXPECT_EQ((*engine)->find("licey29")->name_of(masha_.id), commands::kErasedName);
  for (const auto& commitment : hers_) EXPECT_FALSE((*engine)->find("licey29")->text_of(commitment));
}

}  // namespace
}  // namespace letopis::tools
