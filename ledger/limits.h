#pragma once
// Every limit of the formats, unit last. docs/formats/limits.md is written from here.

#include <cstddef>
#include <cstdint>

namespace letopis::ledger {

inline constexpr std::size_t kStatementSizeMaxBytes = 32 * 1024;
inline constexpr std::size_t kEventSizeMaxBytes = 65'535;  // an entry bundle writes the length in 16 bits
inline constexpr std::size_t kReceiptSizeMaxBytes = 1024 * 1024;
inline constexpr std::size_t kProofFileSizeMaxBytes = 2 * 1024 * 1024;
inline constexpr std::size_t kWeekProofSizeMaxBytes = 8u << 20;
inline constexpr std::size_t kWeekProofShardsMax = 65;       // the diary, and the journals of so many groups
inline constexpr std::size_t kWeekProofEntriesMax = 65'536;  // of one shard
inline constexpr std::size_t kInclusionProofLengthMax = 64;  // a tree of 64-bit size is no deeper
inline constexpr std::size_t kSealedTextSizeMaxBytes = 16 * 1024;
inline constexpr std::size_t kTextSizeMaxBytes = 16 * 1024;  // any text of a statement
inline constexpr std::size_t kVectorLengthMax = 1024;        // any list in a statement
inline constexpr std::size_t kTablesMax = 1100;              // tables in one buffer
inline constexpr std::size_t kDepthMax = 4;                  // statement → body → list item
inline constexpr std::size_t kStatementsPerRequestMax = 500;
inline constexpr std::size_t kCommitmentsPerStatementMax = 32;
inline constexpr std::size_t kBlobSizeMaxBytes = 16u << 20;
inline constexpr std::size_t kSubmissionSizeMaxBytes = 24u << 20;  // a whole request
inline constexpr std::size_t kBlobsPerRequestMax = 64;
inline constexpr std::size_t kSubmissionTablesMax =
    1 + kStatementsPerRequestMax + kVectorLengthMax + kBlobsPerRequestMax;
inline constexpr std::int32_t kDateDaysMax = 1'000'000;  // from 1970-01-01, either way: some 2700 years
inline constexpr std::uint16_t kRulesVersion = 1;
inline constexpr std::uint16_t kReceiptVersion = 1;

// A proof file holds a receipt in base64, an inclusion proof, and a note of at most 128 KiB.
static_assert((kReceiptSizeMaxBytes + 2) / 3 * 4 + kInclusionProofLengthMax * 45 + 128 * 1024 + 128 <=
              kProofFileSizeMaxBytes);
static_assert(kBlobSizeMaxBytes + 1024 <= kSubmissionSizeMaxBytes);
// An event adds less than 1 KiB to the statement it holds.
static_assert(kStatementSizeMaxBytes + 1024 <= kEventSizeMaxBytes);

}  // namespace letopis::ledger
