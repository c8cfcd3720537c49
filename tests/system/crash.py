"""kill -9 during traffic."""
import collections
import json
import signal
import threading

from support.gateway import wait_until
from system.fixture import serving
from system.wire import Client, get

ROUNDS = 4


class Attackers:
    """Clients that attack until the connection breaks; they keep the ids of the 403s that reached them whole."""

    def __init__(self, port, count=8):
        self.ids = []
        self.threads = [threading.Thread(target=self._attack, args=(port, n)) for n in range(count)]
        for thread in self.threads:
            thread.start()

    def _attack(self, port, number):
        try:
            with Client(port) as client:
                for n in range(1_000_000):
                    answer = client.get(f"/?c={number}&n={n}&a=evil{n}attack")
                    assert answer.status == 403, answer
                    self.ids.append(answer.id)
                    if n % 5 == 0:
                        assert client.get("/fine").status == 200
        except (OSError, EOFError):
            pass

    def join(self):
        for thread in self.threads:
            thread.join(60)


def test_kill(binary):
    """kill -9 during traffic, four rounds: configuration and every event whose 403 arrived are there, none twice."""
    with serving(binary) as (gateway, _):
        wanted = []
        for round_number in range(ROUNDS):
            attackers = Attackers(gateway.http_port)
            wait_until(lambda: len(attackers.ids) > 400 * (round_number + 1) ** 0.5, 60, "traffic")
            assert gateway.api("PATCH", "/sites/test", {"limits": {"header_fields": 64 + round_number}})[0] == 200
            gateway.process.send_signal(signal.SIGKILL)
            gateway.process.wait()
            attackers.join()
            wanted += attackers.ids
            gateway.start()
            site = gateway.api("GET", "/sites/test")[1]
            assert site["limits"]["header_fields"] == 64 + round_number, "a change that was answered is gone"
            assert get(gateway.http_port, "/?a=evil1attack").status == 403
            assert get(gateway.tls_port, tls="t.example").status == 200
        last = get(gateway.http_port, "/?a=evil1attack").id
        wanted.append(last)
        wait_until(lambda: gateway.api("GET", f"/events/{last}")[0] == 200, 30, "the last event")
        exported = [json.loads(line) for line in gateway.command("events", "export").stdout.splitlines()]
        stored = collections.Counter(line["id"] for line in exported)
        missing = [i for i in wanted if i not in stored]
        assert not missing, f"{len(missing)} of {len(wanted)} events are lost"
        assert max(stored.values()) == 1, f"{sum(n > 1 for n in stored.values())} events are stored twice"
        logged = collections.Counter(json.loads(line)["id"] for line in gateway.audit.read_text().splitlines())
        missing = [i for i in wanted if i not in logged]
        assert not missing, f"{len(missing)} of {len(wanted)} lines of the audit log are lost"
        assert max(logged.values()) == 1, f"{sum(n > 1 for n in logged.values())} lines are in the audit log twice"
        assert not gateway.status()["alarms"], gateway.status()["alarms"]


def test_kill_during_changes(binary):
    """kill -9 amid a stream of changes: each that was answered is there after the restart."""
    with serving(binary) as (gateway, _):
        for _ in range(3):
            answered = [0]

            def change():
                try:
                    for n in range(64, 4000):
                        if gateway.api("PATCH", "/sites/test", {"limits": {"header_fields": n}})[0] == 200:
                            answered[0] = n
                except (OSError, EOFError, ValueError):
                    pass
                except Exception:  # noqa: B902: http.client's, when the answer broke off
                    pass
            thread = threading.Thread(target=change)
            thread.start()
            wait_until(lambda: answered[0] > 70, 60, "changes")
            gateway.process.send_signal(signal.SIGKILL)
            gateway.process.wait()
            thread.join()
            gateway.start()
            now = gateway.api("GET", "/sites/test")[1]["limits"]["header_fields"]
            assert now in (answered[0], answered[0] + 1), (now, answered)
