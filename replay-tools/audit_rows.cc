#include "replay-tools/audit_rows.h"

#include "ledger/store_rows.h"

namespace letopis::audit {

namespace rows = ledger::rows;
using rows::Kind;

namespace {

constexpr std::uint64_t kTileWidth = 256;
constexpr std::size_t kSchoolPrefixBytes = 5;

std::string row_name(ByteView key) { return std::string(1, static_cast<char>(key[0])) + " " + to_hex(key.subspan(1)); }

class Rows {
 public:
  Rows(const ledger::KvStore& kv, std::uint32_t school, Findings& findings)
      : kv_(kv), school_(school), findings_(findings) {}

  Status tiles(const AuditTree& tree) {
    std::uint64_t expected = 0;
    for (unsigned level = 1; level < 8 && tree.size() >> (8 * (level + 1)) != 0; ++level)
      expected += tree.size() >> (8 * (level + 1));
    std::uint64_t found = 0;
    TRY_STATUS(each(Kind::kTile, [&](ByteView key, ByteView value) {
      if (key.size() != kSchoolPrefixBytes + 9) return unknown(key);
      const unsigned level = key[kSchoolPrefixBytes];
      const std::uint64_t index = get_big_endian(key.subspan(kSchoolPrefixBytes + 1));
      if (level < 1 || level > 6 || index >= tree.size() >> (8 * (level + 1))) return unknown(key);
      ++found;
      if (!equal(value, tile(tree, level, index))) findings_.add("tile_differs", {}, row_name(key));
    }));
    if (found != expected) findings_.add("tile_differs", {}, std::to_string(expected - found) + " missing");
    return {};
  }

  Status chains(const ChainTable& table) {
    std::uint64_t found = 0;
    TRY_STATUS(each(Kind::kChain, [&](ByteView key, ByteView value) {
      if (key.size() != kSchoolPrefixBytes + 2 * Id::kSize || value.size() != 4) return unknown(key);
      const std::uint64_t number = get_big_endian(value);
      if (number >= table.chains().size()) return unknown(key);
      ++found;
      const auto& chain = table.chains()[static_cast<std::size_t>(number)];
      const ByteView name = key.subspan(kSchoolPrefixBytes);
      if (!equal(name.first(Id::kSize), chain.key.view()) || !equal(name.subspan(Id::kSize), chain.chain.view()))
        findings_.add("chain_row_differs", {}, row_name(key));
    }));
    if (found != table.chains().size())
      findings_.add("chain_row_differs", {}, std::to_string(table.chains().size() - found) + " missing");
    return {};
  }

  Status statements(const ChainTable& table) {
    std::uint64_t expected = 0;
    for (const auto& chain : table.chains())
      if (chain.whole) expected += chain.indices.size();
    std::uint64_t found = 0;
    TRY_STATUS(each(Kind::kStatement, [&](ByteView key, ByteView value) {
      const auto row = rows::statement_of(key);
      if (!row || value.size() != 8 || row->chain >= table.chains().size()) return unknown(key);
      const auto& chain = table.chains()[row->chain];
      if (!chain.whole) return;
      if (row->number == 0 || row->number > chain.indices.size()) return unknown(key);
      ++found;
      const std::uint64_t index = chain.indices[static_cast<std::size_t>(row->number - 1)];
      if (get_big_endian(value) != index) findings_.add("chain_row_differs", {index}, row_name(key));
    }));
    if (found != expected) findings_.add("chain_row_differs", {}, std::to_string(expected - found) + " missing");
    return {};
  }

  // Entries end where the tree does; so must the leaf hashes.
  Status leaves(const AuditTree& tree) {
    return kv_.scan(rows::leaf(school_, tree.size()), rows::end(Kind::kLeaf, school_), {}, [&](ByteView key, ByteView) {
      unknown(key);
      return true;
    });
  }

  // Rows of kinds that do not exist, of any school.
  Status strangers() {
    constexpr std::uint8_t kKinds[] = {'C', 'E', 'K', 'L', 'P', 'S', 'T'};
    Bytes from;
    for (const std::uint8_t kind : kKinds) {
      TRY_STATUS(between(from, {kind}));
      from = {static_cast<std::uint8_t>(kind + 1)};
    }
    return between(from, {});
  }

 private:
  static Bytes tile(const AuditTree& tree, unsigned level, std::uint64_t index) {
    Bytes hashes;
    hashes.reserve(kTileWidth * Hash::kSize);
    for (std::uint64_t i = 0; i < kTileWidth; ++i) append(hashes, tree.node(8 * level, index * kTileWidth + i).view());
    return hashes;
  }
  template <class Visit>
  Status each(Kind kind, Visit visit) const {
    return kv_.scan(rows::first(kind, school_), rows::end(kind, school_), {}, [&](ByteView key, ByteView value) {
      visit(key, value);
      return true;
    });
  }
  Status between(const Bytes& from, const Bytes& to) {
    if (from == to && !to.empty()) return {};
    return kv_.scan(from, to, {}, [&](ByteView key, ByteView) {
      unknown(key);
      return true;
    });
  }
  void unknown(ByteView key) { findings_.add("unknown_row", {}, row_name(key)); }

  const ledger::KvStore& kv_;
  std::uint32_t school_;
  Findings& findings_;
};

}  // namespace

Status compare_database(const ledger::KvStore& kv, std::uint32_t school, const AuditTree& tree,
                        const ChainTable& chains, Findings& findings) {
  Rows rows(kv, school, findings);
  TRY_STATUS(rows.tiles(tree));
  TRY_STATUS(rows.chains(chains));
  TRY_STATUS(rows.statements(chains));
  TRY_STATUS(rows.leaves(tree));
  return rows.strangers();
}

}  // namespace letopis::audit
