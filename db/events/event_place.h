#pragma once

#include <algorithm>
#include <cstdint>

#include "db/sql/times.h"

namespace db {

// Where an event stands in the order over all files: its time in microseconds since 2020 in the
// upper 52 bits (1949 to 2091), then the low bits of its sequence number, so that equal times keep
// the order of their records.
inline constexpr int kPlaceTieBits = 12;
inline constexpr int64_t kPlaceEpochUs = 1577836800LL * 1000000;
inline constexpr int64_t kNewestPlace = INT64_MAX;

inline int64_t firstPlaceAt(int64_t time_us) {
  constexpr int64_t kFar = (int64_t{1} << (63 - kPlaceTieBits)) - 1;
  return std::clamp(time_us - kPlaceEpochUs, -kFar, kFar) * (int64_t{1} << kPlaceTieBits);
}
inline int64_t placeOf(int64_t time_us, uint64_t sequence) {
  return firstPlaceAt(time_us) + static_cast<int64_t>(sequence & ((1u << kPlaceTieBits) - 1));
}
inline int64_t timeOfPlace(int64_t place) { return (place >> kPlaceTieBits) + kPlaceEpochUs; }

}  // namespace db
