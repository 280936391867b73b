#pragma once
// Statements as people and scripts write them: JSON in, decoded bodies out. Types and fields are named after the schema, in
// snake_case; ids, hashes and keys are hexadecimal, dates "2026-09-01", instants ISO 8601 with an offset, minutes "08:30",
// byte strings base64, closed enums by name. What is not given is left out.
//
//   {"type": "mark_given", "student": "…", "work": "…", "value": "5",
//    "envelope": {"acting_as": "teacher", "basis": {"kind": "order", "number": "12"},
//                 "sealed": [{"field": "reason", "person": "…", "text": "…"}]}}
//
// The envelope takes every field of a Statement but the body; all of it is optional here, the caller fills in what only the
// signer knows (key, chain, number). "sealed" stands for texts whose commitments are still to be made (seal()).
//
// Pure. Errors: "malformed", "unknown_type", "unknown_field", "unknown_value", "too_large"; the detail begins with the place:
// "mark_given.student: expected 32 hexadecimal digits".

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/engine.h"
#include "ledger/statement.h"

namespace letopis::commands {

inline constexpr std::size_t kStatementJsonSizeMaxBytes = 4u << 20;

struct StatementDraft {
  struct Sealed {
    std::string field;
    Id person;
    std::string text;
    std::optional<Hash> salt;
  };
  ledger::Statement statement;  // views into `texts` and `blobs`
  std::vector<Sealed> sealed;
  std::deque<std::string> texts{};
  std::deque<Bytes> blobs{};

  StatementDraft() = default;
  StatementDraft(StatementDraft&&) = default;
  StatementDraft& operator=(StatementDraft&&) = default;

  // Turns the sealed texts into commitments of the statement, with fresh salts where none is given; returns what has to
  // travel beside the statement.
  std::vector<RawText> seal(Random& random);
};

// One statement: a JSON object.
Result<StatementDraft> read_statement_json(std::string_view json);
// One object, or an array of up to `max` of them; errors name the number of the statement, from 1.
Result<std::vector<StatementDraft>> read_statements_json(std::string_view json, std::size_t max);

// A statement of the type that reads and encodes, for people to start from; "unknown_type".
Result<std::string> example_json(std::string_view type);

}  // namespace letopis::commands
