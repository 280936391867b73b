// Who acts for one branch speaks of its classes, groups, students and staff alone, and of what stands in their journals: never of
// another branch, nor of what all branches share.

#include <algorithm>

#include "commands/decide_case.h"
#include "ledger/schema/codec.h"

namespace letopis::commands {

using namespace ledger;

namespace {

// What is the whole school's.
template <class T>
constexpr bool kShared =
    std::is_same_v<T, ProfileAdopted> || std::is_same_v<T, ZoneOffsetSet> || std::is_same_v<T, BranchDefined> ||
    std::is_same_v<T, DictionaryEntryDefined> || std::is_same_v<T, ProgrammeDefined> ||
    std::is_same_v<T, PeriodDefined> || std::is_same_v<T, PeriodClosed> || std::is_same_v<T, PeriodReopened> ||
    std::is_same_v<T, OperationsAcknowledged> || std::is_same_v<T, RestoreDone> || std::is_same_v<T, PredecessorNamed>;

class Branch {
 public:
  explicit Branch(const Case& c) : c_(c), name_(c.st.branch) {}

  template <class T>
  bool owns(const T& b) const {
    if constexpr (kShared<T>) return false;
    bool own = true;
    if constexpr (requires { b.klass; }) own = own && of_class(b.klass);
    if constexpr (requires { b.group; }) own = own && of_group(b.group);
    if constexpr (requires { b.student; }) own = own && of_class(c_.state.class_of(b.student, c_.today));
    if constexpr (requires { b.person; }) own = own && of_person(b.person);
    if constexpr (requires { b.classes; })
      own = own && std::all_of(b.classes.begin(), b.classes.end(), [&](const Id& id) { return of_class(id); });
    if constexpr (requires { b.groups; })
      own = own && std::all_of(b.groups.begin(), b.groups.end(), [&](const Id& id) { return of_group(id); });
    if constexpr (requires { b.lesson; }) own = own && of_subject(b.lesson);
    if constexpr (requires { b.work; }) own = own && of_subject(b.work);
    if constexpr (requires { b.target; }) own = own && of_target(b.target);
    if constexpr (requires { b.branch; }) own = own && b.branch == name_;
    return own && by_what_it_names(b);
  }

 private:
  template <class T>
  bool by_what_it_names(const T& b) const {
    if constexpr (std::is_same_v<T, KeyRevoked>) {
      const auto* key = c_.state.key(b.key);
      return key == nullptr || of_person(key->person);
    }
    if constexpr (std::is_same_v<T, InvitationRevoked>) {
      const auto* invitation = c_.state.invitation(b.invitation);
      return invitation == nullptr || of_person(invitation->person);
    }
    if constexpr (std::is_same_v<T, CompromiseReceived>) {
      const auto* report = c_.state.office().compromise(b.report);
      return report == nullptr || of_person(report->person);
    }
    return true;
  }
  // A class that was opened for no branch is the whole school's, as for who looks (server/access.cc).
  bool of_class(const Id& id) const {
    const auto* klass = c_.state.klass(id);
    return klass == nullptr || klass->branch == name_;
  }
  bool of_group(const Id& id) const {
    const auto* group = c_.state.group(id);
    return group == nullptr ||
           std::all_of(group->classes.begin(), group->classes.end(), [&](const Id& klass) { return of_class(klass); });
  }
  bool of_subject(const Id& lesson_or_work) const {
    if (const auto* lesson = c_.state.lesson(lesson_or_work)) return of_group(lesson->group);
    const auto* work = c_.state.work(lesson_or_work);
    return work == nullptr || of_group(work->group);
  }
  // An entry of a journal or diary; of the school's acts that wait for a signature, what they speak of themselves.
  bool of_target(const Id& id) const {
    if (const auto* pending = c_.state.pending(id)) {
      const auto statement = decode_statement(pending->statement);
      LETOPIS_ASSERT(statement.has_value());  // it was decoded when it was recorded
      if (!std::visit([&](const auto& body) { return owns(body); }, statement->body)) return false;
    }
    const auto* target = c_.state.entry(id);
    return target == nullptr || (of_subject(target->subject) && of_class(c_.state.class_of(target->student, c_.today)));
  }
  // Somebody of the branch's classes, a parent of one, or staff that holds no capacity beyond the branch. A teacher's is in no
  // branch, and whoever holds none yet is anybody's.
  bool of_person(const Id& id) const {
    const Id klass = c_.state.class_of(id, c_.today);
    if (!klass.is_zero()) return of_class(klass);
    const auto children = c_.state.children_of(id, c_.today);
    const auto of_child = [&](const Id& child) { return of_class(c_.state.class_of(child, c_.today)); };
    if (!children.empty() && std::none_of(children.begin(), children.end(), of_child)) return false;
    const auto* person = c_.state.person(id);
    return person == nullptr || std::all_of(person->roles.begin(), person->roles.end(), [&](const auto& grant) {
             const bool over = grant.revoked.has_value() || c_.today < grant.from || grant.to < c_.today;
             const bool teaches = grant.branch.empty() && (role_bit(grant.role) & kTeaching) != 0;
             return over || teaches || grant.branch == name_;
           });
  }

  const Case& c_;
  const std::string_view name_;
};

}  // namespace

void require_own_branch(Case& c) {
  if (!c.require(c.state.branches().contains(c.st.branch), rule::kUnknownReference)) return;
  c.require(std::visit([&](const auto& body) { return Branch(c).owns(body); }, c.st.body), rule::kNotOwnBranch);
}

}  // namespace letopis::commands
