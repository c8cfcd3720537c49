#pragma once

#include "waf/detect/sql_fold.h"

namespace waf {

// Whether a value of this shape changes the statement around it.
bool isInjectedSql(const SqlShape& shape);

}  // namespace waf
