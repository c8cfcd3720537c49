"""Upstreams that answer garbage, stop, stall or flood."""
import contextlib
import time

from system.fixture import serving, wait_until
from system.wire import Client, events, get, memory_mb, page, refused


def quick(document, ms=5000):
    document["upstreams"][0].update(first_byte_timeout_ms=ms, between_bytes_timeout_ms=ms, connect_timeout_ms=ms,
                                    eject_after_failures=0)


def then_close(*pieces, pause=0):
    def answer(connection):
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause)
        return False
    return answer


def stall(*pieces):
    return then_close(*pieces, b"", pause=30)


GARBAGE = {
    "/garbage": b"\x00\xff garbage\r\n\r\n", "/ssh": b"SSH-2.0-OpenSSH\r\n", "/h2": b"\0\0\x12\4\0\0\0\0\0" + bytes(18),
    "/status": b"HTTP/1.1 2x0 OK\r\n\r\n", "/http9": b"HTTP/9.9 200 OK\r\nContent-Length: 0\r\n\r\n",
    "/lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    "/both": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "/negative": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "/nul": b"HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n",
    "/split": b"HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: evil=1\r\nContent-Length: 0\r\n\r\n",
    "/head": b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 1_000_000 + b"\r\n\r\n",
    "/101": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    "/flood": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 100_000, "/nothing": b"",
}


def answer(asked):
    if asked.target in GARBAGE:
        return then_close(GARBAGE[asked.target])
    return {
        "/stall": stall(), "/stall-head": stall(b"HTTP/1.1 200 OK\r\nContent-Le"),
        "/stall-body": stall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"),
        "/cut": then_close(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"),
        "/cut-chunks": then_close(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n"),
        "/bad-chunks": then_close(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\nzz\r\n"),
        "/extra": then_close(page("good") + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"),
        "/hints": then_close(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 3 + page("hinted")),
        "/old": then_close(b"HTTP/1.0 200 OK\r\n\r\nuntil the end"),
    }.get(asked.target, page("fine"))


def test_garbage(binary):
    """What is no HTTP answer is a 502 with our page and an event that says what was wrong."""
    with serving(binary, answer, change=quick) as (gateway, origin):
        for target in GARBAGE:
            got = get(gateway.http_port, target)
            if target == "/http9" and got.status == 200:
                continue
            found = refused(gateway, got, 502, "upstream", decision="passed")
            assert origin.address in str(found), found
            assert b"evil" not in got.body and got.field("set-cookie") is None
        assert get(gateway.http_port).status == 200


def test_stalls(binary):
    """An upstream that stalls is a 504 within its time, or the answer is cut where it had begun."""
    with serving(binary, answer, change=lambda d: quick(d, ms=500)) as (gateway, _):
        for target in ("/stall", "/stall-head"):
            started = time.monotonic()
            refused(gateway, get(gateway.http_port, target), 504, "upstream", decision="passed")
            assert time.monotonic() - started < 10
        started = time.monotonic()
        assert incomplete(gateway, "/stall-body") and time.monotonic() - started < 10
        assert get(gateway.http_port).status == 200


def incomplete(gateway, target):
    """The client can tell that the answer is not whole: an error of ours, or a connection cut within the body."""
    with Client(gateway.http_port) as client:
        try:
            got = client.get(target)
            return got.status in (502, 504)
        except (EOFError, ConnectionError):
            return True


def test_cut(binary):
    """An answer that breaks off never looks whole to the client, inspected or not."""
    for body in ("buffer", "off"):
        with serving(binary, answer, change=quick, waf={"response_body": body}) as (gateway, _):
            for target in ("/cut", "/cut-chunks", "/bad-chunks"):
                assert incomplete(gateway, target), (body, target)
            assert get(gateway.http_port).status == 200
            assert len(events(gateway, "reason=upstream", least=3)) == 3


def test_smuggled_answer(binary):
    """Bytes after an answer are never the answer to the next request."""
    with serving(binary, answer, change=quick) as (gateway, _):
        with Client(gateway.http_port) as client:
            for _ in range(20):
                assert client.get("/extra").body == b"good"
                assert client.get("/next").body == b"fine"
        assert get(gateway.http_port, "/hints").body == b"hinted"
        assert get(gateway.http_port, "/old").body == b"until the end"


def test_endless(binary):
    """An endless answer is streamed in bounded memory, and ends when the client goes."""
    def endless(asked):
        if asked.target != "/endless":
            return page("fine")

        def stream(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/plain\r\n\r\n")
            while True:
                connection.sendall(b"10000\r\n" + b"e" * 65536 + b"\r\n")
        return stream

    with serving(binary, endless, change=quick) as (gateway, origin):
        assert get(gateway.http_port).status == 200
        before = memory_mb(gateway.process.pid)
        with Client(gateway.http_port) as client:
            client.send("GET /endless HTTP/1.1\r\nHost: t\r\n\r\n")
            taken = 0
            while taken < 60 << 20:
                data = client.socket.recv(1 << 20)
                assert data, "the endless answer was cut"
                taken += len(data)
            assert memory_mb(gateway.process.pid) - before < 40
        wait_until(lambda: len(origin.live) <= 1, 20, "the end of the upstream connection of a client that went")


def test_stale_keepalive(binary):
    """An upstream that closes its idle connections is no fault that a client sees."""
    with serving(binary, change=quick) as (gateway, origin):
        with Client(gateway.http_port) as client:
            for n in range(30):
                assert client.get(f"/{n}").status == 200
                for connection in list(origin.live):
                    with contextlib.suppress(OSError):  # the gateway may have closed it already
                        connection.shutdown(2)
        assert gateway.api("GET", "/events")[1]["items"] == []
