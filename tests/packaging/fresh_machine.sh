#!/usr/bin/env bash
# To be run as root on a bare Debian 12: installs the .deb, starts its ExecStart, logs in, removes, purges.
# usage: fresh_machine.sh DEB
set -euo pipefail
deb=$(realpath "$1")
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "$deb" curl >/dev/null
command=$(sed -n 's/^ExecStart=//p' /usr/lib/systemd/system/portcullis.service)
log=$(mktemp)
$command >"$log" 2>&1 &
pid=$!
trap 'kill $pid 2>/dev/null || true' EXIT
for _ in $(seq 100); do portcullis status >/dev/null 2>&1 && break; sleep 0.2; done
password=$(grep -i password "$log" | grep -oE '[^ ]+$' | tail -n 1)
curl -skf https://127.0.0.1:9443/ | grep -qi '<html'
answer=$(curl -sk -H 'Content-Type: application/json' -d "{\"user\":\"admin\",\"password\":\"$password\"}" https://127.0.0.1:9443/api/v1/session)
grep -q csrf_token <<<"$answer" || { echo "deb: first login failed: $answer" >&2; cat "$log" >&2; exit 1; }
kill $pid; wait $pid || true
apt-get remove -y -qq portcullis >/dev/null
[ -f /var/lib/portcullis/portcullis.db ] || { echo "deb: removal lost the data" >&2; exit 1; }
apt-get purge -y -qq portcullis >/dev/null
for path in /var/lib/portcullis /etc/portcullis /var/log/portcullis; do
  [ ! -e "$path" ] || { echo "deb: purge left $path" >&2; exit 1; }
done
echo "deb: installed, served, first login, removal kept the data, purge left nothing"
