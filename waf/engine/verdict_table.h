#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waf {

// The verdicts that a thread keeps from transaction to transaction, for all programs: eight places
// for each hash, the oldest is given up. Nothing points into it for long. What it holds, it holds
// in memory only; it is a few megabytes when every content has the greatest length.
class VerdictTable {
 public:
  static VerdictTable& ofThread();

  // How often a content was looked for and how often it was there, by all threads since the process
  // started. Any thread.
  struct Lookups {
    uint64_t asked = 0;
    uint64_t found = 0;
  };
  static Lookups lookups();

  // Hashes are seeded for each process, so that nobody can tell from outside which contents drive
  // each other out.
  static uint64_t hash(uint64_t program, std::string_view text);

  struct Area {
    uint32_t number = 0;
    std::span<const uint64_t> words;
  };
  struct KeptArea {
    uint32_t number = 0;
    std::vector<uint64_t> words;
  };
  struct Kept {
    std::vector<uint64_t> words;
    std::vector<KeptArea> areas;
  };

  // Null when the content is not there; valid until the next store().
  const Kept* load(uint64_t program, uint64_t hash, std::string_view text);
  // `group_words` of the words gain bits, the others lose them, as areas do.
  void store(uint64_t program, uint64_t hash, std::string_view text,
             std::span<const uint64_t> words, size_t group_words, std::span<const Area> areas);

 private:
  static constexpr size_t kSets = 512;
  static constexpr size_t kWays = 8;

  struct Entry {
    uint64_t program = 0;  // 0: free
    std::string text;
    Kept kept;
  };
  struct Set {
    std::array<uint64_t, kWays> hashes{};
    std::array<Entry, kWays> entries;
    size_t oldest = 0;
  };

  VerdictTable();
  ~VerdictTable();
  VerdictTable(const VerdictTable&) = delete;
  VerdictTable& operator=(const VerdictTable&) = delete;
  static void add(std::atomic<uint64_t>* counter) {  // its thread alone writes it
    counter->store(counter->load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  // Null when the content is not there.
  Entry* find(uint64_t program, uint64_t hash, std::string_view text);
  Set& setOf(uint64_t hash) { return sets_[(hash >> 32) % kSets]; }

  std::vector<Set> sets_;
  std::atomic<uint64_t> asked_{0};
  std::atomic<uint64_t> found_{0};
};

}  // namespace waf
