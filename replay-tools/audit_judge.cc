#include "replay-tools/audit_judge.h"

#include "commands/files.h"
#include "ledger/timeliness.h"
#include "signing/rfc3161.h"
#include "signing/sha256.h"

namespace letopis::audit {

using namespace ledger;

namespace {

// Outside these years no clock of ours ever stood; arithmetic with dates is safe inside.
constexpr Instant kEarliest = Instant::from_seconds(946'684'800);  // 2000-01-01
constexpr Instant kLatest = Instant::from_seconds(7'258'118'400);  // 2200-01-01
// A device's clock may be a little ahead; more than that wants an explanation.
constexpr std::int64_t kClaimAheadMaxMicros = 15 * 60 * kMicrosPerSecond;
constexpr std::int32_t kOffsetMaxSeconds = 14 * 3600;

std::string verdict_text(Verdict verdict, std::string_view rule) {
  std::string text(enum_name(verdict));
  if (!rule.empty()) text += " (" + std::string(rule) + ")";
  return text;
}

std::string roles_text(const std::vector<Role>& roles) {
  std::string text = "[";
  for (const Role role : roles) text += (text.size() > 1 ? " " : "") + std::string(enum_name(role));
  return text + "]";
}

std::vector<Role> awaits_of(const Event& event) {
  std::vector<Role> roles;
  for (const auto& awaited : event.awaits) roles.push_back(awaited.role);
  return roles;
}

std::string instant_text(Instant at) { return at.micros == 0 ? "—" : format_instant(at); }

// The first particular of the ruling that is recorded otherwise: "deadline a ≠ b"; empty when all agree.
std::string difference(const Event& event, const Ruling& ruling) {
  const auto differ = [](const char* what, const std::string& recorded, const std::string& judged) {
    return std::string(what) + " " + recorded + " ≠ " + judged;
  };
  if (event.deadline != ruling.deadline)
    return differ("deadline", instant_text(event.deadline), instant_text(ruling.deadline));
  if (event.late_seconds != ruling.late_seconds)
    return differ("late_seconds", std::to_string(event.late_seconds), std::to_string(ruling.late_seconds));
  if (event.utc_offset != ruling.utc_offset.seconds)
    return differ("utc_offset", std::to_string(event.utc_offset), std::to_string(ruling.utc_offset.seconds));
  if (event.profile != ruling.profile)
    return differ("profile", to_hex(event.profile.view()), to_hex(ruling.profile.view()));
  if (event.context != ruling.context)
    return differ("context", std::to_string(event.context), std::to_string(ruling.context));
  if (const auto recorded = awaits_of(event); recorded != ruling.awaits)
    return differ("awaits", roles_text(recorded), roles_text(ruling.awaits));
  return {};
}

}  // namespace

// One entry on its way through the checks.
struct AuditJudge::Now {
  Event& event;
  const Statement& st;
  const AuditItem& item;
  std::uint64_t index;
  Findings::Place place;
  bool refused() const { return event.verdict == Verdict::kRefused; }
};

AuditJudge::AuditJudge(const AuditSource& source, commands::ProfileBook profiles, Findings& findings, EntryTimes* times)
    : source_(source), profiles_(std::move(profiles)), findings_(findings), times_(times), signature_rules_(findings) {}

Status AuditJudge::go_on_from(const AuditMemory& memory) {
  const AuditHead& head = *memory.head();
  kept_ = head.size;
  tree_ = AuditTree(head.size, [&memory](unsigned level, std::uint64_t index) { return memory.node(level, index); });
  kept_shards_ = memory.shards();
  chains_.go_on_from([&memory](const Id& key, const Id& chain) { return memory.chain(key, chain); });
  signature_rules_.go_on_from([&memory](const Id& invitation) { return memory.code(invitation); });
  bool readable = true;
  TRY_STATUS(memory.structure([&](ByteView bytes) {
    const auto entry = decode_entry(bytes);
    readable = entry.has_value();
    if (readable) state_.recall(*entry);
    return readable;
  }));
  if (!readable || !state_.exists() || tree_.root() != head.root || kept_shards_->root() != head.state_root)
    return fail(
        "damaged",
        memory.directory() +
            " does not lead to the roots that were kept: audit the whole log again, with --keep and a new directory");
  TRY_STATUS(state_.resume(memory.past()));
  for (const auto& adopted : state_.profiles().all())
    TRY_STATUS(profiles_.learn(adopted.value.hash, "profile", [this](const Hash& hash) { return source_.blob(hash); }));
  first_recorded_at = state_.created();
  last_recorded_at = state_.last_recorded_at();
  return {};
}

void AuditJudge::keep(AuditMemory::Keeping& to) {
  to.tree(tree_, kept_);
  to.recorded(state_, kept_);
  for (const auto& chain : chains_.chains()) to.chain(chain);
  for (const auto& [invitation, key] : signature_rules_.codes()) to.code(invitation, key);
  for (const auto& [index, entry] : structure_) to.structure(index, entry);
  to.state(state_);
  if (kept_shards_) return to.shards(*kept_shards_);
  KeptShards all([](ByteView) { return std::nullopt; }, [](ByteView) {}, 0);
  shards_.each([&](const auto& key, const auto& shard) { all.set(shard_tree_key(key), shard.digest); });
  to.shards(all);
}

void AuditJudge::take(AuditItem& item, std::vector<SignatureCheck>& signatures, std::vector<TextCheck>& texts) {
  if (judging_) judge(item, signatures, texts);
  tree_.append(item.leaf);
}

void AuditJudge::judge(AuditItem& item, std::vector<SignatureCheck>& signatures, std::vector<TextCheck>& texts) {
  const std::uint64_t index = tree_.size();
  if (!item.entry) {
    findings_.add("malformed_entry", {index}, item.entry.error().text());
    judging_ = false;
    return;
  }
  Entry& entry = *item.entry;
  Now now{entry.event, entry.statement, item, index, {index, entry.statement.id, entry.statement.author}};
  judging_ = check_envelope(now);
  if (!judging_) return;
  chains_.add(now.st, item.link, index, findings_);
  signature_rules_.collect(state_, entry, index, signatures);
  if (times_ != nullptr) times_->entry(entry.event, entry.statement);
  check_seen(now);
  check_ruling(now);
  check_claims(now);
  collect_texts(now, texts);
  collect_blobs(now);
  file(now, entry);
  count(now);
}

// Folds the entry in, into the state and the shards it belongs to.
void AuditJudge::file(const Now& now, const Entry& entry) {
  const auto shards = state_.apply(entry);
  for (const auto& key : shards) {
    if (kept_shards_)
      kept_shards_->add(key, now.index, now.item.leaf);
    else
      shards_.add(key, now.index, now.item.leaf);
  }
  if (collects_ && projections::SchoolState::makes_structure(entry, shards))
    structure_.emplace_back(now.index, Bytes(now.item.bytes.begin(), now.item.bytes.end()));
}

// What must hold before anything can be judged. False: judging ends here.
bool AuditJudge::check_envelope(Now& now) {
  if (now.event.index != now.index) findings_.add("wrong_index", now.place, std::to_string(now.event.index));
  now.event.index = now.index;
  if (!check_times(now)) return false;
  if (now.event.rules_version != kRulesVersion)
    findings_.add("rules_version", now.place, std::to_string(now.event.rules_version));
  if (now.index == 0) return check_genesis(now);
  if (now.st.origin != state_.origin()) findings_.add("other_origin", now.place, now.st.origin);
  // Only what this log accepted decides later entries; its text must be at hand.
  if (const auto* adopted = std::get_if<ProfileAdopted>(&now.st.body); adopted != nullptr && !now.refused())
    return have_profile(now, adopted->profile);
  return true;
}

bool AuditJudge::check_times(const Now& now) {
  const Instant at = now.event.recorded_at;
  if (at < kEarliest || at > kLatest) {
    findings_.add("bad_time", now.place, std::to_string(at.micros));
    return false;
  }
  if (now.index > 0 && at <= last_recorded_at) findings_.add("time_not_increasing", now.place, format_instant(at));
  if (now.index == 0) first_recorded_at = at;
  last_recorded_at = at;
  const Instant claimed =
      now.st.claimed_at;  // as far as a claim goes: the author signed it, the operator cannot move it
  if (claimed > Instant{at.micros + kClaimAheadMaxMicros} && claimed < kLatest)
    findings_.add("claimed_later", now.place, format_instant(claimed) + " > " + format_instant(at));
  return true;
}

bool AuditJudge::check_genesis(const Now& now) {
  const auto* created = std::get_if<SchoolCreated>(&now.st.body);
  if (created == nullptr || now.refused()) {
    findings_.add("no_genesis", now.place, name_of(now.st.body));
    return false;
  }
  if (created->utc_offset < -kOffsetMaxSeconds || created->utc_offset > kOffsetMaxSeconds) {
    findings_.add("no_genesis", now.place, "utc_offset " + std::to_string(created->utc_offset));
    return false;
  }
  if (now.st.seen->size != 0 || now.st.seen->root != *tree_.root_at(0)) findings_.add("bad_genesis", now.place, "seen");
  if (now.st.acting_as != Role::kRoot) findings_.add("bad_genesis", now.place, enum_name(now.st.acting_as));
  if (!created->previous_origin.empty())
    findings_.add("successor", now.place,
                  std::string(created->previous_origin) + ", " + std::to_string(created->previous_size) +
                      " entries, root " + to_base64(created->previous_root.view()));
  return have_profile(now, created->profile);
}

bool AuditJudge::have_profile(const Now& now, const Hash& profile) {
  if (profiles_.learn(profile, "profile", [this](const Hash& hash) { return source_.blob(hash); })) return true;
  findings_.add("profile_missing", now.place, to_hex(profile.view()));
  return false;
}

// A statement says which history its author had seen. The server may refuse it; it may not accept another history's.
void AuditJudge::check_seen(const Now& now) {
  const Seen& seen = *now.st.seen;
  if (seen.size <= now.index && tree_.root_at(seen.size) == seen.root) return;
  findings_.add(now.refused() ? "seen_refused" : "seen_contradicted", now.place, "size " + std::to_string(seen.size));
}

// An author who saw another history is a finding of its own; the rest of the entry is judged as if it were this one, so that
// one rewritten entry does not bring down everything after it.
class AuditJudge::SeenRoots final : public commands::Roots {
 public:
  SeenRoots(const AuditTree& tree, const Now& now) : tree_(tree), now_(now) {}
  std::optional<Hash> root_at(std::uint64_t size) const override {
    const bool believed =
        now_.event.rule != commands::rule::kSeenUnknown && size == now_.st.seen->size && size <= now_.index;
    return believed ? now_.st.seen->root : tree_.root_at(size);
  }

 private:
  const AuditTree& tree_;
  const Now& now_;
};

void AuditJudge::check_ruling(Now& now) {
  const SeenRoots roots(tree_, now);
  const Ruling ruling = commands::decide(state_, profiles_, roots, now.st, now.index, now.event.recorded_at);
  ++judged;
  if (now.event.verdict != ruling.verdict || now.event.rule != ruling.rule)
    findings_.add("verdict_differs", now.place,
                  verdict_text(now.event.verdict, now.event.rule) + " ≠ " + verdict_text(ruling.verdict, ruling.rule));
  else if (const auto what = difference(now.event, ruling); !what.empty())
    findings_.add("ruling_differs", now.place, what);
  if (!now.refused() && state_.entry(now.st.id) != nullptr)
    findings_.add("duplicate_id", now.place, to_hex(now.st.id.view()));
  // What the rules refuse is never folded in, whatever the log says of it.
  if (ruling.verdict == Verdict::kRefused) now.event.verdict = Verdict::kRefused;
}

// What an entry says of the log itself.
void AuditJudge::check_claims(const Now& now) {
  if (now.refused()) return;
  if (const auto* committed = std::get_if<StateCommitted>(&now.st.body)) check_state(now, *committed);
  if (const auto* anchor = std::get_if<AnchorAdded>(&now.st.body)) weigh(now, *anchor);
  if (const auto* fault = std::get_if<ClockFault>(&now.st.body)) weigh(now, *fault);
  if (const auto* attached = std::get_if<FileAttached>(&now.st.body)) weigh(now, *attached);
  if (const auto* anchor = std::get_if<AnchorAdded>(&now.st.body))
    anchors_.push_back({KeptBy::kAnchor, "entry " + std::to_string(now.index), std::string(anchor->checkpoint)});
  if (const auto* backup = std::get_if<BackupMade>(&now.st.body)) check_root(now, backup->size, backup->root);
  if (const auto* restore = std::get_if<RestoreDone>(&now.st.body)) check_root(now, restore->size, restore->root);
  if (const auto* erased = std::get_if<PersonalTextErased>(&now.st.body))
    erasures_[erased->person].emplace_back(now.index, now.st.id);
  for (const auto& ref : now.st.refs) {
    const auto* entry = ref.leaf.is_zero() ? nullptr : state_.entry(ref.id);
    if (entry != nullptr && tree_.node(0, entry->index) != ref.leaf)
      findings_.add("reference_differs", now.place, "entry " + std::to_string(entry->index));
  }
}

// Evidence over a checkpoint this log never had says nothing about it: that it is there is a finding of its own.
void AuditJudge::weigh(const Now& now, const AnchorAdded& body) {
  const auto key = times_ == nullptr ? Result<LogKey>(fail("no_policy")) : read_log_key(state_.log_vkey());
  const auto over = key ? open_note(body.checkpoint, *key) : Result<OpenedCheckpoint>(fail("no_policy"));
  if (over && over->size <= now.index && tree_.root_at(over->size) == over->root)
    times_->anchor(
        now.index, *over, body, [&](const EvidenceFile& file) { return evidence_file(now, file); }, findings_,
        now.place);
}

// Whether files that should be in a vault are is told of at the end.
std::optional<Bytes> AuditJudge::evidence_file(const Now& now, const EvidenceFile& file) {
  auto bytes = source_.file(file.hash, now.index);
  if (bytes && EvidenceFile::of(*bytes) == file) return *std::move(bytes);
  if (evidence_missed_.insert(file.hash).second) findings_.add("evidence_unread", now.place, to_hex(file.hash.view()));
  return std::nullopt;
}

// While it stands nothing is held against the recorded times: whoever reads the report has to know.
void AuditJudge::weigh(const Now& now, const ClockFault& body) {
  if (body.kind != projections::kClockAgrees) findings_.add("clock_doubted", now.place, body.kind);
  if (times_ != nullptr) times_->clock_fault(body);
}

// A file that is a token over the entry it is attached to says when that was signed. Any other file says nothing of times, and a
// source that does not give files leaves it unsaid.
void AuditJudge::weigh(const Now& now, const FileAttached& body) {
  if (times_ == nullptr || body.media_type != kTokenMediaType || body.size > 2 * signing::kTimestampSizeMaxBytes ||
      !times_->asks_for_token(body.target))
    return;
  const auto file = source_.file(body.file, now.index);
  if (!file || signing::sha256(*file) != body.file) return;
  if (auto token = signing::token_of_text(as_text(*file))) times_->token(body.target, *std::move(token));
}

void AuditJudge::check_root(const Now& now, std::uint64_t size, const Hash& root) {
  if (size > now.index || tree_.root_at(size) != root)
    findings_.add("claimed_root_differs", now.place, "size " + std::to_string(size));
}

void AuditJudge::check_state(const Now& now, const StateCommitted& body) {
  ++state_commitments;
  if (body.size != now.index)
    findings_.add("state_differs", now.place, "size " + std::to_string(body.size) + " ≠ " + std::to_string(now.index));
  else if (const Hash root = state_root(); body.root != root)
    findings_.add("state_differs", now.place, to_hex(body.root.view()) + " ≠ " + to_hex(root.view()));
  else if (body.shards != 0 && body.shards != shard_count())
    findings_.add("state_differs", now.place,
                  std::to_string(body.shards) + " ≠ " + std::to_string(shard_count()) + " shards");
}

void AuditJudge::collect_texts(const Now& now, std::vector<TextCheck>& texts) {
  if (!source_.has_vault()) return;
  for (const auto& commitment : now.st.commitments) {
    commitments_.insert(commitment.digest);
    texts.push_back({commitment.digest, commitment.person, now.place});
  }
}

// Files of the school's own. The regulation behind a profile is a public act, named by its hash and kept elsewhere.
void AuditJudge::collect_blobs(const Now& now) {
  if (!source_.has_vault()) return;
  for (const auto& file : commands::files_named(now.st)) blobs_.try_emplace(file, now.place);
}

void AuditJudge::check_blobs() {
  for (const auto& [hash, place] : blobs_) {
    const auto blob = source_.blob(hash);
    if (blob && signing::sha256(*blob) == hash) continue;
    const bool missing = !blob && blob.error().code == "not_found";
    findings_.add(missing ? "blob_missing" : "blob_damaged", place, to_hex(hash.view()));
  }
}

bool AuditJudge::erased_after(const Id& person, std::uint64_t index) const {
  const auto found = erasures_.find(person);
  if (found == erasures_.end()) return false;
  for (const auto& [erased_at, statement] : found->second) {
    const auto* entry = state_.entry(statement);
    if (erased_at > index && entry != nullptr && entry->standing && !entry->pending) return true;
  }
  return false;
}

void AuditJudge::count(const Now& now) {
  VerdictCounts& of_type = types[name_of(now.st.body)];
  switch (now.event.verdict) {
    case Verdict::kAccepted: ++of_type.accepted, ++verdicts.accepted; break;
    case Verdict::kLate: ++of_type.late, ++verdicts.late; break;
    case Verdict::kRefused: ++of_type.refused, ++verdicts.refused; break;
  }
  if (now.event.rule.empty()) return;
  const auto known = rules.find(now.event.rule);
  if (known != rules.end())
    ++known->second;
  else
    rules.emplace(now.event.rule, 1);
}

}  // namespace letopis::audit
