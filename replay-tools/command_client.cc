// letopis submit, get, enrol, login: what a browser does, by the same protocol.

#include <algorithm>
#include <filesystem>
#include <iostream>

#include <boost/json.hpp>

#include "commands/files.h"
#include "commands/rights.h"
#include "ledger/authorship.h"
#include "ledger/checkpoint.h"
#include "ledger/schema/describe.h"
#include "replay-tools/command.h"
#include "server/sign_in.h"
#include "server/submit.h"

namespace letopis::tools {
namespace {

// What a person may act as today, as the server says ("capacities": ["teacher", …]).
std::vector<ledger::Role> capacities_in(const std::string& json) {
  std::vector<ledger::Role> held;
  boost::json::error_code error;
  const auto value = boost::json::parse(json, error);
  const auto* names = error || !value.is_object() ? nullptr : value.as_object().if_contains("capacities");
  if (names == nullptr || !names->is_array()) return held;
  for (const auto& name : names->as_array())
    if (const auto role = name.is_string() ? ledger::enum_from_name<ledger::Role>(name.as_string()) : std::nullopt)
      held.push_back(*role);
  return held;
}

// Statements that do not say in which capacity they are signed: in one that is entitled to them, else in the first one held.
bool says_no_capacity(const commands::StatementDraft& draft) {
  return static_cast<int>(draft.statement.acting_as) == 0;
}
Status choose_capacities(const std::vector<ledger::Role>& held, std::vector<commands::StatementDraft>& drafts) {
  if (std::none_of(drafts.begin(), drafts.end(), says_no_capacity)) return {};
  if (held.empty()) return fail("no_capacity", "this key's person holds no capacity today");
  for (auto& draft : drafts) {
    if (!says_no_capacity(draft)) continue;
    const auto signers = commands::right_for(draft.statement.body).signers;
    const auto fits = std::find_if(held.begin(), held.end(),
                                   [&](ledger::Role role) { return (signers & commands::role_bit(role)) != 0; });
    draft.statement.acting_as = fits == held.end() ? held.front() : *fits;
  }
  return {};
}

// Signs the drafts in order, on a chain of this run's own.
Result<Bytes> sign_all(const Contact& contact, const signing::KeyPair& key,
                       std::vector<commands::StatementDraft>& drafts, const std::vector<Bytes>& files) {
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
    statement.origin = contact.origin;
    if (statement.id.is_zero()) statement.id = random.id();
    if (!statement.author.is_zero() && statement.author != contact.person)
      return fail("foreign_author",
                  "statement " + std::to_string(number + 1) + " names another author than the key's owner");
    statement.author = contact.person;
    statement.key = key.id();
    statement.chain = chain;
    statement.number = ++number;
    statement.previous = previous;
    statement.salt = random.id();
    statement.seen = contact.seen;
    statement.claimed_at = SystemClock().now();
    bytes.push_back(ledger::encode(statement));
    const Signature signature = key.sign(ledger::statement_message(bytes.back()));
    previous = ledger::previous_hash(bytes.back(), signature);
    buffer.statements.push_back({bytes.back(), signature});
  }
  for (const auto& text : texts) buffer.texts.push_back({text.field, text.salt, text.text});
  for (const auto& file : files) buffer.blobs.push_back({file});
  return ledger::encode(buffer);
}

// What is to be signed, and the files it names.
struct Drafted {
  std::vector<commands::StatementDraft> drafts;
  std::vector<Bytes> files;
};
Result<Drafted> read_drafts(const Submit& options) {
  Drafted read;
  TRY(const std::string json, read_text(options.file, commands::kStatementJsonSizeMaxBytes));
  TRY(read.drafts, commands::read_statements_json(json, ledger::kStatementsPerRequestMax));
  for (const auto& file : options.files) {
    TRY(read.files.emplace_back(), posix_file_system().read(file, ledger::kBlobSizeMaxBytes));
    const Hash hash = signing::sha256(read.files.back());
    const bool named = std::any_of(read.drafts.begin(), read.drafts.end(), [&](const commands::StatementDraft& draft) {
      if (std::holds_alternative<ledger::ProfileAdopted>(draft.statement.body)) return true;  // what it extends, too
      const auto hashes = commands::files_named(draft.statement);
      return std::find(hashes.begin(), hashes.end(), hash) != hashes.end();
    });
    if (!named) return fail("file_unnamed", file + ": no statement names it; its SHA-256 is " + to_hex(hash.view()));
  }
  return read;
}

// What became of one entry, for people.
std::string told(const boost::json::object& entry) {
  const auto text = [&](const char* name) {
    const auto* value = entry.if_contains(name);
    return value == nullptr || !value->is_string() ? std::string() : std::string(value->as_string());
  };
  std::string line = "entry " + boost::json::serialize(entry.at("index")) + " " + text("verdict") + " at " +
                     text("recorded_at") + "  statement " + text("statement") + "\n";
  if (const auto* awaits = entry.if_contains("awaits"); awaits != nullptr && awaits->is_array()) {
    line += "  awaits the signature of:";
    for (const auto& role : awaits->as_array()) line += " " + std::string(role.as_string());
    line += "\n";
  }
  // Most sentences name their clause themselves: "r001, п. 5.5".
  const std::string message = text("message"), clause = text("clause");
  const bool named = clause.empty() || message.find(clause.substr(0, clause.find(' '))) != std::string::npos;
  if (!message.empty()) line += "  " + message + (named ? "" : " (" + clause + ")") + "\n";
  return line;
}

// What became of the statement; a key may be refused like any other: the words of the refusal are the error.
Result<std::string> enrolled_item(const std::string& answer) {
  boost::json::error_code error;
  const auto value = boost::json::parse(answer, error);
  if (error || !value.is_object()) return fail("bad_answer", "not a JSON object");
  const auto* item = value.as_object().if_contains("item");
  if (const auto* items = value.as_object().if_contains("items");
      items != nullptr && items->is_array() && !items->as_array().empty())
    item = &items->as_array().front();
  if (item == nullptr) return fail("bad_answer", "nothing was recorded");
  const std::string recorded = boost::json::serialize(*item);
  if (text_member(recorded, "verdict") == "refused")
    return fail(text_member(recorded, "rule"), text_member(recorded, "message"));
  return recorded;
}

void print_enrolled(const Enrol& options, const Id& person, const signing::KeyPair& key, const std::string& recorded) {
  if (options.json) {
    std::cout << "{\"person\":\"" << to_hex(person.view()) << "\",\"login\":" << ledger::json_string(options.login)
              << ",\"key\":\"" << to_hex(key.id().view()) << "\",\"key_file\":" << ledger::json_string(options.out)
              << ",\"receipt\":" << ledger::json_string(text_member(recorded, "receipt")) << "}\n";
    return;
  }
  std::cout << options.out << ": the key of " << to_hex(person.view()) << '\n';
  if (!options.login.empty()) std::cout << "signs in as " << options.login << '\n';
}

struct NewAccount {
  ledger::Account account;
  Hash proof;
};
Result<NewAccount> account_for(const std::string& login, const Id& person, const signing::KeyPair& key,
                               Random& random) {
  NewAccount made;
  made.account.login = login;
  made.account.person = person;
  made.account.salt = random.id();
  TRY(const std::string words, password(login));
  TRY(auto secrets, signing::stretch_password(words, made.account.salt));
  made.proof = Hash::copy_of(secrets.login_proof);
  made.account.proof_hash = server::proof_hash(made.proof);
  made.account.public_key = key.public_key();
  made.account.wrapped_key = signing::wrap_key(key, secrets.wrapping_key, random);
  return made;
}

// As named, or as what the invited person is.
Result<ledger::Role> enrolling_as(const Enrol& options, const std::string& invitation) {
  if (!options.role.empty()) {
    const auto role = ledger::enum_from_name<ledger::Role>(options.role);
    return role ? Result<ledger::Role>(*role) : fail("unknown_value", "no role " + options.role);
  }
  const auto held = capacities_in(invitation);
  return held.empty() ? fail("no_capacity", "the invited person holds no role today: give --role")
                      : Result<ledger::Role>(held.front());
}

Status enrol_at(const Enrol& options) {
  SystemRandom random;
  TRY(const auto code_key, signing::key_from_invitation_code(options.code));
  if (posix_file_system().exists(options.out))
    return fail("already_exists", options.out + " exists; keys are never overwritten");
  TRY(auto client, connect(options.url));
  const auto ask = [&](const char* path, const boost::json::object& body) {
    return expect_ok(
        client->send({"POST", path, "application/json", boost::json::serialize(body), language_headers()}));
  };
  TRY(const auto challenge, ask("/v1/auth/challenge", {{"school", options.school}}));
  const std::string nonce = text_member(challenge.body, "nonce");
  const std::string origin = text_member(challenge.body, "origin");
  TRY(const Bytes nonce_bytes, from_hex(nonce));
  const Signature known = code_key.sign(tagged_message("letopis/invitation/v1", {as_bytes(origin), nonce_bytes}));
  TRY(const auto invited, ask("/v1/auth/invitation", {{"school", options.school},
                                                      {"code_key", to_hex(code_key.public_key().view())},
                                                      {"nonce", nonce},
                                                      {"signature", to_base64(known.view())}}));
  TRY(const Id invitation, fixed_from_hex<Id>(text_member(invited.body, "invitation")));
  TRY(const Id person, fixed_from_hex<Id>(text_member(invited.body, "person")));
  TRY(const ledger::Role role, enrolling_as(options, invited.body));
  TRY(const auto newest, newest_checkpoint(*client, options.school));

  const auto key = signing::KeyPair::generate(signing::Purpose::kAuthor, random);
  commands::Author author(key, origin, person, random);
  commands::Author::Draft draft;
  draft.acting_as = role;
  draft.claimed_at = SystemClock().now();
  draft.body = ledger::KeyEnrolled{
      invitation, person, key.public_key(),
      code_key.sign(tagged_message("letopis/enrolment/v1",
                                   {as_bytes(origin), invitation.view(), person.view(), key.public_key().view()}))};
  const auto statement = author.sign(draft, {newest.checkpoint.size, newest.checkpoint.root});

  // The key file first: what is enrolled must never be a key that nobody has. A clear no leaves none behind.
  TRY_STATUS(write_key(options.out, key));
  const auto record = [&]() -> Result<server::ClientResponse> {
    if (options.login.empty()) {
      commands::RawSubmission alone;
      alone.statements.push_back(statement);
      return expect_ok(
          client->send({"POST", "/v1/schools/" + options.school + "/events", std::string(server::kStatementsMediaType),
                        std::string(as_text(server::write_submission_buffer(alone))), language_headers()}));
    }
    TRY(const auto made, account_for(options.login, person, key, random));
    const Signature signed_account = key.sign(server::account_message(origin, made.account));
    return ask("/v1/auth/enrol", {{"school", options.school},
                                  {"statement", to_base64(statement.bytes)},
                                  {"signature", to_base64(statement.signature.view())},
                                  {"login", options.login},
                                  {"salt", to_hex(made.account.salt.view())},
                                  {"proof", to_hex(made.proof.view())},
                                  {"wrapped_key", to_base64(made.account.wrapped_key)},
                                  {"account_signature", to_base64(signed_account.view())}});
  };
  const auto answer = record();
  const auto item = answer ? enrolled_item(answer->body) : tl::unexpected(answer.error());
  if (!item && (answer || answer.error().code.starts_with("http_4"))) std::filesystem::remove(options.out);
  return item.map([&](const std::string& recorded) { print_enrolled(options, person, key, recorded); });
}

Status login_at(const Login& options) {
  TRY(auto client, connect(options.url));
  const auto ask = [&](const char* path, const boost::json::object& body) {
    return expect_ok(
        client->send({"POST", path, "application/json", boost::json::serialize(body), language_headers()}));
  };
  TRY(const auto salted, ask("/v1/auth/salt", {{"school", options.school}, {"login", options.login}}));
  TRY(const Id salt, fixed_from_hex<Id>(text_member(salted.body, "salt")));
  TRY(const std::string words, password(options.login));
  TRY(const auto secrets, signing::stretch_password(words, salt));
  TRY(const auto in,
      ask("/v1/auth/login",
          {{"school", options.school}, {"login", options.login}, {"proof", to_hex(secrets.login_proof)}}));
  TRY(const PublicKey expected, fixed_from_hex<PublicKey>(text_member(in.body, "public_key")));
  TRY(const Bytes wrapped, from_base64(text_member(in.body, "wrapped_key")));
  TRY(const auto key, signing::unwrap_key(wrapped, signing::Purpose::kAuthor, expected, secrets.wrapping_key));
  TRY_STATUS(write_key(options.out, key));
  std::cout << "{\"person\":" << ledger::json_string(text_member(in.body, "person")) << ",\"key\":\""
            << to_hex(key.id().view()) << "\"}\n";
  return {};
}

}  // namespace

Status print_entries(const std::string& json, const std::string& directory) {
  boost::json::error_code error;
  const auto value = boost::json::parse(json, error);
  const auto* entries = error || !value.is_object() ? nullptr : value.as_object().if_contains("items");
  if (entries == nullptr || !entries->is_array()) {
    std::cout << json << '\n';
    return {};
  }
  if (!directory.empty()) TRY_STATUS(posix_file_system().make_directories(directory));
  for (const auto& item : entries->as_array()) {
    const auto& entry = item.as_object();
    std::cout << told(entry);
    const auto* receipt = entry.if_contains("receipt");
    if (directory.empty() || receipt == nullptr || !receipt->is_string()) continue;
    const std::string_view proof(receipt->as_string());
    const std::string file = directory + "/" + boost::json::serialize(entry.at("index")) + ".tlog-proof";
    TRY_STATUS(posix_file_system().write_atomically(file, as_bytes(proof), 0644));
  }
  return {};
}

void tell_of_receipts(const std::string& directory) {
  if (!directory.empty()) return;
  std::cerr << "letopis: no receipts were kept: --receipts DIR keeps them; of an entry that is recorded, letopis prove "
               "--index N --out N.tlog-proof, with the same --url, --school and --key\n";
}

Result<Contact> contact_with(Session& session, bool asks_capacities) {
  Contact contact;
  contact.origin = session.origin;
  contact.person = session.person;
  contact.school = session.school;
  if (asks_capacities) {
    TRY(const auto me,
        expect_ok(session.client->send({"GET", "/v1/schools/" + session.school + "/me", "", "", session.headers()})));
    contact.held = capacities_in(me.body);
    // Whoever both teaches and leads a class speaks of lessons and marks as their teacher.
    std::stable_partition(contact.held.begin(), contact.held.end(),
                          [](ledger::Role role) { return role != ledger::Role::kClassTeacher; });
  }
  TRY(const auto newest, newest_checkpoint(*session.client, session.school));
  contact.seen = {newest.checkpoint.size, newest.checkpoint.root};
  return contact;
}

Result<Bytes> sign_statements(const Contact& contact, const signing::KeyPair& key,
                              std::vector<commands::StatementDraft>& drafts, const std::vector<Bytes>& files) {
  TRY_STATUS(choose_capacities(contact.held, drafts));
  return sign_all(contact, key, drafts, files);
}

Result<std::string> post_statements(Session& session, ByteView submission) {
  TRY(auto answer, expect_ok(session.client->send({"POST", "/v1/schools/" + session.school + "/events",
                                                   std::string(server::kStatementsMediaType),
                                                   std::string(as_text(submission)), session.headers()})));
  return std::move(answer.body);
}

Result<std::string> record(Session& session, const signing::KeyPair& key, std::vector<commands::StatementDraft>& drafts,
                           const std::vector<Bytes>& files) {
  TRY(const Contact contact, contact_with(session, std::any_of(drafts.begin(), drafts.end(), says_no_capacity)));
  TRY(const Bytes body, sign_statements(contact, key, drafts, files));
  return post_statements(session, body);
}

namespace {

// Whoever asked for witnesses' words is told where there are none: the entry is recorded all the same.
void tell_uncosigned(const std::string& answer) {
  boost::json::error_code error;
  const auto value = boost::json::parse(answer, error);
  const auto* items = error || !value.is_object() ? nullptr : value.as_object().if_contains("items");
  if (items == nullptr || !items->is_array()) return;
  const auto signatures = [](const boost::json::value& item) -> std::size_t {
    const auto file = ledger::parse_proof_file(text_member(boost::json::serialize(item), "receipt"));
    const auto note = file ? signing::parse_note(file->checkpoint) : tl::unexpected(file.error());
    return note ? note->signatures.size() : 0;
  };
  const auto& all = items->as_array();
  if (std::any_of(all.begin(), all.end(), [&](const auto& item) { return signatures(item) < 2; }))
    std::cerr
        << "letopis: recorded, and not cosigned yet: the school names no witnesses, or too few have answered; fetch "
           "the receipt later with prove --cosigned\n";
}

int submit_at_once(const Submit& options, const signing::KeyPair& key, Drafted drafted) {
  auto session = sign_in(options.url, options.school, key);
  if (!session) return refuse(session.error());
  if (options.cosigned) session->prefer = "wait=cosigned";
  const auto answer = record(*session, key, drafted.drafts, drafted.files);
  if (!answer) return refuse(answer.error());
  if (options.cosigned) tell_uncosigned(*answer);
  if (options.json) {
    std::cout << *answer << '\n';
    return kExitOk;
  }
  if (const auto printed = print_entries(*answer, options.receipts); !printed) return refuse(printed.error());
  tell_of_receipts(options.receipts);
  return kExitOk;
}

}  // namespace

int submit(const Submit& options) {
  if (!options.example.empty()) {
    const auto example = commands::example_json(options.example);
    if (!example) return refuse(example.error());
    std::cout << *example << '\n';
    return kExitOk;
  }
  const bool something = !options.file.empty() || !options.queue.empty();
  if (!something || options.url.empty() || options.school.empty() || options.key.empty())
    return refuse("submit needs FILE, --url, --school and --key (or --example TYPE)");
  if (options.queue.empty() && (!options.notaries.empty() || !options.companion.empty()))
    return refuse("--notary and --companion go with --queue, where what they stamp is kept");
  auto drafted = options.file.empty() ? Result<Drafted>(Drafted{}) : read_drafts(options);
  if (!drafted) return refuse(drafted.error());
  const auto key = read_key(options.key, signing::Purpose::kAuthor);
  if (!key) return refuse(key.error());
  if (options.queue.empty()) return submit_at_once(options, *key, *std::move(drafted));
  return submit_queued(options, *key, std::move(drafted->drafts), drafted->files);
}

namespace {

// As people write it: 2026-09-01T10:30:00+03:00 and blanks have no meaning of their own in a query that was typed.
std::string target_of(const std::string& path) {
  std::string target;
  bool in_query = false;
  for (const char c : path) {
    in_query = in_query || c == '?';
    if (c == ' ')
      target += "%20";
    else if (c == '+' && in_query)
      target += "%2B";
    else
      target += c;
  }
  return target;
}

// The school is in the path: /v1/schools/S/… or /log/S/…
std::string school_in(const std::string& path) {
  for (const std::string prefix : {"/v1/schools/", "/log/"})
    if (path.starts_with(prefix)) return path.substr(prefix.size(), path.find('/', prefix.size()) - prefix.size());
  return {};
}

Result<std::string> get_as(const Get& options) {
  const server::ClientRequest request{"GET", target_of(options.path), "", "", language_headers()};
  if (options.key.empty()) {  // what the server tells everybody
    TRY(const auto client, connect(options.url));
    auto answer = expect_ok(client->send(request));
    if (!answer && answer.error().code == "http_401") return fail("http_401", answer.error().detail + " (--key)");
    if (!answer) return tl::unexpected(std::move(answer).error());
    return std::move(answer->body);
  }
  TRY(const auto key, read_key(options.key, signing::Purpose::kAuthor));
  const std::string school = options.school.empty() ? school_in(options.path) : options.school;
  if (school.empty()) return fail("malformed", "PATH names no school; give --school");
  TRY(const auto session, sign_in(options.url, school, key));
  TRY(auto answer, expect_ok(session.client->send({"GET", request.target, "", "", session.headers()})));
  return std::move(answer.body);
}

}  // namespace

int get(const Get& options) {
  if (!options.path.starts_with('/')) return refuse("PATH begins with a slash: /v1/schools/SCHOOL/me");
  const auto body = get_as(options);
  if (!body) return refuse(body.error());
  std::cout << *body;
  if (!body->ends_with('\n')) std::cout << '\n';
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
