#include "ledger/second_signatures.h"

namespace letopis::ledger {

Bytes genesis_message(const Statement& genesis) {
  const auto& b = std::get<SchoolCreated>(genesis.body);
  Bytes offset, keys, size;
  put_u32(offset, static_cast<std::uint32_t>(b.utc_offset));
  for (const auto& root : b.root_keys) append(keys, root.key.view());
  put_u64(size, b.previous_size);
  const std::uint8_t threshold = b.threshold;
  const std::uint8_t simulated = b.simulated ? 1 : 0;
  return tagged_message("letopis/genesis/v1", {as_bytes(genesis.origin),
                                               genesis.id.view(),
                                               as_bytes(b.name),
                                               as_bytes(b.zone),
                                               offset,
                                               as_bytes(b.log_vkey),
                                               b.service_key.view(),
                                               keys,
                                               {&threshold, 1},
                                               {&simulated, 1},
                                               as_bytes(b.profile_name),
                                               b.profile.view(),
                                               b.regulation.view(),
                                               as_bytes(b.previous_origin),
                                               size,
                                               b.previous_root.view()});
}

Bytes enrolment_message(std::string_view origin, const Id& invitation, const Id& person, const PublicKey& key) {
  return tagged_message("letopis/enrolment/v1", {as_bytes(origin), invitation.view(), person.view(), key.view()});
}

Bytes rotation_message(std::string_view origin, const Id& old_key, const PublicKey& key) {
  return tagged_message("letopis/rotation/v1", {as_bytes(origin), old_key.view(), key.view()});
}

}  // namespace letopis::ledger
