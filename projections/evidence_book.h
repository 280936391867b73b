#pragma once
// What the log holds of evidence from outside the operator: whose word counts (the trust policy), what they have said (anchors),
// whether the clock agreed with it, and the logs of neighbours. Part of SchoolState.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/receipt_bracket.h"
#include "ledger/trust_policy.h"
#include "projections/folding.h"

namespace letopis::projections {

// A cosignature as an anchor holds it, read and not verified: `decide` does that once.
struct AnchoredLine {
  std::size_t witness = 0;  // of the policy
  std::int64_t at = 0;      // unix seconds
};
// nullopt: not a line of a cosignature by one of the policy's witnesses.
std::optional<AnchoredLine> anchored_line(const ledger::TrustPolicy& policy, std::string_view line);

using ledger::kClockAgrees;
using ledger::kCosignature;
using ledger::kTimestamp;
inline constexpr std::string_view kClockJump = "jump";  // ClockFault.kind: wall clock and monotonic clock parted
inline constexpr std::string_view kClockEvidence = "evidence";  // it is more than a minute off what a quorum says

class EvidenceBook {
 public:
  struct Policy {
    std::string text, companion;
    std::uint64_t index = 0;  // where it took effect as a proposal: of its last endorsement
    std::shared_ptr<const ledger::TrustPolicy> parsed;
  };
  // The policy anchors are held to; null before the first one is set.
  const Policy* policy() const { return in_force_ ? &*in_force_ : nullptr; }
  // One that follows, from the first anchor on that meets the quorum of the one before over a checkpoint past it.
  const Policy* proposed() const { return proposed_ ? &*proposed_ : nullptr; }

  struct Anchor {
    std::uint64_t index = 0, size = 0;  // its own place; of the checkpoint it is over
    bool met = false;                   // by itself it meets the quorum of the policy then in force
  };
  const std::optional<Anchor>& newest_anchor() const { return newest_; }
  // The newest word of a witness that was anchored, by its key.
  struct Word {
    std::int64_t at = 0;
    std::uint64_t size = 0;
  };
  const Word* newest_word(const PublicKey& witness) const;

  bool clock_doubted() const { return clock_doubted_; }  // brackets alone count

  struct Neighbour {
    std::string vkey, url;
    Hash genesis;
    std::uint64_t index = 0;
  };
  const std::vector<Neighbour>& neighbours() const { return neighbours_; }

  void on(const Folding& f, const ledger::WitnessPolicySet& b);
  void on(const Folding& f, const ledger::AnchorAdded& b);
  void on(const Folding& f, const ledger::ClockFault& b);
  void on(const Folding& f, const ledger::NeighbourGenesis& b);

  // What it holds, as a row of a state that is kept (row_codec.h), and back: "damaged".
  Bytes row() const;
  Status restore(ByteView row);

 private:
  std::optional<Policy> in_force_, proposed_;
  std::optional<Anchor> newest_;
  std::map<PublicKey, Word> words_;
  bool clock_doubted_ = false;
  std::vector<Neighbour> neighbours_;
};

}  // namespace letopis::projections
