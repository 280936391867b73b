#include "signing/sha256.h"

#include <gtest/gtest.h>

#include <thread>

namespace letopis::signing {
namespace {

std::string hex(const Hash& hash) { return to_hex(hash.view()); }

// FIPS 180-4's examples, as NIST publishes them.
TEST(Sha256, GivesThePublishedDigests) {
  EXPECT_EQ(hex(sha256(ByteView{})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256(as_bytes("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256(as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hex(sha256(as_bytes(std::string(1'000'000, 'a')))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PartsAreOneMessage) {
  const std::string text = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
  const auto whole = sha256(as_bytes(text));
  for (std::size_t cut = 0; cut <= text.size(); ++cut)
    EXPECT_EQ(sha256({as_bytes(text).first(cut), as_bytes(text).subspan(cut)}), whole);
  EXPECT_EQ(sha256({{}, as_bytes(text), {}}), whole);
  EXPECT_EQ(sha256(std::initializer_list<ByteView>{}), sha256(ByteView{}));
}

TEST(TaggedHash, IsTheHashOfTagZeroAndPartsWrittenOut) {
  std::string written = "letopis/test/v1";
  written.push_back('\0');
  written += "onetwo";
  EXPECT_EQ(tagged_hash("letopis/test/v1", {as_bytes("one"), as_bytes("two")}), sha256(as_bytes(written)));
}

TEST(TaggedHash, LongMessagesAreHashedAsShortOnesAre) {
  for (std::size_t size = 200; size < 300; ++size) {
    std::string written = "letopis/test/v1";
    written.push_back('\0');
    const std::string part(size, 'p');
    written += part + "end";
    EXPECT_EQ(tagged_hash("letopis/test/v1", {as_bytes(part), as_bytes("end")}), sha256(as_bytes(written))) << size;
  }
}

TEST(TaggedHash, TheZeroEndsTheTag) {
  EXPECT_NE(tagged_hash("letopis/a", {as_bytes("b")}), tagged_hash("letopis/ab", {}));
}

TEST(Sha256, ThreadsDoNotDisturbEachOther) {
  const auto expected = sha256(as_bytes("abc"));
  std::array<int, 4> wrong{};
  std::vector<std::thread> threads;
  for (auto& count : wrong)
    threads.emplace_back([&count, &expected] {
      for (int i = 0; i < 2'000; ++i)
        if (sha256({as_bytes("a"), as_bytes("bc")}) != expected) ++count;
    });
  for (auto& thread : threads) thread.join();
  for (const int count : wrong) EXPECT_EQ(count, 0);
}

}  // namespace
}  // namespace letopis::signing
