"""What a client says on a WebSocket, where its site has it inspected."""
import json
import struct

from support.h2 import H2
from system.fixture import RULES, serving, wait_until
from system.upgrade import open_websocket, speak
from system.wire import Client, event, events

JSON = RULES + 'SecRule REQUEST_HEADERS:Content-Type "@beginsWith application/json" "id:9,phase:1,pass,nolog,ctl:requestBodyProcessor=JSON"\n'
ON = {"websocket": {"inspect_messages": True, "message_bytes": 1000}}
FIN = 0x80


def frame(first, payload=b"", masked=True):
    payload = payload if isinstance(payload, bytes) else payload.encode()
    out = bytes([first])
    flag = 0x80 if masked else 0
    if len(payload) < 126:
        out += bytes([flag | len(payload)])
    elif len(payload) < 65536:
        out += bytes([flag | 126]) + struct.pack(">H", len(payload))
    else:
        out += bytes([flag | 127]) + struct.pack(">Q", len(payload))
    if not masked:
        return out + payload
    key = b"k3y!"
    return out + key + bytes(c ^ key[n % 4] for n, c in enumerate(payload))


class Speech:
    """The origin: keeps every byte, answers what it got in frames of a server."""

    def __init__(self):
        self.heard = b""

    def __call__(self, asked):
        talk = speak(asked)
        if not callable(talk):
            return talk
        self.asked = asked

        def listen(connection):
            class Kept:
                @staticmethod
                def sendall(data):
                    connection.sendall(data)

                @staticmethod
                def recv(count):
                    data = connection.recv(count)
                    self.heard += data
                    connection.sendall(frame(FIN | 2, b"got %d" % len(data), masked=False)) if data else None
                    return b"" if not data else Kept.recv(count)
            return talk(Kept)
        return listen


def closed_with(client):
    """The code of the Close frame that ends what the client reads."""
    data = client.buffer
    try:
        while piece := client.socket.recv(65536):
            data += piece
    except OSError:
        pass
    assert data[-4:-2] == b"\x88\x02", data
    return struct.unpack(">H", data[-2:])[0]


def test_messages(binary):
    """Text messages go through the rules: clean ones arrive as they were sent, a hit closes with 1008 and is an event."""
    speech = Speech()
    with serving(binary, speech, site=ON, rules=JSON) as (gateway, _):
        with open_websocket(gateway.http_port) as client:
            clean = [frame(FIN | 1, "hello"), frame(1, "in ") + frame(FIN | 9, "ping") + frame(FIN | 0, "pieces"),
                     frame(FIN | 2, "evil7attack in a binary message"), frame(FIN | 1, '{"a": {"b": "c"}}'),
                     frame(FIN | 1, "[info] no JSON"), frame(FIN | 1, '"' + "x" * 900)]
            for one in clean:
                client.send(one)
            wanted = clean[0] + frame(FIN | 9, "ping") + frame(1, "in ") + frame(FIN | 0, "pieces") + b"".join(clean[2:])
            while len(speech.heard) < len(wanted):
                client.fill()
            assert speech.heard == wanted
        for attack in (frame(FIN | 1, "an evil7attack"), frame(1, "evil7") + frame(FIN | 0, "attack"),
                       frame(FIN | 1, json.dumps({"deep": [{"er": "evil7attack"}]}))):
            speech.heard = b""
            with open_websocket(gateway.tls_port, "t.example") as client:
                client.send(frame(FIN | 1, "first") + attack + frame(FIN | 1, "behind"))
                assert closed_with(client) == 1008
            wanted = frame(FIN | 1, "first") + b"\x88\x82\0\0\0\0" + struct.pack(">H", 1008)
            wait_until(lambda: len(speech.heard) >= len(wanted), 20, "the end at the origin")
            assert speech.heard == wanted, speech.heard
        found = [e for e in events(gateway, "reason=waf", least=3)]
        assert len(found) == 3, found
        whole = event(gateway, found[0]["id"])
        assert whole["decision"] == "blocked" and whole["rules"][0]["id"] == 1001 and "WebSocket" in whole["detail"], whole


def test_detection(binary):
    """Under DetectionOnly a hit is an event and nothing else; with the option off nobody looks."""
    for site, waf, least in ((ON, {"mode": "DetectionOnly"}, 1), ({}, {}, 0)):
        speech = Speech()
        with serving(binary, speech, site=site, waf=waf, rules=JSON) as (gateway, _), open_websocket(gateway.http_port) as client:
            attack = frame(FIN | 1, "an evil7attack")
            client.send(attack)
            while speech.heard != attack:
                client.fill()
            assert len(events(gateway, "decision=detected", least=least)) == least


def test_protocol(binary):
    """Frames that break RFC 6455, that are too long or no UTF-8 close the WebSocket, each with an event."""
    speech = Speech()
    with serving(binary, speech, site=ON, rules=JSON) as (gateway, _):
        cases = [(frame(FIN | 1, "not masked", masked=False), 1002), (frame(FIN | 0x40 | 1, "deflated"), 1002),
                 (frame(FIN | 0, "no start"), 1002), (frame(FIN | 1, b"\xc3\x28"), 1007), (frame(FIN | 1, "x" * 1001), 1009)]
        for bad, code in cases:
            with open_websocket(gateway.http_port) as client:
                assert closed_with(client.send(bad)) == code, bad
        assert len(events(gateway, "decision=blocked", least=len(cases))) == len(cases)


def test_extensions(binary):
    """No extension is negotiated where messages are inspected; an upstream that uses one all the same is refused."""
    speech = Speech()
    ask = ("GET /ws HTTP/1.1\r\nHost: t\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n")
    with serving(binary, speech, site=ON, rules=JSON) as (gateway, _), Client(gateway.http_port) as client:
        assert client.send(ask).read().status == 101
        assert speech.asked.field("sec-websocket-extensions") is None
    deflated = b"HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
    with serving(binary, lambda asked: deflated, site=ON) as (gateway, _), Client(gateway.http_port) as client:
        assert client.send(ask).read().status == 502


def test_http2(binary):
    """The same over HTTP/2's extended CONNECT."""
    speech = Speech()
    with serving(binary, speech, site=ON, rules=JSON) as (gateway, _), H2(gateway.tls_port) as client:
        number = client.start(fields=[("sec-websocket-version", "13")], end=False, pseudo=[
            (":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "https"), (":path", "/ws"),
            (":authority", "t.example")])
        assert client.head(number).status == 200
        client.data(number, frame(FIN | 1, "hello") + frame(FIN | 1, "an evil7attack"), end=False)
        assert client.answer(number).body.endswith(b"\x88\x02" + struct.pack(">H", 1008))
        wait_until(lambda: frame(FIN | 1, "hello") in speech.heard, 20, "the first message")
        assert b"attack" not in speech.heard
