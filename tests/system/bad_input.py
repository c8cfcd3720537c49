"""Bad input is refused with a sentence that says what to do, and nothing changes."""
import json
import pathlib
import subprocess
import tempfile

from system.fixture import ATTACK, RULES, serving
from system.wire import get


def error_of(answer, status=400):
    assert answer[0] == status, answer
    return answer[1]["error"]


def version(gateway):
    return gateway.status()["config_version"]


def self_signed(folder, name, *more):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                    "/CN=t.example", "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem", *more],
                   check=True, capture_output=True)
    return (folder / f"{name}.pem").read_text(), (folder / f"{name}.key").read_text()


def expired(folder):
    """A certificate whose last day was in 2021; `openssl ca` is what lets both ends be chosen."""
    self_signed(folder, "now")
    (folder / "index.txt").write_text("")
    (folder / "ca.cnf").write_text("[ca]\ndefault_ca=c\n[c]\ndatabase=%s/index.txt\nnew_certs_dir=%s\nrand_serial=yes\n"
                                   "default_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n" % (folder, folder))
    subprocess.run(["openssl", "req", "-new", "-key", folder / "now.key", "-subj", "/CN=t.example", "-out",
                    folder / "now.csr"], check=True, capture_output=True)
    subprocess.run(["openssl", "ca", "-batch", "-config", folder / "ca.cnf", "-selfsign", "-keyfile", folder / "now.key",
                    "-in", folder / "now.csr", "-out", folder / "old.pem", "-notext", "-startdate", "20200101000000Z",
                    "-enddate", "20210101000000Z"], check=True, capture_output=True)
    return (folder / "old.pem").read_text(), (folder / "now.key").read_text()


def test_broken_rules(binary):
    """A rule file with a syntax error is refused with file:line by CLI and API; the old set stays active."""
    with serving(binary) as (gateway, _), tempfile.TemporaryDirectory() as folder:
        before = version(gateway)
        broken = pathlib.Path(folder) / "broken.conf"
        broken.write_text(RULES + "\nSecRule ARGS \"@rx (unclosed\" \"id:7,phase:2,deny\"\n")
        line = broken.read_text().splitlines().index("SecRule ARGS \"@rx (unclosed\" \"id:7,phase:2,deny\"") + 1
        for arguments in (("rules", "check", str(broken)), ("rules", "import", str(broken), "--name", "lone")):
            done = gateway.command(*arguments, check=False)
            assert done.returncode == 1 and f"broken.conf:{line}" in done.stdout + done.stderr, done
        answer = gateway.api("POST", "/rulesets/check", broken.read_bytes(),
                             {"Content-Type": "application/octet-stream", "X-Filename": "broken.conf"})
        refused = error_of(answer)
        assert refused["diagnostics"][0]["line"] == line and refused["diagnostics"][0]["file"].endswith("broken.conf")
        # In place of the set in force, by document and by object.
        document = gateway.api("GET", "/config")[1]
        document["rulesets"][0]["path"] = str(broken)
        refused = error_of(gateway.api("PUT", "/config", document))
        assert f"broken.conf:{line}" in json.dumps(refused) or refused["diagnostics"][0]["line"] == line, refused
        assert error_of(gateway.api("PUT", "/rulesets/lone", {"name": "lone", "path": str(broken)}))["diagnostics"]
        (pathlib.Path(folder) / "document.json").write_text(json.dumps(document))
        done = gateway.command("config", "apply", folder + "/document.json", check=False)
        assert done.returncode == 1 and f"broken.conf:{line}" in done.stdout + done.stderr, done
        assert version(gateway) == before and get(gateway.http_port, ATTACK).status == 403
        # The file in force breaks on disk: what is compiled stays, and a change that has nothing to do with it says so.
        gateway.rules_file.write_text(broken.read_text())
        assert get(gateway.http_port, ATTACK).status == 403


def test_certificates(binary):
    """A key that does not match, an expired certificate, and what is no certificate are refused with advice."""
    with serving(binary) as (gateway, _), tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        chain, _ = self_signed(folder, "a")
        _, other_key = self_signed(folder, "b")
        refused = error_of(gateway.api("POST", "/certificates", {"name": "x", "chain_pem": chain, "key_pem": other_key}))
        assert "key" in refused["message"] and len(refused["message"]) > 30, refused
        done = gateway.command("cert", "import", "x", str(folder / "a.pem"), str(folder / "b.key"), check=False)
        assert done.returncode == 1 and "key" in done.stderr + done.stdout, done
        old_chain, old_key = expired(folder)
        refused = error_of(gateway.api("POST", "/certificates", {"name": "x", "chain_pem": old_chain, "key_pem": old_key}))
        assert "expired" in refused["message"], refused
        error_of(gateway.api("POST", "/certificates", {"name": "x", "chain_pem": "nonsense", "key_pem": other_key}))
        error_of(gateway.api("POST", "/certificates", {"name": "x", "pem": chain}))
        names = [c["name"] for c in gateway.api("GET", "/certificates")[1]["items"]]
        assert names == ["test"] and get(gateway.tls_port, tls="t.example").status == 200
        for message in (refused["message"], done.stderr):
            assert "PRIVATE KEY" not in message


def test_sites(binary):
    """A taken host, an upstream that is not there or makes no sense: refused with what to do."""
    with serving(binary, site={"hosts": ["t.example"]}) as (gateway, _):
        before = version(gateway)
        site = {"name": "two", "hosts": ["T.example"], "listeners": ["http"], "upstream": "app"}
        refused = error_of(gateway.api("POST", "/sites", site))
        assert 'taken by site "test"' in refused["message"] and refused["field"] == "hosts", refused
        assert "remove it there first" in refused["message"], refused
        refused = error_of(gateway.api("POST", "/sites", {**site, "hosts": ["two.example"], "upstream": "nope"}))
        assert "add it first" in refused["message"], refused
        addresses = ["", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:99999", "http://127.0.0.1:80", "a b:80", "[::1:80", ":80",
                     "256.1.1.1:80", "127.0.0.1:80/path", "x" * 300 + ":80", "host:80:90"]
        for address in addresses:
            refused = error_of(gateway.api("POST", "/upstreams", {"name": "u", "endpoints": [{"address": address}]}))
            assert "address" in refused["message"] or "port" in refused["message"], (address, refused)
        error_of(gateway.api("POST", "/upstreams", {"name": "u", "endpoints": []}))
        for host in ("bad host", "a..b", "http://x", "*.*", "x:80", "-", "a/b"):
            error_of(gateway.api("POST", "/sites", {**site, "hosts": [host]}))
        for network in ("300.0.0.1", "10.0.0.0/33", "x", "::/129"):
            error_of(gateway.api("PATCH", "/sites/test", {"access": {"deny": [network]}}))
        done = gateway.command("site", "set", "test", "upstream=nope", check=False)
        assert done.returncode == 1 and "add it first" in done.stderr, done
        assert version(gateway) == before


def test_unknown_fields(binary):
    """An unknown field and a value of the wrong kind are refused by name, anywhere in the document."""
    with serving(binary) as (gateway, _):
        before = version(gateway)

        def spoiled(change):
            document = gateway.api("GET", "/config")[1]
            change(document)
            return error_of(gateway.api("PUT", "/config", document))["message"]

        assert "colour" in spoiled(lambda d: d.update(colour="red"))
        assert "mood" in spoiled(lambda d: d["sites"][0]["waf"].update(mood="On"))
        assert "wieght" in spoiled(lambda d: d["upstreams"][0]["endpoints"][0].update(wieght=1))
        assert "mode" in spoiled(lambda d: d["sites"][0]["waf"].update(mode="Maybe"))
        assert "weight" in spoiled(lambda d: d["upstreams"][0]["endpoints"][0].update(weight=-1))
        assert "paranoia_level" in spoiled(lambda d: d["sites"][0]["waf"].update(paranoia_level=9))
        spoiled(lambda d: d["settings"].update(workers="many"))
        spoiled(lambda d: d.update(sites={}))
        for text in (b"", b"{", b"[]", b"nul", b'{"sites":[' + b"[" * 100000, b'{"a":1,"a":2}', b"\xff\xfe{}"):
            error_of(gateway.api("PUT", "/config", text, {"Content-Type": "application/json"}))
        assert version(gateway) == before


def test_listener_taken(binary):
    """A listener on a port that another process has is refused, and the old configuration serves on."""
    with serving(binary) as (gateway, origin):
        before = version(gateway)
        status, answer = gateway.api("POST", "/listeners", {"name": "more", "address": origin.address})
        assert status == 409 and origin.address.split(":")[1] in answer["error"]["message"], answer
        assert version(gateway) == before and get(gateway.http_port).status == 200
