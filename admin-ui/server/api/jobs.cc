#include "admin-ui/server/api/handlers.h"

namespace admin {

Response showJob(Services& services, Request& request) {
  const auto job = services.jobs.find(request.captures[0]);
  if (!job)
    return errorResponse(notFound("there is no such job, or it ended long ago"), request.id);
  return jsonResponse(job->toJson());
}

Response cancelJob(Services& services, Request& request) {
  const auto job = services.jobs.find(request.captures[0]);
  if (!job)
    return errorResponse(notFound("there is no such job, or it ended long ago"), request.id);
  job->cancel();
  return jsonResponse(job->toJson());
}

}  // namespace admin
