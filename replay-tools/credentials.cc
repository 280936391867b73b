#include "replay-tools/credentials.h"

#include <filesystem>

#include "commands/rights.h"
#include "replay-tools/json_text.h"
#include "signing/sha256.h"

namespace letopis::replay_tools {

using namespace ledger;

namespace {

constexpr unsigned kPrivate = 0600;

struct Details {
  std::string login, password, key_file;
};

std::string new_password(Random& random) {
  constexpr std::string_view kLetters = "abcdefghjkmnpqrstuvwxyz23456789";
  std::string password;
  for (int i = 0; i < 12; ++i) {
    if (i % 4 == 0 && i > 0) password += '-';
    password += kLetters[random.below(kLetters.size())];
  }
  return password;
}

Result<Details> give_access(FileSystem& files, World& w, const Scribe& scribe, const std::string& directory,
                            std::string_view passphrase) {
  Details details;
  details.login = w.model.users[w.user_of.at(scribe.person())].username;
  details.password = new_password(w.random);
  details.key_file = directory + "/" + details.login + ".key";
  Account account;
  account.login = details.login;
  account.person = scribe.person();
  account.salt = w.random.id();
  TRY(auto stretched, signing::stretch_password(details.password, account.salt));
  account.proof_hash = signing::tagged_hash("letopis/login-proof/v1", {stretched.login_proof});
  account.public_key = scribe.key.public_key();
  account.wrapped_key = signing::wrap_key(scribe.key, stretched.wrapping_key, w.random);
  signing::wipe(stretched.login_proof);
  signing::wipe(stretched.wrapping_key);
  TRY_STATUS(w.school.put_account(account));
  TRY(const std::string sealed, signing::seal_key(scribe.key, passphrase, w.random));
  TRY_STATUS(files.write_atomically(details.key_file, as_bytes(sealed), kPrivate));
  return details;
}

}  // namespace

Status write_credentials(FileSystem& files, World& w, const Simulated& simulated, const std::string& data,
                         const std::string& file, std::string_view passphrase) {
  if (passphrase.empty()) return fail("malformed", "key files need a passphrase: set LETOPIS_PASSPHRASE");
  const std::string absolute = std::filesystem::absolute(data).lexically_normal().string();
  TRY_STATUS(files.make_directories(absolute + "/keys"));
  std::map<Id, Details> given;
  std::string json = "{\"data\":" + json_text(absolute) + ",\"school\":" + json_text(simulated.school) +
                     ",\"vkey\":" + json_text(simulated.vkey) +
                     ",\"simulated\":true,\"events\":" + std::to_string(simulated.events);
  for (std::size_t i = 1; i <= std::size(kRoleNames); ++i) {
    const auto role = static_cast<Role>(i);
    if (role == Role::kService || role == Role::kRoot) continue;
    const Scribe* found = nullptr;
    for (const auto& [person, scribe] : w.signing)
      if (found == nullptr && w.user_of.contains(person) && commands::holds(w.state(), person, role, w.today()))
        found = scribe;
    if (found == nullptr) continue;
    if (!given.contains(found->person())) {
      TRY(given[found->person()], give_access(files, w, *found, absolute + "/keys", passphrase));
    }
    const Details& details = given.at(found->person());
    json += "," + json_text(enum_name(role)) + ":{\"login\":" + json_text(details.login) +
            ",\"password\":" + json_text(details.password) + ",\"key_file\":" + json_text(details.key_file) + "}";
  }
  json += "}\n";
  return files.write_atomically(file, as_bytes(json), kPrivate);
}

}  // namespace letopis::replay_tools
