#include "db/config/diff.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "db/config/config_json.h"
#include "waf/base/text.h"

// Works on the printed documents, so that every field of the table is covered. Lists of objects are
// matched by `name`, endpoints by `address`; lists of values as sets, with a word on a changed
// order.
namespace db {
namespace {

using nlohmann::json;

constexpr size_t kMaxShown = 120;
constexpr size_t kMaxListed = 8;

std::string show(const json& value) {
  if (value.is_null()) return "unset";
  if (value.is_string() && value.get_ref<const std::string&>().empty()) return "empty";
  std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  if (text.size() > kMaxShown) text = text.substr(0, kMaxShown) + "…";
  return waf::toPrintableUtf8(text);
}

std::string_view keyOf(const json& list) {
  if (!list.is_array() || list.empty() || !list.front().is_object()) return "";
  return list.front().contains("name") ? "name" : "address";
}

const json* findByKey(const json& list, std::string_view key, const json& value) {
  for (const json& item : list) {
    if (item.at(std::string(key)) == value) return &item;
  }
  return nullptr;
}

class Differ {
 public:
  std::vector<std::string> take() { return std::move(lines_); }

  // `subject` is "site shop"; `path` the field within it.
  void compare(const std::string& subject, const std::string& path, const json& before,
               const json& after) {
    if (before == after) return;
    if (before.is_object() && after.is_object())
      return compareObjects(subject, path, before, after);
    if (before.is_array() && after.is_array()) {
      const std::string_view key = keyOf(before.empty() ? after : before);
      if (!key.empty()) return compareKeyed(subject, path, key, before, after);
      return compareSets(subject, path, before, after);
    }
    if (path == "chain_pem") return say(subject, "certificate replaced");
    if (path.ends_with("ca_pem")) return say(subject, path + " replaced");
    if (path == "key_sealed") return;  // the caller compares the keys themselves
    if (path.ends_with("secret_sealed")) return say(subject, path + " replaced");
    say(subject, path + " " + show(before) + " → " + show(after));
  }

  void compareKind(const std::string& kind, const json& before, const json& after) {
    for (const json& old : before) {
      if (findByKey(after, "name", old.at("name")) == nullptr) {
        say(kind + " " + show(old.at("name")) + " removed");
      }
    }
    for (const json& item : after) {
      const json* old = findByKey(before, "name", item.at("name"));
      const std::string subject = kind + " " + show(item.at("name"));
      if (old == nullptr) {
        say(subject + " added");
      } else {
        compare(subject, "", *old, item);
      }
    }
  }

  void say(const std::string& subject, const std::string& text) { say(subject + ": " + text); }
  void say(std::string line) { lines_.push_back(std::move(line)); }

 private:
  void compareObjects(const std::string& subject, const std::string& path, const json& before,
                      const json& after) {
    const json unset;
    const auto below = [&path](const std::string& name) {
      return path.empty() ? name : path + "." + name;
    };
    for (const auto& [name, value] : before.items()) {
      compare(subject, below(name), value, after.contains(name) ? after.at(name) : unset);
    }
    for (const auto& [name, value] : after.items()) {
      if (!before.contains(name)) compare(subject, below(name), unset, value);
    }
  }

  // `path` is the list's: "endpoints", "outputs".
  void compareKeyed(const std::string& subject, const std::string& path, std::string_view key,
                    const json& before, const json& after) {
    const std::string field(key);
    const std::string one = path.substr(0, path.size() - 1) + " ";
    for (const json& old : before) {
      if (findByKey(after, key, old.at(field)) == nullptr) {
        say(subject, one + show(old.at(field)) + " removed");
      }
    }
    for (const json& item : after) {
      const json* old = findByKey(before, key, item.at(field));
      if (old == nullptr) {
        say(subject, one + show(item.at(field)) + " added");
      } else {
        compare(subject + ": " + one + show(item.at(field)), "", *old, item);
      }
    }
  }

  void compareSets(const std::string& subject, const std::string& path, const json& before,
                   const json& after) {
    // Lists of 100,000 networks are allowed: sorted copies, not a search for each.
    const auto sorted = [](const json& list) {
      std::vector<json> items(list.begin(), list.end());
      std::sort(items.begin(), items.end());
      return items;
    };
    const std::vector<json> old_items = sorted(before);
    const std::vector<json> new_items = sorted(after);
    std::vector<json> added;
    std::vector<json> removed;
    std::set_difference(new_items.begin(), new_items.end(), old_items.begin(), old_items.end(),
                        std::back_inserter(added));
    std::set_difference(old_items.begin(), old_items.end(), new_items.begin(), new_items.end(),
                        std::back_inserter(removed));
    if (added.empty() && removed.empty()) return say(subject, path + " reordered");
    std::string text = path + list(" +", added);
    if (!added.empty() && !removed.empty()) text += ",";
    say(subject, text + list(" −", removed));
  }

  static std::string list(std::string_view sign, const std::vector<json>& items) {
    if (items.empty()) return "";
    std::string out(sign);
    for (size_t i = 0; i < items.size() && i < kMaxListed; ++i) {
      out += (i == 0 ? " " : ", ") + show(items[i]);
    }
    if (items.size() > kMaxListed) {
      out += " and " + std::to_string(items.size() - kMaxListed) + " more";
    }
    return out;
  }

  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> diffConfigs(const Config& before, const Config& after) {
  const json old_document = toJson(before);
  const json new_document = toJson(after);
  Differ differ;
  differ.compareKind("listener", old_document.at("listeners"), new_document.at("listeners"));
  differ.compareKind("certificate", old_document.at("certificates"),
                     new_document.at("certificates"));
  for (const CertificateConfig& certificate : after.certificates) {
    for (const CertificateConfig& old : before.certificates) {
      if (old.name != certificate.name) continue;
      // Where one side has only the sealed form (a history without the key), the texts are
      // compared.
      const bool clear = !old.key_pem.empty() && !certificate.key_pem.empty();
      const bool same =
          clear ? old.key_pem == certificate.key_pem : old.key_sealed == certificate.key_sealed;
      if (!same) differ.say("certificate " + certificate.name, "private key replaced");
    }
  }
  differ.compareKind("upstream", old_document.at("upstreams"), new_document.at("upstreams"));
  differ.compareKind("rule set", old_document.at("rulesets"), new_document.at("rulesets"));
  differ.compareKind("site", old_document.at("sites"), new_document.at("sites"));
  differ.compare("settings", "", old_document.at("settings"), new_document.at("settings"));
  return differ.take();
}

}  // namespace db
