#include "server/witness_client.h"

#include "ledger/decimal.h"
#include "signing/rfc3161.h"
#include "signing/sha256.h"

namespace letopis::server {
namespace {

constexpr std::size_t kAnswerMaxBytes = 256 * 1024;  // but of a list of revoked certificates
constexpr std::size_t kWordsMax = 200;

ClientLimits client_limits(const OutwardLimits& limits, std::size_t answer_max_bytes = kAnswerMaxBytes) {
  ClientLimits out;
  out.body_max_bytes = answer_max_bytes;
  out.connect_timeout = limits.connect_timeout;
  out.answer_timeout = limits.answer_timeout;
  return out;
}

// A stranger's words for a log line: short, and without control characters.
std::string words_of(const ClientResponse& answer) {
  std::string words = std::to_string(answer.status);
  for (const char c : answer.body.substr(0, kWordsMax)) {
    if (c == '\n') break;
    words += words.size() == 3 ? ": " : "";
    words += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
  }
  return words;
}

}  // namespace

WitnessClient::WitnessClient(ledger::PolicyWitness witness, OutwardLimits limits)
    : witness_(std::move(witness)), limits_(std::move(limits)) {}

Result<ClientResponse> WitnessClient::send(const std::string& method, const std::string& target, std::string body) {
  if (witness_.url.empty()) return fail("no_url", "the policy gives no address of " + witness_.name);
  const auto [host, path] = split_url(witness_.url);
  if (!client_) {
    TRY(client_, HttpClient::connect(host, limits_.ca_file, client_limits(limits_)));
  }
  ClientRequest request;
  request.method = method;
  request.target = path + target;
  request.content_type = body.empty() ? "" : "text/plain; charset=utf-8";
  request.body = std::move(body);
  // Asked twice it gives two cosignatures of one checkpoint: nothing is done twice.
  request.headers.emplace_back("Idempotency-Key", "add-checkpoint");
  auto answer = client_->send(request);
  if (!answer) client_.reset();
  return answer;
}

Result<ledger::Cosigned> WitnessClient::ask(const ledger::Checkpoint& checkpoint, std::string_view note,
                                            const Consistency& prove) {
  for (int tries = 0; tries < 2; ++tries) {
    ledger::AddCheckpoint asked{cosigned_, {}, std::string(note)};
    if (cosigned_ != 0 && cosigned_ < checkpoint.size) {
      TRY(asked.proof, prove(cosigned_, checkpoint.size));
    }
    TRY(const auto answer, send("POST", "/add-checkpoint", asked.encode()));
    if (answer.status == 200) {
      auto good = ledger::cosignatures_in(answer.body, checkpoint.text(), witness_.key);
      if (good.empty()) return fail("no_cosignature", witness_.name);
      cosigned_ = checkpoint.size;
      return std::move(good.front());
    }
    if (answer.status == 422) return fail("witness_inconsistent", witness_.name + ": " + words_of(answer));
    const auto stored = answer.status == 409 && answer.body.ends_with('\n')
                            ? ledger::parse_decimal(std::string_view(answer.body).substr(0, answer.body.size() - 1))
                            : Result<std::uint64_t>(fail("malformed"));
    if (!stored) return fail("witness_refuses", witness_.name + ": " + words_of(answer));
    if (*stored > checkpoint.size)
      return fail("witness_ahead", witness_.name + " has cosigned " + std::to_string(*stored) +
                                       " entries, the log has " + std::to_string(checkpoint.size));
    cosigned_ = *stored;
  }
  return fail("witness_refuses", witness_.name + ": its stored size changes between two requests");
}

Result<std::optional<std::string>> WitnessClient::newest(std::string_view origin) {
  TRY(auto answer, send("GET", "/" + to_hex(signing::sha256({as_bytes(origin)}).view()) + "/checkpoint", {}));
  if (answer.status == 404) return std::optional<std::string>();
  if (answer.status != 200) return fail("witness_refuses", witness_.name + ": " + words_of(answer));
  return std::optional(std::move(answer.body));
}

Result<Bytes> fetch_token(const std::string& url, const Hash& digest, Random& random, const OutwardLimits& limits) {
  const auto [host, path] = split_url(url);
  TRY(const auto client, HttpClient::connect(host, limits.ca_file, client_limits(limits)));
  const auto query = signing::make_timestamp_query(digest, random);
  ClientRequest request;
  request.method = "POST";
  request.target = path.empty() ? "/" : path;
  request.content_type = "application/timestamp-query";
  request.body = std::string(as_text(query.der));
  TRY(const auto answer, client->send(request));
  if (answer.status != 200) return fail("authority_refuses", url + ": " + std::to_string(answer.status));
  return signing::token_of_answer(as_bytes(std::string_view(answer.body)), query);
}

namespace {

constexpr std::int64_t kListKeptMicros = 3600 * kMicrosPerSecond, kListMissedMicros = 600 * kMicrosPerSecond;
constexpr std::chrono::milliseconds kListPatience{1'000};  // to connect, and to answer: a token waits for it

Result<signing::RevocationList> fetch_list(const std::string& url, const OutwardLimits& limits) {
  OutwardLimits soon = limits;
  soon.connect_timeout = std::min(limits.connect_timeout, kListPatience);
  soon.answer_timeout = std::min(limits.answer_timeout, kListPatience);
  const auto [host, path] = split_url(url);
  TRY(const auto client,
      HttpClient::connect(host, soon.ca_file, client_limits(soon, signing::kRevocationListSizeMaxBytes)));
  TRY(const auto answer, client->send({"GET", path.empty() ? "/" : path, {}, {}, {}}));
  if (answer.status != 200) return fail("authority_refuses", url + ": " + std::to_string(answer.status));
  return signing::RevocationList::read(as_bytes(std::string_view(answer.body)));
}

}  // namespace

std::vector<signing::RevocationList> RevocationLists::at(const std::vector<std::string>& urls,
                                                         const OutwardLimits& limits) {
  std::vector<signing::RevocationList> lists;
  for (const auto& url : urls) {
    const Instant now = clock_.now();
    {
      const std::lock_guard lock(mutex_);
      const auto kept = kept_.find(url);
      if (kept != kept_.end() && now < kept->second.until) {
        if (kept->second.list) lists.push_back(*kept->second.list);
        continue;
      }
    }
    auto list = fetch_list(url, limits);
    if (!list) missed_(url, list.error());
    const std::lock_guard lock(mutex_);
    Kept& kept = kept_[url];
    kept.until = Instant{now.micros + kListMissedMicros};
    if (list) {
      kept.until = std::max(kept.until, std::min(list->next(), Instant{now.micros + kListKeptMicros}));
      kept.list = *std::move(list);
    } else {
      ++missed_total_;
    }
    if (kept.list) lists.push_back(*kept.list);
  }
  return lists;
}

Result<StampedToken> ask_authority(const ledger::PolicyTsa& authority, const Hash& digest,
                                   std::int64_t accuracy_seconds, Random& random, RevocationLists& revoked,
                                   const OutwardLimits& limits) {
  if (authority.url.empty()) return fail("no_url", "the policy gives no address of " + authority.name);
  StampedToken token;
  TRY(token.alone, fetch_token(authority.url, digest, random, limits));
  const std::int64_t accuracy = accuracy_seconds * kMicrosPerSecond;
  TRY_STATUS(signing::verify_timestamp(token.alone, digest, authority.certificate, accuracy));
  TRY(const auto urls, signing::revocation_list_urls(token.alone));
  if (urls.empty()) return token;
  TRY(token.lists, signing::lists_signed_by_chain(token.alone, revoked.at(urls, limits), authority.certificate));
  if (token.lists.empty()) return token;
  TRY_STATUS(signing::verify_timestamp(token.alone, digest, authority.certificate, accuracy, token.lists));
  if (auto with = signing::with_revocation_lists(token.alone, token.lists)) token.listed = *std::move(with);
  return token;
}

}  // namespace letopis::server
