#include "replay-tools/audit_shards.h"

#include <algorithm>
#include <set>
#include <span>

#include "projections/row_codec.h"
#include "signing/sha256.h"

namespace letopis::audit {

using Node = KeptShards::Node;

template <class Codec>
void fields(Codec& c, projections::Of<Codec, Node>& v) {
  c(v.hash, v.kind);
}

namespace {

using Leaves = std::span<const std::pair<Hash, Hash>>;

constexpr unsigned kBucketDepth = 16;

Hash hash_of(std::string_view tag, const Hash& first, const Hash& second) {
  constexpr std::uint8_t kZero = 0;
  return signing::sha256({as_bytes(tag), {&kZero, 1}, first.view(), second.view()});
}

Node join(const Node& left, const Node& right) {
  using Kind = Node::Kind;
  if (left.kind == Kind::kEmpty && right.kind != Kind::kInner) return right;
  if (right.kind == Kind::kEmpty && left.kind != Kind::kInner) return left;
  return {hash_of("letopis/state-node/v1", left.hash, right.hash), Kind::kInner};
}

bool bit_of(const Hash& key, unsigned position) { return (key.bytes[position / 8] >> (7 - position % 8) & 1u) != 0; }

// The subtree of these leaves, whose keys share their first `depth` bits. No key is longer than 256 of them, and none is there twice.
Node subtree(Leaves leaves, unsigned depth) {
  if (leaves.empty()) return {};
  if (leaves.size() == 1)
    return {hash_of("letopis/state-leaf/v1", leaves[0].first, leaves[0].second), Node::Kind::kLeaf};
  const auto right =
      std::partition_point(leaves.begin(), leaves.end(), [&](const auto& leaf) { return !bit_of(leaf.first, depth); });
  const auto count = static_cast<std::size_t>(right - leaves.begin());
  return join(subtree(leaves.first(count), depth + 1), subtree(leaves.subspan(count), depth + 1));
}

Node join_all(std::vector<Node> nodes) {
  while (nodes.size() > 1) {
    for (std::size_t i = 0; i < nodes.size() / 2; ++i) nodes[i] = join(nodes[2 * i], nodes[2 * i + 1]);
    nodes.resize(nodes.size() / 2);
  }
  return nodes.front();
}

std::size_t bucket_of(const Hash& key) { return std::size_t{key.bytes[0]} << 8 | key.bytes[1]; }

Bytes bucket_key(std::size_t number) {
  return {'b', static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
}
Bytes group_key(std::size_t number) { return {'g', static_cast<std::uint8_t>(number)}; }
const Bytes kTopKey = {'t'};

}  // namespace

template <class T>
T KeptShards::read(const Bytes& key) const {
  const auto row = row_(key);
  auto value = row ? projections::from_row<T>(*row) : Result<T>(T());
  if (value) return *std::move(value);
  damaged_(key);
  return {};
}

KeptShards::Nodes KeptShards::read_nodes(const Bytes& key) const {
  auto nodes = read<Nodes>(key);
  nodes.resize(kWidth);
  return nodes;
}

KeptShards::Bucket& KeptShards::bucket(std::size_t number) {
  const auto [found, is_new] = buckets_.try_emplace(number);
  if (!is_new) return found->second;
  auto& leaves = found->second.leaves = read<std::vector<std::pair<Hash, Hash>>>(bucket_key(number));
  if (subtree(leaves, kBucketDepth).hash != group(number / kWidth).nodes[number % kWidth].hash)
    damaged_(bucket_key(number));
  return found->second;
}

KeptShards::Group& KeptShards::group(std::size_t number) {
  const auto [found, is_new] = groups_.try_emplace(number);
  if (!is_new) return found->second;
  found->second.nodes = read_nodes(group_key(number));
  if (join_all(found->second.nodes).hash != top()[number].hash) damaged_(group_key(number));
  return found->second;
}

Hash* KeptShards::find(const Hash& key) {
  auto& leaves = bucket(bucket_of(key)).leaves;
  const auto at = std::lower_bound(leaves.begin(), leaves.end(), key,
                                   [](const auto& leaf, const Hash& wanted) { return leaf.first < wanted; });
  return at != leaves.end() && at->first == key ? &at->second : nullptr;
}

void KeptShards::add(const ledger::ShardKey& shard, std::uint64_t index, const Hash& leaf) {
  const auto [newest, is_new] = newest_.try_emplace(shard, index);
  if (!is_new && newest->second == index) return;
  newest->second = index;
  const Hash key = ledger::shard_tree_key(shard);
  const Hash* digest = find(key);
  set(key, ledger::next_shard_digest(digest == nullptr ? Hash{} : *digest, index, leaf));
}

void KeptShards::set(const Hash& key, const Hash& digest) {
  const std::size_t number = bucket_of(key);
  Bucket& in = bucket(number);
  if (Hash* known = find(key)) {
    *known = digest;
  } else {
    const auto at = std::lower_bound(in.leaves.begin(), in.leaves.end(), key,
                                     [](const auto& leaf, const Hash& wanted) { return leaf.first < wanted; });
    in.leaves.insert(at, {key, digest});
    ++count_;
  }
  in.changed = true;
  stale_.push_back(number);
}

KeptShards::Nodes& KeptShards::top() {
  if (top_.empty()) top_ = read_nodes(kTopKey);
  return top_;
}

Hash KeptShards::root() {
  std::set<std::size_t> touched;
  for (const std::size_t number : std::set<std::size_t>(stale_.begin(), stale_.end())) {
    Group& of = group(number / kWidth);
    of.nodes[number % kWidth] = subtree(bucket(number).leaves, kBucketDepth);
    of.changed = true;
    touched.insert(number / kWidth);
  }
  stale_.clear();
  for (const std::size_t number : touched) top()[number] = join_all(group(number).nodes);
  return join_all(top()).hash;
}

void KeptShards::rows(const PutRow& put) {
  root();
  for (const auto& [number, in] : buckets_)
    if (in.changed) put(bucket_key(number), projections::to_row(in.leaves));
  for (const auto& [number, of] : groups_)
    if (of.changed) put(group_key(number), projections::to_row(of.nodes));
  put(kTopKey, projections::to_row(top()));
}

}  // namespace letopis::audit
