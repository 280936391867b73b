#include "replay-tools/import.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>

#include <boost/json.hpp>

#include "commands/rights.h"
#include "replay-tools/audit_http.h"
#include "replay-tools/door.h"
#include "replay-tools/json_text.h"
#include "server/submit.h"

namespace letopis::tools {
namespace {

using namespace ledger;
using namespace replay_tools;

constexpr std::int64_t kCodesLiveDays = 30;
constexpr unsigned kPrivate = 0600;

Result<commands::Acknowledged> read_item(const boost::json::object& item) {
  const auto text = [&](std::string_view name) -> std::string {
    const auto* member = item.if_contains(name);
    return member != nullptr && member->is_string() ? std::string(member->as_string()) : std::string();
  };
  commands::Acknowledged read;
  TRY(read.statement, fixed_from_hex<Id>(text("statement")));
  const auto verdict = enum_from_name<Verdict>(text("verdict"));
  const auto* index = item.if_contains("index");
  boost::json::error_code error;
  if (index != nullptr) read.index = index->to_number<std::uint64_t>(error);
  if (!verdict || index == nullptr || error) return fail("bad_answer", "an entry without index or verdict");
  read.verdict = *verdict;
  read.rule = text("rule");
  read.clause = text("clause");
  read.message = text("message");
  if (const auto* awaits = item.if_contains("awaits"); awaits != nullptr && awaits->is_array())
    for (const auto& role : awaits->as_array())
      if (const auto known =
              enum_from_name<Role>(role.is_string() ? std::string_view(role.as_string()) : std::string_view()))
        read.awaits.push_back(*known);
  return read;
}

Result<std::vector<commands::Acknowledged>> read_items(const std::string& body, std::size_t expected) {
  boost::json::error_code error;
  const auto value = boost::json::parse(body, error);
  const auto* items = error || !value.is_object() ? nullptr : value.as_object().if_contains("items");
  if (items == nullptr || !items->is_array() || items->as_array().size() != expected)
    return fail("bad_answer", "not one item a statement");
  std::vector<commands::Acknowledged> read;
  for (const auto& item : items->as_array()) {
    if (!item.is_object()) return fail("bad_answer", "an item that is no object");
    TRY(auto one, read_item(item.as_object()));
    read.push_back(std::move(one));
  }
  return read;
}

class HttpDoor final : public Door {
 public:
  HttpDoor(std::unique_ptr<server::HttpClient> client, std::string school, std::string origin)
      : client_(std::move(client)), school_(std::move(school)), origin_(std::move(origin)) {}
  void speak_with(std::vector<std::pair<std::string, std::string>> headers) { headers_ = std::move(headers); }
  const std::string& origin() const override { return origin_; }
  Result<Seen> seen() override {
    TRY(const auto newest, newest_checkpoint(*client_, school_));
    return Seen{newest.checkpoint.size, newest.checkpoint.root};
  }
  Result<std::vector<commands::Acknowledged>> submit(commands::RawSubmission submission) override {
    const std::size_t said = submission.statements.size();
    const Bytes body = server::write_submission_buffer(submission);
    TRY(const auto answer,
        expect_ok(client_->send({"POST", "/v1/schools/" + school_ + "/events",
                                 std::string(server::kStatementsMediaType), std::string(as_text(body)), headers_})));
    return read_items(answer.body, said);
  }

 private:
  std::unique_ptr<server::HttpClient> client_;
  std::string school_, origin_;
  std::vector<std::pair<std::string, std::string>> headers_;
};

class Import {
 public:
  explicit Import(const ImportOptions& options) : o_(options) {}

  Status run() {
    auto model = read_oneroster(posix_file_system(), o_.directory);
    if (!model) {
      std::string problems;
      for (const auto& problem : model.error()) problems += (problems.empty() ? "" : "\n") + problem.text();
      return fail("bad_input", problems);
    }
    model_ = std::move(*model);
    TRY_STATUS(open());
    TRY_STATUS(read_keys());
    TRY_STATUS(look());
    TRY_STATUS(found());
    warn_of_the_past();
    const SetupPlan plan = fill_school(context());
    if (o_.dry_run) return report(plan.steps.size());
    TRY_STATUS(can_sign(plan));
    TRY_STATUS(carry(plan));
    if (!o_.codes.empty()) TRY_STATUS(hand_out_codes());
    return report(plan.steps.size());
  }

 private:
  SetupContext context() {
    return {model_, state_, door_->origin(),
            state_.exists() ? state_.local_today(clock_.now()) : local_date(clock_.now(), {0})};
  }

  // Nothing is entered for days that are over, so files of an old year bring little more than people.
  void warn_of_the_past() {
    const auto& year = model_.sessions[model_.school_year];
    if (year.end >= context().today) return;
    std::cerr << "letopis: warning: the school year of these files, " << year.title << ", ended on "
              << format_date(year.end)
              << ": what was in force only then (enrolments, teaching, timetable) is not recorded now\n";
  }

  Status open() {
    TRY(auto client, connect(o_.url));
    TRY(const auto newest, newest_checkpoint(*client, o_.school));
    size_ = newest.checkpoint.size;
    door_ = std::make_unique<HttpDoor>(std::move(client), o_.school, newest.checkpoint.origin);
    return {};
  }

  Status read_keys() {
    for (const auto& file : o_.keys) {
      TRY(const auto info, read_key_info(file));
      if (info.purpose == signing::Purpose::kRoot) {
        TRY(auto key, read_key(file, signing::Purpose::kRoot));
        officials_.add(Role::kRoot, *scribes_.emplace_back(
                                        std::make_unique<Scribe>(std::move(key), door_->origin(), Id{}, random_)));
        continue;
      }
      TRY(auto key, read_key(file, signing::Purpose::kAuthor));
      TRY(const auto session, sign_in(o_.url, o_.school, key));
      sessions_.push_back(session.headers());
      scribes_.push_back(std::make_unique<Scribe>(std::move(key), door_->origin(), session.person, random_));
    }
    return {};
  }

  // What is there: every entry, folded. A log of the genesis alone needs nobody's leave.
  Status look() {
    if (sessions_.empty()) {
      if (size_ > 1)
        return fail(
            "no_signer",
            "the log holds entries already: give the director's own key (the first import wrote it), to see them");
      return {};
    }
    Error last{"no_signer", "none of the keys may read the log: the director's, an auditor's or an archivist's may"};
    for (const auto& headers : sessions_) {
      TRY(const auto source,
          audit::HttpSource::open(
              o_.url, o_.school,
              [headers](server::HttpClient&) -> Result<audit::HttpSource::Headers> { return headers; }));
      TRY(const auto size, source->size());
      const Status folded = fold(*source, size);
      if (folded) {
        door_->speak_with(headers);
        cast();
        return {};
      }
      if (folded.error().code != "http_403" && folded.error().code != "http_status") last = folded.error();
    }
    return tl::unexpected(last);
  }
  Status fold(const audit::AuditSource& source, std::uint64_t size) {
    projections::SchoolState state;
    Status outcome;
    TRY_STATUS(source.entries(0, size, [&](std::uint64_t index, ByteView bytes) {
      const auto entry = decode_entry(bytes);
      if (!entry || entry->event.index != index || index != state.size()) {
        outcome = fail("damaged", "entry " + std::to_string(index));
        return false;
      }
      state.apply(*entry);
      return true;
    }));
    TRY_STATUS(outcome);
    if (state.size() != size) return fail("damaged", "the log ends at entry " + std::to_string(state.size()));
    state_ = std::move(state);
    return {};
  }
  // Who of the keys' people may act as what.
  void cast() {
    Officials people;
    for (const auto& scribe : scribes_) {
      if (scribe->person().is_zero()) {
        people.add(Role::kRoot, *scribe);
        continue;
      }
      for (const Role role : commands::capacities(state_, scribe->person(), context().today)) people.add(role, *scribe);
    }
    officials_ = people;
  }

  Status carry(const SetupPlan& plan) {
    Progress progress;
    if (::isatty(STDERR_FILENO) != 0)
      progress = [](std::size_t done, std::size_t of) {
        std::cerr << '\r' << done << " / " << of << (done == of ? "\n" : "") << std::flush;
      };
    return carry_out(
        plan, officials_, *door_, [this] { return clock_.now(); }, tally_, progress);
  }
  Status can_sign(const SetupPlan& plan) const {
    std::string names;
    for (const Role role : missing_signers(plan, officials_))
      names += (names.empty() ? "" : ", ") + std::string(enum_name(role));
    if (names.empty()) return {};
    return fail("no_signer", "nothing was recorded: keys are missing of " + names);
  }

  // The officials who sign the rest, where the root keys are at hand and they are not there yet.
  Status found() {
    if (officials_.find(Role::kRoot) == nullptr) return {};
    TRY(const SetupPlan plan,
        found_school(context(), Instant{clock_.now().micros + kCodesLiveDays * 24 * 3600 * kMicrosPerSecond}, random_));
    if (o_.dry_run) {
      founding_ = plan.steps.size();
      return {};
    }
    if (plan.steps.empty()) return {};
    const std::string keys = o_.officials.empty() ? o_.school + "-keys" : o_.officials;
    TRY_STATUS(posix_file_system().make_directories(keys));
    for (const auto& code : plan.codes)
      if (posix_file_system().exists(key_file(keys, code)))
        return fail("already_exists", key_file(keys, code) + ": keys are never overwritten");
    TRY_STATUS(carry(plan));
    for (const auto& code : plan.codes) {
      const auto keep = [&](const signing::KeyPair& key) { return write_key(key_file(keys, code), key); };
      TRY(auto scribe, replay_tools::enrol(*door_, code, Role::kAdministrator, clock_.now(), random_, tally_, keep));
      TRY(const auto session, sign_in(o_.url, o_.school, scribe->key));
      sessions_.insert(sessions_.begin(), session.headers());
      scribes_.push_back(std::move(scribe));
      std::cerr << "enrolled " << model_.users[code.user].username << ": " << key_file(keys, code) << '\n';
    }
    return look();
  }
  std::string key_file(const std::string& directory, const IssuedCode& code) const {
    return directory + "/" + model_.users[code.user].username + ".key";
  }

  Status hand_out_codes() {
    TRY_STATUS(look());
    std::vector<std::size_t> everybody;
    for (std::size_t i = 0; i < model_.users.size(); ++i) everybody.push_back(i);
    SetupPlan plan = invite(context(), everybody,
                            Instant{clock_.now().micros + kCodesLiveDays * 24 * 3600 * kMicrosPerSecond}, random_);
    // Families are invited by their class teacher, where that key is here.
    std::vector<IssuedCode> codes;
    std::vector<SetupStep> steps;
    for (std::size_t i = 0; i < plan.steps.size(); ++i)
      if (officials_.find(plan.steps[i].signer, plan.steps[i].person) != nullptr) {
        steps.push_back(plan.steps[i]);
        codes.push_back(plan.codes[i]);
      }
    plan.steps = std::move(steps);
    TRY_STATUS(carry(plan));
    std::string csv = "username,name,code\n";
    for (const auto& code : codes)
      csv += csv_field(model_.users[code.user].username) + "," + csv_field(full_name(model_.users[code.user])) + "," +
             code.code + "\n";
    invited_ = codes.size();
    return posix_file_system().write_atomically(o_.codes, as_bytes(csv), kPrivate);
  }

  Status report(std::size_t steps) const {
    if (o_.json) {
      std::cout << "{\"school\":" << json_text(o_.school) << ",\"dry_run\":" << (o_.dry_run ? "true" : "false")
                << ",\"planned\":" << steps + founding_ << ",\"recorded\":" << tally_.total()
                << ",\"invited\":" << invited_ << "}\n";
    } else if (o_.dry_run) {
      std::cout << steps + founding_ << " entries would be recorded\n";
    } else {
      std::cout << tally_.total() << " entries recorded, " << invited_ << " people invited\n";
    }
    return {};
  }

  const ImportOptions& o_;
  SystemClock clock_;
  SystemRandom random_;
  OneRosterModel model_;
  projections::SchoolState state_;
  std::unique_ptr<HttpDoor> door_;
  std::uint64_t size_ = 0;
  std::vector<std::unique_ptr<Scribe>> scribes_;
  std::vector<std::vector<std::pair<std::string, std::string>>> sessions_;
  Officials officials_;
  Tally tally_;
  std::size_t founding_ = 0;
  std::size_t invited_ = 0;
};

}  // namespace

Status import_oneroster(const ImportOptions& options) { return Import(options).run(); }

}  // namespace letopis::tools
