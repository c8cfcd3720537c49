#include "db/postgresql/postgres_url.h"

#include <map>

#include "waf/base/hex.h"
#include "waf/base/text.h"

// Poco cuts its connection string at each space, before libpq sees it: "name=value name=value", in
// which libpq takes a backslash before a quote or a backslash. A value with a space cannot be said.
namespace db {
namespace {

using waf::ErrorCode;

constexpr std::string_view kSchemes[] = {"postgresql://", "postgres://"};

waf::Unexpected invalid(const std::string& why) {
  return waf::fail(ErrorCode::Invalid, "db", "the URL of the database: " + why);
}

bool decode(std::string_view text, std::string* out) {
  out->clear();
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      *out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? waf::hexDigit(text[i + 1]) : -1;
    const int low = high >= 0 ? waf::hexDigit(text[i + 2]) : -1;
    if (low < 0) return false;
    *out += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return true;
}

// Takes what is before the first `mark` off the front of `*rest`; all of it where there is none.
std::string_view takeUntil(std::string_view* rest, char mark) {
  const size_t end = rest->find(mark);
  const std::string_view part = rest->substr(0, end);
  rest->remove_prefix(end == std::string_view::npos ? rest->size() : end + 1);
  return part;
}

class Parameters {
 public:
  Result<void> set(const std::string& name, std::string_view encoded) {
    if (encoded.empty()) return {};
    const bool plain =
        !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos;
    if (!plain) return invalid("a parameter has no name as PostgreSQL knows them");
    std::string value;
    if (!decode(encoded, &value)) return invalid(name + ": a broken percent sequence");
    std::string escaped;
    for (const char c : value) {
      if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f) {
        return invalid(
            name +
            ": spaces and control characters are not possible here; a password may stand "
            "in a file instead (?passfile=…)");
      }
      if (c == '\'' || c == '\\') escaped += '\\';
      escaped += c;
    }
    values_[name] = escaped;
    return {};
  }
  void setDefault(const std::string& name, const std::string& value) {
    values_.emplace(name, value);
  }
  std::string connection() const {
    std::string out;
    for (const auto& [name, value] : values_) {
      if (!out.empty()) out += ' ';
      out += name + "=" + value;
    }
    return out;
  }

 private:
  std::map<std::string, std::string> values_;
};

Result<void> setHost(std::string_view text, Parameters* out) {
  std::string_view port;
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    const std::string_view after =
        end == std::string_view::npos ? std::string_view("?") : text.substr(end + 1);
    if (!after.empty() && !after.starts_with(':')) return invalid("a broken IPv6 address");
    port = after.empty() ? after : after.substr(1);
    text = text.substr(1, end - 1);
  } else if (const size_t colon = text.rfind(':'); colon != std::string_view::npos) {
    port = text.substr(colon + 1);
    text = text.substr(0, colon);
  }
  uint64_t number = 0;
  if (!port.empty() && (!waf::parseUint64(port, &number) || number == 0 || number > 65535)) {
    return invalid("the port must be a number from 1 to 65535");
  }
  const Result<void> done = out->set("host", text);
  return done ? out->set("port", port) : done;
}

}  // namespace

bool isPostgresUrl(std::string_view text) {
  return text.starts_with(kSchemes[0]) || text.starts_with(kSchemes[1]);
}

Result<PostgresUrl> parsePostgresUrl(std::string_view url) {
  if (!isPostgresUrl(url)) return invalid("must begin with postgresql://");
  std::string_view rest = url.substr(url.find("//") + 2);
  std::string_view before_query = takeUntil(&rest, '?');
  const std::string_view query = rest;
  std::string_view authority = takeUntil(&before_query, '/');
  const std::string_view database = before_query;
  // The end of a password in which a mark of the URL was not escaped: it would be taken for another
  // part, and shown.
  if (database.find_first_of("/@") != std::string_view::npos ||
      query.find('@') != std::string_view::npos) {
    return invalid(
        "a / ? or @ in a password is written %2F %3F %40, as are / and @ behind the host");
  }
  std::string_view user;
  std::string_view password;
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) {
    password = authority.substr(0, at);
    user = takeUntil(&password, ':');
    authority.remove_prefix(at + 1);
  }
  Parameters parameters;
  Result<void> done = setHost(authority, &parameters);
  if (done) done = parameters.set("user", user);
  if (done) done = parameters.set("password", password);
  if (done) done = parameters.set("dbname", database);
  std::string shown_query;
  for (std::string_view list = query; done && !list.empty();) {
    std::string_view value = takeUntil(&list, '&');
    const std::string whole(value);
    const std::string name(takeUntil(&value, '='));
    done = parameters.set(name, value);
    if (name.find("password") == std::string::npos) {
      shown_query += (shown_query.empty() ? "?" : "&") + whole;
    }
  }
  if (!done) return waf::fail(done.error());
  // A server that cannot be reached must not hold up the start, nor one that went away a request of
  // the administration.
  parameters.setDefault("connect_timeout", "5");
  parameters.setDefault("tcp_user_timeout", "10000");
  parameters.setDefault("application_name", "portcullis");
  done = parameters.set("client_encoding", "UTF8");
  if (!done) return waf::fail(done.error());
  PostgresUrl out;
  out.connection = parameters.connection();
  out.shown = "postgresql://" + std::string(user) + (user.empty() ? "" : "@") +
              std::string(authority) + "/" + std::string(database) + shown_query;
  return out;
}

}  // namespace db
