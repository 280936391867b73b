// letopis invite: codes with which people enrol a key of their own. The codes go to a file and nowhere else.

#include <algorithm>
#include <boost/json.hpp>
#include <iostream>
#include <set>

#include "ledger/limits.h"
#include "replay-tools/command.h"
#include "replay-tools/csv.h"

namespace letopis::tools {
namespace {

namespace json = boost::json;
using ledger::Role;

constexpr unsigned kPrivate = 0600;
constexpr std::int64_t kDayMicros = 24LL * 3600 * kMicrosPerSecond;

struct Listed {
  Id id;
  std::string name, klass;
  std::vector<std::string> roles;
  std::vector<Id> children;
  bool enrolled = false;

  bool is(std::string_view role) const { return std::find(roles.begin(), roles.end(), role) != roles.end(); }
  // As the rules have it: whoever holds a role of the school's own.
  bool staff() const {
    return std::any_of(roles.begin(), roles.end(), [](const auto& r) { return r != "student" && r != "parent"; });
  }
};

struct Letter {
  const Listed* to = nullptr;
  Role from{};
  std::string code;
};

// Members that are not there, or are something else, read as empty: the server's answers, not a person's input.
std::string text_of(const json::object& object, std::string_view name) {
  const auto* member = object.if_contains(name);
  return member != nullptr && member->is_string() ? std::string(member->as_string()) : std::string();
}
const json::array& list_of(const json::object& object, std::string_view name) {
  static const json::array kNone;
  const auto* member = object.if_contains(name);
  return member != nullptr && member->is_array() ? member->as_array() : kNone;
}
std::vector<std::string> texts_of(const json::object& object, std::string_view name) {
  std::vector<std::string> texts;
  for (const auto& item : list_of(object, name))
    if (item.is_string()) texts.emplace_back(item.as_string());
  return texts;
}

class Inviting {
 public:
  Inviting(const Invite& options, Session& session) : o_(options), session_(session) {}

  Result<std::vector<Letter>> letters() {
    TRY_STATUS(look());
    if (!holds("administrator") && own_classes_.empty())
      return fail("not_entitled",
                  "invitations are issued by the administrator, to staff, and by class teachers, to their class's "
                  "pupils and families");
    std::vector<Letter> letters;
    if (o_.all)
      for (const auto& person : people_)
        if (!person.enrolled && inviter(person)) letters.push_back({&person, *inviter(person), {}});
    for (const auto& wanted : o_.people) {
      TRY(const Listed* person, find(wanted));
      const auto from = inviter(*person);
      if (!from) return fail("not_entitled", person->name + " is not yours to invite");
      letters.push_back({person, *from, {}});
    }
    return letters;
  }

 private:
  Status look() {
    TRY(const auto me, list("me"));
    if (!me.is_object()) return fail("bad_answer", "me");
    capacities_ = texts_of(me.as_object(), "capacities");
    TRY(const auto classes, list("classes"));
    TRY(const auto people, list("people"));
    if (!classes.is_array() || !people.is_array()) return fail("bad_answer", "no list");
    if (holds("class_teacher"))
      for (const auto& klass : classes.as_array())
        if (klass.is_object() && text_of(klass.as_object(), "teacher") == to_hex(session_.person.view()))
          own_classes_.insert(text_of(klass.as_object(), "id"));
    for (const auto& item : people.as_array()) {
      if (!item.is_object()) continue;
      const auto& object = item.as_object();
      Listed person;
      TRY(person.id, fixed_from_hex<Id>(text_of(object, "id")));
      person.name = text_of(object, "name");
      person.klass = text_of(object, "class");
      person.roles = texts_of(object, "roles");
      for (const auto& child : texts_of(object, "children")) {
        TRY(person.children.emplace_back(), fixed_from_hex<Id>(child));
      }
      const auto* enrolled = object.if_contains("enrolled");
      person.enrolled = enrolled != nullptr && enrolled->is_bool() && enrolled->as_bool();
      people_.push_back(std::move(person));
    }
    for (const auto& person : people_)
      if (own_classes_.contains(person.klass)) own_pupils_.insert(person.id);
    return {};
  }

  Result<json::value> list(const std::string& name) {
    TRY(const auto answer, expect_ok(session_.client->send(
                               {"GET", "/v1/schools/" + session_.school + "/" + name, "", "", session_.headers()})));
    json::error_code error;
    auto value = json::parse(answer.body, error);
    if (error) return fail("bad_answer", name);
    return value;
  }

  bool holds(std::string_view capacity) const {
    return std::find(capacities_.begin(), capacities_.end(), capacity) != capacities_.end();
  }

  // In which capacity this person may be invited; nullopt: they are somebody else's to invite.
  std::optional<Role> inviter(const Listed& person) const {
    if (person.id == session_.person) return std::nullopt;
    if (person.staff() && holds("administrator")) return Role::kAdministrator;
    const bool of_own_class =
        own_pupils_.contains(person.id) || std::any_of(person.children.begin(), person.children.end(),
                                                       [&](const Id& child) { return own_pupils_.contains(child); });
    return of_own_class ? std::optional(Role::kClassTeacher) : std::nullopt;
  }

  // By id, or by the whole name where it is one person's.
  Result<const Listed*> find(const std::string& wanted) const {
    const Listed* found = nullptr;
    for (const auto& person : people_) {
      if (to_hex(person.id.view()) == wanted) return &person;
      if (person.name != wanted) continue;
      if (found != nullptr) return fail("ambiguous", "several people are called " + wanted + ": name one by their id");
      found = &person;
    }
    if (found == nullptr) return fail("not_found", "you see nobody called " + wanted);
    return found;
  }

  const Invite& o_;
  Session& session_;
  std::vector<std::string> capacities_;
  std::set<std::string> own_classes_;
  std::set<Id> own_pupils_;
  std::vector<Listed> people_;
};

Status keep(const std::string& file, const std::vector<Letter>& letters) {
  std::string csv = "person,name,code\n";
  for (const auto& letter : letters)
    csv += to_hex(letter.to->id.view()) + "," + replay_tools::csv_field(letter.to->name) + "," + letter.code + "\n";
  return posix_file_system().write_atomically(file, as_bytes(csv), kPrivate);
}

struct Sent {
  std::vector<Letter> good;
  std::size_t waiting = 0;  // for the deputy's signature
  std::vector<std::string> refused;
};

Status take_answer(const std::string& answer, const std::vector<Letter>& asked, Sent& sent) {
  json::error_code error;
  const auto value = json::parse(answer, error);
  if (error || !value.is_object()) return fail("bad_answer", "events");
  const auto& items = list_of(value.as_object(), "items");
  if (items.size() != asked.size()) return fail("bad_answer", "events");
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& item = items[i].as_object();
    if (text_of(item, "verdict") == "refused") {
      sent.refused.push_back(asked[i].to->name + ": " + text_of(item, "message"));
      continue;
    }
    sent.good.push_back(asked[i]);
    if (asked[i].to->enrolled) ++sent.waiting;
  }
  return {};
}

Result<Sent> send(const Invite& options, Session& session, const signing::KeyPair& key, std::vector<Letter>& letters) {
  SystemRandom random;
  const Instant expires{SystemClock().now().micros + options.days * kDayMicros};
  Sent sent;
  for (std::size_t from = 0; from < letters.size(); from += ledger::kStatementsPerRequestMax) {
    const std::size_t to = std::min(letters.size(), from + ledger::kStatementsPerRequestMax);
    std::vector<commands::StatementDraft> drafts;
    std::vector<Letter> asked;
    for (std::size_t i = from; i < to; ++i) {
      letters[i].code = signing::new_invitation_code(random);
      TRY(const auto code_key, signing::key_from_invitation_code(letters[i].code));
      auto& statement = drafts.emplace_back().statement;
      statement.acting_as = letters[i].from;
      statement.body = ledger::InvitationIssued{letters[i].to->id, code_key.public_key(), expires};
      asked.push_back(letters[i]);
    }
    // First the file: an invitation that is recorded and whose code nobody has would be good for nothing.
    std::vector<Letter> kept = sent.good;
    kept.insert(kept.end(), asked.begin(), asked.end());
    TRY_STATUS(keep(options.out, kept));
    const auto answer = record(session, key, drafts);
    if (!answer && answer.error().code.starts_with("http_4")) (void)keep(options.out, sent.good);
    if (!answer) return tl::unexpected(answer.error());
    TRY_STATUS(take_answer(*answer, asked, sent));
  }
  TRY_STATUS(keep(options.out, sent.good));
  return sent;
}

Result<Sent> invite_by(const Invite& options) {
  if (posix_file_system().exists(options.out))
    return fail("already_exists", options.out + " exists; codes are never overwritten");
  TRY(const auto key, read_key(options.key, signing::Purpose::kAuthor));
  TRY(auto session, sign_in(options.url, options.school, key));
  Inviting inviting(options, session);
  TRY(auto letters, inviting.letters());
  if (letters.empty()) return Sent{};
  return send(options, session, key, letters);
}

}  // namespace

int invite(const Invite& options) {
  if (options.people.empty() && !options.all) return refuse("name people, or give --all");
  if (options.days < 1 || options.days > 366) return refuse("--days is 1 to 366");
  const auto sent = invite_by(options);
  if (!sent) return refuse(sent.error());
  for (const auto& refused : sent->refused) std::cerr << "refused: " << refused << '\n';
  if (options.json) {
    std::cout << "{\"invited\":" << sent->good.size() << ",\"awaiting_endorsement\":" << sent->waiting
              << ",\"refused\":" << sent->refused.size() << "}\n";
  } else if (sent->good.empty()) {
    std::cout << "nobody was invited" << (sent->refused.empty() ? ": everybody has a key already" : "") << '\n';
  } else {
    std::cout << sent->good.size() << " invited; their codes are in " << options.out << ", good for " << options.days
              << " days\n";
    if (sent->waiting > 0)
      std::cout << sent->waiting << " of them have a key: theirs are good once the deputy has signed too (endorsed)\n";
  }
  return sent->refused.empty() ? kExitOk : kExitRefused;
}

}  // namespace letopis::tools
