#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "admin-ui/server/admin_server.h"
#include "db/certificate/certificate.h"
#include "gateway/cli/bootstrap.h"
#include "gateway/cli/command.h"
#include "gateway/cli/files.h"
#include "gateway/cli/offline_port.h"
#include "gateway/cli/output.h"
#include "tests/db/support/postgres_server.h"

namespace gateway::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kRules = R"(SecRuleEngine On
SecRule ARGS "@rx attack[0-9]" "id:1001,phase:2,deny,status:403,log,msg:'An attack',severity:CRITICAL"
)";

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
  json parsed() const { return json::parse(out, nullptr, false); }
};

// Runs the command line in this process on a data directory of its own.
class CliTest : public ::testing::Test {
 protected:
  CliTest() {
    std::string path = (fs::temp_directory_path() / "portcullis-cli-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) std::abort();
    folder_ = path;
  }
  ~CliTest() override {
    std::error_code code;
    fs::remove_all(folder_, code);
  }
  std::string write(const std::string& name, const std::string& content) const {
    const fs::path file = fs::path(folder_) / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return file.string();
  }
  static Outcome plain(const std::vector<std::string>& arguments, const std::string& input = "") {
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    const int code = run(arguments, in, out, err);
    return {code, out.str(), err.str()};
  }
  Outcome portcullis(std::vector<std::string> arguments, const std::string& input = "") const {
    arguments.push_back("--data");
    arguments.push_back(folder_ + "/data");
    return plain(arguments, input);
  }
  std::string folder_;
};

TEST_F(CliTest, EveryCommandHasHelp) {
  for (const Command& command : commands()) {
    std::istringstream words{std::string(command.words)};
    std::vector<std::string> arguments;
    for (std::string word; words >> word;) arguments.push_back(word);
    arguments.push_back("--help");
    const Outcome outcome = plain(arguments);
    EXPECT_EQ(outcome.code, 0) << command.words;
    EXPECT_NE(outcome.out.find("--data DIR"), std::string::npos) << command.words;
  }
  EXPECT_EQ(plain({"--help"}).code, 0);
  EXPECT_EQ(plain({"site", "--help"}).code, 0);
  EXPECT_EQ(plain({"--version"}).code, 0);
}

TEST_F(CliTest, RuleCostsOfAFolderOfRequests) {
  const std::string rules = write("rules.conf", kRules);
  write("requests/a.http", "GET /?a=attack7 HTTP/1.1\nHost: a.example\n\n");
  write("requests/more/b.http", "GET /?a=nothing HTTP/1.1\nHost: a.example\n\n");
  const std::vector<std::string> arguments = {
      "rules", "cost", "--requests", folder_ + "/requests", "--ruleset", rules};
  const Outcome shown = plain(arguments);
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_NE(shown.out.find("2 requests measured"), std::string::npos) << shown.out;
  EXPECT_NE(shown.out.find("An attack"), std::string::npos) << shown.out;
  std::vector<std::string> as_json = arguments;
  as_json.push_back("--json");
  const json costs = plain(as_json).parsed();
  EXPECT_EQ(costs["samples"], 2);
  EXPECT_EQ(costs["items"][0]["id"], 1001);
  EXPECT_EQ(costs["items"][0]["hits"], 1);
}

TEST_F(CliTest, RuleCostsNeedADaemonOrRequests) {
  EXPECT_EQ(plain({"rules", "cost", "--requests", folder_}).code, 2);
  EXPECT_EQ(portcullis({"rules", "cost", "--top", "none"}).code, 2);
  const Outcome nobody = portcullis({"rules", "cost", "--site", "shop"});
  EXPECT_EQ(nobody.code, 1);
  EXPECT_NE(nobody.err.find("the gateway does not run"), std::string::npos) << nobody.err;
}

TEST_F(CliTest, WrongUsageIsTwo) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{},
                                                    {"nonsense"},
                                                    {"site"},
                                                    {"site", "show"},
                                                    {"site", "list", "extra"},
                                                    {"site", "list", "--nonsense"},
                                                    {"site", "list", "--data"},
                                                    {"site", "list", "--json=yes"},
                                                    {"rules", "check"},
                                                    {"config", "apply"}}) {
    const Outcome outcome = plain(arguments);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_FALSE(outcome.err.empty());
  }
}

TEST_F(CliTest, RulesCheckNeedsNoDataDirectory) {
  const Outcome outcome =
      plain({"rules", "check", write("a.conf", kRules), "--json", "--data", "/nonexistent/x"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.parsed()["rules"], 1);
  EXPECT_EQ(outcome.parsed()["rx_total"], 1);
  EXPECT_TRUE(outcome.parsed()["diagnostics"].empty());
}

TEST_F(CliTest, RulesCheckNamesFileAndLine) {
  const std::string file = write("b.conf", "SecRuleEngine On\nSecNonsense x\n");
  const Outcome outcome = plain({"rules", "check", file, "--json"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.parsed()["diagnostics"][0]["line"], 2);
  EXPECT_NE(plain({"rules", "check", file}).err.find(":2:"), std::string::npos);
  EXPECT_EQ(plain({"rules", "check", folder_ + "/none"}).code, 1);
}

TEST_F(CliTest, InspectPrintsTheDecisionTrace) {
  const std::string rules = write("a.conf", kRules);
  const std::string request = "GET /?q=attack7 HTTP/1.1\nHost: x\n\n";
  const Outcome text = plain({"inspect", "--ruleset", rules, "-"}, request);
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_NE(text.out.find("decision: blocked, status 403"), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("matched: attack7"), std::string::npos) << text.out;
  const Outcome parsed = plain({"inspect", "--ruleset", rules, "--json", "--client", "192.0.2.7:99",
                                write("request", request)});
  EXPECT_EQ(parsed.parsed()["decision"], "blocked");
  EXPECT_EQ(parsed.parsed()["rules"][0]["id"], 1001);
  EXPECT_EQ(plain({"inspect", "--ruleset", rules, "--mode", "DetectionOnly", "--json"}, request)
                .parsed()["decision"],
            "detected");
  EXPECT_EQ(plain({"inspect", "--ruleset", rules, "--client", "x"}, request).code, 1);
}

TEST_F(CliTest, InspectRunsTheRulesForTheResponse) {
  const std::string rules =
      write("r.conf",
            "SecRuleEngine On\nSecResponseBodyAccess On\n"
            "SecRule RESPONSE_HEADERS:X-App \"@rx .\" \"id:1,phase:3,pass,log,"
            "msg:'from %{REMOTE_ADDR}:%{REMOTE_PORT}'\"\n"
            "SecRule RESPONSE_BODY \"@contains SQL error\" \"id:2,phase:4,deny,"
            "status:502,log,msg:'leak'\"\n"
            "SecRule RESPONSE_STATUS \"@eq 500\" \"id:3,phase:5,pass,log\"\n");
  const std::string response =
      write("response", "HTTP/1.1 500 Oops\nContent-Type: text/html\nX-App: 1\n\nan SQL error\n");
  const std::string request = "GET / HTTP/1.1\nHost: x\n\n";
  const Outcome outcome = plain({"inspect", "--ruleset", rules, "--client", "192.0.2.7:99",
                                 "--response", response, "--json", "-"},
                                request);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const json parsed = outcome.parsed();
  EXPECT_EQ(parsed["decision"], "blocked");
  EXPECT_EQ(parsed["status"], 502);
  EXPECT_EQ(parsed["decided_by"], 2);
  ASSERT_EQ(parsed["rules"].size(), 3u);
  EXPECT_EQ(parsed["rules"][0]["msg"], "from 192.0.2.7:99");
  EXPECT_EQ(parsed["trace"].size(), 3u);
  EXPECT_EQ(plain({"inspect", "--ruleset", rules, "--response", rules, "-"}, request).code, 1);
}

TEST_F(CliTest, RulesCheckWarnsOfWhatIsHardlyMeant) {
  const std::string file =
      write("lint.conf",
            "SecRuleEngine On\nSecRule ARGS_POST \"@rx a\" \"id:1,phase:1,deny\"\n"
            "SecRuleRemoveById 7\n");
  const Outcome outcome = plain({"rules", "check", file, "--json"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  ASSERT_EQ(outcome.parsed()["diagnostics"].size(), 2u) << outcome.out;
  EXPECT_EQ(outcome.parsed()["diagnostics"][0]["line"], 2);
  EXPECT_EQ(outcome.parsed()["diagnostics"][1]["line"], 3);
  const Outcome text = plain({"rules", "check", file});
  EXPECT_NE(text.err.find("lint.conf:2: can never match"), std::string::npos) << text.err;
  EXPECT_NE(text.err.find("lint.conf:3: removes nothing"), std::string::npos) << text.err;
}

TEST_F(CliTest, AppliesADocumentWithFilesBesideIt) {
  const auto pem = db::makeSelfSigned({"shop.example"}, waf::Clock::system().wall());
  ASSERT_TRUE(pem);
  write("conf/cert.pem", pem->chain_pem);
  write("conf/key.pem", pem->key_pem);
  write("conf/rules/a.conf", kRules);
  const json document = {
      {"listeners", {{{"name", "https"}, {"address", "127.0.0.1:8443"}, {"tls", true}}}},
      {"certificates", {{{"name", "demo"}, {"chain_file", "cert.pem"}, {"key_file", "key.pem"}}}},
      {"upstreams", {{{"name", "app"}, {"endpoints", {{{"address", "127.0.0.1:9000"}}}}}}},
      {"rulesets", {{{"name", "mine"}, {"path", "rules"}}}},
      {"sites",
       {{{"name", "shop"},
         {"hosts", {"shop.example"}},
         {"listeners", {"https"}},
         {"certificates", {"demo"}},
         {"upstream", "app"},
         {"waf", {{"mode", "On"}, {"rulesets", {"mine"}}}}}}},
      {"settings", {{"audit_log", {{"mode", "relevant"}, {"file", "audit.jsonl"}}}}}};
  const std::string file = write("conf/portcullis.json", document.dump());
  const Outcome valid = plain({"config", "validate", file});
  EXPECT_EQ(valid.code, 0) << valid.err;
  const Outcome applied =
      portcullis({"config", "apply", file, "--json", "--comment", "the first one"});
  ASSERT_EQ(applied.code, 0) << applied.err;
  EXPECT_EQ(applied.parsed()["version"], 1);
  const Outcome exported = portcullis({"config", "export"});
  ASSERT_EQ(exported.code, 0);
  const json out = exported.parsed();
  EXPECT_EQ(out["rulesets"][0]["path"], fs::canonical(folder_ + "/conf/rules").string());
  EXPECT_EQ(out["settings"]["audit_log"]["file"],
            fs::canonical(folder_ + "/conf").string() + "/audit.jsonl");
  EXPECT_FALSE(out["certificates"][0]["key_sealed"].get<std::string>().empty());
  EXPECT_EQ(exported.out.find("PRIVATE KEY"), std::string::npos);

  const Outcome again = portcullis({"config", "apply", write("export.json", exported.out)});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(portcullis({"cert", "list", "--json"}).parsed()["items"][0]["used_by"][0], "shop");
}

TEST_F(CliTest, ARefusedDocumentLeavesEverythingAsItWas) {
  EXPECT_EQ(portcullis({"config", "apply",
                        write("a.json", R"({"listeners":[{"name":"h","address":"nowhere"}]})")})
                .code,
            1);
  const Outcome syntax = portcullis({"config", "apply", write("b.json", "{nonsense")});
  EXPECT_EQ(syntax.code, 1);
  EXPECT_FALSE(syntax.err.empty());
  const std::string missing =
      R"({"certificates":[{"name":"x","chain_file":"no.pem","key_file":"no.pem"}]})";
  EXPECT_NE(portcullis({"config", "apply", write("c.json", missing)}).err.find("no.pem"),
            std::string::npos);
  EXPECT_TRUE(portcullis({"config", "export"}).parsed()["listeners"].empty());
}

TEST_F(CliTest, ManagesSitesWithoutADaemon) {
  ASSERT_EQ(portcullis({"config", "apply", "-"},
                       R"({"listeners":[{"name":"http","address":"127.0.0.1:8080"}]})")
                .code,
            0);
  const std::string rules = write("rules/a.conf", kRules);
  ASSERT_EQ(portcullis({"rules", "import", folder_ + "/rules", "--name", "mine"}).code, 0);
  const Outcome added =
      portcullis({"site", "add", "shop", "--host", "shop.example", "--host", "www.shop.example",
                  "--endpoint", "127.0.0.1:9000", "--ruleset", "mine"});
  ASSERT_EQ(added.code, 0) << added.err;
  const Outcome set = portcullis({"site", "set", "shop", "waf.mode=On", "cache.enabled=true"});
  ASSERT_EQ(set.code, 0) << set.err;
  const json site = portcullis({"site", "show", "shop", "--json"}).parsed();
  EXPECT_EQ(site["waf"]["mode"], "On");
  EXPECT_EQ(site["cache"]["enabled"], true);
  EXPECT_EQ(site["listeners"][0], "http");
  EXPECT_NE(portcullis({"site", "list"}).out.find("www.shop.example"), std::string::npos);
  EXPECT_EQ(portcullis({"rules", "list", "--json"}).parsed()["items"][0]["used_by"][0], "shop");
  const Outcome inspected =
      portcullis({"inspect", "--json"}, "GET /?q=attack7 HTTP/1.1\nHost: shop.example\n\n");
  EXPECT_EQ(inspected.parsed()["decision"], "blocked") << inspected.err;
  EXPECT_EQ(portcullis({"site", "set", "shop", "waf.mode=Maybe"}).code, 1);
  EXPECT_EQ(portcullis({"site", "set", "shop", "nonsense"}).code, 2);
  EXPECT_EQ(portcullis({"site", "remove", "shop"}).code, 0);
  EXPECT_EQ(portcullis({"site", "show", "shop"}).code, 1);
}

TEST_F(CliTest, ARefusedRuleSetIsNamedWithFileAndLine) {
  const Outcome outcome = portcullis({"rules", "import", write("bad.conf", "SecNonsense x\n")});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.err.find(":1:"), std::string::npos) << outcome.err;
}

TEST_F(CliTest, ManagesUsersAndCertificates) {
  const Outcome added = portcullis({"user", "add", "kim", "--role", "viewer"});
  ASSERT_EQ(added.code, 0) << added.err;
  EXPECT_NE(added.out.find("password: "), std::string::npos);
  EXPECT_EQ(portcullis({"user", "add", "kim"}).code, 1);
  EXPECT_EQ(
      portcullis({"user", "passwd", "kim", "--password-stdin"}, "a long enough password\n").code,
      0);
  EXPECT_EQ(portcullis({"user", "passwd", "kim", "--password-stdin"}, "short\n").code, 1);
  EXPECT_EQ(portcullis({"user", "unlock", "kim"}).code, 0);
  EXPECT_NE(portcullis({"user", "list"}).out.find("must change password"), std::string::npos);
  EXPECT_EQ(portcullis({"cert", "import", "demo", "--self-signed", "shop.example"}).code, 0);
  EXPECT_NE(portcullis({"cert", "list"}).out.find("shop.example"), std::string::npos);
  EXPECT_EQ(portcullis({"cert", "import", "demo"}).code, 2);
}

TEST_F(CliTest, AnEmptyEventStoreIsNoError) {
  EXPECT_EQ(portcullis({"events", "list", "--since", "24h"}).code, 0);
  EXPECT_EQ(portcullis({"events", "export", "--format", "csv"}).code, 0);
  EXPECT_EQ(portcullis({"events", "show", "01hzzzzzzzzzzzzzzzzzzzzzzz"}).code, 1);
  EXPECT_EQ(portcullis({"events", "list", "--since", "yesterday"}).code, 1);
}

TEST_F(CliTest, StatusWithoutADaemonFails) {
  const Outcome outcome = portcullis({"status"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.err.find("no daemon"), std::string::npos);
  EXPECT_EQ(portcullis({"status", "--wait", "--timeout", "0"}).code, 1);
}

TEST_F(CliTest, GoesThroughTheSocketOfADaemon) {
  const std::string data = folder_ + "/data";
  fs::create_directories(data);
  auto store = db::Store::open(data, waf::Clock::system());
  ASSERT_TRUE(store) << store.error().message;
  OfflinePort port;
  admin::AdminOptions options;
  options.address = "";
  options.data_dir = data;
  auto daemon =
      admin::AdminServer::start(options, store->get(), nullptr, port, waf::Clock::system());
  ASSERT_TRUE(daemon) << daemon.error().message;

  EXPECT_EQ(portcullis({"user", "list", "--json"}).parsed()["items"][0]["name"], "admin");
  const Outcome applied = portcullis(
      {"config", "apply", "-"}, R"({"listeners":[{"name":"http","address":"127.0.0.1:8080"}]})");
  EXPECT_NE(applied.out.find("is in force"), std::string::npos) << applied.out << applied.err;
  const Outcome imported = portcullis({"rules", "import", write("mine.conf", kRules), "--json"});
  EXPECT_EQ(imported.parsed()["added"], json::array({1001})) << imported.err;
  EXPECT_EQ(portcullis({"rules", "list", "--json"}).parsed()["items"][0]["name"], "mine");
  EXPECT_EQ(portcullis({"site", "show", "none"}).code, 1);
  EXPECT_EQ(portcullis({"events", "export"}).code, 0);
  const Outcome elsewhere = portcullis({"user", "list", "--database", "postgresql://h/d"});
  EXPECT_EQ(elsewhere.code, 1) << "the daemon answers for its own database";
  EXPECT_NE(elsewhere.err.find("stop the daemon first"), std::string::npos) << elsewhere.err;
  const Outcome status = portcullis({"status", "--json"});
  EXPECT_EQ(status.code, 1) << "this daemon has no gateway, so it is never ready";
  EXPECT_EQ(status.parsed()["ready"], false);
}

TEST_F(CliTest, ReadsTheBootstrapFile) {
  const auto good = readBootstrap(write(
      "p.json",
      R"({"data_dir":"/x","admin":{"address":"127.0.0.1:1"},"log_level":"debug","storage":"sqlite"})"));
  ASSERT_TRUE(good);
  EXPECT_EQ(good->data_dir, "/x");
  EXPECT_EQ(good->admin_address, "127.0.0.1:1");
  EXPECT_EQ(good->log_level, "debug");
  for (const char* bad : {"[]", R"({"data_dir":1})", R"({"data":"/x"})", R"({"admin":"x"})",
                          R"({"log_level":"loud"})", R"({"storage":"mongo"})",
                          R"({"storage":"postgresql://h:port/d"})"}) {
    EXPECT_FALSE(readBootstrap(write("bad.json", bad))) << bad;
  }
  EXPECT_EQ(readBootstrap(folder_ + "/none.json").error().code, waf::ErrorCode::NotFound);
  EXPECT_EQ(plain({"serve", "--config", folder_ + "/none.json"}).code, 1);
}

TEST_F(CliTest, TheStorageOfTheBootstrapFileIsOfItsDirectoryAlone) {
  const std::string file =
      write("p.json", R"({"data_dir":"/x","storage":"postgresql://ann:secret@db/waf"})");
  ASSERT_TRUE(readBootstrap(file)) << readBootstrap(file).error().message;
  const auto databaseOf = [&](std::multimap<std::string, std::string, std::less<>> options) {
    std::istringstream in;
    std::ostringstream out;
    const Call call{commands()[0], {}, std::move(options), in, out, out, nullptr};
    const auto found = call.database(call.dataDir());
    return found ? *found : "error: " + found.error().message;
  };
  EXPECT_EQ(databaseOf({{"--config", file}}), "postgresql://ann:secret@db/waf");
  EXPECT_EQ(databaseOf({{"--config", file}, {"--data", "/x"}}), "postgresql://ann:secret@db/waf");
  EXPECT_EQ(databaseOf({{"--config", file}, {"--data", "/x/"}}), "postgresql://ann:secret@db/waf");
  EXPECT_EQ(databaseOf({{"--config", file}, {"--data", "/y/../x"}}),
            "postgresql://ann:secret@db/waf");
  EXPECT_EQ(databaseOf({{"--config", file}, {"--data", "/y"}}), "");
  EXPECT_EQ(databaseOf({{"--config", file}, {"--database", "sqlite"}}), "sqlite");
  ::setenv("PORTCULLIS_DATABASE", "postgresql://other/waf", 1);
  EXPECT_EQ(databaseOf({{"--config", file}}), "postgresql://other/waf");
  EXPECT_EQ(databaseOf({{"--config", file}, {"--database", "sqlite"}}), "sqlite");
  ::unsetenv("PORTCULLIS_DATABASE");
}

// Going on with the file in the data directory would write where nobody looks.
TEST_F(CliTest, ABootstrapFileThatCannotBeReadIsNoReasonForAnotherDatabase) {
  const std::string broken = write("broken.json", R"({"storage":"postgresql://db/waf",)");
  const std::string data = folder_ + "/data";
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  Call call{commands()[0], {folder_ + "/b"}, {{"--config", broken}, {"--data", data}}, in, out,
            err,           nullptr};
  EXPECT_EQ(call.api(), nullptr);
  EXPECT_NE(err.str().find(broken), std::string::npos) << err.str();
  err.str("");
  EXPECT_EQ(backup(call), kFailed);
  EXPECT_NE(err.str().find(broken), std::string::npos) << err.str();
  EXPECT_FALSE(fs::exists(folder_ + "/b"));
  EXPECT_FALSE(fs::exists(data + "/portcullis.db"));
  call.options.emplace("--database", "sqlite");
  EXPECT_NE(call.api(), nullptr) << err.str();
}

TEST_F(CliTest, TheDatabaseIsOfTheDirectoryThatIsServed) {
  const std::string file =
      write("p.json", R"({"data_dir":"/x","storage":"postgresql://ann:secret@db/waf"})");
  std::istringstream in;
  std::ostringstream out;
  const Call call{commands()[0], {}, {{"--config", file}}, in, out, out, nullptr};
  ::setenv("PORTCULLIS_DATA", "/y", 1);
  const auto of_the_file = call.database("/x");
  const auto of_another = call.database(call.dataDir());
  ::unsetenv("PORTCULLIS_DATA");
  EXPECT_EQ(*of_the_file, "postgresql://ann:secret@db/waf") << "serve takes the file's directory";
  EXPECT_EQ(*of_another, "");
}

TEST_F(CliTest, AConfigurationInPostgresIsNotBackedUpByHalves) {
  const std::string url = "postgresql://ann:secret@db.example/waf";
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"backup", folder_ + "/b"}, {"restore", folder_ + "/b"}}) {
    std::vector<std::string> words = command;
    words.insert(words.end(), {"--database", url});
    const Outcome refused = portcullis(words);
    EXPECT_EQ(refused.code, 1);
    EXPECT_NE(refused.err.find("postgresql://ann@db.example/waf"), std::string::npos);
    EXPECT_NE(refused.err.find("pg_dump"), std::string::npos) << refused.err;
    EXPECT_EQ(refused.err.find("secret@"), std::string::npos);
  }
  EXPECT_FALSE(fs::exists(folder_ + "/b"));
}

TEST_F(CliTest, WhatIsNoDatabaseIsNamed) {
  const Outcome wrong = portcullis({"user", "list", "--database", "mysql://x"});
  EXPECT_EQ(wrong.code, 1);
  EXPECT_NE(wrong.err.find("postgresql://USER@HOST/DATABASE"), std::string::npos) << wrong.err;
  EXPECT_FALSE(fs::exists(folder_ + "/data/portcullis.db"));
}

TEST_F(CliTest, MovesAConfigurationToPostgres) {
  std::string why_not;
  db::PostgresServer* const server = db::PostgresServer::shared(&why_not);
  if (server == nullptr) GTEST_SKIP() << why_not;
  const std::string url = server->makeSchema();
  ASSERT_EQ(portcullis({"config", "apply", "-"},
                       R"({"listeners":[{"name":"http","address":"127.0.0.1:8080"}]})")
                .code,
            0);
  const Outcome before = portcullis({"config", "export"});
  const Outcome applied = portcullis({"config", "apply", "-", "--database", url}, before.out);
  ASSERT_EQ(applied.code, 0) << applied.err;
  const Outcome after = portcullis({"config", "export", "--database", url});
  EXPECT_EQ(after.out, before.out);
  EXPECT_EQ(portcullis({"user", "list", "--database", url}).code, 0);
}

TEST(OutputTest, TerminalsGetNoControlCharacters) {
  EXPECT_EQ(forTerminal("a\x1b[31m\xc2\x9b"
                        "b\xff"),
            "a\\x1b[31m\\x9b"
            "b\xEF\xBF\xBD");
}

}  // namespace
}  // namespace gateway::cli
