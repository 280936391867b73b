// What an audit found, as a sentence and a page of text for people, and as JSON for programs; audit_html.cc makes the page to keep.

#include <algorithm>

#include "ledger/schema/describe.h"
#include "replay-tools/audit_words.h"

namespace letopis::audit {

using ledger::append_json_string;

namespace {

std::string verdict_sentence(const AuditReport& report, Language language) {
  const bool ru = russian(language);
  switch (report.verdict) {
    case AuditVerdict::kViolated:
      return ru ? "НАРУШЕН: нарушений — " + number(report.violations)
                : "VIOLATED: " + number(report.violations) + (report.violations == 1 ? " violation" : " violations");
    case AuditVerdict::kConsistent: return ru ? "непротиворечив" : "consistent";
    case AuditVerdict::kSimulated: return ru ? "непротиворечив" : "consistent";
    case AuditVerdict::kUnfinished:
      return ru ? "ПРОВЕРЕН НЕ ДО КОНЦА: принесённые файлы сверить с ним нельзя"
                : "NOT CHECKED TO THE END: files that were brought cannot be held against it";
  }
  return {};
}

}  // namespace

std::string_view verdict_name(AuditVerdict verdict) {
  switch (verdict) {
    case AuditVerdict::kConsistent: return "consistent";
    case AuditVerdict::kSimulated: return "simulated";
    case AuditVerdict::kViolated: return "violated";
    case AuditVerdict::kUnfinished: return "unfinished";
  }
  return "";
}

int exit_code(const AuditReport& report) {
  switch (report.verdict) {
    case AuditVerdict::kConsistent:
    case AuditVerdict::kSimulated: return report.times && report.times->wanting() > 0 ? kExitUnwitnessed : 0;
    case AuditVerdict::kViolated: return 1;
    case AuditVerdict::kUnfinished: return 2;
  }
  return kExitUnusable;
}

namespace {

// Exit 3 in words.
std::string wanting_words(const AuditReport& report, Language language) {
  const bool ru = russian(language);
  const std::string asked = ru ? " записей не доказано так, как требует политика аудитора." : "";
  std::string words;
  if (exit_code(report) == kExitUnwitnessed) {
    const std::string count = number(report.times->wanting());
    words += ru ? " Но время " + count + (report.since ? " новых" : "") + asked
                : " But of " + count + (report.since ? " new" : "") +
                      " entries the time is not proved as the auditor's policy asks.";
  }
  if (report.earlier_unproved > 0) {
    const std::string count = number(report.earlier_unproved);
    words +=
        ru ? " Из проверенных прежде по-прежнему время " + count + asked
           : " Of those checked before, the time of " + count + " is still not proved as the auditor's policy asks.";
  }
  return words;
}

}  // namespace

std::string sentence(const AuditReport& report, Language language) {
  const std::string verdict = verdict_sentence(report, language);
  const bool all = report.stored <= report.size;
  const std::string fresh = report.since ? number(report.size - std::min(report.size, *report.since)) : "";
  if (russian(language))
    return "Журнал " + report.origin + " (" +
           (all ? "записей: " + number(report.size)
                : "прочитано записей: " + number(report.size) + " из " + number(report.stored)) +
           (report.since ? ", из них новых с прошлой проверки " + fresh : "") + ") " + verdict + "." +
           wanting_words(report, language) +
           (report.simulated ? " Школа смоделирована: эти записи не о настоящих людях." : "");
  return "The log " + report.origin + " (" +
         (all ? number(report.size) + " entries"
              : number(report.size) + " of " + number(report.stored) + " entries read") +
         (report.since ? ", " + fresh + " of them new since the last audit" : "") + ") is " + verdict + "." +
         wanting_words(report, language) +
         (report.simulated ? " The school is simulated: these entries are not about real people." : "");
}

namespace {

std::string copy_sentence(const AuditReport& report, Language language) {
  const bool ru = russian(language);
  std::string said = ru ? "Это копия журнала из первых " + number(report.size) + " записей, снятая с " +
                              report.copy->source + ": в неё ничего не записывают. "
                        : "This is a copy of the log's first " + number(report.size) + " entries, taken from " +
                              report.copy->source + ": nothing is recorded in it. ";
  if (report.copy_of_size == 0)
    return said + (ru ? "Что она начало подписанного журнала, НЕ доказано."
                      : "That it is a prefix of a signed log is NOT proved.");
  return said + (ru ? "Доказано, что это начало журнала с подписанной контрольной точкой из " +
                          number(report.copy_of_size) + " записей."
                    : "It is proved to be a prefix of the log whose signed checkpoint covers " +
                          number(report.copy_of_size) + " entries.");
}

}  // namespace

std::vector<std::string> caveats(const AuditReport& report, Language language) {
  std::vector<std::string> said;
  const auto say = [&](std::string_view ru, std::string_view en) { said.emplace_back(russian(language) ? ru : en); };
  if (report.copy) said.push_back(copy_sentence(report, language));
  if (report.since) {
    const std::string count = number(*report.since);
    said.push_back(
        russian(language)
            ? "Первые " + count +
                  " записей проверил прежний аудит: они не читались заново, и то, что хранится рядом с ними "
                  "(хеши, плитки, тексты), не сверялось. Подписи, решения и виды записей сочтены у новых."
            : "The first " + count +
                  " entries were checked by an earlier audit: they were not read again, nor was what is stored "
                  "beside them (hashes, tiles, texts) compared. Signatures, rulings and types are counted of new "
                  "ones.");
  }
  if (report.not_kept == "unsigned_tail")
    say("Итог не сохранён для следующей проверки: последние записи ещё не подписаны ключом журнала.",
        "The outcome was not kept for the next audit: the last entries are not signed by the log's key yet.");
  else if (!report.not_kept.empty())
    say("Итог не сохранён для следующей проверки: сохраняется только то, в чём нарушений нет.",
        "The outcome was not kept for the next audit: only what is not violated is.");
  if (!report.times)
    say("Время записей опирается на часы оператора: аудитор не принёс политики, свидетелям которой он верит "
        "(--policy).",
        "Times of recording rest on the operator's clock: the auditor brought no policy of witnesses they trust "
        "(--policy).");
  else if (report.times->anchors == 0)
    say("Время записей опирается на часы оператора: в журнале нет свидетельств кворума этой политики.",
        "Times of recording rest on the operator's clock: the log holds no evidence by a quorum of this policy.");
  if (report.times && report.times->wanting() > 0) {
    const std::string count = number(report.times->wanting());
    said.push_back(russian(language) ? "Политика аудитора требует свидетельств, которых у " + count +
                                           " записей нет (код завершения 3): промежуток шире предела, свидетельства "
                                           "ждут слишком долго, его нет вовсе или решение ему "
                                           "противоречит. Это не нарушение: записи могут быть верны, но "
                                           "доказать их время посторонними нельзя, и задним числом этого не "
                                           "исправить. Чтобы новые записи были доказаны, свидетели должны отвечать."
                                     : "The auditor's policy asks for evidence that " + count +
                                           " entries lack (exit 3): the bracket is wider than the limit, evidence is "
                                           "overdue, there is none at all, or the ruling "
                                           "contradicts it. That is no violation: the entries may be true, but "
                                           "nobody outside can vouch for their time, and nothing done later "
                                           "mends it. For new entries to be proved the witnesses have to answer.");
  }
  if (report.checkpoints_brought == 0)
    say("Аудитор не принёс ни контрольной точки, ни квитанции: конец журнала, обрезанный и подписанный заново, не был "
        "бы виден.",
        "The auditor brought neither a checkpoint nor a receipt: an end of the log that was cut off and signed anew "
        "would not show.");
  if (!report.vkey_brought)
    say("Ключ журнала взят из самого журнала: подменённый целиком журнал не был бы виден.",
        "The log's key was taken from the log itself: a log exchanged as a whole would not show.");
  if (!report.had_vault)
    say("Хранилище текстов не открывалось: закрытые тексты не сверены с обязательствами.",
        "The vault was not opened: sealed texts were not held against their commitments.");
  if (!report.had_vault && report.kept)
    say("Аудит, продолженный отсюда, тоже не сверит закрытых текстов этих записей: для них нужен полный аудит "
        "каталога.",
        "Nor will an audit that goes on from here compare the sealed texts of these entries: that takes an audit of "
        "everything, of the directory.");
  return said;
}

std::string text_report(const AuditReport& report, Language language) {
  const bool ru = russian(language);
  std::string out = sentence(report, language) + "\n\n";
  if (report.since)
    out += (ru ? "Прежний аудит: " : "The earlier audit: ") + number(*report.since) +
           (ru ? " записей, корень " : " entries, root ") + to_base64(report.since_root.view()) + "\n";
  // As checkpoints write it, so that the two can be held beside each other.
  out += (ru ? "Корень: " : "Root: ") + to_base64(report.root.view()) + "\n";
  out += (ru ? "Ключ журнала: " : "Log key: ") + report.vkey + "\n";
  if (report.kept)
    out += (ru ? "Сохранено для следующей проверки; корень состояния: " : "Kept for the next audit; state root: ") +
           to_base64(report.state_root.view()) + "\n";
  for (const auto& figure : figures(report))
    out += "  " + std::string(figure.words.in(language)) + ": " + number(figure.value) + "\n";
  out += (ru ? "  принято: " : "  accepted: ") + number(report.verdicts.accepted) +
         (ru ? ", с опозданием: " : ", late: ") + number(report.verdicts.late) +
         (ru ? ", отклонено: " : ", refused: ") + number(report.verdicts.refused) + "\n";
  if (report.times) {
    out += (ru ? "Время, по свидетелям (якорей с кворумом: " : "Times, by witnesses (anchors with a quorum: ") +
           number(report.times->anchors) + "):\n";
    for (const auto& figure : time_figures(*report.times))
      out += "  " + std::string(figure.words.in(language)) + ": " + number(figure.value) + "\n";
    out += ru ? "  ширина промежутков, у которых есть оба края:" : "  widths of brackets that have both ends:";
    for (std::size_t i = 0; i < report.times->widths.size(); ++i)
      out += (i > 0 ? "; " : " ") + std::string(width_words(i).in(language)) + " — " + number(report.times->widths[i]);
    out += "\n";
  }
  for (const auto& [rule, count] : report.rules)
    out += "    " + rule_words(rule, language) + ": " + number(count) + "\n";
  if (!report.findings.empty()) out += ru ? "\nНаходки:\n" : "\nFindings:\n";
  for (const auto& finding : report.findings)
    out += "  [" + finding.code + "] " + place_of(finding, language) + ": " + (ru ? finding.ru : finding.en) + "\n";
  if (report.findings_total > report.findings.size())
    out += (ru ? "  … ещё " : "  … and more: ") + number(report.findings_total - report.findings.size()) + "\n";
  const auto kinds = kinds_of_violations(report);
  if (!kinds.empty()) out += ru ? "\nЧто это значит и что делать:\n" : "\nWhat it means, and what to do:\n";
  for (const FindingKind kind : kinds) out += "  " + std::string(advice(kind).in(language)) + "\n";
  out += ru ? "\nЧего эта проверка не видит:\n" : "\nWhat this audit does not see:\n";
  for (const auto& caveat : caveats(report, language)) out += "  " + caveat + "\n";
  return out;
}

namespace {

// A JSON object written member by member.
class Object {
 public:
  explicit Object(std::string& out) : out_(out) { out_ += '{'; }
  void close() { out_ += '}'; }
  std::string& member(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    append_json_string(out_, name);
    out_ += ':';
    return out_;
  }
  void text(std::string_view name, std::string_view value) { append_json_string(member(name), value); }
  void count(std::string_view name, std::uint64_t value) { member(name) += number(value); }
  void flag(std::string_view name, bool value) { member(name) += value ? "true" : "false"; }

 private:
  std::string& out_;
  bool first_ = true;
};

template <class Items, class Write>
void array(std::string& out, const Items& items, Write write) {
  out += '[';
  bool first = true;
  for (const auto& item : items) {
    if (!first) out += ',';
    first = false;
    write(item);
  }
  out += ']';
}

void write_counts(std::string& out, const VerdictCounts& counts) {
  Object object(out);
  object.count("accepted", counts.accepted);
  object.count("late", counts.late);
  object.count("refused", counts.refused);
  object.close();
}

void write_between(Object& object, const Between& between) {
  if (between.earliest) object.text("earliest", format_instant(*between.earliest));
  if (between.latest) object.text("latest", format_instant(*between.latest));
}

void write_finding(std::string& out, const AuditReport& report, const Finding& finding) {
  Object object(out);
  object.text("code", finding.code);
  object.text("severity", finding.severity == Severity::kViolation ? "violation" : "notice");
  if (finding.index) object.count("index", *finding.index);
  if (!finding.statement.is_zero()) object.text("statement", to_hex(finding.statement.view()));
  if (!finding.author.is_zero()) object.text("author", to_hex(finding.author.view()));
  if (report.times && finding.index) write_between(object, report.times->between(*finding.index));
  object.text("kind", finding_kind_name(finding_code(finding.code).kind));
  object.text("ru", finding.ru);
  object.text("en", finding.en);
  object.close();
}

void write_checkpoint(std::string& out, const CheckedCheckpoint& checkpoint) {
  Object object(out);
  object.text("by", kept_by_name(checkpoint.by));
  if (!checkpoint.label.empty()) object.text("label", checkpoint.label);
  object.count("size", checkpoint.size);
  object.flag("good", checkpoint.good);
  object.close();
}

void write_checked(std::string& out, const AuditReport& report) {
  Object object(out);
  object.count("signatures", report.signatures);
  object.count("rulings", report.judged);
  object.count("chains", report.chains);
  object.count("keys", report.keys);
  object.count("state_commitments", report.state_commitments);
  object.count("texts", report.texts);
  object.count("texts_erased", report.texts_erased);
  object.flag("stored_leaves", report.had_leaves);
  object.flag("vault", report.had_vault);
  array(object.member("checkpoints"), report.checkpoints,
        [&](const auto& checkpoint) { write_checkpoint(out, checkpoint); });
  object.close();
}

void write_both(std::string& out, const std::string& ru, const std::string& en) {
  Object object(out);
  object.text("ru", ru);
  object.text("en", en);
  object.close();
}

void write_map(std::string& out, const std::map<std::string, std::uint64_t, std::less<>>& counts) {
  Object object(out);
  for (const auto& [name, count] : counts) object.count(name, count);
  object.close();
}

}  // namespace

namespace {

void write_day(std::string& out, Date date, const TimesReport::Day& day) {
  Object object(out);
  object.text("day", format_date(date));
  object.count("entries", day.entries);
  object.count("anchors", day.anchors);
  object.count("widest_seconds", static_cast<std::uint64_t>(day.widest_seconds));
  for (std::size_t i = 0; i < day.verdicts.size(); ++i)
    if (day.verdicts[i] > 0) object.count(kTimeVerdictNames[i], day.verdicts[i]);
  object.close();
}

void write_anchor(std::string& out, const TimesReport::Anchor& anchor) {
  Object object(out);
  object.count("index", anchor.index);
  object.count("covers", anchor.covers);
  write_between(object, {anchor.earliest, anchor.latest});
  object.close();
}

void write_heard(std::string& out, const TimesReport::Heard& heard) {
  Object object(out);
  object.text("name", heard.name);
  object.count("anchors", heard.anchors);
  if (heard.newest) object.text("newest", format_instant(*heard.newest));
  object.close();
}

void write_entry_time(std::string& out, const EntryTime& entry) {
  Object object(out);
  object.count("index", entry.index);
  object.text("recorded_at", format_instant(entry.recorded_at));
  if (entry.deadline != Instant{}) object.text("deadline", format_instant(entry.deadline));
  object.text("verdict", time_verdict_name(entry.verdict));
  write_between(object, entry.between);
  object.close();
}

void write_times(std::string& out, const TimesReport& times) {
  Object object(out);
  object.count("anchors", times.anchors);
  object.count("late", times.late);
  object.count("signed_in_time", times.signed_in_time);
  object.count("claimed_wide", times.claimed_wide);
  object.count("ruled_in_time", times.ruled_in_time);
  object.count("doubted", times.doubted);
  for (std::size_t i = 0; i < times.verdicts.size(); ++i) object.count(kTimeVerdictNames[i], times.verdicts[i]);
  Object widths(object.member("widths"));
  for (std::size_t i = 0; i < times.widths.size(); ++i)
    widths.count(i < kWidthSeconds.size() ? std::to_string(kWidthSeconds[i]) : "wider", times.widths[i]);
  widths.close();
  array(object.member("witnesses"), times.heard, [&](const auto& heard) { write_heard(out, heard); });
  array(object.member("lacking"), times.lacking, [&](const auto& entry) { write_entry_time(out, entry); });
  array(object.member("days"), times.days, [&](const auto& one) { write_day(out, one.first, one.second); });
  array(object.member("timeline"), times.timeline, [&](const auto& anchor) { write_anchor(out, anchor); });
  object.close();
}

}  // namespace

std::string json_line(const EntryTime& entry) {
  std::string out;
  write_entry_time(out, entry);
  return out;
}

std::string json_report(const AuditReport& report) {
  std::string out;
  Object object(out);
  object.text("verdict", verdict_name(report.verdict));
  object.flag("simulated", report.simulated);
  write_both(object.member("sentence"), sentence(report, Language::kRussian), sentence(report, Language::kEnglish));
  object.text("source", report.source);
  if (report.audited_at) object.text("audited_at", format_instant(*report.audited_at));
  object.text("school", report.school);
  object.text("origin", report.origin);
  object.text("vkey", report.vkey);
  object.flag("vkey_brought", report.vkey_brought);
  object.count("size", report.size);
  if (report.since) object.count("since", *report.since);
  if (report.since) object.count("earlier_unproved", report.earlier_unproved);
  object.count("stored", report.stored);
  object.text("root", to_hex(report.root.view()));
  object.flag("kept", report.kept);
  if (!report.not_kept.empty()) object.text("not_kept", report.not_kept);
  if (report.kept) object.text("state_root", to_hex(report.state_root.view()));
  if (report.size > 0) object.text("first_recorded_at", format_instant(report.first_recorded_at));
  if (report.size > 0) object.text("last_recorded_at", format_instant(report.last_recorded_at));
  write_checked(object.member("checked"), report);
  write_counts(object.member("verdicts"), report.verdicts);
  write_map(object.member("rules"), report.rules);
  Object types(object.member("types"));
  for (const auto& [type, counts] : report.types) write_counts(types.member(type), counts);
  types.close();
  if (report.times) write_times(object.member("times"), *report.times);
  object.count("violations", report.violations);
  object.count("findings_total", report.findings_total);
  write_map(object.member("findings_by_code"), report.findings_by_code);
  array(object.member("findings"), report.findings, [&](const auto& finding) { write_finding(out, report, finding); });
  const auto ru = caveats(report, Language::kRussian);
  const auto en = caveats(report, Language::kEnglish);
  std::vector<std::pair<std::string, std::string>> both;
  for (std::size_t i = 0; i < ru.size(); ++i) both.emplace_back(ru[i], en[i]);
  array(object.member("caveats"), both, [&](const auto& pair) { write_both(out, pair.first, pair.second); });
  object.close();
  return out;
}

}  // namespace letopis::audit
