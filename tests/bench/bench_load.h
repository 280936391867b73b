#pragma once
// Load for the server: a school with many groups, statements signed beforehand, and clients that do nothing but send them.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/live_school.h"

namespace letopis::bench {

// Teachers, each with a group of their own and pupils in it.
struct Load {
  struct Desk {
    test::Member* teacher;
    Id group;
    std::vector<Id> students;
  };
  std::vector<Desk> desks;
  Id parent_child;                 // a pupil
  test::Member* parent = nullptr;  // and a parent of theirs
};
Load make_load(test::LiveSchool& school, unsigned desks, unsigned students);

// Requests of `per_request` statements (a work and marks for it, over and over) of one teacher, signed in one chain.
// `binary`: bodies as application/vnd.letopis.statements; otherwise the raw statements for an engine in this process.
std::vector<std::string> sign_requests(test::LiveSchool& school, Load::Desk& desk, std::size_t requests, std::size_t per_request);
std::vector<commands::RawSubmission> sign_submissions(test::LiveSchool& school, Load::Desk& desk, std::size_t requests, std::size_t per_request);

struct Timing {
  std::uint64_t requests = 0;
  std::uint64_t failures = 0;
  double seconds = 0;
  double median_micros = 0, p99_micros = 0;
};
// One connection a list; each sends its requests one after another and reads the answers. Every request's answer must have
// `expected_status`. `pause_micros`: between requests, to hold a rate.
Timing send_all(const std::string& host, std::uint16_t port, const std::vector<std::vector<std::string>>& requests, unsigned expected_status,
                std::int64_t pause_micros = 0);
// The whole HTTP request for a body.
std::string post(const std::string& path, const std::string& content_type, const std::string& body, const std::string& headers = {});
std::string get(const std::string& path, const std::string& headers = {});

// A child process that prints a JSON line with "listening" when it is ready; stopped by SIGTERM.
class Served {
 public:
  Served(const std::vector<std::string>& command, const std::string& log);
  ~Served();
  std::uint16_t port() const { return port_; }
  double ready_seconds() const { return ready_seconds_; }
  std::uint64_t resident_bytes() const;

 private:
  int pid_ = 0;
  std::uint16_t port_ = 0;
  double ready_seconds_ = 0;
};

}  // namespace letopis::bench
