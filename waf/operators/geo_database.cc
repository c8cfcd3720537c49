#include "waf/operators/geo_database.h"

#include <maxminddb.h>

#include <cstdio>
#include <initializer_list>
#include <vector>

#include "waf/operators/country_codes.h"

namespace waf {
namespace {

// The value at a path of map keys and array indexes.
bool find(MMDB_entry_s& entry, std::initializer_list<const char*> path, MMDB_entry_data_s* out) {
  std::vector<const char*> keys(path);
  keys.push_back(nullptr);
  return MMDB_aget_value(&entry, out, keys.data()) == MMDB_SUCCESS && out->has_data;
}

std::string text(MMDB_entry_s& entry, std::initializer_list<const char*> path) {
  MMDB_entry_data_s data;
  if (!find(entry, path, &data) || data.type != MMDB_DATA_TYPE_UTF8_STRING) return {};
  return std::string(data.utf8_string, data.data_size);
}

std::string degrees(MMDB_entry_s& entry, std::initializer_list<const char*> path) {
  MMDB_entry_data_s data;
  if (!find(entry, path, &data) || data.type != MMDB_DATA_TYPE_DOUBLE) return {};
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.6f", data.double_value);
  return buffer;
}

std::string wholeNumber(MMDB_entry_s& entry, std::initializer_list<const char*> path) {
  MMDB_entry_data_s data;
  if (!find(entry, path, &data)) return {};
  if (data.type == MMDB_DATA_TYPE_UINT16) return std::to_string(data.uint16);
  if (data.type == MMDB_DATA_TYPE_UINT32) return std::to_string(data.uint32);
  return {};
}

}  // namespace

struct GeoDatabase::File {
  MMDB_s mmdb{};
  bool open = false;

  File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (open) MMDB_close(&mmdb);
  }
};

GeoDatabase::GeoDatabase(std::unique_ptr<File> file) : file_(std::move(file)) {}
GeoDatabase::GeoDatabase(GeoDatabase&&) noexcept = default;
GeoDatabase& GeoDatabase::operator=(GeoDatabase&&) noexcept = default;
GeoDatabase::~GeoDatabase() = default;

Result<GeoDatabase> GeoDatabase::open(const std::string& path) {
  auto file = std::make_unique<File>();
  const int status = MMDB_open(path.c_str(), MMDB_MODE_MMAP, &file->mmdb);
  if (status != MMDB_SUCCESS) {
    return fail(ErrorCode::Invalid, "geo", path + ": " + MMDB_strerror(status));
  }
  file->open = true;
  return GeoDatabase(std::move(file));
}

bool GeoDatabase::lookUp(const IpAddress& address, GeoRecord* record) const {
  // By text: the call that takes an address as bytes wants the socket API's types, which waf does
  // not know.
  int parse_error = 0;
  int error = MMDB_SUCCESS;
  MMDB_lookup_result_s found =
      MMDB_lookup_string(&file_->mmdb, address.toString().c_str(), &parse_error, &error);
  if (parse_error != 0 || error != MMDB_SUCCESS || !found.found_entry) return false;
  MMDB_entry_s& entry = found.entry;
  record->country_code = text(entry, {"country", "iso_code"});
  record->country_code3 = countryCode3(record->country_code);
  record->country_name = text(entry, {"country", "names", "en"});
  record->country_continent = text(entry, {"continent", "code"});
  record->region = text(entry, {"subdivisions", "0", "iso_code"});
  record->city = text(entry, {"city", "names", "en"});
  record->postal_code = text(entry, {"postal", "code"});
  record->latitude = degrees(entry, {"location", "latitude"});
  record->longitude = degrees(entry, {"location", "longitude"});
  record->dma_code = wholeNumber(entry, {"location", "metro_code"});
  return true;
}

}  // namespace waf
