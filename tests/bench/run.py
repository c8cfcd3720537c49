"""CPU per request beside the peers, interleaved on this machine. usage: run.py SHARED BINARY SECONDS ROUNDS

Variants: plain nginx, nginx + ModSecurity + CRS at paranoia level 1, haproxy, Portcullis with the WAF off and with the
same CRS. One worker each, access log off. Writes build/bench/figures.md and figures.json."""
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.gateway import Gateway  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / "build/bench"
WORKLOADS = ("get", "browser", "form1k", "json10k")
VARIANTS = ("plain", "pl1", "haproxy", "off", "on")


def output(command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


def peers(rig, environment):
    subprocess.run(["bash", rig / "gen_conf.sh"], env=environment, check=True)
    return ["bash", str(rig / "ctl.sh")]


def versions(binary):
    nginx = output(["nginx", "-v"]).stderr.strip()
    modsecurity = output(["dpkg-query", "-W", "-f=${Package} ${Version}", "libmodsecurity3"]).stdout
    haproxy = output(["haproxy", "-v"]).stdout.splitlines()[0]
    cpu = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
    return {"portcullis": output([binary, "--version"]).stdout.strip(), "nginx": nginx, "modsecurity": modsecurity,
            "haproxy": haproxy, "machine": f"{cpu}, {os.cpu_count()} cores"}


def per_round(rows, load, over, under):
    """The ratio of CPU per request in each round: its median, least and greatest."""
    at = {(r["rep"], r["variant"]): r["cpu_us"] for r in rows if r["workload"] == load and not r["bad"]}
    ratios = [at[rep, over] / at[rep, under] for rep, variant in at if variant == under and (rep, over) in at]
    if not ratios:
        return "no clean round"
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f}..{max(ratios):.2f})"


def table(rows, mode):
    lines = [f"### {mode}", "",
             "| workload | nginx µs | haproxy µs | nginx + ModSecurity µs | Portcullis, WAF off µs | Portcullis, WAF on µs | "
             "off / nginx | ModSecurity / on |", "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for load in WORKLOADS:
        def median(variant, load=load):
            found = [r["cpu_us"] for r in rows if r["workload"] == load and r["variant"] == variant]
            return f"{statistics.median(found):.1f} ({min(found):.1f}..{max(found):.1f})"
        lines.append(f"| {load} | {median('plain')} | {median('haproxy')} | {median('pl1')} | {median('off')} | {median('on')} | "
                     f"{per_round(rows, load, 'off', 'plain')} | {per_round(rows, load, 'pl1', 'on')} |")
    return "\n".join(lines)


def main():
    shared, binary, seconds, rounds = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2], sys.argv[3], sys.argv[4]
    rig = shared / "bench"
    if not rig.is_dir():
        print(f"bench: the peers' rig is looked for in {rig} and is not there; set PORTCULLIS_SHARED", file=sys.stderr)
        return 1
    OUT.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "BENCH_WORK": str(OUT / "peers")}
    control = peers(rig, environment)
    names = ["backend", "plain", "pl1", "haproxy"]
    results = {}
    with contextlib.ExitStack() as stack:
        subprocess.run([*control, "start", *names], env=environment, check=True)
        stack.callback(lambda: subprocess.run([*control, "stop", *names], env=environment, check=False))
        crs = [("crs", shared / "conformance/crs")]
        ours = {"off": ({"mode": "Off"}, []), "on": ({"mode": "On", "rulesets": ["crs"], "paranoia_level": 1}, crs)}
        additions = []
        for name, (waf, rulesets) in ours.items():
            gateway = stack.enter_context(Gateway(binary, "127.0.0.1:21081", waf, rulesets, "off", workers=1))
            gateway.wait_compiled()
            additions += ["--add", f"{name}={gateway.http_port}:{gateway.tls_port}:{gateway.pid_file}"]
        for mode, flags in (("HTTP", []), ("HTTPS", ["--tls"])):
            file = OUT / f"{mode}.json"
            subprocess.run(["/usr/bin/python3", rig / "bench.py", "--seconds", seconds, "--repeats", rounds, "--workloads",
                            ",".join(WORKLOADS), "--variants", "plain,pl1,haproxy", *flags, "--json", file, *additions],
                           env=environment, check=True)
            results[mode] = json.loads(file.read_text())
    found = versions(binary)
    text = "\n\n".join(table(result["rows"], mode) for mode, result in results.items())
    header = (f"CPU microseconds per request, median of {rounds} interleaved rounds of {seconds} s (least..greatest); one worker "
              f"each, access log off, CRS 4.29 at paranoia level 1 in blocking mode.\n\n" +
              "\n".join(f"- {key}: {value}" for key, value in found.items()))
    (OUT / "figures.md").write_text(f"{header}\n\n{text}\n")
    (OUT / "figures.json").write_text(json.dumps({"versions": found, "results": results}, indent=1))
    print(f"\n{header}\n\n{text}\n\nwritten to {OUT}/figures.md")
    return 0


sys.exit(main())
