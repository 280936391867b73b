#pragma once
// What the log is made of, decoded: the C++ side of ledger/schema/letopis.fbs, field by field (a test compares the two).
//
// Texts and byte strings are views into the buffer a value was decoded from (or into whatever the caller filled them with):
// they live as long as that buffer. A zero Id, Hash, Date or Instant means "not given". Each type lists its fields once, for
// the decoder, the encoder, and the JSON form: visitor.field(id, name, member, required).

#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "signing/base/bytes.h"
#include "signing/base/time.h"

namespace letopis::ledger {

// A minute of the local day, 0–1439.
struct Minute {
  std::uint16_t value = 0;
  auto operator<=>(const Minute&) const = default;
};

// Who signs: the capacity one acts in. Append only. 0 is refused when read.
enum class Role : std::uint8_t {
  kDirector = 1,
  kDeputyHead = 2,
  kHeadOfStudies = 3,
  kHeadOfDepartment = 4,
  kAdministrator = 5,
  kClassTeacher = 6,
  kTeacher = 7,
  kWorkshopMaster = 8,
  kSecretary = 9,
  kArchivist = 10,
  kAccountant = 11,
  kAuditor = 12,
  kParent = 13,
  kStudent = 14,
  kCommission = 15,
  kService = 16,
  kRoot = 17,
  kAdditionalTeacher = 18
};
inline constexpr std::string_view kRoleNames[] = {
    "director",      "deputy_head",       "head_of_studies", "head_of_department",
    "administrator", "class_teacher",     "teacher",         "workshop_master",
    "secretary",     "archivist",         "accountant",      "auditor",
    "parent",        "student",           "commission",      "service",
    "root",          "additional_teacher"};
constexpr const auto& names_of(Role) { return kRoleNames; }

// What a legal representative may see. 0 is refused when read.
enum class Access : std::uint8_t { kFull = 1, kNone = 2, kUntilAdult = 3 };
inline constexpr std::string_view kAccessNames[] = {"full", "none", "until_adult"};
constexpr const auto& names_of(Access) { return kAccessNames; }

// What a calendar exception makes of a day. 0 is refused when read.
enum class DayKind : std::uint8_t { kDayOff = 1, kHoliday = 2, kDistance = 3, kQuarantine = 4, kWorking = 5 };
inline constexpr std::string_view kDayKindNames[] = {"day_off", "holiday", "distance", "quarantine", "working"};
constexpr const auto& names_of(DayKind) { return kDayKindNames; }

// Movement of pupils. 0 is refused when read.
enum class Movement : std::uint8_t {
  kEnrolled = 1,
  kTransferred = 2,
  kExpelled = 3,
  kReturned = 4,
  kPromoted = 5,
  kAcademicLeave = 6
};
inline constexpr std::string_view kMovementNames[] = {"enrolled", "transferred", "expelled",
                                                      "returned", "promoted",    "academic_leave"};
constexpr const auto& names_of(Movement) { return kMovementNames; }

// What the council decides of a student. 0 is refused when read.
enum class CouncilKind : std::uint8_t { kPromote = 1, kConditional = 2, kRepeat = 3, kAdmit = 4, kGraduate = 5 };
inline constexpr std::string_view kCouncilKindNames[] = {"promote", "conditional", "repeat", "admit", "graduate"};
constexpr const auto& names_of(CouncilKind) { return kCouncilKindNames; }

// What the log made of a statement. 0 is refused when read.
enum class Verdict : std::uint8_t { kAccepted = 1, kLate = 2, kRefused = 3 };
inline constexpr std::string_view kVerdictNames[] = {"accepted", "late", "refused"};
constexpr const auto& names_of(Verdict) { return kVerdictNames; }

// The document an entry rests on.
struct Basis {
  std::string_view kind{};
  std::string_view number{};
  Date date{};
  std::string_view issuer{};
  std::string_view order{};
  std::vector<Id> members{};
  Hash scan{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "kind", self.kind, true);
    visitor.field(1, "number", self.number, false);
    visitor.field(2, "date", self.date, false);
    visitor.field(3, "issuer", self.issuer, false);
    visitor.field(4, "order", self.order, false);
    visitor.field(5, "members", self.members, false);
    visitor.field(6, "scan", self.scan, false);
  }
};

// A checkpoint of this log its author has seen.
struct Seen {
  std::uint64_t size{};
  Hash root{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "size", self.size, false);
    visitor.field(1, "root", self.root, true);
  }
};

// Another statement, with its leaf hash where known.
struct Ref {
  Id id{};
  Hash leaf{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "id", self.id, true);
    visitor.field(1, "leaf", self.leaf, false);
  }
};

// A sealed field: SHA-256("letopis/sealed/v1" ‖ 0 ‖ field ‖ 0 ‖ salt32 ‖ text). The text lies in the vault under the person's key.
struct Commitment {
  std::string_view field{};
  Id person{};
  Hash digest{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "field", self.field, true);
    visitor.field(1, "person", self.person, true);
    visitor.field(2, "digest", self.digest, true);
  }
};

// One of the officials' root keys, and their signature over the genesis.
struct RootKey {
  PublicKey key{};
  Signature signature{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "key", self.key, true);
    visitor.field(1, "signature", self.signature, false);
  }
};

// A property of a dictionary entry.
struct Property {
  std::string_view name{};
  std::string_view value{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "name", self.name, true);
    visitor.field(1, "value", self.value, true);
  }
};

// The bell of one lesson slot, local minutes of the day.
struct Bell {
  std::uint8_t slot{};
  Minute start{};
  Minute end{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "slot", self.slot, false);
    visitor.field(1, "start", self.start, false);
    visitor.field(2, "end", self.end, false);
  }
};

// One weekly lesson of a group.
struct Slot {
  std::uint8_t weekday{};
  std::uint8_t slot{};
  Id teacher{};
  std::string_view room{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "weekday", self.weekday, false);
    visitor.field(1, "slot", self.slot, false);
    visitor.field(2, "teacher", self.teacher, true);
    visitor.field(3, "room", self.room, false);
  }
};

// One word of others: what it is by its kind (ledger/anchor_evidence.h).
struct Evidence {
  std::string_view kind{};
  ByteView bytes{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "kind", self.kind, true);
    visitor.field(1, "bytes", self.bytes, true);
  }
};

// grades from–to, both included
struct GradeSpan {
  std::uint8_t from{};
  std::uint8_t to{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "from", self.from, false);
    visitor.field(1, "to", self.to, false);
  }
};

// days of one kind in the study process: theory, practice, session, holidays
struct StudySpan {
  Date from{};
  Date to{};
  std::string_view kind{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "from", self.from, false);
    visitor.field(1, "to", self.to, false);
    visitor.field(2, "kind", self.kind, true);
  }
};

// a subject or module of a curriculum: hours of the year and a week, form of attestation
struct CurriculumItem {
  std::string_view subject_code{};
  std::string_view subject{};
  std::uint16_t hours{};
  std::uint8_t weekly{};
  std::string_view attestation{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "subject_code", self.subject_code, true);
    visitor.field(1, "subject", self.subject, true);
    visitor.field(2, "hours", self.hours, false);
    visitor.field(3, "weekly", self.weekly, false);
    visitor.field(4, "attestation", self.attestation, false);
  }
};

// one line of a КТП; hours 0 in an adjustment: the line is dropped
struct PlanItem {
  std::string_view number{};
  std::string_view topic{};
  std::uint8_t hours{};
  std::string_view kind{};
  std::string_view homework{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "number", self.number, true);
    visitor.field(1, "topic", self.topic, true);
    visitor.field(2, "hours", self.hours, false);
    visitor.field(3, "kind", self.kind, false);
    visitor.field(4, "homework", self.homework, false);
  }
};

// who is in one subgroup
struct SubgroupPart {
  Id group{};
  std::vector<Id> students{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "group", self.group, true);
    visitor.field(1, "students", self.students, true);
  }
};

// what an inspection found, about a teacher's lesson or group
struct Finding {
  std::uint16_t number{};
  std::string_view kind{};
  Id teacher{};
  Id group{};
  Id lesson{};
  Date due{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "number", self.number, false);
    visitor.field(1, "kind", self.kind, true);
    visitor.field(2, "teacher", self.teacher, false);
    visitor.field(3, "group", self.group, false);
    visitor.field(4, "lesson", self.lesson, false);
    visitor.field(5, "due", self.due, false);
  }
};

// hours of one teacher in one group: by plan, given, given as a substitute
struct HoursRow {
  Id teacher{};
  Id group{};
  std::uint16_t planned{};
  std::uint16_t given{};
  std::uint16_t substituted{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "teacher", self.teacher, true);
    visitor.field(1, "group", self.group, true);
    visitor.field(2, "planned", self.planned, false);
    visitor.field(3, "given", self.given, false);
    visitor.field(4, "substituted", self.substituted, false);
  }
};

// how many of a role there are, signed in, and entered how much
struct UsageRow {
  Role role{};
  std::uint32_t people{};
  std::uint32_t active{};
  std::uint64_t entries{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "role", self.role, true);
    visitor.field(1, "people", self.people, false);
    visitor.field(2, "active", self.active, false);
    visitor.field(3, "entries", self.entries, false);
  }
};

// An endorsement the entry waits for.
struct Awaited {
  Role role{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "role", self.role, true);
  }
};

// genesis: names the school, its offset, log key, service key and root keys, threshold of them, and whether all is simulated
struct SchoolCreated {
  static constexpr std::string_view kName = "school_created";
  std::string_view name{};
  std::string_view zone{};
  std::int32_t utc_offset{};
  std::string_view log_vkey{};
  PublicKey service_key{};
  std::vector<RootKey> root_keys{};
  std::uint8_t threshold{};
  bool simulated{};
  std::string_view profile_name{};
  Hash profile{};
  Hash regulation{};
  std::string_view previous_origin{};
  std::uint64_t previous_size{};
  Hash previous_root{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "name", self.name, true);
    visitor.field(1, "zone", self.zone, true);
    visitor.field(2, "utc_offset", self.utc_offset, false);
    visitor.field(3, "log_vkey", self.log_vkey, true);
    visitor.field(4, "service_key", self.service_key, true);
    visitor.field(5, "root_keys", self.root_keys, true);
    visitor.field(6, "threshold", self.threshold, false);
    visitor.field(7, "simulated", self.simulated, false);
    visitor.field(8, "profile_name", self.profile_name, true);
    visitor.field(9, "profile", self.profile, true);
    visitor.field(10, "regulation", self.regulation, false);
    visitor.field(11, "previous_origin", self.previous_origin, false);
    visitor.field(12, "previous_size", self.previous_size, false);
    visitor.field(13, "previous_root", self.previous_root, false);
  }
};

// локальный акт: the regulation profile, by the hash of its exact text (in the blob store)
struct ProfileAdopted {
  static constexpr std::string_view kName = "profile_adopted";
  std::string_view name{};
  Hash profile{};
  Hash regulation{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "name", self.name, true);
    visitor.field(1, "profile", self.profile, true);
    visitor.field(2, "regulation", self.regulation, false);
  }
};

// the offset of local time from UTC from a local midnight on
struct ZoneOffsetSet {
  static constexpr std::string_view kName = "zone_offset_set";
  std::int32_t utc_offset{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "utc_offset", self.utc_offset, false);
  }
};

// a person, by an opaque id; names and contacts are sealed
struct PersonRegistered {
  static constexpr std::string_view kName = "person_registered";
  Id person{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "person", self.person, true);
  }
};

// анкета: sealed fields again
struct PersonalDataChanged {
  static constexpr std::string_view kName = "personal_data_changed";
  Id person{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "person", self.person, true);
  }
};

// законный представитель
struct GuardianSet {
  static constexpr std::string_view kName = "guardian_set";
  Id guardian{};
  Id student{};
  Access access{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "guardian", self.guardian, true);
    visitor.field(1, "student", self.student, true);
    visitor.field(2, "access", self.access, true);
  }
};

// полномочия
struct RoleGranted {
  static constexpr std::string_view kName = "role_granted";
  Id person{};
  Role role{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "person", self.person, true);
    visitor.field(1, "role", self.role, true);
  }
};

// полномочия отозваны
struct RoleRevoked {
  static constexpr std::string_view kName = "role_revoked";
  Id person{};
  Role role{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "person", self.person, true);
    visitor.field(1, "role", self.role, true);
  }
};

// an invitation: only the public key derived from the code
struct InvitationIssued {
  static constexpr std::string_view kName = "invitation_issued";
  Id person{};
  PublicKey code_key{};
  Instant expires{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "person", self.person, true);
    visitor.field(1, "code_key", self.code_key, true);
    visitor.field(2, "expires", self.expires, false);
  }
};

// an invitation withdrawn, by the id of the statement that issued it
struct InvitationRevoked {
  static constexpr std::string_view kName = "invitation_revoked";
  Id invitation{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "invitation", self.invitation, true);
  }
};

// a person's own key: the statement is signed by the new key, code_signature by the key of the invitation's code
struct KeyEnrolled {
  static constexpr std::string_view kName = "key_enrolled";
  Id invitation{};
  Id person{};
  PublicKey key{};
  Signature code_signature{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "invitation", self.invitation, true);
    visitor.field(1, "person", self.person, true);
    visitor.field(2, "key", self.key, true);
    visitor.field(3, "code_signature", self.code_signature, true);
  }
};

// a key that must no longer sign
struct KeyRevoked {
  static constexpr std::string_view kName = "key_revoked";
  Id key{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "key", self.key, true);
  }
};

// a new key in place of the one that signs; new_signature by the new key
struct KeyRotated {
  static constexpr std::string_view kName = "key_rotated";
  PublicKey key{};
  Signature new_signature{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "key", self.key, true);
    visitor.field(1, "new_signature", self.new_signature, true);
  }
};

// справочник: a kind of work, absence code, scale, kind of lesson, …
struct DictionaryEntryDefined {
  static constexpr std::string_view kName = "dictionary_entry_defined";
  std::string_view kind{};
  std::string_view code{};
  std::string_view title{};
  std::vector<Property> properties{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "kind", self.kind, true);
    visitor.field(1, "code", self.code, true);
    visitor.field(2, "title", self.title, true);
    visitor.field(3, "properties", self.properties, false);
  }
};

// открытие года
struct YearOpened {
  static constexpr std::string_view kName = "year_opened";
  std::string_view title{};
  Date from{};
  Date to{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "title", self.title, true);
    visitor.field(1, "from", self.from, false);
    visitor.field(2, "to", self.to, false);
  }
};

// период: quarter, half-year, semester; marks_from–marks_to is the window of period marks
struct PeriodDefined {
  static constexpr std::string_view kName = "period_defined";
  Id period{};
  std::string_view title{};
  std::string_view kind{};
  Date from{};
  Date to{};
  Date marks_from{};
  Date marks_to{};
  std::vector<GradeSpan> grades{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "period", self.period, true);
    visitor.field(1, "title", self.title, true);
    visitor.field(2, "kind", self.kind, true);
    visitor.field(3, "from", self.from, false);
    visitor.field(4, "to", self.to, false);
    visitor.field(5, "marks_from", self.marks_from, false);
    visitor.field(6, "marks_to", self.marks_to, false);
    visitor.field(7, "grades", self.grades, false);
  }
};

// неучебный день, дистанционный, карантин, перенос; for one class or for all (no class)
struct CalendarExceptionSet {
  static constexpr std::string_view kName = "calendar_exception_set";
  Id klass{};
  Date from{};
  Date to{};
  DayKind kind{};
  std::uint8_t as_weekday{};
  std::string_view title{};
  std::vector<GradeSpan> grades{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "klass", self.klass, false);
    visitor.field(1, "from", self.from, false);
    visitor.field(2, "to", self.to, false);
    visitor.field(3, "kind", self.kind, true);
    visitor.field(4, "as_weekday", self.as_weekday, false);
    visitor.field(5, "title", self.title, false);
    visitor.field(6, "grades", self.grades, false);
  }
};

// звонки
struct BellsSet {
  static constexpr std::string_view kName = "bells_set";
  std::vector<Bell> bells{};
  std::uint8_t shift{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "bells", self.bells, true);
    visitor.field(1, "shift", self.shift, false);
  }
};

// класс: its identity survives the year, the label does not
struct ClassOpened {
  static constexpr std::string_view kName = "class_opened";
  Id klass{};
  std::string_view label{};
  std::uint8_t grade{};
  std::string_view branch{};
  std::string_view programme{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "klass", self.klass, true);
    visitor.field(1, "label", self.label, true);
    visitor.field(2, "grade", self.grade, false);
    visitor.field(3, "branch", self.branch, false);
    visitor.field(4, "programme", self.programme, false);
  }
};

// классный руководитель, куратор; ведущий мастер — рядом с ним, с теми же правами
struct ClassTeacherAppointed {
  static constexpr std::string_view kName = "class_teacher_appointed";
  Id klass{};
  Id person{};
  bool leading_master{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "klass", self.klass, true);
    visitor.field(1, "person", self.person, true);
    visitor.field(2, "leading_master", self.leading_master, false);
  }
};

// teaching group: a class, subgroup, stream, individual plan with its subject
struct TeachingGroupOpened {
  static constexpr std::string_view kName = "teaching_group_opened";
  Id group{};
  std::string_view label{};
  std::string_view subject{};
  std::string_view subject_code{};
  std::string_view kind{};
  std::vector<Id> classes{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "group", self.group, true);
    visitor.field(1, "label", self.label, true);
    visitor.field(2, "subject", self.subject, true);
    visitor.field(3, "subject_code", self.subject_code, false);
    visitor.field(4, "kind", self.kind, false);
    visitor.field(5, "classes", self.classes, false);
  }
};

// a student in a teaching group, from–to by effective dates
struct GroupMemberSet {
  static constexpr std::string_view kName = "group_member_set";
  Id group{};
  Id student{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "group", self.group, true);
    visitor.field(1, "student", self.student, true);
  }
};

// движение: by order, with effective date
struct MovementOrdered {
  static constexpr std::string_view kName = "movement_ordered";
  Id student{};
  Id klass{};
  Movement kind{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "student", self.student, true);
    visitor.field(1, "klass", self.klass, false);
    visitor.field(2, "kind", self.kind, true);
  }
};

// нагрузка: hours a week; replaces an earlier teacher where named
struct TeachingAssigned {
  static constexpr std::string_view kName = "teaching_assigned";
  Id teacher{};
  Id group{};
  std::uint16_t hours{};
  Id replaces{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "teacher", self.teacher, true);
    visitor.field(1, "group", self.group, true);
    visitor.field(2, "hours", self.hours, false);
    visitor.field(3, "replaces", self.replaces, false);
  }
};

// расписание of one group
struct TimetablePublished {
  static constexpr std::string_view kName = "timetable_published";
  Id group{};
  std::vector<Slot> slots{};
  std::uint8_t shift{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "group", self.group, true);
    visitor.field(1, "slots", self.slots, false);
    visitor.field(2, "shift", self.shift, false);
  }
};

// the whole new timetable of one group
struct TimetableChanged {
  static constexpr std::string_view kName = "timetable_changed";
  Id group{};
  std::vector<Slot> slots{};
  std::uint8_t shift{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "group", self.group, true);
    visitor.field(1, "slots", self.slots, false);
    visitor.field(2, "shift", self.shift, false);
  }
};

// a lesson that is not held
struct LessonCancelled {
  static constexpr std::string_view kName = "lesson_cancelled";
  Id group{};
  Date date{};
  std::uint8_t slot{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "group", self.group, true);
    visitor.field(1, "date", self.date, false);
    visitor.field(2, "slot", self.slot, false);
  }
};

// a lesson held at another time
struct LessonMoved {
  static constexpr std::string_view kName = "lesson_moved";
  Id group{};
  Date date{};
  std::uint8_t slot{};
  Date new_date{};
  std::uint8_t new_slot{};
  std::string_view room{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "group", self.group, true);
    visitor.field(1, "date", self.date, false);
    visitor.field(2, "slot", self.slot, false);
    visitor.field(3, "new_date", self.new_date, false);
    visitor.field(4, "new_slot", self.new_slot, false);
    visitor.field(5, "room", self.room, false);
  }
};

// табель замен: for one lesson
struct SubstitutionOrdered {
  static constexpr std::string_view kName = "substitution_ordered";
  Id group{};
  Date date{};
  std::uint8_t slot{};
  Id absent{};
  Id substitute{};
  std::string_view subject{};
  std::string_view pay{};
  std::string_view kind{};
  std::vector<Id> joined{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "group", self.group, true);
    visitor.field(1, "date", self.date, false);
    visitor.field(2, "slot", self.slot, false);
    visitor.field(3, "absent", self.absent, true);
    visitor.field(4, "substitute", self.substitute, true);
    visitor.field(5, "subject", self.subject, false);
    visitor.field(6, "pay", self.pay, false);
    visitor.field(7, "kind", self.kind, false);
    visitor.field(8, "joined", self.joined, false);
  }
};

// урок; start and end only outside the timetable
struct LessonRecorded {
  static constexpr std::string_view kName = "lesson_recorded";
  Id lesson{};
  Id group{};
  Date date{};
  std::uint8_t slot{};
  std::uint8_t slots{};
  std::string_view kind{};
  std::string_view mode{};
  Id substitute_for{};
  Minute start{};
  Minute end{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "lesson", self.lesson, true);
    visitor.field(1, "group", self.group, true);
    visitor.field(2, "date", self.date, false);
    visitor.field(3, "slot", self.slot, false);
    visitor.field(4, "slots", self.slots, false);
    visitor.field(5, "kind", self.kind, false);
    visitor.field(6, "mode", self.mode, false);
    visitor.field(7, "substitute_for", self.substitute_for, false);
    visitor.field(8, "start", self.start, false);
    visitor.field(9, "end", self.end, false);
  }
};

// тема
struct TopicSet {
  static constexpr std::string_view kName = "topic_set";
  Id lesson{};
  std::string_view text{};
  std::string_view plan_item{};
  std::uint8_t hours{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "lesson", self.lesson, true);
    visitor.field(1, "text", self.text, true);
    visitor.field(2, "plan_item", self.plan_item, false);
    visitor.field(3, "hours", self.hours, false);
  }
};

// перекличка: says that the roll was called ("all present" is not "forgot"); absences are entries of their own
struct AttendanceTaken {
  static constexpr std::string_view kName = "attendance_taken";
  Id lesson{};
  bool all_present{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "lesson", self.lesson, true);
    visitor.field(1, "all_present", self.all_present, false);
  }
};

// пропуск (н)
struct AbsenceRecorded {
  static constexpr std::string_view kName = "absence_recorded";
  Id lesson{};
  Id student{};
  std::string_view code{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "lesson", self.lesson, true);
    visitor.field(1, "student", self.student, true);
    visitor.field(2, "code", self.code, false);
  }
};

// опоздание (оп)
struct LatenessRecorded {
  static constexpr std::string_view kName = "lateness_recorded";
  Id lesson{};
  Id student{};
  std::uint16_t minutes{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "lesson", self.lesson, true);
    visitor.field(1, "student", self.student, true);
    visitor.field(2, "minutes", self.minutes, false);
  }
};

// уважительная причина over several days; the reason is sealed
struct AbsenceExcused {
  static constexpr std::string_view kName = "absence_excused";
  Id student{};
  Date from{};
  Date to{};
  bool excused{};
  std::string_view kind{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "student", self.student, true);
    visitor.field(1, "from", self.from, false);
    visitor.field(2, "to", self.to, false);
    visitor.field(3, "excused", self.excused, false);
    visitor.field(4, "kind", self.kind, false);
  }
};

// вид работы: what marks are given for; the work's id is its statement's id
struct WorkPlanned {
  static constexpr std::string_view kName = "work_planned";
  Id group{};
  Id lesson{};
  Date held_on{};
  std::string_view kind{};
  std::uint16_t number{};
  std::string_view title{};
  std::uint8_t parts{};
  std::string_view scale{};
  std::uint16_t weight{};
  Id same_as{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "group", self.group, true);
    visitor.field(1, "lesson", self.lesson, false);
    visitor.field(2, "held_on", self.held_on, false);
    visitor.field(3, "kind", self.kind, true);
    visitor.field(4, "number", self.number, false);
    visitor.field(5, "title", self.title, false);
    visitor.field(6, "parts", self.parts, false);
    visitor.field(7, "scale", self.scale, false);
    visitor.field(8, "weight", self.weight, false);
    visitor.field(9, "same_as", self.same_as, false);
  }
};

// отметка
struct MarkGiven {
  static constexpr std::string_view kName = "mark_given";
  Id work{};
  std::uint8_t part{};
  Id student{};
  std::string_view value{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "work", self.work, true);
    visitor.field(1, "part", self.part, false);
    visitor.field(2, "student", self.student, true);
    visitor.field(3, "value", self.value, true);
  }
};

// задание; group, date and slot only for a lesson that is not recorded yet (advance posting)
struct HomeworkSet {
  static constexpr std::string_view kName = "homework_set";
  Id lesson{};
  Date due{};
  std::vector<Id> audience{};
  std::string_view kind{};
  std::string_view text{};
  std::vector<Hash> files{};
  Id group{};
  Date date{};
  std::uint8_t slot{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "lesson", self.lesson, true);
    visitor.field(1, "due", self.due, false);
    visitor.field(2, "audience", self.audience, false);
    visitor.field(3, "kind", self.kind, false);
    visitor.field(4, "text", self.text, true);
    visitor.field(5, "files", self.files, false);
    visitor.field(6, "group", self.group, false);
    visitor.field(7, "date", self.date, false);
    visitor.field(8, "slot", self.slot, false);
  }
};

// замечание, поведение; the text is sealed
struct RemarkRecorded {
  static constexpr std::string_view kName = "remark_recorded";
  Id student{};
  Id lesson{};
  std::string_view kind{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "student", self.student, true);
    visitor.field(1, "lesson", self.lesson, false);
    visitor.field(2, "kind", self.kind, false);
  }
};

// исправление: a new value for an earlier entry, which stays visible; the reason is sealed
struct EntryCorrected {
  static constexpr std::string_view kName = "entry_corrected";
  Id target{};
  std::string_view value{};
  std::uint16_t minutes{};
  bool withdrawn{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "target", self.target, true);
    visitor.field(1, "value", self.value, false);
    visitor.field(2, "minutes", self.minutes, false);
    visitor.field(3, "withdrawn", self.withdrawn, false);
  }
};

// аннулирование by decision of a commission
struct EntryAnnulled {
  static constexpr std::string_view kName = "entry_annulled";
  Id target{};
  std::string_view decision{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "target", self.target, true);
    visitor.field(1, "decision", self.decision, false);
  }
};

// виза: a second signature; the entry counts from here on
struct Endorsed {
  static constexpr std::string_view kName = "endorsed";
  Id target{};
  bool approve{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "target", self.target, true);
    visitor.field(1, "approve", self.approve, false);
  }
};

// подпись недели
struct DiarySigned {
  static constexpr std::string_view kName = "diary_signed";
  Id student{};
  Date week{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "student", self.student, true);
    visitor.field(1, "week", self.week, false);
  }
};

// evidence from outside the operator over an earlier checkpoint
struct AnchorAdded {
  static constexpr std::string_view kName = "anchor_added";
  std::string_view checkpoint{};
  std::vector<Evidence> evidence{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "checkpoint", self.checkpoint, true);
    visitor.field(1, "evidence", self.evidence, true);
  }
};

// the root of the state tree over everything before this entry
struct StateCommitted {
  static constexpr std::string_view kName = "state_committed";
  std::uint64_t size{};
  Hash root{};
  std::uint64_t shards{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "size", self.size, false);
    visitor.field(1, "root", self.root, true);
    visitor.field(2, "shards", self.shards, false);
  }
};

// the clock disagreed with evidence or with itself
struct ClockFault {
  static constexpr std::string_view kName = "clock_fault";
  std::string_view kind{};
  Instant observed{};
  Instant expected{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "kind", self.kind, true);
    visitor.field(1, "observed", self.observed, false);
    visitor.field(2, "expected", self.expected, false);
  }
};

// a backup was written
struct BackupMade {
  static constexpr std::string_view kName = "backup_made";
  std::uint64_t size{};
  Hash root{};
  std::string_view medium{};
  std::string_view room{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "size", self.size, false);
    visitor.field(1, "root", self.root, true);
    visitor.field(2, "medium", self.medium, false);
    visitor.field(3, "room", self.room, false);
  }
};

// the log was restored
struct RestoreDone {
  static constexpr std::string_view kName = "restore_done";
  std::uint64_t size{};
  Hash root{};
  std::uint64_t from_size{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "size", self.size, false);
    visitor.field(1, "root", self.root, true);
    visitor.field(2, "from_size", self.from_size, false);
  }
};

// after a loss: the log this one continues
struct PredecessorNamed {
  static constexpr std::string_view kName = "predecessor_named";
  std::string_view origin{};
  std::uint64_t size{};
  Hash root{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "origin", self.origin, true);
    visitor.field(1, "size", self.size, false);
    visitor.field(2, "root", self.root, true);
  }
};

// texts and keys of a person were deleted from the vault
struct PersonalTextErased {
  static constexpr std::string_view kName = "personal_text_erased";
  Id person{};
  std::uint64_t texts{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "person", self.person, true);
    visitor.field(1, "texts", self.texts, false);
  }
};

// сбой, продление: an outage excuses what was due in it and entered by until; no deadline moves
struct DeadlineExtended {
  static constexpr std::string_view kName = "deadline_extended";
  Instant from{};
  Instant to{};
  Instant until{};
  std::vector<Id> classes{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "from", self.from, false);
    visitor.field(1, "to", self.to, false);
    visitor.field(2, "until", self.until, false);
    visitor.field(3, "classes", self.classes, false);
  }
};

// филиал
struct BranchDefined {
  static constexpr std::string_view kName = "branch_defined";
  std::string_view code{};
  std::string_view title{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "code", self.code, true);
    visitor.field(1, "title", self.title, true);
  }
};

// сверка: of a class, or of one person
struct PersonalDataVerified {
  static constexpr std::string_view kName = "personal_data_verified";
  Id klass{};
  Id person{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "klass", self.klass, false);
    visitor.field(1, "person", self.person, false);
  }
};

// нарушение доступа; learned_on is a claim
struct CompromiseReported {
  static constexpr std::string_view kName = "compromise_reported";
  Id person{};
  Date learned_on{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "person", self.person, true);
    visitor.field(1, "learned_on", self.learned_on, false);
  }
};

// получено: from this entry's own index on the account's operations are void until it is enrolled again
struct CompromiseReceived {
  static constexpr std::string_view kName = "compromise_received";
  Id report{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "report", self.report, true);
  }
};

// согласие
struct ConsentGiven {
  static constexpr std::string_view kName = "consent_given";
  Id person{};
  std::string_view kind{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "person", self.person, true);
    visitor.field(1, "kind", self.kind, true);
  }
};

// согласие отозвано
struct ConsentWithdrawn {
  static constexpr std::string_view kName = "consent_withdrawn";
  Id consent{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "consent", self.consent, true);
  }
};

// контакт; the contact is sealed
struct ContactGiven {
  static constexpr std::string_view kName = "contact_given";
  Id person{};
  std::string_view kind{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "person", self.person, true);
    visitor.field(1, "kind", self.kind, true);
  }
};

// отказ от электронного доступа; declined false: taken back
struct ElectronicAccessDeclined {
  static constexpr std::string_view kName = "electronic_access_declined";
  Id guardian{};
  Id student{};
  bool declined{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "guardian", self.guardian, true);
    visitor.field(1, "student", self.student, true);
    visitor.field(2, "declined", self.declined, false);
  }
};

// ознакомление с операциями администраторов, up to an index
struct OperationsAcknowledged {
  static constexpr std::string_view kName = "operations_acknowledged";
  std::uint64_t up_to{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "up_to", self.up_to, false);
  }
};

// проверка разделов
struct SectionsVerified {
  static constexpr std::string_view kName = "sections_verified";
  std::string_view section{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "section", self.section, true);
  }
};

// график учебного процесса
struct StudyScheduleSet {
  static constexpr std::string_view kName = "study_schedule_set";
  Id klass{};
  std::vector<StudySpan> spans{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "klass", self.klass, true);
    visitor.field(1, "spans", self.spans, true);
  }
};

// профессия, специальность
struct ProgrammeDefined {
  static constexpr std::string_view kName = "programme_defined";
  std::string_view code{};
  std::string_view title{};
  std::string_view kind{};
  std::uint8_t years{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "code", self.code, true);
    visitor.field(1, "title", self.title, true);
    visitor.field(2, "kind", self.kind, true);
    visitor.field(3, "years", self.years, false);
  }
};

// учебный план of these classes
struct CurriculumSet {
  static constexpr std::string_view kName = "curriculum_set";
  std::string_view title{};
  std::vector<Id> classes{};
  std::vector<CurriculumItem> items{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "title", self.title, true);
    visitor.field(1, "classes", self.classes, true);
    visitor.field(2, "items", self.items, true);
  }
};

// a class's label and grade from a day on
struct ClassLabelled {
  static constexpr std::string_view kName = "class_labelled";
  Id klass{};
  std::string_view label{};
  std::uint8_t grade{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "klass", self.klass, true);
    visitor.field(1, "label", self.label, true);
    visitor.field(2, "grade", self.grade, false);
  }
};

// реорганизация: a class goes on as others, or is closed
struct ClassReorganised {
  static constexpr std::string_view kName = "class_reorganised";
  Id klass{};
  std::vector<Id> into{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "klass", self.klass, true);
    visitor.field(1, "into", self.into, false);
  }
};

// деление на подгруппы
struct SubgroupsSplit {
  static constexpr std::string_view kName = "subgroups_split";
  Id klass{};
  std::vector<SubgroupPart> parts{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "klass", self.klass, true);
    visitor.field(1, "parts", self.parts, true);
  }
};

// перевод из подгруппы в подгруппу
struct SubgroupMoved {
  static constexpr std::string_view kName = "subgroup_moved";
  Id student{};
  Id from{};
  Id to{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "student", self.student, true);
    visitor.field(1, "from", self.from, true);
    visitor.field(2, "to", self.to, true);
  }
};

// ИУП, на дому, семейное, санаторий; the reason is sealed
struct IndividualModeSet {
  static constexpr std::string_view kName = "individual_mode_set";
  Id student{};
  std::string_view kind{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "student", self.student, true);
    visitor.field(1, "kind", self.kind, true);
  }
};

// журнал замещения, by the id of the substitution's statement
struct SubstitutionSigned {
  static constexpr std::string_view kName = "substitution_signed";
  Id substitution{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "substitution", self.substitution, true);
  }
};

// рабочая программа
struct WorkProgrammePublished {
  static constexpr std::string_view kName = "work_programme_published";
  std::string_view subject_code{};
  std::string_view title{};
  std::uint8_t grade{};
  Hash file{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "subject_code", self.subject_code, true);
    visitor.field(1, "title", self.title, true);
    visitor.field(2, "grade", self.grade, false);
    visitor.field(3, "file", self.file, true);
  }
};

// единая база КТП
struct PlanTemplateShared {
  static constexpr std::string_view kName = "plan_template_shared";
  std::string_view subject_code{};
  std::string_view title{};
  std::uint8_t grade{};
  std::vector<PlanItem> items{};
  Id continues{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "subject_code", self.subject_code, true);
    visitor.field(1, "title", self.title, true);
    visitor.field(2, "grade", self.grade, false);
    visitor.field(3, "items", self.items, true);
    visitor.field(4, "continues", self.continues, false);
  }
};

// КТП of a group; continues adds lines to an earlier part, more says that another part follows
struct PlanPublished {
  static constexpr std::string_view kName = "plan_published";
  Id group{};
  std::string_view title{};
  std::vector<PlanItem> items{};
  Id continues{};
  Id template_plan{};
  bool more{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "group", self.group, true);
    visitor.field(1, "title", self.title, true);
    visitor.field(2, "items", self.items, true);
    visitor.field(3, "continues", self.continues, false);
    visitor.field(4, "template_plan", self.template_plan, false);
    visitor.field(5, "more", self.more, false);
  }
};

// лист корректировки: lines by their number
struct PlanAdjusted {
  static constexpr std::string_view kName = "plan_adjusted";
  Id plan{};
  std::vector<PlanItem> items{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "plan", self.plan, true);
    visitor.field(1, "items", self.items, true);
  }
};

// реестр курсовых: тема
struct CourseworkAssigned {
  static constexpr std::string_view kName = "coursework_assigned";
  Id group{};
  Id student{};
  std::string_view title{};
  Date due{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "group", self.group, true);
    visitor.field(1, "student", self.student, true);
    visitor.field(2, "title", self.title, true);
    visitor.field(3, "due", self.due, false);
  }
};

// реестр курсовых: оценка
struct CourseworkGraded {
  static constexpr std::string_view kName = "coursework_graded";
  Id coursework{};
  std::string_view value{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "coursework", self.coursework, true);
    visitor.field(1, "value", self.value, true);
  }
};

// материал, дистанционный курс
struct MaterialPublished {
  static constexpr std::string_view kName = "material_published";
  Id group{};
  std::string_view title{};
  std::string_view kind{};
  Hash file{};
  std::string_view url{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "group", self.group, true);
    visitor.field(1, "title", self.title, true);
    visitor.field(2, "kind", self.kind, true);
    visitor.field(3, "file", self.file, false);
    visitor.field(4, "url", self.url, false);
  }
};

// индивидуальное задание
struct TaskAssigned {
  static constexpr std::string_view kName = "task_assigned";
  Id group{};
  std::vector<Id> students{};
  std::string_view title{};
  Date due{};
  std::vector<Hash> files{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "group", self.group, true);
    visitor.field(1, "students", self.students, true);
    visitor.field(2, "title", self.title, true);
    visitor.field(3, "due", self.due, false);
    visitor.field(4, "files", self.files, false);
  }
};

// выполненное задание: its bytes by hash in the blob store
struct SubmissionSent {
  static constexpr std::string_view kName = "submission_sent";
  Id task{};
  Hash file{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "task", self.task, true);
    visitor.field(1, "file", self.file, true);
  }
};

// проверка выполненного задания; the review is sealed
struct SubmissionReviewed {
  static constexpr std::string_view kName = "submission_reviewed";
  Id submission{};
  bool accepted{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "submission", self.submission, true);
    visitor.field(1, "accepted", self.accepted, false);
  }
};

// файл к записи: its bytes by hash in the blob store
struct FileAttached {
  static constexpr std::string_view kName = "file_attached";
  Id target{};
  Hash file{};
  std::uint64_t size{};
  std::string_view media_type{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "target", self.target, true);
    visitor.field(1, "file", self.file, true);
    visitor.field(2, "size", self.size, false);
    visitor.field(3, "media_type", self.media_type, true);
  }
};

// предупреждение родителя; the reason is sealed
struct AbsenceAnnounced {
  static constexpr std::string_view kName = "absence_announced";
  Id student{};
  Date from{};
  Date to{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "student", self.student, true);
    visitor.field(1, "from", self.from, false);
    visitor.field(2, "to", self.to, false);
  }
};

// точка: a mark is to come
struct MarkAwaited {
  static constexpr std::string_view kName = "mark_awaited";
  Id work{};
  Id student{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "work", self.work, true);
    visitor.field(1, "student", self.student, true);
  }
};

// отметка по протоколу into the original topic; the absence stays
struct MakeupMarkGiven {
  static constexpr std::string_view kName = "makeup_mark_given";
  Id work{};
  std::uint8_t part{};
  Id student{};
  std::string_view value{};
  Id absence{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "work", self.work, true);
    visitor.field(1, "part", self.part, false);
    visitor.field(2, "student", self.student, true);
    visitor.field(3, "value", self.value, true);
    visitor.field(4, "absence", self.absence, true);
  }
};

// перенос отметок при переводе, by certificate
struct MarkImported {
  static constexpr std::string_view kName = "mark_imported";
  Id student{};
  Id group{};
  Id period{};
  std::string_view kind{};
  std::string_view value{};
  Date held_on{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "student", self.student, true);
    visitor.field(1, "group", self.group, true);
    visitor.field(2, "period", self.period, false);
    visitor.field(3, "kind", self.kind, true);
    visitor.field(4, "value", self.value, true);
    visitor.field(5, "held_on", self.held_on, false);
  }
};

// пожелание; the text is sealed
struct WrittenWishGiven {
  static constexpr std::string_view kName = "written_wish_given";
  Id student{};
  Id lesson{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "student", self.student, true);
    visitor.field(1, "lesson", self.lesson, true);
  }
};

// задание выполнено
struct HomeworkDone {
  static constexpr std::string_view kName = "homework_done";
  Id homework{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "homework", self.homework, true);
  }
};

// отметка за период, год; average and count as its author saw them
struct PeriodMarkGiven {
  static constexpr std::string_view kName = "period_mark_given";
  Id period{};
  Id group{};
  Id student{};
  std::string_view value{};
  std::string_view average{};
  std::uint16_t count{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "period", self.period, true);
    visitor.field(1, "group", self.group, true);
    visitor.field(2, "student", self.student, true);
    visitor.field(3, "value", self.value, true);
    visitor.field(4, "average", self.average, false);
    visitor.field(5, "count", self.count, false);
  }
};

// нет отметки; the reason is sealed
struct PeriodMarkWaived {
  static constexpr std::string_view kName = "period_mark_waived";
  Id period{};
  Id group{};
  Id student{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "period", self.period, true);
    visitor.field(1, "group", self.group, true);
    visitor.field(2, "student", self.student, true);
  }
};

// комиссия, by order
struct CommissionAppointed {
  static constexpr std::string_view kName = "commission_appointed";
  Id group{};
  std::vector<Id> members{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "group", self.group, true);
    visitor.field(1, "members", self.members, true);
  }
};

// заявление; the reason is sealed
struct AttestationRequested {
  static constexpr std::string_view kName = "attestation_requested";
  Id group{};
  Id student{};
  std::string_view form{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "group", self.group, true);
    visitor.field(1, "student", self.student, true);
    visitor.field(2, "form", self.form, true);
  }
};

// направление, with its date
struct ReferralIssued {
  static constexpr std::string_view kName = "referral_issued";
  Id request{};
  Date on{};
  Id commission{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "request", self.request, true);
    visitor.field(1, "on", self.on, false);
    visitor.field(2, "commission", self.commission, true);
  }
};

// экзамен, зачёт, ГИА
struct AttestationMarkGiven {
  static constexpr std::string_view kName = "attestation_mark_given";
  Id group{};
  Id student{};
  std::string_view form{};
  std::string_view value{};
  Date held_on{};
  Id referral{};
  Id commission{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "group", self.group, true);
    visitor.field(1, "student", self.student, true);
    visitor.field(2, "form", self.form, true);
    visitor.field(3, "value", self.value, true);
    visitor.field(4, "held_on", self.held_on, false);
    visitor.field(5, "referral", self.referral, false);
    visitor.field(6, "commission", self.commission, false);
  }
};

// итоговая отметка
struct FinalMarkGiven {
  static constexpr std::string_view kName = "final_mark_given";
  Id group{};
  Id student{};
  std::string_view value{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "group", self.group, true);
    visitor.field(1, "student", self.student, true);
    visitor.field(2, "value", self.value, true);
  }
};

// задолженность
struct DebtRecorded {
  static constexpr std::string_view kName = "debt_recorded";
  Id student{};
  Id group{};
  Id period{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "student", self.student, true);
    visitor.field(1, "group", self.group, true);
    visitor.field(2, "period", self.period, false);
  }
};

// пересдача: at most two within a year, the second by commission
struct RetakeScheduled {
  static constexpr std::string_view kName = "retake_scheduled";
  Id debt{};
  Date on{};
  std::uint8_t number{};
  Id commission{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "debt", self.debt, true);
    visitor.field(1, "on", self.on, false);
    visitor.field(2, "number", self.number, false);
    visitor.field(3, "commission", self.commission, false);
  }
};

// задолженность ликвидирована
struct DebtCleared {
  static constexpr std::string_view kName = "debt_cleared";
  Id debt{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "debt", self.debt, true);
  }
};

// педсовет
struct CouncilDecided {
  static constexpr std::string_view kName = "council_decided";
  Id student{};
  CouncilKind kind{};
  Id klass{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "student", self.student, true);
    visitor.field(1, "kind", self.kind, true);
    visitor.field(2, "klass", self.klass, false);
  }
};

// период закрыт
struct PeriodClosed {
  static constexpr std::string_view kName = "period_closed";
  Id period{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "period", self.period, true);
  }
};

// период открыт вновь
struct PeriodReopened {
  static constexpr std::string_view kName = "period_reopened";
  Id period{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "period", self.period, true);
  }
};

// проверка
struct InspectionHeld {
  static constexpr std::string_view kName = "inspection_held";
  std::string_view kind{};
  std::vector<Id> groups{};
  std::vector<Id> classes{};
  Date from{};
  Date to{};
  std::vector<Finding> findings{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "kind", self.kind, true);
    visitor.field(1, "groups", self.groups, false);
    visitor.field(2, "classes", self.classes, false);
    visitor.field(3, "from", self.from, false);
    visitor.field(4, "to", self.to, false);
    visitor.field(5, "findings", self.findings, false);
  }
};

// справка, its text by hash in the blob store
struct InspectionNoteIssued {
  static constexpr std::string_view kName = "inspection_note_issued";
  Id inspection{};
  Hash note{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "inspection", self.inspection, true);
    visitor.field(1, "note", self.note, true);
  }
};

// ознакомление с замечанием проверки
struct FindingAcknowledged {
  static constexpr std::string_view kName = "finding_acknowledged";
  Id inspection{};
  std::uint16_t finding{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "inspection", self.inspection, true);
    visitor.field(1, "finding", self.finding, false);
  }
};

// замечание проверки устранено
struct FindingResolved {
  static constexpr std::string_view kName = "finding_resolved";
  Id inspection{};
  std::uint16_t finding{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "inspection", self.inspection, true);
    visitor.field(1, "finding", self.finding, false);
  }
};

// сообщение классного руководителя о нарушении; the text is sealed
struct ViolationReported {
  static constexpr std::string_view kName = "violation_reported";
  Id klass{};
  Id teacher{};
  std::string_view kind{};
  Id group{};
  Id lesson{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "klass", self.klass, true);
    visitor.field(1, "teacher", self.teacher, true);
    visitor.field(2, "kind", self.kind, true);
    visitor.field(3, "group", self.group, false);
    visitor.field(4, "lesson", self.lesson, false);
  }
};

// мера; the text is sealed
struct MeasureRecorded {
  static constexpr std::string_view kName = "measure_recorded";
  Id person{};
  std::string_view kind{};
  Id inspection{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "person", self.person, true);
    visitor.field(1, "kind", self.kind, true);
    visitor.field(2, "inspection", self.inspection, false);
  }
};

// активность за период
struct UsageTotalsFrozen {
  static constexpr std::string_view kName = "usage_totals_frozen";
  Date from{};
  Date to{};
  std::vector<UsageRow> rows{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "from", self.from, false);
    visitor.field(1, "to", self.to, false);
    visitor.field(2, "rows", self.rows, true);
  }
};

// отчёт: the hash of its figures
struct ReportIssued {
  static constexpr std::string_view kName = "report_issued";
  std::string_view kind{};
  Date from{};
  Date to{};
  Hash figures{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "kind", self.kind, true);
    visitor.field(1, "from", self.from, false);
    visitor.field(2, "to", self.to, false);
    visitor.field(3, "figures", self.figures, true);
  }
};

// отчёт получен
struct ReportReceived {
  static constexpr std::string_view kName = "report_received";
  Id report{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "report", self.report, true);
  }
};

// выдача часов
struct HoursReported {
  static constexpr std::string_view kName = "hours_reported";
  Date from{};
  Date to{};
  std::vector<HoursRow> rows{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "from", self.from, false);
    visitor.field(1, "to", self.to, false);
    visitor.field(2, "rows", self.rows, true);
  }
};

// выдача часов принята
struct HoursAccepted {
  static constexpr std::string_view kName = "hours_accepted";
  Id report{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "report", self.report, true);
  }
};

// объявление; no classes: to all
struct AnnouncementPublished {
  static constexpr std::string_view kName = "announcement_published";
  std::string_view title{};
  std::string_view text{};
  std::vector<Id> classes{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "title", self.title, true);
    visitor.field(1, "text", self.text, true);
    visitor.field(2, "classes", self.classes, false);
  }
};

// объявление снято
struct AnnouncementWithdrawn {
  static constexpr std::string_view kName = "announcement_withdrawn";
  Id announcement{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "announcement", self.announcement, true);
  }
};

// сообщение: the hash of a body kept outside the ledger
struct MessageCommitted {
  static constexpr std::string_view kName = "message_committed";
  Hash body{};
  std::vector<Id> recipients{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "body", self.body, true);
    visitor.field(1, "recipients", self.recipients, true);
  }
};

// уведомление родителям; the text is sealed
struct NoticeServed {
  static constexpr std::string_view kName = "notice_served";
  Id student{};
  std::string_view kind{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "student", self.student, true);
    visitor.field(1, "kind", self.kind, true);
  }
};

// уведомление доставлено
struct NoticeDelivered {
  static constexpr std::string_view kName = "notice_delivered";
  Id notice{};
  Id guardian{};
  std::string_view channel{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "notice", self.notice, true);
    visitor.field(1, "guardian", self.guardian, true);
    visitor.field(2, "channel", self.channel, true);
  }
};

// уведомление принято
struct NoticeAcknowledged {
  static constexpr std::string_view kName = "notice_acknowledged";
  Id notice{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "notice", self.notice, true);
  }
};

// подписка
struct SubscriptionSet {
  static constexpr std::string_view kName = "subscription_set";
  Id student{};
  std::string_view channel{};
  bool active{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "student", self.student, true);
    visitor.field(1, "channel", self.channel, true);
    visitor.field(2, "active", self.active, false);
  }
};

// прогноз; never a mark
struct ForecastIssued {
  static constexpr std::string_view kName = "forecast_issued";
  Id period{};
  Id group{};
  Id student{};
  std::string_view value{};
  std::uint16_t count{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "period", self.period, true);
    visitor.field(1, "group", self.group, true);
    visitor.field(2, "student", self.student, true);
    visitor.field(3, "value", self.value, true);
    visitor.field(4, "count", self.count, false);
  }
};

// распечатка недели отдана
struct PrintoutHanded {
  static constexpr std::string_view kName = "printout_handed";
  Id student{};
  Date week{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "student", self.student, true);
    visitor.field(1, "week", self.week, false);
  }
};

// просьба о консультации; the question is sealed
struct ConsultationRequested {
  static constexpr std::string_view kName = "consultation_requested";
  Id to{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "to", self.to, true);
  }
};

// ответ на просьбу о консультации, sealed
struct ConsultationAnswered {
  static constexpr std::string_view kName = "consultation_answered";
  Id request{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "request", self.request, true);
  }
};

// локальный документ: its bytes by hash in the blob store; audience: roles that acknowledge it
struct DocumentPublished {
  static constexpr std::string_view kName = "document_published";
  std::string_view title{};
  Hash file{};
  std::vector<Awaited> audience{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "title", self.title, true);
    visitor.field(1, "file", self.file, true);
    visitor.field(2, "audience", self.audience, false);
  }
};

// ознакомление с документом
struct DocumentAcknowledged {
  static constexpr std::string_view kName = "document_acknowledged";
  Id document{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "document", self.document, true);
  }
};

// заверение копии
struct PrintCertified {
  static constexpr std::string_view kName = "print_certified";
  std::string_view kind{};
  Id klass{};
  std::uint16_t pages{};
  std::uint64_t size{};
  Hash root{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "kind", self.kind, true);
    visitor.field(1, "klass", self.klass, false);
    visitor.field(2, "pages", self.pages, false);
    visitor.field(3, "size", self.size, false);
    visitor.field(4, "root", self.root, true);
  }
};

// архив, носители
struct ArchiveDeposited {
  static constexpr std::string_view kName = "archive_deposited";
  Date from{};
  Date to{};
  std::string_view medium{};
  std::string_view room{};
  Hash digest{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "from", self.from, false);
    visitor.field(1, "to", self.to, false);
    visitor.field(2, "medium", self.medium, true);
    visitor.field(3, "room", self.room, false);
    visitor.field(4, "digest", self.digest, true);
  }
};

// КИАСУО, OneRoster
struct DataExchanged {
  static constexpr std::string_view kName = "data_exchanged";
  std::string_view direction{};
  std::string_view system{};
  Hash digest{};
  std::uint64_t rows{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "direction", self.direction, true);
    visitor.field(1, "system", self.system, true);
    visitor.field(2, "digest", self.digest, true);
    visitor.field(3, "rows", self.rows, false);
  }
};

// политика свидетелей: a C2SP tlog-policy and its companion; in force once an anchor meets the one before over it
struct WitnessPolicySet {
  static constexpr std::string_view kName = "witness_policy_set";
  std::string_view policy{};
  std::string_view companion{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "policy", self.policy, true);
    visitor.field(1, "companion", self.companion, false);
  }
};

// a neighbour's log: its key, and the leaf hash of its first entry
struct NeighbourGenesis {
  static constexpr std::string_view kName = "neighbour_genesis";
  std::string_view vkey{};
  Hash genesis{};
  std::string_view url{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "vkey", self.vkey, true);
    visitor.field(1, "genesis", self.genesis, true);
    visitor.field(2, "url", self.url, false);
  }
};

// In the order of the union in letopis.fbs: the alternative's index is the number on the wire, monostate is 0 and refused.
using AnyBody = std::variant<
    std::monostate, SchoolCreated, ProfileAdopted, ZoneOffsetSet, PersonRegistered, PersonalDataChanged, GuardianSet,
    RoleGranted, RoleRevoked, InvitationIssued, InvitationRevoked, KeyEnrolled, KeyRevoked, KeyRotated,
    DictionaryEntryDefined, YearOpened, PeriodDefined, CalendarExceptionSet, BellsSet, ClassOpened,
    ClassTeacherAppointed, TeachingGroupOpened, GroupMemberSet, MovementOrdered, TeachingAssigned, TimetablePublished,
    TimetableChanged, LessonCancelled, LessonMoved, SubstitutionOrdered, LessonRecorded, TopicSet, AttendanceTaken,
    AbsenceRecorded, LatenessRecorded, AbsenceExcused, WorkPlanned, MarkGiven, HomeworkSet, RemarkRecorded,
    EntryCorrected, EntryAnnulled, Endorsed, DiarySigned, AnchorAdded, StateCommitted, ClockFault, BackupMade,
    RestoreDone, PredecessorNamed, PersonalTextErased, DeadlineExtended, BranchDefined, PersonalDataVerified,
    CompromiseReported, CompromiseReceived, ConsentGiven, ConsentWithdrawn, ContactGiven, ElectronicAccessDeclined,
    OperationsAcknowledged, SectionsVerified, StudyScheduleSet, ProgrammeDefined, CurriculumSet, ClassLabelled,
    ClassReorganised, SubgroupsSplit, SubgroupMoved, IndividualModeSet, SubstitutionSigned, WorkProgrammePublished,
    PlanTemplateShared, PlanPublished, PlanAdjusted, CourseworkAssigned, CourseworkGraded, MaterialPublished,
    TaskAssigned, SubmissionSent, SubmissionReviewed, FileAttached, AbsenceAnnounced, MarkAwaited, MakeupMarkGiven,
    MarkImported, WrittenWishGiven, HomeworkDone, PeriodMarkGiven, PeriodMarkWaived, CommissionAppointed,
    AttestationRequested, ReferralIssued, AttestationMarkGiven, FinalMarkGiven, DebtRecorded, RetakeScheduled,
    DebtCleared, CouncilDecided, PeriodClosed, PeriodReopened, InspectionHeld, InspectionNoteIssued,
    FindingAcknowledged, FindingResolved, ViolationReported, MeasureRecorded, UsageTotalsFrozen, ReportIssued,
    ReportReceived, HoursReported, HoursAccepted, AnnouncementPublished, AnnouncementWithdrawn, MessageCommitted,
    NoticeServed, NoticeDelivered, NoticeAcknowledged, SubscriptionSet, ForecastIssued, PrintoutHanded,
    ConsultationRequested, ConsultationAnswered, DocumentPublished, DocumentAcknowledged, PrintCertified,
    ArchiveDeposited, DataExchanged, WitnessPolicySet, NeighbourGenesis>;

// Copies, moves and destructors of so many alternatives are compiled once, in statement.cc.
class Body : public AnyBody {
 public:
  Body() noexcept;
  template <class T>  // NOLINTNEXTLINE(google-explicit-constructor): a body is said as one of its types
  requires(!std::is_base_of_v<AnyBody, T>) Body(T said) : AnyBody(std::in_place_type<T>, std::move(said)) {}
  template <std::size_t I>
  explicit Body(std::in_place_index_t<I> type) : AnyBody(type) {}
  Body(const Body& other);
  Body(Body&& other) noexcept;
  Body& operator=(const Body& other);
  Body& operator=(Body&& other) noexcept;
  ~Body();
};

inline constexpr std::string_view kBodyNames[] = {"",
                                                  "school_created",
                                                  "profile_adopted",
                                                  "zone_offset_set",
                                                  "person_registered",
                                                  "personal_data_changed",
                                                  "guardian_set",
                                                  "role_granted",
                                                  "role_revoked",
                                                  "invitation_issued",
                                                  "invitation_revoked",
                                                  "key_enrolled",
                                                  "key_revoked",
                                                  "key_rotated",
                                                  "dictionary_entry_defined",
                                                  "year_opened",
                                                  "period_defined",
                                                  "calendar_exception_set",
                                                  "bells_set",
                                                  "class_opened",
                                                  "class_teacher_appointed",
                                                  "teaching_group_opened",
                                                  "group_member_set",
                                                  "movement_ordered",
                                                  "teaching_assigned",
                                                  "timetable_published",
                                                  "timetable_changed",
                                                  "lesson_cancelled",
                                                  "lesson_moved",
                                                  "substitution_ordered",
                                                  "lesson_recorded",
                                                  "topic_set",
                                                  "attendance_taken",
                                                  "absence_recorded",
                                                  "lateness_recorded",
                                                  "absence_excused",
                                                  "work_planned",
                                                  "mark_given",
                                                  "homework_set",
                                                  "remark_recorded",
                                                  "entry_corrected",
                                                  "entry_annulled",
                                                  "endorsed",
                                                  "diary_signed",
                                                  "anchor_added",
                                                  "state_committed",
                                                  "clock_fault",
                                                  "backup_made",
                                                  "restore_done",
                                                  "predecessor_named",
                                                  "personal_text_erased",
                                                  "deadline_extended",
                                                  "branch_defined",
                                                  "personal_data_verified",
                                                  "compromise_reported",
                                                  "compromise_received",
                                                  "consent_given",
                                                  "consent_withdrawn",
                                                  "contact_given",
                                                  "electronic_access_declined",
                                                  "operations_acknowledged",
                                                  "sections_verified",
                                                  "study_schedule_set",
                                                  "programme_defined",
                                                  "curriculum_set",
                                                  "class_labelled",
                                                  "class_reorganised",
                                                  "subgroups_split",
                                                  "subgroup_moved",
                                                  "individual_mode_set",
                                                  "substitution_signed",
                                                  "work_programme_published",
                                                  "plan_template_shared",
                                                  "plan_published",
                                                  "plan_adjusted",
                                                  "coursework_assigned",
                                                  "coursework_graded",
                                                  "material_published",
                                                  "task_assigned",
                                                  "submission_sent",
                                                  "submission_reviewed",
                                                  "file_attached",
                                                  "absence_announced",
                                                  "mark_awaited",
                                                  "makeup_mark_given",
                                                  "mark_imported",
                                                  "written_wish_given",
                                                  "homework_done",
                                                  "period_mark_given",
                                                  "period_mark_waived",
                                                  "commission_appointed",
                                                  "attestation_requested",
                                                  "referral_issued",
                                                  "attestation_mark_given",
                                                  "final_mark_given",
                                                  "debt_recorded",
                                                  "retake_scheduled",
                                                  "debt_cleared",
                                                  "council_decided",
                                                  "period_closed",
                                                  "period_reopened",
                                                  "inspection_held",
                                                  "inspection_note_issued",
                                                  "finding_acknowledged",
                                                  "finding_resolved",
                                                  "violation_reported",
                                                  "measure_recorded",
                                                  "usage_totals_frozen",
                                                  "report_issued",
                                                  "report_received",
                                                  "hours_reported",
                                                  "hours_accepted",
                                                  "announcement_published",
                                                  "announcement_withdrawn",
                                                  "message_committed",
                                                  "notice_served",
                                                  "notice_delivered",
                                                  "notice_acknowledged",
                                                  "subscription_set",
                                                  "forecast_issued",
                                                  "printout_handed",
                                                  "consultation_requested",
                                                  "consultation_answered",
                                                  "document_published",
                                                  "document_acknowledged",
                                                  "print_certified",
                                                  "archive_deposited",
                                                  "data_exchanged",
                                                  "witness_policy_set",
                                                  "neighbour_genesis"};
inline constexpr std::size_t kBodyCount = std::variant_size_v<AnyBody>;
static_assert(std::size(kBodyNames) == kBodyCount);
inline std::string_view name_of(const Body& body) { return kBodyNames[body.index()]; }

// "mark_given" for any closed enum; empty for a value that is not one of its names.
template <class Enum>
constexpr std::string_view enum_name(Enum value) {
  const auto& names = names_of(Enum{});
  const auto number = static_cast<std::size_t>(value);
  return number >= 1 && number <= std::size(names) ? names[number - 1] : std::string_view{};
}
template <class Enum>
constexpr std::optional<Enum> enum_from_name(std::string_view name) {
  const auto& names = names_of(Enum{});
  for (std::size_t i = 0; i < std::size(names); ++i)
    if (names[i] == name) return static_cast<Enum>(i + 1);
  return std::nullopt;
}

// What an author signs: Ed25519 over "letopis/statement/v1" ‖ 0 ‖ these exact bytes (size prefix included).
struct Statement {
  std::string_view origin{};
  Id id{};
  Id author{};
  Role acting_as{};
  std::string_view branch{};
  Id key{};
  Id chain{};
  std::uint64_t number{};
  Hash previous{};
  Id salt{};
  std::optional<Seen> seen{};
  Instant claimed_at{};
  std::optional<Basis> basis{};
  Date effective_from{};
  Date effective_to{};
  std::vector<Ref> refs{};
  std::vector<Commitment> commitments{};
  Body body;
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "origin", self.origin, true);
    visitor.field(1, "id", self.id, true);
    visitor.field(2, "author", self.author, false);
    visitor.field(3, "acting_as", self.acting_as, true);
    visitor.field(4, "branch", self.branch, false);
    visitor.field(5, "key", self.key, true);
    visitor.field(6, "chain", self.chain, true);
    visitor.field(7, "number", self.number, false);
    visitor.field(8, "previous", self.previous, false);
    visitor.field(9, "salt", self.salt, true);
    visitor.field(10, "seen", self.seen, true);
    visitor.field(11, "claimed_at", self.claimed_at, false);
    visitor.field(12, "basis", self.basis, false);
    visitor.field(13, "effective_from", self.effective_from, false);
    visitor.field(14, "effective_to", self.effective_to, false);
    visitor.field(15, "refs", self.refs, false);
    visitor.field(16, "commitments", self.commitments, false);
  }
};

// The leaf: what the log made of a statement.
struct Event {
  std::uint64_t index{};
  Instant recorded_at{};
  std::int32_t utc_offset{};
  ByteView statement{};
  Signature signature{};
  Verdict verdict{};
  std::string_view rule{};
  Instant deadline{};
  std::int64_t late_seconds{};
  Hash profile{};
  std::uint64_t context{};
  std::vector<Awaited> awaits{};
  std::uint16_t rules_version{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "index", self.index, false);
    visitor.field(1, "recorded_at", self.recorded_at, false);
    visitor.field(2, "utc_offset", self.utc_offset, false);
    visitor.field(3, "statement", self.statement, true);
    visitor.field(4, "signature", self.signature, true);
    visitor.field(5, "verdict", self.verdict, true);
    visitor.field(6, "rule", self.rule, false);
    visitor.field(7, "deadline", self.deadline, false);
    visitor.field(8, "late_seconds", self.late_seconds, false);
    visitor.field(9, "profile", self.profile, false);
    visitor.field(10, "context", self.context, false);
    visitor.field(11, "awaits", self.awaits, false);
    visitor.field(12, "rules_version", self.rules_version, false);
  }
};

// One event of a key chain.
struct KeyLink {
  ByteView event{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "event", self.event, true);
  }
};

// An earlier entry, proved under the checkpoint of the proof file: an anchor.
struct ProvedEntry {
  std::uint64_t index{};
  ByteView event{};
  std::vector<Hash> proof{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "index", self.index, false);
    visitor.field(1, "event", self.event, true);
    visitor.field(2, "proof", self.proof, false);
  }
};

// What a proof file carries in `extra`.
struct Receipt {
  std::uint16_t version{};
  ByteView event{};
  std::vector<KeyLink> key_chain{};
  std::vector<Hash> genesis_proof{};
  std::vector<ProvedEntry> anchors{};
  std::vector<Evidence> tokens{};
  std::vector<ProvedEntry> clock_faults{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "version", self.version, false);
    visitor.field(1, "event", self.event, true);
    visitor.field(2, "key_chain", self.key_chain, false);
    visitor.field(3, "genesis_proof", self.genesis_proof, false);
    visitor.field(4, "anchors", self.anchors, false);
    visitor.field(5, "tokens", self.tokens, false);
    visitor.field(6, "clock_faults", self.clock_faults, false);
  }
};

// One statement on its way in, with its author's signature.
struct SubmittedStatement {
  ByteView bytes{};
  Signature signature{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "bytes", self.bytes, true);
    visitor.field(1, "signature", self.signature, true);
  }
};

// The plain text of a sealed field; the commitment it belongs to is found by its hash.
struct SubmittedText {
  std::string_view field{};
  Hash salt{};
  std::string_view text{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "field", self.field, true);
    visitor.field(1, "salt", self.salt, true);
    visitor.field(2, "text", self.text, true);
  }
};

// A file or the text of a profile; statements name it by its SHA-256.
struct SubmittedBlob {
  ByteView bytes{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "bytes", self.bytes, true);
  }
};

// A request as programs send it: nothing of it is signed but the statements.
struct SubmissionBuffer {
  std::vector<SubmittedStatement> statements{};
  std::vector<SubmittedText> texts{};
  std::vector<SubmittedBlob> blobs{};
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field(0, "statements", self.statements, true);
    visitor.field(1, "texts", self.texts, false);
    visitor.field(2, "blobs", self.blobs, false);
  }
};

}  // namespace letopis::ledger
