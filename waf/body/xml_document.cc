// XML bodies through libxml2's tree. What keeps a hostile document small:
//   - no network, no external DTD, no external entity: NOENT is not set, and the loader, which is
//   asked for the DTD since DTDATTR is set, loads nothing (xml_library.cc). What the internal
//   subset says of attributes every processor must heed (XML 1.0, section 5.1), so it is;
//   - libxml2's own limits hold (depth 256, 10 MB a text node, entity amplification), HUGE is not
//   set;
//   - references to internal entities are expanded by collect() below and not by the library, under
//   one budget of
//     depth and bytes, because xmlNodeGetContent() would expand "billion laughs" in full.
#include "waf/body/xml_document.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include <algorithm>
#include <climits>

#include "waf/base/text.h"
#include "waf/body/xml_library.h"

namespace waf {
namespace {

constexpr size_t kMaxSelectedBytes = 16u << 20;
constexpr size_t kMaxEntityBytes = 1u << 20;
constexpr int kMaxEntityDepth = 16;
constexpr unsigned long kMaxXPathOperations = 5000000;

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* handle) const {
    Free(handle);
  }
};
void freeText(xmlChar* text) { xmlFree(text); }
using ParserContext = std::unique_ptr<xmlParserCtxt, Deleter<xmlFreeParserCtxt>>;
using Document = std::unique_ptr<xmlDoc, Deleter<xmlFreeDoc>>;
using XPathContext = std::unique_ptr<xmlXPathContext, Deleter<xmlXPathFreeContext>>;
using XPathObject = std::unique_ptr<xmlXPathObject, Deleter<xmlXPathFreeObject>>;
using XPathExpression = std::unique_ptr<xmlXPathCompExpr, Deleter<xmlXPathFreeCompExpr>>;
using Text = std::unique_ptr<xmlChar, Deleter<freeText>>;

void ignoreError(void*, xmlErrorPtr) {}

// Of the errors that evaluating an expression can end in, those that another document had not met.
bool isLimit(int code) {
  code -= XML_XPATH_EXPRESSION_OK;
  return code == XPATH_OP_LIMIT_EXCEEDED || code == XPATH_RECURSION_LIMIT_EXCEEDED ||
         code == XPATH_MEMORY_ERROR;
}

const xmlChar* bytes(const std::string& text) {
  return reinterpret_cast<const xmlChar*>(text.c_str());
}
std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

// The string value of a node as XPath defines it, with entity references expanded within the
// budget.
class Collector {
 public:
  explicit Collector(size_t limit) : limit_(limit) {}

  std::string take(const xmlNode* node) {
    text_.clear();
    entity_bytes_ = 0;
    collect(node, 0);
    return std::move(text_);
  }
  // Whether a limit left something out.
  bool exceeded() const { return exceeded_; }

 private:
  void append(std::string_view text, int entity_depth) {
    if (entity_depth > 0) {
      if (entity_bytes_ + text.size() > kMaxEntityBytes) {
        exceeded_ = true;
        return;
      }
      entity_bytes_ += text.size();
    }
    const size_t room = limit_ - std::min(limit_, text_.size());
    exceeded_ |= text.size() > room;
    text_.append(text.substr(0, room));
  }

  // Recursion is bounded: libxml2 refuses documents deeper than 256, and entities stop at
  // kMaxEntityDepth.
  void collect(const xmlNode* node, int entity_depth) {
    switch (node->type) {
      case XML_TEXT_NODE:
      case XML_CDATA_SECTION_NODE:
      case XML_COMMENT_NODE:
      case XML_PI_NODE:
        append(view(node->content), entity_depth);
        return;
      case XML_ENTITY_REF_NODE:
        collectEntity(node, entity_depth);
        return;
      default:
        for (const xmlNode* child = node->children; child != nullptr; child = child->next) {
          if (child->type == XML_COMMENT_NODE || child->type == XML_PI_NODE) continue;
          if (isFull()) return;
          collect(child, entity_depth);
        }
    }
  }

  bool isFull() {
    const bool full = entity_bytes_ >= kMaxEntityBytes || text_.size() >= limit_;
    exceeded_ |= full;
    return full;
  }

  void collectEntity(const xmlNode* node, int entity_depth) {
    const xmlEntity* entity = xmlGetDocEntity(node->doc, node->name);
    const bool internal = entity != nullptr && (entity->etype == XML_INTERNAL_GENERAL_ENTITY ||
                                                entity->etype == XML_INTERNAL_PREDEFINED_ENTITY);
    // Each reference costs something, so that empty entities cannot multiply for free either.
    entity_bytes_ += 8;
    const bool too_deep = entity_depth >= kMaxEntityDepth;
    exceeded_ |= internal && too_deep;
    if (!internal || too_deep || isFull()) {
      append("&" + std::string(view(node->name)) + ";", 0);
      return;
    }
    if (entity->children == nullptr) {
      append(view(entity->content), entity_depth + 1);
      return;
    }
    for (const xmlNode* child = entity->children; child != nullptr; child = child->next) {
      if (isFull()) return;
      collect(child, entity_depth + 1);
      if (child == entity->last) return;
    }
  }

  size_t limit_;
  size_t entity_bytes_ = 0;
  bool exceeded_ = false;
  std::string text_;
};

}  // namespace

struct XmlDocument::State {
  Document document;
};

XmlDocument::XmlDocument(std::unique_ptr<State> state) : state_(std::move(state)) {}
XmlDocument::XmlDocument(XmlDocument&&) noexcept = default;
XmlDocument& XmlDocument::operator=(XmlDocument&&) noexcept = default;
XmlDocument::~XmlDocument() = default;

Result<XmlDocument> XmlDocument::parse(std::string_view body, const char* encoding) {
  initializeXmlLibrary();
  if (body.size() > INT_MAX / 2) return fail(ErrorCode::Exhausted, "xml", "XML: body too large");
  const ParserContext context(xmlNewParserCtxt());
  if (!context) return fail(ErrorCode::Exhausted, "xml", "XML: out of memory");
  constexpr int kOptions = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                           XML_PARSE_NODICT | XML_PARSE_DTDATTR;
  Document document(xmlCtxtReadMemory(context.get(), body.data(), static_cast<int>(body.size()),
                                      nullptr, encoding, kOptions));
  if (!document || context->wellFormed == 0) {
    const std::string_view reason = trim(
        context->lastError.message == nullptr ? "not well-formed" : context->lastError.message);
    return fail(ErrorCode::Invalid, "xml",
                "XML: line " + std::to_string(context->lastError.line) + ": " +
                    toPrintableUtf8(reason.substr(0, 200)));
  }
  auto state = std::make_unique<State>();
  const bool has_entities = document->intSubset != nullptr;
  state->document = std::move(document);
  XmlDocument parsed(std::move(state));
  bool complete = true;
  if (has_entities) {
    parsed.select("/*", {}, &complete);
    parsed.select("//@*", {}, &complete);
  }
  if (!complete) return fail(ErrorCode::Exhausted, "xml", "XML: entities grow past their limit");
  return parsed;
}

std::vector<std::string> XmlDocument::select(
    std::string_view xpath, const std::vector<std::pair<std::string, std::string>>& namespaces,
    bool* complete) const {
  bool ignored = true;
  if (complete == nullptr) complete = &ignored;
  std::vector<std::string> values;
  const XPathContext context(xmlXPathNewContext(state_->document.get()));
  if (!context) return values;
  context->error = ignoreError;
  context->opLimit = kMaxXPathOperations;
  for (const auto& [prefix, uri] : namespaces) {
    xmlXPathRegisterNs(context.get(), bytes(prefix), bytes(uri));
  }
  const XPathObject result(xmlXPathEvalExpression(bytes(std::string(xpath)), context.get()));
  if (!result) {
    if (isLimit(context->lastError.code)) *complete = false;
    return values;
  }
  if (result->type != XPATH_NODESET) {
    const Text text(xmlXPathCastToString(result.get()));
    values.emplace_back(view(text.get()));
    return values;
  }
  const xmlNodeSet* nodes = result->nodesetval;
  size_t total = 0;
  for (int i = 0; nodes != nullptr && i < nodes->nodeNr && total < kMaxSelectedBytes; ++i) {
    const xmlNode* node = nodes->nodeTab[i];
    if (node->type == XML_NAMESPACE_DECL) {
      values.emplace_back(view(reinterpret_cast<const xmlNs*>(node)->href));
    } else {
      Collector collector(kMaxSelectedBytes - total);
      values.push_back(collector.take(node));
      if (collector.exceeded()) *complete = false;
    }
    total += values.back().size() + 1;
  }
  if (nodes != nullptr && total >= kMaxSelectedBytes) *complete = false;
  return values;
}

namespace {

// Depth is bounded by libxml2 (256).
class LeafWalker {
 public:
  explicit LeafWalker(const XmlDocument::VisitLeaf& visit) : visit_(visit) {}

  bool walk(const xmlNode* element) {
    const size_t outer = path_.size();
    path_.append(".").append(view(element->name));
    const bool whole = path_.size() <= kMaxPathBytes && attributes(element) && content(element);
    path_.resize(outer);
    return whole;
  }

 private:
  static constexpr size_t kMaxPathBytes = 64 * 1024;

  bool report(std::string_view path, const std::string& text) {
    bytes_ += text.size() + 1;
    return bytes_ <= kMaxSelectedBytes && visit_(path, text);
  }

  bool attributes(const xmlNode* element) {
    for (const xmlAttr* attribute = element->properties; attribute != nullptr;
         attribute = attribute->next) {
      const std::string name = path_ + ".@" + std::string(view(attribute->name));
      const auto* node = reinterpret_cast<const xmlNode*>(attribute);
      if (!report(name, Collector(kMaxSelectedBytes).take(node))) return false;
    }
    return true;
  }

  bool content(const xmlNode* element) {
    bool nested = false;
    for (const xmlNode* child = element->children; child != nullptr; child = child->next) {
      if (child->type != XML_ELEMENT_NODE) continue;
      nested = true;
      if (!walk(child)) return false;
    }
    if (!nested) return report(path_, Collector(kMaxSelectedBytes).take(element));
    std::string between;
    for (const xmlNode* child = element->children; child != nullptr; child = child->next) {
      const bool text = child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE ||
                        child->type == XML_ENTITY_REF_NODE;
      if (text) between += Collector(kMaxSelectedBytes).take(child);
      if (between.size() > kMaxSelectedBytes) return false;
    }
    return trim(between).empty() || report(path_, between);
  }

  const XmlDocument::VisitLeaf& visit_;
  std::string path_ = "xml";
  size_t bytes_ = 0;
};

}  // namespace

bool XmlDocument::visitLeaves(const VisitLeaf& visit) const {
  const xmlNode* root = xmlDocGetRootElement(state_->document.get());
  return root == nullptr || LeafWalker(visit).walk(root);
}

bool isValidXPath(std::string_view xpath) {
  initializeXmlLibrary();
  const XPathContext context(xmlXPathNewContext(nullptr));
  if (!context) return false;
  context->error = ignoreError;
  return XPathExpression(xmlXPathCtxtCompile(context.get(), bytes(std::string(xpath)))) != nullptr;
}

}  // namespace waf
