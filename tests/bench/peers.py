"""The peers beside which Portcullis is measured: the rig's configurations of nginx, nginx + ModSecurity + CRS and haproxy,
moved to ports that are free, with paranoia level 4 and one session ticket added.

One ticket: Portcullis sends one after a full handshake of TLS 1.3; OpenSSL's default, which nginx and haproxy leave as it is, is
two, and each costs an encryption and bytes. nginx is told by `ssl_conf_command NumTickets 1`; haproxy has no setting of
its own, so that OpenSSL's configuration file (OPENSSL_CONF) says it."""
import os
import pathlib
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request

# Port for HTTP and for HTTPS in the rig's files.
PORTS = {"backend": (21081, 0), "plain": (21100, 21101), "pl1": (21120, 21121), "pl4": (21150, 21151),
         "haproxy": (21140, 21141)}
# At level 4 the rules find something in the rig's own browser request. Nothing is refused for it on either side, so that all of
# a request is inspected and the upstream is asked.
PL4 = ("setvar:tx.blocking_paranoia_level=4", "setvar:tx.detection_paranoia_level=4",
       "setvar:tx.inbound_anomaly_score_threshold=100000", "setvar:tx.outbound_anomaly_score_threshold=100000")
ONE_TICKET = """openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = defaults
[defaults]
MinProtocol = TLSv1.2
CipherString = DEFAULT@SECLEVEL=2
NumTickets = 1
"""


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_shift():
    """What is added to every port so that another run beside this one is not in the way."""
    for shift in range(0, 10000, 500):
        if all(is_free(port + shift) for pair in PORTS.values() for port in pair if port):
            return shift
    raise RuntimeError("no free ports for the peers between 21000 and 31500")


def answers(port):
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20).close()
    except urllib.error.HTTPError:
        pass  # it is an answer
    except OSError:
        return False
    return True


class Peers:
    """Writes the configurations and starts and ends the processes; a context manager."""

    def __init__(self, rig, work, names):
        self.work, self.names, self.loads, self.pids = pathlib.Path(work), names, {}, []
        self.conf = self.work / "conf"
        self.environment = {**os.environ, "BENCH_WORK": str(self.work), "OPENSSL_CONF": str(self.conf / "one-ticket.cnf")}
        subprocess.run(["bash", rig / "gen_conf.sh"], env={**os.environ, "BENCH_WORK": str(self.work)}, check=True)
        self.control = ["bash", str(rig / "ctl.sh")]
        self.shift = free_shift()
        self._adapt()

    def _adapt(self):
        (self.conf / "one-ticket.cnf").write_text(ONE_TICKET)
        rules = (self.work / "modsecurity/pl1.conf").read_text()
        setup = 'Include ' + str(self.work / "modsecurity/crs-setup.conf")
        action = f'SecAction "id:900006,phase:1,nolog,pass,t:none,{",".join(PL4)}"'
        if setup not in rules:
            raise RuntimeError("the rig's pl1.conf has changed: where is its crs-setup.conf?")
        rules = rules.replace(setup, f"{setup}\n{action}\nSecAuditEngine Off").replace("pl1", "pl4")
        (self.work / "modsecurity/pl4.conf").write_text(rules)
        four = (self.conf / "pl1.conf").read_text().replace("pl1", "pl4").replace("21120", "21150").replace("21121", "21151")
        (self.conf / "pl4.conf").write_text(four)
        for name in ("body", "proxy", "fcgi", "uwsgi", "scgi"):
            (self.work / "run/pl4" / name).mkdir(parents=True, exist_ok=True)
        for file in [*self.conf.glob("*.conf"), self.conf / "haproxy.cfg"]:
            text = re.sub(r":(21[01]\d\d)\b", lambda match: f":{int(match[1]) + self.shift}", file.read_text())
            text = text.replace("ssl_session_cache", "ssl_conf_command NumTickets 1; ssl_session_cache")
            file.write_text(text)

    def port(self, name, tls=False):
        return PORTS[name][1 if tls else 0] + self.shift

    def pid(self, name):
        file = self.work / ("run/haproxy.pid" if name == "haproxy" else f"run/{name}/nginx.pid")
        return int(file.read_text().split()[0])

    def _ctl(self, action, names):
        subprocess.run([*self.control, action, *names], env=self.environment, check=False, stdout=subprocess.DEVNULL)

    def __enter__(self):
        for name in self.names:
            started = time.perf_counter()
            self._ctl("start", [name])
            while not answers(self.port(name)):
                if time.perf_counter() - started > 60:
                    self.__exit__()
                    raise RuntimeError(f"{name} does not answer on port {self.port(name)}")
                time.sleep(0.002)
            self.loads[name] = {"ready_s": round(time.perf_counter() - started, 2)}
            self.pids.append(self.pid(name))
        return self

    def __exit__(self, *_):
        # One that is still about to end would be taken for the next one.
        self._ctl("stop", self.names)
        end = time.perf_counter() + 30
        while any(pathlib.Path(f"/proc/{pid}").exists() for pid in self.pids) and time.perf_counter() < end:
            time.sleep(0.02)
