#include "replay-tools/audit_chains.h"

#include "signing/sha256.h"

namespace letopis::audit {

Hash hash_of_link(ByteView statement, const Signature& signature) {
  constexpr std::string_view kTag("letopis/previous/v1\0", 20);
  return signing::sha256({as_bytes(kTag), statement, signature.view()});
}

void ChainTable::add(const ledger::Statement& statement, const Hash& hash, std::uint64_t index, Findings& findings) {
  const auto [found, is_new] = by_name_.try_emplace({statement.key, statement.chain}, chains_.size());
  if (is_new) {
    auto kept = kept_ ? kept_(statement.key, statement.chain) : std::nullopt;
    chains_.push_back(kept ? *std::move(kept) : Chain{statement.key, statement.chain, 0, {}, {}, true});
  }
  Chain& chain = chains_[found->second];
  const auto report = [&](std::string_view code, std::string detail) {
    findings.add(code, {index, statement.id, statement.author}, detail);
    chain.whole = false;
  };
  if (statement.number == 0 || statement.number <= chain.number) {
    report("chain_repeated", std::to_string(statement.number) + " ≤ " + std::to_string(chain.number));
    return;  // the chain goes on from where it was
  }
  if (statement.number != chain.number + 1)
    report("chain_gap", std::to_string(chain.number) + " → " + std::to_string(statement.number));
  else if (statement.previous != chain.newest)
    report("chain_broken", "№ " + std::to_string(statement.number));
  chain.number = statement.number;
  chain.newest = hash;
  chain.indices.push_back(index);
}

}  // namespace letopis::audit
