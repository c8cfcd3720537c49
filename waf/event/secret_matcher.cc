// A trie of what the secrets begin with; each node knows the node of its longest proper suffix, and
// how far before and behind a place the secrets reach that end there.
#include "waf/event/secret_matcher.h"

#include <algorithm>

#include "waf/base/text.h"

namespace waf {
namespace {

constexpr size_t kFirstNodes = 128;

bool isWordByte(char c) {
  const char lower = asciiLower(c);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool isControl(char c) { return (c >= '\0' && c < ' ') || c == '\x7f'; }

// As logdata and msg show control bytes.
std::string escaped(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    if (isControl(c)) {
      out.append("\\x").append({kHex[static_cast<size_t>(c) >> 4], kHex[c & 15]});
    } else {
      out.push_back(c);
    }
  }
  return out;
}

}  // namespace

SecretMatcher::SecretMatcher(bool apart) : nodes_(1), apart_(apart) {}

uint32_t SecretMatcher::childOf(uint32_t node, char byte) const {
  if (node == 0) return first_[static_cast<unsigned char>(byte)];
  uint32_t child = nodes_[node].child;
  while (child != 0 && nodes_[child].byte != byte) child = nodes_[child].sibling;
  return child;
}

void SecretMatcher::add(std::string_view secret, size_t least, size_t anywhere) {
  if (secret.size() < std::max<size_t>(least, 1) || everything_) return;
  if (std::all_of(secret.begin(), secret.end(), [](char c) { return c == '*' || c == ' '; })) {
    return;  // hidden already
  }
  const bool alone = secret.size() < std::min(anywhere, kWholeWord);
  addExact(secret, alone);
  if (std::any_of(secret.begin(), secret.end(), isControl)) addExact(escaped(secret), false);
}

void SecretMatcher::addExact(std::string_view secret, bool alone) {
  built_ = false;
  if (nodes_.capacity() < kFirstNodes) nodes_.reserve(kFirstNodes);
  uint32_t node = 0;
  for (const char c : secret.substr(0, kPrefix)) {
    const char byte = asciiLower(c);
    uint32_t child = childOf(node, byte);
    if (child == 0) {
      if (nodes_.size() >= kMaxNodes) {
        everything_ = true;
        return;
      }
      child = static_cast<uint32_t>(nodes_.size());
      Node added;
      added.byte = byte;
      added.depth = static_cast<uint16_t>(nodes_[node].depth + 1);
      added.sibling = nodes_[node].child;
      nodes_.push_back(added);
      nodes_[node].child = child;
      if (node == 0) first_[static_cast<unsigned char>(byte)] = child;
    }
    node = child;
  }
  Node& end = nodes_[node];
  if (alone) {
    end.words = static_cast<uint8_t>(end.words | 1u << secret.size());
  } else {
    const size_t length = std::min<size_t>(secret.size(), UINT32_MAX / 2);
    end.length = std::max(end.length, static_cast<uint32_t>(length));
  }
}

uint32_t SecretMatcher::step(uint32_t node, char byte) const {
  while (true) {
    const uint32_t child = childOf(node, byte);
    if (child != 0 || node == 0) return child;
    node = nodes_[node].fail;
  }
}

void SecretMatcher::build() {
  if (built_) return;
  built_ = true;
  std::vector<uint32_t> queue{0};
  for (size_t at = 0; at < queue.size(); ++at) {
    const uint32_t parent = queue[at];
    for (uint32_t child = nodes_[parent].child; child != 0; child = nodes_[child].sibling) {
      queue.push_back(child);
      Node& node = nodes_[child];
      node.fail = parent == 0 ? 0 : step(nodes_[parent].fail, node.byte);
      const Node& suffix = nodes_[node.fail];
      node.words |= suffix.words;
      node.ends = node.length != 0 ? child : suffix.ends;
      node.before = node.length != 0 ? node.depth : suffix.before;
      node.behind = std::max(node.length != 0 ? node.length - node.depth : 0, suffix.behind);
    }
  }
}

size_t SecretMatcher::firstEnd(std::string_view text, bool cut) {
  build();
  if (everything_) return 0;
  uint32_t node = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    node = step(node, asciiLower(text[i]));
    if (nodes_[node].before != 0 || nodes_[node].words != 0) return i;
  }
  return cut && node != 0 ? text.size() - 1 : text.size();
}

void SecretMatcher::mark(std::string_view text, bool cut, std::vector<bool>* out) {
  build();
  out->assign(text.size(), everything_);
  if (everything_) return;
  // How many hidden spans begin and end at each place.
  std::vector<int> change(text.size() + 1, 0);
  const auto span = [&](size_t begin, size_t end) {
    ++change[begin];
    --change[std::min(end, text.size())];
  };
  std::vector<size_t> last_end(apart_ ? nodes_.size() : 0);
  uint32_t node = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    node = step(node, asciiLower(text[i]));
    const Node& here = nodes_[node];
    const size_t from = i + 1 - here.before;
    if (here.before != 0 && (!apart_ || from >= last_end[here.ends])) {
      span(from, i + 1 + here.behind);
      if (apart_) last_end[here.ends] = i + 1 + here.behind;
    }
    for (size_t length = 1; here.words != 0 && length < kWholeWord; ++length) {
      if ((here.words >> length & 1u) == 0) continue;
      const size_t begin = i + 1 - length;
      const bool alone = (begin == 0 || !isWordByte(text[begin - 1])) &&
                         (i + 1 == text.size() || !isWordByte(text[i + 1]));
      if (alone) span(begin, i + 1);
    }
  }
  if (cut) span(text.size() - nodes_[node].depth, text.size());
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    depth += change[i];
    (*out)[i] = depth > 0;
  }
}

void SecretMatcher::hide(std::string* text, bool cut) {
  if (empty() || firstEnd(*text, cut) == text->size()) return;
  std::vector<bool> hidden;
  mark(*text, cut, &hidden);
  for (size_t i = 0; i < text->size(); ++i) {
    if (hidden[i]) (*text)[i] = '*';
  }
}

bool SecretMatcher::touches(std::string_view text, size_t offset, size_t length) {
  if (empty() || offset >= text.size() || firstEnd(text, false) == text.size()) return false;
  std::vector<bool> hidden;
  mark(text, false, &hidden);
  const size_t end = offset + std::min(length, text.size() - offset);
  return std::any_of(hidden.begin() + static_cast<ptrdiff_t>(offset),
                     hidden.begin() + static_cast<ptrdiff_t>(end), [](bool is) { return is; });
}

}  // namespace waf
