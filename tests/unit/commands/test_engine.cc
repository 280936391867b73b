// An engine on a real directory: RocksDB, vault, checkpoint journal, and statements signed by their authors.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "commands/engine.h"
#include "signing/sha256.h"

namespace letopis::commands {
namespace {

using namespace ledger;

class EngineTest : public testing::Test {
 protected:
  EngineTest() {
    char name[] = "/tmp/letopis-engine-XXXXXX";
    directory_ = ::mkdtemp(name);
    start();
  }
  ~EngineTest() override {
    engine_.reset();
    std::filesystem::remove_all(directory_);
  }

  Engine::Options options() {
    Engine::Options options;
    options.directory = directory_ + "/data";
    options.master_key.passphrase = "correct horse";
    options.clock = &clock_;
    options.random = &random_;
    options.commit_state_every = 16;
    return options;
  }
  void start() {
    auto opened = Engine::open(options());
    ASSERT_TRUE(opened) << opened.error().text();
    engine_ = std::move(*opened);
    school_ = engine_->find("s1");
  }
  void restart() {
    engine_.reset();
    start();
  }
  School& create() {
    NewSchool wanted;
    wanted.slug = "s1";
    wanted.origin = "journal.example.org/log/s1";
    wanted.name = "Школа № 1";
    wanted.zone = "Europe/Moscow";
    wanted.offset = {3 * 3600};
    wanted.root_keys = {&root_};
    const auto created = engine_->create_school(wanted);
    EXPECT_TRUE(created) << created.error().text();
    school_ = *created;
    return *school_;
  }
  Seen seen() {
    return school_->read([](const ReadModel& model) { return Seen{model.checkpoint.size, model.checkpoint.root}; });
  }
  Author root_author() { return Author(root_, "journal.example.org/log/s1", {}, random_); }
  Result<std::vector<Acknowledged>> send(Author& author, const Author::Draft& draft) {
    clock_.advance_micros(1'000'000);
    RawSubmission submission;
    submission.statements.push_back(author.sign(draft, seen(), &submission.texts));
    return school_->submit(std::move(submission), Language::kEnglish);
  }
  Id register_person(Author& author, std::string_view name) {
    const Id person = random_.id();
    Author::Draft draft;
    draft.body = PersonRegistered{person};
    draft.acting_as = Role::kRoot;
    draft.sealed = {{"name", person, name}};
    const auto done = send(author, draft);
    EXPECT_TRUE(done) << done.error().text();
    EXPECT_EQ(done->front().verdict, Verdict::kAccepted) << done->front().rule;
    return person;
  }

  std::string directory_;
  ManualClock clock_{Instant::from_seconds(1'790'000'000)};
  SystemRandom random_;
  signing::KeyPair root_ = signing::KeyPair::generate(signing::Purpose::kRoot, random_);
  std::unique_ptr<Engine> engine_;
  School* school_ = nullptr;
};

TEST_F(EngineTest, ASchoolBeginsWithItsGenesis) {
  School& school = create();
  EXPECT_EQ(school.read([](const ReadModel& model) { return model.checkpoint.size; }), 1U);
  const auto genesis = school.entry(0);
  ASSERT_TRUE(genesis);
  EXPECT_EQ(name_of(decode_entry(*genesis)->statement.body), "school_created");
  EXPECT_EQ(school.read([](const ReadModel& model) { return model.structure.name(); }), "Школа № 1");
  NewSchool again;
  again.slug = "s1";
  again.origin = "journal.example.org/log/other";
  again.name = "Школа";
  again.root_keys = {&root_};
  EXPECT_EQ(engine_->create_school(again).error().code, "already_exists");
}

TEST_F(EngineTest, AnEntryComesBackWithAReceiptThatVerifies) {
  create();
  Author root = root_author();
  Author::Draft draft;
  const Id person = random_.id();
  draft.body = PersonRegistered{person};
  draft.acting_as = Role::kRoot;
  draft.sealed = {{"name", person, "Анна Смирнова"}};
  const auto done = send(root, draft);
  ASSERT_TRUE(done) << done.error().text();
  const auto file = parse_proof_file(done->front().receipt);
  ASSERT_TRUE(file);
  const auto receipt = decode_receipt(*file->extra);
  ASSERT_TRUE(receipt);
  EXPECT_TRUE(verify_proof_file(*file, leaf_hash(receipt->event), school_->vkey()));
  EXPECT_EQ(school_->name_of(person), "Анна Смирнова");
  // The name is nowhere in the ledger.
  const auto bytes = school_->entry(done->front().index);
  EXPECT_EQ(as_text(*bytes).find("Смирнова"), std::string_view::npos);
}

TEST_F(EngineTest, WhatIsNotAuthenticIsNotRecorded) {
  create();
  Author root = root_author();
  const auto size = seen().size;
  Author::Draft draft;
  draft.acting_as = Role::kRoot;
  draft.body = PersonRegistered{random_.id()};
  RawSubmission flipped;
  flipped.statements.push_back(root.sign(draft, seen()));
  flipped.statements[0].signature.bytes[5] ^= 1;
  EXPECT_EQ(school_->submit(std::move(flipped), Language::kEnglish).error().code, "bad_signature");

  Author stranger(root_, "journal.example.org/log/other", {}, random_);
  RawSubmission foreign;
  foreign.statements.push_back(stranger.sign(draft, seen()));
  EXPECT_EQ(school_->submit(std::move(foreign), Language::kEnglish).error().code, "other_origin");

  const auto key = signing::KeyPair::generate(signing::Purpose::kAuthor, random_);
  Author unknown(key, "journal.example.org/log/s1", random_.id(), random_);
  draft.acting_as = Role::kTeacher;
  RawSubmission nobody;
  nobody.statements.push_back(unknown.sign(draft, seen()));
  EXPECT_EQ(school_->submit(std::move(nobody), Language::kEnglish).error().code, "unknown_key");

  draft.acting_as = Role::kRoot;
  const Id person = random_.id();
  draft.body = PersonRegistered{person};
  draft.sealed = {{"name", person, "Пётр"}};
  Author fresh = root_author();
  RawSubmission without_text;
  without_text.statements.push_back(fresh.sign(draft, seen()));
  EXPECT_EQ(school_->submit(std::move(without_text), Language::kEnglish).error().code, "text_missing");
  EXPECT_EQ(seen().size, size);
}

// An origin is for good: it stands in every signature.
TEST_F(EngineTest, AnOriginHasNoScheme) {
  NewSchool wanted;
  wanted.slug = "s1";
  wanted.name = "Школа № 1";
  wanted.zone = "Europe/Moscow";
  wanted.root_keys = {&root_};
  for (const char* origin : {"https://journal.example.org/log/s1", "http://x", "", "a b", "a+b"}) {
    wanted.origin = origin;
    EXPECT_EQ(engine_->create_school(wanted).error().code, "malformed") << origin;
  }
  EXPECT_TRUE(engine_->schools().empty());
}

// One text may serve two commitments; that makes no room for a text nobody asked for.
TEST_F(EngineTest, ATextNobodyCommitsToIsTurnedAwayHoweverOftenTheOthersServe) {
  create();
  Author root = root_author();
  Author::Draft draft;
  draft.acting_as = Role::kRoot;
  const Id person = random_.id();
  draft.body = PersonRegistered{person};
  draft.sealed = {{"name", person, "Пётр"}};
  const auto before = root.position();
  RawSubmission submission;
  submission.statements.push_back(root.sign(draft, seen(), &submission.texts));
  // The same commitment in a second statement: sealed again with the same salt.
  ASSERT_EQ(submission.texts.size(), 1U);
  RawSubmission extra = submission;
  extra.texts.push_back({"name", random_.fixed<Hash>(), "никому не нужный текст"});
  EXPECT_EQ(school_->submit(extra, Language::kEnglish).error().code, "text_unknown");
  Statement twice = decode_statement(submission.statements[0].bytes).value();
  const Bytes first = submission.statements[0].bytes;
  twice.commitments.push_back(twice.commitments.front());
  const Bytes bytes = encode(twice);
  extra.statements[0] = {bytes, root_.sign(statement_message(bytes))};
  EXPECT_EQ(school_->submit(extra, Language::kEnglish).error().code, "text_unknown");
  root.rewind(before);
}

TEST_F(EngineTest, ACheckpointThatIsNotOursIsRecordedAsRefused) {
  create();
  Author root = root_author();
  Author::Draft draft;
  draft.acting_as = Role::kRoot;
  draft.body = PersonRegistered{random_.id()};
  Seen invented = seen();
  invented.root.bytes[0] ^= 1;
  RawSubmission submission;
  submission.statements.push_back(root.sign(draft, invented));
  const auto done = school_->submit(std::move(submission), Language::kEnglish);
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_EQ(done->front().verdict, Verdict::kRefused);
  EXPECT_EQ(done->front().rule, rule::kSeenUnknown);
  EXPECT_FALSE(done->front().message.empty());
}

TEST_F(EngineTest, RepeatingARequestGivesTheSameEntry) {
  create();
  Author root = root_author();
  Author::Draft draft;
  draft.acting_as = Role::kRoot;
  draft.body = PersonRegistered{random_.id()};
  const RawStatement statement = root.sign(draft, seen());
  RawSubmission once, twice;
  once.statements.push_back(statement);
  twice.statements.push_back(statement);
  const auto first = school_->submit(std::move(once), Language::kEnglish);
  const auto second = school_->submit(std::move(twice), Language::kEnglish);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->front().index, second->front().index);
  EXPECT_EQ(first->front().recorded_at, second->front().recorded_at);
  EXPECT_TRUE(second->front().repeated);
}

// Whoever lost the answer asks again, in whatever language.
TEST_F(EngineTest, ARefusalIsExplainedAsOftenAsItIsAskedFor) {
  create();
  Author root = root_author();
  Author::Draft draft;
  draft.acting_as = Role::kRoot;
  draft.body = RoleGranted{register_person(root, "Ольга Ивановна"), Role::kService};
  const RawStatement statement = root.sign(draft, seen());
  const auto sent = [&](Language language) {
    RawSubmission submission;
    submission.statements.push_back(statement);
    const auto done = school_->submit(std::move(submission), language);
    EXPECT_TRUE(done) << done.error().text();
    return done->front();
  };
  const auto first = sent(Language::kRussian);
  EXPECT_EQ(first.rule, rule::kRoleUnknown);
  EXPECT_NE(first.message.find("«служба журнала»"), std::string::npos) << first.message;
  const auto again = sent(Language::kRussian);
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.message, first.message);
  const auto english = sent(Language::kEnglish);
  EXPECT_NE(english.message.find("“service”"), std::string::npos) << english.message;
}

TEST_F(EngineTest, APersonEnrolsByInvitationAndSigns) {
  create();
  Author root = root_author();
  const Id director = register_person(root, "Ольга Ивановна");
  Author::Draft grant;
  grant.acting_as = Role::kRoot;
  grant.body = RoleGranted{director, Role::kDirector};
  ASSERT_EQ(send(root, grant)->front().verdict, Verdict::kAccepted);
  const auto code = signing::new_invitation_code(random_);
  const auto code_key = signing::key_from_invitation_code(code);
  Author::Draft invite;
  invite.acting_as = Role::kRoot;
  invite.id = random_.id();
  invite.body = InvitationIssued{director, code_key->public_key(), {}};
  ASSERT_EQ(send(root, invite)->front().verdict, Verdict::kAccepted);

  const auto key = signing::KeyPair::generate(signing::Purpose::kAuthor, random_);
  Author own(key, school_->origin(), director, random_);
  Author::Draft enrol;
  enrol.acting_as = Role::kDirector;
  enrol.body = KeyEnrolled{invite.id, director, key.public_key(),
                           code_key->sign(enrolment_message(school_->origin(), invite.id, director, key.public_key()))};
  const auto enrolled = send(own, enrol);
  ASSERT_TRUE(enrolled) << enrolled.error().text();
  ASSERT_EQ(enrolled->front().verdict, Verdict::kAccepted) << enrolled->front().rule;

  Author::Draft open;
  open.acting_as = Role::kDirector;
  open.body = ClassOpened{random_.id(), "7А", 7};
  EXPECT_EQ(send(own, open)->front().verdict, Verdict::kAccepted);
  // In a capacity the director does not hold.
  Author::Draft plan;
  plan.acting_as = Role::kDeputyHead;
  plan.body = PeriodDefined{random_.id(), "1 четверть", "quarter", Date{20700}, Date{20760}};
  const auto refused = send(own, plan);
  EXPECT_EQ(refused->front().rule, rule::kNotEntitled);

  // The receipt carries the key chain: enrolment, invitation, genesis.
  const auto file = parse_proof_file(refused->front().receipt);
  EXPECT_EQ(decode_receipt(*file->extra)->key_chain.size(), 3U);
}

TEST_F(EngineTest, ARestartFoldsTheSameStateAndChecksItsCommitments) {
  create();
  Author root = root_author();
  std::vector<Id> people;
  for (int i = 0; i < 40; ++i) people.push_back(register_person(root, "Имя " + std::to_string(i)));
  std::size_t commitments = 0;
  for (std::uint64_t i = 0; i < seen().size; ++i)
    commitments += name_of(decode_entry(*school_->entry(i))->statement.body) == "state_committed" ? 1 : 0;
  EXPECT_GE(commitments, 2U);
  const auto digest = [&] {
    return school_->read([](const ReadModel& model) {
      return std::pair(model.checkpoint, const_cast<ReadModel&>(model).shards.root());
    });
  };
  const auto before = digest();
  restart();
  EXPECT_EQ(digest(), before);
  EXPECT_EQ(school_->name_of(people[17]), "Имя 17");
  // Writing goes on where it stopped.
  Author again = root_author();
  register_person(again, "После перезапуска");
}

TEST_F(EngineTest, ASecondProcessIsTurnedAway) {
  const auto second = Engine::open(options());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "in_use");
}

TEST_F(EngineTest, AnotherPassphraseDoesNotOpenTheVault) {
  create();
  engine_.reset();
  auto wrong = options();
  wrong.master_key.passphrase = "battery staple";
  EXPECT_EQ(Engine::open(wrong).error().code, "wrong_master_key");
  start();
}

TEST_F(EngineTest, AnOlderCopyOfTheLedgerIsRefused) {
  create();
  engine_.reset();
  std::filesystem::copy(directory_ + "/data/ledger", directory_ + "/old", std::filesystem::copy_options::recursive);
  start();
  Author root = root_author();
  register_person(root, "Новый");
  engine_.reset();
  std::filesystem::remove_all(directory_ + "/data/ledger");
  std::filesystem::rename(directory_ + "/old", directory_ + "/data/ledger");
  const auto opened = Engine::open(options());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, "log_behind_checkpoint");
}

TEST_F(EngineTest, AViewAsOfEarlierIsAFoldOfWhatWasThereThen) {
  create();
  Author root = root_author();
  register_person(root, "Первый");
  const auto size = seen().size;
  const Instant then = clock_.now();
  register_person(root, "Второй");
  EXPECT_EQ(*school_->size_at(format_instant(then)), size);
  EXPECT_EQ(*school_->size_at(std::to_string(size)), size);
  EXPECT_EQ((*school_->structure_at(size))->people().size(), 1U);
  EXPECT_EQ((*school_->structure_at(size + 1))->people().size(), 2U);
}

}  // namespace
}  // namespace letopis::commands
