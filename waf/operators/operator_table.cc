#include <algorithm>
#include <array>

#include "waf/base/text.h"
#include "waf/operators/edit_distance.h"
#include "waf/operators/operator_makers.h"

namespace waf {
namespace {

// Exactly one of the two is set: how to make it, or why we do not.
struct OperatorEntry {
  std::string_view name;
  OperatorMaker make = nullptr;
  std::string_view refusal = {};
};

constexpr std::string_view kNoScripts =
    "runs a program for each request, which this gateway does not; inspect the content with @rx or "
    "@pmFromFile on "
    "FILES_TMP_CONTENT";

constexpr OperatorEntry kOperators[] = {
    {"beginsWith", makeBeginsWith},
    {"contains", makeContains},
    {"containsWord", makeContainsWord},
    {"detectSQLi", makeDetectSqli},
    {"detectXSS", makeDetectXss},
    {"endsWith", makeEndsWith},
    {"eq", makeEq},
    {"ge", makeGe},
    {"geoLookup", makeGeoLookup},
    {"gt", makeGt},
    {"ipMatch", makeIpMatch},
    {"ipMatchF", makeIpMatchFromFile},
    {"ipMatchFromFile", makeIpMatchFromFile},
    {"le", makeLe},
    {"lt", makeLt},
    {"noMatch", makeNoMatch},
    {"pm", makePm},
    {"pmf", makePmFromFile},
    {"pmFromFile", makePmFromFile},
    {"rbl", makeRbl},
    {"rx", makeRx},
    {"rxGlobal", makeRxGlobal},
    {"streq", makeStreq},
    {"strmatch", makeContains},
    {"unconditionalMatch", makeUnconditionalMatch},
    {"validateByteRange", makeValidateByteRange},
    {"validateDTD", makeValidateDtd},
    {"validateSchema", makeValidateSchema},
    {"validateUrlEncoding", makeValidateUrlEncoding},
    {"validateUtf8Encoding", makeValidateUtf8Encoding},
    {"verifyCC", makeVerifyCc},
    {"verifyCPF", makeVerifyCpf},
    {"verifySSN", makeVerifySsn},
    {"verifySVNR", makeVerifySvnr},
    {"within", makeWithin},
    {"fuzzyHash", nullptr,
     "needs a similarity hash library that is not built in; name the files with @pmFromFile or "
     "check their hash with "
     "t:sha1,t:hexEncode and @streq"},
    {"gsbLookup", nullptr,
     "needs the Google Safe Browsing v1 database, which is no longer published; use @pmFromFile "
     "with a list of hosts"},
    {"inspectFile", nullptr, kNoScripts},
    {"validateHash", nullptr,
     "checks links that ModSecurity signed, which is not done here; let the application sign its "
     "own"},
    {"rsub", nullptr, "changes bodies on their way, which ModSecurity v3 does not support either"},
};

const OperatorEntry* findOperator(std::string_view name) {
  const auto* entry = std::find_if(std::begin(kOperators), std::end(kOperators),
                                   [&](const auto& e) { return equalsIgnoreCase(e.name, name); });
  return entry == std::end(kOperators) ? nullptr : entry;
}

std::string_view nearestOperator(std::string_view name) {
  std::string_view best;
  size_t best_distance = SIZE_MAX;
  for (const OperatorEntry& entry : kOperators) {
    const size_t distance = editDistance(entry.name, name);
    if (entry.make == nullptr || distance >= best_distance) continue;
    best = entry.name;
    best_distance = distance;
  }
  return best;
}

std::string withAt(std::string_view name) { return "@" + std::string(name); }

}  // namespace

Unexpected operatorError(const OperatorSpec& spec, const std::string& message) {
  return fail(ErrorCode::Invalid, "operator", withAt(spec.name) + ": " + message);
}

Result<std::unique_ptr<Operator>> createOperator(std::string_view name, std::string_view argument,
                                                 bool has_macro,
                                                 const OperatorEnvironment& environment) {
  const OperatorEntry* entry = findOperator(name);
  if (entry == nullptr) {
    return fail(
        ErrorCode::Invalid, "operator",
        withAt(name) + ": unknown operator; did you mean " + withAt(nearestOperator(name)) + "?");
  }
  if (entry->make == nullptr) {
    return fail(ErrorCode::Invalid, "operator",
                withAt(entry->name) + ": " + std::string(entry->refusal));
  }
  return entry->make({entry->name, std::string(argument), has_macro, environment});
}

}  // namespace waf
