// Who may speak at all: keys, capacities, what one has seen; people, roles, families, invitations.

#include <deque>

#include "tests/unit/commands/rules_fixture.h"

namespace letopis::commands {
namespace {

using namespace ledger;
using test::day;

class Authors : public Rules {
 protected:
  Id invite(const Id& person, Instant expires = {}) {
    return h.add(InvitationIssued{person, random.fixed<PublicKey>(), expires});
  }
  KeyEnrolled enrolment(const Id& invitation, const Id& person) {
    return {invitation, person, random.fixed<PublicKey>(), random.fixed<Signature>()};
  }
  std::string enrols(const Id& person, const Id& invitation) {
    return ruled(h.by(person, Role::kStudent), enrolment(invitation, person));
  }
  Id registered() {
    const Id person = some_id();
    as_administrator().add(PersonRegistered{person});
    return person;
  }
  ClassOpened a_class() { return {some_id(), "8В", 8, {}}; }
};

// --- Keys

TEST_F(Authors, ARevokedKeySaysNothingMore) {
  const Id lesson = h.lesson(physics, "2026-11-23", 2);
  const TopicSet topic{lesson, "Закон Ома", {}, 0};
  EXPECT_EQ(ruled(h.by(teacher), topic), "accepted");
  as_administrator().add(KeyRevoked{h.key_of(teacher)});
  EXPECT_EQ(ruled(h.by(teacher), topic), "refused key_revoked");
  h.at("2026-11-23 12:20");
  EXPECT_EQ(ruled(h.by(colleague), lesson_of(chemistry, "2026-11-23", 5)), "accepted");
}

TEST_F(Authors, AKeyTheLogDoesNotHoldRefersToNothing) {
  auto statement = h.by(teacher).propose(lesson_of(physics, "2026-11-23", 2));
  EXPECT_EQ(text(judge(statement, h.now())), "accepted");
  statement.key = some_id();
  EXPECT_EQ(text(judge(statement, h.now())), "refused unknown_reference");
}

TEST_F(Authors, KeysAreRevokedByTheirPersonOrTheOffice) {
  const KeyRevoked body{h.key_of(teacher)};
  EXPECT_EQ(ruled(h.by(teacher), body), "accepted");
  EXPECT_EQ(ruled(as_director(), body), "accepted");
  EXPECT_EQ(ruled(as_administrator(), body), "accepted");
  EXPECT_EQ(ruled(h.by(colleague), body), "refused not_entitled");
  EXPECT_EQ(ruled(as_deputy(), body), "refused not_entitled");
  EXPECT_EQ(ruled(as_director(), KeyRevoked{some_id()}), "refused unknown_reference");
  as_director().add(body);
  EXPECT_EQ(ruled(as_director(), body), "refused key_revoked") << "once is enough";
}

TEST_F(Authors, RootAndServiceKeysAreNotRevokedThisWay) {
  const Id root = h.entry(0).statement.key;
  ASSERT_NE(h.state().key(root), nullptr);
  EXPECT_EQ(ruled(as_director(), KeyRevoked{root}), "refused unknown_reference");
}

TEST_F(Authors, ARotationBringsAKeyNobodyHad) {
  const KeyRotated fresh{random.fixed<PublicKey>(), random.fixed<Signature>()};
  EXPECT_EQ(ruled(h.by(teacher), fresh), "accepted");
  const PublicKey taken = h.state().key(h.key_of(colleague))->public_key;
  EXPECT_EQ(ruled(h.by(teacher), KeyRotated{taken, random.fixed<Signature>()}), "refused duplicate_entry");
}

// --- What an author has seen

TEST_F(Authors, ACheckpointThatNeverWasIsNotSeen) {
  auto statement = as_director().propose(a_class());
  statement.seen->root.bytes[3] ^= 1;
  EXPECT_EQ(text(judge(statement, h.now())), "refused seen_unknown");
  statement.seen = Seen{h.size() + 1, test::History::root_at(h.size() + 1)};
  EXPECT_EQ(text(judge(statement, h.now())), "refused seen_unknown") << "longer than the log";
  statement.seen = Seen{1, test::History::root_at(1)};
  EXPECT_EQ(text(judge(statement, h.now())), "refused seen_too_old");
  statement.seen = Seen{h.size(), test::History::root_at(h.size())};
  EXPECT_EQ(text(judge(statement, h.now())), "accepted");
}

TEST_F(Authors, ACheckpointMayNotComeFromTheFuture) {
  // A root of a size the log reaches only later is no checkpoint that could have been seen at this index.
  auto statement = as_director().propose(a_class());
  const std::uint64_t index = h.size();
  h.person();
  statement.seen = Seen{h.size(), test::History::root_at(h.size())};
  EXPECT_EQ(text(decide(h.state(), book, roots, statement, index, h.now())), "refused seen_unknown");
}

TEST_F(Authors, ACheckpointAgesFromTheEntryThatFollowedIt) {  // docs/adr/0006
  const auto statement = as_director().propose(a_class());
  // Nothing follows for weeks of holidays: it is still the newest.
  const Instant long_after = h.local("2027-01-11 08:00");
  EXPECT_EQ(text(judge(statement, long_after)), "accepted");
  h.at("2027-01-11 08:00");
  h.person();  // from now on it is not
  EXPECT_EQ(text(judge(statement, h.now())), "accepted");
  const Instant week_after{long_after.micros + 10'080LL * 60 * kMicrosPerSecond};
  EXPECT_EQ(text(judge(statement, week_after)), "accepted");
  EXPECT_EQ(text(judge(statement, {week_after.micros + 1})), "refused seen_too_old");
}

TEST_F(Authors, HowOldACheckpointMayBeIsTheProfilesToSay) {
  adopt(r000_with("max_age_minutes = 10080", "max_age_minutes = 30"), "2026-11-24");
  const auto statement = as_director().propose(a_class());
  h.at("2026-11-25 08:00");
  h.person();
  EXPECT_EQ(text(judge(statement, h.local("2026-11-25 08:30"))), "accepted");
  EXPECT_EQ(text(judge(statement, h.local("2026-11-25 08:31"))), "refused seen_too_old");
}

// --- Capacities

TEST_F(Authors, ARoleMustBeHeldOnTheDay) {
  const Id deputy = h.person();
  const PeriodDefined period{some_id(), "2 четверть", "quarter", day("2026-11-09"), day("2026-12-27"), {}, {}};
  const auto as_new_deputy = [&]() -> test::History& { return h.by(deputy, Role::kDeputyHead); };
  EXPECT_EQ(ruled(as_new_deputy(), period), "refused not_entitled") << "not granted";
  h.from("2026-11-24").to("2026-11-25").grant(deputy, Role::kDeputyHead);
  EXPECT_EQ(ruled(as_new_deputy(), period), "refused not_entitled") << "not yet";
  EXPECT_EQ(ruled_at("2026-11-24 00:00", as_new_deputy(), period), "accepted");
  EXPECT_EQ(ruled_at("2026-11-25 23:59", as_new_deputy(), period), "accepted");
  EXPECT_EQ(ruled_at("2026-11-26 00:00", as_new_deputy(), period), "refused not_entitled") << "expired";
}

TEST_F(Authors, ARevokedRoleEndsAtItsEntry) {
  const PeriodDefined period{some_id(), "2 четверть", "quarter", day("2026-11-09"), day("2026-12-27"), {}, {}};
  EXPECT_EQ(ruled(as_deputy(), period), "accepted");
  h.revoke(h.deputy(), Role::kDeputyHead);
  EXPECT_EQ(ruled(as_deputy(), period), "refused not_entitled");
}

TEST_F(Authors, NobodyActsInACapacityOfOthers) {
  EXPECT_EQ(ruled(as_director(), a_class()), "accepted");
  EXPECT_EQ(ruled(h.by(h.deputy(), Role::kDirector), a_class()), "refused not_entitled") << "not held";
  EXPECT_EQ(ruled(h.by(h.director(), Role::kDeputyHead), a_class()), "refused not_entitled") << "not held";
  EXPECT_EQ(ruled(as_deputy(), a_class()), "refused not_entitled") << "held, and not enough";
}

TEST_F(Authors, ATeacherOfTheTimetableNeedsNoGrant) {
  const Id newcomer = h.person();
  const auto lesson = lesson_of(physics, "2026-11-30", 2);
  EXPECT_EQ(ruled_at("2026-11-30 09:30", h.by(newcomer), lesson), "refused not_entitled");
  h.from("2026-11-30").timetable(physics, {{1, 2, newcomer}});
  EXPECT_EQ(ruled_at("2026-11-30 09:30", h.by(newcomer), lesson), "accepted");
}

TEST_F(Authors, WhoActsByOrderNamesTheOrder) {
  EXPECT_EQ(ruled(as_administrator(), a_class()), "refused no_basis");
  EXPECT_EQ(ruled(as_administrator().basis("order", "14"), a_class()), "accepted");
  EXPECT_EQ(ruled(as_director(), a_class()), "accepted") << "the director decides";
}

TEST_F(Authors, TheSameStatementIsNotEnteredTwice) {
  const Id id = some_id();
  EXPECT_EQ(ruled(as_director().with_id(id), a_class()), "accepted");
  as_director().with_id(id).add(a_class());
  EXPECT_EQ(ruled(as_director().with_id(id), a_class()), "refused duplicate_entry");
}

TEST_F(Authors, SealedFieldsAreAboutKnownPeople) {
  const Id fresh = some_id();
  EXPECT_EQ(ruled(as_secretary().sealed("name", fresh, some_hash()), PersonRegistered{fresh}), "accepted")
      << "the one registered by this very statement";
  EXPECT_EQ(ruled(as_secretary().sealed("name", some_id(), some_hash()), PersonRegistered{fresh}),
            "refused person_unknown");
  EXPECT_EQ(ruled(as_secretary().sealed("name", masha, some_hash()), PersonalDataChanged{masha}), "accepted");
  EXPECT_EQ(ruled(as_secretary().sealed("name", fresh, some_hash()), PersonalDataChanged{masha}),
            "refused person_unknown");
}

// --- The school and its rules

TEST_F(Authors, ASchoolIsCreatedOnce) {
  const auto& genesis = std::get<SchoolCreated>(h.entry(0).statement.body);
  EXPECT_EQ(ruled(h, genesis), "refused school_exists");
  const projections::SchoolState empty;
  const auto first = decide(empty, book, roots, h.entry(0).statement, 0, h.now());
  EXPECT_EQ(text(first), "accepted");
  EXPECT_EQ(first.utc_offset, UtcOffset{3 * 3600});
  EXPECT_EQ(first.profile, genesis.profile);
}

// Whoever judges a refusal again may not have the text: the reason must be the same without it.
TEST_F(Authors, AnAdoptionRefusedForItsDayIsRefusedForItWithOrWithoutItsText) {
  const ProfileAdopted unknown{"own", some_hash(), {}};
  EXPECT_EQ(ruled(as_director().basis("order", "1").from("2026-11-23"), unknown), "refused retroactive_effect");
  EXPECT_EQ(ruled(as_director().basis("order", "1").from("2026-11-24"), unknown), "refused unknown_reference");
}

TEST_F(Authors, AProfileIsAdoptedByOrderFromTheNextMidnightOn) {
  const Hash other = book.add(r000_with("end = \"20:00\"", "end = \"16:00\""), "test").value();
  const ProfileAdopted body{"r000", other, {}};
  EXPECT_EQ(ruled(as_director().basis("order", "2"), body), "accepted");
  EXPECT_EQ(ruled(as_director(), body), "refused no_basis");
  EXPECT_EQ(ruled(as_director().basis("order", "2").from("2026-11-24"), body), "accepted");
  EXPECT_EQ(ruled(as_director().basis("order", "2").from("2026-11-23"), body), "refused retroactive_effect");
  EXPECT_EQ(ruled(as_director().basis("order", "2"), ProfileAdopted{"r000", some_hash(), {}}),
            "refused unknown_reference");
}

TEST_F(Authors, AnOffsetIsAWholeNumberOfMinutesAndNeverRetroactive) {
  const auto ruling = this->ruling(as_administrator(), ZoneOffsetSet{4 * 3600});
  EXPECT_EQ(text(ruling), "accepted");
  EXPECT_EQ(ruling.awaits, std::vector{Role::kDeputyHead});
  EXPECT_EQ(ruled(as_administrator(), ZoneOffsetSet{14 * 3600}), "accepted");
  EXPECT_EQ(ruled(as_administrator(), ZoneOffsetSet{14 * 3600 + 60}), "refused invalid_value");
  EXPECT_EQ(ruled(as_administrator(), ZoneOffsetSet{3 * 3600 + 30}), "refused invalid_value");
  EXPECT_EQ(ruled(as_administrator().from("2026-11-23"), ZoneOffsetSet{4 * 3600}), "refused retroactive_effect");
}

// --- The root keys

TEST_F(Authors, RootKeysActAloneWhereTheGenesisAsksForOne) {
  const auto ruling = this->ruling(h, PersonRegistered{some_id()});
  EXPECT_EQ(text(ruling), "accepted");
  EXPECT_TRUE(ruling.awaits.empty());
}

// A log whose genesis asks for two of three root keys; what is said is judged and recorded as ruled.
class TwoOfThree : public Authors {
 protected:
  TwoOfThree() {
    Statement genesis = h.entry(0).statement;
    auto& body = std::get<SchoolCreated>(genesis.body);
    body.profile = book.add(*builtin_profile("r000"), "r000").value();
    body.threshold = 2;
    for (int i = 1; i < 3; ++i) body.root_keys.push_back({random.fixed<PublicKey>(), {}});
    for (const auto& root : body.root_keys) root_ids.push_back(signing::key_id(signing::Purpose::kRoot, root.key));
    say(genesis);
  }
  // By one of the root keys.
  Ruling say(int root, Body body, const Id& id) {
    Statement statement = h.propose(std::move(body));
    statement.id = id;
    statement.key = root_ids[static_cast<std::size_t>(root)];
    statement.seen = Seen{two.size(), test::History::root_at(two.size())};
    return say(statement);
  }
  Ruling say(const Statement& statement) {
    const Ruling ruling = decide(two, book, roots, statement, two.size(), h.now());
    const Bytes bytes = encode(statement);
    Event event;
    event.index = two.size();
    event.recorded_at = h.now();
    event.statement = bytes;
    event.signature = random.fixed<Signature>();
    event.verdict = ruling.verdict;
    event.rule = ruling.rule;
    for (const Role role : ruling.awaits) event.awaits.push_back({role});
    event.rules_version = kRulesVersion;
    leaves.push_back(encode(event));
    two.apply(decode_entry(leaves.back()).value());
    return ruling;
  }

  projections::SchoolState two;
  std::vector<Id> root_ids;
  std::deque<Bytes> leaves;
};

TEST_F(TwoOfThree, ActTogether) {
  const Id person = some_id();
  const Id registration = some_id();
  const auto proposed = say(0, PersonRegistered{person}, registration);
  EXPECT_EQ(text(proposed), "accepted");
  EXPECT_EQ(proposed.awaits, std::vector{Role::kRoot});
  EXPECT_EQ(two.person(person), nullptr);
  EXPECT_EQ(text(say(0, Endorsed{registration, true}, some_id())), "refused cannot_endorse_own");
  const auto second = say(2, Endorsed{registration, true}, some_id());
  EXPECT_EQ(text(second), "accepted");
  EXPECT_TRUE(second.awaits.empty()) << "an endorsement is not endorsed";
  EXPECT_NE(two.person(person), nullptr);
  EXPECT_EQ(text(say(1, Endorsed{registration, true}, some_id())), "refused already_decided");
}

// --- People

TEST_F(Authors, APersonIsRegisteredOnce) {
  const Id person = some_id();
  EXPECT_EQ(ruled(as_secretary(), PersonRegistered{person}), "accepted");
  as_secretary().add(PersonRegistered{person});
  EXPECT_EQ(ruled(as_secretary(), PersonRegistered{person}), "refused person_exists");
}

TEST_F(Authors, AClassTeacherKeepsTheDataOfTheOwnClassAndItsFamilies) {
  const Id mother = h.parent(masha);
  const Id biology = h.group("7Б", "Биология", {teacher});
  const Id other = h.student(biology);
  EXPECT_EQ(ruled(as_curator(), PersonalDataChanged{masha}), "accepted");
  EXPECT_EQ(ruled(as_curator(), PersonalDataChanged{mother}), "accepted");
  EXPECT_EQ(ruled(as_curator(), PersonalDataChanged{other}), "refused not_own_group");
  EXPECT_EQ(ruled(as_curator(), PersonalDataChanged{some_id()}), "refused person_unknown");
  EXPECT_EQ(ruled(as_secretary(), PersonalDataChanged{other}), "accepted");
}

TEST_F(Authors, AGuardianIsAnotherKnownPerson) {
  const Id mother = h.person();
  EXPECT_EQ(ruled(as_curator(), GuardianSet{mother, masha, Access::kFull}), "accepted");
  EXPECT_EQ(ruled(as_curator(), GuardianSet{masha, masha, Access::kFull}), "refused invalid_value");
  EXPECT_EQ(ruled(as_curator(), GuardianSet{some_id(), masha, Access::kFull}), "refused person_unknown");
  EXPECT_EQ(ruled(as_secretary().from("2026-12-01").to("2026-11-30"), GuardianSet{mother, masha, Access::kFull}),
            "refused invalid_value");
  const Id biology = h.group("7Б", "Биология", {teacher});
  const Id other = h.student(biology);
  EXPECT_EQ(ruled(as_curator(), GuardianSet{mother, other, Access::kFull}), "refused not_own_group");
}

TEST_F(Authors, AccessUntilAdulthoodNamesItsLastDay) {
  const Id mother = h.person(Role::kParent);
  EXPECT_EQ(ruled(as_curator(), GuardianSet{mother, masha, Access::kUntilAdult}), "refused invalid_value");
  EXPECT_EQ(ruled(as_curator().to("2026-11-30"), GuardianSet{mother, masha, Access::kUntilAdult}), "accepted");
  as_curator().to("2026-11-30").add(GuardianSet{mother, masha, Access::kUntilAdult});
  EXPECT_TRUE(h.state().may_see_as_guardian(mother, masha, test::day("2026-11-30")));
  EXPECT_FALSE(h.state().may_see_as_guardian(mother, masha, test::day("2026-12-01")));
}

TEST_F(Authors, RolesAreGrantedByTheDirectorAndByTheAdministratorByOrder) {
  const Id person = h.person();
  EXPECT_EQ(ruled(as_director(), RoleGranted{person, Role::kTeacher}), "accepted");
  EXPECT_EQ(ruled(as_administrator().basis("order", "3"), RoleGranted{person, Role::kTeacher}), "accepted");
  EXPECT_EQ(ruled(as_administrator(), RoleGranted{person, Role::kTeacher}), "refused no_basis");
  EXPECT_EQ(ruled(as_director(), RoleGranted{some_id(), Role::kTeacher}), "refused person_unknown");
  EXPECT_EQ(ruled(as_director(), RoleGranted{person, Role::kService}), "refused role_unknown");
  EXPECT_EQ(ruled(as_director(), RoleGranted{person, Role::kRoot}), "refused role_unknown");
}

TEST_F(Authors, WhoRunsTheSchoolIsNotTheAdministratorsToDecide) {
  const Id person = h.person();
  for (const Role role :
       {Role::kDirector, Role::kDeputyHead, Role::kAdministrator, Role::kAuditor, Role::kCommission}) {
    EXPECT_EQ(ruled(as_administrator().basis("order", "3"), RoleGranted{person, role}), "refused not_entitled");
    EXPECT_EQ(ruled(as_director(), RoleGranted{person, role}), "accepted");
  }
  EXPECT_EQ(ruled(as_administrator().basis("order", "3"), RoleRevoked{h.director(), Role::kDirector}),
            "refused not_entitled");
}

TEST_F(Authors, OnlyARoleThatIsHeldIsRevoked) {
  EXPECT_EQ(ruled(as_director(), RoleRevoked{teacher, Role::kTeacher}), "accepted");
  EXPECT_EQ(ruled(as_director(), RoleRevoked{teacher, Role::kSecretary}), "refused role_unknown");
  EXPECT_EQ(ruled(as_director(), RoleRevoked{some_id(), Role::kTeacher}), "refused person_unknown");
}

TEST_F(Authors, TextsOfKnownPeopleAreErased) {
  const auto ruling = this->ruling(as_director(), PersonalTextErased{masha, 3});
  EXPECT_EQ(text(ruling), "accepted");
  EXPECT_EQ(ruling.awaits, std::vector{Role::kAdministrator});
  EXPECT_EQ(ruled(as_director(), PersonalTextErased{some_id(), 3}), "refused person_unknown");
}

// --- Invitations

TEST_F(Authors, StaffAreInvitedByTheAdministratorFamiliesByTheClassTeacher) {
  const Id newcomer = registered();
  const InvitationIssued body{newcomer, random.fixed<PublicKey>(), {}};
  EXPECT_EQ(ruled(as_administrator(), body), "refused not_entitled") << "nobody's staff yet";
  h.grant(newcomer, Role::kTeacher);
  EXPECT_EQ(ruled(as_administrator(), body), "accepted");
  EXPECT_EQ(ruled(as_curator(), body), "refused not_own_group");
  const Id father = registered();
  EXPECT_EQ(ruled(as_curator(), InvitationIssued{father, random.fixed<PublicKey>(), {}}), "refused not_own_group");
  as_secretary().add(GuardianSet{father, masha, Access::kFull});
  EXPECT_EQ(ruled(as_curator(), InvitationIssued{father, random.fixed<PublicKey>(), {}}), "accepted");
  EXPECT_EQ(ruled(as_administrator(), InvitationIssued{father, random.fixed<PublicKey>(), {}}), "refused not_entitled");
  EXPECT_EQ(ruled(as_administrator(), InvitationIssued{some_id(), random.fixed<PublicKey>(), {}}),
            "refused person_unknown");
}

TEST_F(Authors, AnInvitationIsIssuedForTheFutureWithACodeOfItsOwn) {
  const Id newcomer = registered();
  h.grant(newcomer, Role::kTeacher);
  const auto code = random.fixed<PublicKey>();
  EXPECT_EQ(ruled(as_administrator(), InvitationIssued{newcomer, code, h.now()}), "refused invitation_expired");
  EXPECT_EQ(ruled(as_administrator(), InvitationIssued{newcomer, code, {h.now().micros + 1}}), "accepted");
  as_administrator().add(InvitationIssued{newcomer, code, {}});
  EXPECT_EQ(ruled(as_administrator(), InvitationIssued{newcomer, code, {}}), "refused duplicate_entry");
}

TEST_F(Authors, WhoHasAKeyIsInvitedAgainOnlyWithTheDeputysSignature) {
  const auto again = ruling(as_administrator(), InvitationIssued{teacher, random.fixed<PublicKey>(), {}});
  EXPECT_EQ(text(again), "accepted");
  EXPECT_EQ(again.awaits, std::vector{Role::kDeputyHead});
  as_administrator().add(KeyRevoked{h.key_of(teacher)});
  EXPECT_EQ(ruling(as_administrator(), InvitationIssued{teacher, random.fixed<PublicKey>(), {}}).awaits,
            std::vector{Role::kDeputyHead})
      << "the administrator who revoked it is not alone in giving another";
}

// Nor does the administrator become the director that way, nor a deputy.
TEST_F(Authors, ADeputysNextKeyIsTheDirectorsToSign) {
  as_administrator().add(KeyRevoked{h.key_of(h.deputy())});
  EXPECT_EQ(ruling(as_administrator(), InvitationIssued{h.deputy(), random.fixed<PublicKey>(), {}}).awaits,
            std::vector{Role::kDirector});
  EXPECT_EQ(ruling(as_administrator(), InvitationIssued{h.director(), random.fixed<PublicKey>(), {}}).awaits,
            std::vector{Role::kDeputyHead});
}

// Where director and deputy have both lost theirs, neither could sign for the other.
TEST_F(Authors, TheRootKeysAreTheWayBack) {
  EXPECT_EQ(text(ruling(h, InvitationIssued{h.director(), random.fixed<PublicKey>(), {}})), "accepted");
  EXPECT_TRUE(ruling(h, InvitationIssued{h.director(), random.fixed<PublicKey>(), {}}).awaits.empty());
}

TEST_F(Authors, TheLastDirectorStays) {
  EXPECT_EQ(ruled(as_director(), RoleRevoked{h.director(), Role::kDirector}), "refused last_director");
  const Id next = h.person(Role::kDirector);
  EXPECT_EQ(ruled(as_director(), RoleRevoked{h.director(), Role::kDirector}), "accepted");
  EXPECT_EQ(ruled(h.by(next, Role::kDirector), RoleRevoked{next, Role::kDirector}), "accepted");
}

// Staff give marks, pupils get them.
TEST_F(Authors, NobodyIsStaffAndPupil) {
  const Id b7 = h.klass("7Б");
  EXPECT_EQ(ruled(as_director(), RoleGranted{masha, Role::kTeacher}), "refused pupil_or_staff");
  EXPECT_EQ(ruled(as_director(), RoleGranted{h.person(), Role::kTeacher}), "accepted");
  EXPECT_EQ(ruled(as_deputy(), TeachingAssigned{masha, chemistry, 2, {}}), "refused pupil_or_staff");
  EXPECT_EQ(ruled(as_director(), ClassTeacherAppointed{b7, masha}), "refused pupil_or_staff");
  EXPECT_EQ(ruled(as_director().basis("order", "31"), CommissionAppointed{physics, {teacher, petya}}),
            "refused pupil_or_staff");
  EXPECT_EQ(ruled(as_administrator(), GroupMemberSet{physics, colleague}), "refused pupil_or_staff");
  EXPECT_EQ(ruled(as_secretary().basis("order", "9"), MovementOrdered{colleague, b7, Movement::kEnrolled}),
            "refused pupil_or_staff");
  as_secretary().basis("order", "9").add(MovementOrdered{masha, {}, Movement::kExpelled});
  h.at("2026-11-24 09:30");
  EXPECT_EQ(ruled(as_director(), RoleGranted{masha, Role::kTeacher}), "accepted")
      << "who has left may come back to teach";
}

TEST_F(Authors, AnInvitationIsRevokedOnceAndBeforeItIsUsed) {
  const Id newcomer = registered();
  const Id invitation = invite(newcomer);
  EXPECT_EQ(ruled(as_administrator(), InvitationRevoked{invitation}), "accepted");
  EXPECT_EQ(ruled(as_administrator(), InvitationRevoked{some_id()}), "refused invitation_unknown");
  as_administrator().add(InvitationRevoked{invitation});
  EXPECT_EQ(ruled(as_administrator(), InvitationRevoked{invitation}), "refused invitation_revoked");
  const auto& used = std::get<KeyEnrolled>(h.entry(h.state().key(h.key_of(teacher))->enrolled).statement.body);
  EXPECT_EQ(ruled(as_administrator(), InvitationRevoked{used.invitation}), "refused invitation_used");
}

TEST_F(Authors, AnInvitationBringsItsPersonOneKey) {
  const Id newcomer = registered();
  const Id invitation = invite(newcomer, h.local("2026-11-25 12:00"));
  const auto body = enrolment(invitation, newcomer);
  auto statement = h.by(teacher).propose(lesson_of(physics, "2026-11-23", 2));
  statement.author = newcomer;
  statement.key = signing::key_id(signing::Purpose::kAuthor, body.key);
  statement.body = body;
  EXPECT_EQ(text(judge(statement, h.now())), "accepted") << "in any capacity: they have none yet";
  EXPECT_EQ(text(judge(statement, h.local("2026-11-25 12:00"))), "accepted");
  EXPECT_EQ(text(judge(statement, {h.local("2026-11-25 12:00").micros + 1})), "refused invitation_expired");

  auto strange = statement;
  std::get<KeyEnrolled>(strange.body).invitation = some_id();
  EXPECT_EQ(text(judge(strange, h.now())), "refused invitation_unknown");
  auto relayed = statement;
  relayed.author = masha;
  std::get<KeyEnrolled>(relayed.body).person = masha;
  EXPECT_EQ(text(judge(relayed, h.now())), "refused invitation_unknown") << "it is somebody else's";

  as_administrator().add(InvitationRevoked{invitation});
  EXPECT_EQ(text(judge(statement, h.now())), "refused invitation_revoked");
}

TEST_F(Authors, AnInvitationIsUsedOnce) {
  const Id invitation = invite(teacher);
  EXPECT_EQ(enrols(teacher, invitation), "accepted");
  h.by(teacher, Role::kStudent).add(enrolment(invitation, teacher));
  EXPECT_EQ(enrols(teacher, invitation), "refused invitation_used");
}

// Two letters to one person: with the first that is used the other is worth nothing, whatever becomes of the key.
TEST_F(Authors, AnOlderCodeIsVoidOnceItsPersonHasAKey) {
  const Id newcomer = registered();
  const Id lost = invite(newcomer), used = invite(newcomer);
  EXPECT_EQ(enrols(newcomer, lost), "accepted");
  h.by(newcomer, Role::kStudent).add(enrolment(used, newcomer));
  EXPECT_EQ(enrols(newcomer, lost), "refused invitation_superseded");
  as_administrator().add(KeyRevoked{h.state().person(newcomer)->keys.back()});
  EXPECT_EQ(enrols(newcomer, lost), "refused invitation_superseded");
  EXPECT_EQ(enrols(newcomer, invite(newcomer)), "accepted") << "a new one is good";
}

TEST_F(Authors, AnInvitationThatWaitedForTheDeputyIsGoodFromTheirSignature) {
  const InvitationIssued again{teacher, random.fixed<PublicKey>(), {}};
  const Id invitation = as_administrator().awaiting({Role::kDeputyHead}).add(again);
  // The key they have is exchanged while the deputy makes up their mind.
  h.by(teacher).add(KeyRotated{random.fixed<PublicKey>(), random.fixed<Signature>()});
  EXPECT_EQ(enrols(teacher, invitation), "refused invitation_waits");
  as_deputy().add(Endorsed{invitation, true});
  EXPECT_EQ(enrols(teacher, invitation), "accepted");
}

TEST_F(Authors, AKeyIsEnrolledOnce) {
  auto body = enrolment(invite(teacher), teacher);
  body.key = h.state().key(h.key_of(colleague))->public_key;
  EXPECT_EQ(ruled(h.by(teacher), body), "refused duplicate_entry");
}

// --- Families

TEST_F(Authors, AGuardianWithAccessSignsTheDiaryOfTheOwnChild) {
  const Id mother = h.parent(masha);
  const auto sign = [&](const Id& child, std::string_view week) {
    return ruled(h.by(mother, Role::kParent), DiarySigned{child, day(week)});
  };
  EXPECT_EQ(sign(masha, "2026-11-16"), "accepted");
  EXPECT_EQ(sign(masha, "2026-11-23"), "accepted") << "the week that runs";
  EXPECT_EQ(sign(masha, "2026-11-30"), "refused future_entry");
  EXPECT_EQ(sign(masha, "2026-11-17"), "refused invalid_value") << "a week begins on its Monday";
  EXPECT_EQ(sign(petya, "2026-11-16"), "refused not_own_family");
  as_secretary().add(GuardianSet{mother, masha, Access::kNone});
  EXPECT_EQ(sign(masha, "2026-11-16"), "refused not_own_family") << "access was withdrawn";
}

}  // namespace
}  // namespace letopis::commands
