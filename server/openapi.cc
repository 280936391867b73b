#include "server/openapi.h"

#include <algorithm>
#include <map>
#include <set>

#include "ledger/schema/describe.h"
#include "server/routes.h"

namespace letopis::server {
namespace {

using ledger::append_json_string;
using ledger::json_string;

// --- Schemas of statements, from their field lists -------------------------------------------------------------------

std::string bytes_schema(std::size_t size) {
  return R"({"type":"string","pattern":"^[0-9a-f]{)" + std::to_string(2 * size) + R"(}$"})";
}

class SchemaVisitor {
 public:
  template <class T>
  void field(unsigned, const char* name, const T& member, bool required) {
    properties += (properties.empty() ? "" : ",") + json_string(name) + ":" + schema(member);
    if (required) required_names += (required_names.empty() ? "" : ",") + json_string(name);
  }
  std::string object(std::string first = {}, std::string first_required = {}) const {
    const auto join = [](std::string a, const std::string& b) { return a.empty() || b.empty() ? a + b : a + "," + b; };
    std::string out = "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{" +
                      join(std::move(first), properties) + "}";
    const std::string needed = join(std::move(first_required), required_names);
    return needed.empty() ? out + "}" : out + ",\"required\":[" + needed + "]}";
  }

  std::string properties, required_names;

 private:
  static std::string schema(bool) { return R"({"type":"boolean"})"; }
  template <std::integral T>
  static std::string schema(T) {
    return R"({"type":"integer"})";
  }
  template <class T>
  requires std::is_enum_v<T>
  static std::string schema(T) {
    std::string out = "{\"enum\":[";
    for (const auto name : names_of(T{})) out += (out.back() == '[' ? "" : ",") + json_string(name);
    return out + "]}";
  }
  static std::string schema(Date) { return R"({"type":"string","format":"date"})"; }
  static std::string schema(Instant) { return R"({"type":"string","format":"date-time"})"; }
  static std::string schema(ledger::Minute) { return R"({"type":"string","pattern":"^[0-2][0-9]:[0-5][0-9]$"})"; }
  static std::string schema(std::string_view) { return R"({"type":"string"})"; }
  static std::string schema(ByteView) { return R"({"type":"string","contentEncoding":"base64"})"; }
  template <std::size_t N, class Tag>
  static std::string schema(const FixedBytes<N, Tag>&) {
    return bytes_schema(N);
  }
  template <class T>
  static std::string schema(const std::optional<T>&) {
    return table<T>();
  }
  template <class T>
  static std::string schema(const std::vector<T>&) {
    if constexpr (requires { T::kSize; })
      return "{\"type\":\"array\",\"items\":" + bytes_schema(T::kSize) + "}";
    else
      return "{\"type\":\"array\",\"items\":" + table<T>() + "}";
  }
  template <class T>
  static std::string table() {
    SchemaVisitor visitor;
    const T value{};
    T::visit(value, visitor);
    return visitor.object();
  }
};

std::string envelope_schema() {
  SchemaVisitor visitor;
  const ledger::Statement statement;
  ledger::Statement::visit(statement, visitor);
  visitor.required_names.clear();  // what the signer leaves out is filled in
  return visitor.object(R"("sealed":{"type":"array","items":{"type":"object","properties":{"field":{"type":"string"},)"
                        R"("person":{"type":"string"},"text":{"type":"string"},"salt":{"type":"string"}},)"
                        R"("required":["field","person","text"]}})");
}

template <std::size_t I>
void add_statement_schema(std::map<std::string, std::string>& to) {
  SchemaVisitor visitor;
  const std::variant_alternative_t<I, ledger::AnyBody> body;
  std::variant_alternative_t<I, ledger::AnyBody>::visit(body, visitor);
  to["statement_" + std::string(ledger::kBodyNames[I])] =
      visitor.object("\"type\":{\"const\":" + json_string(ledger::kBodyNames[I]) +
                         "},\"envelope\":{\"$ref\":\"#/components/schemas/Envelope\"}",
                     "\"type\"");
}
template <std::size_t... I>
void add_statement_schemas(std::map<std::string, std::string>& to, std::index_sequence<I...>) {
  (add_statement_schema<I + 1>(to), ...);
  std::string any = "{\"oneOf\":[";
  for (std::size_t i = 1; i < ledger::kBodyCount; ++i)
    any += std::string(i > 1 ? "," : "") + "{\"$ref\":\"#/components/schemas/statement_" +
           std::string(ledger::kBodyNames[i]) + "\"}";
  to["Statement"] = any + "]}";
  to["Envelope"] = envelope_schema();
}

// --- The other schemas: an object's members, each "name:kind"; a question mark makes it optional ---------------------

struct ObjectSchema {
  std::string_view name;
  std::string_view members;
};
constexpr ObjectSchema kObjects[] = {
    {"Problem", "type:text title:text status:integer detail?:text technical?:text request_id?:text heads?:array"},
    {"Item",
     "index:integer statement:id recorded_at:instant verdict:text rule?:text clause?:text message?:text "
     "deadline?:instant "
     "late_seconds?:integer awaits?:array repeated:boolean receipt:text"},
    {"Submitted", "items:array:Item"},
    {"SubmittedStatement", "bytes:base64 signature:base64"},
    {"SubmittedText", "field:text salt:hash text:text"},
    {"Submission", "statements:array:SubmittedStatement texts?:array:SubmittedText blobs?:array"},
    {"Encoded", "statement:base64 message:base64 decoded:object texts:array:SubmittedText"},
    {"Journal", "group:object from:date to:date students:array lessons:array works:array homework:array cells:array"},
    {"Diary",
     "student:id student_name?:text class?:id class_label?:text mode?:text week:text monday:date days:array "
     "excuses:array "
     "signatures:array results:array announced:array printouts:array"},
    {"Duties", "of:text from:date to:date duties:array"},
    {"Summary",
     "class?:object period?:object groups?:array students?:array performance?:integer quality?:integer "
     "forecast_performance?:integer forecast_quality?:integer classes?:array "
     "participation?:object"},
    {"Inspections", "inspections?:array violations?:array period?:object groups?:array"},
    {"Register", "name:text title:text lines:array"},
    {"Operations", "acknowledged:integer operations:array more:boolean"},
    {"Documents", "documents:array announcements:array"},
    {"Timetable", "week:text monday:date days:array"},
    {"Profile", "name?:text profile?:hash regulation?:hash from?:date index?:integer"},
    {"Me",
     "id:id name:text roles:array groups:array children:array classes_led:array school:object key:id capacities:array"},
    {"Entry",
     "index:integer recorded_at:instant verdict:text rule?:text deadline?:instant late_seconds?:integer "
     "utc_offset:integer "
     "context:integer rules_version:integer profile?:hash awaits?:array statement:object bracket?:object "
     "attached?:array"},
    {"SaltRequest", "school:text login:text"},
    {"Salt", "salt:id"},
    {"LoginRequest", "school:text login:text proof:hash"},
    {"SignedIn",
     "school:text origin:text person:id name:text key:id expires:instant public_key?:hash wrapped_key?:base64 "
     "token?:text"},
    {"Session", "school:text origin:text person:id name:text key:id expires:instant"},
    {"ChallengeRequest", "school:text"},
    {"Challenge", "nonce:text origin:text expires:instant"},
    {"KeyRequest", "school:text key:id nonce:text signature:base64"},
    {"InvitationRequest", "school:text code_key:hash nonce:text signature:base64"},
    {"Invitation", "invitation:id person:id name:text expires?:instant origin:text checkpoint:text capacities:array"},
    {"EnrolRequest",
     "school:text statement:base64 signature:base64 login:text salt:id proof:hash wrapped_key:base64 "
     "account_signature:base64"},
    {"Enrolled", "item:ref:Item school?:text origin?:text person?:id name?:text key?:id expires?:instant"},
    {"AccountRequest", "login:text salt:id proof:hash wrapped_key:base64 public_key:hash signature:base64"},
    {"Health", "status:text"},
    {"Readiness", "status:text schools:integer"},
};
constexpr std::string_view kLists[] = {"People", "Classes",       "Groups", "Periods",
                                       "Plans",  "Substitutions", "Hours",  "Dictionary"};

std::string reference(std::string_view name) { return "{\"$ref\":\"#/components/schemas/" + std::string(name) + "\"}"; }

std::string kind_schema(std::string_view kind) {
  if (kind == "id") return bytes_schema(16);
  if (kind == "hash") return bytes_schema(32);
  if (kind == "date") return R"({"type":"string","format":"date"})";
  if (kind == "instant") return R"({"type":"string","format":"date-time"})";
  if (kind == "base64") return R"({"type":"string","contentEncoding":"base64"})";
  if (kind == "text") return R"({"type":"string"})";
  if (kind.starts_with("array:")) return "{\"type\":\"array\",\"items\":" + reference(kind.substr(6)) + "}";
  if (kind.starts_with("ref:")) return reference(kind.substr(4));
  return "{\"type\":" + json_string(kind) + "}";
}

std::string object_schema(std::string_view members) {
  std::string properties;
  std::string required;
  while (!members.empty()) {
    const auto end = members.find(' ');
    const auto member = members.substr(0, end);
    members = end == std::string_view::npos ? std::string_view{} : members.substr(end + 1);
    auto name = member.substr(0, member.find(':'));
    const auto kind = member.substr(name.size() + 1);
    const bool optional = name.ends_with('?');
    if (optional) name.remove_suffix(1);
    properties += (properties.empty() ? "" : ",") + json_string(name) + ":" + kind_schema(kind);
    if (!optional) required += (required.empty() ? "" : ",") + json_string(name);
  }
  return "{\"type\":\"object\",\"properties\":{" + properties + "},\"required\":[" + required + "]}";
}

// --- Paths -----------------------------------------------------------------------------------------------------------

std::string content(const std::vector<Media>& media) {
  std::string out = "{";
  for (const auto& item : media) {
    if (out.size() > 1) out += ',';
    append_json_string(out, item.type);
    if (!item.schema.empty())
      out += ":{\"schema\":" + reference(item.schema) + "}";
    else if (item.type.starts_with("text/"))
      out += R"(:{"schema":{"type":"string"}})";
    else
      out += ":{}";
  }
  return out + "}";
}

std::string parameter_json(const Parameter& parameter) {
  constexpr std::string_view kPlaces[] = {"path", "query", "header"};
  return "{\"name\":" + json_string(parameter.name) +
         ",\"in\":" + json_string(kPlaces[static_cast<std::size_t>(parameter.in)]) +
         ",\"required\":" + (parameter.required ? "true" : "false") + ",\"schema\":" + std::string(parameter.schema) +
         ",\"description\":" + json_string(parameter.description) + "}";
}

std::string responses_json(const Route& route) {
  std::string out = "{";
  for (const auto& answer : route.answers) {
    if (out.size() > 1) out += ',';
    out += "\"" + std::to_string(answer.status) + "\":{\"description\":" + json_string(answer.description);
    if (!answer.media.empty()) out += ",\"content\":" + content(answer.media);
    out += '}';
  }
  std::set<unsigned> problems(route.problems.begin(), route.problems.end());
  for (const unsigned status : common_problems(route)) problems.insert(status);
  for (const unsigned status : problems)
    out += ",\"" + std::to_string(status) + R"(":{"$ref":"#/components/responses/Problem"})";
  return out + "}";
}

std::string operation(const Route& route) {
  std::string out = "{\"operationId\":" + json_string(route.id) + ",\"tags\":[" + json_string(route.tag) +
                    "],\"summary\":" + json_string(route.summary);
  auto parameters = path_parameters(route);
  parameters.insert(parameters.end(), route.parameters.begin(), route.parameters.end());
  if (!parameters.empty()) {
    out += ",\"parameters\":[";
    for (std::size_t i = 0; i < parameters.size(); ++i) out += (i > 0 ? "," : "") + parameter_json(parameters[i]);
    out += "]";
  }
  if (!route.bodies.empty()) out += ",\"requestBody\":{\"required\":true,\"content\":" + content(route.bodies) + "}";
  if (route.needs == Needs::kSession) out += R"(,"security":[{"cookie":[]},{"bearer":[]}])";
  if (route.needs == Needs::kEither) out += R"(,"security":[{},{"cookie":[]},{"bearer":[]}])";
  return out + ",\"responses\":" + responses_json(route) + "}";
}

// OpenAPI has no parameter that spans segments: its name stands for them.
std::string openapi_path(std::string_view pattern) {
  std::string path(pattern);
  if (const auto dots = path.find("...}"); dots != std::string::npos) path.erase(dots, 3);
  return path;
}

std::string paths_json() {
  std::map<std::string, std::string> paths;
  for (const auto& route : routes()) {
    auto& operations = paths[openapi_path(route.pattern)];
    if (!operations.empty()) operations += ',';
    operations += (route.method == Method::kPost ? "\"post\":" : "\"get\":") + operation(route);
  }
  std::string out = "{";
  for (const auto& [path, operations] : paths)
    out += (out.size() > 1 ? "," : "") + json_string(path) + ":{" + operations + "}";
  return out + "}";
}

std::string components_json() {
  std::map<std::string, std::string> schemas;
  add_statement_schemas(schemas, std::make_index_sequence<ledger::kBodyCount - 1>{});
  for (const auto& [name, members] : kObjects) schemas[std::string(name)] = object_schema(members);
  for (const auto name : kLists) schemas[std::string(name)] = R"({"type":"array","items":{"type":"object"}})";
  std::string out = "{\"schemas\":{";
  bool first = true;
  for (const auto& [name, schema] : schemas) {
    out += (first ? "" : ",") + json_string(name) + ":" + schema;
    first = false;
  }
  return out +
         R"(},"responses":{"Problem":{"description":"a problem document (RFC 9457); its type is stable","content":)"
         R"({"application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}}}},)"
         R"("securitySchemes":{"cookie":{"type":"apiKey","in":"cookie","name":"__Host-letopis"},)"
         R"("bearer":{"type":"http","scheme":"bearer"}}})";
}

}  // namespace

const std::string& openapi_json() {
  static const std::string kDocument =
      R"({"openapi":"3.1.0","info":{"title":"Letopis","version":"1","description":)" +
      json_string(
          "An electronic school journal on a signed, append-only log. docs/formats/http.md describes what is signed.") +
      R"(,"license":{"name":"Apache-2.0","identifier":"Apache-2.0"}},"paths":)" + paths_json() +
      ",\"components\":" + components_json() + "}";
  return kDocument;
}

}  // namespace letopis::server
