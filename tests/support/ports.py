"""Ports for servers that start later."""
import socket


class HeldPort:
    """A free port that nobody else is given until close(): a socket is bound to it, which does not listen. Beside it a server
    that sets SO_REUSEADDR can listen, as often as it likes; while none does, a connection is refused. A context manager
    that gives the number."""

    def __init__(self, host="127.0.0.1"):
        self.socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((host, 0))
        self.number = self.socket.getsockname()[1]

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self.number

    def __exit__(self, *_):
        self.close()
