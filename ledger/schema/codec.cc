#include "ledger/schema/codec.h"

#include <flatbuffers/flatbuffers.h>

#include <bit>

#include "ledger/schema/wire.h"

namespace letopis::ledger {
namespace {

using wire::Reader;
using wire::Table;

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <class T>
concept FixedValue = requires {
  T::kSize;
}
&&std::is_same_v<decltype(T::kSize), const std::size_t>;

// Fills one table's members from the wire. Stops at the reader's first error.
class DecodeVisitor {
 public:
  DecodeVisitor(Reader& reader, const Table& table) : reader_(reader), table_(table) {}

  template <class T>
  void field(unsigned id, const char* name, T& member, bool required) {
    if (reader_.failed()) return;
    known_fields_ = id + 1;
    read(id, name, member, required);
  }
  unsigned known_fields() const { return known_fields_; }

 private:
  template <class T>
  bool read_scalar(unsigned id, T& value) {
    const std::size_t at = reader_.field(table_, id, sizeof(T), sizeof(T));
    if (at != 0) value = reader_.load<T>(at);
    return at != 0;
  }

  template <std::integral T>
  void read(unsigned id, const char*, T& member, bool) {
    if constexpr (std::is_same_v<T, bool>) {
      std::uint8_t value = 0;
      read_scalar(id, value);
      if (value > 1) reader_.fail("unknown_value", "a boolean that is neither 0 nor 1");
      member = value == 1;
    } else {
      read_scalar(id, member);
    }
  }
  template <class T>
  requires std::is_enum_v<T>
  void read(unsigned id, const char* name, T& member, bool required) {
    std::uint8_t value = 0;
    const bool present = read_scalar(id, value);
    if (!present && !required) return;
    if (value < 1 || value > std::size(names_of(T{}))) reader_.fail("unknown_value", name);
    member = static_cast<T>(value);
  }
  void read(unsigned id, const char* name, Date& member, bool) {
    read_scalar(id, member.days);
    // Within the range the difference of two dates fits, and a span of dates ends.
    if (member.days < -kDateDaysMax || member.days > kDateDaysMax)
      reader_.fail("out_of_range", std::string(name) + ": a date more than 1000000 days from 1970-01-01");
  }
  void read(unsigned id, const char*, Instant& member, bool) { read_scalar(id, member.micros); }
  void read(unsigned id, const char* name, Minute& member, bool) {
    read_scalar(id, member.value);
    if (member.value >= 24 * 60) reader_.fail("unknown_value", name);
  }
  template <FixedValue T>
  void read(unsigned id, const char* name, T& member, bool required) {
    const std::size_t at = reader_.field(table_, id, T::kSize, 1);
    if (at != 0) member = T::copy_of(reader_.bytes(at, T::kSize));
    if (required && !reader_.failed() && (at == 0 || member.is_zero())) missing(name);
  }
  void read(unsigned id, const char* name, std::string_view& member, bool required) {
    const std::size_t at = reader_.reference(table_, id);
    if (at != 0) member = reader_.text(at);
    if (required && !reader_.failed() && member.empty()) missing(name);
    if (member.size() > kTextSizeMaxBytes) reader_.fail("too_large", name);
    if (!reader_.failed() && !valid_text(member)) reader_.fail("malformed", "a text that is not clean UTF-8");
  }
  void read(unsigned id, const char* name, ByteView& member, bool required) {
    const std::size_t at = reader_.reference(table_, id);
    if (at != 0) member = reader_.vector(at, 1, 1);
    if (required && !reader_.failed() && member.empty()) missing(name);
  }
  template <class T>
  void read(unsigned id, const char* name, std::optional<T>& member, bool required) {
    const std::size_t at = reader_.reference(table_, id);
    if (at == 0) {
      if (required && !reader_.failed()) missing(name);
      return;
    }
    read_table(at, member.emplace());
  }
  template <FixedValue T>
  void read(unsigned id, const char* name, std::vector<T>& member, bool required) {
    const std::size_t at = reader_.reference(table_, id);
    if (at != 0) {
      const ByteView items = reader_.vector(at, T::kSize, 1);
      if (items.size() / T::kSize > kVectorLengthMax) return reader_.fail("too_large", name);
      for (std::size_t i = 0; i < items.size(); i += T::kSize) member.push_back(T::copy_of(items.subspan(i)));
    }
    if (required && !reader_.failed() && member.empty()) missing(name);
  }
  template <class T>
  void read(unsigned id, const char* name, std::vector<T>& member, bool required) {
    const std::size_t at = reader_.reference(table_, id);
    if (at != 0) {
      const ByteView items = reader_.vector(at, 4, 4);
      if (items.size() / 4 > kVectorLengthMax) return reader_.fail("too_large", name);
      member.resize(items.size() / 4);
      for (std::size_t i = 0; i < member.size() && !reader_.failed(); ++i) {
        const std::size_t item = reader_.follow(at + 4 + i * 4);
        if (item != 0) read_table(item, member[i]);
      }
    }
    if (required && !reader_.failed() && member.empty()) missing(name);
  }
  template <class T>
  void read_table(std::size_t at, T& value);

  void missing(const char* name) { reader_.fail("malformed", std::string("missing ") + name); }

  Reader& reader_;
  const Table& table_;
  unsigned known_fields_ = 0;
};

template <class T>
void decode_table(Reader& reader, std::size_t at, T& value) {
  const Table table = reader.open_table(at);
  if (reader.failed()) return;
  DecodeVisitor visitor(reader, table);
  T::visit(value, visitor);
  reader.close_table(table, visitor.known_fields());
}

template <class T>
void DecodeVisitor::read_table(std::size_t at, T& value) {
  decode_table(reader_, at, value);
}

using BodyDecoder = void (*)(Reader&, std::size_t, Body&);
template <std::size_t I>
void decode_body_alternative(Reader& reader, std::size_t at, Body& body) {
  decode_table(reader, at, body.emplace<I>());
}
template <std::size_t... I>
constexpr std::array<BodyDecoder, sizeof...(I) + 1> body_decoders(std::index_sequence<I...>) {
  return {nullptr, &decode_body_alternative<I + 1>...};
}
constexpr auto kBodyDecoders = body_decoders(std::make_index_sequence<kBodyCount - 1>{});

constexpr unsigned kStatementBodyType = 17;  // field ids of the union in table Statement
constexpr unsigned kStatementBody = 18;

void decode_statement_table(Reader& reader, std::size_t at, Statement& statement) {
  const Table table = reader.open_table(at);
  if (reader.failed()) return;
  DecodeVisitor visitor(reader, table);
  Statement::visit(statement, visitor);
  const std::size_t type_at = reader.field(table, kStatementBodyType, 1, 1);
  const std::size_t body_at = reader.reference(table, kStatementBody);
  if (reader.failed()) return;
  if (type_at == 0 || body_at == 0) return reader.fail("malformed", "missing body");
  const auto type = reader.load<std::uint8_t>(type_at);
  if (type == 0 || type >= kBodyCount) return reader.fail("unknown_type", "type " + std::to_string(type));
  kBodyDecoders[type](reader, body_at, statement.body);
  reader.close_table(table, kStatementBody + 1);
  if (statement.commitments.size() > kCommitmentsPerStatementMax) reader.fail("too_large", "commitments");
}

// Writes one table: children first (FlatBuffers are built from the end), then the fields.
class EncodeVisitor;

class Encoder {
 public:
  template <class T>
  flatbuffers::uoffset_t table(const T& value);
  flatbuffers::uoffset_t statement(const Statement& value);
  template <class T>
  Bytes finish(const T& value, const char* identifier) {
    flatbuffers::uoffset_t root = 0;
    if constexpr (std::is_same_v<T, Statement>)
      root = statement(value);
    else
      root = table(value);
    builder_.FinishSizePrefixed(flatbuffers::Offset<flatbuffers::Table>(root), identifier);
    return Bytes(builder_.GetBufferPointer(), builder_.GetBufferPointer() + builder_.GetSize());
  }
  flatbuffers::FlatBufferBuilder& builder() { return builder_; }

 private:
  flatbuffers::FlatBufferBuilder builder_{1024};
};

constexpr flatbuffers::voffset_t slot_of(unsigned id) { return static_cast<flatbuffers::voffset_t>(4 + 2 * id); }

// First pass: everything that lies outside the table, remembered by field id.
class ChildrenVisitor {
 public:
  explicit ChildrenVisitor(Encoder& encoder) : encoder_(encoder) {}
  template <class T>
  void field(unsigned id, const char*, const T& member, bool) {
    offsets[id] = build(member);
  }
  std::array<flatbuffers::uoffset_t, 32> offsets{};

 private:
  flatbuffers::uoffset_t build(const std::string_view& text) {
    return text.empty() ? 0 : encoder_.builder().CreateString(text.data(), text.size()).o;
  }
  flatbuffers::uoffset_t build(const ByteView& bytes) {
    return bytes.empty() ? 0 : encoder_.builder().CreateVector(bytes.data(), bytes.size()).o;
  }
  template <class T>
  flatbuffers::uoffset_t build(const std::optional<T>& value) {
    return value ? encoder_.table(*value) : 0;
  }
  template <class T>
  flatbuffers::uoffset_t build(const std::vector<T>& items) {
    if (items.empty()) return 0;
    if constexpr (FixedValue<T>) {
      static_assert(alignof(T) == 1 && sizeof(T) == T::kSize);
      auto& builder = encoder_.builder();
      builder.StartVector(items.size() * T::kSize, 1);
      builder.PushBytes(items.front().bytes.data(), items.size() * T::kSize);
      return builder.EndVector(items.size());
    } else {
      std::vector<flatbuffers::Offset<flatbuffers::Table>> offsets_of_items;
      for (const auto& item : items) offsets_of_items.emplace_back(encoder_.table(item));
      return encoder_.builder().CreateVector(offsets_of_items).o;
    }
  }
  template <class T>
  flatbuffers::uoffset_t build(const T&) {
    return 0;
  }
  Encoder& encoder_;
};

// Second pass: the table itself.
class EncodeVisitor {
 public:
  EncodeVisitor(Encoder& encoder, const ChildrenVisitor& children) : encoder_(encoder), children_(children) {}
  template <class T>
  void field(unsigned id, const char*, const T& member, bool) {
    auto& builder = encoder_.builder();
    if constexpr (std::is_same_v<T, bool>) {
      builder.AddElement<std::uint8_t>(slot_of(id), member ? 1 : 0, 0);
    } else if constexpr (std::is_enum_v<T>) {
      builder.AddElement<std::uint8_t>(slot_of(id), static_cast<std::uint8_t>(member), 0);
    } else if constexpr (std::is_integral_v<T>) {
      builder.AddElement<T>(slot_of(id), member, 0);
    } else if constexpr (std::is_same_v<T, Date>) {
      builder.AddElement<std::int32_t>(slot_of(id), member.days, 0);
    } else if constexpr (std::is_same_v<T, Instant>) {
      builder.AddElement<std::int64_t>(slot_of(id), member.micros, 0);
    } else if constexpr (std::is_same_v<T, Minute>) {
      builder.AddElement<std::uint16_t>(slot_of(id), member.value, 0);
    } else if constexpr (FixedValue<T>) {
      if (member.is_zero()) return;
      builder.AddStruct(slot_of(id), &member);
    } else {
      if (children_.offsets[id] != 0) builder.AddOffset(slot_of(id), flatbuffers::Offset<void>(children_.offsets[id]));
    }
  }

 private:
  Encoder& encoder_;
  const ChildrenVisitor& children_;
};

template <class T>
flatbuffers::uoffset_t Encoder::table(const T& value) {
  ChildrenVisitor children(*this);
  T::visit(value, children);
  const auto start = builder_.StartTable();
  EncodeVisitor fields(*this, children);
  T::visit(value, fields);
  return builder_.EndTable(start);
}

flatbuffers::uoffset_t Encoder::statement(const Statement& value) {
  const flatbuffers::uoffset_t body = std::visit(
      [this]<class T>(const T& alternative) -> flatbuffers::uoffset_t {
        if constexpr (std::is_same_v<T, std::monostate>)
          return 0;
        else
          return table(alternative);
      },
      value.body);
  LETOPIS_ASSERT(body != 0);
  ChildrenVisitor children(*this);
  Statement::visit(value, children);
  const auto start = builder_.StartTable();
  EncodeVisitor fields(*this, children);
  Statement::visit(value, fields);
  builder_.AddElement<std::uint8_t>(slot_of(kStatementBodyType), static_cast<std::uint8_t>(value.body.index()), 0);
  builder_.AddOffset(slot_of(kStatementBody), flatbuffers::Offset<void>(body));
  return builder_.EndTable(start);
}

}  // namespace

Result<Statement> decode_statement(ByteView bytes) {
  if (bytes.size() > kStatementSizeMaxBytes) return fail("too_large", "a statement is at most 32 KiB");
  Reader reader(bytes, "LTST");
  Statement statement;
  if (!reader.failed()) decode_statement_table(reader, reader.root(), statement);
  TRY_STATUS(reader.finish());
  return statement;
}

Result<Event> decode_event(ByteView bytes) {
  if (bytes.size() > kEventSizeMaxBytes) return fail("too_large", "an entry is at most 65535 bytes");
  Reader reader(bytes, "LTEV");
  Event event;
  if (!reader.failed()) decode_table(reader, reader.root(), event);
  TRY_STATUS(reader.finish());
  return event;
}

Result<Receipt> decode_receipt(ByteView bytes) {
  if (bytes.size() > kReceiptSizeMaxBytes) return fail("too_large", "a receipt is at most 1 MiB");
  Reader reader(bytes, "LTRC");
  Receipt receipt;
  if (!reader.failed()) decode_table(reader, reader.root(), receipt);
  TRY_STATUS(reader.finish());
  return receipt;
}

Result<SubmissionBuffer> decode_submission(ByteView bytes) {
  if (bytes.size() > kSubmissionSizeMaxBytes) return fail("too_large", "a request is at most 24 MiB");
  Reader reader(bytes, "LTSB", kSubmissionTablesMax);
  SubmissionBuffer submission;
  if (!reader.failed()) decode_table(reader, reader.root(), submission);
  if (submission.statements.size() > kStatementsPerRequestMax) reader.fail("too_large", "more than 500 statements");
  if (submission.blobs.size() > kBlobsPerRequestMax) reader.fail("too_large", "more than 64 blobs");
  TRY_STATUS(reader.finish());
  return submission;
}

Result<Entry> decode_entry(ByteView bytes) {
  Entry entry;
  TRY(entry.event, decode_event(bytes));
  TRY(entry.statement, decode_statement(entry.event.statement));
  return entry;
}

Bytes encode(const Statement& statement) { return Encoder().finish(statement, "LTST"); }
Bytes encode(const Event& event) { return Encoder().finish(event, "LTEV"); }
Bytes encode(const Receipt& receipt) { return Encoder().finish(receipt, "LTRC"); }
Bytes encode(const SubmissionBuffer& submission) { return Encoder().finish(submission, "LTSB"); }

bool valid_text(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      if ((lead < 0x20 && lead != '\n' && lead != '\t') || lead == 0x7f) return false;
      ++i;
      continue;
    }
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || i + length > text.size()) return false;
    std::uint32_t code = lead & (0xffU >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xc0) != 0x80) return false;
      code = code << 6 | (next & 0x3f);
    }
    constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool c1_control = code >= 0x80 && code < 0xa0;
    if (code < kLeast[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) || c1_control) return false;
    i += length;
  }
  return true;
}

}  // namespace letopis::ledger
