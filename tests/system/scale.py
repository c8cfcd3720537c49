"""Many and large: what one gateway carries. With PORTCULLIS_LONG=1 the sizes that are promised, else small ones."""
import os
import resource
import socket
import ssl
import threading
import time

from system.fixture import serving
from system.upgrade import echoes, lives, open_websocket, owner, speak, upgradable
from system.wire import Client, get, memory_mb, page

LONG = os.environ.get("PORTCULLIS_LONG") == "1"
PASS = ("SecRuleEngine On\nSecRequestBodyAccess On\nSecRequestBodyLimit 1048576\nSecRequestBodyLimitAction ProcessPartial\n"
        "SecResponseBodyAccess On\nSecResponseBodyMimeType text/plain\nSecResponseBodyLimit 1048576\n"
        "SecResponseBodyLimitAction ProcessPartial\n")


def allow_descriptors(count):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < count:
        return False
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count), hard))
    return True


class Peak(threading.Thread):
    """The most memory that a process had since the start of this thread."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.most, self.over = pid, memory_mb(pid), False
        self.start()

    def run(self):
        while not self.over:
            self.most = max(self.most, memory_mb(self.pid))
            time.sleep(0.05)


def test_large_bodies(binary):
    """5 GB up and 5 GB down through a site that lets large bodies pass, in less than 32 MB."""
    size = (5 << 30) if LONG else (300 << 20)
    block = b"x" * (1 << 18)

    def big(asked):
        if asked.method == "POST":
            return page(f"{asked.field('content-length')}")
        if asked.target != "/down":
            return page("ok")

        def stream(connection):
            connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {size}\r\n\r\n".encode())
            for _ in range(size // len(block)):
                connection.sendall(block)
            return True
        return stream

    figures = []
    with serving(binary, big, rules=PASS) as (gateway, _):
        for tls in (None, "t.example"):
            port = gateway.tls_port if tls else gateway.http_port
            assert get(port, tls=tls).status == 200
            before = memory_mb(gateway.process.pid)
            peak = Peak(gateway.process.pid)
            started = time.monotonic()
            with Client(port, tls, timeout=60) as client:
                client.send(f"POST /up HTTP/1.1\r\nHost: t\r\nContent-Type: application/octet-stream\r\nContent-Length: {size}\r\n\r\n")
                for _ in range(size // len(block)):
                    client.send(block)
                answer = client.read()
                assert answer.status == 200 and answer.body == str(size).encode(), answer
                up, started = time.monotonic() - started, time.monotonic()
                client.send("GET /down HTTP/1.1\r\nHost: t\r\n\r\n").take_until(b"\r\n\r\n")
                left = size - len(client.buffer)
                client.buffer = b""
                into = memoryview(bytearray(1 << 18))
                while left > 0:
                    got = client.socket.recv_into(into)
                    assert got > 0
                    left -= got
                assert left == 0
            peak.over = True
            grown = peak.most - before
            figures.append(f"{'TLS' if tls else 'clear'}: up {size / up / 1e6:.0f} MB/s, down "
                           f"{size / (time.monotonic() - started) / 1e6:.0f} MB/s, grown by {grown:.0f} MB")
            assert grown < 32, figures
    return "; ".join(figures)


def test_idle_tls(binary):
    """Idle TLS connections, 5,000 of them, cost less than 40 kB each."""
    count = 5000 if LONG else 300
    if not allow_descriptors(count + 200):
        return "not run: too few descriptors are allowed"
    context = ssl._create_unverified_context()
    # To open them all can take longer than the minute after which the gateway ends an idle one.
    with serving(binary, site={"timeouts": {"idle_ms": 900_000}}) as (gateway, _):
        with open(f"/proc/{gateway.process.pid}/limits", encoding="ascii") as file:
            allowed = int(next(line for line in file if line.startswith("Max open files")).split()[3])
        if allowed < count + 100:
            return "not run: the gateway is allowed too few descriptors"
        for _ in range(3):
            assert get(gateway.tls_port, tls="t.example").status == 200
        before = memory_mb(gateway.process.pid)
        held, started = [], time.monotonic()
        for _ in range(count):
            client = socket.create_connection(("127.0.0.1", gateway.tls_port), timeout=60)
            client = context.wrap_socket(client, server_hostname="t.example")
            client.sendall(b"GET / HTTP/1.1\r\nHost: t.example\r\n\r\n")
            assert b"200" in client.recv(4096)
            held.append(client)
        opening = time.monotonic() - started
        time.sleep(1)
        each = (memory_mb(gateway.process.pid) - before) * 1024 / count
        counted = gateway.status()["connections"]
        assert counted >= count, f"{counted} of {count} are open, {opening:.0f} s after the first one was opened"
        assert get(gateway.tls_port, tls="t.example").status == 200
        for client in held:
            client.close()
        figures = f"{each:.1f} kB for each of {count}, opened in {opening:.0f} s"
        assert each < 40 or not LONG, figures
        return figures


def test_websockets(binary):
    """1,000 WebSockets live through 50 changes of the configuration and a binary upgrade."""
    count, changes = (1000, 50) if LONG else (100, 10)
    if not allow_descriptors(3 * count + 200):
        return "not run: too few descriptors are allowed"
    with upgradable(binary, speak) as (gateway, _):
        sockets = [open_websocket(gateway.http_port) for _ in range(count)]
        for n in range(changes):
            status, said = gateway.api("PATCH", "/sites/test", {"limits": {"header_fields": 64 + n},
                                                                "waf": {"mode": ("DetectionOnly", "On")[n % 2]}})
            assert status == 200, said
            assert echoes(sockets[n % count])
        old = gateway.process.pid
        gateway.upgrade()
        assert owner(gateway) != old and lives(old)
        assert all(echoes(client) for client in sockets)
        for client in sockets:
            client.socket.close()
        assert gateway.process.wait(60) == 0
        return f"{count} WebSockets, {changes} changes"
