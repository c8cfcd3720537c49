"""What every origin of the tests has in common: a listening socket and a thread for each connection."""
import socket
import threading

from support.ports import HeldPort


class AcceptingOrigin:
    """Serves each connection by speak(socket) until it returns; a context manager. On a port of `host`, or at `path`
    as a unix socket; `tls` is a context for the server's side. `accepted` counts the connections, `live` are the open ones.
    A port that was chosen here is kept from others until the end, also while nobody listens there."""

    def __init__(self, port=0, host="127.0.0.1", path=None, tls=None):
        self.tls, self.accepted, self.live = tls, 0, set()
        six = ":" in host
        self.held = None if port or path else HeldPort(host)
        port = self.held.number if self.held else port
        self.listener = socket.socket(socket.AF_UNIX if path else socket.AF_INET6 if six else socket.AF_INET)
        if not path:
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(path or (host, port))
        self.listener.listen(4096)
        self.port = None if path else self.listener.getsockname()[1]
        self.address = f"unix:{path}" if path else f"[{host}]:{self.port}" if six else f"{host}:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
        if self.held:
            self.held.close()

    def speak(self, connection):
        raise NotImplementedError

    def close(self):
        """Ends the listener and every connection, as the end of a process would."""
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        for connection in list(self.live):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.accepted += 1
            self.live.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            if connection.family != socket.AF_UNIX:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls:
                plain = connection
                connection = self.tls.wrap_socket(plain, server_side=True)  # takes the descriptor over
                self.live.add(connection)
                self.live.discard(plain)
            self.speak(connection)
        except (OSError, EOFError, ValueError):
            pass  # the gateway ended it, or it was no message
        finally:
            self.live.discard(connection)
            connection.close()
