// A school's state as rows, and back (SchoolState::rows, resume): one letter for the table, then the key, the numbers big-endian.
// docs/formats/audit-memory.md names the tables.

#include "projections/row_codec.h"
#include "projections/school_state.h"

namespace letopis::projections {

using namespace ledger;

// --- What a row of each table holds ------------------------------------------------------------------------------------------

template <class Codec>
void fields(Codec& c, Of<Codec, EntryRef>& v) {
  c(v.index, v.type, v.verdict, v.standing, v.pending, v.author, v.subject, v.student, v.part);
}
template <class Codec>
void fields(Codec& c, Of<Codec, Lesson>& v) {
  c(v.group, v.date, v.slot, v.slots, v.teacher, v.starts, v.ends, v.index, v.attendance_taken, v.has_topic,
    v.standing);
}
template <class Codec>
void fields(Codec& c, Of<Codec, Work>& v) {
  c(v.group, v.lesson, v.held_on, v.starts, v.kind, v.scale, v.parts, v.written, v.accountable, v.author, v.index,
    v.standing);
}
template <class Codec>
void fields(Codec& c, Of<Codec, Excuse>& v) {
  c(v.from, v.to, v.excused, v.statement);
}
template <class Codec>
void fields(Codec& c, Of<Codec, ImportedMark>& v) {
  c(v.group, v.period, v.held_on, v.statement);
}
template <class Codec>
void fields(Codec& c, Of<Codec, ShardKey>& v) {
  c(v.view, v.subject, v.week);
}
template <class Codec>
void fields(Codec& c, Of<Codec, Pending>& v) {
  c(v.statement, v.type, v.index, v.author, v.corrects, v.awaits, v.endorsed_by);
}

// Policies are parsed again when they are read: their text is what was signed.
struct EvidenceRow {
  struct Policy {
    std::string text, companion;
    std::uint64_t index = 0;
  };
  std::optional<Policy> in_force, proposed;
  std::optional<EvidenceBook::Anchor> newest;
  std::map<PublicKey, EvidenceBook::Word> words;
  bool clock_doubted = false;
  std::vector<EvidenceBook::Neighbour> neighbours;
};
template <class Codec>
void fields(Codec& c, Of<Codec, EvidenceRow::Policy>& v) {
  c(v.text, v.companion, v.index);
}
template <class Codec>
void fields(Codec& c, Of<Codec, EvidenceBook::Anchor>& v) {
  c(v.index, v.size, v.met);
}
template <class Codec>
void fields(Codec& c, Of<Codec, EvidenceBook::Word>& v) {
  c(v.at, v.size);
}
template <class Codec>
void fields(Codec& c, Of<Codec, EvidenceBook::Neighbour>& v) {
  c(v.vkey, v.url, v.genesis, v.index);
}
template <class Codec>
void fields(Codec& c, Of<Codec, EvidenceRow>& v) {
  c(v.in_force, v.proposed, v.newest, v.words, v.clock_doubted, v.neighbours);
}

Bytes EvidenceBook::row() const {
  const auto text_of = [](const std::optional<Policy>& policy) {
    return policy ? std::optional(EvidenceRow::Policy{policy->text, policy->companion, policy->index}) : std::nullopt;
  };
  return to_row(EvidenceRow{text_of(in_force_), text_of(proposed_), newest_, words_, clock_doubted_, neighbours_});
}

Status EvidenceBook::restore(ByteView bytes) {
  TRY(auto row, from_row<EvidenceRow>(bytes));
  for (const auto& [from, to] : {std::pair(&row.in_force, &in_force_), std::pair(&row.proposed, &proposed_)}) {
    to->reset();
    if (!*from) continue;
    auto parsed = TrustPolicy::parse((*from)->text, (*from)->companion);
    if (!parsed) return fail("damaged", "a policy that was kept: " + parsed.error().text());
    *to = Policy{(*from)->text, (*from)->companion, (*from)->index,
                 std::make_shared<const TrustPolicy>(*std::move(parsed))};
  }
  newest_ = row.newest;
  words_ = std::move(row.words);
  clock_doubted_ = row.clock_doubted;
  neighbours_ = std::move(row.neighbours);
  return {};
}

// --- The tables ----------------------------------------------------------------------------------------------------------------

namespace {

enum class Table : char {
  kEntry = 'e',
  kLesson = 'l',
  kLessonsOfDay = 'd',
  kWork = 'w',
  kWorksOfGroup = 'g',
  kExcuses = 'x',
  kImports = 'i',
  kOwnShards = 'o',
  kUndoing = 'u',
  kCell = 'c',
  kPending = 'p',   // all of them in one row: they are few, and leave
  kEvidence = 'v',  // likewise one
};

template <class Key>
Bytes row_key(Table table, const Key& key) {
  RowWriter writer;
  writer(table, key);
  return std::move(writer.bytes);
}
Bytes row_key(Table table) { return row_key(table, std::vector<Id>{}); }

template <class T>
std::optional<T> recalled(const Past& past, const Bytes& key) {
  const auto row = past.row(key);
  auto value = row ? from_row<T>(*row) : Result<T>(fail("not_found"));
  if (row && !value) past.damaged(key);
  return value ? std::optional<T>(*std::move(value)) : std::nullopt;
}

template <class Map>
void recall_table(PagedMap<Map>& map, Table table, const std::shared_ptr<const Past>& past) {
  using Paged = PagedMap<Map>;
  map.recall_from([table, past](const typename Paged::key_type& key) {
    return recalled<typename Paged::mapped_type>(*past, row_key(table, key));
  });
}

template <class Map>
void put_table(const PagedMap<Map>& map, Table table, const SchoolState::PutRow& put) {
  map.each([&](const auto& key, const auto& value) { put(row_key(table, key), to_row(value)); });
}

}  // namespace

bool SchoolState::makes_structure(const Entry& entry, const std::vector<ShardKey>& shards) {
  const Body& body = entry.statement.body;
  const bool evidence = std::holds_alternative<AnchorAdded>(body) || std::holds_alternative<StateCommitted>(body) ||
                        std::holds_alternative<ClockFault>(body);
  const bool of_school =
      std::any_of(shards.begin(), shards.end(), [](const ShardKey& key) { return key.view == View::kSchool; });
  return of_school && !evidence && entry.event.verdict != Verdict::kRefused;
}

EntryRef* SchoolState::recall_entry(const Id& id) const {
  const auto ref = recalled<EntryRef>(*past_, row_key(Table::kEntry, id));
  if (!ref) return nullptr;
  entry_places_.emplace(id, static_cast<std::uint32_t>(entries_.size()));
  return &entries_.emplace_back(*ref);
}

void SchoolState::recall_tables() {
  entries_.clear();
  entry_places_.clear();
  recall_table(lessons_, Table::kLesson, past_);
  recall_table(lessons_by_day_, Table::kLessonsOfDay, past_);
  recall_table(works_, Table::kWork, past_);
  recall_table(works_by_group_, Table::kWorksOfGroup, past_);
  recall_table(excuses_, Table::kExcuses, past_);
  recall_table(imports_, Table::kImports, past_);
  recall_table(own_shards_, Table::kOwnShards, past_);
  recall_table(undoings_, Table::kUndoing, past_);
  recall_table(cells_, Table::kCell, past_);
}

Status SchoolState::resume(std::shared_ptr<const Past> past) {
  LETOPIS_ASSERT(detail_ == Detail::kFull && past_ == nullptr && size_ <= past->size() && past->size() > 0);
  const auto pending = past->row(row_key(Table::kPending));
  const auto evidence = past->row(row_key(Table::kEvidence));
  if (!pending || !evidence) return fail("damaged", "rows of a state that was kept are missing");
  TRY(pending_, (from_row<std::map<Id, Pending>>(*pending)));
  TRY_STATUS(evidence_book_.restore(*evidence));
  past_ = std::move(past);
  size_ = first_ = past_->size();
  recall_tables();
  return {};
}

void SchoolState::rows(const PutRow& put) const {
  for (const auto& [id, place] : entry_places_) put(row_key(Table::kEntry, id), to_row(entries_[place]));
  put_table(lessons_, Table::kLesson, put);
  put_table(lessons_by_day_, Table::kLessonsOfDay, put);
  put_table(works_, Table::kWork, put);
  put_table(works_by_group_, Table::kWorksOfGroup, put);
  put_table(excuses_, Table::kExcuses, put);
  put_table(imports_, Table::kImports, put);
  put_table(own_shards_, Table::kOwnShards, put);
  put_table(undoings_, Table::kUndoing, put);
  put_table(cells_, Table::kCell, put);
  put(row_key(Table::kPending), to_row(pending_));
  put(row_key(Table::kEvidence), evidence_book_.row());
}

}  // namespace letopis::projections
