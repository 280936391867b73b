// letopis submit, get, enrol, login: what a browser does, by the same protocol.

#include <iostream>

#include <boost/json.hpp>

#include "commands/statement_json.h"
#include "ledger/authorship.h"
#include "ledger/schema/describe.h"
#include "replay-tools/command.h"
#include "server/sign_in.h"

namespace letopis::tools {
namespace {

// Signs the drafts in order, on a chain of this run's own.
Result<Bytes> sign_all(const Session& session, const signing::KeyPair& key, const ledger::Seen& seen, std::vector<commands::StatementDraft>& drafts) {
  SystemRandom random;
  const Id chain = random.id();
  std::uint64_t number = 0;
  Hash previous;
  std::deque<Bytes> bytes;
  std::deque<commands::RawText> texts;
  ledger::SubmissionBuffer buffer;
  for (auto& draft : drafts) {
    for (auto& text : draft.seal(random)) texts.push_back(std::move(text));
    auto& statement = draft.statement;
    statement.origin = session.origin;
    if (statement.id.is_zero()) statement.id = random.id();
    statement.author = session.person;
    if (static_cast<int>(statement.acting_as) == 0) statement.acting_as = ledger::Role::kTeacher;
    statement.key = key.id();
    statement.chain = chain;
    statement.number = ++number;
    statement.previous = previous;
    statement.salt = random.id();
    statement.seen = seen;
    statement.claimed_at = SystemClock().now();
    bytes.push_back(ledger::encode(statement));
    const Signature signature = key.sign(ledger::statement_message(bytes.back()));
    previous = ledger::previous_hash(bytes.back(), signature);
    buffer.statements.push_back({bytes.back(), signature});
  }
  for (const auto& text : texts) buffer.texts.push_back({text.field, text.salt, text.text});
  return ledger::encode(buffer);
}

Result<std::string> send(const Submit& options) {
  TRY(const std::string json, read_text(options.file, commands::kStatementJsonSizeMaxBytes));
  TRY(auto drafts, commands::read_statements_json(json, ledger::kStatementsPerRequestMax));
  TRY(const auto key, read_key(options.key, signing::Purpose::kAuthor));
  TRY(auto session, sign_in(options.url, options.school, key));
  TRY(const auto newest, newest_checkpoint(*session.client, options.school));
  TRY(const Bytes body, sign_all(session, key, {newest.checkpoint.size, newest.checkpoint.root}, drafts));
  auto headers = session.headers();
  headers.emplace_back("Accept-Language", "ru");
  TRY(const auto answer, expect_ok(session.client->send({"POST", "/v1/schools/" + options.school + "/events", "application/vnd.letopis.statements",
                                                         std::string(as_text(body)), headers})));
  return answer.body;
}

// One line an entry for people; the answer itself for programs.
void print_entries(const std::string& json) {
  boost::json::error_code error;
  const auto value = boost::json::parse(json, error);
  const auto* entries = error ? nullptr : value.as_object().if_contains("items");
  if (entries == nullptr || !entries->is_array()) {
    std::cout << json << '\n';
    return;
  }
  for (const auto& item : entries->as_array()) {
    const auto& entry = item.as_object();
    std::cout << "entry " << entry.at("index") << ' ' << entry.at("verdict").as_string().c_str() << " at " << entry.at("recorded_at").as_string().c_str();
    if (const auto* message = entry.if_contains("message"); message != nullptr && message->is_string()) std::cout << "  " << message->as_string().c_str();
    std::cout << '\n';
    if (const auto* receipt = entry.if_contains("receipt"); receipt != nullptr && receipt->is_string()) std::cout << receipt->as_string().c_str();
  }
}

Status enrol_at(const Enrol& options) {
  SystemRandom random;
  TRY(const auto code_key, signing::key_from_invitation_code(options.code));
  const auto role = ledger::enum_from_name<ledger::Role>(options.role);
  if (!role) return fail("unknown_value", "no role " + options.role);
  if (posix_file_system().exists(options.out)) return fail("already_exists", options.out + " exists; keys are never overwritten");
  TRY(auto client, connect(options.url));
  const auto ask = [&](const char* path, const boost::json::object& body) {
    return expect_ok(client->send({"POST", path, "application/json", boost::json::serialize(body), {}}));
  };
  TRY(const auto challenge, ask("/v1/auth/challenge", {{"school", options.school}}));
  const std::string nonce = text_member(challenge.body, "nonce");
  const std::string origin = text_member(challenge.body, "origin");
  TRY(const Bytes nonce_bytes, from_hex(nonce));
  const Signature known = code_key.sign(tagged_message("letopis/invitation/v1", {as_bytes(origin), nonce_bytes}));
  TRY(const auto invited, ask("/v1/auth/invitation", {{"school", options.school}, {"code_key", to_hex(code_key.public_key().view())},
                                                      {"nonce", nonce}, {"signature", to_base64(known.view())}}));
  TRY(const Id invitation, fixed_from_hex<Id>(text_member(invited.body, "invitation")));
  TRY(const Id person, fixed_from_hex<Id>(text_member(invited.body, "person")));
  TRY(const auto newest, newest_checkpoint(*client, options.school));

  const auto key = signing::KeyPair::generate(signing::Purpose::kAuthor, random);
  commands::Author author(key, origin, person, random);
  commands::Author::Draft draft;
  draft.acting_as = *role;
  draft.claimed_at = SystemClock().now();
  draft.body = ledger::KeyEnrolled{invitation, person, key.public_key(),
                                   code_key.sign(tagged_message("letopis/enrolment/v1", {as_bytes(origin), invitation.view(), person.view(), key.public_key().view()}))};
  const auto statement = author.sign(draft, {newest.checkpoint.size, newest.checkpoint.root});

  ledger::Account account;
  account.login = options.login;
  account.person = person;
  account.salt = random.id();
  TRY(const std::string password, passphrase("the account " + options.login));
  TRY(auto secrets, signing::stretch_password(password, account.salt));
  const Hash proof = Hash::copy_of(secrets.login_proof);
  account.proof_hash = server::proof_hash(proof);
  account.public_key = key.public_key();
  account.wrapped_key = signing::wrap_key(key, secrets.wrapping_key, random);
  const Signature account_signature = key.sign(server::account_message(origin, account));
  // The key file first: what is enrolled must never be a key that nobody has.
  TRY_STATUS(write_key(options.out, key));
  TRY(const auto done, ask("/v1/auth/enrol", {{"school", options.school},
                                              {"statement", to_base64(statement.bytes)},
                                              {"signature", to_base64(statement.signature.view())},
                                              {"login", account.login},
                                              {"salt", to_hex(account.salt.view())},
                                              {"proof", to_hex(proof.view())},
                                              {"wrapped_key", to_base64(account.wrapped_key)},
                                              {"account_signature", to_base64(account_signature.view())}}));
  std::cout << done.body << '\n';
  return {};
}

Status login_at(const Login& options) {
  TRY(auto client, connect(options.url));
  const auto ask = [&](const char* path, const boost::json::object& body) {
    return expect_ok(client->send({"POST", path, "application/json", boost::json::serialize(body), {}}));
  };
  TRY(const auto salted, ask("/v1/auth/salt", {{"school", options.school}, {"login", options.login}}));
  TRY(const Id salt, fixed_from_hex<Id>(text_member(salted.body, "salt")));
  TRY(const std::string password, passphrase("the account " + options.login));
  TRY(const auto secrets, signing::stretch_password(password, salt));
  TRY(const auto in, ask("/v1/auth/login", {{"school", options.school}, {"login", options.login}, {"proof", to_hex(secrets.login_proof)}}));
  TRY(const PublicKey expected, fixed_from_hex<PublicKey>(text_member(in.body, "public_key")));
  TRY(const Bytes wrapped, from_base64(text_member(in.body, "wrapped_key")));
  TRY(const auto key, signing::unwrap_key(wrapped, signing::Purpose::kAuthor, expected, secrets.wrapping_key));
  TRY_STATUS(write_key(options.out, key));
  std::cout << "{\"person\":" << ledger::json_string(text_member(in.body, "person")) << ",\"key\":\"" << to_hex(key.id().view()) << "\"}\n";
  return {};
}

}  // namespace

int submit(const Submit& options) {
  if (!options.example.empty()) {
    const auto example = commands::example_json(options.example);
    if (!example) return refuse(example.error());
    std::cout << *example << '\n';
    return kExitOk;
  }
  if (options.file.empty() || options.url.empty() || options.school.empty() || options.key.empty())
    return refuse("submit needs FILE, --url, --school and --key (or --example TYPE)");
  const auto answer = send(options);
  if (!answer) return refuse(answer.error());
  if (options.json)
    std::cout << *answer << '\n';
  else
    print_entries(*answer);
  return kExitOk;
}

int get(const Get& options) {
  const auto key = read_key(options.key, signing::Purpose::kAuthor);
  if (!key) return refuse(key.error());
  // The school is in the path: /v1/schools/S/… or /log/S/…
  std::string school = options.school;
  for (const std::string prefix : {"/v1/schools/", "/log/"})
    if (school.empty() && options.path.starts_with(prefix)) school = options.path.substr(prefix.size(), options.path.find('/', prefix.size()) - prefix.size());
  if (school.empty()) return refuse("PATH names no school; give --school");
  auto session = sign_in(options.url, school, *key);
  if (!session) return refuse(session.error());
  const auto answer = expect_ok(session->client->send({"GET", options.path, "", "", session->headers()}));
  if (!answer) return refuse(answer.error());
  std::cout << answer->body;
  if (!answer->body.ends_with('\n')) std::cout << '\n';
  return kExitOk;
}

int enrol(const Enrol& options) {
  const auto done = enrol_at(options);
  return done ? kExitOk : refuse(done.error());
}

int login(const Login& options) {
  const auto done = login_at(options);
  return done ? kExitOk : refuse(done.error());
}

}  // namespace letopis::tools
