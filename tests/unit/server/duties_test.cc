// Duties over the route: what somebody has to sign is found however long ago it was written, also after a restart.

#include <gtest/gtest.h>

#include "tests/unit/server/site.h"

namespace letopis::server::testing {
namespace {

using ledger::Role;
using test::Member;

class DutiesRoute : public ::testing::Test {
 protected:
  DutiesRoute() {
    licey.join(physics, masha);
    site.live().at("2026-09-01 10:30");
    const Id lesson = licey.lesson(ivan, physics, "2026-09-01", 3);
    mark = licey.mark(ivan, licey.work(ivan, physics, lesson), masha, "3");
    site.start();
  }
  Id correct() {
    test::LiveSchool::How because;
    because.sealed = {{"reason", masha.id, "Описка"}};
    ledger::EntryCorrected corrected;
    corrected.target = mark;
    corrected.value = "5";
    return licey.say(ivan, Role::kTeacher, corrected, because);
  }
  // The entries that wait for this person's second signature.
  std::vector<std::string> waiting(const Member& member, std::string_view query = {}) {
    const std::string token = site.sign_in(licey, member);
    const auto answer = site.get("/v1/schools/licey29/duties" + std::string(query), token);
    EXPECT_EQ(answer.status, 200U) << body_of(answer);
    std::vector<std::string> entries;
    const auto body = json_of(answer);
    for (const auto& duty : body.at("duties").as_array())
      if (duty.at("code").as_string() == "endorsement") entries.emplace_back(duty.at("entry").as_string());
    return entries;
  }
  void weeks_later(int weeks) { site.live().advance(std::int64_t{weeks} * 7 * 24 * 3600); }

  Site site;
  test::LiveSchool& licey = site.school("licey29");
  Member& ivan = licey.teacher("Иван Седов");
  Id class_a = licey.klass("7А", 7, ivan);
  Member& masha = licey.student(class_a, "Маша Ильина");
  Id physics = licey.group("7А", "Физика", {class_a}, ivan, {{2, 3}});
  Id mark;
};

TEST_F(DutiesRoute, ASecondSignatureIsAskedForHoweverLongAgoTheWeekWas) {
  weeks_later(9);
  EXPECT_TRUE(waiting(licey.deputy()).empty());
  const Id corrected = correct();
  const std::vector<std::string> it{hex(corrected)};
  EXPECT_EQ(waiting(licey.deputy()), it);
  EXPECT_EQ(waiting(licey.deputy(), "?of=school"), it);
  EXPECT_EQ(waiting(licey.deputy(), "?from=2026-08-31"), it) << "once, though its week is among those looked at";
  EXPECT_TRUE(waiting(ivan).empty()) << "it is not the teacher who signs";

  licey.say(licey.deputy(), Role::kDeputyHead, ledger::Endorsed{corrected, true});
  EXPECT_TRUE(waiting(licey.deputy()).empty());
}

// r000 3.2: a notice anywhere in the period counts, though the lessons looked at are those of two weeks.
TEST_F(DutiesRoute, AFamilyThatWasServedANoticeInThePeriodIsAlerted) {
  weeks_later(1);
  const auto alerts = [&] {
    const auto answer = site.get("/v1/schools/licey29/duties", site.sign_in(licey, ivan));
    int found = 0;
    const auto body = json_of(answer);
    for (const auto& duty : body.at("duties").as_array()) found += duty.at("code").as_string() == "families_alerted";
    return found;
  };
  EXPECT_EQ(alerts(), 0);
  const Id lesson = licey.lesson(ivan, physics, "2026-09-08", 3);
  for (int i = 0; i < 3; ++i) licey.mark(ivan, licey.work(ivan, physics, lesson), masha, "2");
  EXPECT_EQ(alerts(), 1);
  test::LiveSchool::How saying;
  saying.sealed = {{"notice", masha.id, "Две двойки"}};
  licey.say(ivan, Role::kClassTeacher, ledger::NoticeServed{masha.id, "failing"}, saying);
  EXPECT_EQ(alerts(), 0);
  weeks_later(2);
  EXPECT_EQ(alerts(), 0) << "in the same period";
}

TEST_F(DutiesRoute, WhatWasDeniedOrAnnulledIsNotAskedFor) {
  weeks_later(9);
  const Id denied = correct();
  licey.say(licey.deputy(), Role::kDeputyHead, ledger::Endorsed{denied, false});
  EXPECT_TRUE(waiting(licey.deputy()).empty());
  const Id again = correct();
  EXPECT_EQ(waiting(licey.deputy()), std::vector<std::string>{hex(again)});
}

TEST_F(DutiesRoute, ARestartForgetsNoneOfThem) {
  weeks_later(9);
  const Id corrected = correct();
  site.stop();
  ASSERT_TRUE(site.live().reopen().has_value());
  site.start();
  EXPECT_EQ(waiting(licey.deputy()), std::vector<std::string>{hex(corrected)});
}

}  // namespace
}  // namespace letopis::server::testing
