# ./dev run: a newcomer's first minute.

help_run() { echo "usage: ./dev run [--yes]
Installs what is missing, builds a release and starts it in front of a demo page with the OWASP CRS imported.
Prints the addresses and the first password of the administrator. Ctrl-C stops it; the data stays in build/demo."; }

demo_data=build/demo/data

wait_for() { # SECONDS COMMAND...
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $deadline ] || return 1
    sleep 0.2
  done
}

demo_configuration() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout build/demo/key.pem -out build/demo/cert.pem 2>/dev/null
  cat >build/demo/portcullis.json <<JSON
{
  "listeners": [
    {"name": "http", "address": "127.0.0.1:8080"},
    {"name": "https", "address": "127.0.0.1:8443", "tls": true}
  ],
  "certificates": [{"name": "demo", "chain_file": "cert.pem", "key_file": "key.pem"}],
  "upstreams": [{"name": "demo", "balance": "round_robin", "endpoints": [{"address": "127.0.0.1:9000", "weight": 1}]}],
  "rulesets": [{"name": "crs", "path": "/usr/share/modsecurity-crs"}],
  "sites": [
    {
      "name": "demo", "hosts": ["localhost", "*"], "listeners": ["http", "https"], "certificates": ["demo"], "upstream": "demo",
      "waf": {"mode": "On", "rulesets": ["crs"], "paranoia_level": 1, "inbound_threshold": 5, "outbound_threshold": 4}
    }
  ],
  "settings": {"audit_log": {"mode": "relevant", "file": "$root/build/demo/audit.jsonl"}}
}
JSON
}

stop_demo() {
  trap - EXIT INT TERM
  # shellcheck disable=SC2086
  kill $demo_pids 2>/dev/null || true
  wait
}

command_run() {
  # shellcheck disable=SC2046
  install_missing "${build_packages[@]}" "${run_packages[@]}" $(node_packages)
  build_release OFF --target portcullis
  mkdir -p build/demo
  local binary=build/release/portcullis first=
  [ -f "$demo_data/portcullis.db" ] || first=yes
  demo_pids=
  trap stop_demo EXIT INT TERM
  node packaging/demo/upstream.mjs 9000 >build/demo/upstream.log 2>&1 &
  demo_pids=$!
  "$binary" serve --data "$demo_data" >build/demo/gateway.log 2>&1 &
  local gateway=$!
  demo_pids="$demo_pids $gateway"
  wait_for 30 "$binary" status --data "$demo_data" || { cat build/demo/gateway.log; echo "dev: the gateway did not start" >&2; exit 1; }
  if [ -n "$first" ]; then
    demo_configuration
    echo "== importing the CRS and compiling its signatures"
    "$binary" config apply build/demo/portcullis.json --data "$demo_data"
  fi
  wait_for 30 curl -sk -o /dev/null https://localhost:8443/ || { tail build/demo/gateway.log; exit 1; }
  print_welcome
  wait "$gateway"
}

print_welcome() {
  local password
  password=$(grep -h -i 'password' build/demo/gateway.log | tail -n 1 || true)
  cat <<TEXT

Portcullis is running.
  protected page   https://localhost:8443/?q=hello    (http://localhost:8080)
  admin            https://localhost:9443
  ${password:-the administrator keeps the password of the first start}

Try an attack:     curl -k "https://localhost:8443/?id=1%27%20OR%20%271%27=%271"
Read its event:    build/release/portcullis events list --data $demo_data
Ctrl-C stops it.
TEXT
}
