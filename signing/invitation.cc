#include "signing/keys.h"
#include "signing/secrets.h"
#include "signing/sha256.h"

namespace letopis::signing {
namespace {

constexpr std::string_view kCrockfordDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kCodeBytes = 16;
constexpr std::size_t kCodeDigits = 26;
constexpr std::size_t kGroupDigits = 5;
constexpr std::size_t kCodeTextMaxBytes = 64;  // dashes wherever a person put them
constexpr unsigned kSpareBits = kCodeDigits * 5 - kCodeBytes * 8;
static_assert(kSpareBits == 2);

// -1: no such digit. U stands for nothing, so that no code spells a word.
int digit_value(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'O') return 0;
  if (c == 'I' || c == 'L') return 1;
  const auto at = kCrockfordDigits.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

std::string encode(const std::array<std::uint8_t, kCodeBytes>& code) {
  std::string text;
  std::uint32_t bits = 0;
  unsigned held = 0;
  std::size_t written = 0;
  auto put = [&](std::uint32_t value) {
    // The last group takes the odd digit: a lone character after a dash is easily lost.
    if (written != 0 && written % kGroupDigits == 0 && kCodeDigits - written > 1) text.push_back('-');
    text.push_back(kCrockfordDigits[value & 31]);
    ++written;
  };
  for (const auto byte : code) {
    bits = bits << 8 | byte;
    for (held += 8; held >= 5; held -= 5) put(bits >> (held - 5));
    bits &= (1U << held) - 1;
  }
  put(bits << kSpareBits);
  return text;
}

Status decode(std::string_view text, std::array<std::uint8_t, kCodeBytes>& code) {
  if (text.size() > kCodeTextMaxBytes) return fail("malformed", "an invitation code has 26 characters");
  std::uint32_t bits = 0;
  unsigned held = 0;
  std::size_t digits = 0;
  std::size_t bytes = 0;
  for (const char c : text) {
    if (c == '-') continue;
    const int value = digit_value(c);
    if (value < 0) return fail("malformed", "a character that no invitation code has");
    if (++digits > kCodeDigits) return fail("malformed", "an invitation code has 26 characters");
    bits = bits << 5 | static_cast<std::uint32_t>(value);
    held += 5;
    if (held >= 8) {
      held -= 8;
      code[bytes++] = static_cast<std::uint8_t>(bits >> held);
    }
    bits &= (1U << held) - 1;
  }
  if (digits != kCodeDigits) return fail("malformed", "an invitation code has 26 characters");
  if (bits != 0) return fail("malformed", "no invitation code ends so");
  return {};
}

}  // namespace

std::string new_invitation_code(Random& random) {
  std::array<std::uint8_t, kCodeBytes> code{};
  const Wiper wiper(code);
  random.fill(code);
  return encode(code);
}

Result<KeyPair> key_from_invitation_code(std::string_view text) {
  std::array<std::uint8_t, kCodeBytes> code{};
  const Wiper wiper(code);
  TRY_STATUS(decode(text, code));
  Hash seed = tagged_hash("letopis/invitation-code/v1", {code});
  const Wiper seed_wiper(seed.bytes);
  return KeyPair::from_seed(Purpose::kInvitation, seed.bytes);
}

}  // namespace letopis::signing
