"""A small HTTP/2 client: one connection, any number of streams, frames as they are told. Needs python3-hpack."""
import socket
import ssl
import struct

import hpack

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS = 1, 1, 4
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
MAX_FRAME = 16384


class Reset(Exception):
    """The peer ended the stream (or the connection) with this code."""

    def __init__(self, code, stream=None):
        super().__init__(f"reset with {code}")
        self.code, self.stream = code, stream


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


class Stream:
    def __init__(self, window):
        self.status, self.fields, self.body, self.interim = None, [], b"", []
        self.ended, self.code, self.window, self.trailers = False, None, window, []

    def field(self, name):
        values = [v for n, v in self.fields if n == name]
        return ", ".join(values) if values else None

    @property
    def id(self):
        return self.field("x-request-id")

    def __repr__(self):
        return f"<{self.status} code {self.code} {self.fields} {self.body[:200]!r}>"


class H2:
    """`tls` is the server name, None for prior knowledge in clear. `keep` False drops the bodies after counting them."""

    def __init__(self, port, tls="t.example", timeout=20, window=1 << 20, update=True, keep=True, host="127.0.0.1"):
        self.socket = socket.create_connection((host, port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            context = ssl._create_unverified_context()
            context.set_alpn_protocols(["h2"])
            self.socket = context.wrap_socket(self.socket, server_hostname=tls)
            if self.socket.selected_alpn_protocol() != "h2":
                raise ConnectionError("HTTP/2 was not negotiated")
        self.authority = tls or "t.example"
        self.update, self.keep, self.taken = update, keep, 0
        self.encoder, self.decoder = hpack.Encoder(), hpack.Decoder()
        self.decoder.max_header_list_size = 1 << 24
        self.buffer, self.block = b"", b""
        self.streams, self.next = {}, 1
        self.settings, self.peer_window, self.window = {}, 65535, 65535
        self.goaway, self.closed = None, False
        self.send(PREFACE + frame(SETTINGS, 0, 0, struct.pack(">HI", 4, window)) +
                  frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 1 << 24)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    # ---- streams
    def start(self, method="GET", path="/", fields=(), end=True, authority=None, scheme="https", pseudo=None):
        """Sends a head; the stream's number. `pseudo` replaces the pseudo-header fields."""
        number, self.next = self.next, self.next + 2
        self.streams[number] = Stream(self.peer_window)
        if pseudo is None:
            pseudo = [(":method", method), (":scheme", scheme), (":authority", authority or self.authority), (":path", path)]
        block = self.encoder.encode([*pseudo, *fields], huffman=False)
        pieces = [block[i:i + MAX_FRAME] for i in range(0, len(block), MAX_FRAME)] or [b""]
        for i, piece in enumerate(pieces):
            flags = (END_HEADERS if i == len(pieces) - 1 else 0) | (END_STREAM if end and i == 0 else 0)
            self.send(frame(CONTINUATION if i else HEADERS, flags, number, piece))
        return number

    def data(self, number, body=b"", end=True):
        """Sends a body within the windows."""
        stream = self.streams[number]
        at = 0
        while at < len(body):
            room = min(stream.window, self.window, MAX_FRAME)
            if room <= 0:
                if stream.ended or stream.code is not None:
                    return
                self.pump()
                continue
            piece = body[at:at + room]
            at += len(piece)
            stream.window -= len(piece)
            self.window -= len(piece)
            self.send(frame(DATA, END_STREAM if end and at == len(body) else 0, number, piece))
        if not body:
            self.send(frame(DATA, END_STREAM if end else 0, number))

    def reset(self, number, code=8):
        self.send(frame(RST_STREAM, 0, number, struct.pack(">I", code)))

    def answer(self, number):
        """The whole response. Reset when the stream was ended before it was whole."""
        stream = self.streams[number]
        while not stream.ended:
            if stream.code is not None:
                raise Reset(stream.code, stream)
            if self.goaway is not None and number > self.goaway[0]:
                raise Reset(self.goaway[1], stream)
            self.pump()
        return stream

    def head(self, number):
        stream = self.streams[number]
        while stream.status is None and stream.code is None:
            self.pump()
        return stream

    def get(self, path="/", method="GET", fields=(), body=None, authority=None):
        number = self.start(method, path, fields, body is None, authority)
        if body is not None:
            self.data(number, body)
        return self.answer(number)

    # ---- frames
    def pump(self):
        """Takes what one read brings. EOFError when the peer closed."""
        data = self.socket.recv(1 << 18)
        if not data:
            self.closed = True
            raise EOFError("the connection was closed")
        self.buffer += data
        while len(self.buffer) >= 9:
            length = int.from_bytes(self.buffer[:3], "big")
            if len(self.buffer) < 9 + length:
                break
            kind, flags = self.buffer[3], self.buffer[4]
            number = int.from_bytes(self.buffer[5:9], "big") & 0x7FFFFFFF
            payload, self.buffer = self.buffer[9:9 + length], self.buffer[9 + length:]
            self.take(kind, flags, number, payload)

    def take(self, kind, flags, number, payload):
        stream = self.streams.get(number)
        if kind == SETTINGS and not flags & ACK:
            for at in range(0, len(payload), 6):
                name, value = struct.unpack(">HI", payload[at:at + 6])
                self.settings[name] = value
            change = self.settings.get(4, 65535) - self.peer_window
            self.peer_window += change
            for other in self.streams.values():
                other.window += change
            self.send(frame(SETTINGS, ACK, 0))
        elif kind == PING and not flags & ACK:
            self.send(frame(PING, ACK, 0, payload))
        elif kind == GOAWAY:
            self.goaway = struct.unpack(">II", payload[:8])
        elif kind == WINDOW_UPDATE:
            by = int.from_bytes(payload, "big")
            if number == 0:
                self.window += by
            elif stream:
                stream.window += by
        elif kind in (HEADERS, CONTINUATION):
            self.block += payload
            if stream and kind == HEADERS and flags & END_STREAM:
                stream.ending = True
            if flags & END_HEADERS:
                self.take_head(stream, self.decoder.decode(self.block))
                self.block = b""
        elif kind == DATA and stream:
            self.taken += len(payload)
            if self.keep:
                stream.body += payload
            stream.ended = stream.ended or bool(flags & END_STREAM)
            if self.update and payload:
                step = struct.pack(">I", len(payload))
                self.send(frame(WINDOW_UPDATE, 0, 0, step) +
                          (b"" if stream.ended else frame(WINDOW_UPDATE, 0, number, step)))
        elif kind == RST_STREAM and stream:
            stream.code = int.from_bytes(payload, "big")

    @staticmethod
    def take_head(stream, fields):
        if stream is None:
            return
        fields = [(n, v) if isinstance(n, str) else (n.decode("latin-1"), v.decode("latin-1")) for n, v in fields]
        status = int(dict(fields).get(":status", 0))
        if 100 <= status < 200:
            stream.interim.append(status)
        elif status:
            stream.status = status
            stream.fields = [(n, v) for n, v in fields if not n.startswith(":")]
        else:
            stream.trailers = fields
        stream.ended = stream.ended or getattr(stream, "ending", False)
