#pragma once
// Three kinds of failure (docs: CONTRIBUTING.md): an expected one is a Result; a bug of ours is an ASSERT, which is
// always on and aborts; a library's exception is converted where the library is called. No input ever reaches an
// assertion.

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace letopis {

// code: stable, snake_case, for programs ("chain_conflict"); detail: for people, never with personal data.
struct Error {
  std::string code;
  std::string detail;
  bool operator==(const Error&) const = default;
  std::string text() const { return detail.empty() ? code : code + ": " + detail; }
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

inline tl::unexpected<Error> fail(std::string_view code, std::string detail = {}) {
  return tl::unexpected<Error>(Error{std::string(code), std::move(detail)});
}

[[noreturn]] inline void assertion_failed(const char* what, const char* file, int line) {
  std::fprintf(stderr, "letopis: assertion failed: %s (%s:%d)\n", what, file, line);
  std::abort();
}

}  // namespace letopis

#define LETOPIS_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::letopis::assertion_failed(#condition, __FILE__, __LINE__))

// Returns the error of an expression of type Result, else continues / binds its value.
#define LETOPIS_CONCAT_INNER(a, b) a##b
#define LETOPIS_CONCAT(a, b) LETOPIS_CONCAT_INNER(a, b)
#define TRY_STATUS(expression)                                                                                \
  do {                                                                                                        \
    if (auto try_status_ = (expression); !try_status_) return tl::unexpected(std::move(try_status_).error()); \
  } while (false)
#define TRY_IMPL(temporary, declaration, expression)                   \
  auto temporary = (expression);                                       \
  if (!temporary) return tl::unexpected(std::move(temporary).error()); \
  declaration = *std::move(temporary)
#define TRY(declaration, expression) TRY_IMPL(LETOPIS_CONCAT(try_, __LINE__), declaration, expression)
