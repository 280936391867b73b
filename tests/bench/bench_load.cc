#include "tests/bench/bench_load.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <thread>

#include "ledger/schema/codec.h"

namespace letopis::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;
using commands::Author;
using ledger::Role;

double micros_since(SteadyClock::time_point start) {
  return std::chrono::duration<double, std::micro>(SteadyClock::now() - start).count();
}

// Reads one HTTP answer with a Content-Length; its status, 0 when the connection broke.
unsigned read_answer(int socket, std::string& buffer) {
  buffer.clear();
  std::size_t header_end = std::string::npos;
  std::size_t wanted = 0;
  char chunk[65'536];
  for (;;) {
    const ssize_t got = ::recv(socket, chunk, sizeof chunk, 0);
    if (got <= 0) return 0;
    buffer.append(chunk, static_cast<std::size_t>(got));
    if (header_end == std::string::npos) {
      header_end = buffer.find("\r\n\r\n");
      if (header_end == std::string::npos) continue;
      const char* length = ::strcasestr(buffer.c_str(), "content-length:");
      wanted = header_end + 4 + (length == nullptr ? 0 : std::strtoull(length + 15, nullptr, 10));
    }
    if (buffer.size() >= wanted) return static_cast<unsigned>(std::atoi(buffer.c_str() + 9));
  }
}

int connect_to(const std::string& host, std::uint16_t port) {
  const int s = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  const int yes = 1;
  ::setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (::connect(s, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::abort();
  return s;
}

bool send_text(int socket, const std::string& text) {
  std::size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t n = ::send(socket, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent += static_cast<std::size_t>(n);
  }
  return true;
}

}  // namespace

Load make_load(test::LiveSchool& school, unsigned desks, unsigned students) {
  Load load;
  for (unsigned i = 0; i < desks; ++i) {
    auto& teacher = school.teacher("Учитель " + std::to_string(i));
    const std::string label = std::to_string(5 + i % 7) + "-" + std::to_string(i);
    const Id klass = school.klass(label, 5, teacher);
    const Id group = school.group(label, "Физика", {klass}, teacher, {{1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 5}});
    Load::Desk desk{&teacher, group, {}};
    for (unsigned k = 0; k < students; ++k) {
      auto& student = school.student(klass, "Ученик " + std::to_string(k));
      school.join(group, student);
      desk.students.push_back(student.id);
      if (load.parent == nullptr) {
        load.parent = &school.parent(student, "Родитель");
        load.parent_child = student.id;
      }
    }
    load.desks.push_back(std::move(desk));
  }
  return load;
}

std::vector<commands::RawSubmission> sign_submissions(test::LiveSchool& school, Load::Desk& desk, std::size_t requests, std::size_t per_request) {
  std::vector<commands::RawSubmission> signed_requests(requests);
  const auto seen = school.seen();
  const Date today = local_date(school.live().clock().now(), {3 * 3600});
  Id work;
  std::size_t next_student = desk.students.size();
  for (auto& submission : signed_requests)
    for (std::size_t i = 0; i < per_request; ++i) {
      Author::Draft draft;
      draft.acting_as = Role::kTeacher;
      draft.claimed_at = school.live().clock().now();
      if (next_student == desk.students.size()) {
        draft.body = ledger::WorkPlanned{desk.group, {}, today, "control", 1, "Работа", 1, "", 100};
        submission.statements.push_back(desk.teacher->author->sign(draft, seen, nullptr, &work));
        next_student = 0;
        continue;
      }
      draft.body = ledger::MarkGiven{work, 1, desk.students[next_student++], "5"};
      submission.statements.push_back(desk.teacher->author->sign(draft, seen));
    }
  return signed_requests;
}

std::vector<std::string> sign_requests(test::LiveSchool& school, Load::Desk& desk, std::size_t requests, std::size_t per_request) {
  std::vector<std::string> bodies;
  for (const auto& submission : sign_submissions(school, desk, requests, per_request)) {
    ledger::SubmissionBuffer buffer;
    for (const auto& statement : submission.statements) buffer.statements.push_back({statement.bytes, statement.signature});
    const Bytes bytes = ledger::encode(buffer);
    bodies.push_back(post("/v1/schools/" + school.slug() + "/events", "application/vnd.letopis.statements", std::string(as_text(bytes))));
  }
  return bodies;
}

std::string post(const std::string& path, const std::string& content_type, const std::string& body, const std::string& headers) {
  return "POST " + path + " HTTP/1.1\r\nHost: bench\r\nContent-Type: " + content_type + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n" + headers + "\r\n" + body;
}

std::string get(const std::string& path, const std::string& headers) {
  return "GET " + path + " HTTP/1.1\r\nHost: bench\r\n" + headers + "\r\n";
}

Timing send_all(const std::string& host, std::uint16_t port, const std::vector<std::vector<std::string>>& requests, unsigned expected_status,
                std::int64_t pause_micros) {
  std::vector<std::vector<double>> micros(requests.size());
  std::vector<std::uint64_t> failures(requests.size());
  std::vector<std::thread> clients;
  const auto start = SteadyClock::now();
  for (std::size_t i = 0; i < requests.size(); ++i)
    clients.emplace_back([&, i] {
      const int socket = connect_to(host, port);
      std::string answer;
      auto next = SteadyClock::now();
      for (const auto& request : requests[i]) {
        const auto began = SteadyClock::now();
        const unsigned status = send_text(socket, request) ? read_answer(socket, answer) : 0;
        micros[i].push_back(micros_since(began));
        if (status != expected_status && failures[i]++ == 0)
          std::fprintf(stderr, "bench: answer %u: %s\n", status, answer.substr(0, 600).c_str());
        if (pause_micros > 0) std::this_thread::sleep_until(next += std::chrono::microseconds(pause_micros));
      }
      ::close(socket);
    });
  for (auto& client : clients) client.join();
  Timing timing;
  timing.seconds = micros_since(start) / 1e6;
  std::vector<double> all;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    all.insert(all.end(), micros[i].begin(), micros[i].end());
    timing.failures += failures[i];
  }
  std::sort(all.begin(), all.end());
  timing.requests = all.size();
  if (!all.empty()) {
    timing.median_micros = all[all.size() / 2];
    timing.p99_micros = all[all.size() * 99 / 100];
  }
  return timing;
}

Served::Served(const std::vector<std::string>& command, const std::string& log) {
  int ends[2];
  if (::pipe(ends) != 0) std::abort();
  const auto start = SteadyClock::now();
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    const int to = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ::dup2(to, STDERR_FILENO);
    ::close(ends[0]);
    std::vector<char*> arguments;
    for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    ::execv(arguments[0], arguments.data());
    std::_Exit(127);
  }
  ::close(ends[1]);
  std::string line;
  char c = 0;
  while (::read(ends[0], &c, 1) == 1 && c != '\n') line += c;
  ready_seconds_ = micros_since(start) / 1e6;
  const auto colon = line.rfind(':', line.find('"', line.find("http://")));
  if (line.find("http://") == std::string::npos) {
    std::fprintf(stderr, "bench: the server did not start, see %s\n", log.c_str());
    std::exit(1);
  }
  port_ = static_cast<std::uint16_t>(std::atoi(line.c_str() + colon + 1));
}

Served::~Served() {
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

std::uint64_t Served::resident_bytes() const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  std::string line;
  while (std::getline(status, line))
    if (line.starts_with("VmRSS:")) return std::strtoull(line.c_str() + 6, nullptr, 10) * 1024;
  return 0;
}

}  // namespace letopis::bench
