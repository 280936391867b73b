#pragma once
// Sheets written of figures: the summary sheet of a class, the delivery of plans, the check of a period. JSON for the routes
// summary, plans and inspections.
//
// Names are asked of the caller, who has decided what may be shown. Pure.

#include <string>

#include "projections/figures.h"

namespace letopis::projections {

// сводная ведомость (r004 п2 2.15: formed in real time). Students are those of the class on `on`; with `only`, these alone, and of
// the groups those they are in.
// {"class":{…},"period":{…}?,"groups":[{"id","label","subject","without_marks","with_one_mark","marks",…}],
//  "students":[{"id","name","results":[{"group","mark"?,"index"?,"late"?,"waived"?,"forecast"?,"average"?,"marks","absences",
//  "excused","lateness"}],"absences","excused"}],"performance"?,"quality"?,"forecast_performance"?,"forecast_quality"?};
// percentages of students who have results, on a scale of 2–5; forecasts count the average where there is no result yet.
std::string summary_json(const SchoolState& structure, const Id& klass, const Period* period, Date on,
                         std::span<const GroupFigures> groups, const NameOf& name_of, std::span<const Id> only = {});

// The same of the whole school (r002 5.2, r003 4): {"period":{…}?,"classes":[{"id","label","students","marks","without_marks",
// "with_one_mark"}],"participation":{"teachers":{"people","with_key","entered"},"students":{"people","with_key"},"parents":{…}}}.
// `without_marks`: students of the class who have no mark in any group.
std::string school_summary_json(const SchoolState& structure, const Period* period, Date on,
                                std::span<const GroupFigures> groups);

// [{"group":{…},"plan"?:{"id","title","hours","lines":[…],"adjustments"},"curriculum_hours"?,"delivered":{…}}]: what is planned
// and what was delivered. `lines`: whether each line of the plan is written.
std::string plans_json(const SchoolState& structure, Date on, std::span<const GroupFigures> groups, bool lines);

// Hours given by each teacher (r002 1.7, 2.5): [{"teacher","name","hours","substituted","groups":[{"group":{…},"hours",
// "substituted"}]}], by name.
std::string hours_json(const SchoolState& structure, std::span<const GroupFigures> groups, const NameOf& name_of);

// The check of a period's end, computed (r000 3.4, r001 6.3): [{"group":{…},"lessons","recorded",…,"remarks":[…]}].
std::string check_json(const SchoolState& structure, const Period& period, std::span<const GroupFigures> groups);

}  // namespace letopis::projections
