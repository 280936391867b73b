#pragma once
// Where statements of tools go — an engine of this process or a server — and who signs them.
//
// A Scribe is one person (or root key) with a key of their own, on a chain of their own. A Request gathers what several of
// them say at one moment and sends it as one submission. Not thread-safe.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "commands/engine.h"
#include "replay-tools/school_setup.h"

namespace letopis::replay_tools {

class Door {
 public:
  virtual ~Door() = default;
  virtual const std::string& origin() const = 0;
  virtual Result<ledger::Seen> seen() = 0;  // the newest checkpoint
  virtual Result<std::vector<commands::Acknowledged>> submit(commands::RawSubmission submission) = 0;
};

// A school of an engine in this process. `school` must outlive it.
std::unique_ptr<Door> door_to(commands::School& school, commands::Language language = commands::Language::kRussian);

struct Scribe {
  Scribe(signing::KeyPair with, std::string origin, const Id& who, Random& random)
      : key(std::move(with)), author(key, std::move(origin), who, random) {}
  Scribe(const Scribe&) = delete;
  Scribe& operator=(const Scribe&) = delete;
  const Id& person() const { return author.person(); }

  signing::KeyPair key;
  commands::Author author;
};

// What a session has recorded.
struct Tally {
  std::uint64_t accepted = 0;
  std::uint64_t late = 0;
  std::map<std::string, std::uint64_t> refused;  // by rule
  std::map<std::string, std::uint64_t> types;    // by type of statement, refused ones too

  std::uint64_t refused_total() const;
  std::uint64_t total() const { return accepted + late + refused_total(); }
};

// What is said at one moment. The checkpoint seen is fetched when the first statement is signed.
class Request {
 public:
  Request(Door& door, Instant now) : door_(door), now_(now) {}

  // Signs; the id of the statement. claimed_at is filled in where it is zero.
  Result<Id> say(Scribe& scribe, commands::Author::Draft draft);
  void add_blob(Bytes blob) { submission_.blobs.push_back(std::move(blob)); }
  std::size_t size() const { return submission_.statements.size(); }
  // Sends and counts; after an error the scribes' chains are as they were. Nothing said: nothing sent.
  Result<std::vector<commands::Acknowledged>> send(Tally& tally);

 private:
  struct Before {
    Scribe* scribe;
    commands::Author::Position position;
  };
  Door& door_;
  Instant now_;
  std::optional<ledger::Seen> seen_;
  commands::RawSubmission submission_;
  std::vector<std::string_view> types_;
  std::vector<Before> before_;
};

// Who can sign in which capacity.
class Officials {
 public:
  void add(ledger::Role role, Scribe& scribe) { scribes_.emplace(role, &scribe); }
  // Somebody of that capacity; the very person where one is named, and none of `others` (nor another key of theirs).
  Scribe* find(ledger::Role role, const Id& person = {}, const std::vector<const Scribe*>& others = {}) const;

 private:
  std::multimap<ledger::Role, Scribe*> scribes_;
};

// The capacities a plan needs and nobody here has; empty: it can be carried out.
std::vector<ledger::Role> missing_signers(const SetupPlan& plan, const Officials& officials);

// Carries a plan out in order, some hundred statements a request, each endorsed by whom it waits for before the next request.
// Errors: those of submitting; "refused" when a rule refuses one (what was recorded before it stays), "no_signer".
using Progress = std::function<void(std::size_t done, std::size_t of)>;
Status carry_out(const SetupPlan& plan, const Officials& officials, Door& door, const std::function<Instant()>& now,
                 Tally& tally, const Progress& progress = {});

// The enrolment of a new key by an invitation code: the new scribe, recorded. `keep` gets the key before it is sent, so that
// no key is enrolled that nobody has. "refused", and the errors of submitting and of `keep`.
using KeepKey = std::function<Status(const signing::KeyPair& key)>;
Result<std::unique_ptr<Scribe>> enrol(Door& door, const IssuedCode& code, ledger::Role role, Instant now,
                                      Random& random, Tally& tally, const KeepKey& keep = {});

}  // namespace letopis::replay_tools
