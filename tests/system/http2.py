"""HTTP/2 on the client's side: the same inspection, events and limits as over HTTP/1, with real clients where they are."""
import base64
import hashlib
import os
import shutil
import struct
import subprocess
import tempfile
import threading
import time

from support.h2 import (CONTINUATION, DATA, END_STREAM, GOAWAY, H2, HEADERS, PING, PRIORITY, RST_STREAM, SETTINGS,
                        WINDOW_UPDATE, Reset, frame)
from system.fixture import ATTACK, serving, wait_until
from system.wire import event, events, memory_mb, page, raw, refused

SHORT = {"timeouts": {"head_ms": 3000, "body_ms": 900, "idle_ms": 3000, "write_ms": 900}}


def curl(gateway, *arguments, http="--http2", timeout=120):
    return subprocess.run(
        ["curl", "-sk", http, "--resolve", f"t.example:{gateway.tls_port}:127.0.0.1", "-o", "/dev/null", "-w",
         "%{http_code} %{http_version} %{size_download}", *arguments[:-1],
         f"https://t.example:{gateway.tls_port}{arguments[-1]}"],
        check=True, capture_output=True, text=True, timeout=timeout).stdout


def test_curl(binary):
    """curl gets and posts over HTTP/2; with http2 off it is given HTTP/1.1."""
    with serving(binary, lambda a: page(a.body or "ok")) as (gateway, origin):
        assert curl(gateway, "/a?b=c") == "200 2 2"
        assert curl(gateway, "-d", "name=value", "/form") == "200 2 10"
        asked = origin.asked[-1]
        assert asked.method == "POST" and asked.body == b"name=value" and asked.field("host").startswith("t.example")
        assert asked.field("via") == "2.0 portcullis" and asked.field("x-forwarded-proto") == "https", asked.fields
        assert curl(gateway, "-I", "/head").startswith("200 2")
    with serving(binary, change=lambda d: d["listeners"][1].update(http2=False)) as (gateway, _):
        assert curl(gateway, "/").startswith("200 1.1")


def test_prior_knowledge(binary):
    """In clear HTTP/2 is spoken to clients that start with it, where the listener takes it, beside HTTP/1."""
    with serving(binary, change=lambda d: d["listeners"][0].update(http2_prior_knowledge=True)) as (gateway, _):
        with H2(gateway.http_port, tls=None) as client:
            assert client.get("/", authority="t.example").status == 200
        done = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code} %{http_version}",
                               f"http://127.0.0.1:{gateway.http_port}/"], capture_output=True, text=True, timeout=60)
        assert done.stdout == "200 1.1", done.stdout
        # Neither of the two: no answer, and an event. What names a version of HTTP is told.
        assert raw(gateway.http_port, b"INVALID CONNECTION PREFACE\r\n\r\n") is None
        assert [e["method"] for e in events(gateway, "reason=protocol")] == ["INVALID"]
        assert raw(gateway.http_port, b"GET / HTTP/9\r\n\r\n").status == 400
    with serving(binary) as (gateway, _):
        try:
            with H2(gateway.http_port, tls=None) as client:
                client.get("/")
            raise AssertionError("HTTP/2 in clear was taken though it is off")
        except (EOFError, OSError, Reset):
            pass


def test_goaway(binary):
    """A client's GOAWAY leaves what it asked for to be answered; then ours says what was served, and the connection ends."""
    def slow(asked):
        time.sleep(0.5)
        return page(asked.body or asked.target)

    with serving(binary, slow) as (gateway, _):
        for ask in (True, False):
            with H2(gateway.tls_port) as client:
                if ask:
                    numbers = [client.start(path="/a"), client.start("POST", "/b", end=False)]
                client.send(frame(GOAWAY, 0, 0, struct.pack(">II", 0, 0)))
                if ask:
                    client.data(numbers[1], b"body")
                    answers = [client.answer(number) for number in numbers]
                    assert [a.status for a in answers] == [200, 200] and answers[1].body == b"body", answers
                started = time.monotonic()
                try:
                    while True:
                        client.pump()
                except EOFError:
                    pass
                assert client.goaway == (numbers[1] if ask else 0, 0), client.goaway
                assert time.monotonic() - started < 8
        assert gateway.api("GET", "/events")[1]["items"] == []


def test_large_transfers(binary):
    """Uploads and downloads of any size go through in bounded memory."""
    megabytes = 1000 if os.environ.get("PORTCULLIS_LONG") else 200

    def big(asked):
        if asked.method == "POST":
            return page("taken")

        def stream(connection):
            connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {megabytes << 20}\r\n\r\n".encode())
            for _ in range(megabytes * 16):
                connection.sendall(b"x" * 65536)
            return True
        return stream

    rules = "SecRuleEngine On\nSecRequestBodyAccess On\nSecRequestBodyLimit 1048576\nSecRequestBodyLimitAction ProcessPartial\n"
    with serving(binary, big, rules=rules) as (gateway, _):
        assert curl(gateway, "/small").startswith("200 2")
        before = memory_mb(gateway.process.pid)
        with tempfile.NamedTemporaryFile() as file:
            file.truncate(megabytes << 20)
            assert curl(gateway, "-H", "Expect:", "-H", "Content-Type: application/octet-stream", "--data-binary",
                        f"@{file.name}", "/up") == "200 2 5"
        assert curl(gateway, "/down") == f"200 2 {megabytes << 20}"
        assert memory_mb(gateway.process.pid) - before < 32


def test_nghttp(binary):
    """nghttp, another client, gets a page with what belongs to it on one connection."""
    if not shutil.which("nghttp"):
        return "nghttp is not installed"
    with serving(binary) as (gateway, origin):
        targets = [f"https://127.0.0.1:{gateway.tls_port}/{n}" for n in range(20)]
        done = subprocess.run(["nghttp", "-snv", *targets], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and done.stdout.count(":status: 200") == 20, done.stdout[-2000:] + done.stderr
        assert len(origin.asked) == 20


def test_frames(binary):
    """An answer that is there as a whole goes out as one HEADERS and one DATA frame, which ends the stream."""
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    trailers = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"

    def answer(asked):
        return {"/chunked": chunked, "/trailers": trailers}.get(asked.target, page("hello"))
    with serving(binary, answer) as (gateway, origin), H2(gateway.tls_port) as client:
        seen, take = [], client.take

        def note(kind, flags, number, payload):
            if number:
                seen.append((kind, flags & END_STREAM))
            take(kind, flags, number, payload)
        client.take = note
        for path, ends in (("/length", [DATA]), ("/chunked", [DATA]), ("/trailers", [DATA, HEADERS])):
            for _ in range(3):  # the connection to the origin is used again
                seen.clear()
                assert client.get(path).body == b"hello"
                assert seen == [(HEADERS, 0), *((kind, 0) for kind in ends[:-1]), (ends[-1], END_STREAM)], (path, seen)
        assert origin.accepted == 1, origin.accepted


def test_concurrent_streams(binary):
    """A hundred streams at once are answered as they come, none of them twice."""
    def slow(asked):
        time.sleep(0.3)
        return page(asked.target)

    with serving(binary, slow) as (gateway, origin):
        with H2(gateway.tls_port) as client:
            started = time.monotonic()
            numbers = [client.start(path=f"/{n}") for n in range(100)]
            for n, number in enumerate(numbers):
                answer = client.answer(number)
                assert (answer.status, answer.body) == (200, f"/{n}".encode()), answer
            assert time.monotonic() - started < 15, "the streams waited for each other"
        assert sorted(a.target for a in origin.asked) == sorted(f"/{n}" for n in range(100))


def test_attack(binary):
    """An attack over HTTP/2 is a 403 whose event says HTTP/2, in the query, in a form and in a cookie's crumbs."""
    with serving(binary) as (gateway, origin), H2(gateway.tls_port) as client:
        form = [("content-type", "application/x-www-form-urlencoded")]
        for answer in (client.get(ATTACK), client.get("/", "POST", form, b"a=evil7attack"),
                       client.get("/", fields=[("cookie", "x=1"), ("cookie", "y=evil7attack")])):
            assert answer.status == 403 and answer.id.encode() in answer.body, answer
            found = event(gateway, answer.id)
            assert found["request"]["protocol"] == "HTTP/2.0" and found["reason"] == "waf", found
            assert [r["id"] for r in found["rules"]] == [1001]
        assert client.get("/fine").status == 200 and len(origin.asked) == 1


def test_refusals(binary):
    """What HTTP/2 forbids in a request is a 400, a reset and an event; the connection lives on."""
    bad = [[("x-upper", "v"), ("Connection", "close")], [("connection", "close")], [("transfer-encoding", "chunked")],
           [("te", "gzip")], [("x", "a\r\nb: c")], [("content-length", "5")], [("host", "evil.example")]]
    with serving(binary) as (gateway, origin), H2(gateway.tls_port) as client:
        for fields in bad:
            number = client.start(fields=fields)
            answer = client.answer(number)
            assert answer.status == 400, (fields, answer)
            assert event(gateway, answer.id)["reason"] == "protocol", fields
        assert client.get("/fine").status == 200
        assert [a.target for a in origin.asked] == ["/fine"]


def test_slow_streams(binary):
    """A stream whose body or window stalls is ended in time, however it trickles; others go on."""
    with serving(binary, lambda a: page("x" * 200_000), site=SHORT) as (gateway, _):
        with H2(gateway.tls_port, window=0) as client:
            stalled = client.start(path="/stalled")
            body = client.start("POST", fields=[("content-length", "1000")], end=False)
            started = time.monotonic()
            try:
                while client.streams[body].status is None and time.monotonic() - started < 10:
                    client.data(body, b"a", end=False)
                    client.socket.settimeout(0.1)
                    try:
                        client.pump()
                    except OSError:
                        pass
            finally:
                client.socket.settimeout(20)
            assert client.head(body).status == 408 and time.monotonic() - started < 10
            assert event(gateway, client.streams[body].id)["reason"] == "limit"
            try:
                client.answer(stalled)
                raise AssertionError("a response went through a window of nothing")
            except Reset:
                assert time.monotonic() - started < 10
        # Nothing under way: the connection ends by itself, whatever is pinged meanwhile.
        with H2(gateway.tls_port) as client:
            started = time.monotonic()
            try:
                while time.monotonic() - started < 10:
                    client.send(b"\0\0\x08\x06\0\0\0\0\0pingpong")
                    time.sleep(0.2)
                    client.pump()
                raise AssertionError("an idle connection lives on by pings")
            except (EOFError, OSError):
                assert client.goaway is None or client.goaway[1] == 0


def test_changes(binary):
    """Configuration changes end no stream and no connection."""
    def slow(asked):
        time.sleep(0.05)
        return page("ok")

    with serving(binary, slow) as (gateway, _), H2(gateway.tls_port) as client:
        stop, failures, answered = [], [], [0]

        def ask():
            try:
                while not stop:
                    for number in [client.start(path="/x") for _ in range(10)]:
                        assert client.answer(number).status == 200
                        answered[0] += 1
            except BaseException as e:  # noqa: B902
                failures.append(repr(e))
        thread = threading.Thread(target=ask)
        thread.start()
        for n in range(10):
            status, said = gateway.api("PATCH", "/sites/test", {"waf": {"mode": ("DetectionOnly", "On")[n % 2]}})
            assert status == 200, said
            before = answered[0]
            wait_until(lambda: failures or answered[0] > before, 30, "answers between two changes")
        stop.append(True)
        thread.join(60)
        assert not failures and answered[0] > 20, (failures, answered)


def test_drain(binary):
    """A stop sends GOAWAY, finishes the streams under way and then closes."""
    entered, release = threading.Event(), threading.Event()

    def slow(asked):
        if asked.target == "/slow":
            entered.set()
            release.wait(60)
        return page("done")

    with serving(binary, slow) as (gateway, _), H2(gateway.tls_port) as client:
        assert client.get("/first").status == 200
        number = client.start(path="/slow")
        assert entered.wait(30)
        stopping = threading.Thread(target=gateway.stop)
        stopping.start()
        while client.goaway is None:
            client.pump()
        release.set()
        answer = client.answer(number)
        assert (answer.status, answer.body) == (200, b"done")
        try:
            while True:
                client.pump()
        except (EOFError, OSError):
            pass
        assert client.goaway == (number, 0), client.goaway
        stopping.join(60)
        assert gateway.process.returncode == 0


def test_floods(binary):
    """Floods end the connection with an event; memory stays and others are served."""
    with serving(binary) as (gateway, _):
        with H2(gateway.tls_port) as client:
            assert client.get("/").status == 200
        before = memory_mb(gateway.process.pid)
        for flood in (lambda c: c.send(frame(PING, 0, 0, b"12345678") * 100),
                      lambda c: [c.send(frame(RST_STREAM, 0, c.start(path="/r"), b"\0\0\0\x08")) for _ in range(100)]):
            with H2(gateway.tls_port) as client:
                try:
                    for _ in range(300):
                        flood(client)
                    while True:
                        client.pump()
                except (OSError, EOFError):
                    assert client.goaway is None or client.goaway[1] == 11, client.goaway
            with H2(gateway.tls_port) as client:
                assert client.get("/").status == 200
        assert len([e for e in events(gateway, "reason=limit", least=2)]) >= 2
        assert memory_mb(gateway.process.pid) - before < 40


def pump_to_the_end(client):
    try:
        while True:
            client.pump()
    except (EOFError, OSError):
        pass


def test_flood_events(binary):
    """Each kind of flood makes one event for its connection, however much of it came."""
    def send(data, times=1):
        return lambda c: [c.send(data) for _ in range(times)]

    def open_many(client):
        for _ in range(150):
            client.start("POST", end=False)

    def reset_own(client):
        for _ in range(400):
            client.send(frame(RST_STREAM, 0, client.start(path="/r"), b"\0\0\0\x08"))

    def empty_data(client):
        number = client.start("POST", end=False)
        client.send(frame(DATA, 0, number) * 3000)

    def continuations(client):
        client.send(frame(HEADERS, 0, 1, b"") + frame(CONTINUATION, 0, 1, b"") * 3000)

    floods = {"ping": send(frame(PING, 0, 0, b"12345678") * 500, 10), "settings": send(frame(SETTINGS, 0, 0) * 500, 10),
              "window": send(frame(WINDOW_UPDATE, 0, 0, b"\0\0\0\1") * 500, 10),
              "priority": send(frame(PRIORITY, 0, 1, b"\0\0\0\0\1") * 500, 10), "streams": open_many, "resets": reset_own,
              "empty data": empty_data, "continuations": continuations}
    with serving(binary) as (gateway, _):
        for n, (name, flood) in enumerate(floods.items()):
            with H2(gateway.tls_port) as client:
                client.pump()
                try:
                    for _ in range(3):
                        flood(client)
                    client.socket.settimeout(2)
                    pump_to_the_end(client)
                except OSError:
                    pass
            events(gateway, "reason=limit", least=n + 1)
            time.sleep(0.1)
            found = events(gateway, "reason=limit", least=n + 1)
            assert len(found) == n + 1, (name, [e.get("detail") for e in found])
        with H2(gateway.tls_port) as client:
            assert client.get("/").status == 200


def test_goodbye(binary):
    """Whatever ends a connection, a GOAWAY says so with the last stream that was taken, and arrives before the end."""
    def slow(asked):
        if asked.target == "/slow":
            time.sleep(0.7)
        return page("done")

    with serving(binary, slow, site=SHORT) as (gateway, _):
        with H2(gateway.tls_port) as client:  # idle
            assert client.get("/").status == 200 and client.get("/").status == 200
            pump_to_the_end(client)
            assert client.closed and client.goaway == (3, 0), client.goaway
        with H2(gateway.tls_port) as client:  # a fault of the connection
            assert client.get("/").status == 200
            client.send(frame(DATA, 0, 0, b"x"))
            pump_to_the_end(client)
            assert client.closed and client.goaway == (1, 1), client.goaway
        with H2(gateway.tls_port) as client:  # the client's own word: what is under way is finished
            number = client.start(path="/slow")
            client.send(frame(GOAWAY, 0, 0, bytes(8)))
            assert client.answer(number).body == b"done"
            pump_to_the_end(client)
            assert client.closed, "not closed in order"


def test_limits(binary):
    """The site's limits hold on streams: 414, 431, 413, with their events."""
    with serving(binary, site={"limits": {"body_bytes": 1000, "uri_bytes": 500, "head_bytes": 4000}}) as (gateway, _):
        with H2(gateway.tls_port) as client:
            refused(gateway, client.get("/" + "a" * 600), 414, "limit")
            refused(gateway, client.get("/", fields=[("x", "y" * 5000)]), 431, "limit")
            refused(gateway, client.get("/", "POST", body=b"z" * 2000), 413, "limit")
            refused(gateway, client.get("/", "POST", [("content-length", "2000")], b"z" * 2000), 413, "limit")
            assert client.get("/").status == 200


def test_websocket(binary):
    """A WebSocket by extended CONNECT is inspected as its HTTP/1 handshake is, and relayed both ways."""
    lost = []

    def echo(asked):
        key = asked.field("sec-websocket-key") or ""
        accept = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
        if asked.target == "/wrong":
            accept = "AAAA"

        def speak(connection):
            connection.sendall(f"HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                               f"Sec-WebSocket-Accept: {accept}\r\n\r\nwelcome".encode())
            while data := connection.recv(65536):
                connection.sendall(data.upper())
            lost.append(asked.target)
            return False
        return speak

    def shake(client, path):
        return client.start(fields=[("sec-websocket-version", "13"), ("origin", "https://t.example")], end=False, pseudo=[
            (":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "https"), (":path", path),
            (":authority", "t.example")])

    with serving(binary, echo) as (gateway, origin), H2(gateway.tls_port) as client:
        number = shake(client, "/chat")
        stream = client.head(number)
        assert stream.status == 200 and client.settings[8] == 1, stream
        asked = origin.asked[0]
        assert asked.method == "GET" and asked.field("upgrade") == "websocket" and len(asked.field("sec-websocket-key")) == 24
        client.data(number, b"hello", end=False)
        while stream.body != b"welcomeHELLO":
            client.pump()
        client.data(number, b"x" * 300_000, end=False)
        while len(stream.body) < 300_012:
            client.pump()
        client.data(number, b"", end=True)
        assert client.answer(number).body.endswith(b"X")
        assert client.answer(shake(client, "/wrong")).status == 502
        assert client.answer(shake(client, ATTACK)).status == 403
        assert [a.target for a in origin.asked] == ["/chat", "/wrong"]
        wait_until(lambda: "/chat" in lost, 20, "end of the tunnel at the origin")
