#!/usr/bin/env bash
# A newcomer's first minutes, to be run in a fresh clone on a bare Debian 12: ./dev run, the demo page, an attack, its event.
set -euo pipefail
cd "$(dirname "$0")/../.."
if ./dev run </dev/null >/tmp/refused.log 2>&1; then echo "newcomer: packages were installed without asking" >&2; exit 1; fi
grep -q 'will be installed' /tmp/refused.log

./dev run --yes >/tmp/run.log 2>&1 &
pid=$!
trap 'kill $pid 2>/dev/null || true; wait' EXIT
until grep -q 'Ctrl-C stops it' /tmp/run.log; do
  kill -0 $pid 2>/dev/null || { tail -n 40 /tmp/run.log >&2; exit 1; }
  sleep 1
done
echo "ready after $SECONDS s"
grep -E 'https://localhost|password' /tmp/run.log
[ "$(curl -sk -o /dev/null -w '%{http_code}' 'https://localhost:8443/?q=hello')" = 200 ]
page=$(curl -sk -w '%{http_code}' "https://localhost:8443/?id=1%27%20OR%20%271%27=%271")
[ "${page: -3}" = 403 ]
id=$(grep -oE '[0-9a-z]{26}' <<<"$page" | head -n 1)
build/release/portcullis events show "$id" --data build/demo/data | tee /tmp/event.log
grep -q 942100 /tmp/event.log
grep -q "1' OR '1'='1" /tmp/event.log
echo "newcomer: the demo answers, the attack was refused, its event tells rule and text"
