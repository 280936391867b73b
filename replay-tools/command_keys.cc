// letopis key: keys with one purpose each, sealed with a passphrase.

#include <iostream>

#include "ledger/schema/describe.h"
#include "replay-tools/command.h"

namespace letopis::tools {
namespace {

void print(signing::Purpose purpose, const Id& id, const PublicKey& key) {
  std::cout << "{\"purpose\":" << ledger::json_string(signing::purpose_name(purpose)) << ",\"id\":\""
            << to_hex(id.view()) << "\",\"public\":\"" << to_hex(key.view()) << "\"}\n";
}

}  // namespace

int key_new(const KeyNew& options) {
  const auto purpose = signing::purpose_from_name(options.purpose);
  if (!purpose || *purpose == signing::Purpose::kInvitation) return refuse("no such purpose: " + options.purpose);
  SystemRandom random;
  const auto key = signing::KeyPair::generate(*purpose, random);
  if (const auto written = write_key(options.out, key); !written) return refuse(written.error());
  print(*purpose, key.id(), key.public_key());
  return kExitOk;
}

int key_show(const std::string& file) {
  const auto info = read_key_info(file);
  if (!info) return refuse(info.error());
  print(info->purpose, info->id, info->public_key);
  return kExitOk;
}

}  // namespace letopis::tools
