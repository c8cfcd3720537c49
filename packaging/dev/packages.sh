# What is installed from Debian, by purpose.
build_packages=(g++ cmake ninja-build ccache mold pkg-config libpoco-dev libssl-dev libhyperscan-dev libpcre2-dev
  libsqlite3-dev libpq-dev nlohmann-json3-dev libnghttp2-dev liburing-dev libxml2-dev libmaxminddb-dev zlib1g-dev libbrotli-dev libzstd-dev)
run_packages=(modsecurity-crs curl openssl)
test_packages=(libgtest-dev libgmock-dev libbenchmark-dev python3 python3-yaml python3-hpack nghttp2-client chromium openssl curl zip
  python3-grpcio python3-websockets apache2-utils slowhttptest procps modsecurity-crs libnginx-mod-http-modsecurity nginx-light file sslscan testssl.sh postgresql)
lint_packages=(clang-format clang-tidy python3)
fuzz_packages=(clang libclang-rt-14-dev)
bench_packages=(nginx-light libnginx-mod-http-modsecurity haproxy wrk nghttp2-client python3 python3-yaml openssl)
package_packages=(rpm dpkg-dev file patchelf)

# Debian's Node.js, unless a Node.js of 18 or later is there already.
node_packages() {
  local version
  version=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/') || true
  if [ "${version:-0}" -lt 18 ] || ! command -v npm >/dev/null; then echo nodejs npm; fi
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# install_missing PACKAGE...: says what it will install, asks unless told not to, installs.
install_missing() {
  local missing=() package
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  echo "These Debian packages will be installed: ${missing[*]}"
  if [ -z "$assume_yes" ]; then
    [ -t 0 ] || { echo "dev: nothing installed; run again with --yes to agree" >&2; exit 1; }
    read -r -p "Install them now? [y/N] " answer
    case $answer in [yY]*) ;; *) echo "dev: nothing installed; nothing done" >&2; exit 1 ;; esac
  fi
  export DEBIAN_FRONTEND=noninteractive
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
