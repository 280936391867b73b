#include "replay-tools/audit_words.h"

#include <array>
#include <set>

#include "commands/titles.h"

namespace letopis::audit {

Phrase words_of(KeptBy by) {
  switch (by) {
    case KeptBy::kDatabase: return {"в базе", "in the database"};
    case KeptBy::kJournal: return {"в журнале контрольных точек", "in the checkpoint journal"};
    case KeptBy::kServer: return {"на сервере", "on the server"};
    case KeptBy::kAuditor: return {"принёс аудитор", "brought by the auditor"};
    case KeptBy::kAnchor: return {"в якоре", "in an anchor"};
    case KeptBy::kReceipt: return {"в сохранённой квитанции", "in a kept receipt"};
    case KeptBy::kWitness: return {"показал свидетель", "shown by a witness"};
  }
  return {};
}

std::vector<Figure> figures(const AuditReport& r) {
  return {{{"записей", "entries"}, r.size},
          {{"подписей проверено", "signatures verified"}, r.signatures},
          {{"решений пересужено", "rulings judged again"}, r.judged},
          {{"цепочек", "chains"}, r.chains},
          {{"ключей", "keys"}, r.keys},
          {{"контрольных точек", "checkpoints"}, r.checkpoints.size()},
          {{"обязательств о состоянии", "state commitments"}, r.state_commitments},
          {{"закрытых текстов", "sealed texts"}, r.texts},
          {{"из них стёрто по записи", "of them erased on record"}, r.texts_erased}};
}

Phrase words_of(TimeVerdict verdict) {
  switch (verdict) {
    case TimeVerdict::kTimelyProved: return {"в срок, доказано", "in time, proved"};
    case TimeVerdict::kLateProved: return {"после срока, доказано", "late, proved"};
    case TimeVerdict::kClaimed:
      return {"в срок по часам школы (срок внутри промежутка)", "claimed (the deadline lies within the bracket)"};
    case TimeVerdict::kBracketed: return {"без срока, промежуток доказан", "no deadline, bracket proved"};
    case TimeVerdict::kWide:
      return {"без срока, промежуток шире предела или начала у него нет",
              "no deadline, bracket wider than the limit or open to the past"};
    case TimeVerdict::kPending: return {"ждут свидетельства", "pending"};
    case TimeVerdict::kOverdue: return {"ждут свидетельства дольше предела", "overdue"};
    case TimeVerdict::kFounding:
      return {"внесены при основании школы, до первого якоря", "of the founding, before the first anchor"};
    case TimeVerdict::kUnwitnessed: return {"не засвидетельствованы", "unwitnessed"};
  }
  return {};
}

Phrase width_words(std::size_t bucket) {
  static constexpr std::array<Phrase, kWidthSeconds.size() + 1> kWords = {{{"до 5 с", "up to 5 s"},
                                                                           {"до 1 мин", "up to 1 min"},
                                                                           {"до 10 мин", "up to 10 min"},
                                                                           {"до 1 ч", "up to 1 h"},
                                                                           {"больше 1 ч", "over 1 h"}}};
  return kWords[bucket];
}

std::vector<Figure> time_figures(const TimesReport& times) {
  std::vector<Figure> figures;
  for (std::size_t i = 0; i < times.verdicts.size(); ++i)
    if (times.verdicts[i] > 0) figures.push_back({words_of(static_cast<TimeVerdict>(i + 1)), times.verdicts[i]});
  const auto some = [&](Phrase words, std::uint64_t value) {
    if (value > 0) figures.push_back({words, value});
  };
  some({"из «в срок по часам школы» — промежуток шире предела",
        "of those claimed, within a bracket wider than the limit"},
       times.claimed_wide);
  some({"признаны внесёнными в срок вопреки свидетелям", "ruled as in time against the evidence"}, times.ruled_in_time);
  some({"внесены, пока часы были в сомнении", "recorded while the clock was in doubt"}, times.doubted);
  if (times.late > 0)
    figures.push_back({{"записаны с опозданием, но подписаны в срок: доказано меткой времени",
                        "recorded late, signed in time: proved by time-stamp"},
                       times.signed_in_time});
  return figures;
}

std::vector<FindingKind> kinds_of_violations(const AuditReport& report) {
  std::set<FindingKind> kinds;
  for (const auto& [code, count] : report.findings_by_code)
    if (finding_code(code).severity == Severity::kViolation) kinds.insert(finding_code(code).kind);
  return {kinds.begin(), kinds.end()};
}

std::string place_of(const Finding& finding, Language language) {
  if (!finding.index) return russian(language) ? "журнал в целом" : "the log as a whole";
  return (russian(language) ? "запись " : "entry ") + number(*finding.index);
}

std::string rule_words(const std::string& rule, Language language) {
  return std::string(commands::rule_title(rule, language)) + " (" + rule + ")";
}

}  // namespace letopis::audit
