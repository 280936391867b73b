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
#include <iterator>
#include <sstream>
#include <thread>

#include "ledger/schema/codec.h"

namespace letopis::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;
using commands::Author;
using ledger::Role;

constexpr std::string_view kAcceptedMark = "\"verdict\":\"accepted\"";

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

int connect_to(std::uint16_t port) {
  const int s = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
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
    load.desks.push_back({&teacher, group, {}});
    for (unsigned k = 0; k < students; ++k) {
      auto& student = school.student(klass, "Ученик " + std::to_string(k));
      school.join(group, student);
      load.desks.back().students.push_back(student.id);
    }
  }
  const Id klass = school.klass("9-А", 9, *load.desks.front().teacher);
  auto& child = school.student(klass, "Маша");
  load.parent = &school.parent(child, "Ольга");
  load.parent_child = child.id;
  for (int subject = 0; subject < 6; ++subject) {
    auto& teacher = school.teacher("Предметник " + std::to_string(subject));
    const int slot = subject + 1;
    const Id group = school.group("9-А", "Предмет " + std::to_string(subject), {klass}, teacher,
                                  {{1, slot}, {2, slot}, {3, slot}, {4, slot}, {5, slot}});
    school.join(group, child);
    load.reading.push_back({&teacher, group, {child.id}});
  }
  return load;
}

std::vector<commands::RawSubmission> sign_submissions(test::LiveSchool& school, Load::Desk& desk, std::size_t requests,
                                                      std::size_t per_request) {
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

std::vector<std::string> sign_bodies(test::LiveSchool& school, Load::Desk& desk, std::size_t requests,
                                     std::size_t per_request) {
  std::vector<std::string> bodies;
  for (const auto& submission : sign_submissions(school, desk, requests, per_request)) {
    ledger::SubmissionBuffer buffer;
    for (const auto& statement : submission.statements)
      buffer.statements.push_back({statement.bytes, statement.signature});
    const Bytes bytes = ledger::encode(buffer);
    bodies.emplace_back(as_text(bytes));
  }
  return bodies;
}

std::string post(const std::string& path, const std::string& content_type, const std::string& body,
                 const std::string& token) {
  return "POST " + path + " HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer " + token +
         "\r\nContent-Type: " + content_type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string get(const std::string& path, const std::string& token) {
  return "GET " + path + " HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer " + token + "\r\n\r\n";
}

namespace {

std::size_t times_in(std::string_view text, std::string_view wanted) {
  std::size_t times = 0;
  for (std::size_t at = text.find(wanted); at != std::string_view::npos; at = text.find(wanted, at + wanted.size()))
    ++times;
  return times;
}

struct Connection {
  std::vector<double> micros;
  std::uint64_t failures = 0;

  void send(std::uint16_t port, const std::vector<std::string>& requests, const Expected& expected,
            std::int64_t pause_micros) {
    const int socket = connect_to(port);
    std::string answer;
    auto next = SteadyClock::now();
    for (const auto& request : requests) {
      const auto began = SteadyClock::now();
      const unsigned status = send_text(socket, request) ? read_answer(socket, answer) : 0;
      micros.push_back(micros_since(began));
      const bool good =
          status == expected.status && (expected.accepted == 0 || times_in(answer, kAcceptedMark) == expected.accepted);
      if (!good && failures++ == 0)
        std::fprintf(stderr, "bench: answer %u: %s\n", status, answer.substr(0, 1000).c_str());
      if (pause_micros > 0) std::this_thread::sleep_until(next += std::chrono::microseconds(pause_micros));
    }
    ::close(socket);
  }
};

}  // namespace

Timing send_all(std::uint16_t port, const std::vector<std::vector<std::string>>& requests, const Expected& expected,
                std::int64_t pause_micros) {
  std::vector<Connection> connections(requests.size());
  std::vector<std::thread> clients;
  const auto start = SteadyClock::now();
  for (std::size_t i = 0; i < requests.size(); ++i)
    clients.emplace_back([&, i] { connections[i].send(port, requests[i], expected, pause_micros); });
  for (auto& client : clients) client.join();
  Timing timing;
  timing.seconds = micros_since(start) / 1e6;
  std::vector<double> all;
  for (const auto& connection : connections) {
    all.insert(all.end(), connection.micros.begin(), connection.micros.end());
    timing.failures += connection.failures;
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
  int input[2], output[2];
  if (::pipe2(input, O_CLOEXEC) != 0 || ::pipe2(output, O_CLOEXEC) != 0) std::abort();
  const auto start = SteadyClock::now();
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(input[0], STDIN_FILENO);
    ::dup2(output[1], STDOUT_FILENO);
    const int to = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ::dup2(to, STDERR_FILENO);
    std::vector<char*> arguments;
    for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    ::execv(arguments[0], arguments.data());
    std::_Exit(127);
  }
  ::close(input[0]);
  ::close(output[1]);
  input_ = input[1];
  std::string line;
  char c = 0;
  while (::read(output[0], &c, 1) == 1 && c != '\n') line += c;
  ready_seconds_ = micros_since(start) / 1e6;
  ::close(output[0]);
  const auto url = line.find("http://");
  if (url == std::string::npos) {
    std::fprintf(stderr, "bench: %s did not start:\n", command[0].c_str());
    if (std::system(("cat " + log + " >&2").c_str()) != 0) std::abort();
    std::exit(1);
  }
  port_ = static_cast<std::uint16_t>(std::atoi(line.c_str() + line.find(':', url + 7) + 1));
}

Served::~Served() {
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
  ::close(input_);
}

std::uint64_t Served::resident_bytes() const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  std::string line;
  while (std::getline(status, line))
    if (line.starts_with("VmRSS:")) return std::strtoull(line.c_str() + 6, nullptr, 10) * 1024;
  return 0;
}

double Served::cpu_seconds() const {
  std::ifstream stat("/proc/" + std::to_string(pid_) + "/stat");
  const std::string text{std::istreambuf_iterator<char>(stat), {}};
  // Fields 14 and 15 of the line; the name, field 2, may hold blanks and ends with the last ')'.
  std::istringstream rest(text.substr(text.rfind(')') + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) rest >> skipped;
  double user = 0, system = 0;
  rest >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace letopis::bench
