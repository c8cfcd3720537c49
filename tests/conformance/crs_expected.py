"""The CRS tests that end otherwise here (crs-expected.yaml): each still does, and leaves its event."""
import importlib.util
import json
import pathlib
import socket
import time

MOST = 25


def load():
    import yaml  # python3-yaml, which ftw.py needs as well
    entries = yaml.safe_load(pathlib.Path(__file__).with_name("crs-expected.yaml").read_text())
    if len(entries) > MOST or not all(e["test"] and e["rfc"] and e["reason"] and e["status"] for e in entries):
        raise ValueError(f"crs-expected.yaml: at most {MOST} entries, each with test, status, rfc and reason")
    return entries


def requests_of(ftw_file):
    """The bytes that ftw.py sends for the first stage of each test, by id."""
    spec = importlib.util.spec_from_file_location("ftw", ftw_file)
    ftw = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(ftw)
    return {test.title: ftw.build_request(dict(test.stages[0].get("input") or {}))
            for test in ftw.load_tests([ftw.CRS_TESTS])}


def exchange(port, data):
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(data)
        head = b""
        while b"\r\n" not in head:
            more = client.recv(65536)
            if not more:
                return 0
            head += more
    return int(head.split(b" ", 2)[1])


def next_event(log):
    end, line = time.monotonic() + 20, ""
    while time.monotonic() < end:
        line += log.readline()
        if line.endswith("\n"):  # else it is being written
            return json.loads(line)
        time.sleep(0.01)
    return {}


def faults(entries, ftw_file, gateway):
    """One line for each entry that is not answered and logged as the list says."""
    requests, found = requests_of(ftw_file), []
    with open(gateway.audit) as log:
        log.seek(0, 2)
        for entry in entries:
            status = exchange(gateway.http_port, requests[entry["test"]])
            event = next_event(log)
            if status != entry["status"]:
                found.append(f"{entry['test']}: answered {status}, the list says {entry['status']}")
            ids = {rule["id"] for rule in event.get("rules", [])}
            if not (ids.issuperset(entry["matched"]) if "matched" in entry else event.get("reason") == "protocol"):
                found.append(f"{entry['test']}: the event does not tell it: {json.dumps(event)[:300]}")
    return found
