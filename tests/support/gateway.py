"""Starts a gateway on a fresh data directory, for the suites that speak to it over the wire."""
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from support.ports import HeldPort


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


class ControlConnection(http.client.HTTPConnection):
    """HTTP to the control socket of a data directory."""

    def __init__(self, path, timeout=60):
        super().__init__("localhost", timeout=timeout)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Gateway:
    """One gateway with one site "test" in front of `upstream`; a context manager. `change` may edit the document before
    it is applied; `apply` false starts on an empty directory; `environment` is set beside this process's."""

    own_session = False  # of the process, apart from this one's

    def __init__(self, binary, upstream, waf, rulesets=(), audit_mode="relevant", workers=0, site=None, change=None,
                 data=None, apply=True, environment=None):
        self.binary = str(binary)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="portcullis-test-"))
        self.data = data or self.folder / "data"
        self.apply = apply
        self.environment = {**os.environ, **(environment or {})}
        self.audit = self.folder / "audit.jsonl"
        self.pid_file = self.folder / "pid"
        self.ports = [HeldPort() for _ in range(3)]
        self.http_port, self.tls_port, self.admin_port = (port.number for port in self.ports)
        self.audit.touch()
        self_signed(self.folder)
        self.config = self.folder / "config.json"
        document = {
            "listeners": [{"name": "http", "address": f"127.0.0.1:{self.http_port}"},
                          {"name": "https", "address": f"127.0.0.1:{self.tls_port}", "tls": True}],
            "certificates": [{"name": "test", "chain_file": "cert.pem", "key_file": "key.pem"}],
            "upstreams": [{"name": "app", "endpoints": [{"address": upstream}]}],
            "rulesets": [{"name": name, "path": str(path)} for name, path in rulesets],
            "sites": [{"name": "test", "hosts": ["*"], "listeners": ["http", "https"], "certificates": ["test"],
                       "upstream": "app", "waf": waf, **(site or {})}],
            "settings": {"audit_log": {"mode": audit_mode, "file": str(self.audit)}, "workers": workers},
        }
        if change:
            change(document)
        self.config.write_text(json.dumps(document))
        self.bootstrap = self.folder / "portcullis.json"
        self.bootstrap.write_text(json.dumps({"data_dir": str(self.data),
                                              "admin": {"address": f"127.0.0.1:{self.admin_port}"}}))
        self.log = open(self.folder / "serve.log", "wb")
        self.process = None

    def command(self, *arguments, check=True):
        return subprocess.run([self.binary, *arguments, "--data", str(self.data)], check=check, capture_output=True,
                              text=True, timeout=300)

    def api(self, method, path, body=None, headers=None):
        """One call over the control socket: (status, the decoded answer or None)."""
        connection = ControlConnection(self.data / "control.sock")
        try:
            if isinstance(body, (dict, list)):
                body = json.dumps(body)
                headers = {"Content-Type": "application/json", **(headers or {})}
            connection.request(method, "/api/v1" + path, body, headers or {})
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text[:1] in (b"{", b"[") else text or None
        finally:
            connection.close()

    def status(self):
        return self.api("GET", "/status")[1]

    def wait_compiled(self, seconds=1800):
        """Until every rule set in force has its Hyperscan databases. They are compiled when nobody else wants the processor, so
        that a busy machine takes many times as long."""
        wait_until(lambda: not any(r["compiling"] for r in self.status()["rulesets"]), seconds, "compiled rule sets")

    def log_text(self):
        return (self.folder / "serve.log").read_text(errors="replace")

    def launch(self):
        """Starts the process without waiting for anything."""
        self.process = subprocess.Popen(
            [self.binary, "serve", "--config", str(self.bootstrap), "--data", str(self.data), "--pid-file",
             str(self.pid_file)], stdout=self.log, stderr=subprocess.STDOUT, env=self.environment,
            start_new_session=self.own_session)

    def start(self):
        self.launch()
        wait_until(lambda: self.process.poll() is not None or self.ready(), 120, "readiness of the gateway")
        if self.process.poll() is not None:
            raise RuntimeError(f"the gateway ended with {self.process.returncode}: {self.log_text()}")

    def ready(self):
        try:
            return self.status()["ready"]
        except (OSError, http.client.HTTPException, TypeError):
            return False

    def stop(self, number=signal.SIGTERM, seconds=60):
        """Sends the signal; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(seconds)

    def __enter__(self):
        if self.apply:
            try:
                self.command("config", "apply", str(self.config))
            except subprocess.CalledProcessError as e:
                raise RuntimeError(f"config apply failed: {e.stdout}{e.stderr}") from e
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for port in self.ports:
            port.close()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)
