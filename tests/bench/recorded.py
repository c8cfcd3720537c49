"""The recorded corpus over the wire: each request once, the same ones for all variants of a round."""
import http.client
import importlib.util
import socket
import tarfile
import threading
import time

from bench import measure

HOST = b"www.example.com"
CONNECTIONS = 8


def read(folder):
    """The bodies and heads as recorded, for kept connections; GET and POST, which is nearly all of them."""
    described = importlib.util.spec_from_file_location("replay", folder / "replay.py")
    replay = importlib.util.module_from_spec(described)
    described.loader.exec_module(replay)
    out = []
    with tarfile.open(folder / "requests.tar.gz") as archive:
        for member in archive:
            if not member.isfile() or not member.name.endswith((".white", ".black")):
                continue
            request = replay.rewrite(archive.extractfile(member).read(), HOST)
            if request and request.startswith((b"GET ", b"POST ")):
                out.append((member.name, request.replace(b"\r\nConnection: close\r\n\r\n", b"\r\n\r\n", 1)))
    return [request for _, request in sorted(out)]


class Client(threading.Thread):
    """One kept connection, opened again where the server has closed it."""

    def __init__(self, port, requests):
        super().__init__()
        self.port, self.requests = port, requests
        self.times_ms, self.failed = [], 0
        self.connection = None

    def run(self):
        for request in self.requests:
            started = time.perf_counter()
            # A kept connection may have been closed at the moment in which the request was sent.
            if self.ask(request) or self.ask(request):
                self.times_ms.append((time.perf_counter() - started) * 1000)
            else:
                self.failed += 1
        self.drop()

    def drop(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def ask(self, request):
        try:
            if not self.connection:
                self.connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
                self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connection.sendall(request)
            answer = http.client.HTTPResponse(self.connection, method=request.split(b" ", 1)[0].decode())
            answer.begin()
            answer.read()
            if answer.will_close:
                self.drop()
            return True
        except (OSError, http.client.HTTPException):
            self.drop()
            return False


def replay(port, requests):
    """What a client saw that sent each of them once. An answer of any status counts: inspection refuses some."""
    clients = [Client(port, requests[n::CONNECTIONS]) for n in range(CONNECTIONS)]
    started = time.perf_counter()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    times = [t for client in clients for t in client.times_ms]
    return {"requests": len(times), "failed": sum(client.failed for client in clients),
            "rps": len(times) / (time.perf_counter() - started), **measure.percentiles(times)}
