"""What is measured: each part is a list of rows, each row asks its variants in turn, round for round."""
import dataclasses
from typing import Callable

from bench import measure, recorded, workloads


@dataclasses.dataclass
class Row:
    """One line of a table: `client(server, round)` runs the load against a variant; the ratios are (over, under) of variants."""
    name: str
    variants: list
    client: Callable
    ratios: list
    events: bool = False  # its requests may leave events


@dataclasses.dataclass
class Part:
    title: str
    rounds: int
    rows: list
    starts: int = 1  # of all servers, in the course of the rounds

    @property
    def variants(self):
        return list(dict.fromkeys(v for row in self.rows for v in row.variants))

    def rounds_of(self, start):
        """The numbers of the rounds after this start."""
        return range(self.rounds * start // self.starts, self.rounds * (start + 1) // self.starts)


class Server:
    """Where a variant listens, and its process."""

    def __init__(self, http, tls, pid):
        self.http, self.tls, self.pid = http, tls, pid

    def url(self, secure):
        return f"https://127.0.0.1:{self.tls}" if secure else f"http://127.0.0.1:{self.http}"


DATA_PLANE = ["nginx", "haproxy", "off"]
OFF_RATIOS = [("off", "nginx"), ("off", "haproxy")]


def load(scripts, name, seconds, secure, changing=False):
    script = scripts[name, changing]
    return lambda server, _: measure.wrk(server.url(secure) + "/", script, seconds, workloads.CONNECTIONS[name])


def data_plane(scripts, seconds, secure):
    return [Row(name, DATA_PLANE, load(scripts, name, seconds, secure), OFF_RATIOS) for name in workloads.NAMES]


def waf(scripts, names, seconds, secure, level):
    suffix = "" if level == 1 else ", level 4"
    on, bare, peer = f"on{suffix}", f"on{suffix}, no cache", f"ModSecurity{suffix}"
    ratios = [(peer, on), (peer, bare)]
    variants = [peer, on, bare]
    out = []
    for name in names:
        plain = ["nginx"] if level == 1 else []
        more = [(on, "nginx")] if level == 1 else []
        out.append(Row(name, [*plain, *variants], load(scripts, name, seconds, secure), ratios + more, events=level == 4))
        out.append(Row(f"{name}, other values each time", [*plain, *variants], load(scripts, name, seconds, secure, True),
                       ratios + more, events=True))
    return out


def http2(requests, seconds):
    count = int(15000 * seconds)
    return [Row(f"get, -m{streams}", DATA_PLANE,
                lambda server, _, streams=streams: measure.h2load(server.url(True), requests["get"], count, streams), OFF_RATIOS)
            for streams in (1, 10)]


def new_connections(requests, seconds):
    count = min(4000, int(600 * seconds))
    return [Row("get, Connection: close", DATA_PLANE,
                lambda server, _: measure.handshakes(server.tls, requests["get"], count), OFF_RATIOS)]


def corpus(requests, rounds, seconds):
    """Each round has requests of its own, so that no server has seen them; as many as the peer can inspect in some seconds."""
    variants = ["nginx", "ModSecurity", "on", "on, no cache"]
    most = len(requests) // rounds
    count = min(most, 600 * seconds)

    def client(server, number):
        own = requests[number::rounds]
        return recorded.replay(server.http, [own[n * most // count] for n in range(count)])
    return [Row("as recorded", variants, client, [("ModSecurity", "on"), ("ModSecurity", "on, no cache"), ("on", "nginx")], events=True)]


PARTS = ("http", "https", "h2", "handshake", "waf", "waf-tls", "pl4", "corpus")


def chosen(names, scripts, requests, folder, seconds, rounds):
    """The parts of these names. The inspected rows take fewer rounds: they are slower and steadier. Without inspection, where the
    differences are small, what counts is also how a process happened to be started."""
    plane, inspected = rounds or 9, rounds or 7
    starts = min(3, plane)
    make = {
        "http": lambda: Part("HTTP, no inspection", plane, data_plane(scripts, seconds, False), starts),
        "https": lambda: Part("HTTPS, no inspection", plane, data_plane(scripts, seconds, True), starts),
        "h2": lambda: Part("HTTP/2 over TLS to HTTP/1, no inspection", plane, http2(requests, seconds), starts),
        "handshake": lambda: Part("New TLS 1.3 connections, one request each", plane, new_connections(requests, seconds), starts),
        "waf": lambda: Part("HTTP, CRS at paranoia level 1", inspected, waf(scripts, workloads.NAMES, seconds, False, 1)),
        "waf-tls": lambda: Part("HTTPS, CRS at paranoia level 1", inspected, waf(scripts, workloads.NAMES, seconds, True, 1)),
        "pl4": lambda: Part("HTTP, CRS at paranoia level 4", inspected, waf(scripts, ("browser",), seconds, False, 4)),
        "corpus": lambda: Part("HTTP, recorded requests, CRS at paranoia level 1", inspected,
                               corpus(recorded.read(folder), inspected, seconds)),
    }
    return [make[name]() for name in names]


def run(part, start, servers, say):
    """Every row of the part in the rounds after this start: [{row, round, variant, ...figures}]."""
    out = []
    for row in part.rows:
        for number in part.rounds_of(start):
            # Whoever comes first in a round comes last in the next one, so that a drift favours nobody.
            for variant in row.variants if number % 2 == 0 else reversed(row.variants):
                server = servers[variant]
                quiet_s = measure.EVENTS_QUIET_S if row.events else 0.1
                figures = measure.cost(server.pid, lambda server=server, number=number: row.client(server, number), quiet_s)
                out.append({"row": row.name, "round": number, "variant": variant, **figures})
                say(f"{part.title}: {row.name}, round {number + 1}, {variant}: {figures['cpu_us']} us, "
                    f"{figures['rps']:.0f}/s, failed {figures['failed']}, steal {figures['steal_pct']} %")
    return out
