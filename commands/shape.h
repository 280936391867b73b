#pragma once
// What a statement gets wrong by itself, whatever the school holds: a number out of bounds, days in the wrong order, a sealed
// text it must commit to and does not. `decide` refuses it by rule::kInvalidValue; messages say what was there and what may
// stand there.
//
// Pure.

#include <optional>

#include "ledger/statement.h"
#include "signing/base/words.h"

namespace letopis::commands {

struct Misfit {
  Words value, allowed;
};

// The first of them.
std::optional<Misfit> misfit(const ledger::Statement& statement);

}  // namespace letopis::commands
