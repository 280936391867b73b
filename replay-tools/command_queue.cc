// letopis submit --queue: signed first, kept, and sent when the school's server answers; while it does not, notaries stamp what waits.
// What was recorded late gets its tokens on record (file_attached).

#include <algorithm>
#include <iostream>

#include <boost/json.hpp>

#include "ledger/schema/codec.h"
#include "ledger/schema/describe.h"
#include "ledger/timeliness.h"
#include "replay-tools/command.h"
#include "replay-tools/submit_queue.h"
#include "server/witness_client.h"
#include "signing/rfc3161.h"
#include "signing/sha256.h"

namespace letopis::tools {
namespace {

// Whether another try may find the server, as against an answer that will stay as it is.
bool is_away(const Error& error) {
  constexpr std::string_view kAway[] = {"connect_failed", "tls_failed", "timeout",  "connection_lost",
                                        "http_502",       "http_503",   "http_504", "http_429"};
  return std::find(std::begin(kAway), std::end(kAway), error.code) != std::end(kAway);
}

// --- While the server is away

struct Notaries {
  std::optional<ledger::TrustPolicy> policy;  // the authorities that are trusted
  std::vector<std::string> urls;
};

Result<Notaries> read_notaries(const Submit& options) {
  Notaries notaries;
  notaries.urls = options.notaries;
  if (options.companion.empty()) {
    if (!notaries.urls.empty())
      return fail("malformed", "--notary needs --companion, whose tsa lines say which authorities you trust");
    return notaries;
  }
  TRY(const std::string companion, read_text(options.companion, ledger::kPolicySizeMaxBytes));
  TRY(notaries.policy, ledger::TrustPolicy::parse("quorum none\n", companion));
  if (notaries.urls.empty())
    for (const auto& authority : notaries.policy->authorities())
      if (!authority.url.empty()) notaries.urls.push_back(authority.url);
  if (notaries.urls.size() > ledger::kTokensPerEntryMax) return fail("malformed", "at most 16 notaries");
  return notaries;
}

// Of any authority that is trusted: an address is not a name.
Result<Bytes> token_from(const std::string& url, const Hash& digest, const ledger::TrustPolicy& policy,
                         Random& random) {
  server::OutwardLimits limits;
  if (const char* ca = std::getenv("LETOPIS_CA_FILE")) limits.ca_file = ca;
  TRY(Bytes token, server::fetch_token(url, digest, random, limits));
  for (const auto& authority : policy.authorities())
    if (signing::verify_timestamp(token, digest, authority.certificate, policy.accuracy_seconds() * kMicrosPerSecond))
      return token;
  return fail("notary_unknown", url + ": its token is signed by none of the companion's authorities");
}

struct Stamping {
  std::size_t statements = 0, tokens = 0;
  std::vector<std::string> failures;  // one for each notary, and for each file that does not read
};

// What every statement that waits still lacks. A notary that fails once is asked no more in this run.
Result<Stamping> stamp_waiting(SubmitQueue& queue, const Notaries& notaries) {
  Stamping done;
  SystemRandom random;
  std::vector<bool> failed(notaries.urls.size());
  TRY(const auto names, queue.waiting());
  for (const auto& name : names) {
    const auto bytes = queue.submission(name);
    if (!bytes && bytes.error().code != "damaged") return tl::unexpected(bytes.error());
    if (!bytes) {
      done.failures.push_back(bytes.error().text());
      continue;
    }
    TRY(const auto submission, ledger::decode_submission(*bytes));
    for (std::size_t i = 0; i < submission.statements.size(); ++i) {
      ++done.statements;
      const Hash digest = ledger::stamped_digest(submission.statements[i].bytes, submission.statements[i].signature);
      for (std::size_t k = 0; k < notaries.urls.size(); ++k) {
        if (queue.has_token(name, i, k)) ++done.tokens;
        if (failed[k] || queue.has_token(name, i, k)) continue;
        const auto token = token_from(notaries.urls[k], digest, *notaries.policy, random);
        failed[k] = !token;
        if (!token) done.failures.push_back(notaries.urls[k] + ": " + token.error().text());
        if (!token) continue;
        TRY_STATUS(queue.keep_token(name, i, k, *token));
        ++done.tokens;
      }
    }
  }
  return done;
}

std::string count_of(std::size_t n, std::string_view what) {
  return std::to_string(n) + " " + std::string(what) + (n == 1 ? "" : "s");
}

int queued(const Submit& options, const Stamping& done, const Error& away) {
  for (const auto& failure : done.failures) std::cerr << "letopis: no token: " << failure << '\n';
  if (options.json) {
    std::cout << "{\"queued\":" << done.statements << ",\"tokens\":" << done.tokens
              << ",\"why\":" << ledger::json_string(away.code) << "}\n";
  } else {
    std::cerr << "the server does not answer (" << away.text() << "): " << count_of(done.statements, "statement")
              << (done.statements == 1 ? " waits in " : " wait in ") << options.queue << ", with "
              << count_of(done.tokens, "token") << "; run submit with this --queue again, without FILE, once it does\n";
  }
  return kExitQueued;
}

// --- When it is back

// The tokens of what was recorded late, as submissions of its author's, each with as many files as one may have.
Result<std::vector<Bytes>> attachments(const SubmitQueue& queue, const std::string& name, const Contact& contact,
                                       const signing::KeyPair& key, const ledger::SubmissionBuffer& sent,
                                       const boost::json::array& items) {
  std::vector<Bytes> submissions, files;
  std::vector<commands::StatementDraft> drafts;
  const auto sign = [&]() -> Status {
    if (drafts.empty()) return {};
    TRY(submissions.emplace_back(), sign_statements(contact, key, drafts, files));
    drafts.clear();
    files.clear();
    return {};
  };
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (text_member(boost::json::serialize(items[i]), "verdict") != "late") continue;
    TRY(const auto statement, ledger::decode_statement(sent.statements[i].bytes));
    TRY(const auto tokens, queue.tokens(name, i));
    for (const auto& token : tokens) {
      if (files.size() == ledger::kBlobsPerRequestMax) TRY_STATUS(sign());
      auto& draft = drafts.emplace_back();
      draft.statement.acting_as = statement.acting_as;
      draft.statement.body =
          ledger::FileAttached{statement.id, signing::sha256(token), token.size(), ledger::kTokenMediaType};
      files.push_back(token);
    }
  }
  TRY_STATUS(sign());
  return submissions;
}

// Sends one and puts its tokens on record; the answer.
Result<std::string> deliver(SubmitQueue& queue, const std::string& name, Session& session, const Contact& contact,
                            const signing::KeyPair& key) {
  TRY(const Bytes bytes, queue.submission(name));
  TRY(const auto sent, ledger::decode_submission(bytes));
  TRY(auto answer, post_statements(session, bytes));
  boost::json::error_code error;
  const auto value = boost::json::parse(answer, error);
  const auto* items = error || !value.is_object() ? nullptr : value.as_object().if_contains("items");
  if (items == nullptr || !items->is_array() || items->as_array().size() != sent.statements.size())
    return fail("bad_answer", "the server does not say what became of each statement");
  // What follows waits before what it follows from is gone: whatever dies in between is done again, and recorded once.
  const auto follows = [&](std::size_t n) { return name + "-tokens" + (n == 0 ? "" : "-" + std::to_string(n)); };
  TRY(const auto tokens, attachments(queue, name, contact, key, sent, items->as_array()));
  for (std::size_t n = 0; n < tokens.size(); ++n) TRY_STATUS(queue.add_named(follows(n), tokens[n]));
  for (std::size_t i = 0; i < sent.statements.size(); ++i) {
    const auto* index =
        items->as_array()[i].is_object() ? items->as_array()[i].as_object().if_contains("index") : nullptr;
    if (index != nullptr && index->is_number())
      TRY_STATUS(queue.move_tokens(name, i, index->to_number<std::uint64_t>()));
  }
  TRY_STATUS(queue.taken(name));
  for (std::size_t n = 0; n < tokens.size(); ++n) {
    TRY(const Bytes kept, queue.submission(follows(n)));
    TRY_STATUS(post_statements(session, kept));
    TRY_STATUS(queue.taken(follows(n)));
  }
  return answer;
}

int print_answer(const Submit& options, const std::string& answer) {
  if (options.json) {
    std::cout << answer << '\n';
    return kExitOk;
  }
  const auto printed = print_entries(answer, options.receipts);
  return printed ? kExitOk : refuse(printed.error());
}

struct Run {
  const Submit& options;
  const signing::KeyPair& key;
  SubmitQueue& queue;

  Result<int> away(const Error& why) const {
    TRY(const auto notaries, read_notaries(options));
    TRY(const auto done, stamp_waiting(queue, notaries));
    return queued(options, done, why);
  }
  Status sign(const Contact& contact, std::vector<commands::StatementDraft>& drafts,
              const std::vector<Bytes>& files) const {
    if (drafts.empty()) return {};
    SystemRandom random;
    TRY(const Bytes bytes, sign_statements(contact, key, drafts, files));
    TRY_STATUS(queue.add(bytes, SystemClock().now(), random));
    return {};
  }
  // Signed anew it would be said twice, unless the server has turned it down.
  int stays(const std::string& name, const Error& why) const {
    if (why.code == "damaged") return refuse(why);
    const bool turned_down = why.code.starts_with("http_4");
    return refuse(options.queue + "/" + name + ".statements: " + why.text() +
                  "; it waits on, and the next run sends it again" +
                  (turned_down ? ": mend the reason, or move the file away and submit what it held anew" : ""));
  }
  // Whatever waits, oldest first. One the server will never take stays, is told of, and stops no other.
  Result<int> deliver_all(Session& session, const Contact& contact) const {
    TRY(const auto names, queue.waiting());
    int status = kExitOk;
    bool printed = false;
    for (const auto& name : names) {
      if (const auto waits = queue.submission(name); !waits && waits.error().code == "not_found") continue;  // followed
      const auto answer = deliver(queue, name, session, contact, key);
      if (!answer && is_away(answer.error())) return away(answer.error());
      status = std::max(status, answer ? print_answer(options, *answer) : stays(name, answer.error()));
      printed = printed || answer.has_value();
    }
    if (printed && !options.json) tell_of_receipts(options.receipts);
    return status;
  }
};

Error other_queue(const Submit& options, const Contact& known) {
  return {"other_queue", options.queue + " is of another key, or for another school (" + known.school +
                             "): name a folder of this key's own"};
}

// A folder is one person's at one school: what another key signs, or for another log, could never be sent from it. Once it is empty
// the same person may go on with a new key, which the server knows.
Status own_queue(const SubmitQueue& queue, const Contact& known, const Submit& options, const signing::KeyPair& key) {
  if (known.school == options.school && known.key == key.id()) return {};
  TRY(const auto names, queue.waiting());
  if (known.school == options.school && names.empty()) return {};
  return tl::unexpected(other_queue(options, known));
}

}  // namespace

int submit_queued(const Submit& options, const signing::KeyPair& key, std::vector<commands::StatementDraft> drafts,
                  const std::vector<Bytes>& files) {
  const auto run = [&]() -> Result<int> {
    TRY_STATUS(read_notaries(options));  // what is wrong with it is better told now
    TRY(auto queue, SubmitQueue::open(posix_file_system(), options.queue));
    const Run submitting{options, key, queue};
    TRY(const auto known, queue.contact());
    if (known) TRY_STATUS(own_queue(queue, *known, options, key));
    auto session = sign_in(options.url, options.school, key);
    if (session) {
      if (options.cosigned) session->prefer = "wait=cosigned";
      TRY(Contact contact, contact_with(*session));
      contact.key = key.id();
      if (known && (known->person != contact.person || known->origin != contact.origin))
        return tl::unexpected(other_queue(options, *known));
      TRY_STATUS(queue.remember(contact));
      TRY_STATUS(submitting.sign(contact, drafts, files));
      return submitting.deliver_all(*session, contact);
    }
    if (!is_away(session.error())) return tl::unexpected(session.error());
    const bool met = known && known->school == options.school && known->key == key.id();
    const std::optional<Contact> contact = met ? known : std::nullopt;
    if (!met && !drafts.empty())
      return fail("no_contact",
                  "the server does not answer (" + session.error().text() + "), and " + options.queue +
                      " has not met the school with this key yet: submit once with --queue while it does");
    if (contact) TRY_STATUS(submitting.sign(*contact, drafts, files));
    return submitting.away(session.error());
  };
  const auto status = run();
  return status ? *status : refuse(status.error());
}

}  // namespace letopis::tools
