"""Whose request it is, and whither: PROXY protocol, forwarded fields, IPv6, unix sockets, limits of connections."""
import contextlib
import socket
import ssl
import struct
import tempfile

from support.ports import HeldPort
from system.fixture import serving, wait_until
from system.wire import Client, Origin, event, events, get, refused

V2 = b"\r\n\r\n\0\r\nQUIT\n"


def proxied(port, head, request="GET / HTTP/1.1\r\nHost: t.example\r\nConnection: close\r\n\r\n"):
    """The answer to a connection that begins with this head; None when it ended without one."""
    with Client(port) as client:
        with contextlib.suppress(EOFError, ConnectionError):
            return client.send(head if isinstance(head, bytes) else head.encode()).send(request).read()


def test_proxy_protocol_in(binary):
    """From a trusted proxy both versions name the client; what is no head ends the connection, with an event."""
    def change(document):
        for listener in document["listeners"]:
            listener["proxy_protocol_from"] = ["127.0.0.0/8"]
        document["sites"][0]["access"] = {"deny": ["203.0.113.7"]}
    with serving(binary, change=change) as (gateway, origin):
        four = socket.inet_aton("203.0.113.8") + socket.inet_aton("198.51.100.1") + struct.pack("!HH", 4711, 443)
        six = socket.inet_pton(socket.AF_INET6, "2001:db8::8") * 2 + struct.pack("!HH", 4711, 443)
        for head, address in (("PROXY TCP4 203.0.113.8 198.51.100.1 4711 443\r\n", "203.0.113.8"),
                              (V2 + b"\x21\x11" + struct.pack("!H", len(four)) + four, "203.0.113.8"),
                              (V2 + b"\x21\x21" + struct.pack("!H", len(six)) + six, "2001:db8::8"),
                              (V2 + b"\x20\0\0\0", "127.0.0.1")):
            assert proxied(gateway.http_port, head).status == 200, head
            assert origin.asked[-1].field("x-forwarded-for") == address, origin.asked[-1].fields
        answer = proxied(gateway.http_port, "PROXY TCP4 203.0.113.7 198.51.100.1 4711 443\r\n")
        found = refused(gateway, answer, 403, "access")
        assert found["client"]["ip"] == "203.0.113.7" and found["client"]["port"] == 4711, found["client"]
        before = len(origin.asked)
        for head in ("", "PROXY TCP4 203.0.113.8 198.51.100.1 4711\r\n", V2 + b"\x21\x12\0\0", "PROXY TCP4 " + "1" * 200):
            assert proxied(gateway.http_port, head) is None, head
        assert len(events(gateway, "reason=protocol", least=4)) == 4
        assert len(origin.asked) == before
        with socket.create_connection(("127.0.0.1", gateway.tls_port)) as plain:
            plain.sendall(b"PROXY TCP4 203.0.113.8 198.51.100.1 4711 443\r\n")
            with ssl._create_unverified_context().wrap_socket(plain, server_hostname="t.example") as secured:
                secured.sendall(b"GET / HTTP/1.1\r\nHost: t.example\r\nConnection: close\r\n\r\n")
                assert b"200" in secured.recv(100)
        assert origin.asked[-1].field("x-forwarded-for") == "203.0.113.8"


def test_proxy_protocol_out(binary):
    """An upstream that wants it is told the client in each version, on a connection for each request."""
    for version, start in (("v1", b"PROXY TCP4 127.0.0.1 127.0.0.1 "), ("v2", V2 + b"\x21\x11")):
        heads = []

        class Told(Origin):
            def speak(self, connection):
                if version == "v1":
                    head = b""
                    while not head.endswith(b"\r\n"):
                        head += connection.recv(1)
                else:
                    head = connection.recv(28, socket.MSG_WAITALL)
                heads.append(head)
                super().speak(connection)
        with Told() as origin, serving(binary, origin=origin,
                                       change=lambda d: d["upstreams"][0].update(proxy_protocol=version)) as (gateway, _):
            with Client(gateway.http_port) as client:
                port = client.socket.getsockname()[1]
                assert client.get().status == 200 and client.get().status == 200
            assert origin.accepted == 2 and all(head.startswith(start) for head in heads), heads
            if version == "v1":
                assert heads[0].split()[4] == str(port).encode(), (heads, port)


def test_forwarded(binary):
    """The client is the rightmost untrusted node of the field that the site names."""
    with serving(binary, site={"trusted_proxies": ["127.0.0.0/8"], "forwarded_field": "forwarded"}) as (gateway, origin):
        for fields, address in (("Forwarded: for=6.6.6.6, for=203.0.113.9;proto=https\r\n", "203.0.113.9"),
                                ('Forwarded: for="[2001:db8::9]:4711"\r\n', "2001:db8::9"),
                                ("X-Forwarded-For: 203.0.113.9\r\n", "127.0.0.1"),
                                ("Forwarded: for=203.0.113.9, for=_hidden\r\n", "127.0.0.1")):
            assert get(gateway.http_port, fields=fields).status == 200
            assert origin.asked[-1].field("x-real-ip") == address, (fields, origin.asked[-1].fields)


def test_ipv6(binary):
    """IPv6 on both sides: a listener, an endpoint, access lists."""
    def change(document):
        document["listeners"].append({"name": "six", "address": f"[::1]:{port}"})
        document["sites"][0]["listeners"].append("six")

    def ask():
        with socket.create_connection(("::1", port), timeout=20) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: t.example\r\nConnection: close\r\n\r\n")
            return client.recv(65536)
    with HeldPort("::1") as port, Origin(host="::1") as origin:
        with serving(binary, origin=origin, change=change) as (gateway, _):
            assert ask().startswith(b"HTTP/1.1 200"), ask()
            assert origin.asked[-1].field("x-forwarded-for") == "::1"
            assert gateway.status()["endpoints"][0]["address"] == f"[::1]:{origin.port}"

        def deny(document):
            change(document)
            document["sites"][0]["access"] = {"deny": ["::1/128"]}
        with serving(binary, origin=origin, change=deny) as (gateway, _):
            assert ask().startswith(b"HTTP/1.1 403")
            assert event(gateway, events(gateway, "reason=access")[0]["id"])["client"]["ip"] == "::1"
            assert get(gateway.http_port).status == 200


def test_unix_socket(binary):
    """An upstream may be a unix socket; one that is gone is a 502 whose event says so."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/app.sock"
        with Origin(path=path) as origin, serving(binary, origin=origin) as (gateway, _):
            with Client(gateway.http_port) as client:
                for _ in range(3):
                    assert client.get().status == 200
            assert origin.accepted == 1
            origin.close()
            detail = refused(gateway, get(gateway.http_port), 502, "upstream", "passed")["detail"]
            assert f"unix:{path}" in detail, detail


def turned_away(port):
    """A connection that is reset, be it before connect() returns."""
    try:
        with Client(port) as client:
            return client.ended()
    except ConnectionError:
        return True


def test_connection_limits(binary):
    """Connections beyond the limit of an address, or of all, are reset, told in an event and counted."""
    for limit in ("per_address", "limit"):
        with serving(binary, change=lambda d: d["settings"].update(connections={limit: 3})) as (gateway, _):
            with contextlib.ExitStack() as stack:
                for _ in range(3):
                    assert stack.enter_context(Client(gateway.http_port)).get().status == 200
                for _ in range(5):
                    assert turned_away(gateway.http_port)
                assert gateway.status()["connections_refused"] == 5, gateway.status()
                found = event(gateway, events(gateway, "reason=limit")[0]["id"])
                assert limit in found["detail"] and found["client"]["ip"] == "127.0.0.1", found
            wait_until(lambda: gateway.status()["connections"] == 0, 20, "the end of the connections")
            assert get(gateway.http_port).status == 200
