#!/usr/bin/env bash
# Builds both packages from build/release and checks what is in them.
set -euo pipefail
cd "$(dirname "$0")/.."
out=build/packages
rm -rf "$out"
for format in DEB RPM; do
  (cd build/release && cpack -G $format >"cpack-$format.log" 2>&1) || { tail -n 40 "build/release/cpack-$format.log"; exit 1; }
done
rm -rf "$out/_CPack_Packages"
deb=$(ls "$out"/*.deb)
rpm=$(ls "$out"/*.rpm)

expect_in() { # LISTING PATH...
  local listing=$1 path
  shift
  for path in "$@"; do
    grep -q "$path\$" <<<"$listing" || { echo "packages: $path is missing" >&2; exit 1; }
  done
}
contents=(/usr/bin/portcullis /usr/lib/systemd/system/portcullis.service /etc/portcullis/portcullis.json
  /usr/share/doc/portcullis/LICENSE)
expect_in "$(dpkg-deb -c "$deb" | awk '{print $6}')" "${contents[@]}"
expect_in "$(rpm -qlp "$rpm" 2>/dev/null)" "${contents[@]}" /usr/lib/portcullis/libhs.so.5 \
  /usr/lib/portcullis/libPocoDataPostgreSQL.so.80 /usr/lib/portcullis/libpq.so.5
dpkg-deb -f "$deb" Depends | grep -q libpocodatapostgresql || { echo "packages: the .deb does not ask for Poco's PostgreSQL" >&2; exit 1; }
[ "$(dpkg-deb -c "$deb" | grep -c '\.conf$')" -ge 3 ] || { echo "packages: the rule set is missing" >&2; exit 1; }
echo "built $deb and $rpm"
bash tests/packaging/check.sh "$deb" "$rpm"
