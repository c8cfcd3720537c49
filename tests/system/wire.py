"""What the system tests speak with: a raw client, an origin that does as it is told, an answer taken apart."""
import json
import re
import socket
import ssl
import time

from support.origin import AcceptingOrigin


class Answer:
    def __init__(self, status, fields, body, interim=()):
        self.status, self.fields, self.body, self.interim = status, fields, body, list(interim)

    def field(self, name):
        """The values of a field, joined; None when it is not there."""
        values = [v for n, v in self.fields if n == name.lower()]
        return ", ".join(values) if values else None

    @property
    def id(self):
        return self.field("x-request-id")

    def __repr__(self):
        return f"<{self.status} {self.fields} {self.body[:200]!r}>"


class Client:
    """One connection. read() takes one answer; EOFError says that the connection ended before it was whole."""

    def __init__(self, port, tls=None, timeout=20, source=None, receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if source:
            self.socket.bind((source, 0))
        self.socket.settimeout(timeout)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            context = ssl._create_unverified_context()
            self.socket = context.wrap_socket(self.socket, server_hostname=tls)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode("latin-1"))
        return self

    def fill(self):
        data = self.socket.recv(65536)
        if not data:
            raise EOFError(f"closed after {self.buffer[:200]!r}")
        self.buffer += data

    def take_until(self, mark):
        while mark not in self.buffer:
            self.fill()
        head, self.buffer = self.buffer.split(mark, 1)
        return head

    def take(self, count):
        while len(self.buffer) < count:
            self.fill()
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def read(self, method="GET"):
        interim = []
        while True:
            lines = self.take_until(b"\r\n\r\n").decode("latin-1").split("\r\n")
            status = int(lines[0].split(" ")[1])
            if status >= 200 or status == 101:
                break
            interim.append(status)
        fields = [(n.lower(), v.strip()) for n, _, v in (line.partition(":") for line in lines[1:])]
        answer = Answer(status, fields, b"", interim)
        if method == "HEAD" or status in (204, 304, 101):
            return answer
        if answer.field("transfer-encoding") == "chunked":
            while size := int(self.take_until(b"\r\n").split(b";")[0], 16):
                answer.body += self.take(size)
                self.take(2)
            self.take(2)
        elif answer.field("content-length") is not None:
            answer.body = self.take(int(answer.field("content-length")))
        else:
            try:
                while True:
                    self.fill()
            except EOFError:
                answer.body, self.buffer = self.buffer, b""
        return answer

    def ended(self, seconds=8):
        """The peer closed; what it sent before that is thrown away."""
        self.socket.settimeout(seconds)
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionError:
            pass
        except (socket.timeout, ssl.SSLError):
            return False
        return True

    def get(self, target="/", host="t.example", fields="", method="GET", body=""):
        if isinstance(body, str):
            body = body.encode("latin-1")
        if body or method in ("POST", "PUT"):
            fields += f"Content-Length: {len(body)}\r\n"
        self.send(f"{method} {target} HTTP/1.1\r\nHost: {host}\r\n{fields}\r\n".encode("latin-1") + body)
        return self.read(method)


def get(port, target="/", host="t.example", fields="", tls=None, source=None, **options):
    with Client(port, tls, source=source) as client:
        return client.get(target, host, fields, **options)


def raw(port, data, tls=None, timeout=20):
    """The answer to bytes as they are, None when the connection ended without one."""
    with Client(port, tls, timeout) as client:
        try:
            return client.send(data).read()
        except (EOFError, ConnectionError):
            return None


class Asked:
    """A request as it reached the origin."""

    def __init__(self, method, target, fields, body):
        self.method, self.target, self.fields, self.body = method, target, fields, body

    def field(self, name):
        values = [v for n, v in self.fields if n == name.lower()]
        return ", ".join(values) if values else None


def page(body="ok", status=200, fields=""):
    body = body if isinstance(body, bytes) else body.encode("latin-1")
    return f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{fields}\r\n".encode("latin-1") + body


class Origin(AcceptingOrigin):
    """An upstream that speaks HTTP/1.1. `answer(asked)` returns the bytes to send, or a function that is given the socket
    and returns whether the connection lives on. Keeps what it was asked."""

    def __init__(self, answer=None, **where):
        self.answer = answer or (lambda asked: page(f"{asked.method} {asked.target}"))
        self.asked = []
        super().__init__(**where)

    def speak(self, connection):
        stream = connection.makefile("rb")
        while True:
            line = stream.readline().decode("latin-1")
            if not line:
                return
            method, target, _ = line.split(" ", 2)
            fields = []
            while (line := stream.readline().decode("latin-1").rstrip("\r\n")):
                name, _, value = line.partition(":")
                fields.append((name.lower(), value.strip()))
            asked = Asked(method, target, fields, b"")
            if asked.field("transfer-encoding"):
                while size := int(stream.readline().split(b";")[0], 16):
                    asked.body += stream.read(size)
                    stream.readline()
                stream.readline()
            else:
                asked.body = self._body(stream, int(asked.field("content-length") or 0))
            self.asked.append(asked)
            out = self.answer(asked)
            if callable(out):
                if not out(connection):
                    return
            else:
                connection.sendall(out)

    @staticmethod
    def _body(stream, length):
        kept = b""
        while length > 0:
            piece = stream.read1(min(length, 65536))
            if not piece:
                raise ValueError("the request broke off")
            kept += piece if len(kept) < 1 << 20 else b""
            length -= len(piece)
        return kept

    def count(self, target):
        return sum(a.target == target for a in self.asked)


def event(gateway, id, seconds=30):
    """The event of this id, waited for: the log writes behind."""
    end = time.monotonic() + seconds
    while True:
        status, found = gateway.api("GET", f"/events/{id}")
        if status == 200:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"no event {id}: {found}")
        time.sleep(0.02)


def events(gateway, query="", seconds=30, least=1):
    """At least so many events that match the query."""
    end = time.monotonic() + seconds
    while True:
        items = gateway.api("GET", f"/events?limit=500&{query}")[1]["items"]
        if len(items) >= least:
            return items
        if time.monotonic() > end:
            raise AssertionError(f"{len(items)} events for {query}, {least} expected")
        time.sleep(0.02)


def refused(gateway, answer, status, reason, decision="blocked"):
    """The answer is this refusal, its page carries its id, and the id opens its event."""
    assert answer is not None, f"no answer where {status} was expected"
    assert answer.status == status, f"{status} expected, {answer}"
    assert answer.id and answer.id.encode() in answer.body, f"no id on the page: {answer}"
    found = event(gateway, answer.id)
    assert found["decision"] == decision and found["reason"] == reason, found
    assert found["response"]["status"] == status, found
    return found


def memory_mb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1]) / 1024


def audit_lines(gateway):
    return [json.loads(line) for line in gateway.audit.read_text().splitlines()]
