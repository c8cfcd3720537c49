"""CPU per request beside the peers, interleaved on this machine. usage: run.py SHARED BINARY [SECONDS] [ROUNDS] [PART...]

Parts: http, https, h2, handshake, waf, waf-tls, pl4, corpus (default: all). One worker each, access log off. Needs the
rig in SHARED/bench. Writes build/bench/figures.md and figures.json."""
import contextlib
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import parts, report, workloads  # noqa: E402
from bench.ours import Ours  # noqa: E402
from bench.parts import Server  # noqa: E402
from bench.peers import Peers  # noqa: E402

OUT = pathlib.Path(__file__).resolve().parents[2] / "build/bench"
PEERS = {"nginx": "plain", "haproxy": "haproxy", "ModSecurity": "pl1", "ModSecurity, level 4": "pl4"}
SETTINGS = """CPU microseconds of the server's process for each request: median of interleaved rounds of {seconds} s (least..greatest); ratios are
those of each round. One worker each, access log off, keep-alive to the upstream. CRS 4.29 in blocking mode, request and response
bodies inspected; at level 4, where the rules find something in the rig's own requests, with thresholds that refuse nothing, without an
audit log, but with an event of each request at Portcullis. Rows say whether the verdict cache is on: "Portcullis" has it on, as the default is.
In a plain row all requests are alike, so that it knows every content; with "other values each time" it knows the names and what is short. TLS 1.3, ECDSA P-256, X25519; new connections are
full handshakes, with one session ticket (nginx and haproxy send two unless told otherwise: they are)."""


def output(command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


def versions(binary):
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        cpu = next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    return {"portcullis": output([binary, "--version"]).stdout.strip(), "nginx": output(["nginx", "-v"]).stderr.strip(),
            "modsecurity": output(["dpkg-query", "-W", "-f=${Package} ${Version}", "libmodsecurity3"]).stdout,
            "haproxy": output(["haproxy", "-v"]).stdout.splitlines()[0], "openssl": output(["openssl", "version"]).stdout.strip(),
            "machine": f"{cpu}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start"}


def scripts_of(requests, rig):
    """The wrk script of each (workload, changing)."""
    folder, out = OUT / "scripts", {}
    folder.mkdir(parents=True, exist_ok=True)
    for name, request in requests.items():
        out[name, False] = str(rig / f"wrk/{name}.lua")
        out[name, True] = str(folder / f"{name}-changing.lua")
        pathlib.Path(out[name, True]).write_text(workloads.changing_script(request))
    return out


def arguments(given):
    numbers = [float(a) for a in given if a.replace(".", "", 1).isdigit()]
    names = [a for a in given if not a.replace(".", "", 1).isdigit()]
    unknown = [n for n in names if n not in parts.PARTS]
    if unknown or len(numbers) > 2:
        raise SystemExit(f"bench: {' '.join(unknown) or 'too many numbers'}; parts are {', '.join(parts.PARTS)}")
    seconds = int(numbers[0]) if numbers else 2
    return max(1, seconds), int(numbers[1]) if len(numbers) == 2 else None, names or list(parts.PARTS)


def start(stack, wanted, rig, binary, crs):
    """(a server for each variant, how long each took to start)."""
    peers = stack.enter_context(Peers(rig, OUT / "peers", ["backend", *(PEERS[v] for v in wanted if v in PEERS)]))
    servers = {v: Server(peers.port(PEERS[v]), peers.port(PEERS[v], True), peers.pid(PEERS[v])) for v in wanted if v in PEERS}
    loads = {v: peers.loads[PEERS[v]] for v in servers}
    for kind in (v for v in wanted if v not in PEERS):
        gateway = stack.enter_context(Ours(binary, f"127.0.0.1:{peers.port('backend')}", kind, crs))
        servers[kind] = Server(gateway.http_port, gateway.tls_port, gateway.process.pid)
        loads[kind] = gateway.load
    return servers, loads


def main():
    shared, binary = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    seconds, rounds, names = arguments(sys.argv[3:])
    rig = shared / "bench"
    if not rig.is_dir():
        print(f"bench: the peers' rig is looked for in {rig} and is not there; set PORTCULLIS_SHARED", file=sys.stderr)
        return 1
    OUT.mkdir(parents=True, exist_ok=True)
    requests = {name: workloads.read(rig / "wrk", name) for name in workloads.NAMES}
    chosen = parts.chosen(names, scripts_of(requests, rig), requests, shared / "corpus", seconds, rounds)
    found = versions(binary)
    results, texts, loads = {}, [], {}
    for name, part in zip(names, chosen):
        rows = []
        for number in range(part.starts):
            with contextlib.ExitStack() as stack:
                servers, took = start(stack, part.variants, rig, binary, shared / "conformance/crs")
                loads = {**took, **loads}
                rows += parts.run(part, number, servers, lambda line: print(line, flush=True))
        results[name] = {"title": part.title, "rounds": part.rounds, "starts": part.starts,
                         "ratios": report.ratios_of(part, rows), "rows": rows}
        texts.append(report.table(part, rows))
        print(f"\n{texts[-1]}\n", flush=True)
    header = SETTINGS.format(seconds=seconds) + "\n\n" + "\n".join(f"- {key}: {value}" for key, value in found.items())
    text = "\n\n".join([header, *texts, report.starts(loads)])
    (OUT / "figures.md").write_text(text + "\n")
    (OUT / "figures.json").write_text(json.dumps({"versions": found, "seconds": seconds, "starts": loads, "results": results}, indent=1))
    print(f"{report.starts(loads)}\n\nwritten to {OUT}/figures.md")
    return 0


sys.exit(main())
