"""Who may ask, and how often."""
import time

from system.fixture import serving
from system.wire import Client, get, refused


def test_rate(binary):
    """An address over its rate: 429 with Retry-After and an event; others and later requests are served."""
    rate = {"enabled": True, "requests": 5, "window_ms": 20000}
    with serving(binary, site={"rate_limit": rate}) as (gateway, origin):
        with Client(gateway.http_port) as client:
            answers = [client.get(f"/{n}") for n in range(12)]
        served = [a for a in answers if a.status == 200]
        over = [a for a in answers if a.status == 429]
        assert len(served) + len(over) == 12 and 5 <= len(served) <= 7, [a.status for a in answers]
        wait = int(over[-1].field("retry-after"))
        assert 1 <= wait <= 4, over[-1]
        found = refused(gateway, over[-1], 429, "rate")
        assert found["client"]["ip"] == "127.0.0.1", found
        assert len(origin.asked) == len(served)
        assert get(gateway.http_port, source="127.0.0.2").status == 200
        time.sleep(wait)
        assert get(gateway.http_port).status == 200


def test_deny(binary):
    """An address on the deny list: 403 with an event; the change is in force at once, on open connections too."""
    with serving(binary) as (gateway, origin):
        with Client(gateway.http_port, source="127.0.0.3") as client:
            assert client.get().status == 200
            assert gateway.api("PATCH", "/sites/test", {"access": {"deny": ["127.0.0.3"]}})[0] == 200
            refused(gateway, client.get(), 403, "access")
        assert get(gateway.http_port).status == 200
        assert gateway.api("PATCH", "/sites/test", {"access": {"deny": [], "allow": ["127.0.0.4/32"]}})[0] == 200
        refused(gateway, get(gateway.http_port), 403, "access")
        assert get(gateway.http_port, source="127.0.0.4").status == 200
        assert len(origin.asked) == 3


def test_forwarded_for(binary):
    """X-Forwarded-For is believed from a trusted peer only, and then from the right."""
    site = {"access": {"deny": ["192.0.2.1"]}, "trusted_proxies": ["127.0.0.9"]}
    lie = "X-Forwarded-For: 192.0.2.1\r\n"
    with serving(binary, site=site) as (gateway, origin):
        assert get(gateway.http_port, fields=lie).status == 200, "a stranger's word was taken"
        assert "192.0.2.1" not in (origin.asked[-1].field("x-forwarded-for") or ""), origin.asked[-1].fields
        assert "127.0.0.1" in origin.asked[-1].field("x-forwarded-for")
        found = refused(gateway, get(gateway.http_port, fields=lie, source="127.0.0.9"), 403, "access")
        assert found["client"]["ip"] == "192.0.2.1", found
        # What the client wrote left of the proxy's own entry does not count.
        spoofed = "X-Forwarded-For: 192.0.2.1, 198.51.100.7\r\n"
        assert get(gateway.http_port, fields=spoofed, source="127.0.0.9").status == 200
        # A denied address cannot hide behind what it claims.
        assert gateway.api("PATCH", "/sites/test", {"access": {"deny": ["127.0.0.5"]}})[0] == 200
        claim = "X-Forwarded-For: 198.51.100.7\r\nX-Real-IP: 198.51.100.7\r\nForwarded: for=198.51.100.7\r\n"
        refused(gateway, get(gateway.http_port, fields=claim, source="127.0.0.5"), 403, "access")
