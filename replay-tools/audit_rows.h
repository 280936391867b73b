#pragma once
// Holds the derived rows of a school's database (leaf hashes' end, tiles, chain index) against what was rebuilt from its
// entries, and looks for rows that nobody wrote. ledger/store_rows.h and docs/formats/store.md say what the rows are.

#include "ledger/kv.h"
#include "replay-tools/audit_chains.h"
#include "replay-tools/audit_findings.h"
#include "replay-tools/audit_merkle.h"

namespace letopis::audit {

Status compare_database(const ledger::KvStore& kv, std::uint32_t school, const AuditTree& tree,
                        const ChainTable& chains, Findings& findings);

}  // namespace letopis::audit
