#pragma once
// Load for the server: a school with many groups, statements signed beforehand, and clients that do nothing but send them.

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/live_school.h"

namespace letopis::bench {

// Teachers, each with a group of their own and pupils in it; and one class as a parent meets it: six subjects, thirty
// lessons a week.
struct Load {
  struct Desk {
    test::Member* teacher;
    Id group;
    std::vector<Id> students;
  };
  std::vector<Desk> desks;
  std::vector<Desk> reading;       // the subjects of the class that is read
  Id parent_child;                 // a pupil of that class
  test::Member* parent = nullptr;  // and a parent of theirs
};
Load make_load(test::LiveSchool& school, unsigned desks, unsigned students);

// Statements of one teacher (a work and marks for it, over and over), signed in one chain, `per_request` to a submission.
std::vector<commands::RawSubmission> sign_submissions(test::LiveSchool& school, Load::Desk& desk, std::size_t requests,
                                                      std::size_t per_request);
// The same as bodies of POST …/events, application/vnd.letopis.statements.
std::vector<std::string> sign_bodies(test::LiveSchool& school, Load::Desk& desk, std::size_t requests,
                                     std::size_t per_request);

// The whole HTTP request for a body, or without one; `token` of a session.
std::string post(const std::string& path, const std::string& content_type, const std::string& body,
                 const std::string& token);
std::string get(const std::string& path, const std::string& token);

// What every answer must be like to count: its status, and how often it says that an entry was accepted.
struct Expected {
  unsigned status = 200;
  std::size_t accepted = 0;
};
struct Timing {
  std::uint64_t requests = 0;
  std::uint64_t failures = 0;  // other answers than expected, broken connections
  double seconds = 0;
  double median_micros = 0, p99_micros = 0;
  double per_second() const { return static_cast<double>(requests) / seconds; }
};
// One connection a list; each sends its requests one after another and reads the answers whole. `pause_micros`: from the
// start of one request to the start of the next on that connection, to hold a rate.
Timing send_all(std::uint16_t port, const std::vector<std::vector<std::string>>& requests, const Expected& expected,
                std::int64_t pause_micros = 0);

// A child process that prints a JSON line with "listening" when it is ready; stopped by SIGTERM. Its standard input stays
// open as long as it runs.
class Served {
 public:
  Served(const std::vector<std::string>& command, const std::string& log);
  ~Served();
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;
  std::uint16_t port() const { return port_; }
  double ready_seconds() const { return ready_seconds_; }
  std::uint64_t resident_bytes() const;
  double cpu_seconds() const;  // so far, all threads

 private:
  int pid_ = 0;
  int input_ = -1;
  std::uint16_t port_ = 0;
  double ready_seconds_ = 0;
};

}  // namespace letopis::bench
