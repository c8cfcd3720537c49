#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waf {

// Puts asterisks over known secrets wherever they stand in a text, in any ASCII case (rules quote
// what they matched in lower case). Filled first, then asked; used by one thread. The time is
// linear in the bytes of the secrets and of the text, however many secrets there are: one automaton
// (Aho and Corasick, 1975) finds them all.
class SecretMatcher {
 public:
  static constexpr size_t kWholeWord = 6;
  // `apart`: of occurrences of one secret that overlap only the first counts, so that what an
  // action leaves of a row of equal digits stays.
  explicit SecretMatcher(bool apart = false);

  // Of fewer than `least` bytes: left out. Of fewer than `anywhere` (at most kWholeWord): hidden
  // only where it stands alone, so that "123" leaves 91234 as it is.
  void add(std::string_view secret, size_t least = 3, size_t anywhere = kWholeWord);
  bool empty() const { return nodes_.size() == 1 && !everything_; }

  // `cut`: the text was cut at its end, so that what a secret begins with may stand there.
  void hide(std::string* text, bool cut = false);
  // Whether hide() would touch one of the bytes.
  bool touches(std::string_view text, size_t offset, size_t length);

  // Of a secret so many bytes are looked for; what begins so is hidden in the secret's whole
  // length.
  static constexpr size_t kPrefix = 64;
  // Past this every text is hidden whole: more secrets than that are nobody's.
  static constexpr size_t kMaxNodes = 256 * 1024;

 private:
  struct Node {
    uint32_t child = 0;    // the first one
    uint32_t sibling = 0;  // the next child of the parent
    uint32_t fail = 0;     // the node of the longest proper suffix
    uint32_t length = 0;   // of the longest secret that begins so; 0: none ends here
    uint32_t before = 0;   // bytes to hide before the place, over the suffixes
    uint32_t behind = 0;   // and behind it
    uint32_t ends = 0;     // the node of the longest secret that ends here
    uint16_t depth = 0;
    uint8_t words = 0;  // bit n: a secret of n bytes that must stand alone ends here
    char byte = 0;
  };
  uint32_t childOf(uint32_t node, char byte) const;
  uint32_t step(uint32_t node, char byte) const;
  void addExact(std::string_view secret, bool alone);
  void build();
  // A place before which there is nothing to hide; the text's size when there is nothing at all,
  // which is the rule and takes no memory to find out.
  size_t firstEnd(std::string_view text, bool cut);
  // Marks what is to be hidden: true in `out` for such a byte.
  void mark(std::string_view text, bool cut, std::vector<bool>* out);

  std::vector<Node> nodes_;
  std::array<uint32_t, 256> first_{};  // the root's children
  bool apart_;
  bool built_ = false;
  bool everything_ = false;
};

}  // namespace waf
