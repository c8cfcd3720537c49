"""The gateways under measurement: one process each, one loop, no audit log."""
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench.peers import answers  # noqa: E402
from support.gateway import Gateway, wait_until  # noqa: E402

WITH_CRS = {"mode": "On", "rulesets": ["crs"]}
LEVEL_4 = {**WITH_CRS, "paranoia_level": 4, "inbound_threshold": 100000, "outbound_threshold": 100000}  # as the peer's
KINDS = {
    "off": {"mode": "Off"},
    "on": {**WITH_CRS, "paranoia_level": 1},
    "on, no cache": {**WITH_CRS, "paranoia_level": 1, "verdict_cache": False},
    "on, level 4": LEVEL_4,
    "on, level 4, no cache": {**LEVEL_4, "verdict_cache": False},
}


class Ours(Gateway):
    """Knows how long it took until the first answer: with nothing cached on disk, and when started again. In a session of its
    own, as the peers are, which are daemons: the kernel (sched_autogroup) shares out time by session, and who shares one with
    the load is woken and preempted otherwise."""

    own_session = True

    def __init__(self, binary, upstream, kind, crs):
        waf = KINDS[kind]
        super().__init__(binary, upstream, waf, [("crs", crs)] if "rulesets" in waf else [], "off", workers=1)
        self.load = {}

    def launch(self):
        self.started = time.perf_counter()
        super().launch()

    def until_answer(self):
        while self.process.poll() is None and not answers(self.http_port):
            if time.perf_counter() - self.started > 120:
                raise RuntimeError("the gateway does not answer")
            time.sleep(0.002)
        return round(time.perf_counter() - self.started, 2)

    def start(self):
        self.launch()
        self.load["cold_s"] = self.until_answer()
        wait_until(lambda: self.process.poll() is not None or self.ready(), 120, "readiness of the gateway")
        self.wait_compiled()
        self.load["compiled_s"] = round(time.perf_counter() - self.started, 2)
        self.stop()
        self.launch()
        self.load["ready_s"] = self.until_answer()
        wait_until(self.ready, 120, "readiness of the gateway")
        self.wait_compiled()
