#include "commands/statement_json.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <set>

#include "commands/decide_case.h"
#include "commands/rights.h"
#include "ledger/schema/codec.h"
#include "ledger/schema/describe.h"
#include "signing/sha256.h"

namespace letopis::commands {

using namespace ledger;
namespace json = boost::json;

namespace {

constexpr std::size_t kJsonDepthMax = 8;

template <class T>
concept FixedValue = requires {
  T::kSize;
}
&&std::is_same_v<decltype(T::kSize), const std::size_t>;

// Fills one object's members. Stops at the first error, which names the path to it.
class ReadVisitor {
 public:
  // `strict`: required fields must be there (a body's; an envelope is completed later).
  ReadVisitor(const json::object& object, std::string path, bool strict, StatementDraft& storage,
              std::optional<Error>& error)
      : object_(object), path_(std::move(path)), strict_(strict), storage_(storage), error_(error) {}

  void know(std::string_view name) { known_.insert(name); }
  template <class T>
  void field(unsigned, const char* name, T& member, bool required) {
    if (error_) return;
    know(name);
    const json::value* value = object_.if_contains(name);
    at_ = path_ + "." + name;
    if (value == nullptr) {
      // Absent would say "not excused", the opposite of what most mean.
      const bool needed = required || (std::is_same_v<T, bool> && std::string_view(name) == "excused");
      if (needed && strict_) wrong("malformed", "missing");
      return;
    }
    read(*value, member);
  }
  void refuse_unknown() {
    if (error_) return;
    for (const auto& item : object_)
      if (!known_.contains(std::string_view(item.key().data(), item.key().size()))) {
        at_ = path_ + "." + std::string(item.key());
        return wrong("unknown_field", "no such field");
      }
  }

 private:
  void wrong(std::string_view code, std::string_view reason) {
    if (!error_) error_ = Error{std::string(code), at_ + ": " + std::string(reason)};
  }
  std::optional<std::string_view> text_of(const json::value& value, std::string_view expected) {
    if (const auto* text = value.if_string()) return std::string_view(text->data(), text->size());
    wrong("malformed", "expected " + std::string(expected));
    return std::nullopt;
  }
  template <class T, class Parsed>
  void take(T& member, const Parsed& parsed, std::string_view expected) {
    if (parsed)
      member = *parsed;
    else
      wrong("malformed", expected);
  }

  void read(const json::value& value, bool& member) {
    if (const auto* flag = value.if_bool())
      member = *flag;
    else
      wrong("malformed", "expected true or false");
  }
  template <std::integral T>
  void read(const json::value& value, T& member) {
    json::error_code failed;
    const auto number = value.to_number<T>(failed);
    if (failed || !(value.is_int64() || value.is_uint64()))
      wrong("malformed", "expected a whole number from " + std::to_string(std::numeric_limits<T>::min()) + " to " +
                             std::to_string(std::numeric_limits<T>::max()));
    else
      member = number;
  }
  template <class T>
  requires std::is_enum_v<T>
  void read(const json::value& value, T& member) {
    const auto name = text_of(value, "a name");
    if (!name) return;
    if (const auto known = enum_from_name<T>(*name))
      member = *known;
    else
      wrong("unknown_value", "“" + std::string(name->substr(0, 64)) + "” is not one of its values");
  }
  void read(const json::value& value, Date& member) {
    if (const auto text = text_of(value, "a date")) take(member, parse_date(*text), "expected a date like 2026-09-01");
  }
  void read(const json::value& value, Instant& member) {
    if (const auto text = text_of(value, "an instant"))
      take(member, parse_instant(*text), "expected an instant like 2026-09-01T09:10:00+03:00");
  }
  void read(const json::value& value, Minute& member) {
    const auto text = text_of(value, "a time of day");
    if (!text) return;
    if (const auto minute = parse_minute(*text))
      member.value = static_cast<std::uint16_t>(*minute);
    else
      wrong("malformed", "expected a time of day like 08:30");
  }
  template <FixedValue T>
  void read(const json::value& value, T& member) {
    if (const auto text = text_of(value, "hexadecimal digits"))
      take(member, fixed_from_hex<T>(*text), "expected " + std::to_string(2 * T::kSize) + " hexadecimal digits");
  }
  void read(const json::value& value, std::string_view& member) {
    const auto text = text_of(value, "a text");
    if (!text) return;
    if (text->size() > kTextSizeMaxBytes) return wrong("too_large", "a text is at most 16 KiB");
    if (!valid_text(*text)) return wrong("malformed", "a text that is not clean UTF-8");
    member = storage_.texts.emplace_back(*text);
  }
  void read(const json::value& value, ByteView& member) {
    const auto text = text_of(value, "base64");
    if (!text) return;
    auto bytes = from_base64(*text);
    if (!bytes) return wrong("malformed", "expected base64");
    member = storage_.blobs.emplace_back(*std::move(bytes));
  }
  template <class T>
  void read(const json::value& value, std::optional<T>& member) {
    read_object(value, member.emplace());
  }
  template <class T>
  void read(const json::value& value, std::vector<T>& member) {
    const auto* items = value.if_array();
    if (items == nullptr) return wrong("malformed", "expected an array");
    if (items->size() > kVectorLengthMax) return wrong("too_large", "more than 1024 items");
    const std::string list = at_;
    for (const auto& item : *items) {
      at_ = list + "[" + std::to_string(member.size()) + "]";
      if constexpr (FixedValue<T>)
        read(item, member.emplace_back());
      else
        read_object(item, member.emplace_back());
      if (error_) return;
    }
  }
  template <class T>
  void read_object(const json::value& value, T& member) {
    const auto* object = value.if_object();
    if (object == nullptr) return wrong("malformed", "expected an object");
    ReadVisitor inner(*object, at_, true, storage_, error_);
    T::visit(member, inner);
    inner.refuse_unknown();
  }

  const json::object& object_;
  std::string path_;
  std::string at_;
  bool strict_;
  StatementDraft& storage_;
  std::optional<Error>& error_;
  std::set<std::string_view> known_;
};

// A text whose commitment the client has not made itself.
struct SealedField {
  std::string_view field{};
  Id person{};
  std::string_view text{};
  Hash salt{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "field", self.field, true);
    visitor.field(1, "person", self.person, true);
    visitor.field(2, "text", self.text, true);
    visitor.field(3, "salt", self.salt, false);
  }
};

using BodyReader = void (*)(const json::object&, StatementDraft&, std::optional<Error>&);
template <std::size_t I>
void read_body(const json::object& object, StatementDraft& draft, std::optional<Error>& error) {
  auto& body = draft.statement.body.emplace<I>();
  ReadVisitor visitor(object, std::string(kBodyNames[I]), true, draft, error);
  visitor.know("type");
  visitor.know("envelope");
  std::decay_t<decltype(body)>::visit(body, visitor);
  visitor.refuse_unknown();
}
template <std::size_t... I>
constexpr std::array<BodyReader, sizeof...(I) + 1> body_readers(std::index_sequence<I...>) {
  return {nullptr, &read_body<I + 1>...};
}
constexpr auto kBodyReaders = body_readers(std::make_index_sequence<kBodyCount - 1>{});

Result<std::size_t> type_number(std::string_view name) {
  const auto* const found = std::find(std::begin(kBodyNames) + 1, std::end(kBodyNames), name);
  if (found != std::end(kBodyNames)) return static_cast<std::size_t>(found - std::begin(kBodyNames));
  std::string known;
  for (const auto* it = std::begin(kBodyNames) + 1; it != std::end(kBodyNames); ++it)
    (known += known.empty() ? "" : ", ") += *it;
  return fail("unknown_type",
              "type: “" + std::string(name.substr(0, 64)) + "” is no type of statement; there are " + known);
}

void read_envelope(const json::value& value, StatementDraft& draft, std::optional<Error>& error) {
  const auto* object = value.if_object();
  if (object == nullptr) {
    error = Error{"malformed", "envelope: expected an object"};
    return;
  }
  ReadVisitor visitor(*object, "envelope", false, draft, error);
  Statement::visit(draft.statement, visitor);
  std::vector<SealedField> sealed;
  visitor.field(0, "sealed", sealed, false);
  visitor.refuse_unknown();
  for (const auto& item : sealed)
    draft.sealed.push_back({std::string(item.field), item.person, std::string(item.text),
                            item.salt.is_zero() ? std::nullopt : std::optional(item.salt)});
}

Result<StatementDraft> read_statement(const json::value& value) {
  const auto* object = value.if_object();
  if (object == nullptr) return fail("malformed", "a statement is a JSON object");
  const auto* type = object->if_contains("type");
  if (type == nullptr || !type->is_string()) return fail("malformed", "type: missing");
  const std::string_view name(type->get_string().data(), type->get_string().size());
  TRY(const std::size_t number, type_number(name));
  // A decision that was left out is none: false would deny for good.
  if (name == Endorsed::kName && !object->contains("approve")) return fail("malformed", "endorsed.approve: missing");
  StatementDraft draft;
  std::optional<Error> error;
  kBodyReaders[number](*object, draft, error);
  if (const auto* envelope = object->if_contains("envelope"); envelope != nullptr && !error)
    read_envelope(*envelope, draft, error);
  if (error) return tl::unexpected(*std::move(error));
  return draft;
}

Result<json::value> parse(std::string_view text) {
  if (text.size() > kStatementJsonSizeMaxBytes) return fail("too_large", "at most 4 MiB of JSON");
  json::parse_options options;
  options.max_depth = kJsonDepthMax;
  json::error_code failed;
  json::value value = json::parse(json::string_view(text.data(), text.size()), failed, {}, options);
  if (failed) return fail("malformed", "not JSON: " + failed.message());
  return value;
}

}  // namespace

std::vector<RawText> StatementDraft::seal(Random& random) {
  std::vector<RawText> plain;
  for (const auto& item : sealed) {
    const Hash salt = item.salt ? *item.salt : random.fixed<Hash>();
    const auto field = std::string_view(texts.emplace_back(item.field));
    statement.commitments.push_back({field, item.person, sealed_commitment(field, salt, item.text)});
    plain.push_back({item.field, salt, item.text});
  }
  sealed.clear();
  return plain;
}

Result<StatementDraft> read_statement_json(std::string_view text) {
  TRY(const json::value value, parse(text));
  return read_statement(value);
}

Result<std::vector<StatementDraft>> read_statements_json(std::string_view text, std::size_t max) {
  TRY(const json::value value, parse(text));
  std::vector<StatementDraft> drafts;
  if (!value.is_array()) {
    TRY(drafts.emplace_back(), read_statement(value));
    return drafts;
  }
  if (value.get_array().size() > max) return fail("too_large", "more than " + std::to_string(max) + " statements");
  for (const auto& item : value.get_array()) {
    auto draft = read_statement(item);
    if (!draft)
      return fail(draft.error().code, "statement " + std::to_string(drafts.size() + 1) + ": " + draft.error().detail);
    drafts.push_back(*std::move(draft));
  }
  return drafts;
}

// --- Examples ------------------------------------------------------------------------------------------------------------

namespace {

struct Sample {
  std::string_view place;  // "type.field" or "field"
  std::string_view text;
};
constexpr Sample kSamples[] = {
    {"school_created.name", "Лицей №29"},
    {"school_created.zone", "Europe/Moscow"},
    {"school_created.log_vkey",
     "journal.example.org/log/licey29+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"},
    {"profile_name", "r000"},
    {"previous_origin", "journal.example.org/log/licey29-old"},
    {"profile_adopted.name", "r000"},
    {"dictionary_entry_defined.kind", "work_kind"},
    {"dictionary_entry_defined.code", "control"},
    {"dictionary_entry_defined.title", "Контрольная работа"},
    {"properties.name", "written"},
    {"properties.value", "true"},
    {"year_opened.title", "2026/2027"},
    {"period_defined.title", "1 четверть"},
    {"period_defined.kind", "quarter"},
    {"calendar_exception_set.title", "День здоровья"},
    {"class_opened.label", "7А"},
    {"teaching_group_opened.label", "7А"},
    {"teaching_group_opened.kind", "class"},
    {"subject", "Физика"},
    {"subject_code", "physics"},
    {"room", "12"},
    {"pay", "hourly"},
    {"lesson_recorded.kind", "lesson"},
    {"mode", "in_person"},
    {"topic_set.text", "Закон Ома"},
    {"plan_item", "14"},
    {"absence_recorded.code", "н"},
    {"absence_excused.kind", "illness"},
    {"work_planned.kind", "control"},
    {"work_planned.title", "Постоянный ток"},
    {"scale", "2-5"},
    {"mark_given.value", "5"},
    {"homework_set.text", "§ 12, задачи 3–5"},
    {"homework_set.kind", "written"},
    {"remark_recorded.kind", "behaviour"},
    {"entry_corrected.value", "4"},
    {"decision", "protocol 3"},
    {"checkpoint", "journal.example.org/log/licey29\n1\n"},
    {"evidence.kind", "cosignature"},
    {"clock_fault.kind", "jump"},
    {"policy",
     "witness district witness.example.org/district+a3e2894b+BHMwCHH0TBaOfJSd4sdQ5gwsm7j/UwAXxaJnI06ctNuO\n"
     "quorum district\n"},
    {"companion", "accuracy 2\n"},
    {"vkey", "journal.example.org/log/school-7+2ecd51f2+AXMwCHH0TBaOfJSd4sdQ5gwsm7j/UwAXxaJnI06ctNuO"},
    {"neighbour_genesis.url", "https://journal.example.org"},
    {"medium", "disk-2"},
    {"origin", "journal.example.org/log/licey29-old"},
    {"branch", "main"},
    {"announcement_published.text", "Уроки 12 декабря — дистанционно."},
    {"announcement_published.title", "Морозы"},
    {"attestation_mark_given.form", "exam"},
    {"attestation_mark_given.value", "4"},
    {"attestation_requested.form", "exam"},
    {"branch_defined.code", "karabash"},
    {"branch_defined.title", "Карабаш"},
    {"class_labelled.label", "8А"},
    {"programme", "welder"},
    {"consent_given.kind", "personal_data"},
    {"contact_given.kind", "email"},
    {"coursework_assigned.title", "Линзы и зеркала"},
    {"coursework_graded.value", "5"},
    {"attestation", "exam"},
    {"curriculum_set.title", "Учебный план 7 классов"},
    {"data_exchanged.direction", "export"},
    {"system", "КИАСУО"},
    {"document_published.title", "Положение об электронном журнале"},
    {"media_type", "application/pdf"},
    {"final_mark_given.value", "5"},
    {"forecast_issued.value", "4"},
    {"individual_mode_set.kind", "home"},
    {"inspection_held.kind", "thematic"},
    {"findings.kind", "topics"},
    {"makeup_mark_given.value", "4"},
    {"mark_imported.kind", "current"},
    {"mark_imported.value", "4"},
    {"material_published.kind", "course"},
    {"material_published.title", "Оптика, дистанционный курс"},
    {"url", "https://school.example.org/optics"},
    {"measure_recorded.kind", "reprimand"},
    {"channel", "email"},
    {"notice_served.kind", "performance"},
    {"average", "4.33"},
    {"period_mark_given.value", "4"},
    {"items.homework", "§ 12"},
    {"items.kind", "lesson"},
    {"items.number", "14"},
    {"items.topic", "Закон Ома"},
    {"items.subject", "Физика"},
    {"plan_published.title", "Физика, 7А"},
    {"plan_template_shared.title", "Физика, 7 класс"},
    {"print_certified.kind", "journal"},
    {"programme_defined.code", "welder"},
    {"programme_defined.kind", "profession"},
    {"programme_defined.title", "Сварщик"},
    {"report_issued.kind", "activity"},
    {"section", "timetable"},
    {"spans.kind", "theory"},
    {"substitution_ordered.kind", "same_subject"},
    {"task_assigned.title", "Опыт дома"},
    {"violation_reported.kind", "marks"},
    {"work_programme_published.title", "Физика, 7–9 классы"},
};

std::string_view sample(const std::string& type, const std::string& name) {
  for (const std::string& place : {type + "." + name, name})
    for (const auto& known : kSamples)
      if (known.place == place) return known.text;
  return "…";
}

// Ids that tell what they stand for apart from each other; not a person's or a lesson's in any school.
template <FixedValue T>
std::string sample_bytes(std::string_view name) {
  const Hash half = signing::tagged_hash("letopis/example/v1", {as_bytes(name)});
  Bytes bytes;
  while (bytes.size() < T::kSize) append(bytes, half.view());
  return to_hex(ByteView(bytes).first(T::kSize));
}

class ExampleVisitor {
 public:
  ExampleVisitor(std::string& out, std::string type, bool first) : out_(out), type_(std::move(type)), first_(first) {}
  template <class T>
  void field(unsigned, const char* name, const T& member, bool required) {
    // Corrections give a value; what is optional and has no meaning of its own would only confuse.
    if (!required && !shown(name)) return;
    if (!first_) out_ += ',';
    first_ = false;
    append_json_string(out_, name);
    out_ += ':';
    write(std::string_view(name), member);
  }

 private:
  static bool shown(std::string_view name) {
    constexpr std::string_view kLeftOut[] = {
        "withdrawn", "files",      "audience",        "substitute_for", "replaces",      "as_weekday",
        "klass",     "regulation", "previous_origin", "previous_size",  "previous_root", "start",
        "end",       "part",       "branch",          "subject_code",   "signature"};
    return std::find(std::begin(kLeftOut), std::end(kLeftOut), name) == std::end(kLeftOut);
  }
  void write(std::string_view, const bool&) { out_ += "true"; }
  template <std::integral T>
  void write(std::string_view name, const T&) {
    out_ += name == "utc_offset" ? "10800"
            : name == "minutes"  ? "5"
            : name == "grade"    ? "7"
            : name == "weekday"  ? "2"
                                 : "1";
  }
  template <class T>
  requires std::is_enum_v<T>
  void write(std::string_view, const T&) {
    append_json_string(out_, std::is_same_v<T, Role> ? "teacher" : names_of(T{})[0]);
  }
  void write(std::string_view name, const Date&) {
    append_json_string(
        out_, name == "to" || name == "due" || name == "new_date" || name == "marks_to" ? "2026-10-30" : "2026-09-07");
  }
  void write(std::string_view, const Instant&) { append_json_string(out_, "2026-09-30T00:00:00+03:00"); }
  void write(std::string_view name, const Minute&) { append_json_string(out_, name == "end" ? "09:15" : "08:30"); }
  void write(std::string_view name, const std::string_view&) {
    append_json_string(out_, sample(type_, std::string(name)));
  }
  void write(std::string_view name, const ByteView&) { append_json_string(out_, to_base64(as_bytes(name))); }
  template <FixedValue T>
  void write(std::string_view name, const T&) {
    append_json_string(out_, sample_bytes<T>(name));
  }
  template <class T>
  void write(std::string_view name, const std::optional<T>&) {
    write_object(name, T{});
  }
  template <class T>
  void write(std::string_view name, const std::vector<T>&) {
    out_ += '[';
    if constexpr (FixedValue<T>)
      write(name, T{});
    else
      write_object(name, T{});
    out_ += ']';
  }
  template <class T>
  void write_object(std::string_view name, const T& value) {
    out_ += '{';
    ExampleVisitor inner(out_, std::string(name), true);
    T::visit(value, inner);
    out_ += '}';
  }

  std::string& out_;
  std::string type_;
  bool first_;
};

Role first_signer(const Right& right) {
  for (std::size_t i = 1; i <= std::size(kRoleNames); ++i)
    if (const auto role = static_cast<Role>(i); (right.signers & role_bit(role)) != 0) return role;
  return Role::kService;
}

template <std::size_t I>
void write_example(std::string& out) {
  ExampleVisitor visitor(out, std::string(kBodyNames[I]), false);
  const std::variant_alternative_t<I, AnyBody> body;
  std::variant_alternative_t<I, AnyBody>::visit(body, visitor);
}
using ExampleWriter = void (*)(std::string&);
template <std::size_t... I>
constexpr std::array<ExampleWriter, sizeof...(I) + 1> example_writers(std::index_sequence<I...>) {
  return {nullptr, &write_example<I + 1>...};
}
constexpr auto kExampleWriters = example_writers(std::make_index_sequence<kBodyCount - 1>{});

template <std::size_t... I>
constexpr std::array<std::string_view, sizeof...(I) + 1> documents(std::index_sequence<I...>) {
  return {std::string_view(), kDocument<std::variant_alternative_t<I + 1, AnyBody>>...};
}
constexpr auto kDocuments = documents(std::make_index_sequence<kBodyCount - 1>{});

// Fields of people's own are sealed: the text travels beside the statement.
struct SealedSample {
  std::string_view type, field, about, text;  // `about`: the field that names the person
};
constexpr SealedSample kSealedSamples[] = {
    {"person_registered", "name", "person", "Иванова Мария Петровна"},
    {"personal_data_changed", "name", "person", "Иванова Мария Петровна"},
    {"remark_recorded", "remark", "student", "Не готов к уроку"},
    {"entry_corrected", "reason", "student", "Ошибка при вводе"},
    {"absence_excused", "excuse", "student", "Справка от врача"},
    {"written_wish_given", "wish", "student", "Читай вслух каждый день"},
    {"period_mark_waived", "reason", "student", "Болел всю четверть"},
    {"plan_adjusted", "reason", "teacher", "Карантин 2–6 декабря"},
    {"violation_reported", "violation", "teacher", "Нет отметок за три недели"},
    {"measure_recorded", "measure", "person", "Замечание, приказ 14"},
    {"contact_given", "contact", "person", "parent@example.org"},
    {"notice_served", "notice", "student", "Две двойки за неделю"},
    {"consultation_requested", "question", "to", "Когда пересдача?"},
    {"consultation_answered", "answer", "to", "В четверг после уроков"},
};
std::string sealed_example(std::string_view type) {
  const auto* sample = std::find_if(std::begin(kSealedSamples), std::end(kSealedSamples),
                                    [&](const SealedSample& known) { return known.type == type; });
  if (sample == std::end(kSealedSamples)) return {};
  return ",\"sealed\":[{\"field\":" + json_string(sample->field) +
         ",\"person\":" + json_string(sample_bytes<Id>(sample->about)) + ",\"text\":" + json_string(sample->text) +
         "}]";
}

}  // namespace

Result<std::string> example_json(std::string_view type) {
  TRY(const std::size_t number, type_number(type));
  std::string out = "{\"type\":" + json_string(type);
  kExampleWriters[number](out);
  const Right& right = rights()[number];
  const Role role = first_signer(right);
  out += ",\"envelope\":{\"acting_as\":" + json_string(enum_name(role));
  const std::string_view document = kDocuments[number];
  if ((right.needs_basis & role_bit(role)) != 0 || !document.empty())
    out += R"(,"basis":{"kind":)" + json_string(document.empty() ? "order" : document) +
           R"(,"number":"12","date":"2026-09-07"})";
  return out + sealed_example(type) + "}}";
}

}  // namespace letopis::commands
