#include "ledger/anchor_evidence.h"

#include "signing/sha256.h"

namespace letopis::ledger {

namespace {
constexpr std::size_t kSizeBytes = 8;
}

EvidenceFile EvidenceFile::of(ByteView file) { return {signing::sha256({file}), file.size()}; }

std::optional<EvidenceFile> EvidenceFile::read(const Evidence& evidence) {
  if (!is_evidence_file(evidence.kind) || evidence.bytes.size() != Hash::kSize + kSizeBytes) return std::nullopt;
  const EvidenceFile file{Hash::copy_of(evidence.bytes), get_big_endian(evidence.bytes.subspan(Hash::kSize))};
  return file.size >= 1 && file.size <= kEvidenceFileSizeMaxBytes ? std::optional(file) : std::nullopt;
}

Bytes EvidenceFile::encode() const {
  Bytes bytes(hash.bytes.begin(), hash.bytes.end());
  put_u64(bytes, size);
  return bytes;
}

}  // namespace letopis::ledger
