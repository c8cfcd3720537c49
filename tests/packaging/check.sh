#!/usr/bin/env bash
# Installs the .rpm into an empty root with the C library of this machine, looks that every library is found there, and
# serves from it. (The .deb is tried on a bare machine by tests/packaging/fresh_machine.sh.) usage: check.sh DEB RPM
set -euo pipefail
rpm_file=$(realpath "$2")
[ "$(id -u)" = 0 ] || { echo "packages: not root, the installation was not tried"; exit 0; }
root=$(mktemp -d)
pid=
cleanup() {
  if [ -n "$pid" ]; then kill "$pid" 2>/dev/null || true; wait "$pid" || true; fi
  rm -rf "$root"
}
trap cleanup EXIT

rpm --root "$root" --dbpath /var/lib/rpm -i "$rpm_file" 2>"$root.err" || { cat "$root.err" >&2; rm -f "$root.err"; exit 1; }
rm -f "$root.err"
for library in /lib64/ld-linux-x86-64.so.2 $(ldd /bin/true | awk '$3 ~ /^\//{print $3}') \
  /lib/x86_64-linux-gnu/lib{m,dl,rt,pthread,resolv}.so.*; do
  [ -e "$library" ] && install -D "$library" "$root$library"
done
install -D /usr/bin/ldd "$root/usr/bin/ldd"
mkdir -p "$root/tmp" "$root/dev" "$root/etc"
missing=$(LD_LIBRARY_PATH='' chroot "$root" /lib64/ld-linux-x86-64.so.2 --list /usr/bin/portcullis | grep 'not found' || true)
[ -z "$missing" ] || { echo "rpm: $missing" >&2; exit 1; }
outside=$(chroot "$root" /lib64/ld-linux-x86-64.so.2 --list /usr/bin/portcullis | grep '=>' | grep -vE '/usr/(bin/../)?lib/portcullis/' |
  grep -vE 'lib(c|m|dl|rt|pthread|resolv)\.so' || true)
[ -z "$outside" ] || { echo "rpm: taken from the system: $outside" >&2; exit 1; }

touch "$root/dev/null" "$root/dev/urandom"
cat >"$root/etc/portcullis/portcullis.json" <<'JSON'
{"data_dir": "/var/lib/portcullis", "admin": {"address": "127.0.0.1:0"}, "log_level": "info", "storage": "sqlite"}
JSON
chroot "$root" /usr/bin/portcullis serve --config /etc/portcullis/portcullis.json >"$root/serve.log" 2>&1 &
pid=$!
for _ in $(seq 600); do
  chroot "$root" /usr/bin/portcullis status --data /var/lib/portcullis >/dev/null 2>&1 && break
  sleep 0.1
done
chroot "$root" /usr/bin/portcullis status --data /var/lib/portcullis >/dev/null || { cat "$root/serve.log" >&2; exit 1; }
grep -qi password "$root/serve.log" || { echo "rpm: no first password was printed" >&2; exit 1; }
echo "rpm: installed into an empty root, its libraries are its own, it serves"
