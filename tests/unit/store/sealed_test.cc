// Sealed texts and blobs that travel with statements.

#include "tests/unit/store/school_fixture.h"

namespace letopis::ledger::test {
namespace {

class SealedTest : public SchoolTest {
 protected:
  SealedTest() {
    auto opened = Vault::open(home_ / "vault", {7}, {}, random_);
    EXPECT_TRUE(opened) << opened.error().text();
    kept_ = *std::move(opened);
    vault_ = kept_.get();
    EXPECT_TRUE(start());
  }
  void seal(Submission& submission, const Author& author, std::uint64_t number, const SealedText& text) {
    submission.texts.push_back(text);
    submission.places.push_back({record_.origin, author.key(), author.chain(), number});
  }
  std::string found(const SealedText& text) const {
    const auto got = vault_->get_text(kSlug, sealed_commitment(text.field, text.salt, text.text));
    return got ? got->text : got.error().code;
  }
  Result<Receipted> send_request(Submission submission) {
    return sequencer_->submit(record_.number, std::move(submission)).get();
  }

  SeededRandom random_{29};
  std::unique_ptr<Vault> kept_;
  Author anna_{1};
  const SealedText remark_{"remark", random_.id(), random_.fixed<Hash>(), "болтал на уроке"};
  const SealedText excuse_{"excuse", random_.id(), random_.fixed<Hash>(), "справка"};
};

TEST_F(SealedTest, AreInTheVaultOnceTheStatementIsRecorded) {
  auto submission = request(anna_.says("5"));
  seal(submission, anna_, 1, remark_);
  const Bytes scan(1000, 4);
  submission.blobs.push_back({signing::sha256(scan), scan});
  ASSERT_TRUE(send_request(std::move(submission)));
  EXPECT_EQ(found(remark_), remark_.text);
  EXPECT_EQ(*vault_->get_blob(kSlug, signing::sha256(scan)), scan);
}

TEST_F(SealedTest, OfARefusedRequestAreNotKept) {
  auto submission = request(anna_.says_as(3, Hash{}, "5"));
  seal(submission, anna_, 3, remark_);
  EXPECT_EQ(send_request(std::move(submission)).error().code, "chain_conflict");
  EXPECT_EQ(found(remark_), "not_found");
}

// A client that never got its answer sends again, long after the person was erased.
TEST_F(SealedTest, OfARepeatedStatementDoNotComeBackAfterErasure) {
  auto first = anna_.says("5"), second = anna_.says("4");
  auto submission = request(copy_of(first));
  seal(submission, anna_, 1, remark_);
  ASSERT_TRUE(send_request(std::move(submission)));
  ASSERT_TRUE(vault_->erase_person(kSlug, remark_.person));

  auto again = request(std::move(first), std::move(second));
  seal(again, anna_, 1, remark_);
  seal(again, anna_, 2, excuse_);
  const auto receipted = send_request(std::move(again));
  ASSERT_TRUE(receipted) << receipted.error().text();
  EXPECT_TRUE(receipted->placed[0].repeated);
  EXPECT_EQ(found(remark_), "not_found");
  EXPECT_EQ(found(excuse_), excuse_.text) << "the new statement's";
}

}  // namespace
}  // namespace letopis::ledger::test
