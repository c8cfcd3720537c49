// @validateDTD FILE, @validateSchema FILE: the XML document in the value is not valid under the DTD
// or the W3C schema.
//   SecRule XML "@validateSchema orders.xsd" "id:1,phase:2,deny"
//
// The value is the document's text. What is not well-formed is not valid either, and under a DTD or
// schema that does not parse no document is (as in ModSecurity: a broken schema must not let
// everything through). libxml2 neither loads entities nor touches the network or the file system; a
// schema that includes another one does not parse.

#include <libxml/parser.h>
#include <libxml/valid.h>
#include <libxml/xmlschemas.h>

#include <limits>

#include "waf/base/text.h"
#include "waf/body/xml_library.h"
#include "waf/operators/operator_makers.h"

namespace waf {
namespace {

constexpr int kParseOptions = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Document = std::unique_ptr<xmlDoc, Freed<xmlFreeDoc>>;
using Dtd = std::unique_ptr<xmlDtd, Freed<xmlFreeDtd>>;
using ValidContext = std::unique_ptr<xmlValidCtxt, Freed<xmlFreeValidCtxt>>;
using Schema = std::unique_ptr<xmlSchema, Freed<xmlSchemaFree>>;
using SchemaParser = std::unique_ptr<xmlSchemaParserCtxt, Freed<xmlSchemaFreeParserCtxt>>;
using SchemaContext = std::unique_ptr<xmlSchemaValidCtxt, Freed<xmlSchemaFreeValidCtxt>>;

void ignoreError(void* /*context*/, const char* /*format*/, ...) {}

Document parseDocument(std::string_view text) {
  if (text.size() > static_cast<size_t>(std::numeric_limits<int>::max())) return nullptr;
  return Document(
      xmlReadMemory(text.data(), static_cast<int>(text.size()), nullptr, nullptr, kParseOptions));
}

bool matchesWhole(bool valid, std::string_view value, OperatorMatch& match) {
  if (!valid) match.length = value.size();
  return !valid;
}

Dtd parseDtd(std::string_view text) {
  // The parser takes the buffer and frees it.
  xmlParserInputBufferPtr buffer = xmlParserInputBufferCreateMem(
      text.data(), static_cast<int>(text.size()), XML_CHAR_ENCODING_NONE);
  if (buffer == nullptr) return nullptr;
  // The only way to silence this parser; the setting is the thread's.
  xmlSetGenericErrorFunc(nullptr, ignoreError);
  Dtd dtd(xmlIOParseDTD(nullptr, buffer, XML_CHAR_ENCODING_NONE));
  xmlSetGenericErrorFunc(nullptr, nullptr);
  return dtd;
}

class DtdOperator final : public Operator {
 public:
  explicit DtdOperator(std::string dtd) : dtd_(std::move(dtd)) {}

  bool evaluate(std::string_view value, std::string_view /*argument*/,
                OperatorMatch& match) const override {
    return matchesWhole(isValid(value), value, match);
  }

 private:
  bool isValid(std::string_view text) const {
    const Document document = parseDocument(text);
    const ValidContext context(xmlNewValidCtxt());
    // Validation writes into the DTD (it compiles content models when first used), and a copy that
    // libxml2 makes has lost which attributes are required: so each call parses its own.
    const Dtd dtd = parseDtd(dtd_);
    if (document == nullptr || context == nullptr || dtd == nullptr) return false;
    context->error = ignoreError;
    context->warning = ignoreError;
    return xmlValidateDtd(context.get(), document.get(), dtd.get()) == 1;
  }

  std::string dtd_;
};

class SchemaOperator final : public Operator {
 public:
  explicit SchemaOperator(Schema schema) : schema_(std::move(schema)) {}

  bool evaluate(std::string_view value, std::string_view /*argument*/,
                OperatorMatch& match) const override {
    return matchesWhole(isValid(value), value, match);
  }

 private:
  bool isValid(std::string_view text) const {
    if (schema_ == nullptr) return false;
    const Document document = parseDocument(text);
    if (document == nullptr) return false;
    // A compiled schema is read only; the context is not.
    const SchemaContext context(xmlSchemaNewValidCtxt(schema_.get()));
    if (context == nullptr) return false;
    xmlSchemaSetValidErrors(context.get(), ignoreError, ignoreError, nullptr);
    return xmlSchemaValidateDoc(context.get(), document.get()) == 0;
  }

  Schema schema_;  // null when the file does not parse
};

Result<std::string> readArgumentFile(const OperatorSpec& spec) {
  if (spec.has_macro) return operatorError(spec, "a file name cannot hold a macro");
  const std::string_view path = trim(spec.argument);
  if (path.empty()) return operatorError(spec, "needs a file name");
  auto content = spec.environment.read_file(path);
  if (!content) return operatorError(spec, content.error().message);
  return content;
}

}  // namespace

OperatorResult makeValidateDtd(const OperatorSpec& spec) {
  initializeXmlLibrary();
  const auto content = readArgumentFile(spec);
  if (!content) return fail(content.error());
  return makeOperator<DtdOperator>(*content);
}

OperatorResult makeValidateSchema(const OperatorSpec& spec) {
  initializeXmlLibrary();
  const auto content = readArgumentFile(spec);
  if (!content) return fail(content.error());
  const SchemaParser parser(
      xmlSchemaNewMemParserCtxt(content->data(), static_cast<int>(content->size())));
  Schema schema;
  if (parser != nullptr) {
    xmlSchemaSetParserErrors(parser.get(), ignoreError, ignoreError, nullptr);
    schema.reset(xmlSchemaParse(parser.get()));
  }
  return makeOperator<SchemaOperator>(std::move(schema));
}

}  // namespace waf
