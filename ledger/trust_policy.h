#pragma once
// Who must have seen a checkpoint for it to count (C2SP tlog-policy, as it stood at commit 5ba5ee8 of C2SP/C2SP), and between
// which moments their times place it. The page is docs/formats/witness.md. Pure: no I/O, no clock.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "signing/base/bytes.h"
#include "signing/base/result.h"
#include "signing/base/time.h"
#include "signing/note.h"

namespace letopis::ledger {

inline constexpr std::size_t kPolicySizeMaxBytes = 256 * 1024;
inline constexpr std::size_t kPolicyNamesMax = 256;  // logs, witnesses, groups: each
inline constexpr std::size_t kTsaCertificateMaxBytes = 16 * 1024;

struct PolicyLog {
  signing::VerifierKey key;
  std::string url;  // empty: none given
};
struct PolicyWitness {
  std::string name;  // within the policy alone
  signing::VerifierKey key;
  std::string url;  // of its add-checkpoint, without that word
};
// A time-stamping authority (RFC 3161), of the companion file.
struct PolicyTsa {
  std::string name;
  Bytes certificate;  // DER, of the authority that is trusted: a root, or the signer's own
  std::string url;
};

// A moment that is known to lie in [earliest, latest].
struct Bracket {
  Instant earliest, latest;
  bool operator==(const Bracket&) const = default;
};

class TrustPolicy {
 public:
  // `policy` is a tlog-policy file; `companion` what that format leaves out, in the same line syntax:
  //   dishonest <f>                        how many of the witnesses may lie together (default 0)
  //   accuracy <seconds>                   how far their clocks, and an authority's that says nothing of it, may be off (default 1)
  //   tsa <name> <base64 of DER> [<url>]   an authority and the certificate it is trusted by
  //   tsa-quorum <k>                       so many of the authorities date a checkpoint by themselves (default: none do)
  // Errors: "malformed" (names the line); "disjoint_quorums" where two quorums may share no more than the f that may lie (for k
  // of n flat: 2k − n ≤ f): they could be shown two histories; "too_few_authorities" where tsa-quorum is at most f.
  // "quorum none" parses, and is met by anything: it dates nothing.
  static Result<TrustPolicy> parse(std::string_view policy, std::string_view companion = {});

  const std::vector<PolicyLog>& logs() const { return logs_; }
  const std::vector<PolicyWitness>& witnesses() const { return witnesses_; }
  const std::vector<PolicyTsa>& authorities() const { return authorities_; }
  std::vector<signing::VerifierKey> witness_keys() const;  // in the order of witnesses()
  bool asks_nobody() const { return !quorum_; }            // quorum none
  std::size_t dishonest() const { return dishonest_; }
  std::int64_t accuracy_seconds() const { return accuracy_seconds_; }
  std::size_t authorities_quorum() const { return authorities_quorum_; }  // 0: they date nothing

  // The fewest witnesses any two quorums have in common.
  std::size_t least_overlap() const;

  // When each of them saw one checkpoint: witnesses by number, then authorities; nullopt: not.
  struct Sightings {
    std::vector<std::optional<Bracket>> witnesses, authorities;
  };
  Sightings nobody() const {
    return {std::vector<std::optional<Bracket>>(witnesses_.size()),
            std::vector<std::optional<Bracket>>(authorities_.size())};
  }
  bool met(const Sightings& by) const;  // by the witnesses; authorities see no history
  // latest: by then a whole quorum had seen it (the least, over quorums, of the latest in the quorum); earliest: a whole quorum
  // saw it no earlier (the greatest, over quorums, of the earliest). nullopt: no quorum, or the policy asks nobody.
  std::optional<Bracket> bracket(const Sightings& by) const;
  // What a witness's time says, by the accuracy: [t − ε, t + 1 s + ε].
  Bracket of_seconds(std::int64_t unix_seconds) const;

 private:
  struct Group {
    std::size_t threshold = 0;
    std::vector<std::size_t> members;  // numbers of names
  };
  // What stands behind a name: a witness, or a group of the names before it.
  struct Name {
    std::string text;
    std::optional<std::size_t> witness;
    Group group;
    bool member_of_one = false;
  };
  struct Reader;
  std::size_t overlap_of(std::size_t name) const;
  template <class Value, class Of, class Better>
  Value threshold_value(std::size_t name, const Of& of, const Better& better) const;

  std::vector<PolicyLog> logs_;
  std::vector<PolicyWitness> witnesses_;
  std::vector<PolicyTsa> authorities_;
  std::vector<Name> names_;
  std::optional<std::size_t> quorum_;  // a name; nullopt: none
  std::size_t dishonest_ = 0, authorities_quorum_ = 0;
  std::int64_t accuracy_seconds_ = 1;
};

}  // namespace letopis::ledger
