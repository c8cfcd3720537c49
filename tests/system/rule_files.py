"""Rule files of every kind, by CLI and API: what is none is refused, thousands of rules load and run."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from system.fixture import ATTACK, serving
from system.wire import get

GENERATOR = pathlib.Path(__file__).resolve().parents[1] / "bench" / "generate_rules.py"
RULE = b'SecRule ARGS "@rx a" "id:1,phase:2,deny"\n'


def cpu_seconds(pid):
    """User and system time of all threads (proc(5), stat)."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def hostile(folder):
    """(file, what the first diagnostic must speak of)"""
    folder = pathlib.Path(folder)
    files = {
        "garbage.conf": (bytes(range(256)) * 64, ""),
        "nul.conf": (b'SecRuleEngine On\nSecRule ARGS "@rx a\0b" "id:1"\n', "NUL"),
        "loop.conf": (b"Include loop.conf\n", "includes itself"),
        "data.conf": (b'SecRule ARGS "@pmFromFile none.data" "id:1,phase:2,deny"\n', "none.data"),
        "quote.conf": (b'SecRule ARGS "@rx a\n', "not closed"),
    }
    for name, (text, about) in files.items():
        (folder / name).write_bytes(text)
        yield folder / name, about
    big = folder / "big.conf"
    with open(big, "wb") as out:
        out.truncate((100 << 20) + 1)
    yield big, "larger than"


def test_hostile(binary):
    """Garbage, a NUL byte, a loop, a missing data file, 100 MB: clear diagnostics, the set in force untouched."""
    with serving(binary) as (gateway, _), tempfile.TemporaryDirectory() as folder:
        before = gateway.status()["config_version"]
        for path, about in hostile(folder):
            done = gateway.command("rules", "check", str(path), check=False)
            assert done.returncode == 1 and about in done.stderr + done.stdout and path.name in done.stderr, done
            done = gateway.command("rules", "import", str(path), "--name", "lone", check=False)
            assert done.returncode == 1, done
            answer = gateway.api("PUT", "/rulesets/lone", {"name": "lone", "path": str(path)})
            assert answer[0] == 400, answer
            assert get(gateway.http_port, ATTACK).status == 403, path
        for name, text in (("crlf.conf", RULE.replace(b"\n", b"\r\n")), ("bom.conf", b"\xef\xbb\xbf" + RULE)):
            (pathlib.Path(folder) / name).write_bytes(text)
            gateway.command("rules", "check", str(pathlib.Path(folder) / name))
        assert gateway.status()["config_version"] == before


def test_many_rules(binary):
    """A list of indicators, 3,000 rules (30,000 with PORTCULLIS_LONG=1): loads, runs, refuses what it names.

    Prints the time from the start to the first answer, and per request the time and the processor's time."""
    count = 30000 if os.environ.get("PORTCULLIS_LONG") else 3000
    rules = subprocess.run([sys.executable, GENERATOR, str(count)], check=True, capture_output=True, text=True).stdout
    started = time.monotonic()
    with serving(binary, rules=rules) as (gateway, _):
        loaded = time.monotonic() - started
        last = (count - 1) // 3 * 3
        assert get(gateway.http_port, f"/evil{last}.php").status == 403
        assert get(gateway.http_port, "/?a=/evil0/shell7").status == 403
        assert get(gateway.http_port, "/", fields=f"User-Agent: scanner/{last - 1}\r\n").status == 403
        gateway.wait_compiled()
        requests = 500
        used, started = cpu_seconds(gateway.process.pid), time.monotonic()
        for number in range(requests):
            assert get(gateway.http_port, f"/shop?item={number}&q=shoes{number}").status == 200
        each = (time.monotonic() - started) / requests
        cpu = (cpu_seconds(gateway.process.pid) - used) / requests
        print(json.dumps({"rules": count, "start_s": round(loaded, 1), "request_ms": round(each * 1000, 2),
                          "cpu_ms": round(cpu * 1000, 2)}), flush=True)
        assert cpu < 0.02, cpu
        assert get(gateway.http_port, f"/evil{last}.php").status == 403
