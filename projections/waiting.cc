#include "projections/waiting.h"

#include <algorithm>
#include <set>

#include "projections/school_state.h"

namespace letopis::projections {

void Waiting::add(const ledger::Entry& entry, std::span<const ShardKey> shards) {
  const auto& statement = entry.statement;
  const auto& event = entry.event;
  if (!event.awaits.empty()) {
    Item item{statement.body.index(), {}, {}};
    for (const auto& awaited : event.awaits) item.awaits.push_back(awaited.role);
    std::copy_if(shards.begin(), shards.end(), std::back_inserter(item.journals),
                 [](const ShardKey& key) { return key.view == View::kJournal; });
    if (!item.journals.empty()) entries_.emplace(statement.id, std::move(item));
    return;
  }
  if (const auto* annulled = std::get_if<ledger::EntryAnnulled>(&statement.body)) {
    entries_.erase(annulled->target);
  } else if (const auto* endorsed = std::get_if<ledger::Endorsed>(&statement.body)) {
    const auto found = entries_.find(endorsed->target);
    if (found == entries_.end()) return;
    auto& awaits = found->second.awaits;
    const auto role = awaited_by(awaits, statement.acting_as, found->second.type);
    if (role != awaits.end()) awaits.erase(role);
    if (awaits.empty() || !endorsed->approve) entries_.erase(found);
  }
}

std::vector<ShardKey> Waiting::journals() const {
  std::set<ShardKey> shards;
  for (const auto& [id, item] : entries_) shards.insert(item.journals.begin(), item.journals.end());
  return {shards.begin(), shards.end()};
}

}  // namespace letopis::projections
