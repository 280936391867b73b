// Statements as people write them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/statement_json.h"
#include "ledger/schema/codec.h"
#include "ledger/schema/describe.h"

namespace letopis::commands {
namespace {

using namespace ledger;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kWork = "00112233445566778899aabbccddeeff";
constexpr std::string_view kStudent = "ffeeddccbbaa99887766554433221100";

std::string mark(std::string_view rest = {}) {
  return R"({"type":"mark_given","work":")" + std::string(kWork) + R"(","student":")" + std::string(kStudent) +
         R"(","value":"5")" + std::string(rest) + "}";
}
std::string why_not(std::string_view json) {
  const auto read = read_statement_json(json);
  return read ? "read" : read.error().text();
}

// Fills in what only a signer knows.
void complete(Statement& statement) {
  SeededRandom random(1);
  statement.origin = "journal.example.org/log/s1";
  statement.id = random.id();
  statement.key = random.id();
  statement.chain = random.id();
  statement.number = 1;
  statement.salt = random.id();
  statement.seen = Seen{1, random.fixed<Hash>()};
}

TEST(StatementJson, ReadsAMark) {
  const auto read = read_statement_json(mark());
  ASSERT_TRUE(read) << read.error().text();
  const auto& body = std::get<MarkGiven>(read->statement.body);
  EXPECT_EQ(to_hex(body.work.view()), kWork);
  EXPECT_EQ(to_hex(body.student.view()), kStudent);
  EXPECT_EQ(body.value, "5");
}

TEST(StatementJson, WhatWeWriteIsReadBack) {
  auto read = read_statement_json(mark(
      R"(,"part":2,"envelope":{"acting_as":"teacher","claimed_at":"2026-09-01T09:00:00+03:00","effective_from":"2026-09-02",)"
      R"("basis":{"kind":"protocol","number":"7","members":["00112233445566778899aabbccddeeff"]}})"));
  ASSERT_TRUE(read) << read.error().text();
  complete(read->statement);
  const std::string written = statement_json(read->statement);
  const auto again = read_statement_json(written);
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(statement_json(again->statement), written);
  EXPECT_EQ(encode(again->statement), encode(read->statement));
}

TEST(StatementJson, EveryTypeHasAnExampleThatEncodes) {
  SeededRandom random(2);
  for (std::size_t type = 1; type < kBodyCount; ++type) {
    const auto example = example_json(kBodyNames[type]);
    ASSERT_TRUE(example);
    auto read = read_statement_json(*example);
    ASSERT_TRUE(read) << *example << "\n" << read.error().text();
    EXPECT_EQ(read->statement.body.index(), type);
    complete(read->statement);
    const auto texts = read->seal(random);
    EXPECT_EQ(texts.size(), read->statement.commitments.size());
    const Bytes bytes = encode(read->statement);
    const auto decoded = decode_statement(bytes);
    ASSERT_TRUE(decoded) << *example << "\n" << decoded.error().text();
    // A document is named whole, or the example would be refused for it.
    if (const auto& basis = decoded->basis) {
      EXPECT_FALSE(basis->kind.empty() || basis->number.empty()) << *example;
      EXPECT_NE(basis->date.days, 0) << *example;
    }
    EXPECT_EQ(example->find("…\""), std::string::npos) << *example << " has a field without an example";
  }
  EXPECT_EQ(example_json("mark_taken").error().code, "unknown_type");
}

TEST(StatementJson, ErrorsNameThePlaceAndTheReason) {
  EXPECT_EQ(why_not("[]"), "malformed: a statement is a JSON object");
  EXPECT_EQ(why_not("{"), "malformed: not JSON: incomplete JSON");
  EXPECT_EQ(why_not("{}"), "malformed: type: missing");
  EXPECT_THAT(why_not(R"({"type":"mark_taken"})"),
              AllOf(StartsWith("unknown_type: type: “mark_taken” is no type of statement"), HasSubstr("mark_given")));
  EXPECT_EQ(why_not(R"({"type":"mark_given"})"), "malformed: mark_given.work: missing");
  const std::string excuse = R"({"type":"absence_excused","student":"0123456789abcdef0123456789abcdef")";
  EXPECT_EQ(why_not(excuse + "}"), "malformed: absence_excused.excused: missing") << "or it would mean the opposite";
  EXPECT_TRUE(read_statements_json(excuse + R"(,"excused":false})", 1)) << "said is said";
  EXPECT_EQ(why_not(R"({"type":"mark_given","work":"00"})"),
            "malformed: mark_given.work: expected 32 hexadecimal digits");
  EXPECT_EQ(why_not(mark(R"(,"colour":1)")), "unknown_field: mark_given.colour: no such field");
  EXPECT_EQ(why_not(mark(R"(,"part":256)")), "malformed: mark_given.part: expected a whole number from 0 to 255");
  EXPECT_EQ(why_not(mark(R"(,"part":1.5)")), "malformed: mark_given.part: expected a whole number from 0 to 255");
  EXPECT_EQ(why_not(mark(R"(,"envelope":{"acting_as":"king"})")),
            "unknown_value: envelope.acting_as: “king” is not one of its values");
  EXPECT_EQ(why_not(mark(R"(,"envelope":{"basis":{}})")), "malformed: envelope.basis.kind: missing");
  EXPECT_EQ(why_not(mark(R"(,"envelope":{"refs":[{"id":1}]})")),
            "malformed: envelope.refs[0].id: expected hexadecimal digits");
  EXPECT_EQ(why_not(mark(R"(,"envelope":{"sealed":[{"field":"reason"}]})")),
            "malformed: envelope.sealed[0].person: missing");
  EXPECT_EQ(why_not(R"({"type":"topic_set","lesson":")" + std::string(kWork) + R"(","text":"a\u0007"})"),
            "malformed: topic_set.text: a text that is not clean UTF-8");
}

TEST(StatementJson, AnArrayNamesTheStatementThatIsWrong) {
  const auto read = read_statements_json("[" + mark() + "," + mark() + "]", 2);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->size(), 2U);
  EXPECT_THAT(read_statements_json("[" + mark() + R"(,{"type":"x"}])", 2).error().detail,
              StartsWith("statement 2: type: “x” is no type of statement"));
  EXPECT_EQ(read_statements_json("[" + mark() + "," + mark() + "]", 1).error().code, "too_large");
  EXPECT_EQ(read_statements_json(mark(), 1)->size(), 1U);
}

TEST(StatementJson, SealedTextsBecomeCommitments) {
  auto read = read_statement_json(mark(R"(,"envelope":{"sealed":[{"field":"reason","person":")" +
                                       std::string(kStudent) + R"(","text":"опечатка"}]})"));
  ASSERT_TRUE(read);
  SeededRandom random(3);
  const auto texts = read->seal(random);
  ASSERT_EQ(texts.size(), 1U);
  ASSERT_EQ(read->statement.commitments.size(), 1U);
  EXPECT_EQ(read->statement.commitments[0].digest, sealed_commitment("reason", texts[0].salt, "опечатка"));
  EXPECT_FALSE(texts[0].salt.is_zero());
}

TEST(StatementJson, NestingIsBounded) {
  EXPECT_EQ(why_not(std::string(100, '[') + std::string(100, ']')).substr(0, 9), "malformed");
  EXPECT_EQ(why_not(std::string(kStatementJsonSizeMaxBytes + 1, ' ')).substr(0, 9), "too_large");
}

}  // namespace
}  // namespace letopis::commands
