// Defaults of a fuzz target's sanitizer (ASAN_OPTIONS goes before them). Most of an input's time
// went into walking the stack at each allocation, and into filling a quarantine that is larger than
// what any input allocates.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
  return "malloc_context_size=3:quarantine_size_mb=16";
}
