#include "signing/note.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace letopis::signing {
namespace {

using ::testing::ElementsAre;

// C2SP signed-note v1.0.0, section "Example".
constexpr std::string_view kExampleKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr std::string_view kExampleNote =
    "This is an example message.\n"
    "\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

// C2SP signed-note v1.0.0, its first note: an empty line inside the text.
constexpr std::string_view kPoem =
    "Ognuno sta solo sul cuor della terra\n"
    "trafitto da un raggio di sole:\n"
    "\n"
    "ed è subito sera.\n"
    "\n"
    "— quasimodo.example/salvatore "
    "NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";

// C2SP tlog-cosignature, its first checkpoint.
constexpr std::string_view kCheckpointText =
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
constexpr std::string_view kCosignedCheckpoint =
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 "
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

// The two lines below were made by another implementation (Python's cryptography over OpenSSL, following the text of
// the two specifications) with the seed of RFC 8032's first test, over the checkpoint above.
constexpr std::string_view kSeed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
constexpr std::string_view kWitnessName = "witness.example.com/w1";
constexpr std::string_view kWitnessKey = "witness.example.com/w1+7e6f4aaa+BNdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
constexpr std::string_view kWitnessLine =
    "— witness.example.com/w1 "
    "fm9KqgAAAABkGFDL+TPmh4BYuAjsYRoqMJCWb/gWJaeRF/kmm5tlCr9sJ57DLErur7K0yDXc2ArN+TIuotuB/HbuL3AJsp3bv/aNCQ==\n";
constexpr std::int64_t kWitnessTime = 1679315147;
constexpr std::string_view kLogName = "example.com/behind-the-sofa";
constexpr std::string_view kLogKey =
    "example.com/behind-the-sofa+f8fa5254+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
constexpr std::string_view kLogLine =
    "— example.com/behind-the-sofa "
    "+PpSVFNUsAicB1wXCuc36HrmzCfBx1ATQpTulWd9U006OEpyCvIVj2pM8CIzKlzXWcwxIO/VAQzkCO8DZUY5tlFX6QQ=\n";

KeyPair key_for(Purpose purpose) { return KeyPair::from_seed(purpose, fixed_from_hex<Hash>(kSeed).value().bytes); }
VerifierKey vkey(std::string_view text) { return parse_vkey(text).value(); }
std::string text(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const auto part : parts) all += part;
  return all;
}
// "ok", or the code of the error: what a test compares.
template <class T>
std::string outcome(const Result<T>& result) {
  return result ? "ok" : result.error().code;
}
std::string opened(std::string_view note, const std::vector<VerifierKey>& known) {
  return outcome(verify_note(parse_note(note).value(), known));
}

TEST(NoteExample, OpensWithItsKey) {
  const auto note = parse_note(kExampleNote);
  ASSERT_TRUE(note) << note.error().text();
  EXPECT_EQ(note->text, "This is an example message.\n");
  const auto verified = verify_note(*note, {vkey(kExampleKey)});
  ASSERT_TRUE(verified) << verified.error().text();
  EXPECT_THAT(*verified, ElementsAre(Verified{0, 0}));
}

TEST(NoteExample, ThePoemSplitsAtTheLastEmptyLine) {
  const auto note = parse_note(kPoem);
  ASSERT_TRUE(note) << note.error().text();
  EXPECT_TRUE(note->text.ends_with("sole:\n\ned è subito sera.\n"));
  ASSERT_EQ(note->signatures.size(), 1U);
  EXPECT_EQ(note->signatures[0].name, "quasimodo.example/salvatore");
  EXPECT_EQ(note->signatures[0].key_id, 0x367ba04bU);
  EXPECT_EQ(note->signatures[0].signature.size(), 64U);
}

TEST(NoteExample, EveryPublishedNoteEncodesToItself) {
  for (const auto published : {kExampleNote, kPoem, kCosignedCheckpoint}) {
    const auto note = parse_note(published);
    ASSERT_TRUE(note) << note.error().text();
    EXPECT_EQ(note->encode(), published);
  }
}

TEST(NoteExample, ThePublishedCosignatureCarriesItsTime) {
  const auto note = parse_note(kCosignedCheckpoint).value();
  EXPECT_EQ(note.text, kCheckpointText);
  ASSERT_EQ(note.signatures.size(), 2U);
  const auto& cosignature = note.signatures[1];
  ASSERT_EQ(cosignature.signature.size(), 8U + 64U);
  EXPECT_EQ(get_big_endian(ByteView(cosignature.signature).first(8)), 1679315147U);  // the specification's own number
}

TEST(NoteExample, EveryFlippedBitOfTextOrSignatureIsNoticed) {
  for (std::size_t at = 0; at < kExampleNote.find('\n'); ++at)
    for (const int bit : {1, 2, 4, 8, 16}) {
      std::string damaged(kExampleNote);
      damaged[at] = static_cast<char>(damaged[at] ^ bit);
      const auto note = parse_note(damaged);
      EXPECT_TRUE(!note || !verify_note(*note, {vkey(kExampleKey)})) << damaged;
    }
  auto note = parse_note(kExampleNote).value();
  for (std::size_t bit = 0; bit < 512; ++bit) {
    auto damaged = note;
    damaged.signatures[0].signature[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_EQ(outcome(verify_note(damaged, {vkey(kExampleKey)})), "bad_signature");
  }
}

TEST(VerifierKey, TheExampleReadsAndWritesBack) {
  const auto key = parse_vkey(kExampleKey);
  ASSERT_TRUE(key) << key.error().text();
  EXPECT_EQ(key->name, "example.com/foo");
  EXPECT_EQ(key->type, kNoteTypeEd25519);
  EXPECT_EQ(key->id(), 0x530d903aU);
  EXPECT_EQ(key->text(), kExampleKey);
}

// A witness in service, as it stands in the tests of transparency-dev/formats.
TEST(VerifierKey, ACosignersKeyReadsAndWritesBack) {
  constexpr std::string_view kRemora = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";
  const auto key = parse_vkey(kRemora);
  ASSERT_TRUE(key) << key.error().text();
  EXPECT_EQ(key->type, kNoteTypeCosignature);
  EXPECT_EQ(key->id(), 0xda77ade7U);
  EXPECT_EQ(key->text(), kRemora);
}

TEST(VerifierKey, OnlyTheFirstTwoPlusSignsSeparate) {
  // Seeds until the base64 of a key holds a plus sign of its own.
  SeededRandom random(31);
  for (int i = 0; i < 200; ++i) {
    const auto key = vkey_of("example.com/log", kNoteTypeEd25519, KeyPair::generate(Purpose::kLog, random));
    const auto written = key.text();
    if (std::count(written.begin(), written.end(), '+') < 3) continue;
    EXPECT_EQ(vkey(written), key);
    return;
  }
  FAIL() << "no key with a plus sign in its base64";
}

TEST(VerifierKey, AnythingElseIsMalformed) {
  const std::string good(kExampleKey);
  const std::string key = "AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
  for (const std::string& bad : {
           std::string(),
           std::string("+"),
           std::string("++"),
           std::string("example.com/foo"),
           std::string("example.com/foo+530d903a"),
           std::string("example.com/foo+530d903a+"),
           "+530d903a+" + key,                         // no name
           "example.com/fooo+530d903a+" + key,         // another name, so another id
           "example.com/foo+530d903b+" + key,          // another id
           "example.com/foo+530D903A+" + key,          // upper case
           "example.com/foo+0530d903a+" + key,         // nine digits
           "example.com/foo+30d903a+" + key,           // seven
           "example.com/ foo+530d903a+" + key,         // a space
           "example.com/foo\xc2\xa0+530d903a+" + key,  // a space of another kind
           "example.com/foo\xff+530d903a+" + key,      // not UTF-8
           good + "\n",
           good + "=",
           " " + good,
           good.substr(0, good.size() - 4),
           good + "AAAA",
           std::string(kVerifierKeyMaxBytes, 'x') + good,
       })
    EXPECT_EQ(outcome(parse_vkey(bad)), "malformed") << bad;
}

TEST(VerifierKey, OtherTypesAreNamedAsUnsupported) {
  // Types 0x02 (ECDSA), 0x06 (ML-DSA-44) and 0xff (private) of the specification's list; the id is checked after the
  // type.
  for (const int type : {0x00, 0x02, 0x03, 0x05, 0x06, 0xff}) {
    Bytes material(33, 7);
    material[0] = static_cast<std::uint8_t>(type);
    EXPECT_EQ(outcome(parse_vkey("example.com/foo+00000000+" + to_base64(material))), "unsupported") << type;
  }
}

TEST(VerifierKey, OneKeyHasAnIdForEachType) {
  VerifierKey key = vkey(kExampleKey);
  const auto as_note = key.id();
  key.type = kNoteTypeCosignature;
  EXPECT_NE(key.id(), as_note);
}

TEST(VerifierKeyDeathTest, AKeyOfAnotherPurposeIsABug) {
  EXPECT_DEATH(vkey_of("a", kNoteTypeEd25519, key_for(Purpose::kWitness)), "assertion failed");
  EXPECT_DEATH(vkey_of("a", kNoteTypeCosignature, key_for(Purpose::kLog)), "assertion failed");
  EXPECT_DEATH(sign_note("a\n", "a", key_for(Purpose::kAuthor)), "assertion failed");
  EXPECT_DEATH(cosign("a\n", "a", key_for(Purpose::kLog), 1), "assertion failed");
}

TEST(NoteName, MayHoldAnyLetterButNoSpaceAndNoPlus) {
  for (const auto* good :
       {"a", "example.com/foo", "journal.example.org/log/licey29", "лицей-29", "oid/1.2.3", "—", "😀"})
    EXPECT_TRUE(valid_note_name(good)) << good;
  for (const auto* bad : {"",
                          " ",
                          "a b",
                          "a+b",
                          "+",
                          "a\n",
                          "a\tb",
                          "a\x1f",
                          "a\xc2\x85",
                          "a\xc2\xa0",
                          "a\xe1\x9a\x80",
                          "a\xe2\x80\x80",
                          "a\xe2\x80\x8a",
                          "a\xe2\x80\xa8",
                          "a\xe2\x80\xa9",
                          "a\xe2\x80\xaf",
                          "a\xe2\x81\x9f",
                          "a\xe3\x80\x80",
                          "a\xff",
                          "a\xc0\xa0",
                          "\xed\xa0\x80"})
    EXPECT_FALSE(valid_note_name(bad)) << bad;
}

TEST(ParseNote, TheTextMayHoldEmptyLinesEverywhere) {
  for (const std::string body : {"\n", "\n\n", "a\n\n\n", "\n\na\n", "— not a signature\n\nb\n"}) {
    const auto note = parse_note(body + "\n" + std::string(kLogLine));
    ASSERT_TRUE(note) << body << note.error().text();
    EXPECT_EQ(note->text, body);
    EXPECT_EQ(note->signatures.size(), 1U);
  }
}

TEST(ParseNote, HasOneAcceptedSpelling) {
  const std::string line(kLogLine);
  const std::string blob = line.substr(line.rfind(' ') + 1, line.size() - line.rfind(' ') - 2);
  const std::string good = "text\n\n" + line;
  ASSERT_TRUE(parse_note(good));
  const auto with = [&](const std::string& lines) { return "text\n\n" + lines; };
  for (const std::string& bad : {
           std::string(),
           std::string("\n"),
           std::string("text"),
           std::string("text\n"),
           std::string("text\n\n"),
           "text\n" + line,                           // no empty line
           "text" + line,                             //
           "\n" + line,                               // no text
           good.substr(0, good.size() - 1),           // the last line does not end
           good + "\n",                               // an empty line after the signatures
           good + "more\n",                           // something that is no signature
           with("- example.com/a " + blob + "\n"),    // a hyphen
           with("–" + line.substr(3)),                // an en dash
           with("—" + line.substr(4)),                // no space after the dash
           with("—  " + line.substr(4)),              // two spaces
           with("—\xc2\xa0" + line.substr(4)),        // a no-break space
           with(" " + line),                          //
           with("— example.com/a\n"),                 // no signature
           with("— example.com/a \n"),                //
           with("— example.com/a  " + blob + "\n"),   //
           with("— example.com/a " + blob + " \n"),   //
           with("— example.com/a " + blob + "\r\n"),  // a carriage return
           with("— example.com+a " + blob + "\n"),    // a plus sign in the name
           with("— a\xe2\x80\x83"
                "b " +
                blob + "\n"),                   // an em space in the name
           with("— example.com/a AAAAAA\n"),    // base64 without padding
           with("— example.com/a AAAAAA==\n"),  // a key id and nothing after it
           with("— example.com/a AAAAAAB=\n"),  // stray trailing bits
           with("— example.com/a AAAA_AA=\n"),  // another alphabet
           "te\txt\n\n" + line,
           "te\x01xt\n\n" + line,
           "te\rxt\n\n" + line,
           std::string("te\0xt\n\n", 7) + line,
           "te\xffxt\n\n" + line,              // not UTF-8
           "te\xc0\x80xt\n\n" + line,          // overlong
           "te\xed\xa0\x80xt\n\n" + line,      // a surrogate
           "te\xf4\x90\x80\x80xt\n\n" + line,  // above U+10FFFF
           "te\xe2\x80xt\n\n" + line,          // cut
       })
    EXPECT_EQ(outcome(parse_note(bad)), "malformed") << bad;
}

TEST(ParseNote, SignaturesOfAnyLengthAreRead) {
  for (const std::size_t size : {1U, 63U, 64U, 65U, 2420U}) {
    Note note{"text\n", {{"example.com/a", 0x01020304, Bytes(size, 0xab)}}};
    const auto again = parse_note(note.encode());
    ASSERT_TRUE(again) << again.error().text();
    EXPECT_EQ(again->signatures[0].signature, note.signatures[0].signature);
    EXPECT_EQ(again->signatures[0].key_id, 0x01020304U);
  }
}

TEST(ParseNote, SixtyFourSignaturesAndNoMore) {
  std::string note = "text\n\n";
  for (std::size_t i = 0; i < kNoteSignaturesMax; ++i) note += kLogLine;
  ASSERT_TRUE(parse_note(note));
  EXPECT_EQ(outcome(parse_note(note + std::string(kLogLine))), "malformed");
}

TEST(ParseNote, ANoteOfExactlyTheLargestSizeIsReadAndNoLarger) {
  const std::string tail = "\n\n" + std::string(kLogLine);
  const std::string largest = std::string(kNoteSizeMaxBytes - tail.size(), 'x') + tail;
  ASSERT_EQ(largest.size(), kNoteSizeMaxBytes);
  EXPECT_EQ(outcome(parse_note(largest)), "ok");
  EXPECT_EQ(outcome(parse_note("x" + largest)), "too_large");
}

TEST(ParseNote, NoDamagedByteMakesASecondSpelling) {
  // Whatever single byte is changed to whatever: either it is refused, or it is the only spelling of what was read.
  for (std::size_t at = 0; at < kExampleNote.size(); ++at)
    for (int value = 0; value < 256; ++value) {
      std::string damaged(kExampleNote);
      damaged[at] = static_cast<char>(value);
      const auto note = parse_note(damaged);
      if (note) {
        ASSERT_EQ(note->encode(), damaged);
      }
    }
}

TEST(VerifyNote, StrangersAreIgnored) {
  const auto note = text({kCheckpointText, "\n", kLogLine, kWitnessLine});
  EXPECT_EQ(opened(note, {vkey(kLogKey)}), "ok");
  EXPECT_EQ(opened(note, {vkey(kExampleKey), vkey(kLogKey)}), "ok");
  EXPECT_EQ(opened(note, {vkey(kExampleKey)}), "no_known_signature");
  EXPECT_EQ(opened(note, {}), "no_known_signature");
}

TEST(VerifyNote, ANameOrAnIdAloneIsAStranger) {
  const auto note = parse_note(text({kCheckpointText, "\n", kLogLine})).value();
  auto same_name = note;
  same_name.signatures[0].key_id ^= 1;
  EXPECT_EQ(outcome(verify_note(same_name, {vkey(kLogKey)})), "no_known_signature");
  auto same_id = note;
  same_id.signatures[0].name = "example.com/in-front-of-the-sofa";
  EXPECT_EQ(outcome(verify_note(same_id, {vkey(kLogKey)})), "no_known_signature");
}

TEST(VerifyNote, AKnownKeyThatFailsRejectsTheNoteWhateverElseVerifies) {
  auto note = parse_note(text({kCheckpointText, "\n", kLogLine, kWitnessLine})).value();
  note.signatures[1].signature.back() ^= 1;
  EXPECT_EQ(outcome(verify_note(note, {vkey(kLogKey), vkey(kWitnessKey)})), "bad_signature");
  EXPECT_EQ(outcome(verify_note(note, {vkey(kLogKey)})), "ok");
}

TEST(VerifyNote, ASignatureOfTheWrongLengthFails) {
  const auto note = parse_note(text({kCheckpointText, "\n", kLogLine, kWitnessLine})).value();
  for (const std::size_t which : {0U, 1U}) {
    auto longer = note;
    longer.signatures[which].signature.push_back(0);
    EXPECT_EQ(outcome(verify_note(longer, {vkey(kLogKey), vkey(kWitnessKey)})), "bad_signature");
    auto shorter = note;
    shorter.signatures[which].signature.pop_back();
    EXPECT_EQ(outcome(verify_note(shorter, {vkey(kLogKey), vkey(kWitnessKey)})), "bad_signature");
    auto one_byte = note;
    one_byte.signatures[which].signature.resize(1);
    EXPECT_EQ(outcome(verify_note(one_byte, {vkey(kLogKey), vkey(kWitnessKey)})), "bad_signature");
  }
}

TEST(VerifyNote, ARepeatedLineCountsOnce) {
  const auto witness = key_for(Purpose::kWitness);
  Note note{std::string(kCheckpointText), {}};
  for (const std::int64_t time : {200, 100, 200})
    note.signatures.push_back(cosign(kCheckpointText, kWitnessName, witness, time));
  const auto verified = verify_note(note, {vkey(kExampleKey), vkey(kWitnessKey)});
  ASSERT_TRUE(verified) << verified.error().text();
  EXPECT_THAT(*verified, ElementsAre(Verified{1, 200}));
  note.signatures.back().signature.back() ^= 1;  // a repetition must verify all the same
  EXPECT_EQ(outcome(verify_note(note, {vkey(kWitnessKey)})), "bad_signature");
}

TEST(VerifyNote, NamesTheKeysByTheirPlaceAmongTheKnown) {
  const auto note = parse_note(text({kCheckpointText, "\n", kLogLine, kWitnessLine})).value();
  const auto verified = verify_note(note, {vkey(kExampleKey), vkey(kWitnessKey), vkey(kLogKey)});
  ASSERT_TRUE(verified) << verified.error().text();
  EXPECT_THAT(*verified, ElementsAre(Verified{2, 0}, Verified{1, kWitnessTime}));
}

TEST(SignNote, WritesTheLineAnotherImplementationWrites) {
  const Note note{std::string(kCheckpointText), {sign_note(kCheckpointText, kLogName, key_for(Purpose::kLog))}};
  EXPECT_EQ(note.encode(), text({kCheckpointText, "\n", kLogLine}));
  EXPECT_EQ(vkey_of(kLogName, kNoteTypeEd25519, key_for(Purpose::kLog)).text(), kLogKey);
}

TEST(Cosign, WritesTheLineAnotherImplementationWrites) {
  const Note note{std::string(kCheckpointText),
                  {cosign(kCheckpointText, kWitnessName, key_for(Purpose::kWitness), kWitnessTime)}};
  EXPECT_EQ(note.encode(), text({kCheckpointText, "\n", kWitnessLine}));
  EXPECT_EQ(vkey_of(kWitnessName, kNoteTypeCosignature, key_for(Purpose::kWitness)).text(), kWitnessKey);
}

TEST(Cosign, BindsTheTime) {
  auto note = parse_note(text({kCheckpointText, "\n", kWitnessLine})).value();
  note.signatures[0].signature[7] ^= 1;  // a second earlier or later
  EXPECT_EQ(outcome(verify_note(note, {vkey(kWitnessKey)})), "bad_signature");
}

TEST(Cosign, HoldsEveryTimeUpToTheLargestAllowedAndNoLarger) {
  const auto witness = key_for(Purpose::kWitness);
  for (const std::int64_t time : {std::int64_t{0}, std::int64_t{1}, std::int64_t{INT64_MAX}}) {
    const Note note{std::string(kCheckpointText), {cosign(kCheckpointText, kWitnessName, witness, time)}};
    const auto verified = verify_note(note, {vkey(kWitnessKey)});
    ASSERT_TRUE(verified) << verified.error().text();
    EXPECT_EQ(verified->at(0).cosigned_at, time);
  }
  // 2^63, signed as honestly as the others.
  Bytes stamped;
  put_u64(stamped, std::uint64_t{1} << 63);
  append(stamped, witness.sign(as_bytes(text({"cosignature/v1\ntime 9223372036854775808\n", kCheckpointText}))).view());
  const Note note{std::string(kCheckpointText), {{std::string(kWitnessName), vkey(kWitnessKey).id(), stamped}}};
  EXPECT_EQ(outcome(verify_note(note, {vkey(kWitnessKey)})), "bad_signature");
}

TEST(Cosign, IsNoSignatureOfTheNoteNorTheOtherWayRound) {
  // One key under both types: each line is worth nothing as the other.
  auto as_log = vkey(kLogKey);
  auto as_witness = as_log;
  as_witness.type = kNoteTypeCosignature;
  auto note = parse_note(text({kCheckpointText, "\n", kLogLine})).value();
  EXPECT_EQ(outcome(verify_note(note, {as_witness})), "no_known_signature");
  note.signatures[0].key_id = as_witness.id();
  note.signatures[0].signature.insert(note.signatures[0].signature.begin(), 8, 0);
  EXPECT_EQ(outcome(verify_note(note, {as_witness})), "bad_signature");
}

}  // namespace
}  // namespace letopis::signing
