#pragma once

#include <memory>
#include <string>

#include "waf/base/ip_network.h"
#include "waf/base/result.h"

namespace waf {

// What the GEO collection holds; fields that the database does not know are empty.
struct GeoRecord {
  std::string country_code;       // ISO 3166-1 alpha-2: COUNTRY_CODE
  std::string country_code3;      // ISO 3166-1 alpha-3, made of the above: COUNTRY_CODE3
  std::string country_name;       // COUNTRY_NAME
  std::string country_continent;  // two letters: COUNTRY_CONTINENT
  std::string region;             // ISO 3166-2 subdivision: REGION
  std::string city;               // CITY
  std::string postal_code;        // POSTAL_CODE
  std::string latitude;           // LATITUDE, decimal degrees
  std::string longitude;          // LONGITUDE
  std::string dma_code;           // the market area of an address in the USA: DMA_CODE
  // AREA_CODE: no database of today's format has telephone areas; never set.
};

// A MaxMind DB file (GeoLite2, DB-IP and others), mapped into memory. Immutable: any thread may
// ask.
class GeoDatabase {
 public:
  static Result<GeoDatabase> open(const std::string& path);
  GeoDatabase(GeoDatabase&&) noexcept;
  GeoDatabase& operator=(GeoDatabase&&) noexcept;
  ~GeoDatabase();

  // False when the database does not have the address.
  bool lookUp(const IpAddress& address, GeoRecord* record) const;

 private:
  struct File;
  explicit GeoDatabase(std::unique_ptr<File> file);
  std::unique_ptr<File> file_;
};

}  // namespace waf
