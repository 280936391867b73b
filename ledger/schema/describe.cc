#include "ledger/schema/describe.h"

#include <array>
#include <cstring>

namespace letopis::ledger {
namespace {

class JsonVisitor {
 public:
  explicit JsonVisitor(std::string& out, bool first = true) : out_(out), first_(first) {}

  template <class T>
  void field(unsigned, const char* name, const T& member, bool) {
    if (is_absent(member)) return;
    if (!first_) out_ += ',';
    first_ = false;
    out_ += '"';
    out_ += name;
    out_ += "\":";
    write(member);
  }

 private:
  template <class T>
  static bool is_absent(const T& member) {
    if constexpr (std::is_same_v<T, bool>)
      return false;
    else if constexpr (std::is_same_v<T, std::string_view> || std::is_same_v<T, ByteView>)
      return member.empty();
    else if constexpr (requires { member.has_value(); })
      return !member.has_value();
    else if constexpr (requires { member.is_zero(); })
      return member.is_zero();
    else if constexpr (requires { member.size(); })
      return member.empty();
    else if constexpr (std::is_same_v<T, Date>)
      return member.days == 0;
    else if constexpr (std::is_same_v<T, Instant>)
      return member.micros == 0;
    else if constexpr (std::is_enum_v<T>)
      return static_cast<int>(member) == 0;
    else
      return false;
  }
  void write(bool value) { out_ += value ? "true" : "false"; }
  template <std::integral T>
  void write(T value) {
    out_ += std::to_string(value);
  }
  template <class T>
  requires std::is_enum_v<T>
  void write(T value) { append_json_string(out_, enum_name(value)); }
  void write(Date value) { append_json_string(out_, format_date(value)); }
  void write(Instant value) { append_json_string(out_, format_instant(value)); }
  void write(Minute value) { append_json_string(out_, format_minute(value.value)); }
  void write(std::string_view text) { append_json_string(out_, text); }
  void write(ByteView bytes) { append_json_string(out_, to_base64(bytes)); }
  template <std::size_t N, class Tag>
  void write(const FixedBytes<N, Tag>& value) {
    append_json_string(out_, to_hex(value.view()));
  }
  template <class T>
  void write(const std::optional<T>& value) {
    write_object(*value);
  }
  template <class T>
  void write(const std::vector<T>& items) {
    out_ += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out_ += ',';
      if constexpr (requires { T::kSize; })
        write(items[i]);
      else
        write_object(items[i]);
    }
    out_ += ']';
  }
  template <class T>
  void write_object(const T& value) {
    out_ += '{';
    JsonVisitor inner(out_);
    T::visit(value, inner);
    out_ += '}';
  }

  std::string& out_;
  bool first_;
};

void append_body(std::string& out, const Body& body) {
  out += "{\"type\":";
  append_json_string(out, name_of(body));
  std::visit(
      [&out]<class T>(const T& alternative) {
        if constexpr (!std::is_same_v<T, std::monostate>) {
          JsonVisitor visitor(out, false);
          T::visit(alternative, visitor);
        }
      },
      body);
}

}  // namespace

namespace {

// Bytes that a JSON text cannot hold as they are.
constexpr auto kEscaped = [] {
  std::array<bool, 256> escaped{};
  for (std::size_t byte = 0; byte < 0x20; ++byte) escaped[byte] = true;
  escaped['"'] = escaped['\\'] = escaped[0x7f] = true;
  return escaped;
}();

void append_escaped(std::string& to, char c) {
  constexpr char kHex[] = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  if (c == '"' || c == '\\') {
    to += '\\';
    to += c;
  } else if (c == '\n') {
    to += "\\n";
  } else if (c == '\t') {
    to += "\\t";
  } else {
    to += "\\u00";
    to += kHex[byte >> 4];
    to += kHex[byte & 15];
  }
}

constexpr std::uint64_t in_every_byte(std::uint8_t value) { return value * 0x0101'0101'0101'0101U; }

// Whether one of eight bytes may have to be escaped; never false when one must. A byte of zero, or one below `n`, borrows
// from its highest bit (Anderson, Bit Twiddling Hacks, "Determine if a word has a byte less than n").
bool may_hold_escaped(std::uint64_t eight) {
  const auto below = [](std::uint64_t word, std::uint8_t n) { return (word - in_every_byte(n)) & ~word; };
  const auto equal = [&](std::uint8_t value) { return below(eight ^ in_every_byte(value), 1); };
  return ((below(eight, 0x20) | equal('"') | equal('\\') | equal(0x7f)) & in_every_byte(0x80)) != 0;
}

// Where the next byte to be escaped stands, from `from` on; the end when there is none. An answer is mostly receipts,
// thousands of plain characters each: eight at a time.
std::size_t next_escaped(std::string_view text, std::size_t from) {
  std::uint64_t eight = 0;
  for (; from + sizeof eight <= text.size(); from += sizeof eight) {
    std::memcpy(&eight, text.data() + from, sizeof eight);
    if (may_hold_escaped(eight)) break;
  }
  while (from < text.size() && !kEscaped[static_cast<unsigned char>(text[from])]) ++from;
  return from;
}

}  // namespace

void append_json_string(std::string& to, std::string_view text) {
  to += '"';
  std::size_t run = 0;
  for (std::size_t at = next_escaped(text, 0); at < text.size(); at = next_escaped(text, run)) {
    to.append(text, run, at - run);
    append_escaped(to, text[at]);
    run = at + 1;
  }
  to.append(text, run);
  to += '"';
}

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string body_json(const Body& body) {
  std::string out;
  append_body(out, body);
  out += '}';
  return out;
}

std::string statement_json(const Statement& statement) {
  std::string out;
  append_body(out, statement.body);
  out += ",\"envelope\":{";
  JsonVisitor visitor(out);
  Statement::visit(statement, visitor);
  out += "}}";
  return out;
}

std::string entry_json(const Event& event, const Statement& statement) {
  std::string out = "{\"index\":" + std::to_string(event.index) +
                    ",\"recorded_at\":" + json_string(format_instant(event.recorded_at)) +
                    ",\"verdict\":" + json_string(enum_name(event.verdict));
  if (!event.rule.empty()) out += ",\"rule\":" + json_string(event.rule);
  if (event.deadline.micros != 0) out += ",\"deadline\":" + json_string(format_instant(event.deadline));
  if (event.late_seconds != 0) out += ",\"late_seconds\":" + std::to_string(event.late_seconds);
  out += ",\"utc_offset\":" + std::to_string(event.utc_offset) + ",\"context\":" + std::to_string(event.context) +
         ",\"rules_version\":" + std::to_string(event.rules_version);
  if (!event.profile.is_zero()) out += ",\"profile\":" + json_string(to_hex(event.profile.view()));
  if (!event.awaits.empty()) {
    out += ",\"awaits\":[";
    for (std::size_t i = 0; i < event.awaits.size(); ++i)
      out += (i > 0 ? "," : "") + json_string(enum_name(event.awaits[i].role));
    out += "]";
  }
  out += ",\"statement\":" + statement_json(statement) + "}";
  return out;
}

}  // namespace letopis::ledger
