"""The conformance suites over the wire, against a release binary. usage: run.py SHARED BINARY [SUITE...]

SHARED holds the suites; where it is absent they are named as not run, and that is no failure. Each suite has the bar
that it must reach."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import crs_expected  # noqa: E402
import crs_h2  # noqa: E402
import slow_clients  # noqa: E402
from support.gateway import Gateway, listens, wait_until  # noqa: E402
from support.ports import HeldPort  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
PYTHON = "/usr/bin/python3"  # the one that has python3-yaml


def run(command, **options):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)


def crs_ruleset(shared, folder):
    """The CRS with the settings that its own tests expect: those of shared/bench/modsecurity/ftw.conf, and the two limits
    that it leaves unset, without which 920360 and 920380 never look (the values that crs-setup.conf suggests)."""
    crs = shared / "conformance/crs"
    setup = (shared / "bench/modsecurity/crs-setup.conf").read_text()
    variables = ",".join(f"setvar:tx.{v}" for v in (
        "blocking_paranoia_level=4", "detection_paranoia_level=4", "crs_validate_utf8_encoding=1", "arg_length=400",
        "arg_name_length=100", "max_num_args=255", "total_arg_length=6400", "max_file_size=64100",
        "combined_file_sizes=65535"))
    (folder / "crs-setup.conf").write_text(f"""SecPcreMatchLimit 100000
SecPcreMatchLimitRecursion 100000
SecResponseBodyLimit 1048576
SecResponseBodyMimeType text/plain text/html text/xml application/json
SecRule REQUEST_HEADERS:X-CRS-Test "@rx ^.*$" "id:999999,pass,phase:1,log,msg:'X-CRS-Test %{{MATCHED_VAR}}',ctl:ruleRemoveById=1-999999"
{setup}
SecAction "id:900005,phase:1,nolog,pass,t:none,{variables}"
""")
    (folder / "rules").symlink_to(crs / "rules")
    return folder


@contextlib.contextmanager
def upstream_of(*command):
    """A program that listens on the port in place of PORT; its address."""
    with HeldPort() as port:
        process = subprocess.Popen([PYTHON, *(str(port if part == "PORT" else part) for part in command)],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: listens(port), 60, f"start of {command[0]}")
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def reflector(shared):
    """An upstream that answers with what it was asked."""
    return upstream_of(shared / "conformance/crs/reflector.py", "PORT")


@contextlib.contextmanager
def page(body):
    """An upstream that answers GET with a page."""
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "index.html").write_bytes(body)
        with upstream_of("-m", "http.server", "PORT", "--bind", "127.0.0.1", "--directory", folder) as address:
            yield address


@contextlib.contextmanager
def crs_gateway(shared, binary, environment=None):
    """A gateway with the CRS, all of it compiled, in front of a reflector."""
    with reflector(shared) as upstream, tempfile.TemporaryDirectory() as folder, Gateway(
            binary, upstream, {"mode": "DetectionOnly", "rulesets": ["crs"]},
            rulesets=[("crs", crs_ruleset(shared, pathlib.Path(folder)))], environment=environment) as gateway:
        gateway.wait_compiled()
        yield gateway


# Whatever a system call costs on this machine: reads and writes of several connections in one call, and each by itself.
TOGETHER, ALONE = {"PORTCULLIS_IO_URING": "on"}, {"PORTCULLIS_IO_URING": "off"}


def suite_crs(shared, binary, environment=TOGETHER):
    """OWASP CRS regression tests; all of them pass but those of crs-expected.yaml."""
    ftw, results = shared / "conformance/crs/ftw.py", ROOT / "build/crs.json"
    results.unlink(missing_ok=True)
    expected = crs_expected.load()
    with crs_gateway(shared, binary, environment) as gateway:
        result = run([PYTHON, ftw, "--target", f"127.0.0.1:{gateway.http_port}", "--log", gateway.audit,
                      "--log-format", "jsonl", "--json", results, "--timeout", 20, "--marker-wait", 20])
        faults = crs_expected.faults(expected, ftw, gateway)
    if not results.exists():
        return 0, 1, result.stdout[-2000:] + result.stderr[-2000:]
    tests = json.loads(results.read_text())["tests"]
    failed = {test["test"]: test["detail"] for test in tests if not test["pass"]}
    listed = {entry["test"] for entry in expected}
    faults += [f"{name}: {detail}" for name, detail in failed.items() if name not in listed]
    faults += [f"{name} passes now: take it off the list" for name in sorted(listed - set(failed))]
    return len(tests) - len(failed), len(tests), "\n".join(faults)


def suite_crs_reference(shared, binary):
    """The same tests with the reference evaluation, rule by rule without Hyperscan; the same ones pass."""
    return suite_crs(shared, binary, {"PORTCULLIS_REFERENCE_EVALUATION": "1", **ALONE})


def suite_crs_h2(shared, binary):
    """The same tests through HTTP/2, those that it can express; the same ones pass."""
    with crs_gateway(shared, binary) as gateway:
        passed, failed, left_out, seconds = crs_h2.run(shared / "conformance/crs/ftw.py", gateway.tls_port, gateway.audit)
    print(f"through HTTP/2 in {seconds:.0f} s; not expressible in it: " +
          "; ".join(f"{what} ({len(tests)})" for what, tests in sorted(left_out.items(), key=lambda i: -len(i[1]))))
    listed = {entry["test"] for entry in crs_expected.load()}
    faults = [f"{name}: {detail}" for name, detail in failed.items() if name not in listed]
    return passed, passed + len(failed), "\n".join(faults)


# What only informs in h2abuse.py: streams that stall or trickle end within the deadlines of eight seconds.
ENDED = {"B/zero-window-stall": r"(20/20) connections cut|(1000/1000) streams reset", "B/slow-body": r"(100/100) ended"}
# What a busy machine does not bring about: another answer than was asked for, a request at the backend, memory, a crash.
CERTAIN = re.compile(r"^(backend|rst|goaway|closed|proxy [1-4])|backend completed|invalid bytes|requests at the backend|"
                     r"-- .*(RSS|LISTENER)")


def h2abuse(shared, gateway, port, only=""):
    """({id: what is told of it}, {id: of those that are not as they should be}, all that was said)."""
    results = ROOT / "build/h2.json"
    results.unlink(missing_ok=True)
    # Three times the deadlines, and less than the 30 seconds that a body and a reader have by default.
    said = run([PYTHON, shared / "conformance/http/h2abuse.py", gateway.tls_port, "--backend-port", port, "--idle", 24,
                "--json", results, *(["--only", only] if only else [])])
    rows = json.loads(results.read_text()) if results.exists() else []
    bad = [row for row in rows if not row["ok"] or not re.search(ENDED.get(row["id"], ""), row["why"])]
    return ({row["id"]: row["why"] for row in rows}, {row["id"]: row["why"] for row in bad},
            said.stdout[-2000:] + said.stderr[-2000:])


def suite_h2(shared, binary):
    """HTTP/2 semantics and floods: all refused or forwarded as RFC 9113 asks, every flood survived."""
    deadlines = {name: 8000 for name in ("head_ms", "body_ms", "idle_ms", "write_ms")}
    with HeldPort() as port, Gateway(
            binary, f"127.0.0.1:{port}", {"mode": "Off"}, site={"timeouts": deadlines}) as gateway:
        told, faults, said = h2abuse(shared, gateway, port)
        if not told:
            return 0, 1, said
        # An answer within two seconds, 99 of 100 within one: what was too slow is asked for once more.
        slow = {name: why for name, why in faults.items() if not CERTAIN.search(why)}
        if slow:
            print("asked once more: " + "; ".join(f"{name}: {why}" for name, why in slow.items()), flush=True)
            again, still, _ = h2abuse(shared, gateway, port, f"^({'|'.join(re.escape(name[2:]) for name in slow)})$")
            for name in slow.keys() & again.keys() - still.keys():
                del faults[name]
            faults.update(still)
    return len(told) - len(faults), len(told), "\n".join(f"{name}: {why}" for name, why in faults.items())


def http1_cases(shared, binary, tls, environment):
    results = ROOT / f"build/http1{'-tls' if tls else ''}.json"
    results.unlink(missing_ok=True)
    with HeldPort() as port, Gateway(binary, f"127.0.0.1:{port}", {"mode": "Off"},
                                          environment=environment) as gateway:
        result = run([PYTHON, shared / "conformance/http/http1.py", gateway.tls_port if tls else gateway.http_port,
                      "--backend-port", port, "--timeout", 10, "--json", results, *(["--tls"] if tls else [])])
    if not results.exists():
        return 0, 1, result.stdout[-2000:] + result.stderr[-2000:]
    rows = json.loads(results.read_text())
    failed = [r for r in rows if r["verdict"] == "FAIL"]
    return len(rows) - len(failed), len(rows), "" if result.returncode == 0 else result.stdout[-3000:]


def suite_http1(shared, binary):
    """HTTP/1.1 strictness: no case of level must fails."""
    return http1_cases(shared, binary, False, TOGETHER)


def suite_http1_tls(shared, binary):
    """The same cases over TLS."""
    return http1_cases(shared, binary, True, ALONE)


def suite_slow(shared, binary):
    """Slow heads, bodies and readers, in clear and over TLS: others are served, and the gateway's own deadlines end every one."""
    if not shutil.which("slowhttptest"):
        return 0, 1, "slowhttptest is not installed"
    passed, total, faults = 0, 0, []
    for tls in (False, True):
        for mode in "HBX":
            line, fault = slow_clients.run(shared, binary, mode, tls)
            print(line, flush=True)
            passed, total = passed + (not fault), total + 1
            faults += [fault] if fault else []
    return passed, total, "\n".join(faults)


def corpus_score(shared, binary, waf, rulesets):
    with reflector(shared) as upstream, tempfile.TemporaryDirectory() as folder, Gateway(
            binary, upstream, waf, rulesets, audit_mode="off") as gateway:
        with tarfile.open(shared / "corpus/requests.tar.gz") as archive:
            archive.extractall(folder)
        (ROOT / "build/corpus.json").unlink(missing_ok=True)
        gateway.wait_compiled()
        result = run([PYTHON, shared / "corpus/replay.py", "--corpus", folder, "--target",
                      f"127.0.0.1:{gateway.http_port}", "--timeout", 30, "--json", ROOT / "build/corpus.json"])
    if not (ROOT / "build/corpus.json").exists():
        raise RuntimeError(result.stdout[-2000:] + result.stderr[-2000:])
    return json.loads((ROOT / "build/corpus.json").read_text()), result.stdout


def suite_corpus(shared, binary):
    """Our own rules on the recorded corpus: at least 60 % detected, at most 1 % false."""
    score, text = corpus_score(shared, binary, {"mode": "On", "rulesets": []}, [])
    print(text.strip()[-800:])
    detected, false = score["tpr"], score["fpr"]
    fine = detected >= 0.60 and false <= 0.01
    return int(fine), 1, "" if fine else f"detected {detected:.3f}, false {false:.4f}"


def suite_h2spec(shared, binary):
    """h2spec (github.com/summerwind/h2spec, on the PATH) in strict mode, over TLS and in clear by prior knowledge: no failure."""
    if not shutil.which("h2spec"):
        return 0, 1, "h2spec is not on the PATH"
    passed, total, faults = 0, 0, []
    with page(b"hello\n" * 20) as upstream, Gateway(
            binary, upstream, {"mode": "Off"},
            change=lambda document: document["listeners"][0].update(http2_prior_knowledge=True)) as gateway:
        for where in ([gateway.tls_port, "--tls", "--insecure"], [gateway.http_port]):
            result = run(["h2spec", "--strict", "--host", "127.0.0.1", "--timeout", "5", "--port", *where])
            found = re.search(r"(\d+) tests, (\d+) passed", result.stdout)
            total, passed = total + int(found[1] if found else 1), passed + int(found[2] if found else 0)
            if not found or found[1] != found[2]:
                faults.append(result.stdout[result.stdout.find("Failures:"):] + result.stderr[-2000:])
    return passed, total, "\n".join(faults)


SUITES = {"crs": suite_crs, "crs-reference": suite_crs_reference, "crs-h2": suite_crs_h2, "http1": suite_http1,
          "http1-tls": suite_http1_tls, "h2": suite_h2, "corpus": suite_corpus, "slow": suite_slow, "h2spec": suite_h2spec}
LONG = ("slow",)  # minutes of waiting: when named, or with PORTCULLIS_LONG=1
NAMED = ("h2spec",)  # of what no Debian package has: when named


def main():
    shared, binary = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    names = sys.argv[3:] or [
        name for name in SUITES if name not in NAMED and (name not in LONG or os.environ.get("PORTCULLIS_LONG") == "1")]
    if not (shared / "conformance").is_dir():
        for name in names:
            print(f"not run: conformance suite {name} ({SUITES[name].__doc__}): {shared} is absent")
        return 0
    failures = 0
    for name in names:
        passed, total, fault = SUITES[name](shared.resolve(), binary)
        print(f"{'FAILED' if fault else 'ok'}: {name}: {passed} of {total}" + (f"\n{fault}" if fault else ""), flush=True)
        failures += bool(fault)
    print(f"{len(names) - failures} passed, {failures} failed")
    return 1 if failures else 0


sys.exit(main())
