#pragma once

#include <string>
#include <string_view>

namespace waf {

// The lexical half of the JSON processor: hands out one token at a time and skips the white space
// before it. Borrows the text; lives within one parse.
class JsonScanner {
 public:
  explicit JsonScanner(std::string_view text) : text_(text) {}

  size_t position() const { return at_; }
  bool atEnd();
  // The next token's first byte, 0 at the end (a NUL byte is no token's first byte).
  char peek();
  void skip() { ++at_; }
  bool accept(char c);
  // A quoted string, decoded to UTF-8. A lone surrogate becomes U+FFFD, as browsers have it. False
  // when it is broken.
  bool string(std::string* out);
  // A number, true, false or null, as written.
  bool literal(std::string_view* out);

 private:
  bool escape(std::string* out);
  bool hex4(unsigned* out);
  bool number();

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace waf
