#include <gtest/gtest.h>

#include "db/events/event_files.h"
#include "db/events/event_row.h"

namespace db {
namespace {

TEST(EventFileNameTest, ParsesWhatItPrints) {
  for (const EventFileName name : {EventFileName{20261125, 1}, EventFileName{20261125, 12},
                                   EventFileName{20261125, 3, EventKind::Ordinary}}) {
    EventFileName parsed;
    ASSERT_TRUE(EventFileName::parse(name.toString(), &parsed));
    EXPECT_EQ(parsed, name);
  }
  EventFileName ignored;
  for (const char* text :
       {"events-.db", "events-20261125-1.db", "events-20261125.db-wal", "events-20261125.db.idx",
        "events-2026112x.db", "other.db", "events-20261125-.db"}) {
    EXPECT_FALSE(EventFileName::parse(text, &ignored)) << text;
  }
  EXPECT_EQ(dateOf(startOfDate(20261125)), 20261125);
}

TEST(PrintableTest, HasNoControlCharactersAndStaysWithinItsLimit) {
  EXPECT_EQ(printable(std::string("a\0b\nc", 5), 10), "a b c");
  EXPECT_EQ(printable("\xff\xff\xff\xff", 4), "\xEF\xBF\xBD");
  EXPECT_EQ(printable("ü", 1), "");
}

}  // namespace
}  // namespace db
