#include "db/postgresql/postgres_url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/store/store.h"

namespace db {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string connectionOf(const std::string& url) {
  const auto parsed = parsePostgresUrl(url);
  return parsed ? " " + parsed->connection + " " : parsed.error().message;
}

TEST(PostgresUrlTest, EveryPartIsFound) {
  const std::string all =
      connectionOf("postgresql://ann:p%40ss@db.example:5433/waf?sslmode=require");
  for (const char* part : {" user=ann ", " password=p@ss ", " host=db.example ", " port=5433 ",
                           " dbname=waf ", " sslmode=require ", " client_encoding=UTF8 "}) {
    EXPECT_THAT(all, HasSubstr(part));
  }
  EXPECT_THAT(connectionOf("postgres://[2001:db8::1]:1/x"), HasSubstr(" host=2001:db8::1 port=1 "));
}

TEST(PostgresUrlTest, WhatIsLeftOutIsLeftToLibpq) {
  const std::string socket = connectionOf("postgresql:///waf?host=/run/postgresql");
  EXPECT_THAT(socket, HasSubstr(" host=/run/postgresql "));
  for (const char* part : {" user=", " password=", " port="})
    EXPECT_THAT(socket, Not(HasSubstr(part)));
  EXPECT_THAT(connectionOf("postgresql://"), Not(HasSubstr("host=")));
}

TEST(PostgresUrlTest, AValueCannotBecomeAnotherOne) {
  EXPECT_THAT(connectionOf("postgresql://a:it%27s%5C@h/d"), HasSubstr(" password=it\\'s\\\\ "));
  EXPECT_THAT(connectionOf("postgresql://a:b%20host=evil@h/d"), HasSubstr("passfile"));
  EXPECT_FALSE(parsePostgresUrl("postgresql://h/d?bad name=1"));
  EXPECT_FALSE(parsePostgresUrl("postgresql://h/d?a%3Db=1"));
  EXPECT_FALSE(parsePostgresUrl("postgresql://h/d%0a"));
}

TEST(PostgresUrlTest, ThePasswordIsNotShown) {
  for (const char* url : {"postgresql://ann:secret@h:1/d", "postgresql://ann@h:1/d?password=secret",
                          "postgresql://ann:se@cret@h:1/d?sslpassword=secret"}) {
    const auto parsed = parsePostgresUrl(url);
    ASSERT_TRUE(parsed) << url;
    EXPECT_EQ(parsed->shown, "postgresql://ann@h:1/d");
    EXPECT_EQ(shownDatabase("/data", url), "postgresql://ann@h:1/d");
  }
  for (const char* url : {"postgresql://ann:secret%zz@h/d", "postgresql://ann:secret@h:port/d",
                          "postgresql://ann:sec%00ret@h/d", "mysql://ann:secret@h/d",
                          "postgresql://ann:12/secret@h/d", "postgresql://ann:12?secret@h/d",
                          "postgresql://ann:sec/ret@h/d", "postgresql://h/d@secret"}) {
    const auto checked = checkDatabaseName(url);
    ASSERT_FALSE(checked) << url;
    EXPECT_EQ(checked.error().code, waf::ErrorCode::Invalid);
    EXPECT_THAT(checked.error().message, Not(HasSubstr("sec"))) << url;
    EXPECT_THAT(shownDatabase("/data", url), Not(HasSubstr("sec"))) << url;
  }
}

TEST(PostgresUrlTest, TheFileInTheDataDirectoryHasTwoNames) {
  EXPECT_TRUE(checkDatabaseName(""));
  EXPECT_TRUE(checkDatabaseName("sqlite"));
  EXPECT_TRUE(isInDataDirectory("sqlite"));
  EXPECT_FALSE(isInDataDirectory("postgresql:///waf"));
  EXPECT_EQ(shownDatabase("/data", ""), "/data/portcullis.db");
}

}  // namespace
}  // namespace db
