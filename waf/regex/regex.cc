#include "waf/regex/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "waf/regex/regex_budget.h"

namespace waf {
namespace {

constexpr uint32_t kMaxPatternBytes = 256 * 1024;
constexpr size_t kJitStackStart = 32 * 1024;
constexpr size_t kJitStackMax = 1024 * 1024;
constexpr uint32_t kHeapLimitKib =
    32 * 1024;  // of the interpreter, which runs when the JIT's stack is too small

// SecPcreMatchLimit of more (0: none) counts as this: between two looks at the clock lies one
// place.
constexpr uint32_t kMaxLimit = 1'000'000;
constexpr size_t kShortText = 256;         // searched in one go, by the JIT
constexpr size_t kFirstWindow = 16;        // places where a match may begin
constexpr uint64_t kFullLimitText = 4096;  // up to this length the JIT has the whole limit
constexpr auto kBudget = std::chrono::milliseconds(50);  // of one search
constexpr auto kQuickWindow = std::chrono::milliseconds(1);

struct MatchDataFree {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct MatchContextFree {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};
struct JitStackFree {
  void operator()(pcre2_jit_stack* stack) const { pcre2_jit_stack_free(stack); }
};
struct CompileContextFree {
  void operator()(pcre2_compile_context* context) const { pcre2_compile_context_free(context); }
};

// Patterns that match any text from its beginning to its end.
bool takesAll(std::string_view pattern) {
  return pattern == "^.*$" || pattern == "^.*" || pattern == ".*";
}

// What a thread needs to match, shared by all its patterns; limits are set before each match.
struct ThreadState {
  std::unique_ptr<pcre2_match_data, MatchDataFree> data{
      pcre2_match_data_create(RegexMatch::kMaxGroups, nullptr)};
  std::unique_ptr<pcre2_match_context, MatchContextFree> context{
      pcre2_match_context_create(nullptr)};
  std::unique_ptr<pcre2_jit_stack, JitStackFree> stack{
      pcre2_jit_stack_create(kJitStackStart, kJitStackMax, nullptr)};

  ThreadState() {
    if (context == nullptr) return;
    if (stack != nullptr) pcre2_jit_stack_assign(context.get(), nullptr, stack.get());
    pcre2_set_heap_limit(context.get(), kHeapLimitKib);
  }
};

// How long one search has taken: of the clock, and when that is much, of this thread's own time, so
// that a busy machine ends no search. The thread's time is read only for a search that has become
// slow.
class SearchClock {
 public:
  std::chrono::steady_clock::duration elapsed() const {
    return std::chrono::steady_clock::now() - begun_;
  }
  bool isOver() {
    const auto passed = elapsed();
    if (passed < kSlow) return false;
    if (!marked_) {
      marked_ = true;
      // Of what passed before, only so much is known to have been this thread's own.
      mark_passed_ = std::min<std::chrono::steady_clock::duration>(passed, kSlow);
      mark_own_ = threadCpuTime();
    }
    return passed > kBudget && mark_passed_ + (threadCpuTime() - mark_own_) > kBudget;
  }

 private:
  static constexpr auto kSlow = std::chrono::milliseconds(10);
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  bool marked_ = false;
  std::chrono::steady_clock::duration mark_passed_{};
  std::chrono::nanoseconds mark_own_{};
};

// For patterns that cannot be searched in windows: PCRE2 calls before each item.
struct Interrupter {
  SearchClock clock;
  uint32_t calls = 0;

  static int look(pcre2_callout_block*, void* data) {
    auto* self = static_cast<Interrupter*>(data);
    const bool over = ++self->calls % 4096 == 0 && self->clock.isOver();
    return over ? PCRE2_ERROR_MATCHLIMIT : 0;
  }
};

// Whether a search depends on where it began, or a failure ends more than one beginning: (*COMMIT),
// (*SKIP). Such a pattern is never cut into windows.
bool looksBeyondWindows(std::string_view pattern) {
  return pattern.find("\\G") != std::string_view::npos ||
         pattern.find("(*COMMIT") != std::string_view::npos ||
         pattern.find("(*SKIP") != std::string_view::npos;
}

ThreadState& threadState() {
  thread_local ThreadState state;
  return state;
}

void copyGroups(pcre2_match_data* data, int count, RegexMatch* match) {
  // 0 says that there are more groups than the vector holds.
  const size_t filled = count == 0 ? RegexMatch::kMaxGroups : static_cast<size_t>(count);
  const PCRE2_SIZE* vector = pcre2_get_ovector_pointer(data);
  match->count = filled;
  for (size_t i = 0; i < filled; ++i) {
    const PCRE2_SIZE begin = vector[2 * i];
    const PCRE2_SIZE end = vector[2 * i + 1];
    // \K in a lookahead can put the end before the start.
    const bool took_part = begin != PCRE2_UNSET && end >= begin;
    match->groups[i] = took_part ? RegexMatch::Group{begin, end - begin} : RegexMatch::Group{};
  }
}

std::string errorText(int error) {
  PCRE2_UCHAR buffer[256];
  if (pcre2_get_error_message(error, buffer, sizeof buffer) < 0) return "unknown error";
  return reinterpret_cast<const char*>(buffer);
}

// The places of the subject where a match may begin, and how to look there.
struct Window {
  size_t first = 0;
  size_t last = PCRE2_UNSET;
  uint32_t flags = 0;
  uint32_t match_limit = 0;
  bool interpreted = false;  // not by the JIT
};

}  // namespace

struct Regex::Code {
  pcre2_code* code = nullptr;
  bool jit = false;
  bool windows = true;  // false: see looksBeyondWindows
  bool takes_all = false;
  uint32_t match_limit = 0;
  uint32_t recursion_limit = 0;

  Code() = default;
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;
  ~Code() { pcre2_code_free(code); }

  int search(std::string_view subject, size_t offset, uint32_t flags) const;
  int searchOnce(std::string_view subject, const Window& window) const;
  int searchWindows(std::string_view subject, size_t offset, uint32_t flags) const;
};

Regex::Regex(std::unique_ptr<Code> code) : code_(std::move(code)) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

Result<Regex> Regex::compile(std::string_view pattern, const RegexOptions& options) {
  if (pattern.size() > kMaxPatternBytes) {
    return fail(ErrorCode::Invalid, "regex", "pattern is longer than 256 KiB; split it");
  }
  std::unique_ptr<pcre2_compile_context, CompileContextFree> context{
      pcre2_compile_context_create(nullptr)};
  // The default depends on how the library was built; HTTP's lines end in a line feed.
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);

  uint32_t flags = PCRE2_DOTALL | PCRE2_MULTILINE | PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C |
                   PCRE2_USE_OFFSET_LIMIT;
  if (options.caseless) flags |= PCRE2_CASELESS;
  const bool windows = !looksBeyondWindows(pattern);
  if (!windows) flags |= PCRE2_AUTO_CALLOUT;
  int error = 0;
  PCRE2_SIZE offset = 0;
  auto code = std::make_unique<Code>();
  code->code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), flags,
                             &error, &offset, context.get());
  if (code->code == nullptr) {
    return fail(ErrorCode::Invalid, "regex",
                errorText(error) + " at offset " + std::to_string(offset));
  }
  // (*NO_JIT) in the pattern makes this succeed without code.
  size_t jit_bytes = 0;
  code->jit = pcre2_jit_compile(code->code, PCRE2_JIT_COMPLETE) == 0 &&
              pcre2_pattern_info(code->code, PCRE2_INFO_JITSIZE, &jit_bytes) == 0 && jit_bytes > 0;
  code->windows = windows;
  code->takes_all = takesAll(pattern);
  const auto bounded = [](uint32_t limit) {
    return limit == 0 ? kMaxLimit : std::min(limit, kMaxLimit);
  };
  code->match_limit = bounded(options.match_limit);
  code->recursion_limit = bounded(options.recursion_limit);
  return Regex(std::move(code));
}

RegexStatus Regex::search(std::string_view subject, size_t offset, RegexMatch* match) const {
  return run(subject, offset, 0, match);
}

RegexStatus Regex::searchNotEmptyAt(std::string_view subject, size_t offset,
                                    RegexMatch* match) const {
  return run(subject, offset, PCRE2_NOTEMPTY_ATSTART, match);
}

// PCRE2 counts its steps anew for each place where a match may begin, and the JIT counts few of
// them: a pattern that takes the square of the text's length from each place runs for seconds
// within its limit. So a long text is searched window by window (places where a match may begin),
// which grow while they are quick, and the time is looked at between them.
RegexStatus Regex::run(std::string_view subject, size_t offset, uint32_t flags,
                       RegexMatch* match) const {
  ThreadState& state = threadState();
  RegexBudget* budget = RegexBudget::current();
  if (state.data == nullptr || state.context == nullptr ||
      (budget != nullptr && budget->isSpent())) {
    return RegexStatus::LimitExceeded;
  }
  if (code_->takes_all && offset == 0 && flags == 0) {
    if (match != nullptr) {
      match->groups[0] = {0, subject.size()};
      match->count = 1;
    }
    return RegexStatus::Match;
  }
  pcre2_set_depth_limit(state.context.get(), code_->recursion_limit);
  const RegexBudget::Start start = budget != nullptr ? budget->start() : RegexBudget::Start{};
  const int status = code_->search(subject, offset, flags);
  if (budget != nullptr) budget->charge(start, subject.size());
  if (status == PCRE2_ERROR_NOMATCH) return RegexStatus::NoMatch;
  // Whatever else stops a match (limits, memory) leaves the answer open.
  if (status < 0) return RegexStatus::LimitExceeded;
  if (match != nullptr) copyGroups(state.data.get(), status, match);
  return RegexStatus::Match;
}

int Regex::Code::search(std::string_view subject, size_t offset, uint32_t flags) const {
  const Window whole{offset, PCRE2_UNSET, flags, match_limit};
  if (windows) {
    const bool at_once = jit && subject.size() <= kShortText;
    return at_once ? searchOnce(subject, whole) : searchWindows(subject, offset, flags);
  }
  pcre2_match_context* context = threadState().context.get();
  Interrupter interrupter;
  pcre2_set_callout(context, Interrupter::look, &interrupter);
  const int status = searchOnce(subject, whole);
  pcre2_set_callout(context, nullptr, nullptr);
  return status;
}

int Regex::Code::searchOnce(std::string_view subject, const Window& window) const {
  ThreadState& state = threadState();
  pcre2_set_match_limit(state.context.get(), window.match_limit);
  pcre2_set_offset_limit(state.context.get(), window.last);
  // pcre2 takes no null subject before 10.43.
  const char* bytes = subject.data() == nullptr ? "" : subject.data();
  const auto data = reinterpret_cast<PCRE2_SPTR>(bytes);
  const bool by_jit = jit && state.stack != nullptr && !window.interpreted;
  int status = by_jit ? pcre2_jit_match(code, data, subject.size(), window.first, window.flags,
                                        state.data.get(), state.context.get())
                      : PCRE2_ERROR_JIT_STACKLIMIT;
  if (status == PCRE2_ERROR_JIT_STACKLIMIT) {
    status = pcre2_match(code, data, subject.size(), window.first, window.flags | PCRE2_NO_JIT,
                         state.data.get(), state.context.get());
  }
  return status;
}

int Regex::Code::searchWindows(std::string_view subject, size_t offset, uint32_t flags) const {
  SearchClock clock;
  // What the JIT does not count costs the more the longer the text is; what it gives up, the
  // interpreter decides, which counts everything.
  const uint64_t scaled =
      uint64_t{match_limit} * kFullLimitText / std::max<size_t>(subject.size(), 1);
  const auto jit_limit =
      static_cast<uint32_t>(std::clamp<uint64_t>(scaled, 1, std::max<uint32_t>(match_limit, 1)));
  Window window{offset, PCRE2_UNSET, flags, jit_limit};
  // The interpreter is many times slower: it gets a stretch of places, a longer one each time that
  // the JIT gives up again soon.
  size_t stretch = kFirstWindow;
  size_t stretch_end = 0;
  for (size_t places = kFirstWindow;;) {
    const bool last = subject.size() - window.first < places;
    window.last = last ? PCRE2_UNSET : window.first + places - 1;
    const auto before = clock.elapsed();
    const int status = searchOnce(subject, window);
    if (status == PCRE2_ERROR_MATCHLIMIT && !window.interpreted && jit_limit < match_limit) {
      const bool soon = stretch_end != 0 && window.first - stretch_end < stretch;
      stretch = soon ? stretch * 4 : kFirstWindow;
      stretch_end = window.first + stretch;
      window.interpreted = true;
      window.match_limit = match_limit;
      places = 1;
      continue;
    }
    if (status != PCRE2_ERROR_NOMATCH || last) return status;
    if (clock.isOver()) return PCRE2_ERROR_MATCHLIMIT;
    window.first += places;
    window.flags &= ~static_cast<uint32_t>(PCRE2_NOTEMPTY_ATSTART);
    places = clock.elapsed() - before < kQuickWindow ? places * 4 : std::max<size_t>(places / 4, 1);
    if (window.interpreted && window.first >= stretch_end) {
      window.interpreted = false;
      window.match_limit = jit_limit;
      places = kFirstWindow;
    }
  }
}

}  // namespace waf
