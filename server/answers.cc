#include "server/answers.h"

#include <algorithm>
#include <charconv>

#include "signing/sha256.h"

namespace letopis::server {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Takes the next item of a comma-separated list off its front.
std::string_view next_item(std::string_view& list, char separator) {
  const auto end = list.find(separator);
  const auto item = trim(list.substr(0, end));
  list = end == std::string_view::npos ? std::string_view{} : list.substr(end + 1);
  return item;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return lower(x) == lower(y);
  });
}

// "ru-RU;q=0.8" → "ru-RU" and 800. A weight that is none counts as nothing.
std::pair<std::string_view, int> weighted(std::string_view item) {
  const auto name = next_item(item, ';');
  while (!item.empty()) {
    auto parameter = next_item(item, ';');
    if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) continue;
    parameter.remove_prefix(2);
    if (parameter == "1" || parameter.starts_with("1.")) return {name, 1000};
    if (!parameter.starts_with("0")) return {name, 0};
    int thousandths = 0;
    int place = 100;
    for (const char c : parameter.substr(std::min<std::size_t>(2, parameter.size()))) {
      if (c < '0' || c > '9' || place == 0) return {name, 0};
      thousandths += (c - '0') * place;
      place /= 10;
    }
    return {name, thousandths};
  }
  return {name, 1000};
}

}  // namespace

Language language_of(std::string_view header) {
  int russian = -1;
  int english = -1;
  int any = 0;
  while (!header.empty()) {
    const auto [range, weight] = weighted(next_item(header, ','));
    const auto primary = range.substr(0, range.find('-'));
    if (equal_ignoring_case(primary, "ru"))
      russian = std::max(russian, weight);
    else if (equal_ignoring_case(primary, "en"))
      english = std::max(english, weight);
    else if (range == "*")
      any = weight;
  }
  if (russian < 0) russian = any;
  if (english < 0) english = any;
  return english > russian ? Language::kEnglish : Language::kRussian;
}

std::string_view language_tag(Language language) { return language == Language::kRussian ? "ru" : "en"; }

bool accepts(std::string_view accept, std::string_view media_type) {
  if (trim(accept).empty()) return true;
  const auto family = media_type.substr(0, media_type.find('/') + 1);
  // The most specific range decides.
  int exact = -1;
  int of_family = -1;
  int any = -1;
  while (!accept.empty()) {
    const auto [range, weight] = weighted(next_item(accept, ','));
    if (equal_ignoring_case(range, media_type))
      exact = weight;
    else if (range.size() == family.size() + 1 && range.ends_with("/*") &&
             equal_ignoring_case(range.substr(0, family.size()), family))
      of_family = weight;
    else if (range == "*/*")
      any = weight;
  }
  return (exact >= 0 ? exact : of_family >= 0 ? of_family : any) > 0;
}

const std::vector<ProblemKind>& problem_kinds() {
  static const std::vector<ProblemKind> kKinds = {
      {"malformed", 400, "malformed", "Запрос не разобран", "The request cannot be read",
       "Исправьте названное место и отправьте запрос снова."},
      {"out_of_range", 400, "malformed", "Запрос не разобран", "The request cannot be read",
       "Исправьте названное место и отправьте запрос снова."},
      {"unknown_type", 400, "unknown-type", "Неизвестный вид записи", "No such type of statement",
       "Перечень видов записей даёт адрес /openapi.json; проверьте название."},
      {"unknown_field", 400, "unknown-field", "Неизвестное поле", "No such field",
       "Проверьте название поля: лишнее не отбрасывается молча."},
      {"unknown_value", 400, "unknown-value", "Недопустимое значение", "Not one of the values allowed",
       "Выберите одно из названных значений."},
      {"other_origin", 400, "other-origin", "Запись составлена для другого журнала", "The statement is for another log",
       "Откройте журнал своей школы и внесите запись в нём."},
      {"text_missing", 400, "text-missing", "Не приложен текст закрытого поля", "The text of a sealed field is missing",
       "Отправьте вместе с записью её закрытые тексты."},
      {"text_unknown", 400, "text-unknown", "Приложен лишний текст", "A text that no statement commits to",
       "Отправьте только те тексты, на которые ссылаются записи."},
      {"file_missing", 400, "file-missing", "Не приложен названный файл", "A file that is named is missing",
       "Приложите сам файл: записи о нём недостаточно."},
      {"bad_file", 400, "bad-file", "Такой файл не принимается", "Not a file that is kept",
       "Приложите файл допустимого вида и размера (PDF, изображение, документ)."},
      {"profile_missing", 400, "profile-missing", "Не приложен текст регламента", "The text of the profile is missing",
       "Приложите текст регламента, который принимается."},
      {"bad_profile", 400, "bad-profile", "Регламент не разобран", "The profile cannot be read",
       "Исправьте названную строку; letopis profile check проверит текст заранее."},
      {"hash_mismatch", 400, "hash-mismatch", "Файл не соответствует своему хешу", "A file does not match its hash",
       "Файл изменился при пересылке: приложите его заново."},
      {"bad_signature", 401, "bad-signature", "Подпись неверна", "A signature does not match",
       "Запись изменилась после подписи или подписана другим ключом. Подпишите её заново."},
      {"unknown_key", 401, "unknown-key", "Ключ не известен этому журналу", "This log knows no such key",
       "Получите у администратора приглашение и привяжите ключ к журналу."},
      {"foreign_key", 401, "foreign-key", "Ключ принадлежит другому", "The key is another's",
       "Подписывайте своим ключом: чужим ничего внести нельзя."},
      {"unknown_invitation", 401, "unknown-invitation", "Приглашение не найдено", "No such invitation",
       "Проверьте код приглашения или попросите у администратора новый."},
      {"bad_threshold", 401, "bad-threshold", "Не хватает подписей", "Too few signatures",
       "Соберите недостающие подписи корневых ключей."},
      {"not_signed_in", 401, "not-signed-in", "Войдите в журнал", "Sign in first",
       "Время входа истекло или вход не выполнен."},
      {"sign_in_failed", 401, "sign-in-failed", "Неверный логин или пароль", "Wrong login or password",
       "Проверьте логин, пароль и раскладку клавиатуры."},
      {"challenge_failed", 401, "challenge-failed", "Вход по ключу не удался", "Signing in by key failed",
       "Запросите новое задание и подпишите его своим ключом."},
      {"forbidden", 403, "forbidden", "Эти сведения вам не показываются", "This is not yours to see",
       "Если они нужны вам по должности, обратитесь к администратору журнала."},
      {"other_school", 403, "other-school", "Вы вошли в другую школу", "You are signed in to another school",
       "Выйдите и войдите в журнал этой школы."},
      {"cross_site", 403, "cross-site", "Запрос пришёл с другого сайта", "The request came from another site",
       "Откройте журнал по его собственному адресу."},
      {"not_found", 404, "not-found", "Не найдено", "Not found",
       "Проверьте адрес: такого здесь нет или оно вам не показывается."},
      {"no_route", 404, "no-route", "Такого адреса нет", "There is no such address",
       "Проверьте адрес; перечень даёт /openapi.json."},
      {"method_not_allowed", 405, "method-not-allowed", "Этот способ обращения здесь не принят", "Not by this method",
       "Допустимые способы названы в заголовке Allow."},
      {"not_acceptable", 406, "not-acceptable", "В таком виде этого нет", "Not available in that form",
       "Запросите другой вид данных."},
      {"chain_conflict", 409, "chain-conflict", "Цепочка записей разошлась с журналом",
       "The chain disagrees with the log",
       "Кто-то уже внёс записи этим ключом с другого устройства, или оно восстановлено из старой копии. Обновите "
       "страницу и внесите запись снова."},
      {"login_taken", 409, "login-taken", "Этот логин занят", "The login is taken", "Выберите другой логин."},
      {"account_exists", 409, "account-exists", "Для этого ключа доступ уже создан", "This key has its account already",
       "Войдите с прежним логином; забытый пароль сбросит администратор."},
      {"invitation_spent", 410, "invitation-spent", "Приглашение уже недействительно",
       "The invitation is no longer valid",
       "Код действует один раз и до своего срока. Попросите у администратора новый."},
      {"file_gone", 410, "file-gone", "Файл больше не хранится", "The file is no longer kept",
       "Срок хранения истёк или сведения стёрты по акту; запись о файле остаётся."},
      {"too_large", 413, "too-large", "Запрос слишком велик", "The request is too large",
       "Уменьшите файл или отправьте записи по частям."},
      {"too_many", 413, "too-many", "Слишком много записей в одном запросе", "Too many statements in one request",
       "Отправьте записи по частям."},
      {"unsupported_media_type", 415, "unsupported-media-type", "Такой вид данных здесь не принят",
       "Not this media type", "Допустимый вид данных назван в описании адреса."},
      {"rate_limited", 429, "rate-limited", "Слишком много попыток", "Too many attempts",
       "Подождите минуту и попробуйте снова.", 60},
      {"queue_full", 503, "queue-full", "Очередь записи заполнена", "The queue is full",
       "Сервер перегружен, запись не внесена. Повторите через несколько секунд.", 2},
      {"stopping", 503, "stopping", "Сервер останавливается", "The server is stopping",
       "Запись не внесена. Повторите через минуту.", 10},
      {"stopped", 503, "stopped", "Запись остановлена", "Recording has stopped",
       "Запись не внесена. Сообщите администратору: сервер надо перезапустить.", 30},
      {"read_only", 503, "read-only", "Это копия журнала: запись закрыта", "This is a copy: nothing is recorded",
       "Вносите записи в сам журнал."},
      {"held", 503, "held", "Запись остановлена до разбирательства", "Recording is held until this is looked into",
       "Запись не внесена. Свидетель видел другую историю журнала: сообщите директору и администратору."},
      {"pending", 404, "pending", "Свидетельства ещё нет", "No evidence yet",
       "Спросите через минуту. Если школа не назвала свидетелей, ждать нечего.", 5},
      {"clock_behind", 503, "clock-behind", "Часы сервера отстают", "The server's clock is behind",
       "Запись не внесена. Сообщите администратору: часы сервера надо выставить.", 30},
      {"not_ready", 503, "not-ready", "Сервер не готов", "Not ready", "Повторите через несколько секунд.", 5},
      {"internal", 500, "internal", "Внутренняя ошибка", "An internal error",
       "Сообщите администратору номер запроса (request_id)."},
  };
  return kKinds;
}

const ProblemKind& problem_kind(std::string_view code) {
  const auto& kinds = problem_kinds();
  const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const auto& kind) { return kind.code == code; });
  return found == kinds.end() ? kinds.back() : *found;
}

Response problem_for(const Error& error, Language language, std::string_view request_id) {
  const ProblemKind& kind = problem_kind(error.code);
  // Why the server cannot write is for its log: paths and words of the store help nobody outside.
  const bool ours = kind.status == 500 || kind.code == "stopped";
  const std::string_view why = ours ? std::string_view{} : std::string_view(error.detail);
  const std::string type = "urn:letopis:problem:" + std::string(kind.slug);
  Response response = language == Language::kRussian
                          ? problem(kind.status, type, kind.title_ru, kind.help_ru, request_id, why)
                          : problem(kind.status, type, kind.title_en, why, request_id);
  if (kind.retry_after_seconds > 0)
    response.headers.emplace_back("Retry-After", std::to_string(kind.retry_after_seconds));
  if (kind.code == "not_signed_in") response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"letopis\"");
  response.headers.emplace_back("Content-Language", language_tag(language));
  return response;
}

Response json_answer(std::string body, unsigned status) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

Response text_answer(std::string body, std::string_view content_type) {
  Response response;
  response.content_type = content_type;
  response.body = std::move(body);
  return response;
}

std::string etag_of(std::string_view body) {
  return "\"" + to_hex(signing::sha256(as_bytes(body)).view().first(16)) + "\"";
}

bool none_match(std::string_view header, std::string_view etag) {
  while (!header.empty()) {
    auto item = next_item(header, ',');
    if (item == "*") return true;
    if (item.starts_with("W/")) item.remove_prefix(2);
    if (item == etag) return true;
  }
  return false;
}

}  // namespace letopis::server
