"""The configuration in PostgreSQL: a server on a socket in a temporary folder, as an unprivileged user."""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from support.gateway import wait_until
from system.fixture import ATTACK
from system.start import on_last_good
from system.upgrade import lives, owner, upgradable
from system.wire import get


def programs():
    """The folder of the newest PostgreSQL that is installed, or None."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


class Server:
    """One PostgreSQL; its URL is in the environment of what is started meanwhile."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="portcullis-postgres-"))
        self.user = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
        if self.user:
            shutil.chown(self.folder, "nobody", "nogroup")
        self.data = self.folder / "data"
        subprocess.run([programs() / "initdb", "-D", self.data, "-U", "portcullis", "-A", "trust", "--no-sync", "-E", "UTF8",
                        "--locale=C.UTF-8"], check=True, capture_output=True, cwd=self.folder, **self.user)
        self.process = None
        self.url = f"postgresql:///postgres?host={self.folder}&user=portcullis"

    def start(self):
        self.process = subprocess.Popen([programs() / "postgres", "-D", self.data, "-k", self.folder, "-h", "", "-F"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder, **self.user)
        wait_until(lambda: self.sql("SELECT 1", check=False).returncode == 0, 60, "the start of PostgreSQL")

    def sql(self, statement, check=True):
        return subprocess.run(["psql", "-h", self.folder, "-U", "portcullis", "-Atc", statement, "postgres"], check=check,
                              capture_output=True, text=True, cwd="/")

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)
            self.process = None

    def __enter__(self):
        self.start()
        os.environ["PORTCULLIS_DATABASE"] = self.url
        return self

    def __exit__(self, *_):
        del os.environ["PORTCULLIS_DATABASE"]
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def patch_mode(gateway, mode):
    return gateway.api("PATCH", "/sites/test", {"waf": {"mode": mode}})[0]


def test_serves_from_it(binary):
    """Changes are versions in PostgreSQL; out of reach at the start the last good configuration serves and says so."""
    if not programs():
        return "PostgreSQL is not installed"
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(Server())
        gateway, _ = stack.enter_context(upgradable(binary))
        assert not (gateway.data / "portcullis.db").exists()
        assert get(gateway.http_port, ATTACK).status == 403
        assert patch_mode(gateway, "Off") == 200 and get(gateway.http_port, ATTACK).status == 200
        assert server.sql("SELECT MAX(number) FROM config_versions").stdout.strip() == "2"

        # Away and back: no change meanwhile, traffic all the time, and no restart is needed.
        server.stop()
        assert patch_mode(gateway, "On") == 503
        assert get(gateway.http_port, ATTACK).status == 200
        server.start()
        assert patch_mode(gateway, "On") == 200 and get(gateway.http_port, ATTACK).status == 403

        gateway.upgrade()
        assert gateway.status()["ready"] and not gateway.status()["on_last_good"]
        assert patch_mode(gateway, "DetectionOnly") == 200 and patch_mode(gateway, "On") == 200
        successor = owner(gateway)
        os.kill(successor, signal.SIGTERM)
        wait_until(lambda: not lives(successor) and gateway.process.poll() is not None, 30, "the end of both processes")

        server.stop()
        on_last_good(gateway, "cannot be reached")
        gateway.stop()
        server.start()
        gateway.start()
        assert not gateway.status()["on_last_good"] and get(gateway.http_port, ATTACK).status == 403
        refused = gateway.command("backup", str(gateway.folder / "backup"), check=False)
        assert refused.returncode == 1 and "pg_dump" in refused.stderr, refused
    return None
