#include "tests/tamper/story.h"

#include <deque>

#include "ledger/second_signatures.h"
#include "projections/evidence_book.h"

namespace letopis::test {

using namespace ledger;

namespace {

commands::Engine::Options frequent_state_commitments() {
  commands::Engine::Options options;
  options.commit_state_every = 16;
  return options;
}

template <class T>
T must(Result<T> result) {
  if (!result) std::fprintf(stderr, "%s\n", result.error().text().c_str());
  LETOPIS_ASSERT(result.has_value());
  return *std::move(result);
}

Hash commitment_of(ByteView entry) { return decode_entry(entry)->statement.commitments.at(0).digest; }

}  // namespace

Story::Story(Watched watched) : live(frequent_state_commitments()), licey(live, "licey29") {
  people();
  if (watched == Watched::kYes) watch();
  day_of_lessons();
  if (watched == Watched::kYes) evening_and_night();
  corrections();
  keys_and_erasure();
  three_weeks_later();
  read_log();
  live.close();
}

void Story::people() {
  teacher = &licey.teacher("Иван Петрович Смирнов");
  klass = licey.klass("7А", 7, *teacher);
  masha = &licey.student(klass, "Маша Иванова");
  petya = &licey.student(klass, "Петя Сидоров");
  licey.parent(*masha, "Ольга Иванова");
  group = licey.group("7А", "Физика", {klass}, *teacher, {{2, 3}, {4, 2}});
  licey.join(group, *masha);
  licey.join(group, *petya);
  quarter = licey.period("I четверть", "2026-09-01", "2026-10-30");
}

void Story::day_of_lessons() {
  live.at("2026-09-01 11:00");  // a Tuesday, the third lesson is over
  lesson = licey.lesson(*teacher, group, "2026-09-01", 3);
  licey.topic(*teacher, lesson, "Механическое движение");
  licey.say(*teacher, Role::kTeacher, AttendanceTaken{lesson, false});
  licey.absence(*teacher, lesson, *petya);
  work = licey.work(*teacher, group, lesson, "control");
  mark = licey.index_of(licey.mark(*teacher, work, *masha, "5"));
  refused_mark = must(licey.try_say(*teacher, Role::kTeacher, MarkGiven{work, 0, masha->id, "4"})).index;
  licey.homework(*teacher, lesson, "Параграф 1, вопросы", "2026-09-03");
  const Id said = licey.remark(*teacher, lesson, *petya, "Разговаривал на уроке");
  remark = commitment_of(must(licey.school().entry(licey.index_of(said))));
}

void Story::watch() {
  SeededRandom seeded(23);
  std::string group_line = "group g 2";
  for (std::size_t i = 0; i < 3; ++i) {
    witnesses.push_back(signing::KeyPair::generate(signing::Purpose::kWitness, seeded));
    policy += "witness " + witness_name(i) + " " +
              signing::vkey_of(witness_name(i), signing::kNoteTypeCosignature, witnesses[i]).text() + "\n";
    group_line += " " + witness_name(i);
  }
  policy += group_line + "\nquorum g\n";
  const Id set = licey.say(licey.director(), Role::kDirector, WitnessPolicySet{policy, {}});
  licey.say(licey.administrator(), Role::kAdministrator, Endorsed{set, true});
}

// Two of the three are enough.
std::uint64_t Story::anchor() {
  const std::string note = licey.school().read([](const auto& model) { return model.checkpoint_note; });
  AnchorAdded body;
  body.checkpoint = note;
  std::deque<std::string> lines;
  for (const std::size_t witness : {0, 1}) {
    lines.push_back(cosignature_line(*this, witness, note, live.clock().now()));
    body.evidence.push_back({projections::kCosignature, as_bytes(std::string_view(lines.back()))});
  }
  const auto recorded = must(licey.school().record(body));
  LETOPIS_ASSERT(recorded.front().verdict == Verdict::kAccepted);
  return recorded.front().index;
}

void Story::evening_and_night() {
  live.at("2026-09-01 12:00");
  noon = anchor();
  const Id answer = licey.work(*teacher, group, lesson, "answer");
  live.at("2026-09-01 15:40");
  afternoon = anchor();
  live.at("2026-09-01 20:00");
  live.advance(5);
  evening = anchor();
  live.at("2026-09-01 23:30");
  night_mark = licey.index_of(licey.mark(*teacher, answer, *masha, "5"));
  live.advance(30);
  night = anchor();
}

void Story::corrections() {
  LiveSchool::How how;
  how.sealed = {{"reason", masha->id, "Ошибка при подсчёте баллов"}};
  const Id target = decode_entry(must(licey.school().entry(mark)))->statement.id;
  const Id corrected = licey.say(*teacher, Role::kTeacher, EntryCorrected{target, "4", 0, false}, how);
  correction = licey.index_of(corrected);
  licey.say(licey.deputy(), Role::kDeputyHead, Endorsed{corrected, true});
}

void Story::keys_and_erasure() {
  auto fresh = signing::KeyPair::generate(signing::Purpose::kAuthor, live.random());
  KeyRotated rotated{fresh.public_key(), {}};
  rotated.new_signature = fresh.sign(rotation_message(licey.origin(), teacher->key->id(), rotated.key));
  rotation = licey.index_of(licey.say(*teacher, Role::kTeacher, rotated));
  first_key = std::move(teacher->key);
  teacher->key = std::move(fresh);
  teacher->author.emplace(*teacher->key, licey.origin(), teacher->id, live.random());

  erased = &licey.person("Зоя Фёдоровна Котова");
  const std::uint64_t registered = licey.school().read([](const auto& model) { return model.checkpoint.size; }) - 1;
  erased_name = commitment_of(must(licey.school().entry(registered)));
  const std::uint64_t texts = must(licey.school().erase(erased->id));
  const Id erasure = licey.say(licey.director(), Role::kDirector, PersonalTextErased{erased->id, texts});
  licey.say(licey.administrator(), Role::kAdministrator, Endorsed{erasure, true});
}

void Story::three_weeks_later() {
  live.at("2026-09-22 14:59");
  if (!witnesses.empty()) anchor();
  live.at("2026-09-22 15:00");
  late_mark = licey.index_of(licey.mark(*teacher, work, *petya, "3"));
}

void Story::read_log() {
  commands::School& school = licey.school();
  vkey = school.vkey().text();
  checkpoint = school.read([](const auto& model) { return model.checkpoint_note; });
  const auto size = school.read([](const auto& model) { return model.checkpoint.size; });
  for (std::uint64_t i = 0; i < size; ++i) {
    entries.push_back(must(school.entry(i)));
    const auto entry = must(decode_entry(entries.back()));
    if (std::holds_alternative<StateCommitted>(entry.statement.body)) state_commitments.push_back(i);
    const auto* registered = std::get_if<PersonRegistered>(&entry.statement.body);
    if (registered != nullptr && registered->person == petya->id) name = commitment_of(entries.back());
  }
  for (const auto index : {mark, late_mark}) receipts[index] = must(school.proof(index, true));
  for (const std::string_view secret : {"log-key", "service-key"})
    secrets_[std::string(secret)] = must(live.engine().vault().get_secret(slug(), secret));
  master_key.fill(7);
}

signing::KeyPair Story::operator_key(std::string_view secret, signing::Purpose purpose) const {
  std::array<std::uint8_t, 32> seed;
  const Bytes& kept = secrets_.find(secret)->second;
  std::copy(kept.begin(), kept.end(), seed.begin());
  return signing::KeyPair::from_seed(purpose, seed);
}

Story& story() {
  static Story instance;
  return instance;
}
Story& witnessed_story() {
  static Story instance(Story::Watched::kYes);
  return instance;
}

std::string cosignature_line(const Story& honest, std::size_t witness, std::string_view checkpoint_note, Instant at) {
  signing::Note note = must(signing::parse_note(checkpoint_note));
  note.signatures = {signing::cosign(note.text, Story::witness_name(witness), honest.witnesses[witness], at.seconds())};
  const std::string text = note.encode();
  return text.substr(note.text.size() + 1, text.size() - note.text.size() - 2);
}

}  // namespace letopis::test
