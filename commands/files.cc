#include "commands/files.h"

#include <algorithm>

#include "ledger/schema/codec.h"
#include "signing/rfc3161.h"

namespace letopis::commands {

using namespace ledger;

namespace {

constexpr std::string_view kPdf = "application/pdf";
constexpr std::string_view kJpeg = "image/jpeg";
constexpr std::string_view kPng = "image/png";
constexpr std::string_view kWebp = "image/webp";
constexpr std::string_view kText = "text/plain";
constexpr std::string_view kDocx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
constexpr std::string_view kXlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
constexpr std::string_view kOdt = "application/vnd.oasis.opendocument.text";
constexpr std::string_view kTypes[] = {kPdf, kJpeg, kPng, kWebp, kText, kDocx, kXlsx, kOdt};
constexpr std::string_view kExtensions[] = {"pdf", "jpg", "png", "webp", "txt", "docx", "xlsx", "odt"};
static_assert(std::size(kTypes) == std::size(kExtensions));

// Office documents are archives: the names of their parts lie in them as they are. None with macros.
std::string_view office_type(std::string_view archive) {
  const auto has = [&](std::string_view name) { return archive.find(name) != std::string_view::npos; };
  constexpr std::size_t kNameAt = 30;  // of an archive's first part
  if (archive.substr(kNameAt, 8) == "mimetype") return archive.substr(kNameAt + 8).starts_with(kOdt) ? kOdt : "";
  if (!has("[Content_Types].xml") || has("vbaProject.bin")) return {};
  if (has("word/document.xml")) return kDocx;
  return has("xl/workbook.xml") ? kXlsx : std::string_view{};
}

// UTF-8, with line ends of either kind.
bool is_plain_text(std::string_view text) {
  while (!text.empty()) {
    const auto end = text.find('\r');
    if (!valid_text(text.substr(0, end))) return false;
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return true;
}

}  // namespace

std::vector<Hash> files_named(const Statement& statement) {
  std::vector<Hash> files;
  const auto add = [&](const Hash& hash) {
    if (!hash.is_zero() && std::find(files.begin(), files.end(), hash) == files.end()) files.push_back(hash);
  };
  if (statement.basis) add(statement.basis->scan);
  std::visit(
      [&](const auto& b) {
        if constexpr (requires { b.file; }) add(b.file);
        if constexpr (requires { b.note; }) add(b.note);
        if constexpr (requires { b.files; })
          for (const auto& file : b.files) add(file);
        if constexpr (std::is_same_v<std::decay_t<decltype(b)>, AnchorAdded>)
          for (const auto& evidence : b.evidence)
            if (const auto file = EvidenceFile::read(evidence)) add(file->hash);
      },
      statement.body);
  return files;
}

std::optional<Bytes> token_of(const Evidence& evidence, const ReadEvidence& file) {
  if (evidence.kind == kTimestamp) return Bytes(evidence.bytes.begin(), evidence.bytes.end());
  const auto named = evidence.kind == kTimestampFile ? EvidenceFile::read(evidence) : std::nullopt;
  const auto text = named ? file(*named) : std::nullopt;
  auto token = text ? signing::token_of_text(as_text(*text)) : tl::unexpected(Error{"not_found", {}});
  return token ? std::optional(*std::move(token)) : std::nullopt;
}

std::span<const std::string_view> media_types() { return kTypes; }

std::string_view media_type_of(ByteView file) {
  const std::string_view bytes = as_text(file);
  if (bytes.empty()) return {};
  if (bytes.starts_with("%PDF-")) return kPdf;
  if (bytes.starts_with("\xff\xd8\xff")) return kJpeg;
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return kPng;
  if (bytes.starts_with("RIFF") && bytes.substr(8).starts_with("WEBP")) return kWebp;
  if (bytes.starts_with("PK\x03\x04")) return bytes.size() > 64 ? office_type(bytes) : std::string_view{};
  return is_plain_text(bytes) ? kText : std::string_view{};
}

std::string_view file_extension(std::string_view media_type) {
  const auto known = std::find(std::begin(kTypes), std::end(kTypes), media_type);
  return known == std::end(kTypes) ? "bin" : kExtensions[known - std::begin(kTypes)];
}

}  // namespace letopis::commands
