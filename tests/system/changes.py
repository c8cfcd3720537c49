"""Load through changes of the configuration."""
import os
import re
import shutil
import subprocess
import threading
import time

from system.fixture import serving
from system.wire import Client, Origin, page

SECONDS = 30 if os.environ.get("PORTCULLIS_LONG") == "1" else 8
CHANGES = 20


def apply_changes(gateway, rules, other, seconds):
    """Twenty changes of every kind, spread over the time: modes, limits, rules, upstreams, sites, certificates."""
    pause = seconds / (CHANGES + 2)
    kinds = [
        lambda n: ("PATCH", "/sites/test", {"waf": {"mode": "DetectionOnly"}}),
        lambda n: ("POST", "/sites", {"name": f"s{n}", "hosts": [f"s{n}.example"], "listeners": ["http", "https"],
                                      "certificates": ["test"], "upstream": "app", "waf": {"mode": "On", "rulesets": ["lone"]}}),
        lambda n: ("PATCH", "/sites/test", {"waf": {"mode": "On"}}),
        lambda n: ("PUT", "/upstreams/app", {"name": "app", "endpoints": [{"address": a, "weight": n % 3 + 1} for a in other]}),
        lambda n: ("PATCH", "/sites/test", {"cache": {"enabled": n < 10}}),
        lambda n: ("POST", "/certificates", {"name": f"c{n}", "self_signed_hosts": [f"c{n}.example"]}),
        lambda n: ("PATCH", "/sites/test", {"certificates": ["test", f"c{n - 1}"]}),
        lambda n: ("PUT", "/upstreams/app", {"name": "app", "endpoints": [{"address": other[0]}]}),
        lambda n: ("POST", "/listeners", {"name": f"l{n}", "address": "127.0.0.1:0"}),
        lambda n: ("DELETE", f"/listeners/l{n - 1}", None),
    ]
    for n in range(CHANGES):
        time.sleep(pause)
        method, path, body = kinds[n % len(kinds)](n)
        status, answer = gateway.api(method, path, body)
        assert status in (200, 201), (method, path, status, answer)


def keep_asking(port, tls, over, faults, counts):
    """A keep-alive client: a failed request or a connection that ends is a fault."""
    try:
        with Client(port, tls) as client:
            n = 0
            while not over.is_set():
                answer = client.get(f"/?n={n}", method="POST" if n % 3 == 0 else "GET", body="a=b" if n % 3 == 0 else "")
                if answer.status != 200 or answer.field("connection") == "close":
                    faults.append(answer)
                n += 1
            counts.append(n)
    except Exception as e:  # noqa: B902: whatever broke it is the finding
        faults.append(e)


def test_load(binary):
    """A bounded keep-alive load over HTTP and HTTPS through 20 changes: no failed request, no lost connection."""
    with Origin(lambda a: page("ok", 200, "Cache-Control: max-age=1\r\n")) as second, serving(binary) as (gateway, origin):
        faults, counts = [], []
        over = threading.Event()
        clients = [threading.Thread(target=keep_asking, args=(port, tls, over, faults, counts))
                   for port, tls in [(gateway.http_port, None)] * 4 + [(gateway.tls_port, "t.example")] * 2]
        for client in clients:
            client.start()
        try:
            apply_changes(gateway, gateway.rules_file, [origin.address, second.address], SECONDS)
        finally:
            over.set()
            for client in clients:
                client.join()
        assert not faults, f"{len(faults)} faults in {sum(counts)} requests, the first: {faults[0]!r}"
        assert len(counts) == len(clients) and min(counts) > 20, counts
        assert gateway.status()["config_version"] > CHANGES * 3 // 4 and second.asked
        return f"{sum(counts)} requests"


def test_wrk(binary):
    """The same with wrk's rate, where wrk is installed: no error of any kind."""
    if shutil.which("wrk") is None:
        return "not run: wrk is not installed"
    with Origin() as second, serving(binary, site={"cache": {"enabled": False}}) as (gateway, origin):
        wrk = subprocess.Popen(["wrk", "-t1", "-c32", f"-d{SECONDS}s", "--timeout", "60s", f"http://127.0.0.1:{gateway.http_port}/"],
                               stdout=subprocess.PIPE, text=True)
        apply_changes(gateway, gateway.rules_file, [origin.address, second.address], SECONDS)
        out = wrk.communicate(timeout=120)[0]
        assert "Socket errors" not in out and "Non-2xx" not in out, out
        return re.search(r"(\d+ requests)", out)[1]
