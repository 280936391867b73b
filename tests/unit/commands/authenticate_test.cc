// What is authentic: the bytes, the log they are for, the key, the person, every signature.

#include "commands/authenticate.h"

#include <gtest/gtest.h>

#include <map>

#include "ledger/authorship.h"
#include "ledger/schema/codec.h"

namespace letopis::commands {
namespace {

using namespace ledger;
using signing::KeyPair;
using signing::Purpose;

constexpr std::string_view kOrigin = "journal.example.org/log/s1";
constexpr std::string_view kOther = "journal.example.org/log/s2";

class Directory final : public KeyDirectory {
 public:
  std::optional<KnownKey> find_key(const Id& id) const override {
    const auto it = keys.find(id);
    return it == keys.end() ? std::nullopt : std::optional(it->second);
  }
  std::optional<PublicKey> find_invitation(const Id& statement) const override {
    const auto it = invitations.find(statement);
    return it == invitations.end() ? std::nullopt : std::optional(it->second);
  }
  void add(const KeyPair& key, const Id& person) { keys[key.id()] = {key.purpose(), key.public_key(), person}; }

  std::map<Id, KnownKey> keys;
  std::map<Id, PublicKey> invitations;
};

class Authenticity : public testing::Test {
 protected:
  Authenticity() {
    directory.add(ivan_key, ivan);
    directory.add(olga_key, olga);
    directory.add(root, {});
    directory.add(service, {});
    directory.invitations[invitation] = code.public_key();
  }
  KeyPair key(Purpose purpose) { return KeyPair::generate(purpose, random); }

  Statement envelope(const KeyPair& by, const Id& author, Role role, Body body) {
    Statement statement;
    statement.origin = kOrigin;
    statement.id = random.id();
    statement.author = author;
    statement.acting_as = role;
    statement.key = by.id();
    statement.chain = random.id();
    statement.number = 1;
    statement.salt = random.id();
    statement.seen = Seen{1, random.fixed<Hash>()};
    statement.body = std::move(body);
    return statement;
  }
  Statement topic() { return envelope(ivan_key, ivan, Role::kTeacher, TopicSet{lesson, "Закон Ома", {}, 0}); }
  KeyEnrolled enrolment(const KeyPair& fresh, const Id& person) {
    return {invitation, person, fresh.public_key(),
            code.sign(enrolment_message(kOrigin, invitation, person, fresh.public_key()))};
  }
  Statement enrolling(const KeyPair& fresh, const Id& person, const KeyEnrolled& body) {
    return envelope(fresh, person, Role::kTeacher, body);
  }
  Statement rotating(const KeyPair& fresh) {
    return envelope(
        ivan_key, ivan, Role::kTeacher,
        KeyRotated{fresh.public_key(), fresh.sign(rotation_message(kOrigin, ivan_key.id(), fresh.public_key()))});
  }

  // "" when it is authentic.
  std::string error(const Bytes& bytes, const Signature& signature, bool genesis_allowed = false) const {
    const auto result = authenticate(bytes, signature, kOrigin, directory, genesis_allowed);
    return result ? "" : result.error().code;
  }
  std::string error(const Statement& statement, const KeyPair& by, bool genesis_allowed = false) const {
    const Bytes bytes = encode(statement);
    return error(bytes, by.sign(statement_message(bytes)), genesis_allowed);
  }

  SystemRandom random;
  Directory directory;
  Id ivan = random.id(), olga = random.id(), lesson = random.id(), invitation = random.id();
  KeyPair ivan_key = key(Purpose::kAuthor), olga_key = key(Purpose::kAuthor);
  KeyPair root = key(Purpose::kRoot), service = key(Purpose::kService), code = key(Purpose::kInvitation);
};

// --- Bytes and signatures

TEST_F(Authenticity, WhatItsAuthorSignedIsAuthenticAndDecoded) {
  const Statement statement = topic();
  const Bytes bytes = encode(statement);
  const auto result = authenticate(bytes, ivan_key.sign(statement_message(bytes)), kOrigin, directory);
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_EQ(result->bytes, bytes);
  EXPECT_EQ(result->decoded.id, statement.id);
  EXPECT_EQ(std::get<TopicSet>(result->decoded.body).text, "Закон Ома");
}

TEST_F(Authenticity, EveryBitIsSigned) {
  const Bytes bytes = encode(topic());
  const Signature signature = ivan_key.sign(statement_message(bytes));
  ASSERT_EQ(error(bytes, signature), "");
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    Bytes flipped = bytes;
    flipped[i] ^= 1;
    EXPECT_NE(error(flipped, signature), "") << "byte " << i;
  }
  for (std::size_t i = 0; i < signature.bytes.size(); ++i) {
    Signature flipped = signature;
    flipped.bytes[i] ^= 1;
    EXPECT_EQ(error(bytes, flipped), "bad_signature") << "byte " << i;
  }
}

TEST_F(Authenticity, BytesBehindTheStatementAreNoPartOfIt) {
  Bytes bytes = encode(topic());
  bytes.push_back(0);
  EXPECT_EQ(error(bytes, ivan_key.sign(statement_message(bytes))), "malformed");
  bytes.resize(bytes.size() - 2);
  EXPECT_EQ(error(bytes, ivan_key.sign(statement_message(bytes))), "malformed");
  EXPECT_EQ(error({}, ivan_key.sign({})), "malformed");
}

TEST_F(Authenticity, ASignatureIsForStatementsAndNothingElse) {
  const Bytes bytes = encode(topic());
  EXPECT_EQ(error(bytes, ivan_key.sign(bytes)), "bad_signature") << "signed without the statement's tag";
  EXPECT_EQ(error(bytes, olga_key.sign(statement_message(bytes))), "bad_signature");
}

TEST_F(Authenticity, AStatementForAnotherLogIsNotOurs) {
  Statement statement = topic();
  statement.origin = kOther;
  EXPECT_EQ(error(statement, ivan_key), "other_origin");
}

// --- Who speaks

TEST_F(Authenticity, AKeySpeaksForItsPersonOnly) {
  Statement statement = topic();
  statement.author = olga;
  EXPECT_EQ(error(statement, ivan_key), "foreign_key");
  statement.author = {};
  EXPECT_EQ(error(statement, ivan_key), "foreign_key");
}

TEST_F(Authenticity, AKeyNobodyEnrolledIsUnknown) {
  const KeyPair stranger = key(Purpose::kAuthor);
  Statement statement = topic();
  statement.key = stranger.id();
  EXPECT_EQ(error(statement, stranger), "unknown_key");
}

TEST_F(Authenticity, AKeyHasOnePurpose) {
  const PersonRegistered body{random.id()};
  EXPECT_EQ(error(envelope(root, {}, Role::kRoot, body), root), "");
  EXPECT_EQ(error(envelope(root, ivan, Role::kRoot, body), root), "foreign_key") << "a root key is nobody's";
  EXPECT_EQ(error(envelope(root, {}, Role::kService, body), root), "foreign_key");
  EXPECT_EQ(error(envelope(root, {}, Role::kDirector, body), root), "foreign_key");
  EXPECT_EQ(error(envelope(service, {}, Role::kService, body), service), "");
  EXPECT_EQ(error(envelope(service, {}, Role::kRoot, body), service), "foreign_key");
  EXPECT_EQ(error(envelope(ivan_key, ivan, Role::kRoot, body), ivan_key), "foreign_key");
  EXPECT_EQ(error(envelope(ivan_key, ivan, Role::kService, body), ivan_key), "foreign_key");
  for (const Purpose purpose : {Purpose::kLog, Purpose::kWitness, Purpose::kArchive, Purpose::kInvitation}) {
    const KeyPair other = key(purpose);
    directory.add(other, ivan);
    EXPECT_EQ(error(envelope(other, ivan, Role::kTeacher, body), other), "foreign_key")
        << signing::purpose_name(purpose);
  }
}

// --- Enrolment: by the key of the code and the new key

TEST_F(Authenticity, AnEnrolmentIsSignedByTheNewKeyAndTheCode) {
  const KeyPair fresh = key(Purpose::kAuthor);
  EXPECT_EQ(error(enrolling(fresh, olga, enrolment(fresh, olga)), fresh), "");
}

TEST_F(Authenticity, AnEnrolmentWithoutTheCodeIsForged) {
  const KeyPair fresh = key(Purpose::kAuthor);
  KeyEnrolled body = enrolment(fresh, olga);
  body.code_signature = {};
  EXPECT_NE(error(enrolling(fresh, olga, body), fresh), "") << "missing";
  body.code_signature = fresh.sign(enrolment_message(kOrigin, invitation, olga, fresh.public_key()));
  EXPECT_EQ(error(enrolling(fresh, olga, body), fresh), "bad_signature") << "by the new key instead";
  body.code_signature = code.sign(enrolment_message(kOther, invitation, olga, fresh.public_key()));
  EXPECT_EQ(error(enrolling(fresh, olga, body), fresh), "bad_signature") << "for another log";
}

TEST_F(Authenticity, TheSignaturesOfAnEnrolmentAreNotInterchangeable) {
  const KeyPair fresh = key(Purpose::kAuthor);
  const Statement statement = enrolling(fresh, olga, enrolment(fresh, olga));
  EXPECT_EQ(error(statement, code), "bad_signature") << "the code signs the envelope";
  KeyEnrolled swapped = enrolment(fresh, olga);
  swapped.key = code.public_key();
  EXPECT_EQ(error(enrolling(code, olga, swapped), code), "foreign_key") << "a code is no key of a person";
}

TEST_F(Authenticity, AnEnrolmentIsNotRelayedToAnotherKeyOrPerson) {
  const KeyPair fresh = key(Purpose::kAuthor);
  const KeyPair mallory = key(Purpose::kAuthor);
  KeyEnrolled seen_on_the_way = enrolment(fresh, olga);
  seen_on_the_way.key = mallory.public_key();
  EXPECT_EQ(error(enrolling(mallory, olga, seen_on_the_way), mallory), "bad_signature") << "another key";
  KeyEnrolled for_another = enrolment(fresh, olga);
  for_another.person = ivan;
  EXPECT_EQ(error(enrolling(fresh, ivan, for_another), fresh), "bad_signature") << "another person";
  EXPECT_EQ(error(enrolling(fresh, ivan, enrolment(fresh, olga)), fresh), "foreign_key") << "another author";
  EXPECT_EQ(error(enrolling(mallory, olga, enrolment(fresh, olga)), mallory), "foreign_key")
      << "signed by a key it does not bring";
  KeyEnrolled elsewhere = enrolment(fresh, olga);
  elsewhere.invitation = random.id();
  EXPECT_EQ(error(enrolling(fresh, olga, elsewhere), fresh), "unknown_invitation");
  directory.invitations[elsewhere.invitation] = key(Purpose::kInvitation).public_key();
  EXPECT_EQ(error(enrolling(fresh, olga, elsewhere), fresh), "bad_signature") << "another invitation";
}

// --- Rotation: by the old key and the new

TEST_F(Authenticity, ARotationIsSignedByBothKeys) {
  const KeyPair fresh = key(Purpose::kAuthor);
  EXPECT_EQ(error(rotating(fresh), ivan_key), "");
  EXPECT_EQ(error(rotating(fresh), fresh), "bad_signature") << "the new key cannot bring itself";
  Statement without = rotating(fresh);
  std::get<KeyRotated>(without.body).new_signature =
      ivan_key.sign(rotation_message(kOrigin, ivan_key.id(), fresh.public_key()));
  EXPECT_EQ(error(without, ivan_key), "bad_signature") << "nobody takes over a key they do not hold";
  Statement relayed = rotating(fresh);
  std::get<KeyRotated>(relayed.body).new_signature =
      fresh.sign(rotation_message(kOrigin, olga_key.id(), fresh.public_key()));
  EXPECT_EQ(error(relayed, ivan_key), "bad_signature") << "for another old key";
  Statement elsewhere = rotating(fresh);
  std::get<KeyRotated>(elsewhere.body).new_signature =
      fresh.sign(rotation_message(kOther, ivan_key.id(), fresh.public_key()));
  EXPECT_EQ(error(elsewhere, ivan_key), "bad_signature") << "for another log";
}

// --- Genesis

class Genesis : public Authenticity {
 protected:
  Genesis() {
    body.name = "Школа № 1";
    body.zone = "Europe/Moscow";
    body.utc_offset = 3 * 3600;
    body.log_vkey = "journal.example.org/log/s1+00000000+AAAA";
    body.service_key = service.public_key();
    body.profile_name = "r000";
    body.profile = random.fixed<Hash>();
    body.threshold = 2;
    for (const KeyPair* official : officials()) body.root_keys.push_back({official->public_key(), {}});
  }
  std::vector<const KeyPair*> officials() const { return {&root, &second, &third}; }
  // Signed by the officials with these numbers.
  Statement genesis(std::initializer_list<std::size_t> signers) {
    Statement statement = envelope(root, {}, Role::kRoot, body);
    statement.seen = Seen{0, random.fixed<Hash>()};
    const Bytes message = genesis_message(statement);
    for (const std::size_t i : signers)
      std::get<SchoolCreated>(statement.body).root_keys[i].signature = officials()[i]->sign(message);
    return statement;
  }
  std::string error_of(const Statement& statement) const { return error(statement, root, true); }

  KeyPair second = key(Purpose::kRoot), third = key(Purpose::kRoot);
  SchoolCreated body;
};

TEST_F(Genesis, IsAuthenticWithTheThresholdOfItsOwnKeysAndOnlyWhereOneIsExpected) {
  EXPECT_EQ(error_of(genesis({0, 1})), "");
  EXPECT_EQ(error_of(genesis({1, 2})), "");
  EXPECT_EQ(error_of(genesis({0, 1, 2})), "");
  EXPECT_EQ(error(genesis({0, 1}), root, false), "unknown_key");
}

TEST_F(Genesis, NeedsAsManySignaturesAsItSays) {
  EXPECT_EQ(error_of(genesis({0})), "bad_threshold");
  EXPECT_EQ(error_of(genesis({})), "bad_threshold");
  body.threshold = 3;
  EXPECT_EQ(error_of(genesis({0, 1})), "bad_threshold");
  EXPECT_EQ(error_of(genesis({0, 1, 2})), "");
  body.threshold = 4;
  EXPECT_EQ(error_of(genesis({0, 1, 2})), "bad_threshold");
  body.threshold = 0;
  EXPECT_EQ(error_of(genesis({0, 1, 2})), "bad_threshold");
}

TEST_F(Genesis, CountsEveryOfficialOnce) {
  body.root_keys[2].key = second.public_key();
  auto statement = genesis({0});
  auto& keys = std::get<SchoolCreated>(statement.body).root_keys;
  keys[1].signature = keys[2].signature = second.sign(genesis_message(statement));
  EXPECT_EQ(error_of(statement), "bad_threshold");
}

TEST_F(Genesis, HoldsNoSignatureThatIsNotOne) {
  auto statement = genesis({0, 1, 2});
  std::get<SchoolCreated>(statement.body).root_keys[2].signature.bytes[0] ^= 1;
  EXPECT_EQ(error_of(statement), "bad_signature") << "though two would do";
  statement = genesis({0, 1});
  auto& keys = std::get<SchoolCreated>(statement.body).root_keys;
  std::swap(keys[0].signature, keys[1].signature);
  EXPECT_EQ(error_of(statement), "bad_signature");
}

TEST_F(Genesis, IsSignedAsAWholeByItsFirstRootKey) {
  auto statement = genesis({0, 1});
  EXPECT_EQ(error(statement, second, true), "bad_signature");
  statement.key = second.id();
  EXPECT_EQ(error(statement, second, true), "foreign_key");
}

TEST_F(Genesis, CoversEveryFieldWithTheRootSignatures) {
  const auto changed = [&](auto change) {
    auto statement = genesis({0, 1});
    change(std::get<SchoolCreated>(statement.body));
    return error_of(statement);
  };
  EXPECT_EQ(changed([](auto& b) { b.name = "Школа № 2"; }), "bad_signature");
  EXPECT_EQ(changed([](auto& b) { b.zone = "Asia/Omsk"; }), "bad_signature");
  EXPECT_EQ(changed([](auto& b) { b.utc_offset += 60; }), "bad_signature");
  EXPECT_EQ(changed([](auto& b) { b.log_vkey = "journal.example.org/log/s1+00000000+BBBB"; }), "bad_signature");
  EXPECT_EQ(changed([](auto& b) { b.service_key.bytes[0] ^= 1; }), "bad_signature");
  EXPECT_EQ(changed([](auto& b) { b.threshold = 1; }), "bad_signature");
  EXPECT_EQ(changed([](auto& b) { b.simulated = true; }), "bad_signature");
  EXPECT_EQ(changed([](auto& b) { b.profile_name = "r001"; }), "bad_signature");
  EXPECT_EQ(changed([](auto& b) { b.profile.bytes[0] ^= 1; }), "bad_signature");
  EXPECT_EQ(changed([](auto& b) { b.regulation.bytes[0] ^= 1; }), "bad_signature");
  EXPECT_EQ(changed([](auto& b) { b.previous_origin = "journal.example.org/log/s0"; }), "bad_signature");
  EXPECT_EQ(changed([](auto& b) { b.previous_size = 7; }), "bad_signature");
  EXPECT_EQ(changed([](auto& b) { b.previous_root.bytes[0] ^= 1; }), "bad_signature");
  EXPECT_EQ(changed([&](auto& b) { b.root_keys.pop_back(); }), "bad_signature");
}

TEST_F(Genesis, HasNoAuthorAndHasSeenNothing) {
  auto statement = genesis({0, 1});
  statement.author = ivan;
  EXPECT_EQ(error_of(statement), "malformed");
  statement = genesis({0, 1});
  statement.seen->size = 1;
  EXPECT_EQ(error_of(statement), "malformed");
  statement = genesis({0, 1});
  statement.origin = kOther;
  EXPECT_EQ(error_of(statement), "other_origin");
}

}  // namespace
}  // namespace letopis::commands
