#include "replay-tools/audit.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "ledger/merkle.h"
#include "replay-tools/audit_note.h"
#include "replay-tools/audit_pool.h"
#include "replay-tools/audit_words.h"

namespace letopis::audit {
namespace {

constexpr std::uint64_t kBatchEntries = 256;  // one entry bundle over HTTP; some ten milliseconds of verifying
constexpr std::size_t kBatchesPerThread = 8;  // read ahead: what is in memory at a time

// A run of entries on its way: read → prepared by a worker → judged in order → its checks by a worker.
struct Batch {
  std::uint64_t from = 0;
  Bytes arena;
  std::vector<std::size_t> ends;
  std::vector<AuditItem> items;
  std::optional<std::vector<Hash>> stored_leaves;
  std::optional<Error> leaves_error;
  std::atomic<bool> prepared{false};
  std::vector<SignatureCheck> signatures;
  std::vector<TextCheck> texts;
};

void prepare(Batch& batch, Findings& findings) {
  batch.items.resize(batch.ends.size());
  std::size_t begin = 0;
  for (std::size_t i = 0; i < batch.ends.size(); ++i) {
    AuditItem& item = batch.items[i];
    item.bytes = ByteView(batch.arena).subspan(begin, batch.ends[i] - begin);
    begin = batch.ends[i];
    item.leaf = hash_of_entry(item.bytes);
    item.entry = ledger::decode_entry(item.bytes);
    if (item.entry) item.link = hash_of_link(item.entry->event.statement, item.entry->event.signature);
    if (batch.stored_leaves && (*batch.stored_leaves)[i] != item.leaf)
      findings.add("leaf_differs", {batch.from + i}, to_hex((*batch.stored_leaves)[i].view()));
  }
}

class Audit {
 public:
  Audit(const AuditSource& source, const AuditOptions& options)
      : source_(source),
        options_(options),
        findings_(options.findings_kept_max),
        times_(options.policy ? std::optional<EntryTimes>(std::in_place, *options.policy, options.bracket_limit_micros)
                              : std::nullopt),
        judge_(source, options.profiles ? *options.profiles : commands::ProfileBook::with_builtin(), findings_,
               times_ ? &*times_ : nullptr) {}

  Result<AuditReport> run();

 private:
  Status go_on();
  bool same_genesis() const;
  void find_end(const std::vector<KeptCheckpoint>& kept);
  bool history_changed() const;
  Status keep(AuditReport& report, const std::vector<KeptCheckpoint>& kept);
  Status walk();
  Result<std::shared_ptr<Batch>> read(std::uint64_t from, std::uint64_t to);
  void read_leaves(Batch& batch, std::uint64_t to);
  void judge(const std::shared_ptr<Batch>& batch);
  void check(Batch& batch);
  void settle_texts();
  bool erased_beyond_copy(const Id& person) const;
  void check_copy();
  bool covers_copy(const OpenedCheckpoint& checkpoint) const;
  Status check_log_key();
  void check_checkpoints(const std::vector<KeptCheckpoint>& kept);
  void check_checkpoint(const KeptCheckpoint& kept);
  void not_opened(const KeptCheckpoint& kept, std::string_view why);
  void cut_at(const KeptCheckpoint& kept, std::uint64_t signed_size);
  void settle_roots();
  void check_journal();
  void check_receipts();
  void check_receipt(const KeptFile& file);
  void unusable(const std::string& file, const std::string& why);
  void check_rows();
  void name_author(Finding& finding) const;
  Instant last_recorded_at() const;
  Instant evidence_until() const;
  void fill(AuditReport& report) const;

  const AuditSource& source_;
  const AuditOptions& options_;
  Findings findings_;
  std::optional<EntryTimes> times_;
  AuditJudge judge_;
  std::uint64_t size_ = 0;
  std::uint64_t since_ = 0;  // entries an earlier audit answers for
  bool readable_ = true;     // false: reading ended before the log did

  std::mutex mutex_;  // guards what workers share with the judging thread, below
  std::condition_variable wake_;
  std::size_t in_flight_ = 0;
  std::vector<TextCheck> missing_texts_;
  std::atomic<std::uint64_t> signatures_{0}, texts_{0};
  std::uint64_t texts_erased_ = 0;

  std::optional<LogKey> log_key_;
  std::string vkey_;
  std::uint64_t newest_signed_ = 0;
  std::optional<OpenedCheckpoint> end_;   // what the source itself shows as signed over all it has
  std::optional<AuditTree> stored_tree_;  // where it goes on: of what was kept, and the leaf hashes stored since
  std::optional<ledger::CopyMark> copy_;
  std::optional<OpenedCheckpoint> copy_of_;  // set once the copy proved to be a prefix of it
  std::vector<CheckedCheckpoint> checkpoints_;
  std::vector<std::pair<Words, std::uint64_t>> other_roots_;  // where they were kept, and their sizes
  std::vector<std::string> unusable_;                         // files the auditor brought that say nothing, and why
};

namespace {

std::string of_another_key(const AuditHead& head) {
  return " keeps an audit of the log " + head.vkey +
         ", and this one has another key or another beginning: either the directory belongs to another school, or the "
         "log was "
         "exchanged as a whole; what is in the directory's file checkpoint can be held against it with --since FILE";
}

std::string of_another_policy(const AuditHead& head, const Hash& now) {
  if (now.is_zero())
    return " was kept with a policy: bring the same one again (--policy, --companion, --bracket-limit)";
  const std::string kept = head.policy.is_zero() ? " was kept without a policy"
                                                 : " was kept with another policy, companion or --bracket-limit";
  return kept + ": audit the whole log with this one, --keep and a new directory";
}

}  // namespace

// Where the source names no key of its own: the log opens with the entry that names it. One with nothing left in it is cut.
bool Audit::same_genesis() const {
  if (size_ == 0) return true;
  std::optional<Hash> first;
  const Status read = source_.entries(0, 1, [&](std::uint64_t, ByteView bytes) {
    first = hash_of_entry(bytes);
    return false;
  });
  return read && first == judge_.tree().node(0, 0);
}

// An auditor is told that they hold the wrong memory, before anybody is accused of anything.
Status Audit::go_on() {
  AuditMemory* memory = options_.memory;
  if (memory == nullptr) return {};
  judge_.collect();
  if (!memory->head()) return {};
  const AuditHead& head = *memory->head();
  const auto key = source_.vkey() ? read_log_key(*source_.vkey()) : Result<LogKey>(fail("no_vkey"));
  const auto origin = source_.origin() ? source_.origin() : key ? std::optional(key->name) : std::nullopt;
  if (origin && *origin != head.origin)
    return fail("other_log", memory->directory() + " keeps an audit of " + head.origin + ", not of " + *origin);
  if (options_.vkey.value_or(head.vkey) != head.vkey || source_.vkey().value_or(head.vkey) != head.vkey)
    return fail("other_log", memory->directory() + of_another_key(head));
  if (head.policy != options_.policy_digest)
    return fail("other_policy", memory->directory() + of_another_policy(head, options_.policy_digest));
  TRY_STATUS(judge_.go_on_from(*memory));
  if (!source_.vkey() && !same_genesis()) return fail("other_log", memory->directory() + of_another_key(head));
  if (times_) times_->go_on_from(memory->times());
  return {};
}

// Nothing is kept that was found violated, nor an end that the log's key has not signed: it may yet be another's.
Status Audit::keep(AuditReport& report, const std::vector<KeptCheckpoint>& kept) {
  if (options_.memory == nullptr) return {};
  if (options_.memory->failure()) return tl::unexpected(*options_.memory->failure());
  const auto covers_all = [&](const KeptCheckpoint& checkpoint) {
    const auto opened = log_key_ ? open_note(checkpoint.note, *log_key_) : Result<OpenedCheckpoint>(fail("no_key"));
    return opened && opened->size == size_ && opened->root == judge_.tree().root();
  };
  const auto signed_end = std::find_if(kept.begin(), kept.end(), covers_all);
  if (report.verdict == AuditVerdict::kViolated || report.verdict == AuditVerdict::kUnfinished)
    return report.not_kept = verdict_name(report.verdict), Status{};
  if (signed_end == kept.end()) return report.not_kept = "unsigned_tail", Status{};
  auto keeping = options_.memory->keep();
  judge_.keep(keeping);
  if (times_) keeping.times(times_->keep());
  report.state_root = judge_.state_root();
  TRY_STATUS(keeping.finish({judge_.state().origin(), vkey_, size_, judge_.tree().root(), signed_end->note,
                             report.state_root, judge_.shard_count(), options_.policy_digest,
                             report.earlier_unproved + (report.times ? report.times->unproved : 0)}));
  report.kept = true;
  return {};
}

Result<AuditReport> Audit::run() {
  TRY(size_, source_.size());
  // What can be found unusable is, before the long part.
  TRY(auto kept, source_.checkpoints(findings_));
  if (size_ == 0 && kept.empty() && options_.checkpoints.empty() && options_.receipts.empty())
    return fail("empty", "the log has no entries");
  copy_ = source_.copy();
  TRY_STATUS(go_on());
  since_ = judge_.tree().size();
  if (since_ > 0 && source_.has_leaves())
    stored_tree_.emplace(since_,
                         [this](unsigned level, std::uint64_t index) { return options_.memory->node(level, index); });
  TRY_STATUS(walk());
  settle_texts();
  TRY_STATUS(check_log_key());
  check_copy();
  kept.insert(kept.end(), judge_.anchors().begin(), judge_.anchors().end());
  for (const auto& file : options_.checkpoints) kept.push_back({KeptBy::kAuditor, file.label, file.text});
  if (since_ > 0) kept.push_back({KeptBy::kAuditor, options_.memory->directory(), options_.memory->head()->checkpoint});
  find_end(kept);
  check_checkpoints(kept);
  check_receipts();
  settle_roots();
  check_rows();
  AuditReport report;
  if (times_)
    report.times = times_->settle({judge_.first_recorded_at, evidence_until(), options_.each_time}, findings_);
  if (history_changed()) {
    findings_.forget();
    findings_.add("history_changed", {},
                  Words{"прежний аудит — " + std::to_string(since_) + " записей, теперь — " + std::to_string(size_),
                        "the earlier audit — " + std::to_string(since_) + " entries, now — " + std::to_string(size_)});
  }
  fill(report);
  TRY_STATUS(keep(report, kept));
  return report;
}

void Audit::find_end(const std::vector<KeptCheckpoint>& kept) {
  for (const auto& checkpoint : kept) {
    if (!log_key_ || checkpoint.by > KeptBy::kServer) continue;
    auto opened = open_note(checkpoint.note, *log_key_);
    if (opened && opened->size == size_) end_ = std::move(*opened);
  }
}

// Whether the signed log follows from what was kept, by the leaf hashes stored with it: then whatever is wrong is wrong with the new
// entries themselves. One that is shorter now was cut, where what is left is signed as it was then, and is another history otherwise.
bool Audit::history_changed() const {
  if (end_ && size_ > 0 && size_ < since_) return judge_.tree().root_at(size_) != end_->root;
  return stored_tree_ && end_ && readable_ && size_ >= since_ && stored_tree_->size() == size_ &&
         stored_tree_->root() != end_->root;
}

// One thread reads and judges; the pool prepares batches before that and verifies after it.
Status Audit::walk() {
  const unsigned threads = options_.threads != 0 ? options_.threads : std::max(1U, std::thread::hardware_concurrency());
  const std::size_t window = threads * kBatchesPerThread;
  std::deque<std::shared_ptr<Batch>> reading;
  Pool pool(threads);  // last: finishes before anything its tasks use goes away
  std::uint64_t next = judge_.tree().size();
  while (readable_ || !reading.empty()) {
    while (readable_ && next < size_ && reading.size() < window) {
      TRY(auto batch, read(next, std::min(size_, next + kBatchEntries)));
      next += batch->ends.size();
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [&] { return in_flight_ < 2 * window; });
        ++in_flight_;
      }
      pool.submit([this, batch] {
        prepare(*batch, findings_);
        const std::lock_guard guard(mutex_);
        batch->prepared = true;
        wake_.notify_all();
      });
      reading.push_back(std::move(batch));
    }
    if (reading.empty()) break;
    const auto batch = std::move(reading.front());
    reading.pop_front();
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return batch->prepared.load(); });
    }
    judge(batch);
    pool.submit([this, batch] {
      check(*batch);
      const std::lock_guard guard(mutex_);
      --in_flight_;
      wake_.notify_all();
    });
    if (options_.progress) options_.progress(judge_.tree().size(), size_);
  }
  return {};
}

Result<std::shared_ptr<Batch>> Audit::read(std::uint64_t from, std::uint64_t to) {
  auto batch = std::make_shared<Batch>();
  batch->from = from;
  std::uint64_t expected = from;
  const Status status = source_.entries(from, to, [&](std::uint64_t index, ByteView bytes) {
    if (index != expected) return false;
    append(batch->arena, bytes);
    batch->ends.push_back(batch->arena.size());
    ++expected;
    return true;
  });
  if (!status && status.error().code != "damaged") return tl::unexpected(status.error());
  if (expected < to) {
    readable_ = false;
    findings_.add(status ? "entry_missing" : "entry_damaged", {expected}, status ? "" : status.error().detail);
  }
  if (source_.has_leaves()) read_leaves(*batch, expected);
  return batch;
}

void Audit::read_leaves(Batch& batch, std::uint64_t to) {
  std::vector<Hash> leaves;
  std::uint64_t expected = batch.from;
  const Status status = source_.leaves(batch.from, to, [&](std::uint64_t index, const Hash& leaf) {
    if (index != expected) return false;
    leaves.push_back(leaf);
    ++expected;
    return true;
  });
  if (stored_tree_)
    for (const Hash& leaf : leaves) stored_tree_->append(leaf);
  if (expected == to)
    batch.stored_leaves = std::move(leaves);
  else
    findings_.add("leaf_differs", {expected}, status ? "missing" : status.error().detail);
}

void Audit::judge(const std::shared_ptr<Batch>& batch) {
  for (auto& item : batch->items) judge_.take(item, batch->signatures, batch->texts);
}

void Audit::check(Batch& batch) {
  for (const auto& signature : batch.signatures) verify(signature, findings_);
  signatures_ += batch.signatures.size();
  for (const auto& text : batch.texts) {
    const Status opened = source_.text(text.commitment);
    ++texts_;
    if (opened) continue;
    if (opened.error().code == "not_found") {
      const std::lock_guard guard(mutex_);
      missing_texts_.push_back(text);
    } else {
      findings_.add("text_damaged", text.place, to_hex(text.commitment.view()));
    }
  }
}

bool Audit::erased_beyond_copy(const Id& person) const {
  return copy_ &&
         std::find(copy_->erased_later.begin(), copy_->erased_later.end(), person) != copy_->erased_later.end();
}

// A copy may end before the checkpoint it names, if the one leads to the other.
void Audit::check_copy() {
  if (!copy_ || !log_key_ || !readable_) return;
  auto named = open_note(copy_->checkpoint, *log_key_);
  const bool leads =
      named && copy_->size == size_ &&
      ledger::verify_consistency(size_, judge_.tree().root(), named->size, named->root, copy_->consistency).has_value();
  if (leads)
    copy_of_ = std::move(*named);
  else
    findings_.add("copy_differs", {}, std::to_string(size_));
}

// The one beyond the copy's end that can be held against it.
bool Audit::covers_copy(const OpenedCheckpoint& checkpoint) const {
  return copy_of_ && checkpoint.size == copy_of_->size && checkpoint.root == copy_of_->root;
}

// An erasure is recorded after the texts it takes, so what is missing can only be judged at the end, once everything was read.
void Audit::settle_texts() {
  const bool all_read = judge_.judging() && readable_;
  for (const auto& text : missing_texts_) {
    if (judge_.erased_after(text.person, *text.place.index) || erased_beyond_copy(text.person))
      ++texts_erased_;
    else if (all_read)
      findings_.add("text_missing", text.place, to_hex(text.commitment.view()));
  }
  if (!source_.has_vault() || !all_read) return;
  judge_.check_blobs();
  if (since_ > 0) return;  // texts of entries before that are nobody's here
  std::uint64_t strangers = 0;
  const Status status = source_.each_text([&](const Hash& commitment) {
    if (!judge_.commitments().contains(commitment)) ++strangers;
    return true;
  });
  if (!status) findings_.add("text_damaged", {}, status.error().text());
  if (strangers > 0) findings_.add("text_unreferenced", {}, std::to_string(strangers));
}

// The auditor's word goes first, then the source's, then the genesis's own; they must agree.
Status Audit::check_log_key() {
  const std::string& in_genesis = judge_.state().log_vkey();
  vkey_ = options_.vkey ? *options_.vkey : source_.vkey().value_or(in_genesis);
  auto key = read_log_key(vkey_);
  if (!key && (options_.vkey || source_.vkey())) return fail("bad_vkey", key.error().detail);
  if (!in_genesis.empty() && in_genesis != vkey_) findings_.add("log_key_differs", {0}, in_genesis);
  if (key && !judge_.state().origin().empty() && key->name != judge_.state().origin())
    findings_.add("bad_genesis", {0}, "origin " + judge_.state().origin());
  if (const auto name = source_.origin(); name && judge_.judging() && *name != judge_.state().origin())
    findings_.add("school_row_differs", {}, *name);
  if (key)
    log_key_ = std::move(*key);
  else if (!in_genesis.empty())
    findings_.add("bad_genesis", {0}, "log_vkey");
  return {};
}

namespace {

Words where(const KeptCheckpoint& kept) {
  const std::string label = kept.label.empty() ? "" : " (" + kept.label + ")";
  return {std::string(words_of(kept.by).ru) + label, std::string(words_of(kept.by).en) + label};
}

}  // namespace

void Audit::check_checkpoints(const std::vector<KeptCheckpoint>& kept) {
  if (!log_key_) return;
  for (const auto& checkpoint : kept) check_checkpoint(checkpoint);
  if (kept.empty()) findings_.add("no_checkpoint", {});
  check_journal();
  if (readable_ && newest_signed_ > 0 && newest_signed_ < size_)
    findings_.add("unsigned_tail", {newest_signed_}, std::to_string(size_ - newest_signed_));
}

void Audit::unusable(const std::string& file, const std::string& why) {
  findings_.add("kept_unusable", {}, file + ": " + why);
  unusable_.push_back(file + ": " + why);
}

// What the operator keeps must be in order. What the auditor brought proves nothing when it is no signed note; nor, once they
// brought the log's key as well, when that key did not sign it: anybody can make such a file. Without a key of the auditor's
// own it stays a violation, for so a log shows that was exchanged together with its key or its name.
void Audit::not_opened(const KeptCheckpoint& kept, std::string_view why) {
  const bool brought = kept.by == KeptBy::kAuditor || kept.by == KeptBy::kReceipt || kept.by == KeptBy::kWitness;
  if (brought && why == "malformed") return unusable(kept.label, "holds no signed checkpoint");
  if (brought && options_.vkey)
    return unusable(kept.label, why == "other_origin" ? "is of another log than " + log_key_->name
                                                      : "the log's key did not sign its checkpoint as it stands");
  findings_.add(why == "other_origin" ? "checkpoint_origin"
                : why == "malformed"  ? "checkpoint_malformed"
                                      : "checkpoint_signature",
                {}, where(kept));
}

// Which entries are gone, and up to when there are any.
void Audit::cut_at(const KeptCheckpoint& kept, std::uint64_t signed_size) {
  const auto [ru, en] = where(kept);
  const bool one = size_ + 1 == signed_size;
  const std::string gone = number(size_) + (one ? "" : "–" + number(signed_size - 1));
  const Instant last = last_recorded_at();
  const std::string until = format_local(last, judge_.state().offset_at(last));
  // What is left was compared where an earlier audit goes on; else a checkpoint of a longer log says nothing of a shorter one.
  const bool known = since_ > 0;
  findings_.add("log_cut", {},
                Words{ru + " — подписано записей " + number(signed_size) + ", здесь " + number(size_) + "; нет " +
                          (one ? "записи " : "записей ") + gone +
                          (last == Instant{} ? "" : ", последняя из оставшихся внесена " + until) +
                          (known ? "" : "; те ли записи остались, что были подписаны, эта точка не говорит"),
                      en + " — " + number(signed_size) + " entries signed, " + number(size_) + " here; gone: " + gone +
                          (last == Instant{} ? "" : ", the last one left was recorded " + until) +
                          (known ? "" : "; whether what is left is what was signed, that checkpoint does not tell")});
}

// Once every checkpoint was checked: those that hold say how far the entries are those that were signed.
void Audit::settle_roots() {
  for (const auto& [where, size] : other_roots_) {
    std::uint64_t same = 0;
    for (const auto& checkpoint : checkpoints_)
      if (checkpoint.good && checkpoint.size < size) same = std::max(same, checkpoint.size);
    findings_.add("checkpoint_root", {},
                  Words{where.ru + " — подписано записей " + number(size) +
                            (same > 0 ? ", из них теми же остались первые " + number(same) : ""),
                        where.en + " — " + number(size) + " entries signed" +
                            (same > 0 ? ", of which the first " + number(same) + " are the same" : "")});
  }
}

void Audit::check_checkpoint(const KeptCheckpoint& kept) {
  const auto opened = open_note(kept.note, *log_key_);
  CheckedCheckpoint& checked = checkpoints_.emplace_back();
  checked.by = kept.by;
  checked.label = kept.label;
  if (!opened) return not_opened(kept, opened.error().code);
  checked.size = opened->size;
  if (opened->size > size_ && covers_copy(*opened)) {
    checked.good = true;
    newest_signed_ = size_;
    return;
  }
  if (opened->size > size_ && copy_of_) {
    const auto [ru, en] = where(kept);
    const std::string sizes = ": " + number(opened->size) + " > " + number(size_);
    findings_.add("beyond_copy", {}, Words{ru + sizes, en + sizes});
    return;
  }
  if (opened->size > size_) return cut_at(kept, opened->size);
  // Where reading ended early there is no root to compare; that finding was made.
  const auto root = judge_.tree().root_at(opened->size);
  if (!root) return;
  checked.good = *root == opened->root;
  if (!checked.good) other_roots_.emplace_back(where(kept), opened->size);
  if (checked.good && kept.by != KeptBy::kAnchor) newest_signed_ = std::max(newest_signed_, opened->size);
}

// A checkpoint goes into the journal before it goes into the database.
void Audit::check_journal() {
  std::optional<std::uint64_t> database, journal;
  for (const auto& checkpoint : checkpoints_) {
    if (checkpoint.by == KeptBy::kDatabase) database = checkpoint.size;
    if (checkpoint.by == KeptBy::kJournal) journal = checkpoint.size;
  }
  if (database && journal && *database > *journal)
    findings_.add("journal_behind", {}, std::to_string(*journal) + " < " + std::to_string(*database));
}

void Audit::check_receipts() {
  if (!log_key_) return;
  for (const auto& file : options_.receipts) check_receipt(file);
}

// What the log signed counts whatever else stands in the file. Of the entry it counts once the proof leads from it to what
// was signed: anybody can put another entry into a file.
void Audit::check_receipt(const KeptFile& file) {
  const auto receipt = read_receipt(file.text);
  if (!receipt) return unusable(file.label, "is not a receipt");
  check_checkpoint({KeptBy::kReceipt, file.label, receipt->note});
  const auto checkpoint = open_note(receipt->note, *log_key_);
  if (!checkpoint) return;
  const auto extra = ledger::decode_receipt(receipt->extra);
  if (!extra) return unusable(file.label, "holds no entry");
  const Hash leaf = hash_of_entry(extra->event);
  if (root_of_inclusion(leaf, receipt->index, checkpoint->size, receipt->proof) != checkpoint->root)
    return unusable(file.label, "its proof does not lead from its entry to its checkpoint");
  const bool beyond_copy = copy_of_ && receipt->index >= size_;
  if (beyond_copy) return;
  if (receipt->index >= judge_.tree().size() || judge_.tree().node(0, receipt->index) != leaf)
    findings_.add("receipt_differs", {receipt->index}, file.label);
}

void Audit::check_rows() {
  if (!readable_ || !judge_.judging() || since_ > 0) return;
  if (const Status status = source_.compare_rows(judge_.tree(), judge_.chains(), findings_); !status)
    findings_.add("entry_damaged", {}, status.error().text());
}

// Some checks know the place of an entry alone; what can be read there says whose it is.
void Audit::name_author(Finding& finding) const {
  if (!finding.index || !finding.author.is_zero() || *finding.index >= size_) return;
  [[maybe_unused]] const Status read =
      source_.entries(*finding.index, *finding.index + 1, [&](std::uint64_t, ByteView bytes) {
        if (const auto entry = ledger::decode_entry(bytes)) {
          finding.author = entry->statement.author;
          finding.statement = entry->statement.id;
        }
        return false;
      });
}

Instant Audit::last_recorded_at() const {
  if (size_ == 0) return {};
  if (size_ >= since_) return judge_.last_recorded_at;
  Instant last;  // by the entry that is here, not by the one that was
  (void)source_.entries(size_ - 1, size_, [&](std::uint64_t, ByteView bytes) {
    if (const auto entry = ledger::decode_entry(bytes)) last = entry->event.recorded_at;
    return false;
  });
  return last;
}

// Nobody asks witnesses about a copy.
Instant Audit::evidence_until() const {
  const Instant last = last_recorded_at();
  return copy_ || !options_.now ? last : std::max(last, *options_.now);
}

void Audit::fill(AuditReport& report) const {
  const auto& state = judge_.state();
  report.simulated = state.simulated();
  report.source = source_.name();
  report.school = state.name();
  // The log's own name, whatever key was brought: another school's would be accused.
  report.origin = state.origin().empty() && log_key_ ? log_key_->name : state.origin();
  report.vkey = vkey_;
  report.vkey_brought = options_.vkey.has_value() || since_ > 0;  // what was kept has it
  if (since_ > 0) report.since = since_;
  if (since_ > 0) report.since_root = options_.memory->head()->root;
  if (since_ > 0) report.earlier_unproved = options_.memory->head()->unproved;
  report.size = std::min(judge_.tree().size(), size_);
  report.stored = std::max(size_, report.size);
  // What is here, where that is not what follows from what was kept.
  report.root = since_ > 0 && end_ ? end_->root : judge_.tree().root();
  report.first_recorded_at = judge_.first_recorded_at;
  report.last_recorded_at = last_recorded_at();
  report.offset = state.offset_at(judge_.last_recorded_at);
  report.audited_at = options_.now;
  report.checkpoints = checkpoints_;
  report.checkpoints_brought = options_.checkpoints.size() + options_.receipts.size() + (since_ > 0 ? 1 : 0);
  report.signatures = signatures_;
  report.chains = judge_.chains().chains().size();
  report.keys = state.keys().size();
  report.judged = judge_.judged;
  report.state_commitments = judge_.state_commitments;
  report.texts = texts_;
  report.texts_erased = texts_erased_;
  report.had_leaves = source_.has_leaves();
  report.had_vault = source_.has_vault();
  report.copy = copy_;
  report.copy_of_size = copy_of_ ? copy_of_->size : 0;
  for (const auto& [type, counts] : judge_.types) report.types.emplace(type, counts);
  report.verdicts = judge_.verdicts;
  report.rules = judge_.rules;
  report.findings = findings_.sorted();
  for (auto& finding : report.findings) name_author(finding);
  report.findings_total = findings_.total();
  report.violations = findings_.violations();
  report.findings_by_code = findings_.counts();
  report.unusable = unusable_;
  report.verdict = report.violations > 0      ? AuditVerdict::kViolated
                   : !report.unusable.empty() ? AuditVerdict::kUnfinished
                   : report.simulated         ? AuditVerdict::kSimulated
                                              : AuditVerdict::kConsistent;
}

}  // namespace

Result<AuditReport> audit(const AuditSource& source, const AuditOptions& options) {
  return Audit(source, options).run();
}

AuditReport unreadable(const std::string& source, const std::string& school, const Error& damage) {
  AuditReport report;
  report.source = source;
  report.origin = school;
  Findings findings(1);
  findings.add("store_damaged", {}, damage.detail);
  report.findings = findings.sorted();
  report.findings_total = report.violations = 1;
  report.findings_by_code = findings.counts();
  report.verdict = AuditVerdict::kViolated;
  return report;
}

}  // namespace letopis::audit
