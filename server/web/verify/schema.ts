// The tables of ledger/schema/letopis.fbs that a receipt can hold, a line each. A test holds this page to that file.
//
// `name:kind` in the order of the field ids, which have no gaps; `!` marks what must be there (not empty, not zero; of an
// enumeration, not 0). Kinds: text, bytes; Id, Hash, PublicKey, Signature; u8 … i64; bool; date (days), instant (microseconds),
// minute (of the day); the name of an enumeration; the name of a table; a list in brackets. Lines that begin with blanks go on.

const ENUMS = `
Role director deputy_head head_of_studies head_of_department administrator class_teacher teacher workshop_master
  secretary archivist accountant auditor parent student commission service root additional_teacher
Access full none until_adult
DayKind day_off holiday distance quarantine working
Movement enrolled transferred expelled returned promoted academic_leave
CouncilKind promote conditional repeat admit graduate
Verdict accepted late refused
`;

// Of the envelope's fields the union `body` (17: its type, 18: itself) is read apart.
const PARTS = `
Basis kind:text! number:text date:date issuer:text order:text members:[Id] scan:Hash
Seen size:u64 root:Hash!
Ref id:Id! leaf:Hash
Commitment field:text! person:Id! digest:Hash!
RootKey key:PublicKey! signature:Signature
Property name:text! value:text!
Bell slot:u8 start:minute end:minute
Slot weekday:u8 slot:u8 teacher:Id! room:text
Evidence kind:text! bytes:bytes!
GradeSpan from:u8 to:u8
StudySpan from:date to:date kind:text!
CurriculumItem subject_code:text! subject:text! hours:u16 weekly:u8 attestation:text
PlanItem number:text! topic:text! hours:u8 kind:text homework:text
SubgroupPart group:Id! students:[Id]!
Finding number:u16 kind:text! teacher:Id group:Id lesson:Id due:date
HoursRow teacher:Id! group:Id! planned:u16 given:u16 substituted:u16
UsageRow role:Role! people:u32 active:u32 entries:u64
Awaited role:Role!
Statement origin:text! id:Id! author:Id acting_as:Role! branch:text key:Id! chain:Id! number:u64 previous:Hash
  salt:Id! seen:Seen! claimed_at:instant basis:Basis effective_from:date effective_to:date refs:[Ref]
  commitments:[Commitment]
Event index:u64 recorded_at:instant utc_offset:i32 statement:bytes! signature:Signature! verdict:Verdict! rule:text
  deadline:instant late_seconds:i64 profile:Hash context:u64 awaits:[Awaited] rules_version:u16
KeyLink event:bytes!
ProvedEntry index:u64 event:bytes! proof:[Hash]
Receipt version:u16 event:bytes! key_chain:[KeyLink] genesis_proof:[Hash] anchors:[ProvedEntry] tokens:[Evidence]
  clock_faults:[ProvedEntry]
`;

// Append only: the number of a body is its place, from 1.
const BODIES = `
SchoolCreated name:text! zone:text! utc_offset:i32 log_vkey:text! service_key:PublicKey! root_keys:[RootKey]!
  threshold:u8 simulated:bool profile_name:text! profile:Hash! regulation:Hash previous_origin:text
  previous_size:u64 previous_root:Hash
ProfileAdopted name:text! profile:Hash! regulation:Hash
ZoneOffsetSet utc_offset:i32
PersonRegistered person:Id!
PersonalDataChanged person:Id!
GuardianSet guardian:Id! student:Id! access:Access!
RoleGranted person:Id! role:Role!
RoleRevoked person:Id! role:Role!
InvitationIssued person:Id! code_key:PublicKey! expires:instant
InvitationRevoked invitation:Id!
KeyEnrolled invitation:Id! person:Id! key:PublicKey! code_signature:Signature!
KeyRevoked key:Id!
KeyRotated key:PublicKey! new_signature:Signature!
DictionaryEntryDefined kind:text! code:text! title:text! properties:[Property]
YearOpened title:text! from:date to:date
PeriodDefined period:Id! title:text! kind:text! from:date to:date marks_from:date marks_to:date grades:[GradeSpan]
CalendarExceptionSet klass:Id from:date to:date kind:DayKind! as_weekday:u8 title:text grades:[GradeSpan]
BellsSet bells:[Bell]! shift:u8
ClassOpened klass:Id! label:text! grade:u8 branch:text programme:text
ClassTeacherAppointed klass:Id! person:Id! leading_master:bool
TeachingGroupOpened group:Id! label:text! subject:text! subject_code:text kind:text classes:[Id]
GroupMemberSet group:Id! student:Id!
MovementOrdered student:Id! klass:Id kind:Movement!
TeachingAssigned teacher:Id! group:Id! hours:u16 replaces:Id
TimetablePublished group:Id! slots:[Slot] shift:u8
TimetableChanged group:Id! slots:[Slot] shift:u8
LessonCancelled group:Id! date:date slot:u8
LessonMoved group:Id! date:date slot:u8 new_date:date new_slot:u8 room:text
SubstitutionOrdered group:Id! date:date slot:u8 absent:Id! substitute:Id! subject:text pay:text kind:text
  joined:[Id]
LessonRecorded lesson:Id! group:Id! date:date slot:u8 slots:u8 kind:text mode:text substitute_for:Id start:minute
  end:minute
TopicSet lesson:Id! text:text! plan_item:text hours:u8
AttendanceTaken lesson:Id! all_present:bool
AbsenceRecorded lesson:Id! student:Id! code:text
LatenessRecorded lesson:Id! student:Id! minutes:u16
AbsenceExcused student:Id! from:date to:date excused:bool kind:text
WorkPlanned group:Id! lesson:Id held_on:date kind:text! number:u16 title:text parts:u8 scale:text weight:u16
  same_as:Id
MarkGiven work:Id! part:u8 student:Id! value:text!
HomeworkSet lesson:Id! due:date audience:[Id] kind:text text:text! files:[Hash] group:Id date:date slot:u8
RemarkRecorded student:Id! lesson:Id kind:text
EntryCorrected target:Id! value:text minutes:u16 withdrawn:bool
EntryAnnulled target:Id! decision:text
Endorsed target:Id! approve:bool
DiarySigned student:Id! week:date
AnchorAdded checkpoint:text! evidence:[Evidence]!
StateCommitted size:u64 root:Hash! shards:u64
ClockFault kind:text! observed:instant expected:instant
BackupMade size:u64 root:Hash! medium:text room:text
RestoreDone size:u64 root:Hash! from_size:u64
PredecessorNamed origin:text! size:u64 root:Hash!
PersonalTextErased person:Id! texts:u64
DeadlineExtended from:instant to:instant until:instant classes:[Id]
BranchDefined code:text! title:text!
PersonalDataVerified klass:Id person:Id
CompromiseReported person:Id! learned_on:date
CompromiseReceived report:Id!
ConsentGiven person:Id! kind:text!
ConsentWithdrawn consent:Id!
ContactGiven person:Id! kind:text!
ElectronicAccessDeclined guardian:Id! student:Id! declined:bool
OperationsAcknowledged up_to:u64
SectionsVerified section:text!
StudyScheduleSet klass:Id! spans:[StudySpan]!
ProgrammeDefined code:text! title:text! kind:text! years:u8
CurriculumSet title:text! classes:[Id]! items:[CurriculumItem]!
ClassLabelled klass:Id! label:text! grade:u8
ClassReorganised klass:Id! into:[Id]
SubgroupsSplit klass:Id! parts:[SubgroupPart]!
SubgroupMoved student:Id! from:Id! to:Id!
IndividualModeSet student:Id! kind:text!
SubstitutionSigned substitution:Id!
WorkProgrammePublished subject_code:text! title:text! grade:u8 file:Hash!
PlanTemplateShared subject_code:text! title:text! grade:u8 items:[PlanItem]! continues:Id
PlanPublished group:Id! title:text! items:[PlanItem]! continues:Id template_plan:Id more:bool
PlanAdjusted plan:Id! items:[PlanItem]!
CourseworkAssigned group:Id! student:Id! title:text! due:date
CourseworkGraded coursework:Id! value:text!
MaterialPublished group:Id! title:text! kind:text! file:Hash url:text
TaskAssigned group:Id! students:[Id]! title:text! due:date files:[Hash]
SubmissionSent task:Id! file:Hash!
SubmissionReviewed submission:Id! accepted:bool
FileAttached target:Id! file:Hash! size:u64 media_type:text!
AbsenceAnnounced student:Id! from:date to:date
MarkAwaited work:Id! student:Id!
MakeupMarkGiven work:Id! part:u8 student:Id! value:text! absence:Id!
MarkImported student:Id! group:Id! period:Id kind:text! value:text! held_on:date
WrittenWishGiven student:Id! lesson:Id!
HomeworkDone homework:Id!
PeriodMarkGiven period:Id! group:Id! student:Id! value:text! average:text count:u16
PeriodMarkWaived period:Id! group:Id! student:Id!
CommissionAppointed group:Id! members:[Id]!
AttestationRequested group:Id! student:Id! form:text!
ReferralIssued request:Id! on:date commission:Id!
AttestationMarkGiven group:Id! student:Id! form:text! value:text! held_on:date referral:Id commission:Id
FinalMarkGiven group:Id! student:Id! value:text!
DebtRecorded student:Id! group:Id! period:Id
RetakeScheduled debt:Id! on:date number:u8 commission:Id
DebtCleared debt:Id!
CouncilDecided student:Id! kind:CouncilKind! klass:Id
PeriodClosed period:Id!
PeriodReopened period:Id!
InspectionHeld kind:text! groups:[Id] classes:[Id] from:date to:date findings:[Finding]
InspectionNoteIssued inspection:Id! note:Hash!
FindingAcknowledged inspection:Id! finding:u16
FindingResolved inspection:Id! finding:u16
ViolationReported klass:Id! teacher:Id! kind:text! group:Id lesson:Id
MeasureRecorded person:Id! kind:text! inspection:Id
UsageTotalsFrozen from:date to:date rows:[UsageRow]!
ReportIssued kind:text! from:date to:date figures:Hash!
ReportReceived report:Id!
HoursReported from:date to:date rows:[HoursRow]!
HoursAccepted report:Id!
AnnouncementPublished title:text! text:text! classes:[Id]
AnnouncementWithdrawn announcement:Id!
MessageCommitted body:Hash! recipients:[Id]!
NoticeServed student:Id! kind:text!
NoticeDelivered notice:Id! guardian:Id! channel:text!
NoticeAcknowledged notice:Id!
SubscriptionSet student:Id! channel:text! active:bool
ForecastIssued period:Id! group:Id! student:Id! value:text! count:u16
PrintoutHanded student:Id! week:date
ConsultationRequested to:Id!
ConsultationAnswered request:Id!
DocumentPublished title:text! file:Hash! audience:[Awaited]
DocumentAcknowledged document:Id!
PrintCertified kind:text! klass:Id pages:u16 size:u64 root:Hash!
ArchiveDeposited from:date to:date medium:text! room:text digest:Hash!
DataExchanged direction:text! system:text! digest:Hash! rows:u64
WitnessPolicySet policy:text! companion:text
NeighbourGenesis vkey:text! genesis:Hash! url:text
`;

// Bytes of each kind that lies in its table.
export const FIXED_BYTES: Readonly<Record<string, number>> = { Id: 16, Hash: 32, PublicKey: 32, Signature: 64 };
const ONE_BYTE = { u8: 1, bool: 1 };
const MORE_BYTES = { u16: 2, minute: 2, u32: 4, i32: 4, date: 4, u64: 8, i64: 8, instant: 8 };
export const SCALAR_BYTES: Readonly<Record<string, number>> = { ...ONE_BYTE, ...MORE_BYTES };

export interface Field {
  readonly name: string;
  readonly kind: string;
  readonly isList: boolean;
  readonly required: boolean;
}
export interface TableType {
  readonly name: string;
  readonly fields: readonly Field[];
}

function rowsOf(page: string): string[][] {
  const rows = page.trim().replace(/\n +/g, " ").split("\n");
  return rows.map((row) => row.split(" "));
}

function fieldOf(word: string): Field {
  const [, name, open, kind, mark] = /^(\w+):(\[?)(\w+)\]?(!?)$/.exec(word)!;
  return { name: name!, kind: kind!, isList: open === "[", required: mark === "!" };
}

function tablesOf(page: string): TableType[] {
  return rowsOf(page).map(([name, ...words]) => ({ name: name!, fields: words.map(fieldOf) }));
}

export const ENUM_NAMES: ReadonlyMap<string, readonly string[]> = new Map(
  rowsOf(ENUMS).map(([name, ...values]) => [name!, values]),
);
export const BODY_TYPES: readonly TableType[] = tablesOf(BODIES);
export const TABLE_TYPES: ReadonlyMap<string, TableType> = new Map(
  [...tablesOf(PARTS), ...BODY_TYPES].map((type) => [type.name, type]),
);

// "mark_given" for MarkGiven: how programs call it.
export function bodyName(type: TableType): string {
  return type.name.replace(/(?!^)[A-Z]/g, "_$&").toLowerCase();
}
