// The strict CSV reader: what RFC 4180 allows is read, what it leaves open is refused with its place.

#include "replay-tools/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace letopis::replay_tools {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Lines = std::vector<std::vector<std::string>>;

Lines read(std::string_view text) {
  Problems problems;
  const auto table = parse_csv(as_bytes(text), "t.csv", {}, problems);
  for (const Problem& problem : problems.list()) ADD_FAILURE() << problem.text();
  Lines lines;
  if (!table) return lines;
  for (const auto& row : table->rows) {
    lines.emplace_back();
    for (const CsvField& field : row) lines.back().push_back(field.text);
  }
  return lines;
}

std::vector<std::string> problems_of(std::string_view text, const CsvLimits& limits = {}) {
  Problems problems;
  EXPECT_FALSE(parse_csv(as_bytes(text), "t.csv", limits, problems)) << "accepted: " << text;
  std::vector<std::string> out;
  for (const Problem& problem : problems.list()) out.push_back(problem.text());
  return out;
}

TEST(Csv, ReadsPlainRowsWithEitherLineEnd) {
  EXPECT_EQ(read("a,b\n1,2\n3,4\n"), (Lines{{"1", "2"}, {"3", "4"}}));
  EXPECT_EQ(read("a,b\r\n1,2\r\n3,4\r\n"), (Lines{{"1", "2"}, {"3", "4"}}));
  EXPECT_EQ(read("a,b\n1,"), (Lines{{"1", ""}})) << "the last line needs no end";
  EXPECT_THAT(read("a,b\n"), IsEmpty());
}

TEST(Csv, ReadsQuotedFields) {
  EXPECT_EQ(read("a,b\n\"x,y\",\"он сказал \"\"да\"\"\"\n"), (Lines{{"x,y", "он сказал \"да\""}}));
  EXPECT_EQ(read("a,b\n\"two\r\nlines\",\"\"\n"), (Lines{{"two\r\nlines", ""}}));
  EXPECT_EQ(read("a\n\"\"\"\"\n"), (Lines{{"\""}}));
}

TEST(Csv, DropsTheByteOrderMark) {
  Problems problems;
  const auto table = parse_csv(as_bytes("\xEF\xBB\xBFимя,b\n1,2\n"), "t.csv", {}, problems);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->column("имя"), 0U);
  EXPECT_EQ(table->column("b"), 1U);
  EXPECT_EQ(table->column("c"), std::nullopt);
}

TEST(Csv, KnowsWhereEveryFieldBeginsInCharacters) {
  Problems problems;
  const auto table = parse_csv(as_bytes("a,b,c\n\"ёж\nдва\",щи,\"3\"\nx,y,z\n"), "t.csv", {}, problems);
  ASSERT_TRUE(table);
  const auto place = [&](std::size_t row, std::size_t column) {
    const CsvField& field = table->rows[row][column];
    return std::pair(field.line, field.column);
  };
  EXPECT_EQ(place(0, 0), std::pair(2U, 1U));
  EXPECT_EQ(place(0, 1), std::pair(3U, 6U)) << "after the line end inside the quotes: два\",";
  EXPECT_EQ(place(0, 2), std::pair(3U, 9U));
  EXPECT_EQ(place(1, 2), std::pair(4U, 5U));
}

TEST(Csv, RefusesOtherEncodingsWithTheirPlace) {
  EXPECT_THAT(problems_of("имя,b\n1,2\nx,\xC8\xE2\xE0\xED\n"),
              ElementsAre(HasSubstr("t.csv:3:3: not UTF-8 (Windows-1251")));
  EXPECT_THAT(problems_of(std::string_view("\xFF\xFE"
                                           "a\0,\0b\0\n\0",
                                           10)),
              ElementsAre(HasSubstr("t.csv:1:1: the file is UTF-16")));
  EXPECT_THAT(problems_of("a,b\n\xC0\xAF,2\n"), ElementsAre(HasSubstr("t.csv:2:1: not UTF-8"))) << "overlong";
  EXPECT_THAT(problems_of("a,b\n\"1\xED\xA0\x80\",2\n"), ElementsAre(HasSubstr("t.csv:2:3: not UTF-8"))) << "surrogate";
  EXPECT_THAT(problems_of("a,b\n1,\xD0"), ElementsAre(HasSubstr("t.csv:2:3: not UTF-8")))
      << "cut in the middle of a letter";
}

TEST(Csv, RefusesQuotesOutOfPlace) {
  EXPECT_THAT(problems_of("a,b\n1,5\"\n"),
              ElementsAre("t.csv:2:4: a quote inside a field that does not begin with one"));
  EXPECT_THAT(problems_of("a,b\n\"1\"x,2\n"), ElementsAre("t.csv:2:4: text after a closing quote"));
  EXPECT_THAT(problems_of("a,b\n\"1\" ,2\n"), ElementsAre("t.csv:2:4: text after a closing quote"));
  EXPECT_THAT(problems_of("a,b\n1,\"2\n3,4\n"), ElementsAre("t.csv:2:3: a quote that is never closed"));
}

TEST(Csv, RefusesRowsOfTheWrongLengthAndNamesThemAll) {
  EXPECT_THAT(problems_of("a,b\n1\n1,2\n1,2,3\n\n4,5\n"),
              ElementsAre("t.csv:2:1: the header has 2 fields, this row 1",
                          "t.csv:4:5: the header has 2 fields, this row 3", "t.csv:5:1: an empty line"));
}

TEST(Csv, RefusesControlCharactersAndLoneCarriageReturns) {
  EXPECT_THAT(problems_of(std::string_view("a,b\n1,\0\n", 8)), ElementsAre("t.csv:2:3: a control character"));
  EXPECT_THAT(problems_of("a,b\n1,\x1b[31m\n"), ElementsAre("t.csv:2:3: a control character"));
  EXPECT_THAT(problems_of("a,b\r1,2\r"), ElementsAre("t.csv:1:4: a carriage return without a line feed"));
}

TEST(Csv, RefusesABadHeader) {
  EXPECT_THAT(problems_of(""), ElementsAre("t.csv:1:1: the file is empty: a header is required"));
  EXPECT_THAT(problems_of("\xEF\xBB\xBF"), ElementsAre(HasSubstr("the file is empty")));
  EXPECT_THAT(problems_of("a,,c\n"), ElementsAre("t.csv:1:3: a column without a name"));
  EXPECT_THAT(problems_of("a,b,a\n"), ElementsAre("t.csv:1:5: two columns are called a"));
}

TEST(Csv, KeepsItsLimits) {
  const CsvLimits limits{.file_max_bytes = 40, .field_max_bytes = 8, .columns_max = 3, .rows_max = 2};
  EXPECT_THAT(problems_of(std::string(41, 'a'), limits), ElementsAre("t.csv: larger than 40 bytes"));
  EXPECT_THAT(problems_of("a,b\n1,123456789\n", limits), ElementsAre("t.csv:2:3: a field of more than 8 bytes"));
  EXPECT_THAT(problems_of("a,b\n1,\"12345\n789\"\n", limits), ElementsAre("t.csv:2:3: a field of more than 8 bytes"));
  EXPECT_THAT(problems_of("a,b,c,d\n", limits), ElementsAre("t.csv:1:7: more than 3 columns"));
  EXPECT_THAT(problems_of("a\n1\n2\n3\n", limits), ElementsAre("t.csv:4:1: more than 2 rows"));
  Problems problems;
  EXPECT_TRUE(parse_csv(as_bytes("a,b,c\n12345678,2,3\n4,5,6\n"), "t.csv", limits, problems))
      << "each limit is allowed itself";
}

TEST(Csv, AHugeFieldIsRefusedUnderTheUsualLimits) {
  const std::string huge(CsvLimits{}.field_max_bytes + 1, 'x');
  EXPECT_THAT(problems_of("a,b\n1," + huge + "\n"), ElementsAre(HasSubstr("t.csv:2:3: a field of more than")));
}

TEST(Problems, StopAtFiftyAndKeepOneAPlace) {
  std::string text = "a,b\n";
  for (std::size_t i = 0; i < kProblemsMax + 10; ++i) text += "1\n";
  EXPECT_EQ(problems_of(text).size(), kProblemsMax);
  Problems problems;
  problems.add({"f", 1, 2, "first"});
  problems.add({"f", 1, 2, "second"});
  problems.add({"f", 0, 0, "of the file"});
  problems.add({"f", 0, 0, "of the file, too"});
  EXPECT_EQ(problems.list().size(), 3U);
}

}  // namespace
}  // namespace letopis::replay_tools
