"""A new process takes over from the one that serves: nobody notices."""
import base64
import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import signal
import socket
import tempfile
import threading
import time

from support.gateway import wait_until
from support.h2 import H2
from system.fixture import ATTACK, serving
from system.wire import Client, event, get, page

SECONDS = 20 if os.environ.get("PORTCULLIS_LONG") == "1" else 8


def owner(gateway):
    """The process that owns the data directory."""
    return int((gateway.data / "lock").read_text())


def lives(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def upgradable(binary, *arguments, **options):
    """As serving(); ends the processes that came by upgrades, too."""
    with serving(binary, *arguments, **options) as (gateway, origin):
        pids = {gateway.process.pid}

        def upgrade(check=True):
            done = gateway.command("upgrade", "--timeout", "60", check=False)
            pids.add(owner(gateway))
            assert not check or done.returncode == 0, (done, gateway.log_text())
            return done
        gateway.upgrade = upgrade
        try:
            yield gateway, origin
        finally:
            for pid in pids - {gateway.process.pid}:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
            wait_until(lambda: not any(lives(pid) for pid in pids - {gateway.process.pid}), 30, "end of the processes")


def speak(asked):
    """Echoes on a WebSocket in capitals, answers other requests at once."""
    if not asked.field("upgrade"):
        return page(asked.target)
    accept = base64.b64encode(hashlib.sha1((asked.field("sec-websocket-key") +
                                            "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()

    def echo(connection):
        connection.sendall(f"HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                           f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode())
        while data := connection.recv(65536):
            connection.sendall(data.upper())
        return False
    return echo


def open_websocket(port, tls=None):
    client = Client(port, tls)
    client.send("GET /ws HTTP/1.1\r\nHost: t.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
    assert client.read().status == 101
    return client


def echoes(client):
    client.send(b"word")
    return client.take(4) == b"WORD"


def keep_asking(port, tls, over, faults, counts, ids, fresh):
    """Requests without an end, on kept connections or each on its own. A connection may end only after it was said."""
    n = 0
    try:
        while not over.is_set():
            with Client(port, tls) as client:
                while not over.is_set():
                    attack = n % 10 == 0
                    answer = client.get(ATTACK if attack else f"/?n={n}")
                    assert answer.status == (403 if attack else 200), answer
                    if attack:
                        ids.append(answer.id)
                    n += 1
                    if fresh or answer.field("connection") == "close":
                        break
        counts.append(n)
    except Exception as e:  # noqa: B902: whatever broke it is the finding
        faults.append(e)


def test_load(binary):
    """Load through three upgrades: no request fails, no connection is refused or reset; every event is in the log once."""
    with upgradable(binary) as (gateway, _):
        faults, counts, ids = [], [], []
        over = threading.Event()
        clients = [threading.Thread(target=keep_asking, args=(port, tls, over, faults, counts, ids, fresh))
                   for port, tls in ((gateway.http_port, None), (gateway.tls_port, "t.example"))
                   for fresh in (True, False, False)]
        for client in clients:
            client.start()
        pids, end = [owner(gateway)], time.monotonic() + SECONDS * 3 / 4
        try:
            while len(pids) < 3 or (time.monotonic() < end and len(pids) < 4):
                time.sleep(SECONDS / 10)
                gateway.upgrade()
                pids.append(owner(gateway))
            time.sleep(SECONDS / 4)
        finally:
            over.set()
            for client in clients:
                client.join()
        assert not faults, f"{len(faults)} faults in {sum(counts)} requests, the first: {faults[0]!r}"
        assert len(set(pids)) == len(pids) >= 3, pids
        wait_until(lambda: not any(lives(pid) for pid in pids[:-1]), 30, "end of the old processes")
        assert gateway.process.wait() == 0
        event(gateway, get(gateway.http_port, ATTACK).id)
        exported = [json.loads(line)["id"] for line in gateway.command("events", "export").stdout.splitlines()]
        assert len(exported) == len(set(exported)) and not set(ids) - set(exported), "events are lost or twice there"
        logged = [json.loads(line)["id"] for line in gateway.audit.read_text().splitlines()]
        assert len(logged) == len(set(logged)) and not set(ids) - set(logged), "lines are lost or twice there"
        assert not list((gateway.data / "spool").glob("*.live"))[1:], "files of processes that are gone"
        assert not gateway.status()["alarms"], gateway.status()
        return f"{sum(counts)} requests, {len(pids) - 1} upgrades"


def test_websockets(binary):
    """WebSockets live on in the old process, whose events come into the log; it ends with the last of them."""
    with upgradable(binary, speak) as (gateway, _):
        old = gateway.process.pid
        sockets = [open_websocket(gateway.http_port) for _ in range(40)]
        sockets += [open_websocket(gateway.tls_port, "t.example") for _ in range(10)]
        kept = Client(gateway.http_port)
        assert kept.get().status == 200
        gateway.upgrade()
        assert owner(gateway) != old and lives(old)
        assert all(echoes(client) for client in sockets)
        late = kept.get(ATTACK)  # answered by the old process
        assert late.status == 403 and late.field("connection") == "close", late
        assert event(gateway, late.id)["id"] == late.id
        fresh = open_websocket(gateway.http_port)
        for client in sockets[1:]:
            client.socket.close()
        time.sleep(0.3)
        assert lives(old) and echoes(sockets[0]) and echoes(fresh)
        sockets[0].socket.close()
        assert gateway.process.wait(30) == 0
        assert echoes(fresh)


def test_websockets_are_bounded(binary):
    """After upgrade_drain_timeout_ms the old process ends whatever is open."""
    with upgradable(binary, speak, change=lambda d: d["settings"].update(upgrade_drain_timeout_ms=5000)) as (gateway, _):
        client = open_websocket(gateway.http_port)
        gateway.upgrade()
        assert echoes(client)
        assert client.ended(30) and gateway.process.wait(30) == 0


def test_http2(binary):
    """A stream under way is finished and the connection then ended by GOAWAY; a WebSocket on it lives on."""
    entered, release = threading.Event(), threading.Event()

    def slow(asked):
        if asked.target != "/slow":
            return speak(asked)
        entered.set()
        release.wait(60)
        return page("done")

    with upgradable(binary, slow) as (gateway, _), H2(gateway.tls_port) as client, H2(gateway.tls_port) as other:
        number = client.start(path="/slow")
        tunnel = other.start(fields=[("sec-websocket-version", "13")], end=False, pseudo=[
            (":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "https"), (":path", "/ws"),
            (":authority", "t.example")])
        assert entered.wait(30) and other.head(tunnel).status == 200
        gateway.upgrade()
        release.set()
        answer = client.answer(number)
        assert (answer.status, answer.body) == (200, b"done")
        with contextlib.suppress(EOFError, OSError):
            while True:
                client.pump()
        assert client.goaway == (number, 0), client.goaway
        other.data(tunnel, b"word", end=False)
        while other.streams[tunnel].body != b"WORD":
            other.pump()
        with H2(gateway.tls_port) as fresh:
            assert fresh.get("/").status == 200


def test_failure(binary):
    """A new process that does not start leaves the old one serving, with an alarm, and all its work going on."""
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "portcullis"
        shutil.copy(binary, copy)
        with upgradable(copy, speak) as (gateway, _):
            gateway.binary = str(binary)
            websocket = open_websocket(gateway.http_port)
            copy.unlink()
            for broken in ("#!/bin/sh\nexit 7\n", None, "not a program"):
                if broken:
                    copy.write_text(broken)
                    copy.chmod(0o755)
                else:
                    copy.unlink()
                done = gateway.upgrade(check=False)
                assert done.returncode == 1 and "failed, and the process from before serves on" in done.stderr, done
                assert owner(gateway) == gateway.process.pid
                assert any("the upgrade of" in alarm for alarm in gateway.status()["alarms"])
                answer = get(gateway.http_port, ATTACK)
                assert answer.status == 403 and event(gateway, answer.id)
                assert gateway.api("PATCH", "/sites/test", {"cache": {"enabled": True}})[0] == 200
            # It starts, takes the data directory, and dies before it serves.
            copy.unlink()
            copy.write_text(f'#!/bin/sh\nexec "{binary}" "$@" --admin 127.0.0.1:1\n')
            copy.chmod(0o755)
            with socket.socket() as taken:
                taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                with contextlib.suppress(OSError):
                    taken.bind(("127.0.0.1", 1))
                    taken.listen()
                done = gateway.upgrade(check=False)
            assert done.returncode == 1 and "127.0.0.1:1" in done.stderr, done
            before = get(gateway.http_port, ATTACK)
            assert event(gateway, before.id) and gateway.status()["ready"]
            assert gateway.api("PATCH", "/sites/test", {"cache": {"enabled": False}})[0] == 200
            assert echoes(websocket)
            copy.unlink()
            shutil.copy(binary, copy)
            gateway.upgrade()
            assert owner(gateway) != gateway.process.pid and not gateway.status()["alarms"], gateway.status()
            assert echoes(websocket) and get(gateway.http_port).status == 200
            after = get(gateway.http_port, ATTACK)
            event(gateway, after.id)
            exported = [json.loads(line)["id"] for line in gateway.command("events", "export").stdout.splitlines()]
            assert len(exported) == len(set(exported)) and {before.id, after.id} <= set(exported), exported


def test_crash(binary):
    """kill -9 of the old process, then of the new one, while they share the log: every event is there once."""
    with upgradable(binary, speak) as (gateway, _):
        websocket = open_websocket(gateway.http_port)
        kept = [Client(gateway.http_port) for _ in range(4)]
        assert all(client.get().status == 200 for client in kept)
        gateway.upgrade()
        ids = [kept[0].get(ATTACK).id, get(gateway.http_port, ATTACK).id]
        os.kill(owner(gateway), signal.SIGKILL)
        ids.append(kept[1].get(ATTACK).id)
        assert echoes(websocket)
        old, gateway.process = gateway.process, None
        wait_until(lambda: not gateway.ready(), 20, "end of the new process")
        gateway.start()
        ids += [kept[2].get(ATTACK).id, get(gateway.http_port, ATTACK).id]
        event(gateway, ids[3])
        ids.append(kept[3].get(ATTACK).id)
        old.kill()
        old.wait()
        for each in ids:
            event(gateway, each)
        exported = [json.loads(line)["id"] for line in gateway.command("events", "export").stdout.splitlines()]
        assert sorted(exported) == sorted(ids), (exported, ids)
        logged = [json.loads(line)["id"] for line in gateway.audit.read_text().splitlines()]
        assert sorted(logged) == sorted(ids), (logged, ids)


def test_notify(binary):
    """systemd is told which process is the main one now."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"{folder}/notify")
        manager.settimeout(60)
        os.environ["NOTIFY_SOCKET"] = f"{folder}/notify"
        try:
            with upgradable(binary) as (gateway, _):
                assert manager.recv(1000) == b"READY=1"
                gateway.upgrade()
                said = {manager.recv(1000), manager.recv(1000)}
                assert f"MAINPID={owner(gateway)}\nREADY=1".encode() in said, said
        finally:
            del os.environ["NOTIFY_SOCKET"]
