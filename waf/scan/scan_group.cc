#include "waf/scan/scan_group.h"

#include <algorithm>

#include "waf/scan/pattern_database.h"

namespace waf {
namespace {

struct HitContext {
  const std::vector<uint32_t>* first;
  const std::vector<uint32_t>* slots;
  BitSet* hits;
};

void recordHit(unsigned pattern, void* context) {
  const auto& hit = *static_cast<HitContext*>(context);
  for (uint32_t i = (*hit.first)[pattern]; i < (*hit.first)[pattern + 1]; ++i) {
    hit.hits->set((*hit.slots)[i]);
  }
}

// The values with a line feed between them; the buffer is the thread's and is overwritten by the
// next call.
std::string_view join(std::span<const std::string_view> values) {
  constexpr size_t kKeptBytes = 1024 * 1024;
  thread_local std::string buffer;
  if (buffer.capacity() > kKeptBytes) buffer = std::string();
  buffer.clear();
  for (const std::string_view value : values) {
    buffer.append(value);
    buffer.push_back('\n');
  }
  buffer.pop_back();
  return buffer;
}

}  // namespace

ScanGroup::~ScanGroup() = default;

void ScanGroup::scan(std::span<const std::string_view> values, BitSet& hits) const {
  hits.clear(slots());
  if (values.empty()) return;
  hits.add(always_);
  if (joined_.database != nullptr) {
    scanPart(joined_, values.size() == 1 ? values.front() : join(values), hits);
    // An empty value at the end of the buffer has no line of its own.
    if (std::any_of(values.begin(), values.end(), [](std::string_view v) { return v.empty(); })) {
      hits.add(joined_.matches_empty);
    }
  }
  if (separate_.database == nullptr) return;
  for (const std::string_view value : values) {
    scanPart(separate_, value, hits);
    if (value.empty()) hits.add(separate_.matches_empty);
  }
}

void ScanGroup::scanPart(const Part& part, std::string_view buffer, BitSet& hits) const {
  if (buffer.empty()) return;
  HitContext context{&part.first, &part.slots, &hits};
  if (!part.database->scan(buffer, recordHit, &context)) hits.setAll();
}

size_t ScanGroup::databases() const {
  return (joined_.database != nullptr ? 1U : 0U) + (separate_.database != nullptr ? 1U : 0U);
}

size_t ScanGroup::databaseBytes() const {
  size_t total = 0;
  for (const Part* part : {&joined_, &separate_}) {
    if (part->database != nullptr) total += part->database->bytes();
  }
  return total;
}

size_t ScanGroupBuilder::add(std::vector<Operator::ScanPattern> patterns) {
  slots_.push_back(std::move(patterns));
  return slots_.size() - 1;
}

}  // namespace waf
