// The proofs of transparency-dev/merkle: those that must be accepted, and those that must not.

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "ledger/merkle.h"
#include "signing/sha256.h"

namespace letopis::ledger {
namespace {

namespace json = boost::json;

json::array read_vectors(const std::string& name) {
  std::ifstream file(LETOPIS_SOURCE_DIR "/tests/data/vectors/merkle-rfc6962/" + name);
  EXPECT_TRUE(file.is_open()) << name;
  std::stringstream text;
  text << file.rdbuf();
  return json::parse(text.str()).as_array();
}

std::uint64_t number(const json::object& vector, std::string_view field) {
  return json::value_to<std::uint64_t>(vector.at(field));
}

// A hash that is not 32 bytes is refused where it is read: the verifier's types have no room for one.
Result<Hash> parse_hash(const json::value& text) {
  TRY(const Bytes bytes, from_base64(std::string_view(text.as_string())));
  if (bytes.size() != Hash::kSize) return fail("malformed", "a hash of " + std::to_string(bytes.size()) + " bytes");
  return Hash::copy_of(bytes);
}

// The authors' verifier takes a root for opaque bytes, and one vector has short ones ("two equal roots"). Its digest stands
// in for such a root: equal ones stay equal, and no proof leads to it.
Result<Hash> parse_root(const json::value& text) {
  TRY(const Bytes bytes, from_base64(std::string_view(text.as_string())));
  return bytes.size() == Hash::kSize ? Hash::copy_of(bytes) : signing::sha256(bytes);
}

Result<std::vector<Hash>> parse_proof(const json::value& list) {
  std::vector<Hash> proof;
  if (list.is_null()) return proof;
  for (const auto& text : list.as_array()) {
    TRY(const Hash hash, parse_hash(text));
    proof.push_back(hash);
  }
  return proof;
}

Status check_inclusion(const json::object& vector) {
  TRY(const Hash root, parse_root(vector.at("root")));
  TRY(const Hash leaf, parse_hash(vector.at("leafHash")));
  TRY(const std::vector<Hash> proof, parse_proof(vector.at("proof")));
  return verify_inclusion(leaf, number(vector, "leafIdx"), number(vector, "treeSize"), proof, root);
}

Status check_consistency(const json::object& vector) {
  TRY(const Hash old_root, parse_root(vector.at("root1")));
  TRY(const Hash new_root, parse_root(vector.at("root2")));
  TRY(const std::vector<Hash> proof, parse_proof(vector.at("proof")));
  return verify_consistency(number(vector, "size1"), old_root, number(vector, "size2"), new_root, proof);
}

// The authors' verifier leaves the empty old tree to its caller and refuses it. Ours knows that every tree extends the empty
// one, so here the two part, and only here.
constexpr std::string_view kAcceptedByUsAlone = "additional/size1-is-zero-and-size2-is-not-zero";

void check_all(const std::string& file, Status (*check)(const json::object&)) {
  int accepted = 0, refused = 0;
  for (const auto& value : read_vectors(file)) {
    const json::object& vector = value.as_object();
    const Status status = check(vector);
    const bool expected =
        !vector.at("wantErr").as_bool() || std::string_view(vector.at("case").as_string()) == kAcceptedByUsAlone;
    EXPECT_EQ(status.has_value(), expected) << vector.at("case") << (status ? "" : ": " + status.error().text());
    ++(status ? accepted : refused);
  }
  EXPECT_GT(accepted, 0);
  EXPECT_GT(refused, 0);
}

TEST(MerkleVectors, Inclusion) { check_all("inclusion.json", check_inclusion); }

TEST(MerkleVectors, Consistency) { check_all("consistency.json", check_consistency); }

}  // namespace
}  // namespace letopis::ledger
