#pragma once
// GET events/{index}, its proof and the files it names: single entries of the log, for those who may see them. An entry is
// seen by its author, by whoever sees every page, and where one of its views is: a mark in the journal of its group and in
// the diary of its pupil; what is given out or addressed, by those it is for.

#include <cstdint>
#include <string>

#include "ledger/statement.h"
#include "server/sessions.h"

namespace letopis::server {

// What a group is told together, of which these pupils are: lessons, topics, works, homework. Never what speaks of one pupil.
bool is_for_the_group(const ledger::Body& body, const std::vector<Id>& pupils);

// Errors: "not_found" (also for what the caller may not see: whether an index is somebody else's mark is not told apart
// from an index that does not exist yet, but for those who see it), and the store's.
Result<Bytes> entry_bytes(const Caller& caller, std::uint64_t index);
Result<std::string> entry_json(const Caller& caller, std::uint64_t index);
// Under the newest checkpoint; `cosigned`: under the first that an anchor covers, with its cosignatures ("pending").
Result<std::string> entry_proof(const Caller& caller, std::uint64_t index, bool cosigned);

// A file that the entry names, or that its author attached to it: whoever sees the entry opens the file. "not_found" also for a
// file that some other entry names; "file_gone" when it is kept no longer.
Result<Bytes> entry_file(const Caller& caller, std::uint64_t index, const Hash& hash);

}  // namespace letopis::server
