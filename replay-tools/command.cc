#include "replay-tools/command.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>

#include <boost/json.hpp>

#include "ledger/checkpoint.h"
#include "signing/base/file.h"
#include "signing/base/locale.h"

namespace letopis::tools {

int refuse(const Error& error) { return refuse(error.text()); }
int refuse(const std::string& message) {
  std::cerr << "letopis: " << message << '\n';
  return kExitUnusable;
}

namespace {

// Without echo.
std::string asked(const std::string& what) {
  std::cerr << what << ": " << std::flush;
  termios before{};
  ::tcgetattr(STDIN_FILENO, &before);
  termios silent = before;
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  std::string line;
  std::getline(std::cin, line);
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
  std::cerr << '\n';
  return line;
}

}  // namespace

Result<std::string> passphrase(const std::string& what) {
  if (const char* given = std::getenv("LETOPIS_PASSPHRASE")) return std::string(given);
  if (::isatty(STDIN_FILENO) != 0) return asked("Passphrase of " + what);
  return fail("no_passphrase",
              "set LETOPIS_PASSPHRASE, or run on a terminal to be asked for the passphrase of " + what);
}

Result<std::string> password(const std::string& login) {
  for (const char* name : {"LETOPIS_PASSWORD", "LETOPIS_PASSPHRASE"})
    if (const char* given = std::getenv(name); given != nullptr && *given != '\0') return std::string(given);
  if (::isatty(STDIN_FILENO) != 0) return asked("Password of " + login);
  return fail("no_password", "set LETOPIS_PASSWORD, or run on a terminal to be asked for the password of " + login);
}

Result<ledger::MasterKeySource> vault_key() {
  auto source = ledger::master_key_source_from_environment();
  if (!source.key_file && !source.credentials_directory && !source.passphrase) {
    TRY(source.passphrase, passphrase("the vault"));
  }
  return source;
}

namespace {

tl::unexpected<Error> named(const std::string& file, Error error) {
  error.detail = file + ": " + error.detail;
  return tl::unexpected(std::move(error));
}

struct KeyText {
  std::string text;
  signing::KeyFileInfo info;
};

Result<KeyText> read_key_text(const std::string& file) {
  KeyText read;
  TRY(read.text, read_text(file, signing::kKeyFileMaxBytes));
  const auto inspected = signing::inspect_key(read.text);
  if (!inspected) return named(file, inspected.error());
  read.info = *inspected;
  return read;
}

}  // namespace

Result<signing::KeyFileInfo> read_key_info(const std::string& file) {
  TRY(const KeyText read, read_key_text(file));
  return read.info;
}

Result<signing::KeyPair> read_key(const std::string& file, signing::Purpose purpose) {
  TRY(const auto read, read_key_text(file));
  const auto& [text, info] = read;
  if (info.purpose != purpose)
    return fail("wrong_purpose", file + " holds a key for " + std::string(signing::purpose_name(info.purpose)) +
                                     ", not for " + std::string(signing::purpose_name(purpose)));
  TRY(const std::string words, passphrase(file));
  auto key = signing::open_key(text, purpose, words);
  if (!key) return named(file, key.error());
  return key;
}

Status write_key(const std::string& file, const signing::KeyPair& key) {
  if (posix_file_system().exists(file)) return fail("already_exists", file + " exists; keys are never overwritten");
  TRY(const std::string words, passphrase(file));
  SystemRandom random;
  TRY(const std::string sealed, signing::seal_key(key, words, random));
  return posix_file_system().write_atomically(file, as_bytes(sealed), 0600);
}

Result<std::string> read_text(const std::string& file, std::size_t max_bytes) {
  if (file != "-") {
    TRY(const Bytes bytes, posix_file_system().read(file, max_bytes));
    return std::string(as_text(bytes));
  }
  std::string text((std::istreambuf_iterator<char>(std::cin)), std::istreambuf_iterator<char>());
  if (text.size() > max_bytes) return fail("too_large", "standard input");
  return text;
}

std::string text_member(const std::string& json, const std::string& name) {
  boost::json::error_code error;
  const auto value = boost::json::parse(json, error);
  if (error || !value.is_object()) return {};
  const auto* member = value.as_object().if_contains(name);
  return member != nullptr && member->is_string() ? std::string(member->as_string()) : std::string();
}

Result<std::unique_ptr<server::HttpClient>> connect(const std::string& url) {
  const char* ca = std::getenv("LETOPIS_CA_FILE");
  return server::HttpClient::connect(url,
                                     ca == nullptr ? std::optional<std::string>() : std::optional<std::string>(ca));
}

Result<server::ClientResponse> expect_ok(Result<server::ClientResponse> response) {
  if (!response || response->status / 100 == 2) return response;
  std::string text = text_member(response->body, "title");
  if (text.empty()) return fail("http_" + std::to_string(response->status), response->body.substr(0, 300));
  if (const auto technical = text_member(response->body, "technical"); !technical.empty())
    text += " (" + technical + ")";
  if (const auto detail = text_member(response->body, "detail"); !detail.empty()) text += ": " + detail;
  return fail("http_" + std::to_string(response->status), text);
}

std::vector<std::pair<std::string, std::string>> language_headers() {
  return {{"Accept-Language", language_of_locale() == Language::kEnglish ? "en" : "ru"}};
}

std::vector<std::pair<std::string, std::string>> Session::headers() const {
  auto headers = language_headers();
  if (!prefer.empty()) headers.emplace_back("Prefer", prefer);
  headers.emplace_back("Authorization", "Bearer " + token);
  return headers;
}

Result<Session> sign_in(const std::string& url, const std::string& school, const signing::KeyPair& key) {
  Session session;
  session.school = school;
  TRY(session.client, connect(url));
  const std::string asked = boost::json::serialize(boost::json::object{{"school", school}});
  TRY(const auto challenge,
      expect_ok(session.client->send({"POST", "/v1/auth/challenge", "application/json", asked, language_headers()})));
  const std::string nonce = text_member(challenge.body, "nonce");
  session.origin = text_member(challenge.body, "origin");
  TRY(const Bytes nonce_bytes, from_hex(nonce));
  const Signature signature = key.sign(tagged_message("letopis/sign-in/v1", {as_bytes(session.origin), nonce_bytes}));
  const std::string answer = boost::json::serialize(boost::json::object{{"school", school},
                                                                        {"key", to_hex(key.id().view())},
                                                                        {"nonce", nonce},
                                                                        {"signature", to_base64(signature.view())}});
  TRY(const auto signed_in,
      expect_ok(session.client->send({"POST", "/v1/auth/key", "application/json", answer, language_headers()})));
  session.token = text_member(signed_in.body, "token");
  TRY(session.person, fixed_from_hex<Id>(text_member(signed_in.body, "person")));
  return session;
}

Result<ledger::SignedCheckpoint> newest_checkpoint(server::HttpClient& client, const std::string& school) {
  TRY(const auto vkey, expect_ok(client.send({"GET", "/log/" + school + "/vkey", "", "", {}})));
  TRY(const auto note, expect_ok(client.send({"GET", "/log/" + school + "/checkpoint", "", "", {}})));
  std::string text = vkey.body;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  TRY(const auto key, signing::parse_vkey(text));
  return ledger::open_checkpoint(note.body, key);
}

}  // namespace letopis::tools
