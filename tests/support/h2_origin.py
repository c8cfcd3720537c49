"""An upstream that speaks HTTP/2 in clear, frame by frame, as it is told. Needs python3-hpack."""
import struct
import threading

import hpack

from support.h2 import (ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, MAX_FRAME, PING, PREFACE,
                        RST_STREAM, SETTINGS, WINDOW_UPDATE, frame)
from support.origin import AcceptingOrigin


class Asked:
    """A request as it reached the origin."""

    def __init__(self, number, connection):
        self.number, self.connection = number, connection
        self.fields, self.body, self.trailers, self.ended = [], b"", [], False

    def field(self, name):
        values = [v for n, v in self.fields if n == name]
        return ", ".join(values) if values else None

    @property
    def path(self):
        return self.field(":path")

    @property
    def method(self):
        return self.field(":method")


class Connection:
    def __init__(self, origin, sock, number):
        self.origin, self.socket, self.number = origin, sock, number
        self.encoder, self.decoder = hpack.Encoder(), hpack.Decoder()
        self.streams, self.window, self.windows, self.initial = {}, 65535, {}, 65535
        self.lock, self.room = threading.RLock(), threading.Condition()

    def send(self, data):
        with self.lock:
            self.socket.sendall(data)

    def head(self, number, status=200, fields=(), end=False):
        with self.lock:
            block = self.encoder.encode([(":status", str(status)), *fields])
            self.send(frame(HEADERS, END_HEADERS | (END_STREAM if end else 0), number, block))

    def trailers(self, number, fields):
        with self.lock:
            self.send(frame(HEADERS, END_HEADERS | END_STREAM, number, self.encoder.encode(fields)))

    def data(self, number, body=b"", end=True):
        at = 0
        while at < len(body):
            with self.room:
                while not (take := min(self.window, self.windows.get(number, self.initial), MAX_FRAME, len(body) - at)):
                    if not self.room.wait(60):
                        raise TimeoutError("no window")
                self.window -= take
                self.windows[number] = self.windows.get(number, self.initial) - take
            at += take
            self.send(frame(DATA, END_STREAM if end and at == len(body) else 0, number, body[at - take:at]))
        if not body:
            self.send(frame(DATA, END_STREAM if end else 0, number))

    def answer(self, number, body=b"ok", status=200, fields=()):
        self.head(number, status, fields)
        self.data(number, body)

    def refuse(self, number, code=7):
        self.send(frame(RST_STREAM, 0, number, struct.pack(">I", code)))

    def goaway(self, last, code=0):
        self.send(frame(GOAWAY, 0, 0, struct.pack(">II", last, code)))

    def exactly(self, count):
        data = b""
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    def run(self):
        if self.exactly(len(PREFACE)) != PREFACE:
            return
        settings = b"".join(struct.pack(">HI", *pair) for pair in self.origin.settings.items())
        self.send(frame(SETTINGS, 0, 0, settings) + frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 1 << 20)))
        block = b""
        while True:
            length, kind, flags, number = struct.unpack(">3sBBI", self.exactly(9))
            payload = self.exactly(int.from_bytes(length, "big"))
            if kind == SETTINGS and not flags & ACK:
                with self.room:
                    for at in range(0, len(payload), 6):
                        name, value = struct.unpack(">HI", payload[at:at + 6])
                        if name == 4:
                            for each in self.windows:
                                self.windows[each] += value - self.initial
                            self.initial = value
                    self.room.notify_all()
                self.send(frame(SETTINGS, ACK, 0))
            elif kind == PING and not flags & ACK:
                self.send(frame(PING, ACK, 0, payload))
            elif kind == WINDOW_UPDATE:
                with self.room:
                    step = int.from_bytes(payload, "big")
                    if number:
                        self.windows[number] = self.windows.get(number, self.initial) + step
                    else:
                        self.window += step
                    self.room.notify_all()
            elif kind in (HEADERS, CONTINUATION):
                if kind == HEADERS:
                    ends = bool(flags & END_STREAM)
                    block = b""
                block += payload
                if flags & END_HEADERS:
                    self.take_head(number, self.decoder.decode(block), ends)
            elif kind == DATA:
                asked = self.streams[number]
                asked.body += payload if len(asked.body) < 1 << 20 else b""
                asked.length = getattr(asked, "length", 0) + len(payload)
                if payload and self.origin.update:
                    step = struct.pack(">I", len(payload))
                    self.send(frame(WINDOW_UPDATE, 0, 0, step) + frame(WINDOW_UPDATE, 0, number, step))
                if flags & END_STREAM:
                    self.finish(asked)
            elif kind == RST_STREAM:
                self.origin.resets.append((number, int.from_bytes(payload, "big")))
            elif kind == GOAWAY:
                self.origin.goaways.append(struct.unpack(">II", payload[:8]))

    def take_head(self, number, fields, ends):
        asked = self.streams.get(number)
        if asked is None:
            asked = self.streams[number] = Asked(number, self)
            asked.fields = fields
            if self.origin.on_head:
                self.origin.on_head(asked)
        else:
            asked.trailers = fields
        if ends:
            self.finish(asked)

    def finish(self, asked):
        asked.ended = True
        self.origin.asked.append(asked)
        threading.Thread(target=self.speak, args=(asked,), daemon=True).start()

    def speak(self, asked):
        try:
            self.origin.answer(asked)
        except OSError:
            pass


class H2Origin(AcceptingOrigin):
    """`answer(asked)` speaks by asked.connection once the request is whole. `connections` are those that spoke."""

    def __init__(self, answer=None, settings=None, update=True, on_head=None, tls=None):
        self.answer = answer or (lambda asked: asked.connection.answer(asked.number, f"{asked.method} {asked.path}".encode()))
        self.settings, self.update, self.on_head = settings or {}, update, on_head
        self.asked, self.connections, self.resets, self.goaways = [], [], [], []
        self.numbering = threading.Lock()
        super().__init__(tls=tls)

    def speak(self, connection):
        with self.numbering:
            spoken = Connection(self, connection, len(self.connections) + 1)
            self.connections.append(spoken)
        spoken.run()
