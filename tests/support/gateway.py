"""Starts a gateway on a fresh data directory, for the suites that speak to it over the wire."""
import contextlib
import json
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time


def free_ports(count):
    """Ports that were free a moment ago."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]


def self_signed(folder, name="localhost"):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
         "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name},IP:127.0.0.1",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem"], check=True, capture_output=True)


def wait_until(condition, seconds, what):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not happen within {seconds} s")
        time.sleep(0.05)


def listens(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.2):
        return True
    return False


class Gateway:
    """One gateway with one site "test" in front of `upstream`; a context manager."""

    def __init__(self, binary, upstream, waf, rulesets=(), audit_mode="relevant", workers=0, site=None):
        self.binary = str(binary)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="portcullis-test-"))
        self.data = self.folder / "data"
        self.audit = self.folder / "audit.jsonl"
        self.pid_file = self.folder / "pid"
        self.http_port, self.tls_port, admin_port = free_ports(3)
        self.audit.touch()
        self_signed(self.folder)
        self.config = self.folder / "config.json"
        self.config.write_text(json.dumps({
            "listeners": [{"name": "http", "address": f"127.0.0.1:{self.http_port}"},
                          {"name": "https", "address": f"127.0.0.1:{self.tls_port}", "tls": True}],
            "certificates": [{"name": "test", "chain_file": "cert.pem", "key_file": "key.pem"}],
            "upstreams": [{"name": "app", "endpoints": [{"address": upstream}]}],
            "rulesets": [{"name": name, "path": str(path)} for name, path in rulesets],
            "sites": [{"name": "test", "hosts": ["*"], "listeners": ["http", "https"], "certificates": ["test"],
                       "upstream": "app", "waf": waf, **(site or {})}],
            "settings": {"audit_log": {"mode": audit_mode, "file": str(self.audit)}, "workers": workers},
        }))
        self.bootstrap = self.folder / "portcullis.json"
        self.bootstrap.write_text(json.dumps({"data_dir": str(self.data),
                                              "admin": {"address": f"127.0.0.1:{admin_port}"}}))
        self.log = open(self.folder / "serve.log", "wb")
        self.process = None

    def command(self, *arguments, check=True):
        return subprocess.run([self.binary, *arguments, "--data", str(self.data)], check=check, capture_output=True,
                              text=True, timeout=300)

    def __enter__(self):
        try:
            self.command("config", "apply", str(self.config))
        except subprocess.CalledProcessError as e:
            raise RuntimeError(f"config apply failed: {e.stdout}{e.stderr}") from e
        self.process = subprocess.Popen(
            [self.binary, "serve", "--config", str(self.bootstrap), "--data", str(self.data), "--pid-file",
             str(self.pid_file)], stdout=self.log, stderr=subprocess.STDOUT)
        wait_until(lambda: self.process.poll() is not None or
                   (listens(self.http_port) and self.command("status", check=False).returncode == 0), 120,
                   "readiness of the gateway")
        if self.process.poll() is not None:
            raise RuntimeError(f"the gateway ended: {(self.folder / 'serve.log').read_text()}")
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)
