// letopis invite: codes with which people enrol a key of their own. The codes go to a file and nowhere else.

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
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

// Of the people the session sees.
struct Listed {
  Id id;
  std::string name;
  std::optional<Role> invite_as;  // none: not theirs to invite
  bool enrolled = false;
};

struct Letter {
  Id to;
  std::string name;
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
Result<std::vector<Listed>> people_of(Session& session) {
  TRY(const auto answer,
      expect_ok(session.client->send({"GET", "/v1/schools/" + session.school + "/people", "", "", session.headers()})));
  json::error_code error;
  const auto value = json::parse(answer.body, error);
  if (error || !value.is_array()) return fail("bad_answer", "people");
  std::vector<Listed> people;
  for (const auto& item : value.as_array()) {
    if (!item.is_object()) return fail("bad_answer", "people");
    const auto& object = item.as_object();
    Listed& person = people.emplace_back();
    TRY(person.id, fixed_from_hex<Id>(text_of(object, "id")));
    person.name = text_of(object, "name");
    person.invite_as = ledger::enum_from_name<Role>(text_of(object, "invite_as"));
    const auto* enrolled = object.if_contains("enrolled");
    person.enrolled = enrolled != nullptr && enrolled->is_bool() && enrolled->as_bool();
  }
  return people;
}

// By id, or by the whole name where it is one person's.
Result<Listed> find(const std::vector<Listed>& people, const std::string& wanted) {
  const Listed* found = nullptr;
  for (const auto& person : people) {
    if (to_hex(person.id.view()) == wanted) return person;
    if (person.name != wanted) continue;
    if (found != nullptr) return fail("ambiguous", "several people are called " + wanted + ": name one by their id");
    found = &person;
  }
  if (found == nullptr) return fail("not_found", "you see nobody called " + wanted);
  return *found;
}

Result<std::vector<Letter>> letters_for(const Invite& options, const std::vector<Listed>& people) {
  std::vector<Letter> letters;
  std::set<Id> once;
  const auto add = [&](const Listed& person) {
    if (once.insert(person.id).second) letters.push_back({person.id, person.name, *person.invite_as, {}});
  };
  if (std::none_of(people.begin(), people.end(), [](const Listed& p) { return p.invite_as.has_value(); }))
    return fail("not_entitled",
                "invitations are issued by the administrator, to staff, and by class teachers, to their class's pupils "
                "and families");
  for (const auto& person : people)
    if (options.all && person.invite_as && !person.enrolled) add(person);
  for (const auto& wanted : options.people) {
    TRY(const Listed person, find(people, wanted));
    if (!person.invite_as) return fail("not_entitled", person.name + " is not yours to invite");
    add(person);
  }
  return letters;
}

// The codes that are good, or may be; no file when there are none.
Status keep(const std::string& file, const std::vector<Letter>& letters) {
  if (letters.empty()) {
    std::error_code ignored;  // it may never have been there
    std::filesystem::remove(file, ignored);
    return {};
  }
  std::string csv = "person,name,code\n";
  for (const auto& letter : letters)
    csv += to_hex(letter.to.view()) + "," + replay_tools::csv_field(letter.name) + "," + letter.code + "\n";
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
    if (!items[i].is_object()) return fail("bad_answer", "events");
    const auto& item = items[i].as_object();
    if (text_of(item, "verdict") == "refused") {
      sent.refused.push_back(asked[i].name + ": " + text_of(item, "message"));
      continue;
    }
    sent.good.push_back(asked[i]);
    if (!list_of(item, "awaits").empty()) ++sent.waiting;
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
      statement.body = ledger::InvitationIssued{letters[i].to, code_key.public_key(), expires};
      asked.push_back(letters[i]);
    }
    // First the file: an invitation that is recorded and whose code nobody has would be good for nothing.
    std::vector<Letter> kept = sent.good;
    kept.insert(kept.end(), asked.begin(), asked.end());
    TRY_STATUS(keep(options.out, kept));
    const auto answer = record(session, key, drafts);
    if (!answer && answer.error().code.starts_with("http_4")) {
      TRY_STATUS(keep(options.out, sent.good));
      return tl::unexpected(answer.error());
    }
    if (!answer)
      return fail(answer.error().code, answer.error().detail + "; " + options.out + " may hold codes that are good");
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
  TRY(const auto people, people_of(session));
  TRY(auto letters, letters_for(options, people));
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
