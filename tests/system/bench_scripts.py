"""What the bench sends: requests of one shape whose values differ."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from bench import recorded, workloads
from system.wire import Origin


def test_changing(binary):
    """wrk's generated scripts send values that differ each time, in the length and kind of the request that they were made of."""
    del binary
    if not shutil.which("wrk"):
        return "not run: wrk is not installed"
    document = {"order": 482910, "price": 59.5, "text": "a \"quoted\" word", "list": ["black", True, None, {"deep": "Leaf"}]}
    fields = [("Host", "t.example"), ("User-Agent", "Browser/126.0"), ("Cookie", "sid=9f2c4e7ab1; theme=dark"), ("Accept", "*/*")]
    form = "name=Hamilton&mail=some%40example.com&text=12+Acacia+Avenue"
    for path, body in (("/p?q=running+trail&size=1234", None), ("/p", form), ("/p", json.dumps(document, separators=(",", ":")))):
        request = workloads.Request("POST" if body else "GET", path, fields, body)
        with tempfile.TemporaryDirectory() as folder, Origin() as origin:
            script = pathlib.Path(folder) / "changing.lua"
            script.write_text(workloads.changing_script(request))
            for seconds in (1, 5, 10):  # as long as it takes to have enough of them
                origin.asked.clear()
                done = subprocess.run(["wrk", "-t2", "-c4", f"-d{seconds}s", "--timeout", "60s", "-s", str(script),
                                       f"http://127.0.0.1:{origin.port}/"], capture_output=True, text=True, timeout=120, check=True)
                assert "Non-2xx" not in done.stdout and "Socket errors" not in done.stdout, done.stdout
                asked = list(origin.asked)
                if len(asked) > 50:
                    break
        assert len(asked) > 50
        for one in asked[:200]:
            assert one.method == request.method and one.field("host") == "t.example" and one.field("accept") == "*/*"
            sent = (one.target, one.field("cookie"), one.field("user-agent"), one.body.decode())
            for text, model in zip(sent, (path, "sid=9f2c4e7ab1; theme=dark", "Browser/126.0", body or "")):
                kinds = [re.sub("[a-z]", "l", re.sub("[A-Z]", "u", re.sub("[0-9]", "d", t))) for t in (text, model)]
                assert kinds[0] == kinds[1], (text, model)
        assert len({a.field("cookie") for a in asked}) == len(asked), "cookies came again"
        if body:
            assert len({a.body for a in asked}) == len(asked), "bodies came again"
            assert b"some%40" in asked[0].body or json.loads(asked[0].body)["list"][1:3] == [True, None], asked[0].body
        else:
            assert len({a.target for a in asked}) == len(asked), "queries came again"


def test_recorded(binary):
    """Recorded requests are sent once each, as they were but for the host, on kept connections."""
    del binary
    root = pathlib.Path(__file__).resolve().parents[2]
    folder = pathlib.Path(os.environ.get("PORTCULLIS_SHARED", root.parent / "shared")) / "corpus"
    if not folder.is_dir():
        return "not run: there is no recorded corpus"
    requests = recorded.read(folder)
    assert len(requests) > 16000
    some = requests[::len(requests) // 200]
    with Origin() as origin:
        found = recorded.replay(origin.port, some)
        assert (found["requests"], found["failed"]) == (len(some), 0), found
        assert origin.accepted <= recorded.CONNECTIONS + found["requests"] // 20, origin.accepted
        assert not any(one.field("connection") for one in origin.asked)
        asked = sorted((one.method, one.target, one.body) for one in origin.asked)
    sent = []
    for request in some:
        head, _, body = request.partition(b"\r\n\r\n")
        sent.append((*head.split(b"\r\n")[0].decode("latin-1").split(" ")[:2], body))
        assert head.lower().count(b"\r\nhost: " + recorded.HOST) == 1
    assert asked == sorted(sent)
