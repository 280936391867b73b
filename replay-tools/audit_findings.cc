#include "replay-tools/audit_findings.h"

#include <algorithm>
#include <array>

namespace letopis::audit {
namespace {

using enum Severity;
using enum FindingKind;

constexpr std::array kCodes = {
    // The tree and its checkpoints.
    FindingCode{"log_cut", kHistory, kViolation, "Журнал короче подписанной контрольной точки: записи пропали",
                "The log is shorter than a signed checkpoint: entries are gone"},
    FindingCode{"checkpoint_root", kHistory, kViolation,
                "Контрольная точка подписана над другими записями: история переписана",
                "A checkpoint was signed over other entries: history was rewritten"},
    FindingCode{
        "history_changed", kHistory, kViolation,
        "Записи, которые проверил прежний аудит, уже не те: подписанный журнал из них не следует, и новые не "
        "судились",
        "The entries that an earlier audit checked are not those of this log any more: the signed log does not follow "
        "from them, and new ones were not judged"},
    FindingCode{"checkpoint_signature", kHistory, kViolation, "Подпись журнала под контрольной точкой не сходится",
                "The log's signature on a checkpoint does not verify"},
    FindingCode{"checkpoint_malformed", kHistory, kViolation, "Контрольная точка не читается",
                "A checkpoint cannot be read"},
    FindingCode{"checkpoint_origin", kHistory, kViolation, "Контрольная точка другого журнала",
                "A checkpoint of another log"},
    FindingCode{"journal_behind", kHistory, kViolation, "Журнал контрольных точек отстаёт от базы или пропал",
                "The checkpoint journal is behind the database or gone"},
    FindingCode{"journal_damaged", kHistory, kViolation, "Журнал контрольных точек повреждён",
                "The checkpoint journal is damaged"},
    FindingCode{"log_key_differs", kHistory, kViolation, "Первая запись называет другой ключ журнала",
                "The first entry names another key of the log"},
    FindingCode{"receipt_differs", kHistory, kViolation, "Записи сохранённой квитанции под её номером в журнале нет",
                "The log does not hold a kept receipt's entry at its number"},
    FindingCode{"copy_differs", kHistory, kViolation,
                "Копия не является началом журнала, чью контрольную точку она называет",
                "The copy is no prefix of the log whose checkpoint it names"},
    FindingCode{"beyond_copy", kHistory, kNotice, "Контрольная точка лежит за концом копии: сверить её не с чем",
                "A checkpoint lies beyond the end of this copy: there is nothing to hold it against"},
    FindingCode{"no_checkpoint", kHistory, kNotice, "Нет ни одной подписанной контрольной точки",
                "There is no signed checkpoint at all"},
    FindingCode{"kept_unusable", kHistory, kNotice,
                "Принесённый файл — другого журнала или испорчен: сверить с ним нельзя",
                "A file that was brought is another log's or was spoilt: it cannot be held against this log"},
    FindingCode{"unsigned_tail", kHistory, kNotice, "Последние записи ещё не покрыты подписанной контрольной точкой",
                "The last entries are not covered by a signed checkpoint yet"},
    // What is stored beside the entries.
    FindingCode{"store_damaged", kStored, kViolation, "Хранилище не открывается: его файлы изменены или повреждены",
                "The store does not open: its files were changed or damaged"},
    FindingCode{"entry_missing", kStored, kViolation, "Записи нет, хотя следующие есть",
                "An entry is missing, though later ones are there"},
    FindingCode{"entry_damaged", kStored, kViolation, "Хранилище не отдаёт запись такой, какой она была записана",
                "The store cannot give an entry back as it was written"},
    FindingCode{"leaf_differs", kStored, kViolation, "Сохранённый хеш листа не совпадает с записью",
                "A stored leaf hash is not the hash of its entry"},
    FindingCode{"tile_differs", kStored, kViolation, "Сохранённая плитка дерева не совпадает с записями",
                "A stored tile of the tree does not match the entries"},
    FindingCode{"school_row_differs", kStored, kViolation, "База называет журнал иначе, чем его первая запись",
                "The database calls the log by another name than its genesis"},
    FindingCode{"chain_row_differs", kStored, kViolation, "Указатель цепочки ведёт не к той записи",
                "A row of the chain index leads to another entry"},
    FindingCode{"unknown_row", kStored, kViolation, "В базе лежит строка, которой никто не записывал",
                "The database holds a row that nobody wrote"},
    // Each entry.
    FindingCode{"malformed_entry", kEntry, kViolation, "Запись не читается; дальше правила не проверялись",
                "An entry cannot be read; rules were not judged beyond it"},
    FindingCode{"wrong_index", kEntry, kViolation, "Запись называет другой номер, чем её место",
                "An entry names another index than its place"},
    FindingCode{"outside_bracket", kEntry, kViolation,
                "Время записи противоречит свидетельствам: они оставляют ей другой промежуток",
                "The recorded time contradicts the evidence: it leaves the entry another bracket"},
    FindingCode{"clock_doubted", kEntry, kNotice,
                "Часы сервера признаны неверными: пока не записано, что они снова верны, время — по свидетелям",
                "The server's clock was put in doubt: until it is recorded to agree again, times are by the witnesses"},
    FindingCode{"proved_late", kEntry, kNotice,
                "По часам, бывшим в сомнении, внесено в срок, а свидетели доказывают, что после него",
                "Ruled as in time by a clock in doubt, while the witnesses prove it late"},
    FindingCode{"bad_evidence", kEntry, kViolation, "Свидетельство в якоре неверно или не о его контрольной точке",
                "Evidence in an anchor does not verify, or is not over its checkpoint"},
    FindingCode{"time_not_increasing", kEntry, kViolation, "Время записи не больше, чем у предыдущей",
                "An entry was recorded no later than the one before it"},
    FindingCode{"bad_time", kEntry, kViolation, "Невозможное время записи; дальше правила не проверялись",
                "An impossible time of recording; rules were not judged beyond it"},
    FindingCode{"rules_version", kEntry, kViolation, "Запись рассужена по версии правил, которой нет",
                "An entry names a version of the rules that does not exist"},
    FindingCode{"no_genesis", kEntry, kViolation, "Журнал не начинается с создания школы; правила не проверялись",
                "The log does not open with a genesis; rules were not judged"},
    FindingCode{"bad_genesis", kEntry, kViolation, "Первая запись противоречива", "The genesis contradicts itself"},
    FindingCode{"genesis_threshold", kEntry, kViolation,
                "Под первой записью меньше подписей корневых ключей, чем она требует",
                "The genesis has fewer signatures of root keys than it asks for"},
    // Who signed.
    FindingCode{"other_origin", kSigning, kViolation, "Заявление адресовано другому журналу",
                "A statement is for another log"},
    FindingCode{"unknown_key", kSigning, kViolation, "Заявление подписано ключом, которого журнал не знает",
                "A statement is signed by a key the log does not know"},
    FindingCode{"foreign_key", kSigning, kViolation, "Ключ принадлежит другому лицу или предназначен для другого",
                "The key belongs to another person or to another purpose"},
    FindingCode{"bad_signature", kSigning, kViolation, "Подпись автора не сходится: запись изменена или подделана",
                "The author's signature does not verify: the entry was changed or forged"},
    FindingCode{"unknown_invitation", kSigning, kViolation, "Ключ вступил без приглашения",
                "A key was enrolled without an invitation"},
    FindingCode{"bad_second_signature", kSigning, kViolation,
                "Вторая подпись (кода приглашения, нового или корневого ключа) не сходится",
                "A second signature (invitation code, new key, root key) does not verify"},
    // How statements hold together.
    FindingCode{"chain_repeated", kChain, kViolation, "Номер в цепочке автора уже занят: запись повторена",
                "The number is taken in its author's chain: an entry was repeated"},
    FindingCode{"chain_gap", kChain, kViolation, "В цепочке автора пропущен номер: запись пропала или переставлена",
                "A number is missing in an author's chain: an entry was dropped or moved"},
    FindingCode{"chain_broken", kChain, kViolation, "Запись ссылается не на предыдущую запись своей цепочки",
                "An entry does not name the one before it in its chain"},
    FindingCode{"duplicate_id", kChain, kViolation, "Два действующих заявления с одним идентификатором",
                "Two statements that count have one id"},
    FindingCode{"seen_contradicted", kChain, kViolation, "Автор подписал, что видел другую историю журнала",
                "The author signed that they had seen another history of the log"},
    FindingCode{"seen_refused", kChain, kNotice,
                "Автор назвал контрольную точку, которой у журнала не было; запись отклонена",
                "The author named a checkpoint this log never had; the entry was refused"},
    FindingCode{"successor", kChain, kNotice,
                "Журнал продолжает утраченный, записи которого хранятся отдельно; всё подписанное им",
                "The log goes on from a lost one, whose entries are kept elsewhere; what that one had signed"},
    FindingCode{"reference_differs", kChain, kNotice, "Автор ссылается на запись с другим хешем, чем у неё есть",
                "The author refers to an entry by another hash than it has"},
    FindingCode{"claimed_later", kChain, kNotice, "По часам автора заявление подписано позже, чем записано",
                "By its author's clock a statement was signed later than it was recorded"},
    // Rules.
    FindingCode{"verdict_differs", kRule, kViolation, "По правилам решение должно быть другим",
                "By the rules the verdict must be another"},
    FindingCode{"ruling_differs", kRule, kViolation, "Обстоятельства решения записаны неверно",
                "The ruling's particulars are recorded wrongly"},
    FindingCode{"profile_missing", kRule, kViolation,
                "Нет текста регламента, по которому принимались решения; правила не проверялись",
                "The text of the regulation profile is missing; rules were not judged"},
    FindingCode{"state_differs", kRule, kViolation, "Обязательство о состоянии не совпадает с записями до него",
                "A state commitment does not match the entries before it"},
    FindingCode{"claimed_root_differs", kRule, kViolation, "Запись называет корень дерева, которого у журнала не было",
                "An entry names a root of the tree that this log never had"},
    // Sealed texts and blobs.
    FindingCode{"text_damaged", kText, kViolation,
                "Закрытый текст не соответствует обязательству в журнале: подменён или повреждён",
                "A sealed text does not match its commitment in the log: exchanged or damaged"},
    FindingCode{"text_missing", kText, kViolation, "Закрытого текста нет, хотя стирание не записано",
                "A sealed text is gone, though no erasure is recorded"},
    FindingCode{"text_unreferenced", kText, kNotice, "В хранилище текстов лежат тексты, на которые журнал не ссылается",
                "The vault holds texts the log does not commit to"},
    FindingCode{"blob_damaged", kText, kViolation, "Файл не соответствует своему хешу в журнале",
                "A file does not match its hash in the log"},
    FindingCode{"blob_missing", kText, kNotice, "Файла, названного в журнале, нет в хранилище",
                "A file named in the log is not in the blob store"},
    FindingCode{"evidence_unread", kText, kNotice,
                "Доказательство времени лежит в файле, который этой проверке недоступен: оно не учтено",
                "Evidence of a time lies in a file that this audit could not read: it does not count"},
};

// In the order of FindingKind.
constexpr std::array<Phrase, kFindingKindNames.size()> kAdvice = {{
    {"Журнал не тот, который был подписан. Ничего не исправляйте и не удаляйте: сохраните каталог с данными, "
     "контрольные точки и этот отчёт. Если каталог восстановлен из копии, найдите более новую: журнал из старой "
     "копии короче. Если в копию уже вносили, остановите сервер и сохраните оба каталога: в каждом есть записи, "
     "которых нет в другом. Если принесённый файл — другой школы, проверьте снова с ключом этого журнала (--vkey). "
     "Иначе "
     "записи изменил тот, у кого был ключ журнала и доступ к серверу, и подписанная контрольная точка, с которой "
     "журнал не сходится, — доказательство этого для того, кто проверяет школу.",
     "The log is not the one that was signed. Correct and delete nothing: keep the data directory, the checkpoints "
     "and this report. If the directory was restored from a copy, look for a newer one: a log from an old copy is "
     "shorter. If something was entered into that copy, stop the server and keep both directories: each has entries "
     "that the other lacks. If a file that was brought is another school's, audit again with this log's key (--vkey). "
     "Otherwise "
     "entries were changed by somebody who had the log's key and the server, and the signed checkpoint that the "
     "log does not agree with proves it to whoever inspects the school."},
    {"Файлы базы изменены или повреждены. Сами записи под подписями могут быть целы: что не цело, названо "
     "отдельной находкой. Остановите сервер, сохраните каталог как есть, восстановите журнал из копии (letopis "
     "restore) и проверьте его снова.",
     "The database's files were changed or damaged. The entries under their signatures may be whole: what is not "
     "has a finding of its own. Stop the server, keep the directory as it is, restore the log from a backup "
     "(letopis restore) and audit that."},
    {"Такой записи исправный сервер не внёс бы: ложны её содержание, место или время. Внесена она тогда, когда "
     "оставляют свидетели (графа «записано между»), а не тогда, когда назвал сервер. Выясните, кто управлял "
     "сервером и его часами в эти часы.",
     "A sound server would not have recorded such an entry: what it holds, its place or its time is false. It was "
     "recorded when the witnesses leave it (\"recorded between\"), not when the server says. Find out who ran the "
     "server and its clock in those hours."},
    {"Запись не подписана тем, кому приписана, или изменена после подписи. Считайте её недействительной, пока "
     "автор не подтвердит, что внёс именно это. Если его ключ могли похитить, отзовите ключ и пригласите автора "
     "заново.",
     "The entry is not signed by the person it is ascribed to, or was changed after that. Hold it invalid until "
     "its author confirms having entered just this. If their key may be stolen, revoke it and invite them anew."},
    {"У одного автора запись пропала, повторена или переставлена. Спросите его, что он вносил: с квитанцией, "
     "которую он сохранил (--receipt), аудит назовёт недостающую запись.",
     "An entry of one author was dropped, repeated or moved. Ask what they entered: with a receipt they kept "
     "(--receipt) the audit names the entry that is missing."},
    {"Решение о записи принято не по правилам, которые объявила школа (или их текста нет): сервер ошибся или "
     "подменён. Сама запись подписана автором. Обновите программу из источника, которому верите, и покажите отчёт "
     "тому, кто её ведёт.",
     "The entry was not judged by the rules the school adopted (or their text is gone): the server erred or was "
     "tampered with. The entry itself is signed by its author. Install the program anew from a source you trust, "
     "and show this report to whoever maintains it."},
    {"Имя, слова или файл, о которых журнал хранит обязательство, подменены или пропали; сам журнал цел. "
     "Восстановите хранилище текстов из копии. Если их стёрли по праву, стирание должно быть внесено (letopis "
     "erase).",
     "A name, a remark or a file that the log commits to was exchanged or is gone; the log itself is whole. "
     "Restore the vault from a backup. If it was rightly erased, the erasure has to be on record (letopis erase)."},
}};

void keep(std::vector<Finding>& kept, std::size_t most, Finding finding) {
  if (kept.size() < most) kept.push_back(std::move(finding));
}

}  // namespace

std::span<const FindingCode> finding_codes() { return kCodes; }

Phrase advice(FindingKind kind) { return kAdvice[static_cast<std::size_t>(kind) - 1]; }

const FindingCode& finding_code(std::string_view code) {
  const auto* const found =
      std::find_if(kCodes.begin(), kCodes.end(), [&](const auto& known) { return known.code == code; });
  LETOPIS_ASSERT(found != kCodes.end());
  return *found;
}

void Findings::forget() {
  const std::lock_guard guard(mutex_);
  total_ = violations_ = 0;
  kept_violations_.clear();
  kept_notices_.clear();
  counts_.clear();
}

void Findings::add(std::string_view code, const Place& place, std::string_view detail) {
  add(code, place, Words{std::string(detail), std::string(detail)});
}

void Findings::add(std::string_view code, const Place& place, const Words& detail) {
  const FindingCode& known = finding_code(code);
  const auto tail = [](const std::string& what) { return what.empty() ? std::string(".") : ": " + what + "."; };
  Finding finding{std::string(code),
                  known.severity,
                  place.index,
                  place.statement,
                  place.author,
                  std::string(known.ru) + tail(detail.ru),
                  std::string(known.en) + tail(detail.en)};
  const std::lock_guard guard(mutex_);
  ++total_;
  ++counts_[std::string(code)];
  if (known.severity == kViolation) {
    ++violations_;
    keep(kept_violations_, kept_max_, std::move(finding));
  } else {
    keep(kept_notices_, kept_max_, std::move(finding));
  }
}

std::vector<Finding> Findings::sorted() const {
  const std::lock_guard guard(mutex_);
  std::vector<Finding> all = kept_violations_;
  for (std::size_t i = 0; i < kept_notices_.size() && all.size() < kept_max_; ++i) all.push_back(kept_notices_[i]);
  // nullopt sorts before every index; threads report in any order, so the code decides the rest.
  std::sort(all.begin(), all.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.index, a.code, a.en) < std::tie(b.index, b.code, b.en);
  });
  return all;
}

std::map<std::string, std::uint64_t, std::less<>> Findings::counts() const {
  const std::lock_guard guard(mutex_);
  return counts_;
}
std::uint64_t Findings::total() const {
  const std::lock_guard guard(mutex_);
  return total_;
}
std::uint64_t Findings::violations() const {
  const std::lock_guard guard(mutex_);
  return violations_;
}

}  // namespace letopis::audit
