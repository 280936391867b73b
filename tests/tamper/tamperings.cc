#include "tests/tamper/tamperings.h"

#include <algorithm>

#include "ledger/checkpoint.h"
#include "ledger/schema/codec.h"
#include "replay-tools/audit_directory.h"
#include "signing/sha256.h"

namespace letopis::test {

using namespace ledger;
namespace rows = ledger::rows;

namespace {

constexpr const char* kDisk = "write access to the disk";
constexpr const char* kLogKey = "the log's key";
constexpr const char* kAuthorKey = "the log's key and a teacher's";
constexpr const char* kServiceKey = "the log's key and the service key";

// --- On the disk: one row of each kind ---------------------------------------------------------------------------------

void flip_entry(Scene& scene) {
  RowEditor editor(scene.ledger());
  const Bytes key = rows::entry(scene.school(), scene.honest.mark);
  editor.flip(key, editor.get(key).size() / 2);
}
void flip_leaf(Scene& scene) { RowEditor(scene.ledger()).flip(rows::leaf(scene.school(), scene.honest.mark), 7); }
void flip_chain_row(Scene& scene) {
  RowEditor editor(scene.ledger());
  editor.flip(editor.first_below(rows::first(rows::Kind::kChain, scene.school())), 3);
}
void flip_statement_row(Scene& scene) { RowEditor(scene.ledger()).flip(rows::statement(scene.school(), 0, 1), 7); }
void flip_checkpoint_row(Scene& scene) {
  RowEditor editor(scene.ledger());
  const Bytes key = rows::checkpoint(scene.school());
  const Bytes note = editor.get(key);
  editor.flip(key, as_text(note).find('\n', as_text(note).find('\n') + 1) - 1);  // the last digit of the size
}
void flip_school_row(Scene& scene) {
  RowEditor editor(scene.ledger());
  const Bytes key = rows::school(scene.honest.slug());
  editor.flip(key, editor.get(key).size() - 1);
}
void plant_tile(Scene& scene) {
  RowEditor(scene.ledger()).put(rows::tile(scene.school(), 1, 0), Bytes(256 * Hash::kSize, 1));
}
void plant_stranger(Scene& scene) { RowEditor(scene.ledger()).put({'X', 0, 0, 0, 1}, {1}); }
void flip_journal(Scene& scene) { flip_byte_of_file(scene.journal(), 120); }
void remove_journal(Scene& scene) { std::filesystem::remove(scene.journal()); }
void flip_write_ahead_log(Scene& scene) {
  for (const auto& file : std::filesystem::directory_iterator(scene.ledger()))
    if (file.path().extension() == ".log" && file.file_size() > 0)
      flip_byte_of_file(file.path().string(), static_cast<std::size_t>(file.file_size() / 2));
}

// Rows of entry `index` and of everything that leads to it.
void remove_entry_rows(Scene& scene, RowEditor& editor, std::uint64_t index) {
  editor.remove(rows::entry(scene.school(), index));
  editor.remove(rows::leaf(scene.school(), index));
}
void remove_from_the_middle(Scene& scene) {
  RowEditor editor(scene.ledger());
  remove_entry_rows(scene, editor, scene.honest.mark);
}
void cut_the_end(Scene& scene) {
  RowEditor editor(scene.ledger());
  for (std::uint64_t i = scene.honest.entries.size() - 3; i < scene.honest.entries.size(); ++i)
    remove_entry_rows(scene, editor, i);
}
void exchange_entries(Scene& scene) {
  RowEditor editor(scene.ledger());
  editor.exchange(rows::entry(scene.school(), scene.honest.mark),
                  rows::entry(scene.school(), scene.honest.refused_mark));
  editor.exchange(rows::leaf(scene.school(), scene.honest.mark), rows::leaf(scene.school(), scene.honest.refused_mark));
}
// An entry past the end, its rows all in order, under no checkpoint yet: what a server would find after a crash.
void plant_entry(Scene& scene) {
  Forger forger(scene.honest);
  forger.repeat(scene.honest.mark);
  forger.renumber();
  const Bytes& planted = forger.entries().back();
  RowEditor editor(scene.ledger());
  editor.put(rows::entry(scene.school(), scene.honest.entries.size()), planted);
  const std::uint8_t zero = 0;
  const Hash leaf = signing::sha256({{&zero, 1}, planted});
  editor.put(rows::leaf(scene.school(), scene.honest.entries.size()), Bytes(leaf.bytes.begin(), leaf.bytes.end()));
}

// --- On the disk: the vault --------------------------------------------------------------------------------------------

// Rows of the vault end in the commitment they belong to; the first such row of texts.
Bytes text_row(const RowEditor& editor, const Hash& commitment) {
  Bytes prefix = editor.first_below({'T'});
  prefix.resize(prefix.size() - Hash::kSize);
  append(prefix, commitment.view());
  return prefix;
}
void flip_text(Scene& scene) {
  RowEditor editor(scene.vault());
  const Bytes key = text_row(editor, scene.honest.remark);
  editor.flip(key, editor.get(key).size() - 5);
}
void exchange_texts(Scene& scene) {
  RowEditor editor(scene.vault());
  editor.exchange(text_row(editor, scene.honest.remark), text_row(editor, scene.honest.name));
}
void remove_text(Scene& scene) {
  RowEditor editor(scene.vault());
  editor.remove(text_row(editor, scene.honest.remark));
}
void flip_person_key(Scene& scene) {
  RowEditor editor(scene.vault());
  editor.flip(editor.first_below({'K'}), 30);
}

// --- By the operator, everything signed anew ---------------------------------------------------------------------------

void rewrite_mark(Scene& scene) {
  auto& op = scene.operator_();
  op.rewrite(scene.honest.mark, [](Event&, Statement& st) { std::get<MarkGiven>(st.body).value = "2"; });
  op.sign_anew();
}
void rewrite_mark_with_key(Scene& scene) {
  auto& op = scene.operator_();
  op.rewrite(
      scene.honest.late_mark, [](Event&, Statement& st) { std::get<MarkGiven>(st.body).value = "5"; },
      &*scene.honest.teacher->key);
  op.sign_anew();
}
void shift_by_a_microsecond(Scene& scene) {
  auto& op = scene.operator_();
  op.rewrite_event(scene.honest.rotation, [](Event& event) { event.recorded_at.micros += 1; });
  op.sign_anew();
}
void accept_refused(Scene& scene) {
  auto& op = scene.operator_();
  op.rewrite_event(scene.honest.refused_mark, [](Event& event) {
    event.verdict = Verdict::kAccepted;
    event.rule = {};
  });
  op.sign_anew();
}
void refuse_accepted(Scene& scene) {
  auto& op = scene.operator_();
  op.rewrite_event(scene.honest.correction, [](Event& event) {
    event.verdict = Verdict::kRefused;
    event.rule = "not_entitled";
    event.awaits.clear();
  });
  op.sign_anew();
}
void soften_lateness(Scene& scene) {
  auto& op = scene.operator_();
  op.rewrite_event(scene.honest.late_mark, [](Event& event) {
    event.deadline = {event.recorded_at.micros + kMicrosPerSecond};
    event.late_seconds = 0;
    event.verdict = Verdict::kAccepted;
    event.rule = {};
  });
  op.sign_anew();
}
void move_deadline(Scene& scene) {
  auto& op = scene.operator_();
  op.rewrite_event(scene.honest.late_mark, [](Event& event) { event.late_seconds = 60; });
  op.sign_anew();
}
// Three weeks late, dated to the day of the lesson: between the entry before it and the deadline nothing was recorded.
void backdate(Scene& scene) {
  auto& op = scene.operator_();
  const Instant before =
      decode_event(scene.honest.entries[static_cast<std::size_t>(scene.honest.late_mark - 1)])->recorded_at;
  op.rewrite_event(scene.honest.late_mark, [&](Event& event) {
    event.recorded_at = {before.micros + kMicrosPerSecond};
    event.verdict = Verdict::kAccepted;
    event.rule = {};
    event.late_seconds = 0;
  });
  op.sign_anew();
}
void backdate_out_of_order(Scene& scene) {
  auto& op = scene.operator_();
  op.rewrite_event(scene.honest.correction, [](Event& event) { event.recorded_at.micros -= 3600 * kMicrosPerSecond; });
  op.sign_anew();
}
void drop_entry(Scene& scene) {
  auto& op = scene.operator_();
  op.drop(scene.honest.refused_mark);
  op.renumber();
  op.sign_anew();
}
// Ed25519 signs the same text always the same: the checkpoint is byte for byte the one that was true before the last entry.
void cut_and_sign(Scene& scene) {
  auto& op = scene.operator_();
  op.cut(scene.honest.late_mark);
  op.sign_anew();
}
// Petya's mark, three weeks late, as one of the day of the lesson: after Masha's, signed by the teacher with the key of that day.
void slip_in(Scene& scene) {
  auto& op = scene.operator_();
  const Instant before = decode_event(op.entries()[static_cast<std::size_t>(scene.honest.mark)])->recorded_at;
  const Bytes late = op.entries()[static_cast<std::size_t>(scene.honest.late_mark)];
  op.drop(scene.honest.late_mark);
  op.insert(scene.honest.mark + 1, late, *scene.honest.first_key, [&](Event& event, Statement& st) {
    event.recorded_at = {before.micros + 1};
    event.verdict = Verdict::kAccepted;
    event.rule = {};
    event.late_seconds = 0;
    st.claimed_at = event.recorded_at;
  });
  op.sign_anew();
}
// Where nobody has seen what comes after: just before the last entry, which has seen what went before.
void slip_in_before_the_last(Scene& scene) {
  auto& op = scene.operator_();
  const std::uint64_t last = scene.honest.late_mark;
  SeededRandom random(4);
  op.insert(last, op.entries()[static_cast<std::size_t>(last)], *scene.honest.teacher->key,
            [&](Event& event, Statement& st) {
              event.recorded_at.micros -= 1;
              event.verdict = Verdict::kAccepted;
              event.rule = {};
              event.late_seconds = 0;
              event.deadline = {};
              event.context = last;
              st.id = random.id();
              st.body = MarkAwaited{scene.honest.work, scene.honest.petya->id};
            });
  op.sign_anew();
}
void swap_entries(Scene& scene) {
  auto& op = scene.operator_();
  op.swap(scene.honest.mark, scene.honest.refused_mark);
  op.renumber();
  op.sign_anew();
}
void repeat_entry(Scene& scene) {
  auto& op = scene.operator_();
  op.repeat(scene.honest.mark);
  op.renumber();
  op.sign_anew();
}
void forge_statement(Scene& scene) {
  auto& op = scene.operator_();
  SeededRandom random(1);
  op.add_like(scene.honest.mark, signing::KeyPair::generate(signing::Purpose::kAuthor, random),
              [&](Event&, Statement& st) {
                st.id = random.id();
                st.chain = random.id();
                st.number = 1;
                st.previous = {};
              });
  op.sign_anew();
}
void speak_for_another(Scene& scene) {
  auto& op = scene.operator_();
  SeededRandom random(2);
  op.add_like(scene.honest.correction, *scene.honest.teacher->key, [&](Event&, Statement& st) {
    st.id = random.id();
    st.author = scene.honest.masha->id;
    st.chain = random.id();
    st.number = 1;
    st.previous = {};
  });
  op.sign_anew();
}
void lie_about_state(Scene& scene) {
  auto& op = scene.operator_();
  const auto service = scene.honest.operator_key("service-key", signing::Purpose::kService);
  op.rewrite(
      scene.honest.state_commitments.back(),
      [](Event&, Statement& st) { std::get<StateCommitted>(st.body).root.bytes[0] ^= 1; }, &service);
  op.sign_anew();
}
void drop_root_signature(Scene& scene) {
  auto& op = scene.operator_();
  op.rewrite(
      0, [](Event&, Statement& st) { std::get<SchoolCreated>(st.body).root_keys.front().signature = {}; }, nullptr);
  op.sign_anew();
}
void other_log_key(Scene& scene) {
  SeededRandom random(3);
  const auto key = signing::KeyPair::generate(signing::Purpose::kLog, random);
  const auto vkey = signing::vkey_of(scene.honest.licey.origin(), signing::kNoteTypeEd25519, key).text();
  scene.operator_().sign_anew_with(key, vkey);
}

}  // namespace

std::vector<Tampering> tamperings() {
  return {
      {"a byte of an entry flipped", kDisk, flip_entry, "leaf_differs"},
      {"a byte of a leaf hash flipped", kDisk, flip_leaf, "leaf_differs"},
      {"a byte of a chain's row flipped", kDisk, flip_chain_row, "chain_row_differs"},
      {"a byte of a statement number's row flipped", kDisk, flip_statement_row, "chain_row_differs"},
      {"a byte of the stored checkpoint flipped", kDisk, flip_checkpoint_row, "checkpoint_signature"},
      {"a byte of the school's row flipped", kDisk, flip_school_row, "school_row_differs"},
      {"a tile planted", kDisk, plant_tile, "unknown_row"},
      {"a row of no known kind planted", kDisk, plant_stranger, "unknown_row"},
      {"a byte of the checkpoint journal flipped", kDisk, flip_journal, "journal_damaged"},
      {"the checkpoint journal removed", kDisk, remove_journal, "journal_behind"},
      {"a byte of the ledger's write-ahead log flipped, under its checksum", kDisk, flip_write_ahead_log,
       "refused: damaged"},
      {"an entry removed from the middle", kDisk, remove_from_the_middle, "entry_missing"},
      {"the last entries removed", kDisk, cut_the_end, "log_cut"},
      {"two entries exchanged with their leaf hashes", kDisk, exchange_entries, "wrong_index"},
      {"an entry planted past the newest checkpoint", kDisk, plant_entry, "chain_repeated"},
      {"a byte of a sealed text flipped", kDisk, flip_text, "text_damaged"},
      {"two sealed texts exchanged", kDisk, exchange_texts, "text_damaged"},
      {"a sealed text removed without an erasure on record", kDisk, remove_text, "text_missing"},
      {"a byte of a person's vault key flipped", kDisk, flip_person_key, "text_damaged"},
      {"one mark rewritten, tree and checkpoints signed anew", kLogKey, rewrite_mark, "bad_signature"},
      {"a refused mark made accepted", kLogKey, accept_refused, "verdict_differs"},
      {"an accepted correction made refused", kLogKey, refuse_accepted, "verdict_differs"},
      {"a late mark made timely by another deadline", kLogKey, soften_lateness, "verdict_differs"},
      {"less lateness recorded than there was", kLogKey, move_deadline, "ruling_differs"},
      {"an entry in the middle dated an hour back", kLogKey, backdate_out_of_order, "time_not_increasing"},
      {"an entry in the middle dated a microsecond later", kLogKey, shift_by_a_microsecond, "seen_contradicted"},
      {"a refused entry dropped, the rest renumbered", kLogKey, drop_entry, "chain_gap"},
      {"an entry slipped in between, signed by its author, the rest renumbered", kAuthorKey, slip_in,
       "seen_contradicted", "checkpoint_root"},
      {"two entries of one author swapped", kLogKey, swap_entries, "chain_gap"},
      {"an entry repeated at the end", kLogKey, repeat_entry, "chain_repeated"},
      {"an entry made up, with a key made up", kLogKey, forge_statement, "unknown_key"},
      {"an entry made up in somebody else's name", kAuthorKey, speak_for_another, "foreign_key"},
      {"a false state commitment", kServiceKey, lie_about_state, "state_differs"},
      {"a root key's signature taken out of the genesis", kLogKey, drop_root_signature, "genesis_threshold"},
      {"everything set back to an earlier copy", kDisk, cut_and_sign, "", "log_cut"},
      {"the last entry cut off", kLogKey, cut_and_sign, "", "log_cut"},
      {"the last entry dated back to before its deadline, and accepted", kLogKey, backdate, "", "checkpoint_root"},
      {"an entry slipped in before the last, signed by its author", kAuthorKey, slip_in_before_the_last, "",
       "checkpoint_root"},
      {"the last entry rewritten and signed by its author", kAuthorKey, rewrite_mark_with_key, "", "checkpoint_root"},
      {"the whole log signed by another key", "another key", other_log_key, "log_key_differs", "checkpoint_signature"},
  };
}

// --- Scenes ------------------------------------------------------------------------------------------------------------

Scene::Scene(const Story& story) : honest(story) {}

std::string Scene::directory() {
  if (!home_) {
    home_ = std::make_unique<faults::TemporaryDirectory>();
    std::filesystem::copy(honest.live.directory() + "/data", *home_ / "data", std::filesystem::copy_options::recursive);
  }
  return *home_ / "data";
}

Forger& Scene::operator_() {
  if (!forger_) forger_ = std::make_unique<Forger>(honest);
  return *forger_;
}

std::vector<std::string> Scene::audit(bool kept) {
  audit::AuditOptions options;
  options.threads = 1;
  if (kept) {
    options.vkey = honest.vkey;
    options.checkpoints.push_back({"kept.checkpoint", honest.checkpoint});
    options.receipts.push_back({"kept.tlog-proof", honest.receipts.at(honest.late_mark)});
  }
  Result<audit::AuditReport> report = fail("");
  if (forger_) {
    report = audit::audit(forger_->source(), options);
  } else {
    auto source = audit::DirectorySource::open(directory(), honest.slug(), honest.master_key);
    if (!source) return {"refused: " + source.error().code};
    report = audit::audit(**source, options);
  }
  if (!report) return {"refused: " + report.error().code};
  std::vector<std::string> codes, notices;
  for (const auto& [code, count] : report->findings_by_code) {
    const bool notice = audit::finding_code(code).severity == audit::Severity::kNotice;
    (notice ? notices : codes).push_back(notice ? "(" + code + ")" : code);
  }
  codes.insert(codes.end(), notices.begin(), notices.end());
  return codes;
}

}  // namespace letopis::test
