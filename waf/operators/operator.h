#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "waf/base/result.h"

namespace waf {

struct GeoRecord;

// What an evaluation found. Reused between calls; `reset` first.
struct OperatorMatch {
  size_t offset = 0;  // the matched bytes within the value
  size_t length = 0;
  // The first capture_count are TX.0 … TX.9: views into the value, into the operator, or into
  // thread-local storage that the next evaluate() on this thread overwrites (@detectSQLi's
  // fingerprint).
  std::array<std::string_view, 10> captures{};
  size_t capture_count = 0;
  bool limit_exceeded =
      false;  // a match limit or budget ended the evaluation: never "no match", see Transaction

  void reset() {
    offset = length = capture_count = 0;
    limit_exceeded = false;
  }
};

// An operator of SecLang (@NAME argument), made at load; cannot fail at request time. Immutable,
// any thread may call evaluate(). Negation ("!@rx") is the rule's business, not the operator's.
class Operator {
 public:
  virtual ~Operator() = default;

  // `argument` is the macro-expanded argument when the rule's argument holds a macro (%{tx.x}),
  // else ignored in favour of what create() compiled. True when the value matches.
  virtual bool evaluate(std::string_view value, std::string_view argument,
                        OperatorMatch& match) const = 0;

  // The pattern for the shared Hyperscan scan; null for operators that have none. When present, a
  // value that the scan does not report certainly does not match, and a reported one is confirmed
  // by evaluate().
  struct ScanPattern {
    std::string pattern;  // Hyperscan syntax
    bool caseless = false;
    bool literal = false;
    bool dot_all = true;
    bool gate = false;     // weaker than the operator's own pattern, which Hyperscan cannot take
    bool joinable = true;  // may be scanned in a buffer of values separated by a line feed without
                           // missing at a seam
  };
  // Any one of the patterns reports the operator. Empty: always evaluate().
  virtual std::vector<ScanPattern> scanPatterns() const { return {}; }

  // Whether the bytes of the value decide alone, so that what evaluate() found of them may be kept.
  // Not so for an operator that asks somebody else (@rbl).
  virtual bool isPure() const { return true; }

  // @geoLookup only: where the address in `value` is, for the GEO collection
  // (waf/operators/geo_database.h). False when the operator is another one or the database does not
  // know.
  virtual bool lookUpGeo(std::string_view /*value*/, GeoRecord& /*record*/) const { return false; }
};

// What operators may need at load. All pointers outlive the operators made with it.
struct OperatorEnvironment {
  // Reads a data file named in an argument, relative to the rule file's folder; bounded in size.
  std::function<Result<std::string>(std::string_view path)> read_file;
  uint32_t match_limit = 100000;      // SecPcreMatchLimit
  uint32_t recursion_limit = 100000;  // SecPcreMatchLimitRecursion
  std::string geo_database;           // SecGeoLookupDb, "" when none
  std::string http_bl_key;            // SecHttpBlKey, "" when none
};

// The operator `name` (without "@" and "!", case ignored) with `argument` as written. When
// `has_macro` is set the argument is only known at request time. Errors: unknown name (with the
// nearest known one), bad argument, refused operators (@inspectFile, @fuzzyHash, …) with the
// reason.
Result<std::unique_ptr<Operator>> createOperator(std::string_view name, std::string_view argument,
                                                 bool has_macro,
                                                 const OperatorEnvironment& environment);

}  // namespace waf
