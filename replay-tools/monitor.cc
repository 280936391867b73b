#include "replay-tools/monitor.h"

#include <algorithm>
#include <future>
#include <numeric>

#include "ledger/tile_reader.h"
#include "ledger/witness_protocol.h"
#include "projections/evidence_book.h"
#include "server/neighbours.h"
#include "signing/rfc3161.h"
#include "signing/sha256.h"

namespace letopis::monitor {

using ledger::Bracket;
using ledger::Checkpoint;
using ledger::ForkFile;
using ledger::kTileWidth;
using ledger::TrustPolicy;

namespace {

// The mirror keeps as many leaves at least, and twice as many at most: weeks of a school, four megabytes.
constexpr std::uint64_t kWindow = 65'536;
// Before the newest checkpoint at first sight: so many entries give the first figures.
constexpr std::uint64_t kFirstSight = kRecentMax;
constexpr std::size_t kBundlesPerRoundMax = 64;
constexpr std::size_t kFiguresMin = 20;  // fewer are no rate
// What a server appends after it was cosigned, on a quiet day: the anchor, its clock's agreement, a state commitment. Whoever may
// not read entries cannot tell them from people's.
constexpr std::uint64_t kOwnEntriesMax = 3;

std::string entries(std::uint64_t size) { return std::to_string(size) + (size == 1 ? " entry" : " entries"); }

std::string_view without_scheme(std::string_view address) {
  const auto scheme = address.find("://");
  return scheme == std::string_view::npos ? address : address.substr(scheme + 3);
}
// Of the very server that keeps the log: it cosigns its neighbours' logs and never its own (server/neighbours.h). A policy that
// several schools share names it all the same.
bool is_own_witness(std::string_view witness, std::string_view log_url, std::string_view origin) {
  const auto stands_beside = [&](std::string_view log) {
    log = without_scheme(log);
    return without_scheme(witness) == std::string(log.substr(0, log.find('/'))) + std::string(server::kWitnessPrefix);
  };
  return stands_beside(log_url) || stands_beside(origin);
}

template <class List, class Value>
void keep_recent(List& list, Value value) {
  if (list.size() == kRecentMax) list.erase(list.begin());
  list.push_back(value);
}

}  // namespace

// A checkpoint as somebody showed it: signed by the log, and by these witnesses of the policy at these moments.
struct LogMonitor::Shown {
  std::string by;
  std::string note;
  Checkpoint checkpoint;
  std::vector<std::pair<std::size_t, std::int64_t>> cosigned;  // number of the witness, unix seconds
  Met met = Met::kUnshown;
};

Result<std::unique_ptr<LogMonitor>> LogMonitor::open(ServedLog& log, Options options) {
  LETOPIS_ASSERT(options.policy != nullptr && options.clock != nullptr && options.files != nullptr &&
                 options.ask_witness);
  TRY(auto folder, MemoryFolder::open(*options.files, options.directory));
  TRY(auto memory, folder.load(options.log));
  return std::unique_ptr<LogMonitor>(new LogMonitor(log, std::move(options), std::move(folder), std::move(memory)));
}

// --- A round

// The witnesses first: what they have seen the server has signed before, so that it must show as much.
Report LogMonitor::round() {
  report_ = {};
  report_.at = options_.clock->now();
  report_.origin = options_.log.name;
  report_.url = options_.url;
  fresh_ = !memory_;
  if (const auto forks = folder_.forks(); forks && !forks->empty()) {
    for (const auto& file : *forks) report_.add("fork", file);
    if (memory_) report_.size = memory_->checkpoint.size;
    return report_;
  }
  auto shown = ask_witnesses();
  auto served = ask_server();
  if (served) served->met = meet_server(*served);
  for (auto& one : shown) {
    if (report_.has("fork")) break;
    one.met = memory_ ? meet(one) : Met::kUnreachable;
    meet_witness(one, served);
  }
  if (!report_.has("fork") && served) read_entries();
  if (!report_.has("fork")) {
    if (served) shown.push_back(*served);
    judge_quorum(shown);
    judge_limits();
  }
  store();
  return report_;
}

Result<LogMonitor::Shown> LogMonitor::open_shown(std::string note) const {
  TRY(const auto opened, ledger::open_checkpoint(note, options_.log));
  Shown shown;
  shown.checkpoint = opened.checkpoint;
  if (shown.checkpoint.size == 0 && shown.checkpoint.root != ledger::empty_root())
    return fail("malformed", "an empty tree with the root of another");
  // One witness at a time: a bad line of one does not spoil the others'.
  for (std::size_t i = 0; i < options_.policy->witnesses().size(); ++i)
    if (const auto verified = signing::verify_note(opened.note, {options_.policy->witnesses()[i].key}))
      shown.cosigned.emplace_back(i, verified->front().cosigned_at);
  shown.note = std::move(note);
  return shown;
}

Result<LogMonitor::Shown> LogMonitor::open_witnessed(std::string note, std::size_t witness) const {
  TRY(auto shown, open_shown(std::move(note)));
  shown.by = options_.policy->witnesses()[witness].name;
  std::erase_if(shown.cosigned, [&](const auto& line) { return line.first != witness; });
  if (shown.cosigned.empty()) return fail("no_cosignature", "no good line of its own");
  return shown;
}

std::vector<LogMonitor::Shown> LogMonitor::ask_witnesses() {
  const auto& witnesses = options_.policy->witnesses();
  std::vector<std::future<Result<std::optional<std::string>>>> answers;
  answers.reserve(witnesses.size());
  for (const auto& witness : witnesses)
    answers.push_back(std::async(std::launch::async, [&] { return options_.ask_witness(witness, options_.log.name); }));
  std::vector<Shown> shown;
  for (std::size_t i = 0; i < witnesses.size(); ++i) {
    auto answer = answers[i].get();
    if (!answer) {
      if (answer.error().code != "no_url")
        report_.add("witness_silent", witnesses[i].name + ": " + answer.error().code);
    } else if (!*answer) {
      if (!is_own_witness(witnesses[i].url, options_.url, options_.log.name))
        report_.add("witness_new", witnesses[i].name);
    } else if (auto opened = open_witnessed(**std::move(answer), i)) {
      shown.push_back(*std::move(opened));
    } else {
      report_.add("bad_witness", witnesses[i].name + ": " + opened.error().text());
    }
  }
  return shown;
}

std::optional<LogMonitor::Shown> LogMonitor::ask_server() {
  auto note = log_.get("checkpoint");
  if (!note) {
    report_.add(note.error().code == "bad_answer" ? "bad_checkpoint" : "unreachable", note.error().detail);
    return std::nullopt;
  }
  auto shown = open_shown(*std::move(note));
  if (!shown) {
    report_.add("bad_checkpoint", shown.error().text());
    return std::nullopt;
  }
  shown->by = "the server";
  report_.answered = true;
  return *std::move(shown);
}

// --- One history or two

LogMonitor::Met LogMonitor::meet_server(const Shown& shown) {
  const Met met = meet(shown);
  switch (met) {
    case Met::kForked: break;
    case Met::kUnreachable: report_.add("unreachable", "its tiles"); break;
    case Met::kUnshown: unproved(shown); break;
    case Met::kKnown:
      if (shown.checkpoint.size < memory_->checkpoint.size)
        report_.add("behind",
                    "shows " + entries(shown.checkpoint.size) + " of " + std::to_string(memory_->checkpoint.size));
  }
  return met;
}

void LogMonitor::meet_witness(const Shown& shown, const std::optional<Shown>& served) {
  if (!served || shown.met == Met::kForked) return;
  if (shown.checkpoint.size > served->checkpoint.size)
    report_.add("witness_ahead", shown.by + " has seen " + entries(shown.checkpoint.size) + ", the server shows " +
                                     std::to_string(served->checkpoint.size));
  else if (shown.met == Met::kUnshown)
    unproved(shown);
}

void LogMonitor::unproved(const Shown& shown) {
  if (!memory_) return report_.add("unproved", "its tiles do not hash to the checkpoint of " + shown.by);
  ForkFile pair{memory_->note, shown.note, {}, {}};
  if (shown.checkpoint.size < memory_->checkpoint.size) std::swap(pair.smaller, pair.larger);
  const auto kept = folder_.keep_undecided(pair);
  report_.add("unproved", std::to_string(memory_->checkpoint.size) + " and " + entries(shown.checkpoint.size) + " (" +
                              shown.by + "): " + (kept ? *kept : kept.error().text()));
}

LogMonitor::Shown LogMonitor::remembered() const {
  Shown shown;
  shown.by = "this monitor";
  shown.note = memory_->note;
  shown.checkpoint = memory_->checkpoint;
  return shown;
}

LogMonitor::Met LogMonitor::meet(const Shown& shown) {
  if (!memory_) return begin(shown);
  const Checkpoint& theirs = shown.checkpoint;
  const Checkpoint& ours = memory_->checkpoint;
  if (theirs.size == 0) return Met::kKnown;
  if (theirs.size > ours.size) return advance(shown);
  const Mirror& mirror = memory_->mirror;
  const auto root = mirror.root_at(theirs.size);
  if (!root) return compare_by_tiles(shown, remembered());
  if (*root == theirs.root) return Met::kKnown;
  if (theirs.size == ours.size) return forked({memory_->note, shown.note, {}, {}});
  auto proof = ledger::consistency_proof(
      theirs.size, ours.size, [&](unsigned level, std::uint64_t index) { return mirror.node(level, index); });
  LETOPIS_ASSERT(proof.has_value());
  return forked({shown.note, memory_->note, *root, *std::move(proof)});
}

// By what the log itself shows of the larger tree. Only hashes that lead to the larger's signed root say anything.
LogMonitor::Met LogMonitor::compare_by_tiles(const Shown& smaller, const Shown& larger) {
  const Checkpoint &a = smaller.checkpoint, &b = larger.checkpoint;
  TiledTree tree(log_, b.size);
  const auto failed = [](const Error& error) {
    return error.code == "unreachable" ? Met::kUnreachable : Met::kUnshown;
  };
  const auto root = ledger::root_of(a.size, tree.nodes());
  if (!root) return failed(root.error());
  auto proof = ledger::consistency_proof(a.size, b.size, tree.nodes());
  if (!proof) return failed(proof.error());
  if (!ledger::verify_consistency(a.size, *root, b.size, b.root, *proof)) return Met::kUnshown;
  return *root == a.root ? Met::kKnown : forked({smaller.note, larger.note, *root, *std::move(proof)});
}

LogMonitor::Met LogMonitor::forked(const ForkFile& fork) {
  const auto kept = folder_.keep_fork(fork);
  if (!kept) report_.add("not_stored", kept.error().text());
  report_.add("fork", kept ? *kept : "seen, and found again in the next round");
  return Met::kForked;
}

// --- Moving on

// The right edge some hundred entries before the end, and the leaves from there on, if they are of the checkpoint's tree.
Result<Mirror> LogMonitor::mirror_of(const Checkpoint& checkpoint) {
  TiledTree tree(log_, checkpoint.size);
  const std::uint64_t back = checkpoint.size - std::min(checkpoint.size, kFirstSight);
  const std::uint64_t first = back / kTileWidth * kTileWidth;
  TRY(auto base, ledger::frontier_of(first, tree.nodes()));
  TRY(auto leaves, tree.leaves(first, checkpoint.size));
  Mirror mirror(std::move(base), std::move(leaves));
  if (mirror.root() != checkpoint.root) return fail("bad_answer", "the tiles are of another tree");
  return mirror;
}

LogMonitor::Met LogMonitor::begin(const Shown& shown) {
  auto mirror = mirror_of(shown.checkpoint);
  if (!mirror) return mirror.error().code == "unreachable" ? Met::kUnreachable : Met::kUnshown;
  memory_.emplace();
  memory_->log = options_.log;
  memory_->read = options_.reads_entries ? mirror->first() : shown.checkpoint.size;
  memory_->checkpoint.size = shown.checkpoint.size;  // what was there before is not waited for
  move_to(shown, *std::move(mirror));
  return Met::kKnown;
}

LogMonitor::Met LogMonitor::advance(const Shown& shown) {
  const Checkpoint& to = shown.checkpoint;
  const std::uint64_t from = memory_->checkpoint.size;
  if (to.size - from > kWindow) {  // too much to follow leaf by leaf
    if (const Met met = compare_by_tiles(remembered(), shown); met != Met::kKnown) return met;
    auto mirror = mirror_of(to);
    if (!mirror) return mirror.error().code == "unreachable" ? Met::kUnreachable : Met::kUnshown;
    move_to(shown, *std::move(mirror));
    return Met::kKnown;
  }
  TiledTree tree(log_, to.size);
  const auto leaves = tree.leaves(from, to.size);
  if (!leaves && leaves.error().code == "unreachable") return Met::kUnreachable;
  if (leaves) {
    Mirror mirror = memory_->mirror;
    for (const auto& leaf : *leaves) mirror.append(leaf);
    if (mirror.root() == to.root) {
      move_to(shown, std::move(mirror));
      return Met::kKnown;
    }
  }
  // Other leaves than the signed ones, or another history: the tiles above them may tell which.
  const Met met = compare_by_tiles(remembered(), shown);
  return met == Met::kKnown ? Met::kUnshown : met;
}

void LogMonitor::move_to(const Shown& shown, Mirror mirror) {
  Memory& memory = *memory_;
  if (mirror.leaves().size() > 2 * kWindow) mirror.forget_before(mirror.size() - kWindow);
  const std::uint64_t before = memory.checkpoint.size;
  memory.note = shown.note;
  memory.checkpoint = shown.checkpoint;
  memory.mirror = std::move(mirror);
  memory.read = std::max(memory.read, memory.mirror.first());
  if (options_.reads_entries) return;
  wait_for(before, memory.checkpoint.size, report_.at);
  memory.read = memory.checkpoint.size;
}

// --- The entries

void LogMonitor::read_entries() {
  if (!options_.reads_entries || !memory_) return;
  report_.entries = Verdicts{};
  read_what_was_not();
  TiledTree tree(log_, memory_->checkpoint.size);
  for (std::size_t bundles = 0; bundles < kBundlesPerRoundMax; ++bundles) {
    if (memory_->read >= memory_->checkpoint.size || report_.has("fork")) return;
    if (!read_bundle(tree)) return;
  }
}

// What was counted while there was no key is read now, as far back as its hashes are known.
void LogMonitor::read_what_was_not() {
  Memory& memory = *memory_;
  for (auto& run : memory.waiting) {
    if (!run.unread) continue;
    const std::uint64_t from = std::max(run.begin, memory.mirror.first());
    if (from >= run.end) continue;
    memory.read = std::min(memory.read, from);
    run.end = from;
  }
  std::erase_if(memory.waiting, [](const Waiting& run) { return run.begin == run.end; });
}

bool LogMonitor::read_bundle(TiledTree& tree) {
  const std::uint64_t bundle = memory_->read / kTileWidth;
  const auto bytes = tree.bundle(bundle);
  if (!bytes) {
    const std::string& code = bytes.error().code;
    report_.add(code == "forbidden"     ? "entries_unread"
                : code == "unreachable" ? "unreachable"
                                        : "bad_entries",
                bytes.error().detail);
    return false;
  }
  const std::uint64_t end = std::min(memory_->checkpoint.size, (bundle + 1) * kTileWidth);
  for (std::uint64_t index = memory_->read; index < end && !report_.has("fork"); ++index) {
    const auto read = read_entry(index, (*bytes)[static_cast<std::size_t>(index % kTileWidth)]);
    if (!read) {
      report_.add("bad_entries", "entry " + std::to_string(index) + ": " + read.error().text());
      return false;
    }
    memory_->read = index + 1;
  }
  return true;
}

Status LogMonitor::read_entry(std::uint64_t index, ByteView bytes) {
  if (ledger::leaf_hash(bytes) != memory_->mirror.leaf(index)) return fail("other_entry");
  TRY(const auto entry, ledger::decode_entry(bytes));
  if (entry.event.index != index) return fail("wrong_index");
  const bool own = entry.statement.acting_as == ledger::Role::kService;
  if (!own) {
    count_verdict(entry.event.verdict);
    wait_for(index, index + 1, std::min(report_.at, entry.event.recorded_at));
  } else if (const auto* anchor = std::get_if<ledger::AnchorAdded>(&entry.statement.body);
             anchor != nullptr && entry.event.verdict != ledger::Verdict::kRefused) {
    read_anchor(*anchor);
  }
  return {};
}

void LogMonitor::count_verdict(ledger::Verdict verdict) {
  auto& counted = *report_.entries;
  switch (verdict) {
    case ledger::Verdict::kAccepted: ++counted.accepted; break;
    case ledger::Verdict::kLate: ++counted.late; break;
    case ledger::Verdict::kRefused: ++counted.refused; break;
  }
  keep_recent(memory_->verdicts, ledger::kVerdictNames[static_cast<std::size_t>(verdict) - 1].front());
}

// What it was given for is held against the history like any checkpoint.
void LogMonitor::read_anchor(const ledger::AnchorAdded& anchor) {
  auto shown = open_shown(std::string(anchor.checkpoint));
  if (!shown || shown->checkpoint.size < memory_->mirror.first() || shown->checkpoint.size > memory_->checkpoint.size)
    return;
  shown->by = "an anchor";
  if (meet(*shown) != Met::kKnown) return;
  const TrustPolicy& policy = *options_.policy;
  auto seen = policy.nobody();
  const Hash digest = signing::sha256({as_bytes(anchor.checkpoint)});
  for (const auto& evidence : anchor.evidence) {
    for (std::size_t i = 0; evidence.kind == projections::kCosignature && i < policy.witnesses().size(); ++i)
      for (const auto& line : ledger::cosignatures_in(std::string(as_text(evidence.bytes)) + "\n",
                                                      shown->checkpoint.text(), policy.witnesses()[i].key))
        seen.witnesses[i] = policy.of_seconds(line.at);
    for (std::size_t i = 0; evidence.kind == projections::kTimestamp && i < policy.authorities().size(); ++i)
      if (const auto stamp = signing::verify_timestamp(evidence.bytes, digest, policy.authorities()[i].certificate,
                                                       policy.accuracy_seconds() * kMicrosPerSecond))
        seen.authorities[i] = Bracket{stamp->earliest, stamp->latest};
  }
  const auto at = policy.bracket(seen);
  if (!at) return;
  witnessed(shown->checkpoint.size, *at);
  memory_->lower = std::max(memory_->lower.value_or(at->earliest), at->earliest);
}

// --- Who has seen it

void LogMonitor::wait_for(std::uint64_t begin, std::uint64_t end, Instant since) {
  Memory& memory = *memory_;
  begin = std::max(begin, memory.witnessed ? memory.witnessed->size : 0);
  if (begin >= end) return;
  auto& waiting = memory.waiting;
  const bool unread = !options_.reads_entries;
  const bool joins = !waiting.empty() && waiting.back().end == begin && waiting.back().seen == since &&
                     waiting.back().lower == memory.lower && waiting.back().unread == unread;
  // Told apart by when they were seen as long as there is room; then the last stands for all that follow.
  if (joins || waiting.size() == kWaitingMax) {
    waiting.back().end = end;
    waiting.back().unread |= unread;
  } else {
    waiting.push_back({begin, end, since, memory.lower, unread});
  }
}

// A quorum had seen so many entries between these moments: whoever waited has a bracket.
void LogMonitor::witnessed(std::uint64_t size, const Bracket& at) {
  Memory& memory = *memory_;
  for (auto& run : memory.waiting) {
    if (run.begin >= size) break;
    const std::uint64_t end = std::min(run.end, size);
    if (run.lower) {
      const std::int64_t width = (at.latest.micros - run.lower->micros) / kMicrosPerSecond;
      const auto seconds = static_cast<std::uint32_t>(std::clamp<std::int64_t>(width, 0, UINT32_MAX));
      for (std::uint64_t i = std::min<std::uint64_t>(end - run.begin, kRecentMax); i-- > 0;)
        keep_recent(memory.widths, seconds);
    }
    run.begin = end;
  }
  std::erase_if(memory.waiting, [](const Waiting& run) { return run.begin == run.end; });
  if (!memory.witnessed || size > memory.witnessed->size) memory.witnessed = Witnessed{size, at};
}

// Whoever has cosigned a tree has seen its beginnings too: the largest size of which a quorum has seen as much.
std::optional<Witnessed> LogMonitor::quorum_over(const std::vector<Shown>& shown) const {
  const TrustPolicy& policy = *options_.policy;
  std::vector<std::optional<std::pair<std::uint64_t, std::int64_t>>> newest(policy.witnesses().size());
  std::vector<std::uint64_t> sizes;
  for (const auto& one : shown) {
    if (one.met != Met::kKnown) continue;
    for (const auto& [witness, at] : one.cosigned)
      if (!newest[witness] || one.checkpoint.size > newest[witness]->first) newest[witness] = {one.checkpoint.size, at};
    sizes.push_back(one.checkpoint.size);
  }
  std::sort(sizes.rbegin(), sizes.rend());
  for (const auto size : sizes) {
    auto seen = policy.nobody();
    for (std::size_t i = 0; i < newest.size(); ++i)
      if (newest[i] && newest[i]->first >= size) seen.witnesses[i] = policy.of_seconds(newest[i]->second);
    if (const auto at = policy.bracket(seen)) return Witnessed{size, *at};
  }
  return std::nullopt;
}

void LogMonitor::judge_quorum(const std::vector<Shown>& shown) {
  if (!memory_) return;
  const auto now = quorum_over(shown);
  if (!now || (memory_->witnessed && now->size <= memory_->witnessed->size)) return;
  witnessed(now->size, now->at);
  if (options_.reads_entries) return;  // anchors say it better
  memory_->lower = now->at.earliest;
  // At first sight nobody can say since when; at the most since then.
  if (fresh_) wait_for(now->size, memory_->checkpoint.size, std::min(report_.at, now->at.latest));
}

// --- Figures and limits

void LogMonitor::judge_limits() {
  if (!memory_) return;
  const Memory& memory = *memory_;
  const Limits& limits = options_.limits;
  const auto over = [](std::int64_t is, std::int64_t limit, const char* unit) {
    return std::to_string(is) + unit + ", the limit is " + std::to_string(limit);
  };
  report_.size = memory.checkpoint.size;
  const bool asks_somebody = !options_.policy->asks_nobody() || options_.policy->authorities_quorum() > 0;
  if (asks_somebody && memory.witnessed) {
    report_.witnessed_size = memory.witnessed->size;
    const auto since = [&](Instant at) {
      return std::max<std::int64_t>(0, report_.at.micros - at.micros) / kMicrosPerSecond;
    };
    report_.witnessed_age_seconds = since(memory.witnessed->at.latest);
    std::uint64_t waiting = 0, unread = 0;
    for (const auto& run : memory.waiting) {
      waiting += run.end - run.begin;
      unread += run.unread ? run.end - run.begin : 0;
    }
    const std::uint64_t own = std::min(unread, kOwnEntriesMax);
    report_.waiting_entries = waiting - own;
    if (waiting > own) report_.waiting_seconds = since(memory.waiting.front().seen);
    if (report_.waiting_seconds > limits.lag_seconds)
      report_.add("lag", over(report_.waiting_seconds, limits.lag_seconds, " s"));
  } else if (asks_somebody) {
    report_.add("unwitnessed");
  }
  if (!memory.widths.empty()) {
    auto widths = memory.widths;
    const auto middle = widths.begin() + static_cast<std::ptrdiff_t>(widths.size() / 2);
    std::nth_element(widths.begin(), middle, widths.end());
    report_.bracket_seconds = *middle;
    if (widths.size() >= kFiguresMin && *middle > limits.bracket_seconds)
      report_.add("wide", over(*middle, limits.bracket_seconds, " s"));
  }
  const auto count = [&](char verdict) {
    return static_cast<std::uint64_t>(std::count(memory.verdicts.begin(), memory.verdicts.end(), verdict));
  };
  report_.recent = {count('a'), count('l'), count('r')};
  const auto judge_share = [&](const char* code, std::uint64_t part, unsigned limit) {
    const std::uint64_t whole = report_.recent.total();
    if (whole >= kFiguresMin && part * 100 > limit * whole)
      report_.add(code, over(static_cast<std::int64_t>(part * 100 / whole), limit, " %"));
  };
  judge_share("refused", report_.recent.refused, limits.refused_percent);
  judge_share("late", report_.recent.late, limits.late_percent);
}

void LogMonitor::store() {
  if (!memory_) return;
  if (const auto stored = folder_.store(*memory_); !stored) report_.add("not_stored", stored.error().text());
}

}  // namespace letopis::monitor
