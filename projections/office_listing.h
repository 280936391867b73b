#pragma once
// Lists of what the office keeps: substitutions, inspections, documents and announcements, dictionaries. JSON for routes.
//
// Names are asked of the caller, who has decided what may be shown. Pure.

#include <functional>
#include <string>

#include "projections/listing.h"

namespace letopis::projections {

// табель замен and журнал замещения (r001 4.2, 4.5): [{"id","index","date","slot","group":{…},"absent","absent_name",
// "substitute","substitute_name","kind"?,"pay"?,"subject"?,"joined":[…],"signed":bool,"cancelled":bool}], by date and slot.
// `cancelled`: a later act means that the substitution is not held.
using ShowsSubstitution = std::function<bool(const Substitution&)>;
std::string substitutions_json(const SchoolState& state, Date from, Date to, const ShowsSubstitution& shown,
                               const NameOf& name_of);

// [{"id","index","kind","author","author_name","held","from","to","groups":[…],"classes":[…],"note"?,"findings":[{"number",
// "kind","teacher"?,"group"?,"lesson"?,"due"?,"acknowledged"?,"resolved"?}]}], newest first. With `teacher`, inspections with
// findings of that teacher, and these findings alone.
using ShowsInspection = std::function<bool(const Inspection&)>;  // every one, where it is not given
std::string inspections_json(const SchoolState& state, Date from, Date to, const NameOf& name_of,
                             const Id& teacher = {}, const ShowsInspection& shown = {});

// {"documents":[{"id","index","title","file","audience":[…],"acknowledged":bool,"acknowledgements"?}],"announcements":[{"id",
// "index","title","text","on","author","author_name","classes":[…]}]}: those for this person. `counts`: how many have
// acknowledged each document.
std::string documents_json(const SchoolState& state, const Id& person, std::span<const ledger::Role> capacities,
                           std::span<const Id> classes, bool counts, const NameOf& name_of);

// [{"kind","code","title","properties":[{"name","value"}]}], by kind and code: every dictionary the school keeps.
std::string dictionary_json(const SchoolState& state);

}  // namespace letopis::projections
