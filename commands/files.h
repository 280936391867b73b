#pragma once
// Files of the blob store: which of them a statement names, and what a school keeps as a file. Pure.

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "ledger/anchor_evidence.h"
#include "ledger/statement.h"

namespace letopis::commands {

// The files a statement names, the scan of its basis included; each once.
std::vector<Hash> files_named(const ledger::Statement& statement);

// A file that an anchor names; nullopt: it is not to be had.
using ReadEvidence = std::function<std::optional<Bytes>(const ledger::EvidenceFile&)>;
// The time-stamp token (DER) that a piece of evidence is, or that lies in the file it names; nullopt: neither, or it cannot be read.
std::optional<Bytes> token_of(const ledger::Evidence& evidence, const ReadEvidence& file);

// The media types of files that are kept.
std::span<const std::string_view> media_types();
// What a file is by its bytes, whatever anybody says it is; empty for what is none of these.
std::string_view media_type_of(ByteView file);
// "pdf", for a name to save it under.
std::string_view file_extension(std::string_view media_type);

}  // namespace letopis::commands
