#pragma once
// The rules. `decide` says what the log makes of an authentic statement: accepted, late, or refused by a named rule.
//
// Pure: no I/O, no clock, no logging. The same state, profiles, roots, statement and moment give the same ruling, on the
// server when it is recorded and years later in an audit. About a microsecond.
//
// Authority is judged by what stands at the entry's own index; deadlines by what was recorded before its lesson began.

#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "commands/profile.h"
#include "ledger/sequencer.h"
#include "ledger/statement.h"
#include "projections/school_state.h"

namespace letopis::commands {

// Regulation profiles by the hash of their exact text. A profile that is not here cannot be adopted.
class ProfileBook {
 public:
  const Profile* find(const Hash& hash) const;
  // Parses and keeps; "bad_profile". Adding the same text again changes nothing. What it extends is here or built in.
  Result<Hash> add(std::string_view toml, std::string_view name);
  // The profile of this hash, and before it those it extends, each where it is not here yet. "profile_missing" where `texts` has
  // no such text, "bad_profile".
  using Texts = std::function<Result<Bytes>(const Hash&)>;
  Status learn(const Hash& hash, std::string_view name, const Texts& texts);
  // The profile and those it extends, in that order; empty where it is not here.
  std::vector<const Profile*> layers(const Hash& hash) const;
  static ProfileBook with_builtin();

 private:
  std::map<Hash, std::shared_ptr<const Profile>> profiles_;
};

// The roots this log had: what a statement's `seen` is checked against.
class Roots {
 public:
  virtual ~Roots() = default;
  // The root of the tree of the first `size` entries; nullopt when the log is not that long.
  virtual std::optional<Hash> root_at(std::uint64_t size) const = 0;
};

ledger::Ruling decide(const projections::SchoolState& state, const ProfileBook& profiles, const Roots& roots,
                      const ledger::Statement& statement, std::uint64_t index, Instant now);

// What its author is told about an entry that `rule` made late or refused; nothing where the profile has no such rule. `state` is the one that was
// judged by, or a later one; full (Detail::kFull). Shown, never recorded.
Words message(const projections::SchoolState& state, const Profile& profile, const ledger::Statement& statement,
              std::string_view rule, Instant deadline, Instant recorded_at);
// The values the message may use ({deadline}, {date}, …), ready to show.
std::map<std::string, std::string> message_values(const projections::SchoolState& state, const Profile& profile,
                                                  const ledger::Statement& statement, std::string_view rule,
                                                  Instant deadline, Instant recorded_at, Language language);

}  // namespace letopis::commands
