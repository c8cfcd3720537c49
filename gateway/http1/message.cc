#include "gateway/http1/message.h"

namespace gateway {

namespace {

// Everything back to its default, but the field list's memory.
template <typename Head>
void clearHead(Head* head) {
  HeaderFields fields = std::move(head->fields);
  fields.clear();
  *head = Head();
  head->fields = std::move(fields);
}

}  // namespace

void RequestHead::clear() { clearHead(this); }
void ResponseHead::clear() { clearHead(this); }

}  // namespace gateway
