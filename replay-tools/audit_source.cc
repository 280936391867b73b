#include "replay-tools/audit_source.h"

#include <algorithm>

namespace letopis::audit {

Status MemorySource::entries(std::uint64_t from, std::uint64_t to, const Visit& visit) const {
  for (std::uint64_t i = from; i < std::min<std::uint64_t>(to, log.size()); ++i)
    if (!visit(i, log[static_cast<std::size_t>(i)])) break;
  return {};
}

Status MemorySource::leaves(std::uint64_t from, std::uint64_t to, const VisitLeaf& visit) const {
  for (std::uint64_t i = from; i < std::min<std::uint64_t>(to, leaf_hashes->size()); ++i)
    if (!visit(i, (*leaf_hashes)[static_cast<std::size_t>(i)])) break;
  return {};
}

Status MemorySource::text(const Hash& commitment) const {
  const auto found = texts->find(commitment);
  if (found == texts->end()) return fail("not_found");
  if (!found->second) return fail("damaged");
  return {};
}

Status MemorySource::each_text(const std::function<bool(const Hash& commitment)>& visit) const {
  for (const auto& [commitment, opens] : *texts)
    if (!visit(commitment)) break;
  return {};
}

Result<Bytes> MemorySource::blob(const Hash& hash) const {
  const auto found = blobs.find(hash);
  if (found == blobs.end()) return fail("not_found");
  return found->second;
}

}  // namespace letopis::audit
