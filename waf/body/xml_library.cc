#include "waf/body/xml_library.h"

#include <libxml/parser.h>

namespace waf {
namespace {

xmlParserInputPtr loadNothing(const char*, const char*, xmlParserCtxtPtr) { return nullptr; }

}  // namespace

void initializeXmlLibrary() {
  static const bool once = [] {
    xmlInitParser();
    xmlSetExternalEntityLoader(loadNothing);
    return true;
  }();
  (void)once;
}

}  // namespace waf
