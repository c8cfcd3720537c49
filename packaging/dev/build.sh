# ./dev build, lint, fuzz, package: from sources to what is delivered.

help_build() { echo "usage: ./dev build [--yes]
Builds the web application and the release binary build/release/portcullis. A second call builds only what changed."; }
help_lint() { echo "usage: ./dev lint [--yes]
Checks formatting (clang-format), the layout rules, eslint and the TypeScript types; clang-tidy on the files changed since HEAD (--all: on every file)."; }
help_fuzz() { echo "usage: ./dev fuzz [--yes] [SECONDS]
Builds the fuzz targets with clang's libFuzzer and runs each for SECONDS (default 60) on its corpus."; }
help_package() { echo "usage: ./dev package [--yes]
Builds the .deb and the .rpm into build/packages and checks their contents. The .rpm carries its libraries privately."; }

# A hash of what the web application is built from; the build runs only when it changed.
web_sources_hash() {
  (cd admin-ui/web && find . -path ./node_modules -prune -o -path ./dist -prune -o -type f -print0 | sort -z |
    xargs -0 sha256sum | sha256sum)
}

npm_install() {
  local lock=admin-ui/web/package-lock.json stamp=admin-ui/web/node_modules/.portcullis-lock
  cmp -s "$lock" "$stamp" || { (cd admin-ui/web && npm ci --no-audit --no-fund --loglevel=error) && cp "$lock" "$stamp"; }
}

build_web() {
  npm_install
  local hash stamp=admin-ui/web/dist/.sources
  hash=$(web_sources_hash)
  [ "$(cat "$stamp" 2>/dev/null)" = "$hash" ] && return 0
  echo "== web application"
  (cd admin-ui/web && npm run --silent build) && web_sources_hash >"$stamp"
}

configure() { # PRESET [OPTIONS...]
  local preset=$1
  shift
  [ -f "build/$preset/build.ninja" ] && [ $# -eq 0 ] || cmake --preset "$preset" "$@" >/dev/null
}

# build_release ON|OFF [OPTIONS OF THE BUILD...]. OFF leaves a folder that is configured with the tests as it is: to turn them off and on
# again would make and remove hundreds of targets.
build_release() {
  local tests=()
  if [ "${1:-OFF}" = ON ] || [ ! -f build/release/build.ninja ]; then tests=("-DPORTCULLIS_TESTS=${1:-OFF}"); fi
  build_web
  echo "== release binary"
  configure release "${tests[@]+"${tests[@]}"}"
  cmake --build build/release "${@:2}"
}

command_build() {
  # shellcheck disable=SC2046
  install_missing "${build_packages[@]}" $(node_packages)
  build_release OFF --target portcullis
  echo "built build/release/portcullis"
}

command_lint() {
  # shellcheck disable=SC2046
  install_missing "${build_packages[@]}" "${lint_packages[@]}" $(node_packages)
  lint_formatting
  python3 tests/layout/dependencies.py "$root"
  build_web
  (cd admin-ui/web && npm run --silent lint)
  configure dev
  local files
  if [ "${1:-}" = --all ]; then
    files=$(git ls-files 'waf/*.cc' 'db/*.cc' 'gateway/*.cc' 'admin-ui/server/*.cc')
  else
    files=$(git diff --name-only HEAD -- '*.cc'; git ls-files --others --exclude-standard -- '*.cc')
  fi
  [ -z "$files" ] || printf '%s\n' $files | xargs -P 2 -n 4 clang-tidy -p build/dev --quiet
}

lint_formatting() {
  git ls-files '*.cc' '*.h' | xargs clang-format --dry-run --Werror
}

command_fuzz() {
  install_missing "${build_packages[@]}" "${fuzz_packages[@]}"
  local seconds=${1:-60} target name most entropic
  configure fuzz -DPORTCULLIS_TESTS=OFF
  cmake --build build/fuzz --target fuzz_targets
  for target in build/fuzz/tests/fuzz/fuzz_*; do
    [ -x "$target" ] && [ -f "$target" ] || continue
    name=$(basename "$target")
    mkdir -p "build/fuzz/corpus/$name"
    # Long inputs only slow the slow ones down; so does weighing the many features of the evaluator anew.
    entropic=1
    case $name in fuzz_seclang) most=400 ;; fuzz_evaluator) most=600 entropic=0 ;; *) most=2000 ;; esac
    echo "== $name"
    "$target" -max_total_time="$seconds" -max_len="$most" -entropic="$entropic" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
      "build/fuzz/corpus/$name" "tests/fuzz/corpus/${name#fuzz_}" 2>&1 | tail -n 8
  done
}

command_package() {
  # shellcheck disable=SC2046
  install_missing "${build_packages[@]}" "${package_packages[@]}" $(node_packages)
  build_release OFF --target portcullis
  bash packaging/build_packages.sh
}
