#pragma once
// What a book of the school's state is given of an entry it folds in: the statement and where it takes effect. Books are parts
// of SchoolState, one a subject; they are folded by it alone, and pure like it.

#include "ledger/statement.h"
#include "signing/base/time.h"

namespace letopis::projections {

struct Folding {
  const ledger::Statement& st;
  std::uint64_t index;  // where it takes effect: its own, or that of the last endorsement it waited for
  Instant at;
  Date today;
  std::uint64_t source;  // its own index
  // What acts at once holds from today unless the statement says otherwise; plans from the next local midnight.
  Date at_once() const { return st.effective_from.days != 0 ? st.effective_from : today; }
  Date from_midnight() const { return st.effective_from.days != 0 ? st.effective_from : today + 1; }
};

}  // namespace letopis::projections
