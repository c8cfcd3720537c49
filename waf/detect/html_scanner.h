#pragma once

#include <string_view>

namespace waf {

// Where in a page a value is put, hence what its first byte is part of.
enum class HtmlContext {
  Text,
  AttributeName,  // also an attribute's unquoted value: white space in it begins a new attribute
  SingleQuoted,
  DoubleQuoted,
  BackQuoted,  // only old browsers end a value at `
};

// What the scanner meets; each returns true to end the scan. Names and values are as written.
class HtmlVisitor {
 public:
  virtual ~HtmlVisitor() = default;
  virtual bool openTag(std::string_view name) = 0;
  virtual bool attribute(std::string_view name, std::string_view value) = 0;  // only with a value
  virtual bool comment(std::string_view text) = 0;  // also <!x>, <?x> and <%x%>
  virtual bool doctype() = 0;
};

// Walks over `text` as an HTML parser in that context would (HTML standard, section 13.2.5, without
// the error reporting). True when the visitor ended it. Linear.
bool scanHtml(std::string_view text, HtmlContext context, HtmlVisitor& visitor);

}  // namespace waf
