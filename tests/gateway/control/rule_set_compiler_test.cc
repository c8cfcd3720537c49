#include "gateway/control/rule_set_compiler.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <future>

#include "gateway/config/rule_set_cache.h"
#include "tests/support/temporary_folder.h"

namespace gateway {
namespace {

class RuleSetCompilerTest : public testing::Test {
 protected:
  RuleSetCompiler::Job job(const std::string& name, const std::string& text) const {
    waf::RuleSetOptions options;
    options.paths = {folder_.write(name, text)};
    options.cached_databases_only = true;
    return {ruleSetIdentity(options), options};
  }
  const tests::TemporaryFolder folder_;
};

constexpr const char* kRule = "SecRule ARGS \"@rx of[0-9]this[0-9]test\" \"id:1,phase:2,deny\"\n";

TEST_F(RuleSetCompilerTest, HandsOverAWholeSet) {
  const auto wanted = job("whole.conf", kRule);
  ASSERT_TRUE(waf::RuleSet::load(wanted.options).rule_set->statistics().provisional);
  std::promise<std::pair<std::string, std::shared_ptr<const waf::RuleSet>>> ready;
  RuleSetCompiler compiler([&](const std::string& identity, auto set) {
    ready.set_value({identity, std::move(set)});
  });
  compiler.want({wanted});
  auto result = ready.get_future();
  ASSERT_EQ(result.wait_for(std::chrono::seconds(30)), std::future_status::ready);
  const auto [identity, set] = result.get();
  EXPECT_EQ(identity, wanted.identity);
  EXPECT_FALSE(set->statistics().provisional);
  EXPECT_EQ(set->statistics().rx_hyperscan, 1u);
}

// The one before it would call out first if it were still wanted.
TEST_F(RuleSetCompilerTest, GivesUpWhatIsNotWantedAnyMore) {
  std::string many;
  for (int i = 1; i <= 300; ++i) {
    many += "SecRule ARGS \"@rx many" + std::to_string(i) +
            "[a-z]{3,90}x\" \"id:" + std::to_string(i) + ",phase:2,deny\"\n";
  }
  const auto first = job("many.conf", many);
  const auto second = job("few.conf", kRule);
  std::promise<std::string> ready;
  RuleSetCompiler compiler([&](const std::string& identity, auto) { ready.set_value(identity); });
  compiler.want({first});
  compiler.want({second});
  auto result = ready.get_future();
  ASSERT_EQ(result.wait_for(std::chrono::seconds(60)), std::future_status::ready);
  EXPECT_EQ(result.get(), second.identity);
}

// Who installs the set takes locks that changes and requests of the API wait for.
TEST_F(RuleSetCompilerTest, OnlyTheCompilingIsOfLowPriority) {
  const auto niceness = [] { return ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid())); };
  std::promise<int> ready;
  RuleSetCompiler compiler([&](const std::string&, auto) { ready.set_value(niceness()); });
  compiler.want({job("whole.conf", kRule)});
  auto result = ready.get_future();
  ASSERT_EQ(result.wait_for(std::chrono::seconds(30)), std::future_status::ready);
  EXPECT_EQ(result.get(), niceness());
}

TEST_F(RuleSetCompilerTest, SkipsWhatDoesNotLoad) {
  const auto broken = job("broken.conf", "SecRule\n");
  const auto second = job("few.conf", kRule);
  std::promise<std::string> ready;
  RuleSetCompiler compiler([&](const std::string& identity, auto) { ready.set_value(identity); });
  compiler.want({broken, second});
  auto result = ready.get_future();
  ASSERT_EQ(result.wait_for(std::chrono::seconds(30)), std::future_status::ready);
  EXPECT_EQ(result.get(), second.identity);
}

}  // namespace
}  // namespace gateway
