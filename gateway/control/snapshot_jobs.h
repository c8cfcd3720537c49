#pragma once

#include <vector>

#include "gateway/config/snapshot.h"
#include "gateway/control/background_jobs.h"

namespace gateway {

// The names of a snapshot's endpoints, looked up again at their upstream's interval: all addresses
// are replaced, or all kept when the look-up fails.
std::vector<BackgroundJobs::Job> nameJobs(const Snapshot& snapshot);

// The OCSP responses of its certificates, asked for anew before they end.
std::vector<BackgroundJobs::Job> ocspJobs(const Snapshot& snapshot);

// What stands against either now, one sentence each.
std::vector<std::string> backgroundAlarms(const Snapshot& snapshot);

}  // namespace gateway
