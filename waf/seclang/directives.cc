// The table of directives: which are known, how many arguments they take, what reads them.
#include <algorithm>

#include "waf/base/text.h"
#include "waf/seclang/parser.h"

namespace waf {

const std::vector<Parser::Directive>& Parser::directives() {
  constexpr size_t kMany = 1000;
  using P = Parser;
  static const std::vector<Directive> table{
      {"Include", &P::include, 1, 1},
      {"IncludeOptional", &P::includeOptional, 1, 1},
      {"SecAction", &P::secAction, 1, 1},
      {"SecArgumentSeparator", &P::argumentSeparator, 1, 1},
      {"SecArgumentsLimit", &P::argumentsLimit, 1, 1},
      {"SecAuditEngine", &P::choice, 1, 1},
      {"SecAuditLog", &P::accepted, 1, 1},
      {"SecAuditLog2", &P::accepted, 1, 1},
      {"SecAuditLogDirMode", &P::acceptedMode, 1, 1},
      {"SecAuditLogFileMode", &P::acceptedMode, 1, 1},
      {"SecAuditLogFormat", &P::choice, 1, 1},
      {"SecAuditLogParts", &P::auditLogParts, 1, 1},
      {"SecAuditLogPrefix", &P::accepted, 1, 1},
      {"SecAuditLogRelevantStatus", &P::acceptedPattern, 1, 1},
      {"SecAuditLogStorageDir", &P::accepted, 1, 1},
      {"SecAuditLogType", &P::choice, 1, 1},
      {"SecCacheTransformations", &P::choice, 1, 2},
      {"SecChrootDir", &P::refused, 1, kMany},
      {"SecCollectionGCFrequency", &P::acceptedNumber, 1, 1},
      {"SecCollectionTimeout", &P::collectionTimeout, 1, 1},
      {"SecComponentSignature", &P::componentSignature, 1, 1},
      {"SecConnEngine", &P::choice, 1, 1},
      {"SecConnReadStateLimit", &P::refused, 1, kMany},
      {"SecConnWriteStateLimit", &P::refused, 1, kMany},
      {"SecContentInjection", &P::choice, 1, 1},
      {"SecCookieFormat", &P::cookieFormat, 1, 1},
      {"SecCookieV0Separator", &P::cookieV0Separator, 1, 1},
      {"SecDataDir", &P::accepted, 1, 1},
      {"SecDebugLog", &P::accepted, 1, 1},
      {"SecDebugLogLevel", &P::debugLogLevel, 1, 1},
      {"SecDefaultAction", &P::secDefaultAction, 1, 1},
      {"SecDisableBackendCompression", &P::choice, 1, 1},
      {"SecGeoLookupDb", &P::geoLookupDb, 1, 1},
      {"SecGsbLookupDb", &P::refused, 1, kMany},
      {"SecGuardianLog", &P::refused, 1, kMany},
      {"SecHashEngine", &P::choice, 1, 1},
      {"SecHashKey", &P::refused, 1, kMany},
      {"SecHashMethodPm", &P::refused, 1, kMany},
      {"SecHashMethodRx", &P::refused, 1, kMany},
      {"SecHashParam", &P::refused, 1, kMany},
      {"SecHttpBlKey", &P::httpBlKey, 1, 1},
      {"SecInterceptOnError", &P::choice, 1, 1},
      {"SecMarker", &P::secMarker, 1, 1},
      {"SecParseXmlIntoArgs", &P::parseXmlIntoArgs, 1, 1},
      {"SecPcreMatchLimit", &P::pcreMatchLimit, 1, 1},
      {"SecPcreMatchLimitRecursion", &P::pcreMatchLimitRecursion, 1, 1},
      {"SecReadStateLimit", &P::refused, 1, kMany},
      {"SecRemoteRules", &P::refused, 1, kMany},
      {"SecRemoteRulesFailAction", &P::choice, 1, 1},
      {"SecRequestBodyAccess", &P::requestBodyAccess, 1, 1},
      {"SecRequestBodyInMemoryLimit", &P::acceptedNumber, 1, 1},
      {"SecRequestBodyJsonDepthLimit", &P::requestBodyJsonDepthLimit, 1, 1},
      {"SecRequestBodyLimit", &P::requestBodyLimit, 1, 1},
      {"SecRequestBodyLimitAction", &P::requestBodyLimitAction, 1, 1},
      {"SecRequestBodyNoFilesLimit", &P::requestBodyNoFilesLimit, 1, 1},
      {"SecRequestEncoding", &P::refused, 1, kMany},
      {"SecResponseBodyAccess", &P::responseBodyAccess, 1, 1},
      {"SecResponseBodyLimit", &P::responseBodyLimit, 1, 1},
      {"SecResponseBodyLimitAction", &P::responseBodyLimitAction, 1, 1},
      {"SecResponseBodyMimeType", &P::responseBodyMimeType, 1, kMany},
      {"SecResponseBodyMimeTypesClear", &P::responseBodyMimeTypesClear, 0, 0},
      {"SecRule", &P::secRule, 2, 3},
      {"SecRuleEngine", &P::ruleEngine, 1, 1},
      {"SecRuleInheritance", &P::choice, 1, 1},
      {"SecRulePerfTime", &P::acceptedNumber, 1, 1},
      {"SecRuleRemoveById", &P::removeById, 1, kMany},
      {"SecRuleRemoveByMsg", &P::removeByMessage, 1, 1},
      {"SecRuleRemoveByTag", &P::removeByTag, 1, 1},
      {"SecRuleScript", &P::refused, 1, kMany},
      {"SecRuleUpdateActionById", &P::updateActionById, 2, 2},
      {"SecRuleUpdateTargetById", &P::updateTargetById, 2, 3},
      {"SecRuleUpdateTargetByMsg", &P::updateTargetByMessage, 2, 3},
      {"SecRuleUpdateTargetByTag", &P::updateTargetByTag, 2, 3},
      {"SecSensorId", &P::accepted, 1, 1},
      {"SecServerSignature", &P::refused, 1, kMany},
      {"SecStatusEngine", &P::choice, 1, 1},
      {"SecStreamInBodyInspection", &P::choice, 1, 1},
      {"SecStreamOutBodyInspection", &P::choice, 1, 1},
      {"SecTmpDir", &P::accepted, 1, 1},
      {"SecTmpSaveUploadedFiles", &P::choice, 1, 1},
      {"SecUnicodeCodePage", &P::unicodeCodePage, 1, 1},
      {"SecUnicodeMapFile", &P::unicodeMapFile, 1, 2},
      {"SecUploadDir", &P::uploadDir, 1, 1},
      {"SecUploadFileLimit", &P::uploadFileLimit, 1, 1},
      {"SecUploadFileMode", &P::acceptedMode, 1, 1},
      {"SecUploadKeepFiles", &P::uploadKeepFiles, 1, 1},
      {"SecWebAppId", &P::webAppId, 1, 1},
      {"SecWriteStateLimit", &P::refused, 1, kMany},
      {"SecXmlExternalEntity", &P::choice, 1, 1},
  };
  return table;
}

const Parser::Directive* Parser::findDirective(std::string_view name) {
  const auto& table = directives();
  const auto found = std::find_if(table.begin(), table.end(), [&](const Directive& directive) {
    return equalsIgnoreCase(directive.name, name);
  });
  return found == table.end() ? nullptr : &*found;
}

}  // namespace waf
