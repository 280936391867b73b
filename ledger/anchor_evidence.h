#pragma once
// What an anchor holds of the word of others, by Evidence.kind (docs/formats/witness.md, "What an anchor holds"). Pure; threads may
// call anything.

#include <optional>
#include <string_view>

#include "ledger/statement.h"

namespace letopis::ledger {

inline constexpr std::string_view kCosignature = "cosignature";  // a note's line, without its line feed
inline constexpr std::string_view kTimestamp = "rfc3161";        // an RFC 3161 token, DER
// What does not fit is a text file of the blob store, and the evidence an EvidenceFile:
inline constexpr std::string_view kTimestampFile = "rfc3161-file";  // a token (signing::token_text)
inline constexpr std::string_view kRevocationListFile =
    "crl-file";  // a list its tokens are held against (signing::list_text)

inline constexpr std::uint64_t kEvidenceFileSizeMaxBytes = 2u << 20;  // a list of revoked certificates as text

// A file by its SHA-256 and its size in bytes, big-endian: forty bytes.
struct EvidenceFile {
  Hash hash;
  std::uint64_t size = 0;

  static EvidenceFile of(ByteView file);
  // nullopt: evidence that lies in the anchor itself, or none of this form (the size is 1 to kEvidenceFileSizeMaxBytes).
  static std::optional<EvidenceFile> read(const Evidence& evidence);
  Bytes encode() const;
  bool operator==(const EvidenceFile&) const = default;
};
// Whether evidence of this kind is a file that the anchor names.
constexpr bool is_evidence_file(std::string_view kind) { return kind == kTimestampFile || kind == kRevocationListFile; }

}  // namespace letopis::ledger
