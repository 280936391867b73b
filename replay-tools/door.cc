#include "replay-tools/door.h"

#include <algorithm>

namespace letopis::replay_tools {

using namespace ledger;
using commands::Acknowledged;
using commands::Author;

namespace {

constexpr std::size_t kStatementsPerSetupRequest = 400;

class EngineDoor final : public Door {
 public:
  EngineDoor(commands::School& school, commands::Language language) : school_(school), language_(language) {}
  const std::string& origin() const override { return school_.origin(); }
  Result<Seen> seen() override {
    return school_.read([](const commands::ReadModel& model) {
      return Seen{model.checkpoint.size, model.checkpoint.root};
    });
  }
  Result<std::vector<Acknowledged>> submit(commands::RawSubmission submission) override {
    return school_.submit(std::move(submission), language_);
  }

 private:
  commands::School& school_;
  commands::Language language_;
};

std::string describe_refusal(const Acknowledged& refused) {
  return refused.rule + (refused.clause.empty() ? "" : " (" + refused.clause + ")") +
         (refused.message.empty() ? "" : ": " + refused.message);
}

Status none_refused(const std::vector<Acknowledged>& recorded) {
  for (const auto& one : recorded)
    if (one.verdict == Verdict::kRefused)
      return fail("refused", "entry " + std::to_string(one.index) + ": " + describe_refusal(one));
  return {};
}

// The second signatures that entries just recorded wait for.
Status endorse(const std::vector<Acknowledged>& recorded, const std::vector<Scribe*>& authors,
               const Officials& officials, Door& door, Instant now, Tally& tally) {
  Request request(door, now);
  for (std::size_t i = 0; i < recorded.size(); ++i) {
    std::vector<const Scribe*> signed_already{authors[i]};
    for (const Role role : recorded[i].awaits) {
      Scribe* endorser = officials.find(role, {}, signed_already);
      if (endorser == nullptr) return fail("no_signer", "nobody can endorse as " + std::string(enum_name(role)));
      Author::Draft draft;
      draft.body = Endorsed{recorded[i].statement, true};
      draft.acting_as = role;
      TRY_STATUS(request.say(*endorser, draft));
      signed_already.push_back(endorser);
      if (request.size() < kStatementsPerSetupRequest) continue;
      TRY(const auto sent, request.send(tally));
      TRY_STATUS(none_refused(sent));
    }
  }
  TRY(const auto sent, request.send(tally));
  return none_refused(sent);
}

}  // namespace

std::unique_ptr<Door> door_to(commands::School& school, commands::Language language) {
  return std::make_unique<EngineDoor>(school, language);
}

std::uint64_t Tally::refused_total() const {
  std::uint64_t total = 0;
  for (const auto& [rule, count] : refused) total += count;
  return total;
}

Result<Id> Request::say(Scribe& scribe, Author::Draft draft) {
  if (!seen_) {
    TRY(seen_, door_.seen());
  }
  if (draft.claimed_at.micros == 0) draft.claimed_at = now_;
  before_.push_back({&scribe, scribe.author.position()});
  types_.push_back(name_of(draft.body));
  Id id;
  submission_.statements.push_back(scribe.author.sign(draft, *seen_, &submission_.texts, &id));
  return id;
}

Result<std::vector<Acknowledged>> Request::send(Tally& tally) {
  if (submission_.statements.empty()) return std::vector<Acknowledged>{};
  auto result = door_.submit(std::exchange(submission_, {}));
  if (result) {
    for (std::size_t i = 0; i < result->size(); ++i) {
      ++tally.types[std::string(types_[i])];
      switch ((*result)[i].verdict) {
        case Verdict::kAccepted: ++tally.accepted; break;
        case Verdict::kLate: ++tally.late; break;
        case Verdict::kRefused: ++tally.refused[(*result)[i].rule]; break;
      }
    }
  } else {
    std::for_each(before_.rbegin(), before_.rend(), [](const Before& b) { b.scribe->author.rewind(b.position); });
  }
  seen_.reset();
  types_.clear();
  before_.clear();
  return result;
}

Scribe* Officials::find(Role role, const Id& person, const std::vector<const Scribe*>& others) const {
  const auto [first, last] = scribes_.equal_range(role);
  const auto fits = [&](const Scribe* scribe) {
    if (!person.is_zero() && scribe->person() != person) return false;
    return std::none_of(others.begin(), others.end(), [&](const Scribe* other) {
      return other == scribe || (role != Role::kRoot && other->person() == scribe->person());
    });
  };
  const auto it = std::find_if(first, last, [&](const auto& entry) { return fits(entry.second); });
  return it == last ? nullptr : it->second;
}

std::vector<Role> missing_signers(const SetupPlan& plan, const Officials& officials) {
  std::vector<Role> missing;
  const auto need = [&](Role role, const Id& person) {
    if (officials.find(role, person) == nullptr && std::find(missing.begin(), missing.end(), role) == missing.end())
      missing.push_back(role);
  };
  for (const auto& step : plan.steps) {
    need(step.signer, step.person);
    if (std::holds_alternative<DictionaryEntryDefined>(step.draft.body)) need(Role::kDeputyHead, {});
  }
  return missing;
}

Status carry_out(const SetupPlan& plan, const Officials& officials, Door& door, const std::function<Instant()>& now,
                 Tally& tally, const Progress& progress) {
  for (std::size_t next = 0; next < plan.steps.size();) {
    const Instant at = now();
    Request request(door, at);
    std::vector<Scribe*> authors;
    for (; next < plan.steps.size() && request.size() < kStatementsPerSetupRequest; ++next) {
      const SetupStep& step = plan.steps[next];
      // What the root keys say waits for the others of them, and what follows builds on it.
      const bool alone = step.signer == Role::kRoot;
      Scribe* scribe = officials.find(step.signer, step.person);
      if (scribe == nullptr) return fail("no_signer", "nobody can sign as " + std::string(enum_name(step.signer)));
      TRY_STATUS(request.say(*scribe, step.draft));
      authors.push_back(scribe);
      if (alone) {
        ++next;
        break;
      }
    }
    TRY(const auto recorded, request.send(tally));
    TRY_STATUS(none_refused(recorded));
    TRY_STATUS(endorse(recorded, authors, officials, door, at, tally));
    if (progress) progress(next, plan.steps.size());
  }
  return {};
}

Result<std::unique_ptr<Scribe>> enrol(Door& door, const IssuedCode& code, Role role, Instant now, Random& random,
                                      Tally& tally, const KeepKey& keep) {
  TRY(const auto code_key, signing::key_from_invitation_code(code.code));
  auto scribe = std::make_unique<Scribe>(signing::KeyPair::generate(signing::Purpose::kAuthor, random), door.origin(),
                                         code.person, random);
  if (keep) TRY_STATUS(keep(scribe->key));
  KeyEnrolled body;
  body.invitation = code.invitation;
  body.person = code.person;
  body.key = scribe->key.public_key();
  body.code_signature =
      code_key.sign(commands::enrolment_message(door.origin(), body.invitation, body.person, body.key));
  Author::Draft draft;
  draft.body = body;
  draft.acting_as = role;
  Request request(door, now);
  TRY_STATUS(request.say(*scribe, draft));
  TRY(const auto recorded, request.send(tally));
  TRY_STATUS(none_refused(recorded));
  return scribe;
}

}  // namespace letopis::replay_tools
