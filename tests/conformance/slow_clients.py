"""Slow clients by slowhttptest (shared/conformance/http/slow.py) against deadlines of eight seconds."""
import pathlib
import re
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.gateway import Gateway  # noqa: E402
from support.ports import HeldPort  # noqa: E402

DEADLINE = 8
SECONDS = 30
ALIVE = 10  # the others' requests that are under way


class Connections(threading.Thread):
    """How many connections the gateway has, as it counts them itself."""

    def __init__(self, gateway):
        super().__init__(daemon=True)
        self.gateway, self.counts, self.over = gateway, [], False
        self.started = time.monotonic()
        self.start()

    def run(self):
        while not self.over:
            self.counts.append((time.monotonic() - self.started, self.gateway.status()["connections"]))
            time.sleep(0.3)

    def before_the_end(self):
        """Two seconds before slowhttptest goes away and takes its connections along."""
        until = min(self.counts[-1][0], SECONDS) - 2
        return [count for at, count in self.counts if at <= until][-1]


def run(shared, binary, mode, tls):
    """(what slow.py says, what is wrong with it or "").

    slowhttptest counts a connection as closed when it reads the end. A slow reader takes 32 bytes in five seconds and reads
    what its own kernel holds first, though the reset has long been there: it goes on for minutes. So for these the gateway's
    own count is what must come down before slowhttptest ends; in the other modes slowhttptest itself says so."""
    deadlines = {name: DEADLINE * 1000 for name in ("head_ms", "body_ms", "idle_ms", "write_ms")}
    with HeldPort() as port, Gateway(
            binary, f"127.0.0.1:{port}", {"mode": "Off"}, site={"timeouts": deadlines}) as gateway:
        counted = Connections(gateway)
        said = subprocess.run(["/usr/bin/python3", str(shared / "conformance/http/slow.py"),
                               str(gateway.tls_port if tls else gateway.http_port), "--backend-port", str(port), "--secs",
                               str(SECONDS), "--modes", mode, *(["--tls"] if tls else [])],
                              capture_output=True, text=True, check=False, timeout=SECONDS + 90)
        counted.over = True
        counted.join()
    most, last = max(count for _, count in counted.counts), counted.before_the_end()
    line = f"{'TLS' if tls else 'clear'}: {said.stdout.strip()}; the gateway had {most} connections, {last} before the end"
    if said.returncode != 0:
        return line, line + said.stderr[-500:]
    if most < int(re.search(r"(\d+) conns", said.stdout)[1]) / 2:
        return line, f"{line}: they should have been open at once"
    # Its counts are those of its last report, up to five seconds before it ends; that it ends early tells that all were closed.
    ended = last <= ALIVE if mode == "X" else "No open connections left" in line
    return line, "" if ended else f"{line}: all should have been closed before slowhttptest ends"
