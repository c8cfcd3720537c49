// @geoLookup: the database of SecGeoLookupDb knows the address in the value; the GEO collection
// then says where it is.
//   SecRule REMOTE_ADDR "@geoLookup" "id:1,phase:1,chain,deny"
//     SecRule GEO:COUNTRY_CODE "@streq AQ"
// Without SecGeoLookupDb nothing matches: the CRS ships rules that wait for a database. A database
// that cannot be opened is an error at load.

#include "waf/operators/geo_database.h"

#include "waf/base/text.h"
#include "waf/operators/operator_makers.h"

namespace waf {
namespace {

class GeoLookupOperator final : public Operator {
 public:
  explicit GeoLookupOperator(std::unique_ptr<GeoDatabase> database)
      : database_(std::move(database)) {}

  bool evaluate(std::string_view value, std::string_view /*argument*/,
                OperatorMatch& match) const override {
    GeoRecord record;
    if (!lookUpGeo(value, record)) return false;
    match.length = value.size();
    return true;
  }

  bool lookUpGeo(std::string_view value, GeoRecord& record) const override {
    IpAddress address;
    return database_ != nullptr && IpAddress::parse(trim(value), &address) &&
           database_->lookUp(address, &record);
  }

 private:
  std::unique_ptr<GeoDatabase> database_;  // null without SecGeoLookupDb
};

}  // namespace

OperatorResult makeGeoLookup(const OperatorSpec& spec) {
  const std::string& path = spec.environment.geo_database;
  if (path.empty()) return makeOperator<GeoLookupOperator>(nullptr);
  auto database = GeoDatabase::open(path);
  if (!database) return operatorError(spec, database.error().message);
  return makeOperator<GeoLookupOperator>(std::make_unique<GeoDatabase>(*std::move(database)));
}

}  // namespace waf
