#include "waf/scan/pattern_database.h"

#include <hs.h>

#include <atomic>
#include <limits>

namespace waf {
namespace {

std::atomic<uint64_t> next_serial{0};

// The scratch of one thread for all databases. Hyperscan wants hs_alloc_scratch once for each
// database; the serials of those it was called for are remembered.
class Scratch {
 public:
  Scratch() = default;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { hs_free_scratch(scratch_); }

  hs_scratch_t* get(const hs_database_t* database, uint64_t serial) {
    if (serial < seen_.size() && seen_[serial]) return scratch_;
    if (hs_alloc_scratch(database, &scratch_) != HS_SUCCESS) return nullptr;
    if (serial >= seen_.size()) seen_.resize(serial + 1, false);
    seen_[serial] = true;
    return scratch_;
  }

 private:
  hs_scratch_t* scratch_ = nullptr;
  std::vector<bool> seen_;
};

struct ScanContext {
  PatternDatabase::OnMatch on_match;
  void* context;
};

int onMatch(unsigned id, unsigned long long /*from*/, unsigned long long /*to*/, unsigned /*flags*/,
            void* context) {
  const auto& scan = *static_cast<ScanContext*>(context);
  scan.on_match(id, scan.context);
  return 0;
}

std::string errorName(hs_error_t error) { return "hyperscan error " + std::to_string(error); }

}  // namespace

bool PatternDatabase::isSupported() {
  static const bool supported = hs_valid_platform() == HS_SUCCESS;
  return supported;
}

PatternDatabase::PatternDatabase(hs_database* database)
    : database_(database), serial_(next_serial.fetch_add(1, std::memory_order_relaxed)) {}

PatternDatabase::~PatternDatabase() { hs_free_database(database_); }

Result<std::shared_ptr<const PatternDatabase>> PatternDatabase::compile(
    const std::vector<DatabasePattern>& patterns, int* failed) {
  std::vector<const char*> expressions;
  std::vector<unsigned> flags;
  std::vector<unsigned> ids;
  for (const DatabasePattern& pattern : patterns) {
    expressions.push_back(pattern.expression.c_str());
    flags.push_back(pattern.flags);
    ids.push_back(static_cast<unsigned>(ids.size()));
  }
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  const hs_error_t status = hs_compile_multi(expressions.data(), flags.data(), ids.data(),
                                             static_cast<unsigned>(patterns.size()), HS_MODE_BLOCK,
                                             nullptr, &database, &error);
  if (status == HS_SUCCESS) {
    return std::shared_ptr<const PatternDatabase>(new PatternDatabase(database));
  }
  if (failed != nullptr) *failed = error != nullptr ? error->expression : -1;
  std::string message = error != nullptr ? error->message : errorName(status);
  hs_free_compile_error(error);
  return fail(ErrorCode::Invalid, "scan", std::move(message));
}

Result<std::string> PatternDatabase::serialize() const {
  char* bytes = nullptr;
  size_t length = 0;
  const hs_error_t status = hs_serialize_database(database_, &bytes, &length);
  if (status != HS_SUCCESS) return fail(ErrorCode::Internal, "scan", errorName(status));
  const std::unique_ptr<char, decltype(&std::free)> owner(bytes, &std::free);
  return std::string(bytes, length);
}

Result<std::shared_ptr<const PatternDatabase>> PatternDatabase::deserialize(
    std::string_view bytes) {
  hs_database_t* database = nullptr;
  const hs_error_t status = hs_deserialize_database(bytes.data(), bytes.size(), &database);
  if (status != HS_SUCCESS) return fail(ErrorCode::Corrupt, "scan", errorName(status));
  return std::shared_ptr<const PatternDatabase>(new PatternDatabase(database));
}

bool PatternDatabase::scan(std::string_view buffer, OnMatch on_match, void* context) const {
  if (buffer.size() > std::numeric_limits<unsigned>::max()) return false;
  thread_local Scratch scratch;
  hs_scratch_t* const space = scratch.get(database_, serial_);
  if (space == nullptr) return false;
  ScanContext scan{on_match, context};
  return hs_scan(database_, buffer.data(), static_cast<unsigned>(buffer.size()), 0, space, onMatch,
                 &scan) == HS_SUCCESS;
}

size_t PatternDatabase::bytes() const {
  size_t size = 0;
  return hs_database_size(database_, &size) == HS_SUCCESS ? size : 0;
}

}  // namespace waf
