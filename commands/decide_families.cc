// Families and what is said to them: personal data verified, consents, contacts, refusals of electronic access, the signed week,
// notices, messages, consultations, announcements, documents (events.md: "School, people, keys", "Communication").

#include <algorithm>

#include "commands/families.h"

namespace letopis::commands {

using namespace ledger;

void judge(Case& c, const PersonalDataVerified& b) {
  if (!b.klass.is_zero()) {
    if (c.known_class(b.klass)) c.require(c.state.is_class_teacher(c.st.author, b.klass, c.today), rule::kNotOwnGroup);
  } else if (c.known_person(b.person)) {
    c.require(c.leads_class_of(b.person), rule::kNotOwnGroup);
  }
}

// --- Consents and contacts -------------------------------------------------------------------------------------------

namespace {

// For oneself, for one's child; on paper, the class teacher for the own class's families.
void for_own_family(Case& c, const Id& person) {
  if (!c.known_person(person)) return;
  if (c.st.acting_as == Role::kClassTeacher && person != c.st.author) {
    const auto children = c.state.children_of(person, c.today);
    const bool own = c.leads_class_of(person) || std::any_of(children.begin(), children.end(),
                                                             [&](const Id& child) { return c.leads_class_of(child); });
    c.require(own, rule::kNotOwnGroup);
    c.require(c.has_basis(), rule::kNoBasis);
    return;
  }
  const bool own = person == c.st.author ||
                   (c.st.acting_as == Role::kParent && c.state.may_see_as_guardian(c.st.author, person, c.today));
  c.require(own, rule::kNotOwnFamily);
}

// Until adulthood it is a representative who consents (r004 п1: «согласия законных представителей обучающихся»).
void may_consent(Case& c, const Id& person) {
  for_own_family(c, person);
  c.require(person != c.st.author || !c.state.known_minor(person, c.today), rule::kMinor);
}

}  // namespace

void judge(Case& c, const ConsentGiven& b) {
  may_consent(c, b.person);
  c.listed("consent_kind", b.kind);
  const auto& given = c.state.office().all_consents();
  c.require(std::none_of(given.begin(), given.end(),
                         [&](const auto& known) {
                           return known.second.standing && known.second.person == b.person &&
                                  known.second.kind == b.kind;
                         }),
            rule::kDuplicateEntry);
}

void judge(Case& c, const ConsentWithdrawn& b) {
  const auto* consent = c.state.office().consent(b.consent);
  if (!c.require(consent != nullptr, rule::kUnknownReference)) return;
  may_consent(c, consent->person);
  c.require(consent->standing, rule::kAlreadyDecided);
}

void judge(Case& c, const ContactGiven& b) { for_own_family(c, b.person); }

// r000 3.2 asks for a written statement: the basis; from a guardian's own key the statement is the signed entry itself.
void judge(Case& c, const ElectronicAccessDeclined& b) {
  c.known_person(b.guardian);
  if (!c.known_person(b.student)) return;
  c.require(c.state.is_guardian(b.guardian, b.student, c.today), rule::kUnknownReference);
  if (c.st.acting_as == Role::kParent) {
    c.require(b.guardian == c.st.author, rule::kNotOwnFamily);
    return;
  }
  c.require(c.leads_class_of(b.student), rule::kNotOwnGroup);
  if (c.profile->declined_access.written && b.declined)
    c.require(c.has_document(kDocument<ElectronicAccessDeclined>), rule::kNoBasis);
}

void judge(Case& c, const DiarySigned& b) {
  c.require(c.state.may_see_as_guardian(c.st.author, b.student, c.today), rule::kNotOwnFamily);
  c.require(b.week <= c.today, rule::kFutureEntry);
}

void judge(Case& c, const PrintoutHanded& b) {
  if (!c.known_person(b.student)) return;
  c.require(c.leads_class_of(b.student), rule::kNotOwnGroup);
  c.require(b.week <= c.today, rule::kNotYet);
}

// --- Notices and messages --------------------------------------------------------------------------------------------

namespace {

bool teaches_student(const Case& c, const Id& student) {
  const auto groups = c.state.groups_of_student(student, c.today, c.today);
  return std::any_of(groups.begin(), groups.end(),
                     [&](const Id& group) { return teaches(c.state, c.st.author, group, c.today); });
}

}  // namespace

void judge(Case& c, const NoticeServed& b) {
  if (!c.known_person(b.student)) return;
  c.listed("notice_kind", b.kind);
  const bool own = c.st.acting_as == Role::kClassTeacher ? c.leads_class_of(b.student) : teaches_student(c, b.student);
  c.require(own, rule::kNotOwnGroup);
}

namespace {

const projections::EntryRef* known_entry(Case& c, const Id& id, std::size_t type) {
  const auto* entry = c.state.entry(id);
  const bool there = entry != nullptr && entry->standing && entry->type == type;
  return c.require(there, rule::kUnknownReference) ? entry : nullptr;
}

}  // namespace

void judge(Case& c, const NoticeDelivered& b) {
  const auto* notice = known_entry(c, b.notice, Body(NoticeServed{}).index());
  if (notice != nullptr) c.require(c.state.is_guardian(b.guardian, notice->student, c.today), rule::kNotAddressee);
}

void judge(Case& c, const NoticeAcknowledged& b) {
  const auto* notice = known_entry(c, b.notice, Body(NoticeServed{}).index());
  if (notice != nullptr)
    c.require(c.state.may_see_as_guardian(c.st.author, notice->student, c.today), rule::kNotAddressee);
}

void judge(Case& c, const SubscriptionSet& b) {
  if (c.known_person(b.student))
    c.require(c.state.may_see_as_guardian(c.st.author, b.student, c.today), rule::kNotOwnFamily);
}

// A family writes to staff, and to nobody else's; staff write to whom they like in the school.
void judge(Case& c, const MessageCommitted& b) {
  const bool of_family = c.acting(roles(Role::kParent, Role::kStudent));
  for (const auto& recipient : b.recipients)
    if (c.known_person(recipient) && of_family) c.require(is_staff(c.state, recipient, c.today), rule::kNotEntitled);
}

void judge(Case& c, const ConsultationRequested& b) {
  if (c.known_person(b.to)) c.require(is_staff(c.state, b.to, c.today), rule::kNotAddressee);
}

void judge(Case& c, const ConsultationAnswered& b) {
  const auto* asked = known_entry(c, b.request, Body(ConsultationRequested{}).index());
  if (asked != nullptr) c.require(asked->subject == c.st.author, rule::kNotAddressee);
}

// --- Announcements and documents -------------------------------------------------------------------------------------

void judge(Case& c, const AnnouncementPublished& b) {
  for (const auto& klass : b.classes) c.known_class(klass);
  if (c.refused() || c.st.acting_as != Role::kClassTeacher) return;
  c.require(!b.classes.empty() &&
                std::all_of(b.classes.begin(), b.classes.end(),
                            [&](const Id& klass) { return c.state.is_class_teacher(c.st.author, klass, c.today); }),
            rule::kNotOwnGroup);
}

void judge(Case& c, const AnnouncementWithdrawn& b) {
  const auto* announcement = c.state.office().announcement(b.announcement);
  if (!c.require(announcement != nullptr, rule::kUnknownReference)) return;
  c.require(!announcement->withdrawn, rule::kAlreadyDecided);
  c.require(announcement->author == c.st.author || c.acting(roles(Role::kDirector, Role::kDeputyHead)),
            rule::kNotEntitled);
}

void judge(Case&, const DocumentPublished&) {}

void judge(Case& c, const DocumentAcknowledged& b) {
  const auto* document = c.state.office().document(b.document);
  if (!c.require(document != nullptr, rule::kUnknownReference)) return;
  const auto& audience = document->audience;
  c.require(audience.empty() || std::find(audience.begin(), audience.end(), c.st.acting_as) != audience.end(),
            rule::kNotAddressee);
  const auto& known = document->acknowledged;
  c.require(std::find(known.begin(), known.end(), c.st.author) == known.end(), rule::kDuplicateEntry);
}

}  // namespace letopis::commands
