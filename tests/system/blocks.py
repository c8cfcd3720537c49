"""What the rules decide, and what every other refusal leaves behind."""
import json
import socket

from support.gateway import wait_until
from system.fixture import ATTACK, serving
from system.wire import Client, event, events, get, page, raw, refused


def test_hyperscan_decides(binary):
    """A pattern that is in Hyperscan blocks a request; the event names rule, value and match."""
    with serving(binary) as (gateway, origin):
        check = json.loads(gateway.command("rules", "check", str(gateway.rules_file), "--json").stdout)
        assert check["rx_total"] == 1 and check["rx_hyperscan"] == 1, check
        found = refused(gateway, get(gateway.http_port, ATTACK), 403, "waf")
        rule = found["rules"][0]
        assert rule["id"] == 1001 and rule["variable"] == "ARGS:a" and rule["value"] == "evil7attack", rule
        assert origin.asked == []
        # Hyperscan only says that nothing matches: near misses pass.
        for near in ("evilattack", "evil7 attack", "vil7attack"):
            assert get(gateway.http_port, "/?a=" + near.replace(" ", "%20")).status == 200
        shown = gateway.command("events", "show", found["id"]).stdout
        assert "1001" in shown and "evil7attack" in shown, shown


def test_detection_only(binary):
    """DetectionOnly lets the attack pass and leaves a detected event."""
    with serving(binary, waf={"mode": "DetectionOnly"}) as (gateway, origin):
        answer = get(gateway.http_port, ATTACK)
        assert answer.status == 200 and origin.count(ATTACK) == 1
        found = event(gateway, answer.id)
        assert found["decision"] == "detected" and found["rules"][0]["id"] == 1001, found
        assert gateway.api("PATCH", "/sites/test", {"waf": {"mode": "On"}})[0] == 200
        refused(gateway, get(gateway.http_port, ATTACK), 403, "waf")
        assert gateway.api("PATCH", "/sites/test", {"waf": {"mode": "Off"}})[0] == 200
        assert get(gateway.http_port, ATTACK).status == 200


def test_builtin_rules(binary):
    """Where a site names no rule set, Portcullis' own rules block."""
    with serving(binary, waf={"rulesets": []}) as (gateway, _):
        found = refused(gateway, get(gateway.http_port, "/?id=1%27%20OR%20%271%27=%271"), 403, "waf")
        assert found["rules"], found
        assert get(gateway.http_port, "/?q=hello").status == 200


def test_malformed(binary):
    """What is not HTTP is answered 400 and is an event."""
    heads = ["GET / HTTP/1.1\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
             "GET / HTTP/1.1\r\nHost : a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
             "GET / HTTP/1.1\r\nHost: a\r\n folded: x\r\n\r\n"]
    with serving(binary) as (gateway, origin):
        for head in heads:
            refused(gateway, raw(gateway.http_port, head), 400, "protocol")
        assert origin.asked == []


def test_unknown_host(binary):
    """A host that no site answers for gets 421 and an event, over TLS too."""
    with serving(binary, site={"hosts": ["t.example"]}) as (gateway, _):
        assert get(gateway.http_port).status == 200
        found = refused(gateway, get(gateway.http_port, host="other.example"), 421, "protocol")
        assert "other.example" in json.dumps(found), found
        refused(gateway, get(gateway.tls_port, host="other.example", tls="t.example"), 421, "protocol")


def test_limits(binary):
    """413, 414 and 431 are answered where the site's limits say so, each with an event."""
    limits = {"head_bytes": 8192, "header_fields": 20, "uri_bytes": 1000, "body_bytes": 5000}
    with serving(binary, site={"limits": limits}) as (gateway, origin):
        refused(gateway, get(gateway.http_port, "/" + "a" * 1000), 414, "limit")
        refused(gateway, get(gateway.http_port, fields="X: y\r\n" * 20), 431, "limit")
        refused(gateway, get(gateway.http_port, fields="X: " + "y" * 9000 + "\r\n"), 431, "limit")
        assert origin.asked == []
        refused(gateway, get(gateway.http_port, method="POST", body="a" * 5001), 413, "limit")
        chunk = b"POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
        refused(gateway, raw(gateway.http_port, chunk + b"1770\r\n" + b"a" * 6000 + b"\r\n0\r\n\r\n"), 413, "limit")
        assert get(gateway.http_port, method="POST", body="a" * 5000).status == 200


def test_methods(binary):
    """CONNECT and TRACE are refused with an event."""
    with serving(binary) as (gateway, origin):
        refused(gateway, raw(gateway.http_port, "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"), 405, "protocol")
        refused(gateway, get(gateway.http_port, method="TRACE"), 405, "protocol")
        assert origin.asked == []


def test_tls_garbage(binary):
    """What is not TLS on the HTTPS listener is an event of reason tls; the listener serves on."""
    with serving(binary) as (gateway, _):
        for garbage in (b"GET / HTTP/1.1\r\nHost: t\r\n\r\n", b"\x16\x03\x01\x02\x00" + b"\xff" * 512, b"\0" * 600):
            with Client(gateway.tls_port) as client:
                client.send(garbage)
                assert client.ended()
        found = events(gateway, "reason=tls", least=3)
        assert all(e["client"] for e in found) and len(found) == 3, found
        with socket.create_connection(("127.0.0.1", gateway.tls_port)):
            pass  # who only goes away is no refusal
        assert get(gateway.tls_port, tls="t.example").status == 200
        assert len(events(gateway, "reason=tls")) == 3


def test_upstream_gone(binary):
    """No upstream: our own page with an id, 502, and an event that names the endpoint."""
    with serving(binary) as (gateway, origin):
        origin.close()
        found = refused(gateway, get(gateway.http_port), 502, "upstream", decision="passed")
        assert found["upstream"] == origin.address, found
        answer = get(gateway.http_port, fields="Accept: application/json\r\n")
        assert json.loads(answer.body)["id"] == answer.id, answer


def test_hidden_upstream(binary):
    """Server and X-Powered-By are not shown, and Location names the gateway."""
    def answer(asked):
        return page("x", 302, f"Server: Leaky/1.0\r\nX-Powered-By: PHP/5\r\nLocation: http://{address[0]}/next?a=1\r\n")

    address = [""]
    with serving(binary, answer) as (gateway, origin):
        address[0] = origin.address
        moved = get(gateway.http_port, host=f"t.example:{gateway.http_port}")
        assert moved.status == 302 and moved.field("server") is None and moved.field("x-powered-by") is None, moved
        assert moved.field("location") in (f"http://t.example:{gateway.http_port}/next?a=1", "/next?a=1"), moved
        assert gateway.api("PATCH", "/sites/test", {"hide_upstream": False})[0] == 200
        assert get(gateway.http_port).field("server") == "Leaky/1.0"


def test_audit_log(binary):
    """The audit log holds each refusal once, whole, in order, soon after the answer."""
    with serving(binary) as (gateway, _):
        ids = [get(gateway.http_port, f"/?n={n}&a=evil{n}attack").id for n in range(50)]

        def lines():
            return [json.loads(line) for line in gateway.audit.read_text().splitlines()]
        wait_until(lambda: len(lines()) >= 50, 20, "the audit log's 50 lines")
        assert [line["id"] for line in lines()] == ids
