// Lesson plans from tables: what teachers type is read, and whatever is wrong is named by its cell.

#include "replay-tools/plan_file.h"

#include <gtest/gtest.h>
#include <zip.h>

#include "replay-tools/xlsx.h"

namespace letopis::replay_tools {
namespace {

struct Part {
  std::string name, text;
};

// A real archive, made by the library that other programs make theirs with.
Bytes zipped(const std::vector<Part>& parts) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* into = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(into);
  zip_t* zip = zip_open_from_source(into, ZIP_TRUNCATE, &error);
  EXPECT_NE(zip, nullptr);
  for (const Part& part : parts)
    zip_file_add(zip, part.name.c_str(), zip_source_buffer(zip, part.text.data(), part.text.size(), 0),
                 ZIP_FL_ENC_UTF_8);
  EXPECT_EQ(zip_close(zip), 0);
  zip_source_open(into);
  zip_stat_t stat;
  zip_source_stat(into, &stat);
  Bytes bytes(stat.size);
  EXPECT_EQ(zip_source_read(into, bytes.data(), bytes.size()), static_cast<zip_int64_t>(bytes.size()));
  zip_source_close(into);
  zip_source_free(into);
  return bytes;
}

const Part kWorkbook{
    "xl/workbook.xml",
    R"(<workbook xmlns:r="r"><sheets><sheet name="КТП" sheetId="1" r:id="rId7"/></sheets></workbook>)"};
const Part kRelations{"xl/_rels/workbook.xml.rels",
                      R"(<Relationships><Relationship Id="rId1" Target="styles.xml"/>)"
                      R"(<Relationship Id="rId7" Target="worksheets/sheet1.xml"/></Relationships>)"};
const Part kTexts{"xl/sharedStrings.xml",
                  R"(<sst><si><t>№</t></si><si><t>Тема урока</t></si><si><t>Часы</t></si><si><r><t>Закон </t></r>)"
                  R"(<r><t>Ома</t></r></si><si><t xml:space="preserve"> Ток
в цепи </t></si></sst>)"};
Part sheet(const std::string& rows) {
  return {"xl/worksheets/sheet1.xml", "<worksheet><sheetData>" + rows + "</sheetData></worksheet>"};
}
const std::string kHeader =
    R"(<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row>)";

std::optional<std::vector<PlanRow>> read(ByteView bytes, Problems& problems) {
  auto plan = read_plan(bytes, "plan", problems);
  return plan ? std::optional(std::move(plan->rows)) : std::nullopt;
}
std::string refusal(ByteView bytes) {
  Problems problems;
  EXPECT_FALSE(read(bytes, problems));
  return problems.empty() ? std::string("read") : problems.list().front().text();
}
std::string refusal(const std::string& rows) { return refusal(zipped({kWorkbook, kRelations, kTexts, sheet(rows)})); }

TEST(PlanFile, ATableInCsvByItsRussianOrEnglishNames) {
  for (const std::string text : {"Тема,№,Часы,Вид,Примечание\n\"Ток, цепь\",1а,2,лекция,нет\nЗакон Ома,2,1,,\n",
                                 "topic,number,hours,kind,x\r\n\"Ток, цепь\",1а,2,лекция,нет\r\nЗакон Ома,2,1,,\r\n"}) {
    Problems problems;
    const auto rows = read(as_bytes(text), problems);
    ASSERT_TRUE(rows) << problems.list().front().text();
    ASSERT_EQ(rows->size(), 2U);
    EXPECT_EQ((*rows)[0].number, "1а");
    EXPECT_EQ((*rows)[0].topic, "Ток, цепь");
    EXPECT_EQ((*rows)[0].hours, 2);
    EXPECT_EQ((*rows)[0].kind, "лекция");
    EXPECT_EQ((*rows)[1].kind, "");
  }
}

TEST(PlanFile, RowsWithoutNumbersAreNumbered) {
  Problems problems;
  const auto rows = read(as_bytes("Тема,Часы\nТок,1\nЗакон Ома,1\n"), problems);
  ASSERT_TRUE(rows);
  EXPECT_EQ((*rows)[1].number, "2");
}

// What a spreadsheet of a Russian Windows writes as CSV: semicolons, its own encoding, spaces of the typist.
TEST(PlanFile, SemicolonsAndWindows1251) {
  Problems problems;
  const auto semicolons = read(as_bytes("№;ТЕМА УРОКА;Кол-во часов;\r\n1; Ток, цепь ;2;\r\n"), problems);
  ASSERT_TRUE(semicolons) << problems.list().front().text();
  EXPECT_EQ((*semicolons)[0].topic, "Ток, цепь");
  // «Тема;Часы» / «Ёлка;1» in Windows-1251.
  const std::string windows = "\xd2\xe5\xec\xe0;\xd7\xe0\xf1\xfb\n\xa8\xeb\xea\xe0;1\n";
  const auto decoded = read(as_bytes(windows), problems);
  ASSERT_TRUE(decoded) << problems.list().front().text();
  EXPECT_EQ((*decoded)[0].topic, "Ёлка");
  // Another encoding has no header we know, and is not guessed at.
  const std::string koi8 = "\xf4\xc5\xcd\xc1;\xfe\xc1\xd3\xd9\n\xf4\xcf\xcb;1\n";
  EXPECT_EQ(refusal(as_bytes(koi8)), "plan: no row names the columns that are needed");
  EXPECT_NE(refusal(as_bytes("\xff\xfe\x22\x04")).find("UTF-16"), std::string::npos);
}

TEST(PlanFile, TitlesHeadingsAndTotalsAreNoTopics) {
  const std::string table =
      "Календарно-тематическое планирование;;\nФизика, 7А;;\n№;Тема;Часы\n;Раздел 1. Электричество;\n1;Ток;2\n"
      "2;Цепь;1\n;Итого;3\n;Раздел 2. Оптика;\n3;Свет;2\n;Всего;5\n;;\n";
  Problems problems;
  const auto plan = read_plan(as_bytes(table), "plan", problems);
  ASSERT_TRUE(plan) << problems.list().front().text();
  ASSERT_EQ(plan->rows.size(), 3U);
  EXPECT_EQ(plan->rows[2].topic, "Свет");
  EXPECT_EQ(plan->passed_over, (std::vector<std::string>{"4: Раздел 1. Электричество", "7: Итого 3",
                                                         "8: Раздел 2. Оптика", "10: Всего 5"}));
  EXPECT_EQ(refusal(as_bytes("Тема;Часы\nТок;2\nИтого;3\n")), "plan:3:7: hours: the rows above add up to 2");
  EXPECT_EQ(refusal(as_bytes("Тема;№;Часы\nТок;1;\n")).substr(0, 9), "plan:2:7:") << "a topic without hours is none";
}

TEST(PlanFile, AWorkbookHasThemToo) {
  Problems problems;
  const auto rows = read(
      zipped(
          {kWorkbook, kRelations, kTexts,
           sheet(
               R"(<row r="1"><c r="B1" t="inlineStr"><is><t>План</t></is></c></row>)"
               R"(<row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3" t="s"><v>1</v></c><c r="C3" t="s"><v>2</v></c></row>)"
               R"(<row r="4"><c r="A4" t="inlineStr"><is><t>Раздел 1</t></is></c></row>)"
               R"(<row r="5"><c r="A5"><v>1</v></c><c r="B5" t="s"><v>3</v></c><c r="C5"><v>2</v></c></row>)"
               R"(<row r="6"><c r="B6" t="inlineStr"><is><t>ВСЕГО:</t></is></c><c r="C6"><v>2</v></c></row>)")}),
      problems);
  ASSERT_TRUE(rows) << problems.list().front().text();
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ((*rows)[0].topic, "Закон Ома");
}

TEST(PlanFile, EveryFaultIsNamedByItsCell) {
  EXPECT_EQ(refusal(as_bytes("Тема,№\nТок,1\n")), "plan: no row names the columns that are needed");
  EXPECT_EQ(refusal(as_bytes("Тема,Часы\nТок,0\n")).substr(0, 9), "plan:2:5:");
  EXPECT_EQ(refusal(as_bytes("Тема,Часы\nТок,256\n")).substr(0, 9), "plan:2:5:");
  EXPECT_EQ(refusal(as_bytes("Тема,Часы\n,1\n")), "plan:2:1: topic: must not be empty");
  EXPECT_EQ(refusal(as_bytes("№,Тема,Часы\n1,Ток,1\n1,Ом,1\n")), "plan:3:1: number: given twice: 1");
  EXPECT_EQ(refusal(as_bytes("Тема,Часы,часы\nТок,1,1\n")), "plan:1:11: a second column for the same: часы");
  EXPECT_EQ(refusal(as_bytes("Тема,Часы\n")), "plan: there is no row under the header");
}

TEST(PlanFile, AWorkbookIsReadAsItsCellsShow) {
  Problems problems;
  const auto rows = read(
      zipped({kWorkbook, kRelations, kTexts,
              sheet(kHeader +
                    R"(<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="s"><v>3</v></c><c r="C2"><v>2.0</v></c></row>)"
                    R"(<row r="3"/><row r="4"><c r="A4" t="str"><v>2а</v></c><c r="B4" t="s"><v>4</v></c>)"
                    R"(<c r="C4"><f>1+0</f><v>1</v></c></row>)"
                    R"(<row r="5"><c r="A5"><v>3</v></c><c r="B5" t="inlineStr"><is><t>Повторение</t></is></c>)"
                    R"(<c r="C5"><v>1</v></c></row>)")}),
      problems);
  ASSERT_TRUE(rows) << problems.list().front().text();
  ASSERT_EQ(rows->size(), 3U);
  EXPECT_EQ((*rows)[0].number, "1");
  EXPECT_EQ((*rows)[0].topic, "Закон Ома") << "runs of one text";
  EXPECT_EQ((*rows)[0].hours, 2);
  EXPECT_EQ((*rows)[1].topic, "Ток в цепи") << "one line, no spaces around it";
  EXPECT_EQ((*rows)[2].topic, "Повторение");
}

TEST(PlanFile, AFaultOfAWorkbookIsNamedByRowAndColumn) {
  const auto row = [](const std::string& cells) { return kHeader + "<row r=\"7\">" + cells + "</row>"; };
  EXPECT_EQ(refusal(row(R"(<c r="A7"><v>1</v></c><c r="B7" t="s"><v>3</v></c><c r="C7"><v>1.5</v></c>)")).substr(0, 9),
            "plan:7:3:");
  EXPECT_EQ(refusal(row(R"(<c r="B7" t="e"><v>#REF!</v></c>)")), "plan:7:2: the cell holds the error #REF!");
  EXPECT_EQ(refusal(row(R"(<c r="B7" t="s"><v>99</v></c>)")),
            "plan:7:2: the cell names a text the workbook does not hold");
  EXPECT_EQ(refusal(row(R"(<c r="D7"><v>1</v></c>)")), "plan:7:4: more cells than the header has");
  EXPECT_EQ(refusal(row(R"(<c r="B7"><v>1</v></c><c r="A7"><v>1</v></c>)")),
            "plan:7:1: more than 64 columns, or cells out of order");
  EXPECT_EQ(refusal(row(R"(<c r="ZZZ7"><v>1</v></c>)")), "plan:7:1: more than 64 columns, or cells out of order");
  EXPECT_EQ(refusal(kHeader + "<row r=\"1\"/>"), "plan:1:1: rows out of order");
  EXPECT_EQ(refusal(std::string()), "plan: the first sheet is empty");
}

TEST(PlanFile, WhatIsNoWorkbookIsSaidToBeNone) {
  const Bytes whole = zipped({kWorkbook, kRelations, kTexts, sheet(kHeader)});
  EXPECT_EQ(refusal(ByteView(whole).first(whole.size() / 2)), "plan: this is no .xlsx workbook");
  EXPECT_EQ(refusal(zipped({kRelations, sheet(kHeader)})), "plan: its part xl/workbook.xml is missing");
  EXPECT_EQ(refusal(zipped({{kWorkbook.name, "<workbook><sheets>"}, kRelations})),
            "plan: its part xl/workbook.xml is no XML");
  EXPECT_EQ(refusal(zipped({{kWorkbook.name, "<workbook/>"}, kRelations})), "plan: it names no sheet");
}

// A few kilobytes that swell to more than memory is worth.
TEST(PlanFile, AnArchiveThatSwellsIsRefused) {
  const std::string spaces(kXlsxPartMaxBytes + 1, ' ');
  const Bytes bomb = zipped({kWorkbook, kRelations, kTexts, {"xl/worksheets/sheet1.xml", spaces}});
  EXPECT_LT(bomb.size(), kXlsxPartMaxBytes / 100);
  EXPECT_NE(refusal(bomb).find("unpacks to more than"), std::string::npos);
}

// Every byte of a workbook changed once: it is read or refused, and nothing else happens.
TEST(PlanFile, ADamagedWorkbookHarmsNobody) {
  const Bytes whole = zipped({kWorkbook, kRelations, kTexts, sheet(kHeader)});
  for (std::size_t at = 0; at < whole.size(); ++at) {
    Bytes damaged = whole;
    damaged[at] ^= 0x55;
    Problems problems;
    const bool whole_still = read(damaged, problems).has_value();
    EXPECT_EQ(whole_still, problems.empty());
  }
}

}  // namespace
}  // namespace letopis::replay_tools
