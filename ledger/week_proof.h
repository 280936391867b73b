#pragma once
// A week of a diary with the proof that it is complete (docs/formats/week-proof.md): the entries of its shards up to a state
// commitment, their place in the committed tree, and the proof file of that commitment. What came later stands beside. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/shard_key.h"
#include "ledger/sparse_tree.h"
#include "signing/base/bytes.h"
#include "signing/base/result.h"

namespace letopis::ledger {

struct WeekProof {
  // An entry before the commitment: its bytes, or its leaf alone where they are not the reader's to see.
  struct Listed {
    std::uint64_t index = 0;
    Bytes event;  // empty: not shown
    Hash leaf;    // set when it is not shown
  };
  // One with its inclusion proof under the commitment's checkpoint, or without where that does not reach so far.
  struct Placed {
    std::uint64_t index = 0;
    Bytes event;
    std::vector<Hash> path;
  };
  struct Shard {
    ShardKey key;
    std::optional<Placed> opened;  // of a journal: what opened its group, and says what it is called
    std::vector<Listed> entries;   // all of them, by index; none: a proof of absence
    SparseTree::Proof proof;
    std::vector<Placed> later;  // from the commitment on, by index; those the reader may see
  };

  Id student;
  Date week;                  // Monday
  std::vector<Shard> shards;  // the diary first, then journals of the same week, each group once
  std::string commitment;     // the proof file of a state_committed

  std::string encode() const;
};

// Whether a text begins as such a file does.
bool is_week_proof(std::string_view text);
// What parses encodes to the same bytes; nothing is verified yet. Errors: "malformed", "out_of_range", "too_large".
Result<WeekProof> parse_week_proof(std::string_view text);

}  // namespace letopis::ledger
