// Statements on their way in: what is recorded, what is turned away, and that what is turned away leaves nothing behind.

#include <gtest/gtest.h>

#include "commands/statement_json.h"
#include "ledger/authorship.h"
#include "ledger/limits.h"
#include "ledger/schema/codec.h"
#include "ledger/schema/describe.h"
#include "ledger/vault.h"
#include "replay-tools/receipt.h"
#include "server/submit.h"
#include "signing/sha256.h"
#include "tests/unit/server/site.h"

namespace letopis::server::testing {
namespace {

using commands::RawStatement;
using commands::RawSubmission;
using ledger::Role;
using ledger::Statement;
using test::LiveSchool;
using test::Member;

constexpr std::string_view kEvents = "/v1/schools/licey29/events";

enum class Form { kBuffer, kJson };

std::string json_body(const RawSubmission& submission) {
  boost::json::object body;
  auto& statements = body["statements"].emplace_array();
  for (const auto& statement : submission.statements)
    statements.push_back({{"bytes", to_base64(statement.bytes)}, {"signature", to_base64(statement.signature.view())}});
  if (!submission.texts.empty()) {
    auto& texts = body["texts"].emplace_array();
    for (const auto& text : submission.texts)
      texts.push_back({{"field", text.field}, {"salt", to_hex(text.salt.view())}, {"text", text.text}});
  }
  if (!submission.blobs.empty()) {
    auto& blobs = body["blobs"].emplace_array();
    for (const auto& blob : submission.blobs) blobs.emplace_back(to_base64(blob));
  }
  return boost::json::serialize(body);
}

class SubmitTest : public ::testing::Test {
 protected:
  SubmitTest() {
    licey.join(physics, masha);
    site.live().at("2026-09-01 10:30");
    lesson = licey.lesson(ivan, physics, "2026-09-01", 3);
    work = licey.work(ivan, physics, lesson);
    site.start();
  }

  std::uint64_t size() {
    return licey.school().read([](const auto& model) { return std::uint64_t{model.times.size()}; });
  }

  // One statement, signed; the author's chain stays where it is until recorded() says that it went in.
  RawSubmission says(Member& author, ledger::Body body, const LiveSchool::How& how = {}) {
    RawSubmission submission;
    const auto before = author.author->position();
    licey.draft(author, Role::kTeacher, std::move(body), how, submission);
    after_ = author.author->position();
    author.author->rewind(before);
    return submission;
  }
  void recorded(Member& author) { author.author->rewind(after_); }
  RawSubmission mark(std::string_view value) { return says(ivan, ledger::MarkGiven{work, 0, masha.id, value}); }
  RawSubmission topics(std::size_t count) {
    RawSubmission submission;
    const auto before = ivan.author->position();
    for (std::size_t i = 0; i < count; ++i)
      licey.draft(ivan, Role::kTeacher, ledger::TopicSet{lesson, "Измерения", {}, 0}, {}, submission);
    after_ = ivan.author->position();
    ivan.author->rewind(before);
    return submission;
  }
  RawSubmission remark(std::string_view text) {
    LiveSchool::How how;
    how.sealed = {{"remark", masha.id, text}};
    return says(ivan, ledger::RemarkRecorded{masha.id, lesson, {}}, how);
  }

  // The first statement, changed and signed again.
  RawSubmission reworded(RawSubmission submission, const std::function<void(Statement&)>& change,
                         const signing::KeyPair& key) {
    auto& first = submission.statements.front();
    const Bytes before = first.bytes;
    Statement statement = ledger::decode_statement(before).value();
    change(statement);
    first.bytes = ledger::encode(statement);
    first.signature = key.sign(ledger::statement_message(first.bytes));
    return submission;
  }
  RawSubmission reworded(RawSubmission submission, const std::function<void(Statement&)>& change) {
    return reworded(std::move(submission), change, *ivan.key);
  }

  Response send_body(std::string body, std::string content_type, std::string_view language = {},
                     std::string_view token = {}) {
    Request request = site.request(Method::kPost, kEvents, token);
    request.content_type = std::move(content_type);
    request.body = std::move(body);
    request.accept_language = language;
    site.live().advance(1);
    return site.ask(request);
  }
  Response send(const RawSubmission& submission, Form form = Form::kBuffer, std::string_view language = {}) {
    if (form == Form::kJson) return send_body(json_body(submission), "application/json", language);
    return send_body(std::string(as_text(write_submission_buffer(submission))), std::string(kStatementsMediaType),
                     language);
  }

  // Turned away, in both spellings, and nothing was recorded: no entry, no text, no file.
  void expect_turned_away(const RawSubmission& submission, unsigned status, std::string_view type) {
    for (const Form form : {Form::kBuffer, Form::kJson}) {
      const auto before = size();
      const auto response = send(submission, form);
      EXPECT_EQ(response.status, status) << body_of(response);
      EXPECT_EQ(problem_of(response), type);
      EXPECT_EQ(size(), before);
      for (const auto& text : submission.texts)
        EXPECT_FALSE(licey.school().sealed_text(ledger::sealed_commitment(text.field, text.salt, text.text)));
      for (const auto& blob : submission.blobs) EXPECT_FALSE(licey.school().blob(signing::sha256(blob)));
    }
  }
  void expect_malformed(const std::string& body, std::string_view content_type) {
    const auto before = size();
    const auto response = send_body(body, std::string(content_type));
    EXPECT_EQ(response.status, 400U) << body.substr(0, 100) << "\n" << body_of(response);
    EXPECT_EQ(size(), before);
  }

  static boost::json::value item(const Response& response, std::size_t i = 0) {
    return json_of(response).at("items").at(i);
  }

  Site site;
  LiveSchool& licey = site.school("licey29");
  LiveSchool& gymnasium = site.school("gymnasium");
  Member& ivan = licey.teacher("Иван Седов");
  Member& olga = licey.teacher("Ольга Чехова");
  Id class_a = licey.klass("7А", 7, ivan);
  Member& masha = licey.student(class_a, "Маша Ильина");
  Id physics = licey.group("7А", "Физика", {class_a}, ivan, {{2, 3}});
  Id lesson, work;

 private:
  commands::Author::Position after_;
};

// --- What goes in ----------------------------------------------------------------------------------------------------

TEST_F(SubmitTest, AMarkIsRecordedAndItsReceiptHolds) {
  for (const Form form : {Form::kBuffer, Form::kJson}) {
    work = licey.work(ivan, physics, lesson);
    const auto before = size();
    const auto submission = mark("5");
    const auto response = send(submission, form);
    recorded(ivan);
    ASSERT_EQ(response.status, 201U) << body_of(response);
    ASSERT_EQ(json_of(response).at("items").as_array().size(), 1U);
    const auto answer = item(response);
    EXPECT_EQ(answer.at("index").as_int64(), static_cast<std::int64_t>(before));
    EXPECT_EQ(answer.at("verdict").as_string(), "accepted");
    EXPECT_FALSE(answer.at("repeated").as_bool());
    EXPECT_EQ(answer.at("recorded_at").as_string(), format_instant(site.live().clock().now()));
    const auto report =
        receipt::check(std::string_view(answer.at("receipt").as_string()), licey.school().vkey().text());
    EXPECT_EQ(report.verdict, receipt::Verdict::kGood) << receipt::text_report(report, receipt::Language::kEnglish);
    EXPECT_EQ(report.index, before);
    // What was signed is what is stored, to the byte.
    const Bytes entry = licey.school().entry(before).value();
    const auto event = ledger::decode_event(entry).value();
    EXPECT_TRUE(equal(event.statement, submission.statements.front().bytes));
    EXPECT_EQ(event.signature, submission.statements.front().signature);
  }
}

TEST_F(SubmitTest, TheSameAgainGivesTheSameAnswer) {
  const auto submission = mark("5");
  const auto first = send(submission);
  ASSERT_EQ(first.status, 201U);
  recorded(ivan);
  const auto before = size();
  site.live().advance(3600);
  for (const Form form : {Form::kBuffer, Form::kJson}) {
    const auto again = send(submission, form);
    EXPECT_EQ(again.status, 200U) << body_of(again);
    EXPECT_TRUE(item(again).at("repeated").as_bool());
    for (const char* field : {"index", "recorded_at", "verdict", "statement"})
      EXPECT_EQ(item(again).at(field), item(first).at(field)) << field;
  }
  EXPECT_EQ(size(), before);
}

TEST_F(SubmitTest, ARequestHalfOfWhichIsThereAlreadyIsAnsweredInOrder) {
  auto both = topics(2);
  RawSubmission first;
  first.statements = {both.statements[0]};
  ASSERT_EQ(send(first).status, 201U);
  const auto response = send(both);
  EXPECT_EQ(response.status, 201U);
  EXPECT_TRUE(item(response, 0).at("repeated").as_bool());
  EXPECT_FALSE(item(response, 1).at("repeated").as_bool());
  EXPECT_EQ(item(response, 1).at("index").as_int64(), item(response, 0).at("index").as_int64() + 1);
}

TEST_F(SubmitTest, FiveHundredGoInAtOnceAndOneMoreDoesNot) {
  auto submission = topics(ledger::kStatementsPerRequestMax);
  const auto one_more = topics(ledger::kStatementsPerRequestMax + 1);
  for (const Form form : {Form::kBuffer, Form::kJson}) {
    const auto before = size();
    const auto response = send(one_more, form);
    EXPECT_EQ(response.status, 413U) << body_of(response);
    EXPECT_EQ(problem_of(response), "too-large");
    EXPECT_EQ(size(), before);
  }
  const auto before = size();
  const auto response = send(submission);
  EXPECT_EQ(response.status, 201U) << body_of(response).substr(0, 300);
  EXPECT_EQ(json_of(response).at("items").as_array().size(), ledger::kStatementsPerRequestMax);
  EXPECT_EQ(size(), before + ledger::kStatementsPerRequestMax);
}

TEST_F(SubmitTest, ASealedTextGoesToTheVaultAndNotIntoTheLog) {
  const auto submission = remark("Дрался на перемене");
  const auto& text = submission.texts.at(0);
  const auto response = send(submission);
  ASSERT_EQ(response.status, 201U) << body_of(response);
  EXPECT_EQ(item(response).at("verdict").as_string(), "accepted") << body_of(response);
  const auto kept = licey.school().sealed_text(ledger::sealed_commitment(text.field, text.salt, text.text));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->text, "Дрался на перемене");
  EXPECT_EQ(kept->person, masha.id);
  const Bytes entry = licey.school().entry(size() - 1).value();
  EXPECT_EQ(as_text(entry).find("Дрался"), std::string_view::npos);
}

// --- Refusals: recorded, with their reason ---------------------------------------------------------------------------

TEST_F(SubmitTest, ARefusalIsAnItemWithItsRuleItsClauseAndItsMessage) {
  const auto before = size();
  const auto response = send(mark("7"), Form::kBuffer, "en");
  recorded(ivan);
  ASSERT_EQ(response.status, 201U);
  const auto answer = item(response);
  EXPECT_EQ(answer.at("verdict").as_string(), "refused");
  EXPECT_EQ(answer.at("rule").as_string(), "off_scale");
  const auto profile =
      licey.school().read([&](const auto& model) { return model.structure.profile(test::date("2026-09-01"))->hash; });
  const auto& rule = licey.school().profile(profile)->rule("off_scale");
  if (!rule.clause.empty()) {
    EXPECT_EQ(answer.at("clause").as_string(), rule.clause);
  }
  EXPECT_EQ(size(), before + 1) << "a refusal leaves its trace";
  EXPECT_EQ(receipt::check(std::string_view(answer.at("receipt").as_string()), licey.school().vkey().text()).verdict,
            receipt::Verdict::kGood);
}

TEST_F(SubmitTest, TheMessageSpeaksTheLanguageOfTheRequest) {
  const auto submission = mark("7");
  const auto message = [&](std::string_view language) {
    const auto response = send(submission, Form::kBuffer, language);
    return std::string(item(response).at("message").as_string());
  };
  const auto russian = message("ru");
  const auto english = message("en-GB,en;q=0.9");
  EXPECT_NE(russian, english);
  for (const auto& text : {russian, english}) EXPECT_NE(text.find("7"), std::string::npos) << text;
  const auto cyrillic = [](const std::string& text) { return text.starts_with('\xd0'); };
  EXPECT_TRUE(cyrillic(russian)) << russian;
  EXPECT_FALSE(cyrillic(english)) << english;
  EXPECT_EQ(message(""), russian) << "Russian first";
  EXPECT_EQ(message("de, en;q=0.5, ru;q=0.4"), english);
  EXPECT_EQ(message("de"), russian);
}

TEST_F(SubmitTest, OneRefusedStatementDoesNotBlockThoseBesideIt) {
  const Id first = licey.work(ivan, physics, lesson);
  const Id second = licey.work(ivan, physics, lesson);
  const auto before = size();
  RawSubmission submission;
  for (const auto& [in, value] : {std::pair(first, "5"), {second, "7"}, {second, "4"}})
    licey.draft(ivan, Role::kTeacher, ledger::MarkGiven{in, 0, masha.id, value}, {}, submission);
  const auto response = send(submission, Form::kJson);
  ASSERT_EQ(response.status, 201U) << body_of(response);
  EXPECT_EQ(item(response, 0).at("verdict").as_string(), "accepted");
  EXPECT_EQ(item(response, 1).at("verdict").as_string(), "refused");
  EXPECT_EQ(item(response, 2).at("verdict").as_string(), "accepted");
  EXPECT_EQ(size(), before + 3);
}

TEST_F(SubmitTest, WhatARevokedKeySignsIsRecordedAsRefused) {
  licey.revoke_key(ivan);
  const auto before = size();
  const auto response = send(mark("5"));
  ASSERT_EQ(response.status, 201U) << body_of(response);
  EXPECT_EQ(item(response).at("verdict").as_string(), "refused");
  EXPECT_EQ(item(response).at("rule").as_string(), "key_revoked");
  EXPECT_EQ(size(), before + 1);
}

// --- Who signs -------------------------------------------------------------------------------------------------------

TEST_F(SubmitTest, ASignatureThatDoesNotMatchIsTurnedAway) {
  auto submission = mark("5");
  submission.statements[0].signature.bytes[7] ^= 1;
  expect_turned_away(submission, 401, "bad-signature");
  submission = mark("5");
  submission.statements[0].signature = olga.key->sign(ledger::statement_message(submission.statements[0].bytes));
  expect_turned_away(submission, 401, "bad-signature");
  submission.statements[0].signature = ivan.key->sign(submission.statements[0].bytes);
  expect_turned_away(submission, 401, "bad-signature");  // the right bytes, without their tag
}

TEST_F(SubmitTest, AnUnknownKeyIsTurnedAway) {
  const auto stranger = signing::KeyPair::generate(signing::Purpose::kAuthor, site.live().random());
  expect_turned_away(reworded(
                         mark("5"), [&](Statement& s) { s.key = stranger.id(); }, stranger),
                     401, "unknown-key");
  // A director of another school, speaking to this one.
  expect_turned_away(
      reworded(
          mark("5"), [&](Statement& s) { s.key = gymnasium.director().key->id(); }, *gymnasium.director().key),
      401, "unknown-key");
}

TEST_F(SubmitTest, AKeySpeaksForItsOwnPersonOnly) {
  expect_turned_away(reworded(mark("5"), [&](Statement& s) { s.author = olga.id; }), 401, "foreign-key");
  expect_turned_away(reworded(mark("5"), [&](Statement& s) { s.author = Id{}; }), 401, "foreign-key");
}

TEST_F(SubmitTest, AKeySpeaksForItsOwnPurposeOnly) {
  expect_turned_away(reworded(mark("5"),
                              [&](Statement& s) {
                                s.author = Id{};
                                s.acting_as = Role::kService;
                              }),
                     401, "foreign-key");
  expect_turned_away(reworded(mark("5"), [&](Statement& s) { s.acting_as = Role::kRoot; }), 401, "foreign-key");
  // The same 32 bytes under another purpose are another key.
  const auto as_log = signing::KeyPair::from_seed(signing::Purpose::kLog, ivan.key->seed());
  expect_turned_away(reworded(
                         mark("5"), [&](Statement& s) { s.key = as_log.id(); }, as_log),
                     401, "unknown-key");
  expect_turned_away(reworded(
                         mark("5"), [&](Statement& s) { s.key = licey.root().key->id(); }, *licey.root().key),
                     401, "foreign-key");
}

TEST_F(SubmitTest, AStatementForAnotherSchoolIsTurnedAway) {
  expect_turned_away(reworded(mark("5"), [&](Statement& s) { s.origin = gymnasium.origin(); }), 400, "other-origin");
}

TEST_F(SubmitTest, OneStatementThatIsNotAuthenticTurnsTheWholeRequestAway) {
  auto submission = topics(3);
  submission.statements[2].signature.bytes[0] ^= 1;
  expect_turned_away(submission, 401, "bad-signature");
}

// --- Chains ----------------------------------------------------------------------------------------------------------

TEST_F(SubmitTest, OtherBytesUnderAUsedNumberAreAConflict) {
  const auto first = mark("5");
  const auto other = mark("4");
  ASSERT_EQ(send(first).status, 201U);
  expect_turned_away(other, 409, "chain-conflict");
}

TEST_F(SubmitTest, AGapAWrongPredecessorAndAChainFromItsMiddleAreConflicts) {
  expect_turned_away(reworded(mark("5"), [](Statement& s) { ++s.number; }), 409, "chain-conflict");
  expect_turned_away(reworded(mark("5"), [](Statement& s) { s.previous.bytes[3] ^= 1; }), 409, "chain-conflict");
  expect_turned_away(reworded(mark("5"), [&](Statement& s) { s.chain = site.live().random().id(); }), 409,
                     "chain-conflict");
  auto gap = topics(3);
  gap.statements.erase(gap.statements.begin() + 1);
  expect_turned_away(gap, 409, "chain-conflict");
  auto reordered = topics(2);
  std::swap(reordered.statements[0], reordered.statements[1]);
  expect_turned_away(reordered, 409, "chain-conflict");
}

TEST_F(SubmitTest, AConflictTellsTheHeadOfTheChainAndProvesIt) {
  const auto response = send(reworded(mark("5"), [](Statement& s) { ++s.number; }));
  ASSERT_EQ(response.status, 409U);
  const auto heads = json_of(response).at("heads").as_array();
  ASSERT_EQ(heads.size(), 1U);
  const auto& head = heads[0];
  EXPECT_EQ(head.at("key").as_string(), hex(ivan.key->id()));
  EXPECT_EQ(head.at("chain").as_string(), hex(ivan.author->chain()));
  EXPECT_EQ(head.at("number").as_int64(), static_cast<std::int64_t>(ivan.author->position().number));
  const auto report = receipt::check(std::string_view(head.at("proof").as_string()), licey.school().vkey().text());
  EXPECT_EQ(report.verdict, receipt::Verdict::kGood);
  EXPECT_EQ(report.index, static_cast<std::uint64_t>(head.at("index").as_int64()));
  // Whoever has forgotten where the chain was goes on from there.
  const auto previous = fixed_from_hex<Hash>(std::string_view(head.at("previous").as_string())).value();
  const auto next = reworded(mark("5"), [&](Statement& s) {
    s.number = static_cast<std::uint64_t>(head.at("number").as_int64()) + 1;
    s.previous = previous;
  });
  EXPECT_EQ(send(next).status, 201U);
}

TEST_F(SubmitTest, OnlyWhoeverHoldsTheKeyIsToldAChainsHead) {
  auto submission = reworded(mark("5"), [](Statement& s) { ++s.number; });
  submission.statements[0].signature.bytes[0] ^= 1;
  const auto response = send(submission);
  EXPECT_EQ(response.status, 401U);
  EXPECT_FALSE(json_of(response).as_object().contains("heads"));
}

// --- Texts and files -------------------------------------------------------------------------------------------------

TEST_F(SubmitTest, EveryCommitmentNeedsItsText) {
  auto submission = remark("Дрался");
  auto without = submission;
  without.texts.clear();
  expect_turned_away(without, 400, "text-missing");
  auto other_text = submission;
  other_text.texts[0].text = "Не дрался";
  expect_turned_away(other_text, 400, "text-missing");
  auto other_salt = submission;
  other_salt.texts[0].salt.bytes[0] ^= 1;
  expect_turned_away(other_salt, 400, "text-missing");
  auto other_field = submission;
  other_field.texts[0].field = "name";
  expect_turned_away(other_field, 400, "text-missing");
  EXPECT_EQ(send(submission).status, 201U);
}

TEST_F(SubmitTest, EveryTextNeedsItsCommitment) {
  auto submission = mark("5");
  submission.texts.push_back({"remark", site.live().random().fixed<Hash>(), "Никому не известно"});
  expect_turned_away(submission, 400, "text-unknown");
  submission = remark("Дрался");
  submission.texts.push_back({"remark", site.live().random().fixed<Hash>(), "Никому не известно"});
  expect_turned_away(submission, 400, "text-unknown");
}

TEST_F(SubmitTest, TextsAndFilesOfARequestThatIsTurnedAwayAreNotKept) {
  auto submission = remark("Дрался");
  submission.blobs.push_back(Bytes(100, 5));
  submission.statements[0].signature.bytes[0] ^= 1;
  expect_turned_away(submission, 401, "bad-signature");
  const Bytes scan(100, 'x');
  submission = reworded(remark("Дрался"), [&](Statement& s) {
    ++s.number;
    s.basis.emplace();
    s.basis->kind = "memo";
    s.basis->scan = signing::sha256(scan);
  });
  submission.blobs.push_back(scan);
  expect_turned_away(submission, 409, "chain-conflict");
}

// Nothing is kept that nobody names: a slip of whoever meant to attach it.
TEST_F(SubmitTest, AFileThatNoStatementNamesIsTurnedAway) {
  auto submission = remark("Дрался");
  submission.blobs.push_back(Bytes(100, 'x'));
  expect_turned_away(submission, 400, "bad-file");
}

// --- Shapes ----------------------------------------------------------------------------------------------------------

TEST_F(SubmitTest, WhatIsNoRequestIsTurnedAway) {
  for (const std::string& body :
       {std::string(), std::string("{"), std::string("null"), std::string("[]"), std::string("{}"),
        std::string(R"({"statements":[]})"), std::string(R"({"statements":{}})"), std::string(R"({"statements":[1]})"),
        std::string(R"({"statements":[{"bytes":"AAAA"}]})"), std::string(R"({"statements":[[]]})"),
        std::string(5000, '['), std::string("\xff\xfe{}")}) {
    expect_malformed(body, "application/json");
    expect_malformed(body, kStatementsMediaType);
  }
  const std::string good = json_body(mark("5"));
  const auto json = boost::json::parse(good).as_object();
  const auto with = [&](const std::function<void(boost::json::object&)>& change) {
    auto changed = json;
    change(changed);
    return boost::json::serialize(changed);
  };
  const auto in_statement = [&](const char* field, boost::json::value value) {
    return with([&](auto& body) { body["statements"].as_array()[0].as_object()[field] = std::move(value); });
  };
  expect_malformed(good + "}", "application/json");
  expect_malformed(good + good, "application/json");
  expect_malformed(with([](auto& body) { body["statement"] = "x"; }), "application/json");
  expect_malformed(with([](auto& body) { body["texts"] = "x"; }), "application/json");
  expect_malformed(with([](auto& body) { body["blobs"] = {1}; }), "application/json");
  expect_malformed(with([](auto& body) { body["texts"] = {{{"field", "name"}, {"text", "x"}}}; }), "application/json");
  const std::string salt = R"(,"salt":")" + std::string(64, '0') + "\"";
  for (const char* text : {R"("field":"remark","text":"a\u0000b")", R"("field":"re\u0007mark","text":"x")"}) {
    auto unclean = good;
    unclean.insert(unclean.size() - 1, std::string(R"(,"texts":[{)") + text + salt + "}]");
    const auto response = send_body(unclean, "application/json");
    EXPECT_NE(std::string_view(json_of(response).at("technical").as_string()).find("UTF-8"), std::string_view::npos)
        << body_of(response);
  }
  expect_malformed(in_statement("extra", "x"), "application/json");
  expect_malformed(in_statement("bytes", "not base64!"), "application/json");
  expect_malformed(in_statement("bytes", ""), "application/json");
  expect_malformed(in_statement("bytes", 5), "application/json");
  expect_malformed(in_statement("signature", boost::json::string(to_base64(Bytes(63, 1)))), "application/json");
  expect_malformed(in_statement("signature", boost::json::string(to_base64(Bytes(65, 1)))), "application/json");
  const auto detail_of = [&](const std::string& body) {
    const auto response = send_body(body, "application/json");
    EXPECT_EQ(problem_of(response), "unknown-field") << body_of(response);
    return std::string(json_of(response).at("technical").as_string());
  };
  EXPECT_NE(detail_of(in_statement("extra", "x")).find("statements[0]: nobody expects “extra”"), std::string::npos);
  EXPECT_NE(detail_of(with([](auto& body) { body["statement"] = "x"; })).find("“statement”"), std::string::npos);
  const std::string long_name(65, 'x');
  EXPECT_NE(detail_of(in_statement(long_name.c_str(), "x")).find("nobody expects one of its fields"),
            std::string::npos);
  EXPECT_EQ(send_body(good, "application/json").status, 201U) << "the same, unspoilt";
}

TEST_F(SubmitTest, BytesThatTrailBehindAreTurnedAway) {
  const auto submission = mark("5");
  std::string body(as_text(write_submission_buffer(submission)));
  for (const std::size_t more : {1U, 4U, 8U, 1000U})
    expect_malformed(body + std::string(more, '\0'), kStatementsMediaType);
  // The same inside: bytes behind a statement, though its author signed them too.
  auto longer = submission;
  longer.statements[0].bytes.push_back(0);
  longer.statements[0].signature = ivan.key->sign(ledger::statement_message(longer.statements[0].bytes));
  expect_turned_away(longer, 400, "malformed");
  EXPECT_EQ(send_body(body, std::string(kStatementsMediaType)).status, 201U);
}

TEST_F(SubmitTest, EveryBeginningOfARequestIsTurnedAway) {
  const std::string body(as_text(write_submission_buffer(remark("Дрался"))));
  for (std::size_t length = 0; length < body.size(); ++length)
    expect_malformed(body.substr(0, length), kStatementsMediaType);
}

// Once it is there, no change of a single byte of its wrapping makes anything else of it.
TEST_F(SubmitTest, NoFlippedByteRecordsAnything) {
  const std::string body(as_text(write_submission_buffer(remark("Дрался"))));
  ASSERT_EQ(send_body(body, std::string(kStatementsMediaType)).status, 201U);
  const auto before = size();
  std::map<unsigned, int> answers;
  for (std::size_t i = 0; i < body.size(); ++i)
    for (const int flip : {0x01, 0x80}) {
      std::string flipped = body;
      flipped[i] = static_cast<char>(flipped[i] ^ flip);
      ++answers[send_body(flipped, std::string(kStatementsMediaType)).status];
    }
  EXPECT_EQ(size(), before);
  for (const auto& [status, count] : answers)
    EXPECT_TRUE(status == 200 || status == 400 || status == 401 || status == 413) << status << " × " << count;
  EXPECT_GT(answers[401], 0) << "bytes of the statement and its signature";
  EXPECT_GT(answers[400], 0) << "bytes around them, and of the text";
}

TEST_F(SubmitTest, WhatIsTooLargeIsTurnedAway) {
  const auto token = site.sign_in(licey, ivan);
  const auto before = size();
  for (const std::string& type : {std::string("application/json"), std::string(kStatementsMediaType)})
    EXPECT_EQ(send_body(std::string(ledger::kSubmissionSizeMaxBytes + 1, ' '), type, {}, token).status, 413U) << type;
  auto statement = mark("5");
  statement.statements[0].bytes.assign(ledger::kStatementSizeMaxBytes + 4, 1);
  for (const Form form : {Form::kBuffer, Form::kJson}) EXPECT_EQ(send(statement, form).status, 413U);
  auto text = remark(std::string(ledger::kSealedTextSizeMaxBytes + 1, 'x'));
  EXPECT_EQ(send(text, Form::kJson).status, 413U);
  auto file = mark("5");
  file.blobs.push_back(Bytes(ledger::kBlobSizeMaxBytes + 1, 1));
  EXPECT_EQ(send(file).status, 413U);
  file.blobs.assign(ledger::kBlobsPerRequestMax + 1, Bytes{1});
  for (const Form form : {Form::kBuffer, Form::kJson}) EXPECT_EQ(send(file, form).status, 413U);
  EXPECT_EQ(size(), before);
}

TEST_F(SubmitTest, WhoeverIsNotSignedInSendsLessAtOnce) {
  Request request = site.request(Method::kPost, kEvents);
  const auto& policy = site.app().services().site;
  EXPECT_EQ(body_limit(policy, request), kAnonymousBodyMaxBytes);
  request.authorization = "Bearer x";
  EXPECT_EQ(body_limit(policy, request), ledger::kSubmissionSizeMaxBytes);
  EXPECT_LT(body_limit(policy, site.request(Method::kGet, kEvents)), 2048U);
}

TEST_F(SubmitTest, OtherMediaTypesAreTurnedAway) {
  const auto before = size();
  for (const char* type : {"", "text/plain", "application/octet-stream", "multipart/form-data",
                           "application/x-www-form-urlencoded", "application/jsonp"}) {
    const auto response = send_body(json_body(mark("5")), type);
    EXPECT_EQ(response.status, 415U) << type;
    EXPECT_EQ(problem_of(response), "unsupported-media-type");
  }
  EXPECT_EQ(size(), before);
}

// --- Load, and the end -----------------------------------------------------------------------------------------------

TEST_F(SubmitTest, AStrangerMaySpeakButNotWithoutEnd) {
  auto submission = topics(ledger::kStatementsPerRequestMax);
  submission.statements[0].signature.bytes[0] ^= 1;
  const std::string body(as_text(write_submission_buffer(submission)));
  unsigned status = 401;
  int requests = 0;
  while (status == 401 && requests < 100) {
    status = send_body(body, std::string(kStatementsMediaType)).status;
    ++requests;
  }
  EXPECT_EQ(status, 429U);
  EXPECT_GT(requests, 5) << "an offline day's entries go in at once";
  const auto limited = send_body(body, std::string(kStatementsMediaType));
  EXPECT_NE(header_of(limited, "Retry-After"), "");
  EXPECT_EQ(send_body(body, std::string(kStatementsMediaType), {}, site.sign_in(licey, ivan)).status, 401U)
      << "those who are signed in are not held up by strangers";
}

TEST_F(SubmitTest, AServerThatStopsSaysWhenToComeBack) {
  const auto submission = mark("5");
  const auto before = size();
  site.live().engine().stop();
  const auto response = send(submission);
  EXPECT_EQ(response.status, 503U) << body_of(response);
  EXPECT_NE(header_of(response, "Retry-After"), "");
  EXPECT_EQ(size(), before);
}

// --- statements:encode -----------------------------------------------------------------------------------------------

class EncodeTest : public SubmitTest {
 protected:
  Response encode(std::string_view json) { return site.post("/v1/schools/licey29/statements:encode", json, token); }
  static Bytes bytes_of(const Response& response, const char* field) {
    return from_base64(std::string_view(json_of(response).at(field).as_string())).value();
  }
  std::string mark_json(const std::string& value, const std::string& envelope = {}) {
    return R"({"type":"mark_given","student":")" + hex(masha.id) + R"(","work":")" + hex(work) + R"(","value":")" +
           value + "\"" + (envelope.empty() ? "" : ",\"envelope\":" + envelope) + "}";
  }
  std::string token = site.sign_in(licey, ivan);
};

TEST_F(EncodeTest, TheBytesAreThoseOfTheLedgersOwnEncoder) {
  ledger::Statement statement;
  statement.origin = licey.origin();
  statement.id = site.live().random().id();
  statement.author = ivan.id;
  statement.acting_as = Role::kTeacher;
  statement.key = ivan.key->id();
  statement.chain = site.live().random().id();
  statement.number = 3;
  statement.previous = site.live().random().fixed<Hash>();
  statement.salt = site.live().random().id();
  statement.seen = licey.seen();
  statement.claimed_at = test::LiveEngine::local("2026-09-01 10:31");
  statement.basis = ledger::Basis{"order", "12"};
  statement.body = ledger::MarkGiven{work, 0, masha.id, "5"};
  const auto text = [](const auto& fixed) { return "\"" + to_hex(fixed.view()) + "\""; };
  const std::string envelope = R"({"id":)" + text(statement.id) + R"(,"acting_as":"teacher","chain":)" +
                               text(statement.chain) + R"(,"number":3,"previous":)" + text(statement.previous) +
                               R"(,"salt":)" + text(statement.salt) + R"(,"seen":{"size":)" +
                               std::to_string(statement.seen->size) + R"(,"root":)" + text(statement.seen->root) +
                               R"(},"claimed_at":"2026-09-01T10:31:00+03:00","basis":{"kind":"order","number":"12"}})";
  const auto response = encode(mark_json("5", envelope));
  ASSERT_EQ(response.status, 200U) << body_of(response);
  const Bytes expected = ledger::encode(statement);
  EXPECT_EQ(bytes_of(response, "statement"), expected);
  Bytes message;
  append(message, as_bytes("letopis/statement/v1"));
  message.push_back(0);
  append(message, expected);
  EXPECT_EQ(bytes_of(response, "message"), message);
  const auto decoded = ledger::decode_statement(expected).value();
  EXPECT_EQ(json_of(response).at("decoded"), boost::json::parse(ledger::statement_json(decoded)));
}

TEST_F(EncodeTest, WhatIsLeftOutIsFilledInAndTheResultMayBeSigned) {
  const auto before = size();
  const auto response = encode(mark_json("5"));
  ASSERT_EQ(response.status, 200U) << body_of(response);
  EXPECT_EQ(size(), before);
  const Bytes bytes = bytes_of(response, "statement");
  const auto statement = ledger::decode_statement(bytes).value();
  EXPECT_EQ(statement.author, ivan.id);
  EXPECT_EQ(statement.key, ivan.key->id());
  EXPECT_EQ(statement.acting_as, Role::kTeacher);
  EXPECT_EQ(statement.number, 1U);
  EXPECT_EQ(statement.seen->size, before);
  RawSubmission submission;
  submission.statements.push_back({bytes, ivan.key->sign(bytes_of(response, "message"))});
  const auto sent = send(submission);
  ASSERT_EQ(sent.status, 201U) << body_of(sent);
  EXPECT_EQ(item(sent).at("verdict").as_string(), "accepted") << body_of(sent);
}

TEST_F(EncodeTest, ItKeepsNothing) {
  const auto entries = size();
  const std::string json = R"({"type":"remark_recorded","student":")" + hex(masha.id) + R"(","lesson":")" +
                           hex(lesson) + R"(","envelope":{"sealed":[{"field":"remark","person":")" + hex(masha.id) +
                           R"(","text":"Дрался"}]}})";
  const auto first = json_of(encode(json));
  const auto second = json_of(encode(json));
  EXPECT_NE(first.at("statement"), second.at("statement")) << "fresh ids and salts";
  ASSERT_EQ(first.at("texts").as_array().size(), 1U);
  const auto& text = first.at("texts").at(0);
  EXPECT_EQ(text.at("text").as_string(), "Дрался");
  EXPECT_NE(text.at("salt"), second.at("texts").at(0).at("salt"));
  const auto salt = fixed_from_hex<Hash>(std::string_view(text.at("salt").as_string())).value();
  EXPECT_FALSE(licey.school().sealed_text(ledger::sealed_commitment("remark", salt, "Дрался")));
  EXPECT_EQ(size(), entries);
  const Bytes bytes = from_base64(std::string_view(first.at("statement").as_string())).value();
  EXPECT_EQ(as_text(bytes).find("Дрался"), std::string_view::npos);
  const auto statement = ledger::decode_statement(bytes).value();
  ASSERT_EQ(statement.commitments.size(), 1U);
  EXPECT_EQ(statement.commitments[0].digest, ledger::sealed_commitment("remark", salt, "Дрался"));
}

TEST_F(EncodeTest, WhatCannotBeSaidIsNamed) {
  const auto problem_with = [&](const std::string& json) {
    const auto response = encode(json);
    EXPECT_EQ(response.status, 400U) << json;
    return problem_of(response);
  };
  EXPECT_EQ(problem_with("{"), "malformed");
  EXPECT_EQ(problem_with(R"({"type":"mark_stolen"})"), "unknown-type");
  EXPECT_EQ(problem_with(R"({"type":"topic_set","lesson":")" + hex(lesson) + R"(","text":"t","colour":"red"})"),
            "unknown-field");
  EXPECT_EQ(problem_with(mark_json("5", R"({"acting_as":"king"})")), "unknown-value");
  EXPECT_EQ(problem_with(mark_json("5", R"({"origin":"elsewhere.example/log/x"})")), "other-origin");
  const auto detail =
      json_of(encode(R"({"type":"mark_given","work":")" + hex(work) + R"(","student":"5","value":"5"})"))
          .at("technical")
          .as_string();
  EXPECT_NE(std::string_view(detail).find("student"), std::string_view::npos) << detail;
}

TEST_F(EncodeTest, EveryTypeOfStatementCanBeEncoded) {
  for (std::size_t i = 1; i < ledger::kBodyCount; ++i) {
    const std::string type(ledger::kBodyNames[i]);
    const auto example = commands::example_json(type);
    ASSERT_TRUE(example) << type;
    auto json = boost::json::parse(*example).as_object();
    if (auto* envelope = json.if_contains("envelope")) envelope->as_object().erase("origin");
    const auto response = encode(boost::json::serialize(json));
    EXPECT_EQ(response.status, 200U) << type << body_of(response);
    if (response.status == 200) {
      EXPECT_EQ(json_of(response).at("decoded").at("type").as_string(), type);
    }
  }
}

}  // namespace
}  // namespace letopis::server::testing
