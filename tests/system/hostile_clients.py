"""Clients that mean harm: floods, slowness, absurd sizes. The gateway serves on, in bounded memory."""
import contextlib
import select
import socket
import threading
import time

from system.fixture import RULES, serving, wait_until
from system.wire import Client, event, events, get, memory_mb, page, raw, refused

# The clients whose time is not to run out need some of it, too, where the machine is busy.
SHORT = {"timeouts": {"head_ms": 2000, "body_ms": 1000, "idle_ms": 1500, "write_ms": 900}}


def serves(gateway):
    answer = get(gateway.http_port, "/alive")
    assert answer.status == 200, answer


def test_slow_head(binary):
    """A head that does not arrive in time is answered 408 with an event, however it dribbles."""
    with serving(binary, site=SHORT) as (gateway, origin):
        started = time.monotonic()
        refused(gateway, raw(gateway.http_port, "GET / HTTP/1.1\r\nHos"), 408, "limit")
        assert 1 < time.monotonic() - started < 9
        dribblers = []
        for _ in range(200):
            dribblers.append(Client(gateway.http_port).send("GET / HTTP/1.1\r\nHost: t\r\n"))
        end, told = time.monotonic() + 9, []
        while dribblers[0].socket not in told and time.monotonic() < end:
            for client in dribblers:
                if client.socket not in told:
                    with contextlib.suppress(OSError):
                        client.send("X: y\r\n")
            serves(gateway)
            told = select.select([client.socket for client in dribblers], [], [], 0.1)[0]
        assert dribblers[0].socket in told, "bytes now and then kept the head's deadline from coming"
        assert dribblers[0].read().status == 408
        for client in dribblers:
            client.socket.close()
        assert origin.count("/") == 0


def test_slow_body(binary):
    """A body that stalls is answered 408 with an event."""
    with serving(binary, site=SHORT) as (gateway, origin):
        post = "POST / HTTP/1.1\r\nHost: t\r\n"
        refused(gateway, raw(gateway.http_port, post + "Content-Length: 100\r\n\r\nabc"), 408, "limit")
        refused(gateway, raw(gateway.http_port, post + "Transfer-Encoding: chunked\r\n\r\n5\r\nab"), 408, "limit")
        # A byte now and then does not keep the deadline from coming.
        with Client(gateway.http_port) as client:
            client.send(post + "Content-Length: 1000\r\n\r\n")
            started = time.monotonic()
            while not select.select([client.socket], [], [], 0.1)[0]:
                client.send("a")
                assert time.monotonic() - started < 9
            refused(gateway, client.read(), 408, "limit")
        assert origin.count("/") == 0
        serves(gateway)


def test_slow_handshake(binary):
    """Handshakes that never go on hold nobody up."""
    with serving(binary) as (gateway, _):
        waiting = [Client(gateway.tls_port).send(b"\x16\x03\x01") for _ in range(300)]
        started = time.monotonic()
        for _ in range(5):
            assert get(gateway.tls_port, tls="t.example").status == 200
        assert time.monotonic() - started < 9
        for client in waiting:
            client.socket.close()


def test_idle(binary):
    """An idle connection is closed after its time, without an answer or an event."""
    with serving(binary, site=SHORT) as (gateway, _):
        with Client(gateway.http_port) as client, Client(gateway.http_port) as never:
            started = time.monotonic()
            assert client.get().status == 200
            assert client.ended() and never.ended()
            assert 1 < time.monotonic() - started < 9
        assert gateway.api("GET", "/events")[1]["items"] == []


def test_header_flood(binary):
    """Heads without an end are refused at the limit and cost no memory."""
    with serving(binary) as (gateway, origin):
        serves(gateway)
        before = memory_mb(gateway.process.pid)

        def flood():
            with Client(gateway.http_port) as client:
                try:
                    client.send("GET / HTTP/1.1\r\nHost: t\r\n")
                    for n in range(1000):
                        client.send(f"X-{n}: {'y' * 1000}\r\n" * 10)
                except OSError:
                    pass
        floods = [threading.Thread(target=flood) for _ in range(30)]
        for thread in floods:
            thread.start()
        for thread in floods:
            thread.join(60)
        assert memory_mb(gateway.process.pid) - before < 60
        refused(gateway, raw(gateway.http_port, "GET / HTTP/1.1\r\nHost: t\r\n" + "X: y\r\n" * 3000 + "\r\n"), 431, "limit")
        refused(gateway, raw(gateway.http_port, "GET /" + "a" * 200_000), 414, "limit")
        assert len(events(gateway, "reason=limit", least=30)) >= 30 and origin.count("/") == 0
        serves(gateway)


def test_pipelining(binary):
    """10,000 pipelined requests are answered one by one, in order, in bounded memory."""
    with serving(binary, lambda a: page(a.target)) as (gateway, _):
        serves(gateway)
        before = memory_mb(gateway.process.pid)
        with Client(gateway.http_port, timeout=60) as client:
            def push():
                for start in range(0, 10_000, 100):
                    client.send("".join(f"GET /{n} HTTP/1.1\r\nHost: t\r\n\r\n" for n in range(start, start + 100)))
            pusher = threading.Thread(target=push)
            pusher.start()
            for n in range(10_000):
                answer = client.read()
                assert answer.status == 200 and answer.body == f"/{n}".encode(), (n, answer)
            pusher.join()
        assert memory_mb(gateway.process.pid) - before < 40
        # Pipelined and never read: the gateway stops reading, too.
        with Client(gateway.http_port, timeout=1) as client:
            try:
                for _ in range(400):
                    client.send("GET /x HTTP/1.1\r\nHost: t\r\n\r\n" * 1000)
                raise AssertionError("400,000 requests were taken from a client that reads nothing")
            except OSError:
                pass
        assert memory_mb(gateway.process.pid) - before < 60
        serves(gateway)


def test_absurd_chunks(binary):
    """Chunk sizes that overflow, lie or hide are refused; nothing of them reaches the upstream."""
    sizes = ["FFFFFFFFFFFFFFFF", "10000000000000000", "-1", "0x10", " 5", "5 ", "+5", "", "g", "5;" + "x" * 20_000, "00000000000000000005",
             "5\n", "5\r", "7FFFFFFFFFFFFFFF"]
    head = "POST /c HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
    with serving(binary, site=SHORT) as (gateway, origin):
        for size in sizes:
            answer = raw(gateway.http_port, f"{head}{size}\r\nabcde\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: t\r\n\r\n")
            if size == "00000000000000000005" and answer.status == 200:
                continue
            assert answer is not None and answer.status in (400, 408, 413, 431), (size, answer)
            event(gateway, answer.id)
        trailers = "0\r\n" + "X: y\r\n" * 20_000 + "\r\n"
        answer = raw(gateway.http_port, head + trailers)
        assert answer.status in (400, 413, 431), answer
        refused(gateway, raw(gateway.http_port, "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 99999999999999999999\r\n\r\n"),
                400, "protocol")
        assert origin.count("/smuggled") == len([a for a in origin.asked if a.target == "/c"]) <= 1, origin.asked
        # One byte a chunk: a megabyte of them is a megabyte.
        with Client(gateway.http_port, timeout=60) as client:
            client.send(head + "1\r\nA\r\n" * 100_000 + "0\r\n\r\n")
            assert client.read().status in (200, 413)
        serves(gateway)


def test_large_bodies(binary):
    """Many large uploads at once are held to the inspection limit, not beyond."""
    limit = "SecRequestBodyLimit 1048576\nSecRequestBodyLimitAction ProcessPartial\n"
    with serving(binary, rules=RULES + limit) as (gateway, _):
        serves(gateway)
        before = memory_mb(gateway.process.pid)
        sent = threading.Barrier(8)

        def upload():
            with Client(gateway.http_port, timeout=60) as client:
                try:
                    client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Type: application/octet-stream\r\n"
                                f"Content-Length: {1 << 40}\r\n\r\n")
                    for _ in range(160):
                        client.send(b"z" * 65536)
                except OSError:
                    pass
                sent.wait(60)
                time.sleep(1)  # all of them are held at once
        uploads = [threading.Thread(target=upload) for _ in range(8)]
        for thread in uploads:
            thread.start()
        deadline = time.monotonic() + 60
        peak = 0
        while any(t.is_alive() for t in uploads) and time.monotonic() < deadline:
            peak = max(peak, memory_mb(gateway.process.pid))
            time.sleep(0.05)
            serves(gateway)
        assert peak - before < 8 * 4 + 30, f"{peak - before:.0f} MB for eight uploads"


def test_never_reads(binary):
    """A client that never reads a large response is cut after the write time; others are served meanwhile."""
    def big(asked):
        if asked.target == "/alive":
            return page("ok")

        def stream(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 400000000\r\n\r\n")
            for _ in range(6000):
                connection.sendall(b"x" * 65536)
            return False
        return stream

    with serving(binary, big, site=SHORT, waf={"response_body": "off"}) as (gateway, origin):
        serves(gateway)
        before = memory_mb(gateway.process.pid)
        stuck = [Client(gateway.http_port, receive_buffer=4096).send("GET /big HTTP/1.1\r\nHost: t\r\n\r\n") for _ in range(40)]
        end = time.monotonic() + 25  # by default it had 30 seconds
        while time.monotonic() < end and gateway.status()["connections"] > 0:
            serves(gateway)
            assert memory_mb(gateway.process.pid) - before < 60
            time.sleep(0.1)
        assert gateway.status()["connections"] == 0, "clients that read nothing are still connected"
        wait_until(lambda: len(origin.live) <= 2, 20, "the end of their upstream connections")
        for client in stuck:
            client.socket.close()


def test_drains_slowly(binary):
    """A client that takes a few bytes now and then is reset in time, also when all of the answer waits in the kernel."""
    def big(asked):
        return page("x" * (1 if asked.target == "/alive" else 1_000_000))

    with serving(binary, big, site=SHORT, waf={"response_body": "off"}) as (gateway, _):
        slow = [Client(gateway.http_port, receive_buffer=1024).send("GET /big HTTP/1.1\r\nHost: t\r\n\r\n") for _ in range(20)]
        slow += [Client(gateway.http_port, receive_buffer=1024).send("GET /big HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n")
                 for _ in range(20)]
        end = time.monotonic() + 25
        cut = set()
        while time.monotonic() < end and len(cut) < len(slow):
            for client in slow:
                try:
                    if client not in cut and not client.socket.recv(32):
                        cut.add(client)
                except OSError:
                    cut.add(client)
            serves(gateway)
            time.sleep(0.2)
        assert len(cut) == len(slow), f"{len(slow) - len(cut)} of {len(slow)} still drain"
        wait_until(lambda: gateway.status()["connections"] == 0, 20, "the end of the connections")


def test_reset_arrives(binary):
    """A slow reader is reset by the gateway's deadline, and its kernel knows it although bytes wait to be read there."""
    with serving(binary, lambda a: page("x" * 1_000_000), site=SHORT, waf={"response_body": "off"}) as (gateway, _):
        slow = [Client(gateway.http_port, receive_buffer=1024).send("GET /big HTTP/1.1\r\nHost: t\r\n\r\n") for _ in range(20)]
        broken = select.poll()
        for client in slow:
            broken.register(client.socket, 0)  # only what is told without being asked for: POLLERR, POLLHUP
        end = time.monotonic() + 25
        while time.monotonic() < end and len(broken.poll(100)) < len(slow):
            time.sleep(0.1)
        assert len(broken.poll(0)) == len(slow), f"{len(broken.poll(0))} of {len(slow)} were reset"
        # What had arrived is read first, so a tool that only reads, 32 bytes every 5 s, learns of it minutes later.
        assert slow[0].socket.recv(32)


def test_resets(binary):
    """Clients that vanish at every moment leave nothing behind."""
    def slow(asked):
        time.sleep(0.05)
        return page("x" * 20_000)

    with serving(binary, slow, site=SHORT) as (gateway, _):
        moments = ["", "GET", "GET / HTTP/1.1\r\nHost: t\r\n\r\n", "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 9\r\n\r\nab",
                   "GET / HTTP/1.1\r\nHost: t\r\n\r\n" * 5]
        for n in range(300):
            client = Client(gateway.http_port).send(moments[n % len(moments)])
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            client.socket.close()
        for n in range(100):
            client = Client(gateway.tls_port).send((b"\x16\x03", b"")[n % 2])
            client.socket.close()
        serves(gateway)
        wait_until(lambda: gateway.status()["connections"] == 0, 20, "the end of the connections")
        assert gateway.process.poll() is None
