#pragma once

namespace waf {

// libxml2 made ready, once: nothing that a document, a DTD or a schema names is ever loaded, from
// the network or from a disk. Before any other call of the library; any thread.
void initializeXmlLibrary();

}  // namespace waf
