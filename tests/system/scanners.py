"""What scanners of others find in the default TLS profile: nothing but the test's own certificate."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree

from system.compression import ON, html
from system.fixture import serving

LONG = os.environ.get("PORTCULLIS_LONG") == "1"
# Chain, lifetime and revocation of a self-signed certificate, and what a scan says of itself.
OF_THE_CERTIFICATE = ("cert", "OCSP", "DNS_CAArecord", "engine_problem")


def test_sslscan(binary):
    """sslscan: TLS 1.2 and 1.3 alone, forward secrecy and AEAD in every suite, no renegotiation, no weak group."""
    if not shutil.which("sslscan"):
        return "not run: sslscan is not installed"
    with serving(binary) as (gateway, _), tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "scan.xml"
        subprocess.run(["sslscan", "--no-colour", f"--xml={path}", f"127.0.0.1:{gateway.tls_port}"], check=True,
                       capture_output=True, timeout=120)
        found = xml.etree.ElementTree.parse(path).getroot().find("ssltest")
    spoken = {p.get("type") + p.get("version") for p in found.iter("protocol") if p.get("enabled") == "1"}
    assert spoken == {"tls1.2", "tls1.3"}, spoken
    assert [r.get("supported") for r in found.iter("renegotiation")] == ["0"]
    assert not [c for c in found.iter("compression") if c.get("supported") != "0"]
    assert not [h for h in found.iter("heartbleed") if h.get("vulnerable") != "0"]
    suites = [(c.get("sslversion"), c.get("cipher")) for c in found.iter("cipher")]
    assert len(suites) >= 6
    for version, name in suites:
        assert version == "TLSv1.3" or name.startswith("ECDHE-") and ("GCM" in name or "CHACHA20" in name), name
    groups = {g.get("name").split(" ")[0] for g in found.iter("group")}
    assert groups == {"x25519", "secp256r1", "secp384r1"}, groups
    return f"{len(suites)} suites, groups {', '.join(sorted(groups))}"


def testssl(binary, answer=None, site=None):
    """(how many lines, those at LOW or above that are not of the test's certificate)."""
    with serving(binary, answer, site=site) as (gateway, _), tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "found.json"
        subprocess.run(["testssl", "-p", "-s", "-P", "-U", "--quiet", "--color", "0", "--warnings", "off", "--jsonfile", path,
                        f"127.0.0.1:{gateway.tls_port}"], capture_output=True, timeout=1800, check=False)
        found = json.loads(path.read_text())
    told = {line["id"] for line in found}
    assert {"TLS1_3", "cipher_order", "secure_client_renego", "BREACH", "LUCKY13"} <= told, told
    return len(found), [line for line in found if line["severity"] in ("LOW", "MEDIUM", "HIGH", "CRITICAL", "WARN", "FATAL") and
                        not line["id"].startswith(OF_THE_CERTIFICATE)]


def why_not():
    if not LONG:
        return "not run: takes minutes, asked for by PORTCULLIS_LONG=1"
    return None if shutil.which("testssl") else "not run: testssl.sh is not installed"


def test_testssl(binary):
    """testssl: protocols, suites, the server's preference and known attacks, nothing at LOW or above. Minutes: only in the long run."""
    if why_not():
        return why_not()
    lines, bad = testssl(binary)
    assert not bad, bad
    return f"{lines} lines"


def test_testssl_compressed(binary):
    """The same of a page that goes out coded: nothing but testssl's word that it is coded. It asks without a cookie and without text
    of its own, so that there is nothing to be told by the length; compression.coded and compression.cross_site show the rest."""
    if why_not():
        return why_not()
    lines, bad = testssl(binary, html, ON)
    assert [line["id"] for line in bad] == ["BREACH"] and "only supplied '/' tested" in bad[0]["finding"], bad
    return f"{lines} lines; {bad[0]['finding']}"
