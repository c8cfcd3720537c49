"""The admin server in the hands of somebody who should not have it."""
import contextlib
import gzip
import http.client
import io
import json
import os
import pathlib
import re
import ssl
import stat
import tarfile
import zipfile

from support.gateway import wait_until
from system.fixture import ATTACK, RULES, serving
from system.wire import get

PASSWORD = "correct horse battery"


class Browser:
    """Calls over HTTPS with a session, as the web application makes them."""

    def __init__(self, port):
        self.port, self.cookie, self.csrf, self.set_cookie = port, None, None, ""

    def call(self, method, path, body=None, headers=None, host=None, csrf=True):
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60,
                                                 context=ssl._create_unverified_context())
        fields = {"Host": host or f"127.0.0.1:{self.port}"}
        if self.cookie:
            fields["Cookie"] = self.cookie
        if csrf and self.csrf:
            fields["X-CSRF-Token"] = self.csrf
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            fields["Content-Type"] = "application/json"
        fields.update(headers or {})
        try:
            connection.request(method, path, body, fields)
            answer = connection.getresponse()
            text = answer.read()
            self.set_cookie = answer.getheader("Set-Cookie") or ""
            self.headers = answer.headers
            return answer.status, json.loads(text) if text[:1] == b"{" else text
        finally:
            connection.close()

    def login(self, user, password):
        status, body = self.call("POST", "/api/v1/session", {"user": user, "password": password})
        if status == 200:
            self.cookie, self.csrf = self.set_cookie.split(";")[0], body["csrf_token"]
        return status, body


def add_user(gateway, name, role):
    assert gateway.api("POST", "/users", {"name": name, "role": role, "password": PASSWORD})[0] == 201
    browser = Browser(gateway.admin_port)
    status, body = browser.login(name, PASSWORD)
    assert status == 200, body
    if body["must_change_password"]:
        assert browser.call("GET", "/api/v1/sites")[0] == 403, "a first password opened more than its change"
        assert browser.call("POST", "/api/v1/session/password", {"current": PASSWORD, "new": PASSWORD + "!"})[0] == 204
    return browser


def test_no_session(binary):
    """Without a session every call of the API is 401, and tells nothing."""
    calls = [("GET", p) for p in ("config", "sites", "certificates", "events", "status", "users", "overview", "settings",
                                  "config/versions", "events/export", "jobs/1", "session")]
    calls += [("PUT", "config"), ("POST", "sites"), ("DELETE", "sites/test"), ("POST", "rulesets/import?name=x"),
              ("POST", "users"), ("POST", "sites/test/cache/purge"), ("POST", "inspect")]
    with serving(binary) as (gateway, _):
        stranger = Browser(gateway.admin_port)
        for method, path in calls:
            for cookie in (None, "portcullis_session=", "portcullis_session=" + "0" * 64, "portcullis_session=../../x"):
                stranger.cookie = cookie
                status, body = stranger.call(method, "/api/v1/" + path, headers={"X-CSRF-Token": "x"})
                assert status == 401 and "test" not in json.dumps(body), (method, path, status, body)
        assert stranger.call("GET", "/")[0] == 200
        for target in ("/../../etc/passwd", "/..%2f..%2fetc/passwd", "/assets/../../../etc/passwd", "/%00"):
            status, body = stranger.call("GET", target)
            assert b"root:" not in (body if isinstance(body, bytes) else b""), target


def test_csrf_and_roles(binary):
    """A wrong CSRF token is 403; another origin is 403; a viewer reads and changes nothing."""
    with serving(binary) as (gateway, _):
        version = gateway.status()["config_version"]
        admin = add_user(gateway, "ann", "admin")
        assert admin.login("ann", PASSWORD + "!")[0] == 200
        assert all(a in admin.set_cookie for a in ("Secure", "HttpOnly", "SameSite=Strict")), admin.set_cookie
        change = {"waf": {"mode": "Off"}}
        for headers in ({}, {"X-CSRF-Token": "wrong"}, {"X-CSRF-Token": ""}):
            status, body = admin.call("PATCH", "/api/v1/sites/test", change, headers, csrf=False)
            assert status == 403, (headers, status, body)
        for origin in ("https://evil.example", "null", f"https://127.0.0.1:{gateway.admin_port}.evil.example"):
            assert admin.call("PATCH", "/api/v1/sites/test", change, {"Origin": origin})[0] == 403, origin
        viewer = add_user(gateway, "vic", "viewer")
        assert viewer.call("GET", "/api/v1/sites")[0] == 200
        for method, path, body in (("PATCH", "sites/test", change), ("PUT", "config", {}), ("DELETE", "sites/test", None),
                                   ("POST", "users", {"name": "x", "role": "admin", "password": PASSWORD}),
                                   ("POST", "sites/test/cache/purge", None), ("POST", "rulesets/import?name=x", "x"),
                                   ("POST", "upstreams/probe", {"address": "127.0.0.1:1"}), ("GET", "users", None),
                                   ("PUT", "users/ann/password", {"password": PASSWORD}),
                                   ("POST", "config/versions/1/rollback", None), ("PUT", "settings", {})):
            status, answer = viewer.call(method, "/api/v1/" + path, body)
            assert status == 403, (method, path, status, answer)
        assert gateway.status()["config_version"] == version
        assert admin.call("PATCH", "/api/v1/sites/test", change)[0] == 200
        # A session ends with its user.
        assert gateway.api("POST", "/users/ann/disable")[0] in (200, 204)
        assert admin.call("GET", "/api/v1/sites")[0] == 401


def test_strange_host(binary):
    """The admin server does not answer to a stranger's name (DNS rebinding), nor to broken framing."""
    with serving(binary) as (gateway, _):
        browser = Browser(gateway.admin_port)
        for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example:9443", "[::1", "evil.example:443"):
            for path in ("/", "/api/v1/session", "/api/v1/status"):
                assert browser.call("GET", path, host=host)[0] in (400, 403), (host, path)
        assert browser.call("GET", "/", host="localhost")[0] == 200
        assert "frame-ancestors 'none'" in browser.headers["Content-Security-Policy"]
        status, _ = browser.call("POST", "/api/v1/session", b"0\r\n\r\n",
                                 {"Transfer-Encoding": "chunked", "Content-Length": "5"})
        assert status == 400
        with contextlib.suppress(OSError):  # it may close while the rest is still being sent
            assert browser.call("POST", "/api/v1/session", b"a" * 3_000_000)[0] in (400, 413)
        assert browser.call("GET", "/api/v1/session")[0] == 401


def test_login_lockout(binary):
    """Guessing is slowed: after a few failures the address waits, whatever name it tries and even with the right one."""
    with serving(binary) as (gateway, _):
        add_user(gateway, "ann", "admin")
        thief = Browser(gateway.admin_port)
        seen = [thief.login("ann", f"guess number {n}") for n in range(12)]
        assert [s for s, _ in seen][:3] == [401] * 3 and seen[-1][0] == 429, [s for s, _ in seen]
        assert "try again in" in seen[-1][1]["error"]["message"]
        assert thief.login("ann", PASSWORD + "!")[0] == 429
        assert thief.login("nobody", "x")[0] == 429
        messages = {b["error"]["message"] for s, b in seen if s == 401}
        assert not any("ann" in m for m in messages), messages


def test_same_answer(binary):
    """A name that exists and one that does not get the same answer."""
    with serving(binary) as (gateway, _):
        add_user(gateway, "ann", "admin")
        thief = Browser(gateway.admin_port)
        known, unknown = thief.login("ann", "wrong password"), thief.login("bob", "wrong password")
        for _, body in (known, unknown):
            body["error"].pop("request_id")
        assert known == unknown, (known, unknown)


def archive(names, kind=tarfile.REGTYPE, link="", body=RULES.encode()):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name in names:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, link
            member.size = len(body) if kind == tarfile.REGTYPE else 0
            tar.addfile(member, io.BytesIO(body))
    return out.getvalue()


def zipped(name, body, mode=0o644):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        info = zipfile.ZipInfo(name)
        info.external_attr = (stat.S_IFREG | mode if mode < 0o10000 else mode) << 16
        info.compress_type = zipfile.ZIP_DEFLATED
        file.writestr(info, body)
    return out.getvalue()


def test_hostile_archives(binary):
    """Archives that climb, link, bomb, lie or break are refused, leave nothing behind, and change nothing."""
    big = b"# " + b"x" * (1 << 20)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as file:
        for n in range(600):
            file.writestr(f"{n}.conf", big)
    tar_bomb = gzip.compress(bytes(400 << 20), 9)
    good = archive(["rules/a.conf"])
    hostile = {
        "climbing": archive(["../escaped.conf"]), "climbing deep": archive(["a/b/../../../escaped.conf"]),
        "absolute": archive(["/tmp/portcullis-escaped.conf"]), "zip climbing": zipped("../escaped.conf", RULES),
        "zip backslash": zipped("..\\escaped.conf", RULES), "zip absolute": zipped("/tmp/portcullis-escaped.conf", RULES),
        "symlink": archive(["a.conf"], tarfile.SYMTYPE, "/etc/passwd"),
        "hard link": archive(["a.conf"], tarfile.LNKTYPE, "/etc/passwd"),
        "device": archive(["a.conf"], tarfile.CHRTYPE), "fifo": archive(["a.conf"], tarfile.FIFOTYPE),
        "zip symlink": zipped("a.conf", "/etc/passwd", 0o120777),
        "zip bomb": bomb.getvalue(), "tar bomb": tar_bomb, "empty": b"", "cut": good[:-40], "cut zip": zipped("a.conf", RULES)[:-30],
        "no rules": archive(["readme.txt"]), "binary": os.urandom(5000)}
    include = archive(["a.conf"], body=b"Include /etc/passwd\nSecRule ARGS \"@pmFromFile /etc/shadow\" \"id:1,phase:2,deny\"\n")
    with serving(binary) as (gateway, _):
        version = gateway.status()["config_version"]
        memory = int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{gateway.process.pid}/status").read_text())[1])
        for name, data in {**hostile, "include": include}.items():
            status, answer = gateway.api("POST", "/rulesets/import?name=evil", data, {
                "Content-Type": "application/octet-stream", "X-Filename": "evil.tar.gz"})
            if status == 202:
                job = answer["job"]
                wait_until(lambda: gateway.api("GET", f"/jobs/{job}")[1]["state"] != "running", 60, f"end of {name}")
                done = gateway.api("GET", f"/jobs/{job}")[1]
                assert done["state"] == "failed", (name, done)
                message = json.dumps(done["error"])
            else:
                assert 400 <= status < 500, (name, status, answer)
                message = json.dumps(answer)
            assert "root:" not in message, (name, message)
            assert not list(gateway.folder.rglob("*escaped*")) and not os.path.exists("/tmp/portcullis-escaped.conf"), name
            left = [p for p in gateway.data.rglob("*") if "evil" in p.name and p.is_file()]
            assert not left, (name, left)
        peak = int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{gateway.process.pid}/status").read_text())[1])
        assert peak - memory < 300_000, f"an archive took {(peak - memory) // 1024} MB"
        assert gateway.status()["config_version"] == version
        assert get(gateway.http_port, ATTACK).status == 403
        status, answer = gateway.api("POST", "/rulesets/import?name=good", good,
                                     {"Content-Type": "application/octet-stream", "X-Filename": "good.tar.gz"})
        wait_until(lambda: gateway.api("GET", f"/jobs/{answer['job']}")[1]["state"] == "done", 60, "a good import")


def test_secrets(binary):
    """Private keys, password hashes and session tokens are in no export, answer or log; files are the owner's alone."""
    with serving(binary) as (gateway, _):
        admin = add_user(gateway, "ann", "admin")
        key = (gateway.folder / "key.pem").read_text()
        body = "".join(key.splitlines()[1:-1])
        out = [gateway.command("config", "export").stdout, gateway.command("cert", "list", "--json").stdout,
               json.dumps(gateway.api("GET", "/config")[1]), json.dumps(gateway.api("GET", "/certificates/test")[1]),
               json.dumps(gateway.api("GET", "/users")[1]), json.dumps(gateway.api("GET", "/config/versions")[1]),
               json.dumps(admin.call("GET", "/api/v1/users")[1]), gateway.log_text(),
               (gateway.data / "last-good.json").read_text()]
        for text in out:
            assert "PRIVATE KEY" not in text and body[:40] not in text and "$scrypt" not in text, text[:400]
            assert PASSWORD not in text and admin.cookie.split("=")[1] not in text
        for file in gateway.data.rglob("*"):
            if not file.is_file():
                continue
            content = file.read_bytes()
            if file != gateway.data / "admin" / "key.pem":
                assert b"PRIVATE KEY" not in content and body[:40].encode() not in content, file
            assert PASSWORD.encode() not in content and admin.cookie.split("=")[1].encode() not in content, file
            if file.suffix in (".db", ".json", ".key", ".seg", ".pem") and file.name != "certificate.pem":
                assert file.stat().st_mode & 0o077 == 0, f"{file} is open to others"
        assert (gateway.data / "control.sock").stat().st_mode & 0o777 == 0o600
        # An export is good for its own installation again.
        exported = json.loads(out[0])
        assert "key_sealed" in json.dumps(exported) and gateway.api("PUT", "/config", exported)[0] == 200
        assert get(gateway.tls_port, tls="t.example").status == 200


def test_if_match(binary):
    """Two administrators: a change on an old version is a conflict, and rolling back is a version too."""
    with serving(binary) as (gateway, _):
        version = gateway.status()["config_version"]
        first = gateway.api("PATCH", "/sites/test", {"waf": {"mode": "DetectionOnly"}}, {"If-Match": str(version)})
        assert first[0] == 200, first
        second = gateway.api("PATCH", "/sites/test", {"waf": {"mode": "Off"}}, {"If-Match": str(version)})
        assert second[0] == 409, second
        assert get(gateway.http_port, ATTACK).status == 200
        assert gateway.api("POST", f"/config/versions/{version}/rollback")[0] == 200
        assert get(gateway.http_port, ATTACK).status == 403
        assert gateway.api("GET", "/sites/test")[1]["waf"]["mode"] == "On"
