"""TLS on both sides: certificates of clients and upstreams, versions and ciphers by profile."""
import pathlib
import re
import shutil
import ssl
import subprocess
import tempfile

from support.ports import HeldPort
from system.fixture import serving, wait_until
from system.wire import Client, Origin, event, events, get, refused


def openssl(*arguments, **options):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, text=True, **options)


class Authority:
    """A certificate authority in a folder of its own, and what it issues."""

    def __init__(self, folder, name="Test CA"):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=folder))
        self.pem, self.key = self.folder / "ca.pem", self.folder / "ca.key"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 30, "-subj",
                f"/CN={name}", "-keyout", self.key, "-out", self.pem)
        self.issued = 0

    def issue(self, names, kind="ec", extra=""):
        """(chain, key) for DNS names and addresses."""
        self.issued += 1
        key, request, leaf = (self.folder / f"{self.issued}.{end}" for end in ("key", "csr", "pem"))
        new = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256") if kind == "ec" else ("rsa:2048",)
        openssl("req", "-new", "-newkey", *new, "-nodes", "-subj", f"/CN={names[0]}", "-keyout", key, "-out", request)
        alternatives = ",".join(("IP:" if re.fullmatch(r"[\d.]+", n) else "DNS:") + n for n in names)
        extensions = self.folder / "extensions"
        extensions.write_text(f"subjectAltName={alternatives}\n{extra}")
        openssl("x509", "-req", "-in", request, "-CA", self.pem, "-CAkey", self.key, "-CAcreateserial", "-days", 30,
                "-extfile", extensions, "-out", leaf)
        leaf.write_text(leaf.read_text() + self.pem.read_text())
        return leaf, key


class TlsOrigin(Origin):
    """An origin that speaks TLS; `client_ca` makes it ask for the gateway's certificate."""

    def __init__(self, certificate, answer=None, client_ca=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        if client_ca:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(client_ca)
        self.resumed = []
        self.peers = []
        super().__init__(answer, tls=context)

    def speak(self, connection):
        self.resumed.append(connection.session_reused)
        self.peers.append(connection.getpeercert())
        super().speak(connection)


def upstream_tls(**settings):
    def change(document):
        document["upstreams"][0]["tls"] = {"enabled": True, **settings}
    return change


def test_https_upstream(binary):
    """An upstream's certificate is checked: authority and name; connections are kept, sessions resumed."""
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(folder)
        with TlsOrigin(authority.issue(["app.example"])) as origin, serving(
                binary, origin=origin, change=upstream_tls(server_name="app.example", ca_file=str(authority.pem))) as (
                    gateway, _):
            with Client(gateway.http_port) as client:
                for _ in range(5):
                    assert client.get("/").status == 200
            assert origin.accepted == 1, origin.accepted
            get(gateway.http_port, "/", fields="Connection: close\r\n")
            probe = gateway.api("POST", "/upstreams/probe", {"address": origin.address, "tls": {
                "enabled": True, "server_name": "app.example", "ca_pem": authority.pem.read_text()}})[1]
            assert probe["ok"] and "over TLS" in probe["message"], probe


def test_https_upstream_refused(binary):
    """A failed check of an upstream is a 502, and its event says which check it was and what to do."""
    with tempfile.TemporaryDirectory() as folder:
        authority, other = Authority(folder), Authority(folder, "Other CA")
        certificate = authority.issue(["app.example"])
        for settings, words in (
                ({"server_name": "db.example", "ca_file": str(authority.pem)}, ("name check", "tls.server_name")),
                ({"server_name": "app.example", "ca_file": str(other.pem)}, ("trust check", "tls.ca_pem")),
                ({"server_name": "app.example"}, ("trust check", "tls.ca_pem"))):
            with TlsOrigin(certificate) as origin, serving(binary, origin=origin, change=upstream_tls(**settings)) as (
                    gateway, _):
                answer = get(gateway.http_port)
                detail = refused(gateway, answer, 502, "upstream", "passed")["detail"]
                assert all(word in detail for word in words), detail
                assert origin.asked == [], "a request was sent to an upstream that was not verified"
        with TlsOrigin(certificate) as origin, serving(binary, origin=origin, change=upstream_tls(verify=False)) as (
                gateway, _):
            assert get(gateway.http_port).status == 200
            assert any("tls.verify is off" in alarm for alarm in gateway.status()["alarms"]), gateway.status()


def test_certificate_for_the_upstream(binary):
    """An upstream that asks for a certificate is shown the chosen one; without it the event says so."""
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(folder)
        own = authority.issue(["gateway.example"])

        def change(document):
            document["certificates"].append({"name": "own", "chain_file": str(own[0]), "key_file": str(own[1])})
            upstream_tls(ca_file=str(authority.pem), client_certificate="own")(document)
        with TlsOrigin(authority.issue(["127.0.0.1"]), client_ca=authority.pem) as origin:
            with serving(binary, origin=origin, change=change) as (gateway, _):
                assert get(gateway.http_port).status == 200
                assert "gateway.example" in str(origin.peers[-1]), origin.peers
            with serving(binary, origin=origin, change=upstream_tls(ca_file=str(authority.pem))) as (gateway, _):
                found = refused(gateway, get(gateway.http_port), 502, "upstream", "passed")
                assert "certificate required" in found["detail"], found["detail"]


def test_ecdsa_and_rsa(binary):
    """A client that takes only RSA gets the RSA certificate of the site, others the ECDSA one."""
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(folder)

        def change(document):
            document["certificates"] = []
            for kind in ("rsa", "ec"):
                chain, key = authority.issue(["t.example"], kind)
                document["certificates"].append({"name": kind, "chain_file": str(chain), "key_file": str(key)})
            document["sites"][0]["certificates"] = ["rsa", "ec"]
        with serving(binary, change=change) as (gateway, _):
            for algorithms, kind in (("RSA-PSS+SHA256:RSA+SHA256", "RSA"), ("ECDSA+SHA256", "ECDSA"),
                                     ("RSA-PSS+SHA256:ECDSA+SHA256", "ECDSA")):
                for version in ("-tls1_2", "-tls1_3"):
                    out = openssl("s_client", "-connect", f"127.0.0.1:{gateway.tls_port}", "-servername", "t.example",
                                  "-sigalgs", algorithms, version, "-CAfile", authority.pem, input="").stdout
                    assert "Verify return code: 0" in out, out
                    assert re.search(rf"Peer signature type: {'RSA-PSS|RSA' if kind == 'RSA' else 'ECDSA'}", out), out


def handshake(port, *arguments):
    """The negotiated "version cipher" of one attempt of openssl, None when it was refused."""
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", "t.example",
                           *arguments], input="", capture_output=True, text=True, timeout=60)
    found = re.search(r"New, (TLSv1\.\d), Cipher is (\S+)", done.stdout)
    return f"{found[1]} {found[2]}" if found and done.returncode == 0 else None


def test_profiles(binary):
    """By default TLS 1.2 and 1.3, ECDHE with AEAD alone, in our order; the modern profile is 1.3 alone."""
    with serving(binary) as (gateway, _):
        port = gateway.tls_port
        assert handshake(port, "-tls1_3"), "TLS 1.3"
        assert handshake(port, "-tls1_2"), "TLS 1.2"
        for old in ("-tls1", "-tls1_1"):
            assert not handshake(port, old, "-cipher", "ALL:@SECLEVEL=0"), old
        for cipher in ("ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "AES128-GCM-SHA256", "AES128-SHA",
                       "DHE-RSA-AES128-GCM-SHA256", "NULL", "aNULL"):
            assert not handshake(port, "-tls1_2", "-cipher", f"{cipher}:@SECLEVEL=0"), cipher
        both = ("ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256")
        chosen = {handshake(port, "-tls1_2", "-cipher", ":".join(order)) for order in (both, both[::-1])}
        assert len(chosen) == 1 and None not in chosen, f"the client's order was followed: {chosen}"
        out = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-tls1_3"], input="",
                             capture_output=True, text=True, timeout=60).stdout
        assert "Max Early Data: 0" in out or "Max Early Data" not in out, out
        if shutil.which("sslscan"):
            scan(port)
    with serving(binary, change=lambda d: d["listeners"][1].update(tls_profile="modern")) as (gateway, _):
        assert handshake(gateway.tls_port, "-tls1_3") and not handshake(gateway.tls_port, "-tls1_2")


def scan(port):
    out = subprocess.run(["sslscan", "--no-colour", f"127.0.0.1:{port}"], capture_output=True, text=True,
                         timeout=120).stdout
    for version, word in (("SSLv2", "disabled"), ("SSLv3", "disabled"), ("TLSv1.0", "disabled"),
                          ("TLSv1.1", "disabled"), ("TLSv1.2", "enabled"), ("TLSv1.3", "enabled")):
        assert re.search(rf"^{re.escape(version)}\s+{word}", out, re.M), out
    ciphers = re.findall(r"^(?:Preferred|Accepted)\s+TLSv1\.2\s+\d+ bits\s+(\S+)", out, re.M)
    assert ciphers and all(c.startswith("ECDHE-") and ("GCM" in c or "CHACHA20" in c) for c in ciphers), out
    assert "Session renegotiation not supported" in out, out
    # Some builds of the scanner cannot ask for compression.
    assert "Compression disabled" in out or "does not support compression" in out, out


def test_unknown_name(binary):
    """A name that no certificate has gets the first certificate, or with unknown_server_name refuse an alert and an event."""
    with serving(binary) as (gateway, _):
        with Client(gateway.tls_port, tls="x.example") as client:
            assert client.get(host="x.example").status == 200
    with serving(binary, change=lambda d: d["listeners"][1].update(unknown_server_name="refuse")) as (gateway, _):
        with Client(gateway.tls_port, tls="localhost") as client:
            assert client.get(host="localhost").status == 200
        try:
            Client(gateway.tls_port, tls="x.example")
            raise AssertionError("the unknown name was answered")
        except ssl.SSLError as alert:
            assert "unrecognized" in str(alert).lower(), alert
        found = events(gateway, "reason=tls")[0]
        found = event(gateway, found["id"])
        assert "x.example" in found["detail"] and found["tls"]["sni"] == "x.example", found
        assert re.fullmatch(r"t\d\d[di]\d{4}\w\w_[0-9a-f]{12}_[0-9a-f]{12}", found["tls"]["ja4"]), found["tls"]


def test_sessions(binary):
    """A session is resumed whatever loop takes the connection."""
    with serving(binary, workers=2) as (gateway, _), tempfile.TemporaryDirectory() as folder:
        kept = pathlib.Path(folder) / "session"
        where = ("-connect", f"127.0.0.1:{gateway.tls_port}", "-servername", "t.example", "-tls1_2")
        openssl("s_client", *where, "-sess_out", kept, input="")
        for _ in range(8):
            assert "Reused, TLSv1.2" in openssl("s_client", *where, "-sess_in", kept, input="").stdout


def test_client_certificates(binary):
    """A site that requires client certificates tells the upstream whose it was; refusals are events with the reason."""
    with tempfile.TemporaryDirectory() as folder:
        authority, other = Authority(folder), Authority(folder, "Other CA")

        def change(document):
            site = document["sites"][0]
            open_site = {**site, "name": "open", "hosts": ["open.example"]}
            document["sites"].append(open_site)
            site["client_certificates"] = {"mode": "require", "ca_file": str(authority.pem)}
        with serving(binary, change=change) as (gateway, origin):
            def ask(certificate, name="t.example", host="t.example"):
                context = ssl._create_unverified_context()
                if certificate:
                    context.load_cert_chain(*certificate)
                with Client(gateway.tls_port) as client:
                    client.socket = context.wrap_socket(client.socket, server_hostname=name)
                    return client.get(host=host, fields="X-Client-Cert-Subject: CN=root\r\nX_Client_Cert_Serial: 1\r\n")
            assert ask(authority.issue(["alice"])).status == 200
            asked = origin.asked[-1]
            assert asked.field("x-client-cert-subject") == "CN=alice", asked.fields
            assert asked.field("x-client-cert-verify") == "SUCCESS" and asked.field("x_client_cert_serial") is None
            assert asked.field("x-client-cert-issuer") == "CN=Test CA"
            assert re.fullmatch(r"[0-9a-f]{64}", asked.field("x-client-cert-fingerprint"))
            before = len(origin.asked)
            assert "showed no certificate" in refused(gateway, ask(None), 403, "tls")["detail"]
            found = refused(gateway, ask(other.issue(["mallory"])), 403, "tls")
            assert "CN=mallory" in found["detail"] and found["site"] == "test", found
            answer = ask(authority.issue(["alice"]), name="open.example")
            assert answer.status == 421, answer
            assert len(origin.asked) == before, "a refused request reached the upstream"
            assert ask(None, "open.example", "open.example").status == 200


class Responder:
    """OpenSSL's OCSP responder for an authority."""

    def __init__(self, authority, port):
        self.index = authority.folder / "index.txt"
        self.index.write_text("")
        self.authority, self.port, self.process = authority, port, None

    def know(self, chain):
        serial = openssl("x509", "-in", chain, "-noout", "-serial").stdout.strip().split("=")[1]
        subject = openssl("x509", "-in", chain, "-noout", "-subject", "-nameopt", "compat").stdout.strip()
        self.index.write_text(f"V\t400101000000Z\t\t{serial}\tunknown\t{subject.removeprefix('subject=')}\n")

    def __enter__(self):
        self.process = subprocess.Popen(
            ["openssl", "ocsp", "-index", self.index, "-port", str(self.port), "-CA", self.authority.pem, "-rsigner",
             self.authority.pem, "-rkey", self.authority.key, "-ndays", "1"], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        # Its own word that it listens: a connection without a request would end its service.
        assert self.process.stdout.readline().startswith("ACCEPT")
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def test_ocsp(binary):
    """A response is fetched from the responder that the certificate names, and stapled; without one there is an alarm."""
    with tempfile.TemporaryDirectory() as folder, HeldPort() as port:
        authority = Authority(folder)
        chain, key = authority.issue(["t.example"], extra=f"authorityInfoAccess=OCSP;URI:http://127.0.0.1:{port}/\n"
                                                          "tlsfeature=status_request\n")

        def change(document):
            document["certificates"] = [{"name": "test", "chain_file": str(chain), "key_file": str(key)}]
            document["settings"]["ocsp_stapling"] = True

        def status(gateway):
            return openssl("s_client", "-connect", f"127.0.0.1:{gateway.tls_port}", "-servername", "t.example",
                           "-status", "-CAfile", authority.pem, input="").stdout
        responder = Responder(authority, port)
        responder.know(chain)
        with responder, serving(binary, change=change) as (gateway, _):
            wait_until(lambda: "OCSP Response Status: successful" in status(gateway), 30, "a stapled response")
            assert "Cert Status: good" in status(gateway)
        with serving(binary, change=change) as (gateway, _):
            # OpenSSL tries a connection that is refused again until the ten seconds for a response are over.
            wait_until(lambda: any("gives no response" in a for a in gateway.status()["alarms"]), 60, "the alarm")
            assert "no response sent" in status(gateway)


def test_hsts(binary):
    """Strict-Transport-Security is in answers over TLS, ours and the upstream's, and in none without."""
    with serving(binary, site={"hsts": {"max_age_s": 3600, "include_subdomains": True}, "redirect_to_https": True}) as (
            gateway, _):
        with Client(gateway.tls_port, tls="t.example") as client:
            for target in ("/", "/?a=evil7attack"):
                answer = client.get(target)
                assert answer.field("strict-transport-security") == "max-age=3600; includeSubDomains", answer
        answer = get(gateway.http_port)
        assert answer.status == 308 and answer.field("strict-transport-security") is None, answer
