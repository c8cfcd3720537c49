# ./dev test, e2e, bench.

help_test() { echo "usage: ./dev test [--yes] [PART...]
Installs, builds and runs every test. PARTs: web unit asan tsan conformance system e2e package (default: all, in this order).
The conformance suites are looked for in \$PORTCULLIS_SHARED, else ../shared; where they are absent the run says which did not run."; }
help_e2e() { echo "usage: ./dev e2e [--yes]
Drives the release binary through Debian's Chromium: first login to blocked attack. Screenshots go to build/screenshots."; }
help_bench() { echo "usage: ./dev bench [--yes] [SECONDS] [ROUNDS] [PART...]
CPU per request of Portcullis beside nginx, nginx + ModSecurity + CRS and haproxy, interleaved on this machine, in rounds of SECONDS
(2); ROUNDS are 9 without inspection and 7 with it, unless said otherwise. PARTs: http https h2 handshake (WAF off), waf waf-tls
(paranoia level 1, verdict cache on and off, requests alike and with other values each time), pl4 (level 4), corpus (each recorded request once). All of them take an hour.
Needs the peers' rig in \$PORTCULLIS_SHARED/bench, else ../shared/bench. Writes build/bench/figures.md and figures.json."; }

shared_dir() { echo "${PORTCULLIS_SHARED:-$root/../shared}"; }

test_web() {
  build_web
  (cd admin-ui/web && npm run --silent lint && npm run --silent test)
}

# The layers that have threads are what the thread sanitizer is for; the rest runs under the other two.
run_ctest() { # PRESET [CTEST OPTIONS...]
  local preset=$1
  shift
  echo "== ctest ($preset)"
  sanitized_ctest "$preset" -j "$(nproc)" "$@" | tee "build/$preset/ctest.out" && return
  once_more "$preset"
}

sanitized_ctest() { # PRESET [CTEST OPTIONS...]
  ASAN_OPTIONS=detect_leaks=1 LSAN_OPTIONS=suppressions=$root/tests/lsan.supp:print_suppressions=0 \
    TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:suppressions=$root/tests/tsan.supp \
    ctest --test-dir "build/$1" --output-on-failure "${@:2}"
}

# A machine that is shared stands still now and then. What failed beside other tests, if they are three at most, is asked once more
# alone, and named. What a sanitizer found and what crashed has failed, however it goes the next time.
once_more() { # PRESET
  local failed
  failed=$(cut -d: -f2 "build/$1/Testing/Temporary/LastTestsFailed.log")
  if [ -z "$failed" ] || [ "$(wc -l <<<"$failed")" -gt 3 ] ||
    grep -qE 'Sanitizer|runtime error:|^[[:space:]]*[0-9]+ - .* \((SEGFAULT|ILLEGAL|NUMERICAL|OTHER_FAULT|Subprocess )' "build/$1/ctest.out"; then
    return 1
  fi
  echo "== once more, alone (each of these is worth a look):" $failed
  sanitized_ctest "$1" -j 1 --rerun-failed
}

test_unit() {
  build_release ON
  run_ctest release
}

test_asan() {
  configure asan
  cmake --build build/asan
  run_ctest asan
}

test_tsan() {
  configure tsan
  cmake --build build/tsan --target gateway_tests db_tests admin_tests
  run_ctest tsan -L 'gateway|db|admin'
}

test_conformance() {
  build_release ON
  /usr/bin/python3 tests/conformance/run.py "$(shared_dir)" build/release/portcullis
}

test_system() {
  build_release ON
  /usr/bin/python3 tests/system/run.py build/release/portcullis
}

test_e2e() {
  build_release ON
  echo "== browser tests"
  npm_install
  mkdir -p build/screenshots
  PORTCULLIS_BINARY=$root/build/release/portcullis PORTCULLIS_SCREENSHOTS=$root/build/screenshots \
    node tests/e2e/run.mjs
}

test_package() {
  build_release ON
  echo "== packages"
  bash packaging/build_packages.sh
}

command_test() {
  # shellcheck disable=SC2046
  install_missing "${build_packages[@]}" "${run_packages[@]}" "${test_packages[@]}" "${package_packages[@]}" \
    "${lint_packages[@]}" $(node_packages)
  local parts=("$@") part started
  [ ${#parts[@]} -gt 0 ] || parts=(web unit asan tsan conformance system e2e package)
  set -E
  trap 'echo "==== $part FAILED: $BASH_COMMAND" >&2' ERR
  for part in "${parts[@]}"; do
    started=$SECONDS
    echo "==== $part"
    "test_$part"
    echo "==== $part passed in $((SECONDS - started)) s"
  done
}

command_e2e() {
  # shellcheck disable=SC2046
  install_missing "${build_packages[@]}" "${run_packages[@]}" "${test_packages[@]}" $(node_packages)
  test_e2e
}

command_bench() {
  # shellcheck disable=SC2046
  install_missing "${build_packages[@]}" "${run_packages[@]}" "${bench_packages[@]}" $(node_packages)
  build_release OFF --target portcullis
  /usr/bin/python3 tests/bench/run.py "$(shared_dir)" build/release/portcullis "$@"
}
