#pragma once
// The JSON of what journal and diary share: entries with their history, lessons, works, homework. Ids in hexadecimal,
// instants in ISO 8601 UTC with the local time beside them, whatever is not given left out.

#include "projections/journal.h"
#include "projections/json_writer.h"

namespace letopis::projections {

class ViewJson {
 public:
  // `only` (not zero): of sealed texts, those about this person alone; audiences are left out.
  ViewJson(const NameOf& name_of, const TextOf& text_of, const Id& only = {})
      : name_of_(name_of), text_of_(text_of), only_(only) {}

  JsonWriter& writer() { return w_; }
  const std::string& name(const Id& person);
  // "<key>": "<id>" and "<key>_name": "<name>"; nothing for a zero id.
  void person(std::string_view key, const Id& id);

  void entry(const EntryView& entry, const LessonSheet* sheet = nullptr);  // the sheet names the work of a mark
  void entries(std::string_view key, std::span<const EntryView> list, const LessonSheet* sheet = nullptr);
  // Members of an object that the caller opens and closes.
  void lesson(const LessonView& lesson, const LessonSheet& sheet);
  void work(const WorkView& work, const LessonSheet& sheet);
  void homework(const HomeworkView& homework, const LessonSheet& sheet);

 private:
  void says(const EntryView& entry, const LessonSheet* sheet);
  void history(const EntryView& entry);
  void seconded(const EntryView& entry);
  void texts(const EntryView& entry);

  JsonWriter w_;
  const NameOf& name_of_;
  const TextOf& text_of_;
  Id only_;
  FlatMap<Id, std::string> names_;
};

}  // namespace letopis::projections
