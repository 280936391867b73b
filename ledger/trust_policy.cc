#include "ledger/trust_policy.h"

#include <algorithm>
#include <numeric>

#include "ledger/decimal.h"

namespace letopis::ledger {
namespace {

constexpr std::int64_t kAccuracyMaxSeconds = 24 * 3600;

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t start = line.find_first_not_of(" \t", at);
    if (start == std::string_view::npos) break;
    const std::size_t end = std::min(line.find_first_of(" \t", start), line.size());
    words.push_back(line.substr(start, end - start));
    at = end;
  }
  return words;
}

bool allowed(char c) {
  const auto octet = static_cast<unsigned char>(c);
  return octet == '\t' || (octet >= 0x20 && octet != 0x7f);
}

Result<std::size_t> small_number(std::string_view word, std::size_t most) {
  TRY(const std::uint64_t number, parse_decimal(word));
  if (number > most) return fail("malformed", "a number of at most " + std::to_string(most) + " is expected");
  return static_cast<std::size_t>(number);
}

}  // namespace

// Reads both files line by line into the policy.
struct TrustPolicy::Reader {
  TrustPolicy& policy;
  bool quorum_said = false;
  using Words = std::vector<std::string_view>;
  using Line = Status (Reader::*)(const Words&);

  // Every line ends in LF; what is wrong with one is told with its number.
  Status read(std::string_view text, std::string_view file, Status (Reader::*line)(const Words&)) {
    if (text.size() > kPolicySizeMaxBytes)
      return fail("malformed", std::string(file) + ": longer than a policy may be");
    for (std::size_t number = 1; !text.empty(); ++number) {
      const std::size_t end = text.find('\n');
      const std::string at = std::string(file) + " line " + std::to_string(number) + ": ";
      if (end == std::string_view::npos) return fail("malformed", at + "the last line does not end");
      const std::string_view content = text.substr(0, end);
      text.remove_prefix(end + 1);
      if (!std::all_of(content.begin(), content.end(), allowed)) return fail("malformed", at + "a control character");
      const auto words = words_of(content);
      if (words.empty() || words[0].starts_with('#')) continue;
      if (const auto read = (this->*line)(words); !read) return fail("malformed", at + read.error().text());
    }
    return {};
  }

  Status of_policy(const Words& words) {
    if (words[0] == "log") return log(words);
    if (words[0] == "witness") return witness(words);
    if (words[0] == "group") return group(words);
    if (words[0] == "quorum") return quorum(words);
    return fail("unknown_word", std::string(words[0]) + "; there are log, witness, group, quorum");
  }
  Status of_companion(const Words& words) {
    if (words[0] == "tsa") return authority(words);
    if (words.size() != 2) return fail("wrong_count", std::string(words[0]) + " takes one number");
    if (words[0] == "dishonest") {
      TRY(policy.dishonest_, small_number(words[1], kPolicyNamesMax));
    } else if (words[0] == "accuracy") {
      TRY(const std::size_t seconds, small_number(words[1], kAccuracyMaxSeconds));
      policy.accuracy_seconds_ = static_cast<std::int64_t>(seconds);
    } else if (words[0] == "tsa-quorum") {
      TRY(policy.authorities_quorum_, small_number(words[1], kPolicyNamesMax));
    } else {
      return fail("unknown_word", std::string(words[0]) + "; there are dishonest, accuracy, tsa, tsa-quorum");
    }
    return {};
  }

 private:
  static Result<signing::VerifierKey> key_of(std::string_view text, std::uint8_t type) {
    TRY(signing::VerifierKey key, signing::parse_vkey(text));
    if (key.type != type)
      return fail("key_type",
                  type == signing::kNoteTypeEd25519 ? "a log's key is of type 01" : "a witness's key is of type 04");
    return key;
  }
  template <class Items>
  static Status room_for(const Items& items) {
    if (items.size() >= kPolicyNamesMax)
      return fail("too_many", "at most " + std::to_string(kPolicyNamesMax) + " of a kind");
    return {};
  }
  template <class Items>
  static bool has_key(const Items& items, const PublicKey& key) {
    return std::any_of(items.begin(), items.end(), [&](const auto& item) { return item.key.key == key; });
  }
  std::optional<std::size_t> find(std::string_view name) const {
    const auto it =
        std::find_if(policy.names_.begin(), policy.names_.end(), [&](const Name& known) { return known.text == name; });
    if (it == policy.names_.end()) return std::nullopt;
    return static_cast<std::size_t>(it - policy.names_.begin());
  }
  Status free(std::string_view name) const {
    if (name == "none" || find(name)) return fail("name_taken", std::string(name));
    return {};
  }

  Status log(const Words& words) {
    if (words.size() < 2 || words.size() > 3) return fail("wrong_count", "log <vkey> [<url>]");
    TRY_STATUS(room_for(policy.logs_));
    TRY(signing::VerifierKey key, key_of(words[1], signing::kNoteTypeEd25519));
    if (has_key(policy.logs_, key.key)) return fail("duplicate", "this log's key is there already");
    policy.logs_.push_back({std::move(key), std::string(words.size() == 3 ? words[2] : "")});
    return {};
  }
  Status witness(const Words& words) {
    if (words.size() < 3 || words.size() > 4) return fail("wrong_count", "witness <name> <vkey> [<url>]");
    TRY_STATUS(room_for(policy.witnesses_));
    TRY_STATUS(free(words[1]));
    TRY(signing::VerifierKey key, key_of(words[2], signing::kNoteTypeCosignature));
    if (has_key(policy.witnesses_, key.key)) return fail("duplicate", "this witness's key is there already");
    policy.names_.push_back({std::string(words[1]), policy.witnesses_.size(), {}, false});
    policy.witnesses_.push_back(
        {std::string(words[1]), std::move(key), std::string(words.size() == 4 ? words[3] : "")});
    return {};
  }
  Status group(const Words& words) {
    if (words.size() < 4) return fail("wrong_count", "group <name> all|any|<k> <name>...");
    if (policy.names_.size() - policy.witnesses_.size() >= kPolicyNamesMax) return fail("too_many", "groups");
    TRY_STATUS(free(words[1]));
    Group group;
    for (std::size_t i = 3; i < words.size(); ++i) {
      const auto member = find(words[i]);
      if (!member) return fail("unknown_name", std::string(words[i]) + " is not defined above");
      // So that each witness counts in one way only.
      if (policy.names_[*member].member_of_one) return fail("member_twice", std::string(words[i]));
      policy.names_[*member].member_of_one = true;
      group.members.push_back(*member);
    }
    if (words[2] == "all") {
      group.threshold = group.members.size();
    } else if (words[2] == "any") {
      group.threshold = 1;
    } else {
      TRY(group.threshold, small_number(words[2], group.members.size()));
      if (group.threshold == 0) return fail("threshold", "a group of 0 says nothing");
    }
    policy.names_.push_back({std::string(words[1]), std::nullopt, std::move(group), false});
    return {};
  }
  Status quorum(const Words& words) {
    if (words.size() != 2) return fail("wrong_count", "quorum <name>");
    if (quorum_said) return fail("duplicate", "there is one quorum line");
    quorum_said = true;
    if (words[1] == "none") return {};
    policy.quorum_ = find(words[1]);
    if (!policy.quorum_) return fail("unknown_name", std::string(words[1]) + " is not defined above");
    return {};
  }
  Status authority(const Words& words) {
    if (words.size() < 3 || words.size() > 4) return fail("wrong_count", "tsa <name> <base64 of DER> [<url>]");
    TRY_STATUS(room_for(policy.authorities_));
    const auto taken = [&](const PolicyTsa& known) { return known.name == words[1]; };
    if (std::any_of(policy.authorities_.begin(), policy.authorities_.end(), taken))
      return fail("name_taken", std::string(words[1]));
    TRY(Bytes certificate, from_base64(words[2]));
    if (certificate.size() > kTsaCertificateMaxBytes) return fail("too_large", "a certificate of more than 16 KiB");
    const auto same = [&](const PolicyTsa& known) { return known.certificate == certificate; };
    if (std::any_of(policy.authorities_.begin(), policy.authorities_.end(), same))
      return fail("duplicate", "this authority's certificate is there already: it would count twice");
    policy.authorities_.push_back(
        {std::string(words[1]), std::move(certificate), std::string(words.size() == 4 ? words[3] : "")});
    return {};
  }
};

Result<TrustPolicy> TrustPolicy::parse(std::string_view text, std::string_view companion) {
  TrustPolicy policy;
  Reader reader{policy};
  TRY_STATUS(reader.read(text, "policy", &Reader::of_policy));
  if (!reader.quorum_said) return fail("malformed", "policy: a quorum line is missing");
  TRY_STATUS(reader.read(companion, "companion", &Reader::of_companion));
  if (policy.authorities_quorum_ > policy.authorities_.size())
    return fail("malformed", "companion: tsa-quorum asks for more authorities than there are");
  if (policy.authorities_quorum_ != 0 && policy.authorities_quorum_ <= policy.dishonest_)
    return fail("too_few_authorities", "tsa-quorum " + std::to_string(policy.authorities_quorum_) +
                                           " may consist of the " + std::to_string(policy.dishonest_) +
                                           " that may lie");
  if (policy.quorum_ && policy.least_overlap() <= policy.dishonest_)
    return fail("disjoint_quorums",
                "two quorums may share " + std::to_string(policy.least_overlap()) + " witnesses, of whom " +
                    std::to_string(policy.dishonest_) +
                    " may lie: they could be shown two histories. Ask for more of them: of 2 both, of "
                    "3 two, of 5 three");
  return policy;
}

std::vector<signing::VerifierKey> TrustPolicy::witness_keys() const {
  std::vector<signing::VerifierKey> keys;
  keys.reserve(witnesses_.size());
  for (const auto& witness : witnesses_) keys.push_back(witness.key);
  return keys;
}

// Names form a tree (each is a member once): of a group, two quorums choose k members each and share at least 2k − n of them,
// at best for whoever wants them apart those whose own quorums share least.
std::size_t TrustPolicy::overlap_of(std::size_t number) const {
  const Name& name = names_[number];
  if (name.witness) return 1;
  const std::size_t members = name.group.members.size(), chosen = 2 * name.group.threshold;
  if (chosen <= members) return 0;
  std::vector<std::size_t> shared;
  for (const std::size_t member : name.group.members) shared.push_back(overlap_of(member));
  std::sort(shared.begin(), shared.end());
  return std::accumulate(shared.begin(), shared.begin() + static_cast<std::ptrdiff_t>(chosen - members),
                         std::size_t{0});
}

std::size_t TrustPolicy::least_overlap() const { return quorum_ ? overlap_of(*quorum_) : 0; }

// The value at which a name is reached, when its witnesses come in the order of `better`: of a group, its k-th member's.
template <class Value, class Of, class Better>
Value TrustPolicy::threshold_value(std::size_t number, const Of& of, const Better& better) const {
  const Name& name = names_[number];
  if (name.witness) return of(*name.witness);
  std::vector<Value> values;
  for (const std::size_t member : name.group.members) values.push_back(threshold_value<Value>(member, of, better));
  const auto last = values.begin() + static_cast<std::ptrdiff_t>(name.group.threshold - 1);
  std::nth_element(values.begin(), last, values.end(), better);
  return *last;
}

namespace {

// Nobody's sighting: never reached.
constexpr Instant kNever{INT64_MAX}, kNotSince{INT64_MIN};

Instant latest_of(const std::optional<Bracket>& seen) { return seen ? seen->latest : kNever; }
Instant earliest_of(const std::optional<Bracket>& seen) { return seen ? seen->earliest : kNotSince; }
constexpr auto kSooner = [](Instant a, Instant b) { return a < b; };
constexpr auto kLater = [](Instant a, Instant b) { return b < a; };

// k of a flat list.
Instant kth(std::vector<Instant> values, std::size_t k, bool (*better)(Instant, Instant)) {
  const auto last = values.begin() + static_cast<std::ptrdiff_t>(k - 1);
  std::nth_element(values.begin(), last, values.end(), better);
  return *last;
}

}  // namespace

bool TrustPolicy::met(const Sightings& by) const {
  if (!quorum_) return true;
  return threshold_value<Instant>(
             *quorum_, [&](std::size_t i) { return latest_of(by.witnesses[i]); }, kSooner) != kNever;
}

std::optional<Bracket> TrustPolicy::bracket(const Sightings& by) const {
  Bracket found{kNotSince, kNever};
  if (quorum_)
    found = {threshold_value<Instant>(
                 *quorum_, [&](std::size_t i) { return earliest_of(by.witnesses[i]); }, kLater),
             threshold_value<Instant>(
                 *quorum_, [&](std::size_t i) { return latest_of(by.witnesses[i]); }, kSooner)};
  if (authorities_quorum_ != 0) {
    std::vector<Instant> earliest, latest;
    for (const auto& seen : by.authorities) earliest.push_back(earliest_of(seen)), latest.push_back(latest_of(seen));
    found.earliest = std::max(found.earliest, kth(std::move(earliest), authorities_quorum_, kLater));
    found.latest = std::min(found.latest, kth(std::move(latest), authorities_quorum_, kSooner));
  }
  if (found.latest == kNever) return std::nullopt;
  return found;
}

Bracket TrustPolicy::of_seconds(std::int64_t unix_seconds) const {
  constexpr std::int64_t kMicros = 1'000'000;
  // So that whoever holds a moment against it may still add a clock's tolerance.
  constexpr std::int64_t kMargin = 3600;
  const std::int64_t furthest = INT64_MAX / kMicros - kAccuracyMaxSeconds - kMargin;
  const std::int64_t at = std::clamp(unix_seconds, std::int64_t{0}, furthest);
  return {Instant{(at - accuracy_seconds_) * kMicros}, Instant{(at + 1 + accuracy_seconds_) * kMicros}};
}

}  // namespace letopis::ledger
