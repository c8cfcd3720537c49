"""Starting on what an operator may find in the morning, and stopping."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from support.gateway import Gateway, wait_until
from system.fixture import ATTACK, serving
from system.wire import Client, get, page


def ends(gateway, seconds=60):
    """The exit code of a start that must not succeed."""
    gateway.launch()
    try:
        return gateway.process.wait(seconds)
    except subprocess.TimeoutExpired:
        raise AssertionError(f"still runs: {gateway.log_text()}") from None


def remove_database(gateway):
    for path in gateway.data.glob("portcullis.db*"):
        path.unlink()


def on_last_good(gateway, said):
    """Serves traffic from the last good snapshot, says so in one line and in status, and takes no change."""
    before = len(gateway.log_text())
    gateway.start()
    wait_until(lambda: "administration:" in gateway.log_text()[before:], 20, "the announcement")
    lines = [line for line in gateway.log_text()[before:].splitlines() if "last good" in line]
    assert len(lines) == 1 and said in lines[0], gateway.log_text()[before:]
    status = gateway.status()
    assert status["on_last_good"] and any("last good" in alarm for alarm in status["alarms"]), status
    assert get(gateway.http_port, tls=None).status == 200
    assert get(gateway.tls_port, tls="t.example").status == 200, "the certificate's key was lost"
    refused_answer = get(gateway.http_port, ATTACK)
    assert refused_answer.status == 403
    changed = gateway.api("PATCH", "/sites/test", {"waf": {"mode": "Off"}})
    assert changed[0] == 503 and "database" in changed[1]["error"]["message"], changed
    assert get(gateway.http_port, ATTACK).status == 403
    shown = gateway.command("status", check=False)
    assert "last good" in shown.stdout, shown
    return refused_answer


def test_garbage_database(binary):
    """An unreadable database: the last good snapshot serves, one line, an alarm; without a snapshot exit 3."""
    with serving(binary) as (gateway, _):
        gateway.stop()
        database = gateway.data / "portcullis.db"
        good = database.read_bytes()
        remove_database(gateway)
        for garbage in (b"garbage, not a database " * 4000, good[:1000] + b"\xff" * 6000, b"SQLite format 3\0" + bytes(100)):
            remove_database(gateway)
            database.write_bytes(garbage)
            on_last_good(gateway, "portcullis.db")
            gateway.stop()
            assert database.read_bytes() == garbage, "the database was overwritten"
        for path in gateway.data.glob("last-good*"):
            path.unlink()
        assert ends(gateway) == 3, gateway.log_text()
        assert "Restore a backup" in gateway.log_text(), gateway.log_text()
        # The repaired database serves as before.
        remove_database(gateway)
        database.write_bytes(good)
        gateway.start()
        assert not gateway.status()["on_last_good"] and get(gateway.http_port).status == 200


def test_missing_database(binary):
    """A missing database is a first start only where no last good snapshot exists."""
    with serving(binary) as (gateway, _):
        gateway.stop()
        remove_database(gateway)
        answer = on_last_good(gateway, "missing")
        assert not (gateway.data / "portcullis.db").exists()
        wait_until(lambda: answer.id in gateway.audit.read_text(), 20, "the event")
        gateway.stop()
        for path in gateway.data.glob("last-good*"):
            path.unlink()
        before = len(gateway.log_text())
        gateway.start()
        wait_until(lambda: "first login" in gateway.log_text()[before:], 20, "the first password")
        assert not gateway.status()["on_last_good"] and gateway.status()["sites"] == []


def test_damaged_snapshot(binary):
    """A damaged database and a damaged snapshot: exit 3, with one clear sentence."""
    with serving(binary) as (gateway, _):
        gateway.stop()
        remove_database(gateway)
        (gateway.data / "portcullis.db").write_bytes(b"x" * 8192)
        copies = list(gateway.data.glob("last-good*"))
        assert copies
        for path in copies:
            path.write_bytes(path.read_bytes()[:-20])
        assert ends(gateway) == 3, gateway.log_text()


def test_port_in_use(binary):
    """A port in use, a site's or the administration's, exits 4 and names it."""
    with serving(binary) as (gateway, _):
        gateway.stop()
        for port in (gateway.http_port, gateway.admin_port):
            with socket.socket() as taken:
                taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                taken.bind(("127.0.0.1", port))
                taken.listen()
                before = len(gateway.log_text())
                assert ends(gateway) == 4, gateway.log_text()
                assert str(port) in gateway.log_text()[before:], gateway.log_text()
        gateway.start()


def test_two_daemons(binary):
    """A second daemon on the directory of a running one ends and says whose it is; the first is not disturbed."""
    with serving(binary) as (gateway, origin):
        second = Gateway(binary, origin.address, {"mode": "On"}, data=gateway.data)
        code = ends(second)
        assert code == 1 and str(gateway.process.pid) in second.log_text(), (code, second.log_text())
        second.__exit__()
        assert get(gateway.http_port).status == 200 and gateway.status()["ready"]
        # The same while it serves the last good snapshot: no database is open then, the directory is still taken.
        gateway.stop()
        remove_database(gateway)
        gateway.start()
        second = Gateway(binary, origin.address, {"mode": "On"}, data=gateway.data)
        code = ends(second)
        assert code == 1 and str(gateway.process.pid) in second.log_text(), (code, second.log_text())
        second.__exit__()
        assert gateway.status()["ready"] and get(gateway.http_port).status == 200


def fill(path):
    """Takes the last byte of the file system that path is on."""
    with contextlib.suppress(OSError), open(path, "ab", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))


def test_full_disk(binary):
    """A full data directory: requests are served and refused all the same, an alarm says why, and nothing is lost."""
    if os.geteuid() != 0:
        return "not run: needs root for a small tmpfs"
    folder = pathlib.Path(tempfile.mkdtemp(prefix="portcullis-small-"))
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=120m", "tmpfs", folder], capture_output=True).returncode:
        folder.rmdir()
        return "not run: no tmpfs can be mounted here"
    try:
        with serving(binary, data=folder / "data") as (gateway, _):
            first = get(gateway.http_port, ATTACK).id
            fill(folder / "filler")
            ids = [first]
            with Client(gateway.http_port) as client:
                for n in range(300):
                    assert client.get(f"/?ok={n}").status == 200
                    answer = client.get(f"/?n={n}&a=evil{n}attack&pad={'x' * 3000}")
                    assert answer.status == 403
                    ids.append(answer.id)
            wait_until(lambda: gateway.status()["alarms"], 30, "an alarm")
            assert any("space" in alarm or "full" in alarm for alarm in gateway.status()["alarms"]), gateway.status()
            changed = gateway.api("PATCH", "/sites/test", {"cache": {"enabled": True}})
            assert changed[0] == 507 and "full" in changed[1]["error"]["message"], changed
            assert gateway.api("GET", "/sites/test")[1]["cache"]["enabled"] is False
            ids.append(get(gateway.http_port, ATTACK).id)
            # A restart does not need the disk either. The end gives spare segments back, which is room.
            assert gateway.stop() == 0
            fill(folder / "filler")
            gateway.start()
            assert get(gateway.http_port).status == 200 and get(gateway.http_port, ATTACK).status == 403
            wait_until(lambda: gateway.status()["alarms"], 30, "an alarm after the restart")
            assert any("space" in a or "full" in a for a in gateway.status()["alarms"]), gateway.status()
            seen = gateway.status()
            assert gateway.stop() == 0
            (folder / "filler").unlink()
            gateway.start()
            wanted = set(ids)
            lost = seen["events_lost"]

            def stored():
                with open(gateway.folder / "export", "w") as out:
                    out.write(gateway.command("events", "export").stdout)
                return {json.loads(line)["id"] for line in open(gateway.folder / "export")}
            wait_until(lambda: len(wanted & stored()) >= len(wanted) - lost, 60, "the events after the disk came back")
            assert lost == 0 or len(wanted - stored()) <= lost, (lost, len(wanted - stored()))
            wait_until(lambda: not any("space" in a for a in gateway.status()["alarms"]), 60, "the end of the alarm")
            assert gateway.api("PATCH", "/sites/test", {"cache": {"enabled": False}})[0] == 200
            assert gateway.stop() == 0
            gateway.start()
            assert get(gateway.http_port).status == 200
            gateway.stop()
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
        folder.rmdir()


def test_read_only_directory(binary):
    """A data directory on a read-only file system: what was in force serves on, with an alarm."""
    if os.geteuid() != 0:
        return "not run: needs root for a mount"
    folder = pathlib.Path(tempfile.mkdtemp(prefix="portcullis-readonly-"))
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=120m", "tmpfs", folder], capture_output=True).returncode:
        folder.rmdir()
        return "not run: no tmpfs can be mounted here"
    try:
        with serving(binary, data=folder / "data") as (gateway, _):
            assert gateway.stop() == 0
            subprocess.run(["mount", "-o", "remount,ro", folder], check=True, capture_output=True)
            before = len(gateway.log_text())
            gateway.launch()
            wait_until(lambda: gateway.process.poll() is not None or "listening: http " in gateway.log_text()[before:], 60,
                       "start on a read-only directory")
            assert gateway.process.poll() is None, gateway.log_text()
            assert get(gateway.http_port).status == 200 and get(gateway.http_port, ATTACK).status == 403
            assert "read-only" in gateway.log_text().lower(), gateway.log_text()
            assert gateway.stop() == 0
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
        folder.rmdir()


def test_sigterm(binary):
    """SIGTERM: requests under way finish, keep-alive connections are closed, nothing new is taken, exit 0."""
    release = threading.Event()

    def answer(asked):
        if asked.target == "/slow":
            release.wait(60)
        return page(asked.target)

    with serving(binary, answer) as (gateway, origin):
        idle = [Client(gateway.http_port) for _ in range(20)] + [Client(gateway.tls_port, "t.example") for _ in range(5)]
        for client in idle:
            assert client.get().status == 200
        untouched = Client(gateway.http_port)
        slow = Client(gateway.http_port)
        slow.send("GET /slow HTTP/1.1\r\nHost: t\r\n\r\n")
        wait_until(lambda: origin.count("/slow"), 20, "the slow request")
        started = time.monotonic()
        gateway.process.send_signal(signal.SIGTERM)
        for client in idle + [untouched]:
            assert client.ended()
        release.set()
        answered = slow.read()
        assert answered.status == 200 and answered.body == b"/slow" and answered.field("connection") == "close", answered
        assert gateway.process.wait(30) == 0
        assert time.monotonic() - started < 9, "as long as the drain may take"
        assert "cut" not in gateway.log_text(), gateway.log_text()


def test_drain_is_bounded(binary):
    """A request that does not end is cut after the drain's time, and the exit is still 0."""
    def settings(document):
        document["settings"]["drain_timeout_ms"] = 500

    def never(asked):
        return page("x") if asked.target == "/" else lambda connection: time.sleep(30)

    with serving(binary, never, change=settings) as (gateway, origin):
        stalled = Client(gateway.http_port).send("GET / HTTP/1.1\r\nHo")
        client = Client(gateway.http_port).send("GET /never HTTP/1.1\r\nHost: t\r\n\r\n")
        wait_until(lambda: origin.count("/never"), 20, "the request")
        started = time.monotonic()
        gateway.process.send_signal(signal.SIGTERM)
        assert gateway.process.wait(30) == 0
        assert time.monotonic() - started < 9, "the drain was not bounded"
        client.socket.close()
        stalled.socket.close()


def test_usage(binary):
    """Wrong usage exits 2; a bootstrap file that is missing or broken is named."""
    assert subprocess.run([binary, "serve", "--colour"], capture_output=True).returncode == 2
    assert subprocess.run([binary], capture_output=True).returncode == 2
    done = subprocess.run([binary, "serve", "--config", "/nowhere/x.json"], capture_output=True, text=True)
    assert done.returncode == 1 and "/nowhere/x.json" in done.stderr, done


def test_cold(binary):
    """Without cached databases the first request is served, and an attack refused, within two seconds; they follow."""
    with serving(binary, waf={"rulesets": []}) as (gateway, _):
        took = []
        while not took or (took[-1] >= 2 and len(took) < 3):
            assert gateway.stop() == 0
            shutil.rmtree(gateway.data / "cache", ignore_errors=True)
            started = time.monotonic()
            gateway.start()
            assert get(gateway.http_port).status == 200
            assert get(gateway.http_port, "/?id=1%27%20UNION%20SELECT%20password%20FROM%20users--%20").status == 403
            state = gateway.status()["rulesets"][0]
            took.append(time.monotonic() - started)
        assert took[-1] < 2, took
        assert state["compiling"] and state["rx_hyperscan"] == 0, state
        gateway.wait_compiled()
        state = gateway.status()["rulesets"][0]
        assert state["rx_hyperscan"] > 0.9 * state["rx_total"], state
        assert get(gateway.http_port, "/?id=1%27%20UNION%20SELECT%20password%20FROM%20users--%20").status == 403
        # Warm: everything is there at once.
        assert gateway.stop() == 0
        gateway.start()
        assert not gateway.status()["rulesets"][0]["compiling"]
