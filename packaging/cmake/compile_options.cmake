set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# Sanitizer builds: optimised enough to run the conformance suites, with frames for the reports.
set(CMAKE_CXX_FLAGS_SANITIZE "-O1 -g1 -fno-omit-frame-pointer")
set(CMAKE_C_FLAGS_SANITIZE "-O1 -g1 -fno-omit-frame-pointer")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
endif()

add_library(portcullis_options INTERFACE)
target_include_directories(portcullis_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(portcullis_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports false positives of these in its own <string> and <coroutine> code at -O2.
  target_compile_options(portcullis_options INTERFACE -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds
    -Wno-maybe-uninitialized -Wno-dangling-pointer)
endif()
if(PORTCULLIS_WERROR)
  target_compile_options(portcullis_options INTERFACE -Werror)
endif()
if(PORTCULLIS_SANITIZE)
  add_compile_options(-fsanitize=${PORTCULLIS_SANITIZE} -fno-sanitize-recover=all)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # clang 14's check of calls through function pointers writes data before each function, coroutines' resume functions
    # included, and those then cannot be compiled.
    add_compile_options(-fno-sanitize=function)
  endif()
  string(REPLACE ",fuzzer-no-link" "" _link_sanitize "${PORTCULLIS_SANITIZE}")
  add_link_options(-fsanitize=${_link_sanitize})
endif()
if(PORTCULLIS_HARDENED)
  add_compile_options(-fstack-protector-strong -fstack-clash-protection -fcf-protection
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -D_GLIBCXX_ASSERTIONS)
  # All of it ends in executables, never in a shared library: nothing is interposed, so the compiler may inline
  # (5 % of a transaction).
  add_compile_options(-fPIE)
  add_link_options(-Wl,-z,relro,-z,now -Wl,-z,noexecstack)
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# A static library of every source below the calling folder.
function(portcullis_library name)
  file(GLOB_RECURSE sources RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  list(FILTER sources EXCLUDE REGEX "^(web/|main\\.cc$)")
  if(NOT sources)
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/${name}_empty.cc "")
    set(sources ${CMAKE_CURRENT_BINARY_DIR}/${name}_empty.cc)
  endif()
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC portcullis_options ${ARGN})
endfunction()
