"""What a run of a client costs a server: its processor time, taken from the scheduler, and what the client saw."""
import multiprocessing
import pathlib
import re
import socket
import ssl
import statistics
import subprocess
import tempfile
import time

NOTHING = {"requests": 0, "failed": 1, "rps": 0.0, "p50_ms": 0.0, "p99_ms": 0.0}


def family(pid):
    """A process and its children (nginx has its worker there)."""
    try:
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        children = []
    return [pid, *map(int, children)]


def cpu_us(pid):
    """Processor time of all threads of the family. /proc/PID/stat counts in ticks of 10 ms, schedstat in nanoseconds."""
    total = 0
    for process in family(pid):
        for task in pathlib.Path(f"/proc/{process}/task").glob("*/schedstat"):
            try:
                total += int(task.read_text().split()[0])
            except OSError:
                pass  # the thread ended
    return total / 1000


def rss_mb(pid):
    """Resident memory of the one process of the family that has most."""
    found = (re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{p}/status").read_text()) for p in family(pid))
    return max(int(match[1]) for match in found) / 1024


def settled(pid, quiet_s):
    """Waits until the server has worked off what the client left behind: hardly any processor time for so many seconds."""
    last, quiet = cpu_us(pid), 0
    for _ in range(100):
        time.sleep(0.1)
        now = cpu_us(pid)
        quiet = quiet + 1 if now - last < 2000 else 0
        if quiet >= quiet_s * 10:
            return
        last = now


def steal():
    fields = [int(f) for f in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return fields[7], sum(fields)


# An event is committed and indexed together with others, a second later at most.
EVENTS_QUIET_S = 1.5


def cost(pid, client, quiet_s=EVENTS_QUIET_S):
    """The client's own figures with the server's CPU for each request, what it does after the last answer included."""
    cpu, stolen = cpu_us(pid), steal()
    row = client()
    settled(pid, quiet_s)
    cpu, after = cpu_us(pid) - cpu, steal()
    row["cpu_us"] = round(cpu / max(1, row["requests"]), 2)
    row["steal_pct"] = round(100 * (after[0] - stolen[0]) / max(1, after[1] - stolen[1]), 1)
    row["rss_mb"] = round(rss_mb(pid), 1)
    return row


def milliseconds(text):
    found = re.match(r"([\d.]+)(us|ms|s|m)", text)  # "-nan" where hardly a request was answered
    return float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60000}[found[2]] if found else 0.0


def wrk(url, script, seconds, connections):
    """A closed loop of kept connections for so many seconds."""
    text = subprocess.run(["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s", "-s", script,
                           url], capture_output=True, text=True, check=False).stdout
    done = re.search(r"(\d+) requests in", text)
    if not done:
        return dict(NOTHING)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    broken = [int(n) for line in re.findall(r"Socket errors: (.*)", text) for n in re.findall(r"\d+", line)]
    return {"requests": int(done[1]), "failed": (int(bad[1]) if bad else 0) + sum(broken),
            "rps": float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]),
            "p50_ms": milliseconds(re.search(r"50%\s+(\S+)", text)[1]),
            "p99_ms": milliseconds(re.search(r"99%\s+(\S+)", text)[1])}


def percentiles(times_ms):
    times_ms = sorted(times_ms)
    if not times_ms:
        return {"p50_ms": 0.0, "p99_ms": 0.0}
    return {"p50_ms": round(statistics.median(times_ms), 3), "p99_ms": round(times_ms[int(len(times_ms) * 0.99)], 3)}


def h2load(url, request, count, streams, connections=16):
    """So many requests on `connections` connections with `streams` streams each."""
    with tempfile.TemporaryDirectory() as folder:
        log, fields = f"{folder}/log", []
        for name, value in request.fields:
            fields += ["-H", f":authority: {value}" if name == "Host" else f"{name}: {value}"]
        text = subprocess.run(["h2load", "-t1", f"-c{connections}", f"-m{streams}", "-n", str(count), f"--log-file={log}",
                               *fields, url + request.path], capture_output=True, text=True, check=False).stdout
        good = re.search(r"status codes: (\d+) 2xx", text)
        if not good:
            return dict(NOTHING)
        with open(log, encoding="ascii") as lines:
            times = [int(line.split("\t")[2]) / 1000 for line in lines]
    return {"requests": int(good[1]), "failed": count - int(good[1]),
            "rps": float(re.search(r"finished in [^,]+, ([\d.]+) req/s", text)[1]), **percentiles(times)}


def handshake(port, request):
    """A connection of its own for one request: a full handshake, nothing resumed. Milliseconds until it is closed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    started = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
        with context.wrap_socket(plain, server_hostname="www.example.com", suppress_ragged_eofs=True) as secured:
            secured.sendall(request)
            answer = b""
            while piece := secured.recv(65536):
                answer += piece
            fine = answer.startswith(b"HTTP/1.1 200") and secured.version() == "TLSv1.3" and not secured.session_reused
    return (time.perf_counter() - started) * 1000 if fine else None


def some_handshakes(port, request, count):
    times = []
    for _ in range(count):
        try:
            times.append(handshake(port, request))
        except OSError:
            times.append(None)
    return times


def handshakes(port, request, count, clients=2):
    """So many new connections from two processes, each with "Connection: close"."""
    head = request.head_with(("Connection", "close"))
    started = time.perf_counter()
    with multiprocessing.Pool(clients) as pool:
        times = sum(pool.starmap(some_handshakes, [(port, head, count // clients)] * clients), [])
    seconds = time.perf_counter() - started
    good = [t for t in times if t is not None]
    return {"requests": len(good), "failed": len(times) - len(good), "rps": len(good) / seconds, **percentiles(good)}
