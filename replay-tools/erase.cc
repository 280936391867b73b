#include "replay-tools/erase.h"

#include <algorithm>
#include <charconv>

#include "commands/rights.h"
#include "ledger/lines.h"
#include "ledger/schema/codec.h"

namespace letopis::tools {

using namespace ledger;
using commands::School;

namespace {

constexpr std::string_view kLook = "erase-look";
constexpr std::string_view kRecord = "erase-record";
constexpr std::string_view kTexts = "erase-texts";

Result<std::uint64_t> number_of(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return fail("malformed", "not a number");
  return value;
}

// --- The side of the directory ---------------------------------------------------------------------------------------------

// The newest act about a person that was not refused.
struct Act {
  Id id;
  std::uint64_t index = 0;
  bool pending = false;
};

Result<std::optional<Act>> newest_act(const School& school, const Id& person) {
  const auto size = school.read([](const auto& model) { return model.checkpoint.size; });
  TRY(const auto entries, school.shard_entries({{projections::View::kSchool, {}, {}}}, size));
  std::optional<Act> found;
  for (const auto& bytes : entries) {
    TRY(const Entry entry, decode_entry(bytes));
    const auto* act = std::get_if<PersonalTextErased>(&entry.statement.body);
    if (act == nullptr || act->person != person || entry.event.verdict == Verdict::kRefused) continue;
    // Of the read model: the copy of the structure that readers share need not know what has no effect yet.
    school.read([&](const auto& model) {
      const bool pending = model.structure.pending(entry.statement.id) != nullptr;
      const auto* known = model.structure.person(person);
      const bool stands = known != nullptr && known->texts_erased == entry.event.index;
      if (pending || stands) found = Act{entry.statement.id, entry.event.index, pending};
    });
  }
  return found;
}

// Whether the log commits to texts of the person that came after the act: those are not its to take.
Result<bool> texts_since(const School& school, const Id& person, std::uint64_t act) {
  const auto size = school.read([](const auto& model) { return model.checkpoint.size; });
  for (std::uint64_t index = act + 1; index < size; ++index) {
    TRY(const Bytes bytes, school.entry(index));
    TRY(const Entry entry, decode_entry(bytes));
    for (const auto& commitment : entry.statement.commitments)
      if (commitment.person == person && entry.event.verdict != Verdict::kRefused) return true;
  }
  return false;
}

// ok SCHOOL ORIGIN SIZE ROOT TEXTS (none | pending ID INDEX | stands ID INDEX) and for each key PERSON:ROLE,ROLE
Result<std::string> look(commands::Engine& engine, School& school, const std::vector<std::string_view>& words) {
  TRY(const Id person, fixed_from_hex<Id>(words[2]));
  const auto structure = school.structure();
  if (structure->person(person) == nullptr)
    return fail("not_found", "no person " + std::string(words[2]) + " at " + school.slug());
  TRY(const auto texts, engine.vault().count_texts(school.slug(), person));
  TRY(auto act, newest_act(school, person));
  if (act && !act->pending) {
    TRY(const bool more, texts_since(school, person, act->index));
    if (more) act.reset();
  }
  const auto checkpoint = school.read([](const auto& model) { return model.checkpoint; });
  std::string answer = school.slug() + " " + school.origin() + " " + std::to_string(checkpoint.size) + " " +
                       to_base64(checkpoint.root.view()) + " " + std::to_string(texts);
  answer += act ? (act->pending ? " pending " : " stands ") + to_hex(act->id.view()) + " " + std::to_string(act->index)
                : " none - 0";
  const Date today = structure->local_today(engine.clock().now());
  for (std::size_t i = 3; i < words.size(); ++i) {
    TRY(const Id id, fixed_from_hex<Id>(words[i]));
    const auto* key = structure->key(id);
    if (key == nullptr || key->person.is_zero())
      return fail("unknown_key", "no official of " + school.slug() + " has this key");
    answer += " " + to_hex(key->person.view()) + ":";
    for (const Role role : commands::capacities(*structure, key->person, today))
      answer += std::string(enum_name(role)) + ",";
  }
  return answer;
}

Result<std::string> record(School& school, const std::vector<std::string_view>& words) {
  TRY(const Bytes buffer, from_base64(words[2]));
  TRY(const auto submitted, decode_submission(buffer));
  commands::RawSubmission submission;
  for (const auto& statement : submitted.statements) {
    TRY(const auto said, decode_statement(statement.bytes));
    if (!std::holds_alternative<PersonalTextErased>(said.body) && !std::holds_alternative<Endorsed>(said.body))
      return fail("malformed", "only an erasure is recorded here");
    submission.statements.push_back({Bytes(statement.bytes.begin(), statement.bytes.end()), statement.signature});
  }
  for (const auto& text : submitted.texts)
    submission.texts.push_back({std::string(text.field), text.salt, std::string(text.text)});
  TRY(const auto recorded, school.submit(std::move(submission), commands::Language::kEnglish));
  const auto& first = recorded.front();
  if (first.verdict == Verdict::kRefused)
    return fail("refused", first.rule + (first.message.empty() ? "" : ": " + first.message));
  return std::to_string(first.index) + " " + to_hex(first.statement.view());
}

Result<std::string> erase_texts(School& school, const std::vector<std::string_view>& words) {
  TRY(const Id person, fixed_from_hex<Id>(words[2]));
  TRY(const auto act, newest_act(school, person));
  if (!act || act->pending) return fail("not_in_effect", "no act of erasure about this person is in effect");
  TRY(const bool more, texts_since(school, person, act->index));
  if (more) return fail("not_in_effect", "there are texts newer than the act: they need another one");
  TRY(const auto texts, school.erase(person));
  return std::to_string(texts);
}

// --- The side of whoever signs -----------------------------------------------------------------------------------------------

struct Look {
  std::string school, origin;
  Seen seen;
  std::uint64_t texts = 0;
  std::string state;  // none, pending, stands
  Id act;
  std::uint64_t act_index = 0;
  struct Signer {
    Id person;
    std::string roles;  // "director,teacher,"
  };
  std::vector<Signer> signers;  // one a key
};

Result<Look> parse_look(std::string_view answer, std::size_t keys) {
  const auto words = split_words(answer);
  if (words.size() != 8 + keys) return fail("malformed", "the answer of whoever holds the directory");
  Look look;
  look.school = words[0];
  look.origin = words[1];
  TRY(look.seen.size, number_of(words[2]));
  TRY(const Bytes root, from_base64(words[3]));
  if (root.size() != Hash::kSize) return fail("malformed", "a root of another length");
  look.seen.root = Hash::copy_of(root);
  TRY(look.texts, number_of(words[4]));
  look.state = words[5];
  if (look.state != "none") {
    TRY(look.act, fixed_from_hex<Id>(words[6]));
  }
  TRY(look.act_index, number_of(words[7]));
  for (std::size_t i = 8; i < words.size(); ++i) {
    const auto colon = words[i].find(':');
    TRY(const Id person, fixed_from_hex<Id>(words[i].substr(0, colon)));
    look.signers.push_back({person, colon == std::string_view::npos ? "" : std::string(words[i].substr(colon + 1))});
  }
  return look;
}

class Erasing {
 public:
  Erasing(const Ask& ask, const EraseRequest& request) : ask_(ask), request_(request) {}

  Result<Erased> run() {
    TRY_STATUS(see());
    Erased erased;
    if (look_.state == "none") {
      TRY_STATUS(say_act());
      TRY_STATUS(see());
    }
    if (look_.state == "pending") {
      TRY(const bool endorsed, endorse());
      if (!endorsed) return Erased{false, 0, look_.act_index, to_hex(look_.act.view())};
    }
    erased.in_effect = true;
    erased.act = look_.act_index;
    erased.act_id = to_hex(look_.act.view());
    TRY(const std::string texts, ask_(std::string(kTexts) + " " + school() + " " + to_hex(request_.person.view())));
    TRY(erased.texts, number_of(texts));
    return erased;
  }

 private:
  std::string school() const {
    return !look_.school.empty() ? look_.school : request_.school.empty() ? "-" : request_.school;
  }
  Status see() {
    std::string line = std::string(kLook) + " " + school() + " " + to_hex(request_.person.view());
    for (const auto* key : request_.keys) line += " " + to_hex(key->id().view());
    TRY(const std::string answer, ask_(line));
    TRY(look_, parse_look(answer, request_.keys.size()));
    return {};
  }
  std::optional<std::size_t> key_of(Role role) const {
    const std::string name = std::string(enum_name(role)) + ",";
    for (std::size_t i = 0; i < look_.signers.size(); ++i)
      if (("," + look_.signers[i].roles).find("," + name) != std::string::npos) return i;
    return std::nullopt;
  }
  Status say(std::size_t key, Role role, Body body, bool with_reason) {
    const Id& author_id = look_.signers[key].person;
    commands::Author author(*request_.keys[key], look_.origin, author_id, *request_.random);
    commands::Author::Draft draft;
    draft.body = std::move(body);
    draft.acting_as = role;
    draft.claimed_at = request_.clock->now();
    if (with_reason) draft.sealed.push_back({"reason", author_id, request_.reason});
    std::vector<commands::RawText> texts;
    const auto statement = author.sign(draft, look_.seen, &texts);
    SubmissionBuffer buffer;
    buffer.statements.push_back({statement.bytes, statement.signature});
    for (const auto& text : texts) buffer.texts.push_back({text.field, text.salt, text.text});
    return ask_(std::string(kRecord) + " " + school() + " " + to_base64(encode(buffer))).map([](const auto&) {});
  }
  Status say_act() {
    const auto director = key_of(Role::kDirector);
    if (!director)
      return fail("not_entitled", "texts are erased by an act of the director: none of these keys is a director's");
    if (request_.reason.empty()) return fail("malformed", "an act of erasure needs a reason");
    return say(*director, Role::kDirector, PersonalTextErased{request_.person, look_.texts}, true);
  }
  // False: it waits for somebody who is not here.
  Result<bool> endorse() {
    const auto administrator = key_of(Role::kAdministrator);
    if (!administrator) return false;
    TRY_STATUS(say(*administrator, Role::kAdministrator, Endorsed{look_.act, true}, false));
    return true;
  }

  const Ask& ask_;
  const EraseRequest& request_;
  Look look_;
};

}  // namespace

namespace {

// By name, or "-": the one that knows the person.
Result<School*> school_of(commands::Engine& engine, std::string_view slug, std::string_view person) {
  if (slug != "-") {
    School* school = engine.find(slug);
    if (school == nullptr) return fail("not_found", "no school " + std::string(slug));
    return school;
  }
  const auto id = fixed_from_hex<Id>(person);
  std::vector<School*> knowing;
  for (School* school : engine.schools())
    if (engine.schools().size() == 1 || (id && school->structure()->person(*id) != nullptr)) knowing.push_back(school);
  if (knowing.size() != 1) return fail("not_found", "say which school is meant");
  return knowing.front();
}

}  // namespace

Result<std::string> answer_erase(commands::Engine& engine, std::string_view line) {
  const auto words = split_words(line);
  if (words.size() < 3) return fail("malformed", "a line of erase");
  TRY(School* const school, school_of(engine, words[1], words[2]));
  if (words[0] == kLook) return look(engine, *school, words);
  if (words[0] == kRecord) return record(*school, words);
  if (words[0] == kTexts) return erase_texts(*school, words);
  return fail("malformed", "unknown command");
}

Result<Erased> erase(const Ask& ask, const EraseRequest& request) {
  LETOPIS_ASSERT(request.clock != nullptr && request.random != nullptr);
  return Erasing(ask, request).run();
}

}  // namespace letopis::tools
