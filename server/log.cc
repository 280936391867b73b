#include "server/log.h"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "ledger/schema/describe.h"

namespace letopis::server {
namespace {

constexpr std::size_t kQueueLines = 8192;

std::string_view level_name(LogLevel level) {
  switch (level) {
    case LogLevel::kInfo: return "info";
    case LogLevel::kWarning: return "warning";
    case LogLevel::kError: return "error";
  }
  return "error";
}

class SpdLog final : public Log {
 public:
  explicit SpdLog(const Clock& clock)
      : Log(clock), pool_(std::make_shared<spdlog::details::thread_pool>(kQueueLines, 1)) {
    logger_ = std::make_shared<spdlog::async_logger>("letopis", std::make_shared<spdlog::sinks::stderr_sink_mt>(),
                                                     pool_, spdlog::async_overflow_policy::overrun_oldest);
    logger_->set_pattern("%v");
    logger_->flush_on(spdlog::level::warn);
  }
  void flush() override { logger_->flush(); }

 private:
  void put(LogLevel level, const std::string& line) override {
    // The line is no format string: nothing in it is interpreted.
    logger_->log(level == LogLevel::kInfo ? spdlog::level::info : spdlog::level::err, spdlog::string_view_t(line));
  }
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::async_logger> logger_;
};

class SinkLog final : public Log {
 public:
  SinkLog(Sink sink, const Clock& clock) : Log(clock), sink_(std::move(sink)) {}
  void flush() override {}

 private:
  void put(LogLevel, const std::string& line) override { sink_(line); }
  Sink sink_;
};

}  // namespace

std::unique_ptr<Log> Log::to_stderr(const Clock& clock) { return std::make_unique<SpdLog>(clock); }
std::unique_ptr<Log> Log::to(Sink sink, const Clock& clock) {
  return std::make_unique<SinkLog>(std::move(sink), clock);
}

void Log::write(LogLevel level, std::string_view event, std::initializer_list<Field> fields) {
  std::string line = "{\"at\":\"" + format_instant(clock_.now()) + "\",\"level\":\"";
  line += level_name(level);
  line += "\",\"event\":";
  ledger::append_json_string(line, event);
  for (const auto& field : fields) {
    line += ",\"";
    line += field.name;
    line += "\":";
    if (const auto* text = std::get_if<std::string_view>(&field.value))
      ledger::append_json_string(line, *text);
    else
      line += std::to_string(std::get<std::int64_t>(field.value));
  }
  put(level, line += '}');
}

}  // namespace letopis::server
