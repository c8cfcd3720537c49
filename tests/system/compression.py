"""Compression at the edge."""
import gzip
import shutil
import subprocess
import threading
import zlib

from support.h2 import H2
from system.fixture import serving
from system.wire import Client, get, memory_mb, page

ON = {"compression": {"enabled": True, "codings": ["br", "gzip"]}}
TEXT = "".join(f"<li>item {n * n}</li>" for n in range(5000))
GZIP = "Accept-Encoding: gzip\r\n"


def html(asked):
    if asked.target == "/cookie":
        return page(TEXT, 200, "Content-Type: text/html\r\nSet-Cookie: s=1\r\n")
    if asked.target == "/coded":
        return page(gzip.compress(TEXT.encode()), 200, "Content-Type: text/html\r\nContent-Encoding: gzip\r\n")
    if asked.target == "/image":
        return page(TEXT, 200, "Content-Type: image/png\r\n")
    if asked.target == "/short":
        return page("short", 200, "Content-Type: text/html\r\n")
    if asked.target == "/cached":
        return page(TEXT, 200, "Content-Type: text/html\r\nETag: \"v1\"\r\nCache-Control: max-age=60\r\n")
    if asked.method == "HEAD":
        return f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(TEXT)}\r\n\r\n".encode()
    return page(TEXT, 200, "Content-Type: text/html\r\nETag: \"v1\"\r\nAccept-Ranges: bytes\r\n")


def test_coded(binary):
    """Text goes out coded, over both versions of HTTP, with Vary and a weak validator; what must not is left as it is."""
    with serving(binary, html, site=ON) as (gateway, _):
        answer = get(gateway.http_port, fields=GZIP)
        assert gzip.decompress(answer.body).decode() == TEXT and len(answer.body) < len(TEXT) / 3
        assert answer.field("content-encoding") == "gzip" and "Accept-Encoding" in answer.field("vary")
        assert answer.field("etag") == 'W/"v1"' and answer.field("content-length") is None
        assert answer.field("accept-ranges") is None
        plain = get(gateway.http_port)
        assert plain.body.decode() == TEXT and plain.field("etag") == '"v1"' and plain.field("vary") == "Accept-Encoding"
        with H2(gateway.tls_port) as client:
            stream = client.get("/", fields=[("accept-encoding", "gzip, br;q=0.5")])
            assert stream.field("content-encoding") == "gzip" and gzip.decompress(stream.body).decode() == TEXT
            stream = client.get("/", fields=[("accept-encoding", "gzip, br")])
            assert stream.field("content-encoding") == "br"
        for target in ("/cookie", "/image", "/short"):
            answer = get(gateway.http_port, target, fields=GZIP)
            assert answer.field("content-encoding") is None and answer.field("vary") is None, answer
        assert gzip.decompress(get(gateway.http_port, "/coded", fields=GZIP).body).decode() == TEXT
        assert get(gateway.http_port, "/?q=reflected", fields=GZIP + "Cookie: s=1\r\n").field("content-encoding") is None
        head = get(gateway.http_port, fields=GZIP, method="HEAD")
        assert head.field("content-encoding") is None and head.field("vary") == "Accept-Encoding", head
        # HTTP/1.0 has no chunks.
        with Client(gateway.http_port) as client:
            assert client.send(f"GET / HTTP/1.0\r\nHost: t\r\n{GZIP}\r\n").read().body.decode() == TEXT
    with serving(binary, html) as (gateway, _):
        assert get(gateway.http_port, fields=GZIP).field("content-encoding") is None, "it is on though nobody asked for it"


def test_cross_site(binary):
    """What another site asks for with the cookies of ours is not coded: its text may be in the path, and come back."""
    with serving(binary, html, site=ON) as (gateway, _):
        def coding(fields):
            return get(gateway.http_port, fields=GZIP + fields).field("content-encoding")
        cookie, away, ours = "Cookie: s=1\r\n", "Referer: https://evil.example/\r\n", "Referer: http://t.example:80/a\r\n"
        for theirs in ("Sec-Fetch-Site: cross-site\r\n", away, "Referer: evil\r\n", "Sec-Fetch-Site: cross-site\r\n" + ours):
            assert coding(theirs + cookie) is None, theirs
            assert coding(theirs) == "gzip", theirs  # no cookie, no secret
        for fields in ("", ours, "Sec-Fetch-Site: same-origin\r\n", "Sec-Fetch-Site: none\r\n", "Sec-Fetch-Site: same-site\r\n" + away):
            assert coding(fields + cookie) == "gzip", fields


def test_curl(binary):
    """A real client decodes what it gets."""
    if not shutil.which("curl"):
        return "not run: curl is not installed"
    with serving(binary, html, site=ON) as (gateway, _):
        for options in (["--http1.1"], ["--http2"]):
            done = subprocess.run(["curl", "-sk", "--compressed", *options, f"https://127.0.0.1:{gateway.tls_port}/"],
                                  capture_output=True, timeout=60)
            assert done.stdout.decode() == TEXT, done


def test_stream(binary):
    """An event stream is readable event by event though it is coded."""
    step = threading.Semaphore(0)

    def events(asked):
        def speak(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
            for n in range(5):
                step.acquire()
                event = f"data: {n}\n\n".encode()
                connection.sendall(b"%x\r\n%s\r\n" % (len(event), event))
            connection.sendall(b"0\r\n\r\n")
            return True
        return speak

    with serving(binary, events, site=ON) as (gateway, _), Client(gateway.http_port) as client:
        client.send(f"GET / HTTP/1.1\r\nHost: t\r\n{GZIP}\r\n")
        assert b"gzip" in client.take_until(b"\r\n\r\n")
        decoder, text = zlib.decompressobj(31), b""
        for n in range(5):
            step.release()
            while not text.endswith(b"data: %d\n\n" % n):
                text += decoder.decompress(client.take(int(client.take_until(b"\r\n"), 16)))
                client.take(2)


def test_cache(binary):
    """The cache keeps the plain form and gives each client what it takes; 304 matches the weak validator."""
    with serving(binary, html, site={**ON, "cache": {"enabled": True}}) as (gateway, origin):
        assert get(gateway.http_port, "/cached", fields=GZIP).field("content-encoding") == "gzip"
        coded = get(gateway.http_port, "/cached", fields=GZIP)
        assert "hit" in coded.field("cache-status") and gzip.decompress(coded.body).decode() == TEXT
        plain = get(gateway.http_port, "/cached")
        assert "hit" in plain.field("cache-status") and plain.body.decode() == TEXT
        again = get(gateway.http_port, "/cached", fields=GZIP + 'If-None-Match: W/"v1"\r\n')
        assert again.status == 304 and again.field("etag") == 'W/"v1"', again
        assert origin.count("/cached") == 1


def test_large(binary):
    """A large response is coded in bounded memory."""
    megabytes = 30

    def big(asked):
        def stream(connection):
            connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {megabytes << 20}\r\n\r\n".encode())
            block = TEXT.encode()[:65536]
            for _ in range(megabytes * 16):
                connection.sendall(block)
            return True
        return page("ok") if asked.target == "/small" else stream

    with serving(binary, big, site=ON, waf={"response_body": "off"}) as (gateway, _):
        assert get(gateway.http_port, "/small").status == 200
        before = memory_mb(gateway.process.pid)
        with Client(gateway.http_port, timeout=60) as client:
            answer = client.get("/big", fields=GZIP)
        assert len(zlib.decompress(answer.body, 31)) == megabytes << 20
        assert memory_mb(gateway.process.pid) - before < 24
