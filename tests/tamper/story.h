#pragma once
// A small school's first weeks, signed and recorded by a real engine: officials, a class, a day of lessons with marks, an
// absence, a remark, homework; a refusal, a correction, a key rotated, a person erased; and, three weeks later, a mark that
// comes late. What audits are tried on.
//
// Of a school whose log is witnessed, by three witnesses of whom two make a quorum, and whose school day ends at 20:00: an anchor
// at noon, one in the afternoon, one past the deadline; at 23:30 a mark for the day, late; an anchor after it.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "replay-tools/audit_source.h"
#include "signing/keys.h"
#include "tests/support/live_school.h"

namespace letopis::test {

struct Story {
  enum class Watched { kNo, kYes };
  explicit Story(Watched watched = Watched::kNo);

  LiveEngine live;
  LiveSchool licey;
  Member* teacher = nullptr;
  Member* masha = nullptr;
  Member* petya = nullptr;
  Member* erased = nullptr;  // a secretary's clerk whose texts were erased, on record
  Id klass, group, quarter, lesson, work;
  std::uint64_t mark = 0;  // entries, by index
  std::uint64_t refused_mark = 0;
  std::uint64_t correction = 0;
  std::uint64_t rotation = 0;
  std::uint64_t late_mark = 0;  // the last entry of all
  // Of a witnessed school.
  std::optional<signing::KeyPair> first_key;  // the teacher's, until it was rotated
  std::vector<signing::KeyPair> witnesses;
  std::string policy;
  std::uint64_t noon = 0, afternoon = 0, evening = 0;  // anchors
  std::uint64_t night_mark = 0, night = 0;             // and the anchor over it
  static std::string witness_name(std::size_t witness) { return "w" + std::to_string(witness) + ".example"; }
  std::vector<std::uint64_t> state_commitments;
  Hash remark;  // commitments of two sealed texts of one person
  Hash name;
  Hash erased_name;

  std::string slug() const { return licey.slug(); }
  std::string vkey;
  std::vector<Bytes> entries;                     // the whole log
  std::string checkpoint;                         // signed over all of it
  std::map<std::uint64_t, std::string> receipts;  // of mark and late_mark: proof files

  // What only the operator holds.
  signing::KeyPair operator_key(std::string_view secret, signing::Purpose purpose) const;
  std::array<std::uint8_t, 32> master_key;

 private:
  void people();
  void watch();
  std::uint64_t anchor();
  void evening_and_night();
  void day_of_lessons();
  void corrections();
  void keys_and_erasure();
  void three_weeks_later();
  void read_log();
  std::map<std::string, Bytes, std::less<>> secrets_;
};

// The same story for every test of a program; its engine is closed, its directory free.
Story& story();
Story& witnessed_story();
// The line of a witness over a checkpoint, as an anchor holds it.
std::string cosignature_line(const Story& honest, std::size_t witness, std::string_view checkpoint_note, Instant at);

}  // namespace letopis::test
