// interop_log write <folder>: a small log as files, for a foreign program to check:
//   vkey                           the log's verifier key
//   witnesses                      verifier keys of those who cosigned every checkpoint, one a line
//   time                           when they did, unix seconds of the first; each next one a second later
//   sizes                          the sizes that have a checkpoint, one a line, ascending
//   checkpoint/<size>              signed and cosigned checkpoints
//   tile/…                         hash tiles and entry bundles of every one of those sizes, as tlog-tiles names them
//   inclusion/<size>/<index>       proof files (tlog-proof)
//   consistency/<old>/<new>        base64 hashes, one a line
// interop_log check <folder>: checks such a folder that a foreign program wrote (tiles are not read).

#include <algorithm>
#include <cstdio>
#include <set>

#include "ledger/checkpoint.h"
#include "ledger/decimal.h"
#include "ledger/merkle.h"
#include "ledger/tiles.h"
#include "signing/base/file.h"
#include "signing/base/random.h"

namespace letopis::ledger {
namespace {

constexpr std::string_view kOrigin = "journal.example.org/log/licey29";
constexpr std::size_t kFileSizeMaxBytes = 1u << 20;
// On both sides of every boundary of a tile, and the example of tlog-tiles.
constexpr std::string_view kWitnesses[] = {"witness.example.org/a", "witness.example.org/b"};
constexpr std::int64_t kCosignedAt = 1'790'000'000;
constexpr std::uint64_t kSizes[] = {1, 2, 3, 70, 255, 256, 257, 600, 65'535, 65'536, 70'000};

std::string entry(std::uint64_t index) { return "entry " + std::to_string(index); }
Hash entry_hash(std::uint64_t index) { return leaf_hash(as_bytes(entry(index))); }

// The perfect subtrees of the largest tree, by level.
class Nodes {
 public:
  explicit Nodes(std::uint64_t size) {
    levels_.emplace_back();
    for (std::uint64_t i = 0; i < size; ++i) levels_[0].push_back(entry_hash(i));
    while (levels_.back().size() > 1) {
      const auto& below = levels_.back();
      std::vector<Hash> level;
      for (std::size_t i = 0; i + 1 < below.size(); i += 2) level.push_back(node_hash(below[i], below[i + 1]));
      levels_.push_back(std::move(level));
    }
  }
  NodeSource source() const {
    return [this](unsigned level, std::uint64_t index) -> Result<Hash> { return levels_.at(level).at(index); };
  }

 private:
  std::vector<std::vector<Hash>> levels_;
};

Status write_file(const std::string& path, ByteView bytes) {
  TRY_STATUS(posix_file_system().make_directories(path.substr(0, path.rfind('/'))));
  return posix_file_system().write_atomically(path, bytes, 0644);
}

Result<std::string> read_file(const std::string& path) {
  TRY(const Bytes bytes, posix_file_system().read(path, kFileSizeMaxBytes));
  return std::string(as_text(bytes));
}

std::string hash_lines(const std::vector<Hash>& hashes) {
  std::string text;
  for (const auto& hash : hashes) text += to_base64(hash.view()) + "\n";
  return text;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

Result<std::vector<Hash>> parse_hash_lines(std::string_view text) {
  std::vector<Hash> hashes;
  for (const auto& line : lines_of(text)) {
    TRY(const Bytes bytes, from_base64(line));
    if (bytes.size() != Hash::kSize) return fail("malformed", "a hash of another length");
    hashes.push_back(Hash::copy_of(bytes));
  }
  return hashes;
}

std::string checkpoint_path(const std::string& folder, std::uint64_t size) {
  return folder + "/checkpoint/" + std::to_string(size);
}
std::string pair_path(const std::string& folder, const char* kind, std::uint64_t first, std::uint64_t second) {
  return folder + "/" + kind + "/" + std::to_string(first) + "/" + std::to_string(second);
}

class Writer {
 public:
  explicit Writer(std::string folder) : folder_(std::move(folder)), nodes_(Nodes(kSizes[std::size(kSizes) - 1])) {}

  Status write() {
    TRY_STATUS(write_file(folder_ + "/vkey", as_bytes(vkey_.text() + "\n")));
    std::string witnesses;
    for (const auto name : kWitnesses) {
      witness_keys_.push_back(signing::KeyPair::generate(signing::Purpose::kWitness, random_));
      witnesses += signing::vkey_of(name, signing::kNoteTypeCosignature, witness_keys_.back()).text() + "\n";
    }
    TRY_STATUS(write_file(folder_ + "/witnesses", as_bytes(witnesses)));
    TRY_STATUS(write_file(folder_ + "/time", as_bytes(std::to_string(kCosignedAt) + "\n")));
    std::string sizes;
    for (const auto size : kSizes) {
      sizes += std::to_string(size) + "\n";
      TRY_STATUS(write_tree(size));
    }
    return write_file(folder_ + "/sizes", as_bytes(sizes));
  }

 private:
  Status write_tree(std::uint64_t size) {
    TRY(const Hash root, root_of(size, nodes_.source()));
    TRY(const std::string checkpoint, cosigned(sign_checkpoint({std::string(kOrigin), size, root}, key_)));
    TRY_STATUS(write_file(checkpoint_path(folder_, size), as_bytes(checkpoint)));
    TRY_STATUS(write_tiles(size));
    for (const auto index : some_leaves(size)) {
      TRY(std::vector<Hash> proof, inclusion_proof(index, size, nodes_.source()));
      const ProofFile file{as_context(index), index, std::move(proof), checkpoint};
      TRY_STATUS(write_file(pair_path(folder_, "inclusion", size, index), as_bytes(file.encode())));
    }
    for (const auto older : kSizes) {
      if (older > size) break;
      TRY(const std::vector<Hash> proof, consistency_proof(older, size, nodes_.source()));
      TRY_STATUS(write_file(pair_path(folder_, "consistency", older, size), as_bytes(hash_lines(proof))));
    }
    return {};
  }

  Result<std::string> cosigned(const std::string& signed_note) const {
    TRY(signing::Note note, signing::parse_note(signed_note));
    for (std::size_t i = 0; i < witness_keys_.size(); ++i)
      note.signatures.push_back(
          signing::cosign(note.text, kWitnesses[i], witness_keys_[i], kCosignedAt + static_cast<std::int64_t>(i)));
    return note.encode();
  }

  static std::optional<Bytes> as_context(std::uint64_t index) {
    if (index % 2 == 0) return std::nullopt;
    const std::string text = entry(index);
    return Bytes(text.begin(), text.end());
  }

  std::set<std::uint64_t> some_leaves(std::uint64_t size) {
    std::set<std::uint64_t> leaves = {0, size / 2, size - 1};
    for (int i = 0; i < 20; ++i) leaves.insert(random_.below(size));
    return leaves;
  }

  Status write_tiles(std::uint64_t size) {
    for (unsigned level = 0; level <= kTileLevelMax; ++level) {
      for (std::uint64_t index = 0; tile_width(size, level, index) > 0; ++index)
        TRY_STATUS(write_tile({false, level, index, tile_width(size, level, index)}));
    }
    for (std::uint64_t index = 0; tile_width(size, 0, index) > 0; ++index)
      TRY_STATUS(write_tile({true, 0, index, tile_width(size, 0, index)}));
    return {};
  }

  Status write_tile(const TileAddress& tile) {
    const std::string path = folder_ + "/" + tile_path(tile);
    if (posix_file_system().exists(path)) return {};
    Bytes content;
    for (std::uint64_t i = tile.index * kTileWidth; i < tile.index * kTileWidth + tile.width; ++i) {
      if (tile.entries) {
        append_to_bundle(content, as_bytes(entry(i)));
      } else {
        TRY(const Hash hash, nodes_.source()(tile.level * kTileHeight, i));
        append(content, hash.view());
      }
    }
    return write_file(path, content);
  }

  std::string folder_;
  Nodes nodes_;
  SeededRandom random_{29};
  signing::KeyPair key_ = signing::KeyPair::generate(signing::Purpose::kLog, random_);
  signing::VerifierKey vkey_ = signing::vkey_of(kOrigin, signing::kNoteTypeEd25519, key_);
  std::vector<signing::KeyPair> witness_keys_;
};

class Checker {
 public:
  explicit Checker(std::string folder) : folder_(std::move(folder)) {}

  Status check() {
    TRY(const std::string vkey, read_file(folder_ + "/vkey"));
    TRY(vkey_, signing::parse_vkey(std::string_view(vkey).substr(0, vkey.find('\n'))));
    TRY(const std::string witnesses, read_file(folder_ + "/witnesses"));
    for (const auto& line : lines_of(witnesses)) {
      TRY(witnesses_.emplace_back(), signing::parse_vkey(line));
    }
    TRY(const std::string time, read_file(folder_ + "/time"));
    TRY(cosigned_at_, parse_decimal(std::string_view(time).substr(0, time.find('\n'))));
    TRY(const std::string sizes, read_file(folder_ + "/sizes"));
    for (const auto& line : lines_of(sizes)) {
      TRY(const std::uint64_t size, parse_decimal(line));
      TRY_STATUS(check_tree(size));
    }
    if (checkpoints_.empty() || inclusions_ == 0 || witnesses_.empty())
      return fail("malformed", "nothing was there to check");
    std::printf("interop_log: %zu checkpoints of %zu cosignatures each, %zu inclusion proofs, %zu consistency proofs\n",
                checkpoints_.size(), witnesses_.size(), inclusions_, consistencies_);
    return {};
  }

 private:
  Status check_tree(std::uint64_t size) {
    TRY(const std::string note, read_file(checkpoint_path(folder_, size)));
    TRY(const SignedCheckpoint opened, open_checkpoint(note, vkey_));
    if (opened.checkpoint.size != size) return fail("malformed", "a checkpoint of another size");
    TRY_STATUS(check_cosignatures(note));
    checkpoints_.push_back(opened.checkpoint);
    TRY(const auto indexes, posix_file_system().list(folder_ + "/inclusion/" + std::to_string(size)));
    for (const auto& name : indexes) {
      TRY(const std::uint64_t index, parse_decimal(name));
      TRY(const std::string text, read_file(pair_path(folder_, "inclusion", size, index)));
      TRY(const ProofFile file, parse_proof_file(text));
      if (file.index != index || file.encode() != text)
        return fail("malformed", "a proof file we would write otherwise");
      TRY_STATUS(verify_proof_file(file, entry_hash(index), vkey_));
      ++inclusions_;
    }
    for (const auto& older : checkpoints_) {
      TRY(const std::string text, read_file(pair_path(folder_, "consistency", older.size, size)));
      TRY(const std::vector<Hash> proof, parse_hash_lines(text));
      TRY_STATUS(verify_consistency(older.size, older.root, size, opened.checkpoint.root, proof));
      ++consistencies_;
    }
    return {};
  }

  Status check_cosignatures(const std::string& text) const {
    TRY(const signing::Note note, signing::parse_note(text));
    TRY(const auto seen, signing::verify_note(note, witnesses_));
    if (seen.size() != witnesses_.size()) return fail("malformed", "a witness has not cosigned");
    for (const auto& one : seen)
      if (one.cosigned_at != static_cast<std::int64_t>(cosigned_at_ + one.key_index))
        return fail("malformed", "a cosignature of another time");
    return {};
  }

  std::string folder_;
  signing::VerifierKey vkey_;
  std::vector<signing::VerifierKey> witnesses_;
  std::uint64_t cosigned_at_ = 0;
  std::vector<Checkpoint> checkpoints_;
  std::size_t inclusions_ = 0;
  std::size_t consistencies_ = 0;
};

}  // namespace
}  // namespace letopis::ledger

int main(int argc, char** argv) {
  using namespace letopis;
  const std::string_view mode = argc == 3 ? argv[1] : "";
  Status status = signing::initialise();
  if (status && mode == "write") {
    status = ledger::Writer(argv[2]).write();
  } else if (status && mode == "check") {
    status = ledger::Checker(argv[2]).check();
  } else if (status) {
    status = fail("usage", "interop_log write|check <folder>");
  }
  if (status) return 0;
  std::fprintf(stderr, "interop_log: %s\n", status.error().text().c_str());
  return 1;
}
