#pragma once
// What the families of duties share. For duties*.cc.

#include "commands/duties.h"

namespace letopis::commands {

// The sentence with its term and its clause: "Урок 12.11.2026, 2-й (Физика, 7А): нет темы. Срок — до 12.11.2026 16:00
// (r001, п. 4.5)."
Words with_term(const DutyScope& scope, Words what, const Duty& duty);

// The days of the interval a day lies in: its week, its calendar month, the school's quarter or else the calendar's, the shortest
// period of the school or else the month, the school year or else the day alone.
struct Interval {
  Date from, to;
};
Interval interval_of(const projections::SchoolState& state, Every every, Date on);

// Who signs where a role is awaited: whoever teaches, for a teacher.
RoleSet signing_for(ledger::Role awaited);
// "Ждёт второй подписи (заместитель директора): исправление, запись № 12."; `where`: the entry's number, and what more is known.
Words awaits_signature(ledger::Role awaited, std::string_view type, const std::string& where);

}  // namespace letopis::commands
