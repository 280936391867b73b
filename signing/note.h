#pragma once
// Signed notes (C2SP signed-note v1.0.0) and cosignatures (C2SP tlog-cosignature), parsed strictly: one accepted
// spelling.

#include <string>
#include <string_view>
#include <vector>

#include "signing/base/bytes.h"
#include "signing/base/result.h"
#include "signing/base/time.h"
#include "signing/keys.h"

namespace letopis::signing {

inline constexpr std::uint8_t kNoteTypeEd25519 = 0x01;
inline constexpr std::uint8_t kNoteTypeCosignature = 0x04;
inline constexpr std::size_t kNoteSizeMaxBytes = 128 * 1024;
inline constexpr std::size_t kNoteSignaturesMax = 64;
inline constexpr std::size_t kVerifierKeyMaxBytes = 1024;

// vkey: name+hex8(keyID)+base64(type ‖ public key).
struct VerifierKey {
  std::string name;
  std::uint8_t type = kNoteTypeEd25519;
  PublicKey key;
  std::uint32_t id() const;  // SHA-256(name ‖ LF ‖ type ‖ key)[:4], big-endian
  std::string text() const;
  bool operator==(const VerifierKey&) const = default;
};
// "malformed", or "unsupported" for types other than the two above.
Result<VerifierKey> parse_vkey(std::string_view text);
// A log key for type 0x01, a witness key for type 0x04: anything else is a bug of ours and asserted.
VerifierKey vkey_of(std::string_view name, std::uint8_t type, const KeyPair& key);
bool valid_note_name(std::string_view name);  // non-empty UTF-8, no Unicode spaces, no control characters, no '+'

struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  Bytes signature;  // what follows the key id
};
struct Note {
  std::string text;  // ends in LF
  std::vector<NoteSignature> signatures;
  std::string encode() const;
};
// "malformed" or "too_large". What parses encodes to the same bytes.
Result<Note> parse_note(std::string_view note);

// Opens a note with the keys one trusts. Unknown (name, id) pairs are ignored; a known key whose signature fails
// rejects the note ("bad_signature"); no known key that verifies rejects it ("no_known_signature"). Each known key is
// counted once, in the order and with the time of its first line: a repeated line adds nothing to a quorum. Of two
// entries of `known` with one name and id the first is asked.
struct Verified {
  std::size_t key_index;         // into `known`
  std::int64_t cosigned_at = 0;  // unix seconds, for cosignatures (type 0x04)
  bool operator==(const Verified&) const = default;
};
Result<std::vector<Verified>> verify_note(const Note& note, const std::vector<VerifierKey>& known);

// The text ends in LF and is valid in a note, the name is valid, the key is a log's and a witness's in turn, and the
// time is not negative: asserted.
NoteSignature sign_note(std::string_view text, std::string_view name, const KeyPair& key);  // type 0x01
NoteSignature cosign(std::string_view checkpoint_text, std::string_view name, const KeyPair& key,
                     std::int64_t unix_seconds);

}  // namespace letopis::signing
