// What is signed must have one meaning: the codec against FlatBuffers' own generated code, and against every kind of damage.

#include <gtest/gtest.h>

#include <cstdio>

#include "ledger/schema/codec.h"
#include "ledger/schema/describe.h"
#include "letopis_generated.h"
#include "signing/base/random.h"

namespace letopis::ledger {
namespace {

Statement mark_statement(SeededRandom& random) {
  Statement statement;
  statement.origin = "journal.example.org/log/s1";
  statement.id = random.id();
  statement.author = random.id();
  statement.acting_as = Role::kTeacher;
  statement.key = random.id();
  statement.chain = random.id();
  statement.number = 7;
  statement.previous = random.fixed<Hash>();
  statement.salt = random.id();
  statement.seen = Seen{12, random.fixed<Hash>()};
  statement.claimed_at = Instant::from_seconds(1'700'000'000);
  statement.body = MarkGiven{random.id(), 1, random.id(), "5"};
  return statement;
}

TEST(Codec, RoundTripKeepsEveryField) {
  SeededRandom random(1);
  Statement statement = mark_statement(random);
  statement.basis =
      Basis{"protocol", "12", Date{20000}, "director", "order 5", {random.id(), random.id()}, random.fixed<Hash>()};
  statement.refs = {Ref{random.id(), random.fixed<Hash>()}};
  statement.commitments = {Commitment{"reason", random.id(), random.fixed<Hash>()},
                           Commitment{"name", random.id(), random.fixed<Hash>()}};
  const Bytes bytes = encode(statement);
  const auto decoded = decode_statement(bytes);
  ASSERT_TRUE(decoded) << decoded.error().text();
  EXPECT_EQ(encode(*decoded), bytes);
  EXPECT_EQ(statement_json(*decoded), statement_json(statement));
  EXPECT_EQ(std::get<MarkGiven>(decoded->body).value, "5");
  EXPECT_EQ(decoded->basis->members.size(), 2U);
}

// Thirty-two shapes of one table, and the first once more: as many vtables, each shared by all of its shape.
TEST(Codec, TablesOfManyShapesShareTheirVtables) {
  SeededRandom random(23);
  Statement statement = mark_statement(random);
  InspectionHeld held;
  held.kind = "monthly";
  held.from = held.to = Date{20'000};
  for (unsigned i = 0; i <= 64; ++i) {
    const unsigned shape = i % 32;
    Finding finding;
    finding.kind = "topics";
    if ((shape & 1) != 0) finding.number = static_cast<std::uint16_t>(i);
    if ((shape & 2) != 0) finding.teacher = random.id();
    if ((shape & 4) != 0) finding.group = random.id();
    if ((shape & 8) != 0) finding.lesson = random.id();
    if ((shape & 16) != 0) finding.due = Date{20'001};
    held.findings.push_back(finding);
  }
  statement.body = held;
  const Bytes bytes = encode(statement);
  const auto decoded = decode_statement(bytes);
  ASSERT_TRUE(decoded) << decoded.error().text();
  EXPECT_EQ(encode(*decoded), bytes);
  EXPECT_EQ(statement_json(*decoded), statement_json(statement));
}

TEST(Codec, TheGeneratedReaderSeesTheSame) {
  SeededRandom random(2);
  const Statement statement = mark_statement(random);
  const Bytes bytes = encode(statement);
  flatbuffers::Verifier verifier(bytes.data(), bytes.size());
  ASSERT_TRUE(verifier.VerifySizePrefixedBuffer<schema::Statement>("LTST"));
  const auto* read = flatbuffers::GetSizePrefixedRoot<schema::Statement>(bytes.data());
  EXPECT_EQ(read->origin()->string_view(), statement.origin);
  EXPECT_EQ(read->number(), 7U);
  ASSERT_EQ(read->body_type(), schema::Body_MarkGiven);
  EXPECT_EQ(read->body_as_MarkGiven()->value()->string_view(), "5");
  EXPECT_EQ(std::memcmp(read->body_as_MarkGiven()->student()->bytes()->data(),
                        std::get<MarkGiven>(statement.body).student.bytes.data(), 16),
            0);
}

TEST(Codec, ReadsWhatTheGeneratedBuilderWrites) {
  flatbuffers::FlatBufferBuilder builder;
  const std::array<std::uint8_t, 16> sixteen{1};
  const std::array<std::uint8_t, 32> thirty_two{2};
  const schema::Id id{flatbuffers::span<const std::uint8_t, 16>(sixteen)};
  const schema::Hash hash{flatbuffers::span<const std::uint8_t, 32>(thirty_two)};
  const auto text = builder.CreateString("Закон Ома");
  schema::TopicSetBuilder topic(builder);
  topic.add_lesson(&id);
  topic.add_text(text);
  const auto body = topic.Finish();
  schema::SeenBuilder seen_builder(builder);
  seen_builder.add_root(&hash);
  const auto seen = seen_builder.Finish();
  const auto origin = builder.CreateString("o");
  schema::StatementBuilder statement(builder);
  statement.add_origin(origin);
  statement.add_id(&id);
  statement.add_acting_as(schema::Role_teacher);
  statement.add_key(&id);
  statement.add_chain(&id);
  statement.add_salt(&id);
  statement.add_seen(seen);
  statement.add_body_type(schema::Body_TopicSet);
  statement.add_body(body.Union());
  builder.FinishSizePrefixed(statement.Finish(), "LTST");
  const auto decoded = decode_statement({builder.GetBufferPointer(), builder.GetSize()});
  ASSERT_TRUE(decoded) << decoded.error().text();
  EXPECT_EQ(std::get<TopicSet>(decoded->body).text, "Закон Ома");
}

TEST(Codec, TrailingBytesAndShortBuffersAreRefused) {
  SeededRandom random(3);
  Bytes bytes = encode(mark_statement(random));
  Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_EQ(decode_statement(longer).error().code, "malformed");
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_statement(ByteView(bytes).first(size))) << size;
  EXPECT_EQ(decode_statement(Bytes(kStatementSizeMaxBytes + 1)).error().code, "too_large");
}

// A flipped bit may give another valid statement (another id, say), but never one that FlatBuffers' own verifier would
// refuse, and the same meaning only where a table's size counts or leaves out padding (two or three low bits a table).
TEST(Codec, EveryFlippedBitIsRefusedOrMeansSomethingElse) {
  SeededRandom random(4);
  Statement statement = mark_statement(random);
  statement.commitments = {Commitment{"reason", random.id(), random.fixed<Hash>()}};
  const Bytes bytes = encode(statement);
  const std::string meaning = statement_json(*decode_statement(bytes));
  std::size_t same_meaning = 0;
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes damaged = bytes;
    damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ (1U << (bit % 8)));
    const auto decoded = decode_statement(damaged);
    if (!decoded) continue;
    if (statement_json(*decoded) == meaning) ++same_meaning;
    flatbuffers::Verifier verifier(damaged.data(), damaged.size());
    EXPECT_TRUE(verifier.VerifySizePrefixedBuffer<schema::Statement>("LTST")) << "bit " << bit;
  }
  constexpr std::size_t kTables = 4;  // statement, seen, commitment, body
  EXPECT_LE(same_meaning, kTables * 3);
}

TEST(Codec, UnreferencedBytesAreRefused) {
  SeededRandom random(5);
  // A string nobody refers to, made with the library's own builder.
  flatbuffers::FlatBufferBuilder builder;
  builder.CreateString("hidden message");
  const auto statement_bytes = builder.CreateVector(std::vector<std::uint8_t>{1, 2, 3});
  const std::array<std::uint8_t, 64> sixty_four{3};
  const schema::Signature signature{flatbuffers::span<const std::uint8_t, 64>(sixty_four)};
  schema::EventBuilder event(builder);
  event.add_statement(statement_bytes);
  event.add_signature(&signature);
  event.add_verdict(schema::Verdict_accepted);
  builder.FinishSizePrefixed(event.Finish(), "LTEV");
  const auto decoded = decode_event({builder.GetBufferPointer(), builder.GetSize()});
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().detail, "bytes that nothing refers to");
}

TEST(Codec, UnknownEnumValuesAndTypesAreRefused) {
  SeededRandom random(6);
  Statement statement = mark_statement(random);
  statement.acting_as = static_cast<Role>(200);
  EXPECT_EQ(decode_statement(encode(statement)).error().code, "unknown_value");
  statement.acting_as = static_cast<Role>(0);
  EXPECT_FALSE(decode_statement(encode(statement)));
}

// INT32_MIN and INT32_MAX once passed, and their difference is no int32.
TEST(Codec, DatesOutsideTheCalendarAreRefused) {
  SeededRandom random(4);
  Statement statement = mark_statement(random);
  const auto with = [&](std::int32_t from, std::int32_t to) {
    statement.body = AbsenceExcused{random.id(), Date{from}, Date{to}, true, {}};
    const auto decoded = decode_statement(encode(statement));
    return decoded ? std::string("fine") : decoded.error().code;
  };
  EXPECT_EQ(with(-kDateDaysMax, kDateDaysMax), "fine");
  EXPECT_EQ(with(-kDateDaysMax - 1, 0), "out_of_range");
  EXPECT_EQ(with(0, kDateDaysMax + 1), "out_of_range");
  EXPECT_EQ(with(INT32_MIN, INT32_MAX), "out_of_range");
  statement.effective_from = Date{INT32_MAX};
  EXPECT_EQ(with(1, 2), "out_of_range") << "the envelope's dates as well";
}

TEST(Codec, TextsMustBeCleanUtf8) {
  EXPECT_TRUE(valid_text("Тема: «Закон Ома»\nстр. 12"));
  EXPECT_FALSE(valid_text("bell\a"));
  EXPECT_FALSE(valid_text("\xc0\xaf"));          // overlong
  EXPECT_FALSE(valid_text("\xed\xa0\x80"));      // surrogate
  EXPECT_FALSE(valid_text("\xf4\x90\x80\x80"));  // beyond Unicode
  EXPECT_FALSE(valid_text("\xd0"));              // cut
  EXPECT_FALSE(valid_text("\xc2\x85"));          // C1 control
  SeededRandom random(7);
  Statement statement = mark_statement(random);
  statement.body = MarkGiven{random.id(), 1, random.id(), "5\x01"};
  EXPECT_EQ(decode_statement(encode(statement)).error().code, "malformed");
}

// Fills every member with something, so that each body passes through both directions.
class FillVisitor {
 public:
  explicit FillVisitor(SeededRandom& random) : random_(random) {}
  template <class T>
  void field(unsigned, const char*, T& member, bool) {
    fill(member);
  }

 private:
  void fill(bool& v) { v = true; }
  template <std::integral T>
  void fill(T& v) {
    v = static_cast<T>(random_.next_u64() % 100 + 1);
  }
  template <class T>
  requires std::is_enum_v<T>
  void fill(T& v) { v = static_cast<T>(random_.below(std::size(names_of(T{}))) + 1); }
  void fill(Date& v) { v.days = 20000; }
  void fill(Instant& v) { v.micros = 1'700'000'000'000'000; }
  void fill(Minute& v) { v.value = 500; }
  void fill(std::string_view& v) { v = "текст"; }
  void fill(ByteView& v) { v = as_bytes("bytes"); }
  template <std::size_t N, class Tag>
  void fill(FixedBytes<N, Tag>& v) {
    random_.fill(v.bytes);
  }
  template <class T>
  void fill(std::optional<T>& v) {
    T::visit(v.emplace(), *this);
  }
  template <class T>
  void fill(std::vector<T>& v) {
    v.resize(2);
    for (auto& item : v) {
      if constexpr (requires { T::kSize; })
        fill(item);
      else
        T::visit(item, *this);
    }
  }
  SeededRandom& random_;
};

template <std::size_t I>
void round_trip_alternative(SeededRandom& random) {
  Statement statement = mark_statement(random);
  auto& body = statement.body.emplace<I>();
  FillVisitor fill(random);
  std::decay_t<decltype(body)>::visit(body, fill);
  const Bytes bytes = encode(statement);
  const auto decoded = decode_statement(bytes);
  ASSERT_TRUE(decoded) << kBodyNames[I] << ": " << decoded.error().text();
  EXPECT_EQ(decoded->body.index(), I);
  EXPECT_EQ(statement_json(*decoded), statement_json(statement));
  flatbuffers::Verifier verifier(bytes.data(), bytes.size());
  ASSERT_TRUE(verifier.VerifySizePrefixedBuffer<schema::Statement>("LTST")) << kBodyNames[I];
  // The generated code gives the union member the same name as ours.
  const auto* read = flatbuffers::GetSizePrefixedRoot<schema::Statement>(bytes.data());
  std::string generated(schema::EnumNameBody(read->body_type()));
  std::string snake;
  for (const char c : generated) {
    if (c >= 'A' && c <= 'Z') {
      if (!snake.empty()) snake += '_';
      snake += static_cast<char>(c - 'A' + 'a');
    } else {
      snake += c;
    }
  }
  EXPECT_EQ(snake, kBodyNames[I]);
}
template <std::size_t... I>
void round_trip_all(SeededRandom& random, std::index_sequence<I...>) {
  (round_trip_alternative<I + 1>(random), ...);
}

TEST(Codec, EveryTypeOfStatementPassesBothWays) {
  SeededRandom random(8);
  round_trip_all(random, std::make_index_sequence<kBodyCount - 1>{});
}

SubmissionBuffer submission_of(const Bytes& statement, std::size_t count) {
  SubmissionBuffer submission;
  Signature signature;
  signature.bytes.fill(7);
  for (std::size_t i = 0; i < count; ++i) submission.statements.push_back({statement, signature});
  return submission;
}

TEST(Codec, ASubmissionRoundTripsAndIsReadByTheGeneratedCode) {
  SeededRandom random(9);
  const Bytes statement = encode(mark_statement(random));
  SubmissionBuffer submission = submission_of(statement, 2);
  submission.texts = {{"reason", random.fixed<Hash>(), "опечатка"}};
  const Bytes blob(100'000, 5);
  submission.blobs = {{blob}};
  const Bytes bytes = encode(submission);
  const auto decoded = decode_submission(bytes);
  ASSERT_TRUE(decoded) << decoded.error().text();
  ASSERT_EQ(decoded->statements.size(), 2U);
  EXPECT_TRUE(equal(decoded->statements[1].bytes, statement));
  EXPECT_EQ(decoded->texts[0].text, "опечатка");
  EXPECT_TRUE(equal(decoded->blobs[0].bytes, blob));
  flatbuffers::Verifier verifier(bytes.data(), bytes.size());
  EXPECT_TRUE(verifier.VerifySizePrefixedBuffer<schema::Submission>("LTSB"));
  EXPECT_EQ(flatbuffers::GetSizePrefixedRoot<schema::Submission>(bytes.data())->statements()->size(), 2U);
}

TEST(Codec, ASubmissionIsAsStrictAsAStatement) {
  SeededRandom random(10);
  const Bytes statement = encode(mark_statement(random));
  Bytes bytes = encode(submission_of(statement, 1));
  EXPECT_FALSE(decode_submission(statement)) << "another identifier";
  for (std::size_t size = 0; size < bytes.size(); ++size)
    ASSERT_FALSE(decode_submission(ByteView(bytes).first(size))) << size;
  bytes.push_back(0);
  EXPECT_FALSE(decode_submission(bytes)) << "a trailing byte";
  EXPECT_EQ(decode_submission(encode(submission_of(statement, 0))).error().code, "malformed");
  EXPECT_TRUE(decode_submission(encode(submission_of(statement, kStatementsPerRequestMax))));
  EXPECT_EQ(decode_submission(encode(submission_of(statement, kStatementsPerRequestMax + 1))).error().code,
            "too_large");
  EXPECT_EQ(decode_submission(Bytes(kSubmissionSizeMaxBytes + 1)).error().code, "too_large");
}

// Byte by byte, as RFC 8259 has it.
std::string escaped_naively(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    char escape[8];
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      out.append(escape, static_cast<std::size_t>(std::snprintf(escape, sizeof escape, "\\u%04x", c)));
    else
      out += c;
  }
  return out + '"';
}

TEST(Describe, EveryByteIsEscapedAtEveryPlace) {
  for (int byte = 0; byte < 256; ++byte)
    for (std::size_t size = 1; size <= 20; ++size)
      for (std::size_t at = 0; at < size; ++at) {
        std::string text(size, 'a');
        text[at] = static_cast<char>(byte);
        ASSERT_EQ(json_string(text), escaped_naively(text)) << byte << " at " << at << " of " << size;
      }
}

TEST(Describe, AnyMixtureOfBytesIsEscaped) {
  SeededRandom random(5);
  constexpr std::string_view kOften = "\"\\\n\t !#[]~\x7f\x1f\x80\xff";  // what must be escaped, and its neighbours
  for (int round = 0; round < 2000; ++round) {
    Bytes choices(round % 64);
    random.fill(choices);
    std::string text;
    for (const auto choice : choices) text += choice < 128 ? kOften[choice % kOften.size()] : static_cast<char>(choice);
    ASSERT_EQ(json_string(text), escaped_naively(text));
  }
}

}  // namespace
}  // namespace letopis::ledger
