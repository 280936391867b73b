// The writer against Boost.JSON as reader, and its times against the formatters of signing/base.

#include "projections/json_writer.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "signing/base/random.h"

namespace letopis::projections {
namespace {

TEST(JsonWriter, NestsAndSeparates) {
  JsonWriter w;
  w.begin_object()
      .text("a", "x\"\n\t\\")
      .key("b")
      .begin_array()
      .number(1)
      .begin_array()
      .end_array()
      .begin_object()
      .end_object();
  w.boolean(true)
      .null()
      .end_array()
      .text_if("c", "")
      .flag_if("d", false)
      .number_if("e", 0)
      .text_if("f", "ё")
      .end_object();
  const std::string text = w.take();
  const auto value = boost::json::parse(text);
  EXPECT_EQ(value, (boost::json::value{{"a", "x\"\n\t\\"},
                                       {"b", {1, boost::json::array(), boost::json::object(), true, nullptr}},
                                       {"f", "ё"}}));
}

TEST(JsonWriter, NumbersKeepTheirSignAndWidth) {
  JsonWriter w;
  w.begin_array().number(UINT64_MAX).number(INT64_MIN).number(std::uint8_t{7}).end_array();
  EXPECT_EQ(w.take(), "[18446744073709551615,-9223372036854775808,7]");
}

TEST(JsonWriter, TimesAreSpelledAsEverywhereElse) {
  SeededRandom random(11);
  for (int i = 0; i < 1000; ++i) {
    const Instant at{static_cast<std::int64_t>(random.below(4'000'000'000'000'000))};
    const UtcOffset offset{static_cast<std::int32_t>(random.below(28 * 1800)) - 14 * 900};
    JsonWriter w;
    w.begin_array().instant(at).local(at, offset).date(local_date(at, offset)).end_array();
    EXPECT_EQ(w.take(), "[\"" + format_instant(at) + "\",\"" + format_local(at, offset) + "\",\"" +
                            format_date(local_date(at, offset)) + "\"]");
  }
}

TEST(JsonWriter, IdsAreLowerCaseHexadecimal) {
  Id id;
  id.bytes = {0, 1, 0x9f, 0xAB};
  JsonWriter w;
  w.begin_object().key("id").hex(id).hex_if("none", Id{}).end_object();
  EXPECT_EQ(w.take(), "{\"id\":\"" + to_hex(id.view()) + "\"}");
}

}  // namespace
}  // namespace letopis::projections
