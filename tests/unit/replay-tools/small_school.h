#pragma once
// The bundled school cut down to a few classes: the same people and rules, fewer lessons.

#include <algorithm>
#include <set>
#include <string>

#include "replay-tools/oneroster.h"

namespace letopis::replay_tools {

inline OneRosterModel bundled_school() {
  return read_oneroster(posix_file_system(), LETOPIS_SOURCE_DIR "/tests/data/school-fi-pb-98").value();
}

inline OneRosterModel only_classes(OneRosterModel model, const std::set<std::string>& codes) {
  std::vector<std::size_t> renumbered(model.groups.size(), model.groups.size());
  std::vector<ClassGroup> groups;
  for (std::size_t i = 0; i < model.groups.size(); ++i)
    if (codes.contains(model.groups[i].class_code)) {
      renumbered[i] = groups.size();
      groups.push_back(model.groups[i]);
    }
  const auto keep = [&](auto& rows) {
    std::erase_if(rows, [&](const auto& row) { return renumbered[row.group] == model.groups.size(); });
    for (auto& row : rows) row.group = renumbered[row.group];
  };
  keep(model.enrollments);
  keep(model.timetable);
  std::erase_if(model.classes, [&](const SchoolClass& klass) { return !codes.contains(klass.code); });
  for (auto& klass : model.classes)
    for (auto& group : klass.groups) group = renumbered[group];
  std::erase_if(model.staff,
                [&](const StaffRole& staff) { return !staff.class_code.empty() && !codes.contains(staff.class_code); });
  model.groups = std::move(groups);
  return model;
}

}  // namespace letopis::replay_tools
