#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "waf/base/result.h"

namespace waf {

// A parsed XML body for the XML variable: XPath over libxml2, no network, no external entities,
// entity expansion bounded. Owned by one transaction, used by its thread only.
class XmlDocument {
 public:
  // Errors become REQBODY_ERROR; entities that grow past their limit are one. `encoding` (null:
  // what the document says) is that of the bytes, whatever the document says.
  static Result<XmlDocument> parse(std::string_view body, const char* encoding = nullptr);
  XmlDocument(XmlDocument&&) noexcept;
  XmlDocument& operator=(XmlDocument&&) noexcept;
  ~XmlDocument();

  // The string values of the nodes that `xpath` selects ("/*", "//@*", …), in document order;
  // `namespaces` are prefix → URI (the xmlns action). Empty when the expression selects nothing or
  // is not valid. `complete`, unless null, becomes false when a limit left something out: of
  // entities, of what is selected, or of the work that selecting takes.
  std::vector<std::string> select(
      std::string_view xpath, const std::vector<std::pair<std::string, std::string>>& namespaces,
      bool* complete = nullptr) const;

  // What SecParseXmlIntoArgs makes arguments of, in document order: the text of each element that
  // has no elements in it ("xml.root.a"; namespaces left out), the text that stands between
  // elements under the name of the one around it, and attributes ("xml.root.a.@id"). Ends when
  // `visit` returns false. False when that or a bound (a path of 64 KB, 16 MB in all) left
  // something out.
  using VisitLeaf = std::function<bool(std::string_view path, std::string_view text)>;
  bool visitLeaves(const VisitLeaf& visit) const;

 private:
  struct State;
  explicit XmlDocument(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// True when the expression compiles; asked at load.
bool isValidXPath(std::string_view xpath);

}  // namespace waf
