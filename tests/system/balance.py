"""Several endpoints: shares, failover, ejection, checks."""
import collections

from support.gateway import wait_until
from system.fixture import serving
from system.wire import Client, Origin, event, get, page


def two(first, second, **upstream):
    def change(document):
        document["upstreams"][0].update(endpoints=[{"address": first.address, "weight": 3},
                                                   {"address": second.address, "weight": 1}], **upstream)
    return change


def endpoints(gateway):
    return {e["address"]: e for e in gateway.status()["endpoints"]}


def test_weights(binary):
    """Weighted round robin gives each endpoint its share."""
    with Origin() as a, Origin() as b, serving(binary, origin=a, change=two(a, b)) as (gateway, _):
        with Client(gateway.http_port) as client:
            for n in range(80):
                assert client.get(f"/{n}").status == 200
        assert abs(len(a.asked) - 60) <= 2 and abs(len(b.asked) - 20) <= 2, (len(a.asked), len(b.asked))
        assert endpoints(gateway)[a.address]["requests"] == len(a.asked)


def test_failover(binary):
    """When an endpoint dies no client sees it; it is ejected after failures and returns."""
    with Origin() as a, Origin() as b, serving(
            binary, origin=a, change=two(a, b, eject_after_failures=3, eject_for_ms=5000)) as (gateway, _):
        with Client(gateway.http_port) as client:
            for n in range(8):
                assert client.get().status == 200
            a.close()
            for n in range(40):
                assert client.get().status == 200, n
            seen = endpoints(gateway)[a.address]
            assert seen["state"] == "ejected" and not seen["healthy"] and "failures in a row" in seen["detail"], seen
            # While it is out nobody knocks: another process on its port sees nothing.
            with Origin(port=a.port) as again:
                if endpoints(gateway)[a.address]["state"] == "ejected":
                    client.get()
                    assert endpoints(gateway)[a.address]["state"] != "ejected" or again.asked == []
                wait_until(lambda: client.get().status == 200 and again.asked, 20, "return of the endpoint")
                wait_until(lambda: endpoints(gateway)[a.address]["healthy"], 20, "its health")


def test_all_dead(binary):
    """With every endpoint dead the answer is our page, 502 or 503, and an event; and service returns."""
    with Origin() as a, Origin() as b, serving(binary, origin=a, change=two(a, b)) as (gateway, _):
        a.close()
        b.close()
        for _ in range(12):
            answer = get(gateway.http_port)
            assert answer.status in (502, 503) and answer.id.encode() in answer.body, answer
            found = event(gateway, answer.id)
            assert found["reason"] == "upstream", found
        with Origin(port=a.port):
            wait_until(lambda: get(gateway.http_port).status == 200, 20, "return of service")


def test_active_check(binary):
    """The active check takes an endpoint out by its answers, says so in status, and brings it back."""
    health = {"a": 200}
    check = {"enabled": True, "path": "/health", "interval_ms": 1000, "timeout_ms": 1000, "healthy_after": 2,
             "unhealthy_after": 2}
    with Origin(lambda asked: page("a", health["a"] if asked.target == "/health" else 200)) as a, Origin() as b, serving(
            binary, origin=a, change=two(a, b, health_check=check)) as (gateway, _):
        wait_until(lambda: all(e["state"] == "healthy" for e in endpoints(gateway).values()), 20, "first checks")
        health["a"] = 500
        wait_until(lambda: endpoints(gateway)[a.address]["state"] == "unhealthy", 20, "verdict")
        assert "/health" in endpoints(gateway)[a.address]["detail"], endpoints(gateway)
        before = collections.Counter(asked.target for asked in a.asked)
        for _ in range(12):
            assert get(gateway.http_port, "/x").status == 200
        assert a.count("/x") == before["/x"], "an unhealthy endpoint was asked"
        site = gateway.api("GET", "/sites/test")[1]["status"]["endpoints"]
        assert {e["address"]: e["state"] for e in site}[a.address] == "unhealthy", site
        health["a"] = 200
        wait_until(lambda: endpoints(gateway)[a.address]["state"] == "healthy", 20, "recovery")
