"""HTTP/2 to upstreams: streams of many clients on few connections, and gRPC from end to end."""
import concurrent.futures
import pathlib
import ssl
import tempfile
import threading
import time

from support.h2 import H2
from support.h2_origin import H2Origin
from system.fixture import ATTACK, serving, wait_until
from system.tls import Authority
from system.wire import Client, Origin, event, events, get, memory_mb

try:
    import grpc
except ImportError:
    grpc = None

H2C = {"protocol": "h2c"}


def h2c(*more, **options):
    def change(document):
        document["upstreams"][0].update(H2C)
        document["upstreams"][0]["endpoints"] += [{"address": a} for a in more]
        document["listeners"][0]["http2_prior_knowledge"] = True
    return {"change": change, **options}


def test_requests(binary):
    """Requests of HTTP/1 and HTTP/2 clients reach an HTTP/2 upstream whole, with the same fields, on one connection."""
    with H2Origin() as origin, serving(binary, origin=origin, **h2c()) as (gateway, _):
        answer = get(gateway.http_port, "/a?b=c", fields="X-One: 1\r\nTE: trailers, deflate\r\nConnection: TE\r\n")
        assert answer.status == 200 and answer.body == b"GET /a?b=c", answer
        asked = origin.asked[0]
        assert asked.field(":authority") == "t.example" and asked.field(":scheme") == "http", asked.fields
        assert asked.field("x-one") == "1" and asked.field("via") == "1.1 portcullis" and asked.field("te") == "trailers"
        assert not {"connection", "host", "transfer-encoding"} & {n for n, _ in asked.fields}, asked.fields
        body = bytes(range(256)) * 4000
        with Client(gateway.http_port, timeout=60) as client:
            assert client.get("/up", method="POST", body=body).status == 200
        assert origin.asked[1].length == len(body) and origin.asked[1].body == body[:len(origin.asked[1].body)]
        with H2(gateway.tls_port) as client:
            assert client.get("/x", "POST", [("content-type", "text/plain")], b"hello").status == 200
            assert client.get(ATTACK).status == 403
        assert origin.asked[2].body == b"hello" and len(origin.asked) == 3
        for _ in range(10):  # of an origin that sends the body that HEAD forbids
            assert get(gateway.http_port, "/head", method="HEAD").status == 200
        assert len(origin.connections) <= 2, "one for each loop at most"


def test_over_tls(binary):
    """Over TLS HTTP/2 is agreed on in the handshake; an upstream that does not is a 502 whose event says so."""
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(pathlib.Path(folder))
        certificate = authority.issue(["app.example"])

        def change(document):
            document["upstreams"][0].update(protocol="h2", tls={
                "enabled": True, "server_name": "app.example", "ca_file": str(authority.pem)})

        for alpn, status in ((["h2"], 200), (["http/1.1"], 502)):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            context.set_alpn_protocols(alpn)
            with H2Origin(tls=context) as origin, serving(binary, origin=origin, change=change) as (gateway, _):
                for _ in range(3):
                    answer = get(gateway.http_port, "/a")
                    assert answer.status == status, answer
                if status == 200:
                    assert answer.body == b"GET /a" and origin.asked[0].field(":scheme") == "https"
                    assert len(origin.connections) <= 2
                else:
                    assert "does not agree on HTTP/2" in event(gateway, answer.id)["detail"]


def test_asked_whether_it_is_well(binary):
    """The active check and the test of an address speak HTTP/2 to an upstream that speaks nothing else."""
    def change(document):
        h2c()["change"](document)
        document["upstreams"][0]["health_check"] = {"enabled": True, "path": "/health?a=b", "interval_ms": 1000,
                                                     "timeout_ms": 1000}

    def probe(gateway, **like):
        status, said = gateway.api("POST", "/upstreams/probe", like)
        assert status == 200, said
        return said
    with H2Origin() as origin, serving(binary, origin=origin, change=change) as (gateway, _):
        wait_until(lambda: any(a.path == "/health?a=b" for a in origin.asked), 20, "an active check")
        wait_until(lambda: gateway.status()["endpoints"][0]["state"] == "healthy", 20, "a healthy endpoint")
        assert get(gateway.http_port, "/a").status == 200
        said = probe(gateway, address=origin.address, protocol="h2c")
        assert said["ok"] and "GET / answered 200" in said["message"] and "HTTP/2" in said["message"], said
        assert any(a.field("user-agent") == "portcullis-probe" for a in origin.asked), "nobody asked"
        said = probe(gateway, address=origin.address)
        assert not said["ok"], said
        wait_until(lambda: len(origin.live) <= 2, 20, "the end of the probes' connections")
    with Origin() as http1, serving(binary, origin=http1) as (gateway, _):
        said = probe(gateway, address=http1.address, protocol="h2c")
        assert not said["ok"] and "does it speak HTTP/2" in said["message"], said
        status, said = gateway.api("POST", "/upstreams/probe", {"address": http1.address, "protocol": "h9"})
        assert status >= 400, said
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(pathlib.Path(folder))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*authority.issue(["app.example"]))
        context.set_alpn_protocols(["h2"])
        tls = {"enabled": True, "server_name": "app.example", "ca_pem": authority.pem.read_text()}
        with H2Origin(tls=context) as origin, serving(binary, origin=origin) as (gateway, _):
            said = probe(gateway, address=origin.address, protocol="h2", tls=tls)
            assert said["ok"] and "over TLS" in said["message"], said


def test_multiplexed(binary):
    """A hundred requests at once share a connection for each loop, within the streams that the upstream allows."""
    def slow(asked):
        time.sleep(0.2)
        asked.connection.answer(asked.number, asked.path.encode())

    with H2Origin(slow, settings={3: 20}) as origin, serving(binary, origin=origin, **h2c(workers=1)) as (gateway, _):
        assert get(gateway.http_port, "/first").status == 200
        with H2(gateway.tls_port, timeout=60) as client:
            for number in [client.start(path=f"/{n}") for n in range(100)]:
                answer = client.answer(number)
                assert answer.status == 200 and answer.body == f"/{(number - 1) // 2}".encode(), answer
        assert len(origin.connections) <= 6, len(origin.connections)


def test_flow_control(binary):
    """A client that does not read stops the upstream's stream; others on the same connection go on; memory stays."""
    def big(asked):
        asked.connection.answer(asked.number, b"x" * (32 << 20) if asked.path == "/big" else b"ok")

    with H2Origin(big) as origin, serving(binary, origin=origin, waf={"response_body": "off"}, **h2c(workers=1)) as (gateway, _):
        assert get(gateway.http_port).status == 200
        before = memory_mb(gateway.process.pid)
        stuck = [Client(gateway.http_port, receive_buffer=4096).send("GET /big HTTP/1.1\r\nHost: t.example\r\n\r\n")
                 for _ in range(8)]
        wait_until(lambda: sum(a.path == "/big" for a in origin.asked) == 8, 20, "the requests of those who do not read")
        time.sleep(0.5)
        for n in range(20):
            assert get(gateway.http_port, f"/{n}").status == 200
        assert memory_mb(gateway.process.pid) - before < 20
        for client in stuck:
            client.socket.close()
        wait_until(lambda: len(origin.resets) >= 8, 20, "resets of what nobody reads")
        with Client(gateway.http_port, timeout=60) as client:
            assert len(client.get("/big").body) == 32 << 20


def test_goaway(binary):
    """Requests that a GOAWAY or REFUSED_STREAM says were not looked at go to a new connection, also those of a POST."""
    told = threading.Event()

    def leave(asked):
        if asked.path == "/leave" and not told.is_set():
            told.set()
            asked.connection.goaway(max(0, asked.number - 2))
        elif asked.path == "/busy" and asked.connection.number == 1:
            asked.connection.refuse(asked.number)
        else:
            asked.connection.answer(asked.number, asked.body or b"ok")

    with H2Origin(leave) as origin, serving(binary, origin=origin, **h2c(workers=1)) as (gateway, _):
        assert get(gateway.http_port).status == 200
        answer = get(gateway.http_port, "/leave", method="POST", body="payload")
        assert answer.status == 200 and answer.body == b"payload", answer
        assert len(origin.connections) == 2
        for n in range(10):
            assert get(gateway.http_port, f"/{n}").status == 200
        assert len(origin.connections) == 2 and not gateway.api("GET", "/events")[1]["items"]
    with H2Origin(leave) as origin, H2Origin() as second, serving(
            binary, origin=origin, **h2c(second.address, workers=1)) as (gateway, _):
        for _ in range(4):
            assert get(gateway.http_port, "/busy", method="POST", body="x").status == 200
        assert second.asked


def test_faults(binary):
    """An upstream that resets, lies or hangs up is a 502 and an event that names it, and the gateway serves on."""
    def fault(asked):
        connection = asked.connection
        if asked.path == "/reset":
            connection.refuse(asked.number, 2)
        elif asked.path == "/close":
            connection.socket.shutdown(2)
        elif asked.path == "/upper":
            connection.send(b"\0\0\x0d\x01\x05" + asked.number.to_bytes(4, "big") + b"\x88\x00\x05X-Bad\x04oops")
        elif asked.path == "/speak-http1":
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        elif asked.path == "/cut":
            connection.head(asked.number, fields=[("content-length", "100")])
            connection.data(asked.number, b"part", end=False)
            connection.refuse(asked.number, 2)
        else:
            connection.answer(asked.number)

    with H2Origin(fault) as origin, serving(binary, origin=origin, **h2c(workers=1)) as (gateway, _):
        for path in ("/reset", "/close", "/upper", "/speak-http1"):
            answer = get(gateway.http_port, path, method="POST", body="x")
            assert answer.status == 502, (path, answer)
            assert origin.address in event(gateway, answer.id)["detail"], path
            assert get(gateway.http_port).status == 200, path
        with Client(gateway.http_port) as client:
            try:
                assert client.get("/cut").status == 502
            except (EOFError, OSError):
                pass
        assert get(gateway.http_port).status == 200


def test_trailers(binary):
    """Trailers go through both ways, those that belong in a head do not."""
    def answer(asked):
        asked.connection.head(asked.number)
        asked.connection.data(asked.number, b"body", end=False)
        asked.connection.trailers(asked.number, [("x-sum", "42"), ("set-cookie", "evil=1")])

    chunked = "POST / HTTP/1.1\r\nHost: t.example\r\nTE: trailers\r\nConnection: TE\r\nTransfer-Encoding: chunked\r\n\r\n"
    with H2Origin(answer) as origin, serving(binary, origin=origin, **h2c()) as (gateway, _):
        with H2(gateway.tls_port) as client:
            stream = client.get("/")
            assert stream.body == b"body" and stream.trailers == [("x-sum", "42")], stream.trailers
        with Client(gateway.http_port) as client:
            client.send(chunked + "4\r\nbody\r\n0\r\nX-Check: 7\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n")
            head = client.take_until(b"\r\n\r\n")
            assert b"200" in head and client.take_until(b"\r\n0\r\n") and client.take_until(b"\r\n\r\n") == b"x-sum: 42"
        assert origin.asked[-1].trailers == [("x-check", "7")], origin.asked[-1].trailers
        # A rule sees a trailer before it goes on.
        assert len(origin.asked) == 2


class Service(grpc.GenericRpcHandler if grpc else object):
    def service(self, details):
        def unary(request, context):
            context.set_trailing_metadata((("x-after", "later"),))
            if request == b"fail":
                context.abort(grpc.StatusCode.NOT_FOUND, "no such thing")
            return request.upper()

        def stream(request, context):
            for n in range(5):
                yield request + str(n).encode()

        def both(requests, context):
            for request in requests:
                yield request.upper()

        def collect(requests, context):
            return str(sum(len(r) for r in requests)).encode()
        return {"/t.T/Unary": grpc.unary_unary_rpc_method_handler(unary),
                "/t.T/Stream": grpc.unary_stream_rpc_method_handler(stream),
                "/t.T/Both": grpc.stream_stream_rpc_method_handler(both),
                "/t.T/Collect": grpc.stream_unary_rpc_method_handler(collect)}.get(details.method)


def test_grpc(binary):
    """A gRPC client and server: calls of all four kinds, statuses, metadata, cancelling; a refusal is a status with an id."""
    if grpc is None:
        return "not run: python3-grpcio is not installed"
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(8))
    server.add_generic_rpc_handlers((Service(),))
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()

    class Upstream:
        pass
    origin = Upstream()
    origin.address = address
    rules = ('SecRuleEngine On\nSecRule REQUEST_HEADERS:x-user "@contains evil" "id:1001,phase:1,deny,status:403,log,msg:\'Evil\'"\n'
             'SecRequestBodyAccess On\n')

    def speaks_grpc(document):
        h2c()["change"](document)
        document["sites"][0]["grpc"] = True
    try:
        with serving(binary, origin=origin, rules=rules, change=speaks_grpc) as (gateway, _):
            certificate = (gateway.folder / "cert.pem").read_bytes()
            for channel in (grpc.insecure_channel(f"127.0.0.1:{gateway.http_port}"),
                            grpc.secure_channel(f"localhost:{gateway.tls_port}", grpc.ssl_channel_credentials(certificate))):
                with channel:
                    unary = channel.unary_unary("/t.T/Unary")
                    answer, call = unary.with_call(b"hello", timeout=60)
                    assert answer == b"HELLO" and ("x-after", "later") in [tuple(m) for m in call.trailing_metadata()]
                    assert len(unary(b"x" * 3_000_000, timeout=60)) == 3_000_000
                    try:
                        unary(b"fail", timeout=60)
                        raise AssertionError("a failed call succeeded")
                    except grpc.RpcError as e:
                        assert e.code() == grpc.StatusCode.NOT_FOUND and e.details() == "no such thing", e
                    assert list(channel.unary_stream("/t.T/Stream")(b"n", timeout=60)) == [b"n%d" % n for n in range(5)]
                    assert channel.stream_unary("/t.T/Collect")(iter([b"abc"] * 1000), timeout=60) == b"3000"
                    # Each message is answered before the next one is sent.
                    turn, sent = threading.Semaphore(1), []

                    def messages():
                        for n in range(20):
                            turn.acquire()
                            sent.append(n)
                            yield b"m%d" % n
                    for n, answer in enumerate(channel.stream_stream("/t.T/Both")(messages(), timeout=60)):
                        assert answer == b"M%d" % n and len(sent) == n + 1
                        turn.release()
                    try:
                        unary(b"hello", metadata=(("x-user", "evil"),), timeout=60)
                        raise AssertionError("an attack went through")
                    except grpc.RpcError as e:
                        assert e.code() == grpc.StatusCode.PERMISSION_DENIED, e
                        found = event(gateway, e.details().rsplit(" ", 1)[1])
                        assert found["decision"] == "blocked" and found["response"]["status"] == 403, found
                    cancelled = channel.stream_stream("/t.T/Both")(iter(lambda: time.sleep(0.05) or b"x", None), timeout=60)
                    assert next(cancelled) == b"X"
                    cancelled.cancel()
                    assert unary(b"after", timeout=60) == b"AFTER"
            server.stop(0).wait()
            with grpc.insecure_channel(f"127.0.0.1:{gateway.http_port}") as channel:
                try:
                    channel.unary_unary("/t.T/Unary")(b"x", timeout=60)
                    raise AssertionError("a call to nobody succeeded")
                except grpc.RpcError as e:
                    assert e.code() == grpc.StatusCode.UNAVAILABLE, e
            assert len(events(gateway, "reason=waf", least=2)) == 2
    finally:
        server.stop(0)


def test_grpc_is_chosen(binary):
    """A request that merely calls itself gRPC has its body inspected: only a site that speaks gRPC passes messages on unread."""
    rules = ('SecRuleEngine On\nSecRequestBodyAccess On\n'
             'SecAction "id:1000,phase:1,pass,nolog,ctl:forceRequestBodyVariable=On"\n'
             'SecRule REQUEST_BODY "@contains evil" "id:1001,phase:2,deny,status:403,log,msg:\'Evil\'"\n')
    fields = [("content-type", "application/grpc"), ("te", "trailers")]
    for grpc_site in (False, True):
        def change(document):
            h2c()["change"](document)
            document["sites"][0]["grpc"] = grpc_site
        with H2Origin() as origin, serving(binary, origin=origin, rules=rules, change=change) as (gateway, _):
            with H2(gateway.tls_port) as client:
                client.get("/t.T/Unary", "POST", fields, b"something evil")
            reached = [request.body for request in origin.asked]
            assert reached == ([b"something evil"] if grpc_site else []), (grpc_site, reached)
            if not grpc_site:
                found = [event(gateway, e["id"]) for e in events(gateway, "reason=waf")]
                assert [e["response"]["status"] for e in found] == [403], found
