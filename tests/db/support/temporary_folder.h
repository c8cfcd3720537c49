#pragma once

#include "tests/support/temporary_folder.h"

namespace db {

using tests::TemporaryFolder;

}  // namespace db
