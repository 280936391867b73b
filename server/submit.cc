#include "server/submit.h"

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "ledger/authorship.h"
#include "ledger/schema/codec.h"
#include "ledger/schema/describe.h"
#include "server/flat_json.h"

namespace letopis::server {

using commands::RawSubmission;
using ledger::append_json_string;
namespace json = boost::json;

namespace {

// Reads {"name": "text", …} objects out of an array; the error names the place.
class Items {
 public:
  Items(const json::object& object, std::string_view name) : name_(name) {
    const auto* value = object.if_contains(json::string_view(name.data(), name.size()));
    if (value == nullptr) return;
    array_ = value->if_array();
    if (array_ == nullptr) error_ = Error{"malformed", name_ + ": expected an array"};
  }
  std::size_t size() const { return array_ == nullptr ? 0 : array_->size(); }
  // Text `field` of item i; the item itself when `field` is empty.
  std::string_view text(std::size_t i, std::string_view field) {
    const json::value* value = &(*array_)[i];
    if (!field.empty()) {
      const auto* object = value->if_object();
      value = object == nullptr ? nullptr : object->if_contains(json::string_view(field.data(), field.size()));
    }
    const auto* text = value == nullptr ? nullptr : value->if_string();
    if (text == nullptr) {
      wrong(i, field, "expected a text");
      return {};
    }
    return {text->data(), text->size()};
  }
  Bytes base64(std::size_t i, std::string_view field) {
    auto bytes = from_base64(text(i, field));
    if (!bytes) wrong(i, field, "expected base64");
    return bytes ? *std::move(bytes) : Bytes{};
  }
  void no_other_fields(std::size_t i, std::initializer_list<std::string_view> known) {
    const auto* object = (*array_)[i].if_object();
    if (object == nullptr || error_) return;
    for (const auto& field : *object)
      if (std::find(known.begin(), known.end(), std::string_view(field.key())) == known.end()) {
        error_ = unknown_field(name_ + "[" + std::to_string(i) + "]", field.key());
        return;
      }
  }
  void wrong(std::size_t i, std::string_view field, std::string_view reason) {
    if (!error_)
      error_ = Error{"malformed", name_ + "[" + std::to_string(i) + "]" + (field.empty() ? "" : ".") +
                                      std::string(field) + ": " + std::string(reason)};
  }
  Status status() const {
    if (error_) return tl::unexpected(*error_);
    return {};
  }

 private:
  std::string name_;
  const json::array* array_ = nullptr;
  std::optional<Error> error_;
};

Status read_statements(const json::object& request, RawSubmission& to) {
  Items items(request, "statements");
  TRY_STATUS(items.status());
  if (items.size() > ledger::kStatementsPerRequestMax) return fail("too_large", "at most 500 statements a request");
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto& statement = to.statements.emplace_back();
    statement.bytes = items.base64(i, "bytes");
    const Bytes signature = items.base64(i, "signature");
    items.no_other_fields(i, {"bytes", "signature"});
    if (signature.size() == Signature::kSize)
      statement.signature = Signature::copy_of(signature);
    else
      items.wrong(i, "signature", "a signature has 64 bytes");
    TRY_STATUS(items.status());
  }
  if (to.statements.empty()) return fail("malformed", "statements: at least one is needed");
  return {};
}

Status read_texts(const json::object& request, RawSubmission& to) {
  Items items(request, "texts");
  TRY_STATUS(items.status());
  if (items.size() > ledger::kVectorLengthMax) return fail("too_large", "at most 1024 texts a request");
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto& text = to.texts.emplace_back();
    text.field = items.text(i, "field");
    text.text = items.text(i, "text");
    if (!ledger::valid_text(text.field)) items.wrong(i, "field", "not clean UTF-8");
    if (!ledger::valid_text(text.text)) items.wrong(i, "text", "not clean UTF-8");
    const auto salt = fixed_from_hex<Hash>(items.text(i, "salt"));
    items.no_other_fields(i, {"field", "text", "salt"});
    if (salt)
      text.salt = *salt;
    else
      items.wrong(i, "salt", salt.error().detail);
    TRY_STATUS(items.status());
  }
  return {};
}

Status read_blobs(const json::object& request, RawSubmission& to) {
  Items items(request, "blobs");
  TRY_STATUS(items.status());
  if (items.size() > ledger::kBlobsPerRequestMax) return fail("too_large", "at most 64 blobs a request");
  for (std::size_t i = 0; i < items.size(); ++i) to.blobs.push_back(items.base64(i, {}));
  return items.status();
}

}  // namespace

Result<RawSubmission> read_submission_json(std::string_view body) {
  if (body.size() > ledger::kSubmissionSizeMaxBytes) return fail("too_large", "a request is at most 24 MiB");
  json::parse_options options;
  options.max_depth = 4;
  json::error_code failed;
  const json::value value = json::parse(json::string_view(body.data(), body.size()), failed, {}, options);
  if (failed || !value.is_object()) return fail("malformed", "the body is not a JSON object");
  const auto& request = value.get_object();
  for (const auto& item : request)
    if (item.key() != "statements" && item.key() != "texts" && item.key() != "blobs")
      return tl::unexpected(unknown_field("a request holds statements, texts and blobs", item.key()));
  RawSubmission submission;
  TRY_STATUS(read_statements(request, submission));
  TRY_STATUS(read_texts(request, submission));
  TRY_STATUS(read_blobs(request, submission));
  return submission;
}

Result<RawSubmission> read_submission_buffer(ByteView body) {
  TRY(const auto buffer, ledger::decode_submission(body));
  const auto copy = [](ByteView bytes) { return Bytes(bytes.begin(), bytes.end()); };
  RawSubmission submission;
  for (const auto& statement : buffer.statements)
    submission.statements.push_back({copy(statement.bytes), statement.signature});
  for (const auto& text : buffer.texts)
    submission.texts.push_back({std::string(text.field), text.salt, std::string(text.text)});
  for (const auto& blob : buffer.blobs) submission.blobs.push_back(copy(blob.bytes));
  return submission;
}

Result<RawSubmission> read_submission(std::string_view content_type, std::string_view body) {
  if (content_type == kStatementsMediaType) return read_submission_buffer(as_bytes(body));
  if (content_type == "application/json") return read_submission_json(body);
  return fail("unsupported_media_type", std::string(kStatementsMediaType) + " or application/json");
}

Bytes write_submission_buffer(const RawSubmission& submission) {
  ledger::SubmissionBuffer buffer;
  for (const auto& statement : submission.statements)
    buffer.statements.push_back({statement.bytes, statement.signature});
  for (const auto& text : submission.texts) buffer.texts.push_back({text.field, text.salt, text.text});
  for (const auto& blob : submission.blobs) buffer.blobs.push_back({blob});
  return ledger::encode(buffer);
}

void append_acknowledged(std::string& to, const commands::Acknowledged& item) {
  const auto text = [&to](std::string_view name, std::string_view value) {
    to += ",\"";
    to += name;
    to += "\":";
    append_json_string(to, value);
  };
  to += "{\"index\":" + std::to_string(item.index);
  text("statement", to_hex(item.statement.view()));
  text("recorded_at", format_instant(item.recorded_at));
  text("verdict", ledger::enum_name(item.verdict));
  if (!item.rule.empty()) text("rule", item.rule);
  if (!item.clause.empty()) text("clause", item.clause);
  if (!item.message.empty()) text("message", item.message);
  if (item.deadline.micros != 0) text("deadline", format_instant(item.deadline));
  if (item.late_seconds != 0) to += ",\"late_seconds\":" + std::to_string(item.late_seconds);
  if (!item.awaits.empty()) {
    to += ",\"awaits\":[";
    for (std::size_t i = 0; i < item.awaits.size(); ++i) {
      if (i > 0) to += ',';
      append_json_string(to, ledger::enum_name(item.awaits[i]));
    }
    to += ']';
  }
  to += item.repeated ? ",\"repeated\":true" : ",\"repeated\":false";
  text("receipt", item.receipt);
  to += '}';
}

std::string submitted_json(const std::vector<commands::Acknowledged>& items) {
  std::string out;
  std::size_t size = 32;
  for (const auto& item : items) size += 512 + item.receipt.size() + item.receipt.size() / 16;
  out.reserve(size);
  out += "{\"items\":[";
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ',';
    append_acknowledged(out, items[i]);
  }
  return out += "]}";
}

std::string chain_heads_json(const commands::School& school, const std::vector<commands::RawStatement>& statements) {
  std::set<std::pair<Id, Id>> chains;
  for (const auto& statement : statements)
    if (const auto decoded = ledger::decode_statement(statement.bytes)) chains.emplace(decoded->key, decoded->chain);
  std::string out = "[";
  for (const auto& [key, chain] : chains) {
    const auto head = school.chain_head(key, chain);
    if (!head || !*head) continue;
    const auto bytes = school.entry((*head)->index);
    const auto entry = bytes ? ledger::decode_event(*bytes) : Result<ledger::Event>(tl::unexpected(bytes.error()));
    const auto proof = school.proof((*head)->index, true);
    if (!entry || !proof) continue;
    if (out.size() > 1) out += ',';
    out += "{\"key\":\"" + to_hex(key.view()) + "\",\"chain\":\"" + to_hex(chain.view()) +
           "\",\"number\":" + std::to_string((*head)->number) + ",\"index\":" + std::to_string((*head)->index) +
           ",\"previous\":\"" + to_hex(ledger::previous_hash(entry->statement, entry->signature).view()) +
           "\",\"proof\":";
    append_json_string(out, *proof);
    out += '}';
  }
  return out += ']';
}

}  // namespace letopis::server
