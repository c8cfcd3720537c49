"""Clients that people use, each as they use it. curl and nghttp are asked for in http2 and compression, wrk in changes, gRPC in
http2_upstream."""
import asyncio
import contextlib
import pathlib
import re
import shutil
import ssl
import subprocess
import tempfile
import threading

from system.fixture import ATTACK, serving
from system.websockets import JSON
from system.wire import page

try:
    import websockets
except ImportError:
    websockets = None

PATIENT = {"open_timeout": 60, "close_timeout": 30, "ping_timeout": 60}


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_ab(binary):
    """ab, which speaks HTTP/1.0 with and without keep-alive, in clear and over TLS: each request is answered, attacks are refused."""
    if not shutil.which("ab"):
        return "not run: ab is not installed"
    with serving(binary, lambda asked: page("x" * 1000)) as (gateway, origin), tempfile.TemporaryDirectory() as folder:
        form = pathlib.Path(folder) / "form"
        form.write_text("name=value&text=" + "y" * 2000)
        clear, secured = f"http://127.0.0.1:{gateway.http_port}", f"https://127.0.0.1:{gateway.tls_port}"
        asked = 0
        for url, count, options in ((clear, 3000, ["-k"]), (clear, 1000, []), (secured, 1000, ["-k"]), (secured, 200, []),
                                    (clear, 500, ["-k", "-p", str(form), "-T", "application/x-www-form-urlencoded"])):
            done = run("ab", "-q", "-n", str(count), "-c", "20", *options, url + "/")
            assert re.search(rf"Complete requests:\s+{count}\n", done.stdout), done
            assert re.search(r"Failed requests:\s+0\n", done.stdout) and "Non-2xx" not in done.stdout, done.stdout
            if "-k" in options:
                assert int(re.search(r"Keep-Alive requests:\s+(\d+)", done.stdout)[1]) == count, done.stdout
            asked += count
        assert len(origin.asked) == asked, (len(origin.asked), asked)
        done = run("ab", "-q", "-n", "100", "-c", "10", clear + ATTACK)
        assert re.search(r"Non-2xx responses:\s+100\n", done.stdout) and len(origin.asked) == asked, done.stdout
        return f"{asked} requests"


def test_h2load(binary):
    """h2load: a hundred streams at once on each of its connections, and uploads; every one is answered."""
    if not shutil.which("h2load"):
        return "not run: h2load is not installed"
    with serving(binary, lambda asked: page("x" * 3000)) as (gateway, origin), tempfile.TemporaryDirectory() as folder:
        body = pathlib.Path(folder) / "body"
        body.write_bytes(b"z" * 100_000)
        url = f"https://127.0.0.1:{gateway.tls_port}/"
        for count, options in ((5000, ["-c10", "-m100"]), (300, ["-c4", "-m10", "-d", str(body), "-H", "content-type: text/plain"])):
            origin.asked.clear()
            done = run("h2load", "-t1", "-n", str(count), *options, url)
            assert f"{count} succeeded, 0 failed, 0 errored, 0 timeout" in done.stdout, done.stdout
            assert f"status codes: {count} 2xx" in done.stdout and len(origin.asked) == count, done.stdout


class EchoServer:
    """The websockets library as a server, on a thread of its own; echoes, and ends with 4000 when it is told "end"."""

    def __enter__(self):
        self.loop, ready = asyncio.new_event_loop(), threading.Event()

        async def echo(connection, *_):
            with contextlib.suppress(websockets.ConnectionClosed):
                async for message in connection:
                    if message == "end":
                        return await connection.close(4000, "as asked")
                    await connection.send(message)

        async def serve():
            self.stop = asyncio.Event()
            async with websockets.serve(echo, "127.0.0.1", 0, max_size=1 << 24) as server:
                self.address = "127.0.0.1:%d" % next(iter(server.sockets)).getsockname()[1]
                ready.set()
                await self.stop.wait()
        self.thread = threading.Thread(target=lambda: self.loop.run_until_complete(serve()))
        self.thread.start()
        assert ready.wait(30)
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.stop.set)
        self.thread.join()


async def converse(url, context, large):
    """Text, bytes, pieces, a ping, a large message and an end with a code, as the library's users do."""
    async with websockets.connect(url, ssl=context, max_size=1 << 24, **PATIENT) as client:
        for message in ("hello", "grüße", b"\0\1\2" * 100, "z" * large):
            await client.send(message)
            assert await client.recv() == message
        await client.send(["in ", "three ", "pieces"])
        assert await client.recv() == "in three pieces"
        await asyncio.wait_for(await client.ping(), 30)
        deflated = [extension.name for extension in client.extensions]
        await client.send("end")
        try:
            await client.recv()
            raise AssertionError("the end did not come")
        except websockets.ConnectionClosed as closed:
            assert closed.rcvd.code == 4000 and closed.rcvd.reason == "as asked", closed
    return deflated


async def attacked(url):
    async with websockets.connect(url, **PATIENT) as client:
        await client.send("an evil7attack")
        try:
            return await client.recv()
        except websockets.ConnectionClosed as closed:
            return closed.rcvd.code


def test_websockets(binary):
    """The websockets library talks to itself through the gateway, ws and wss, deflated, and with its messages inspected."""
    if websockets is None:
        return "not run: python3-websockets is not installed"
    inspected = {"websocket": {"inspect_messages": True, "message_bytes": 1 << 20}}
    with EchoServer() as server:
        # Inspected ones are within the rule set's limit for a body without files.
        for site, extensions, large in ({}, ["permessage-deflate"], 5_000_000), (inspected, [], 100_000):
            with serving(binary, origin=server, site=site, rules=JSON) as (gateway, _):
                for url, context in ((f"ws://127.0.0.1:{gateway.http_port}/", None),
                                     (f"wss://127.0.0.1:{gateway.tls_port}/", ssl._create_unverified_context())):
                    assert asyncio.run(converse(url, context, large)) == extensions, url
                end = asyncio.run(attacked(f"ws://127.0.0.1:{gateway.http_port}/"))
                assert end == (1008 if site else "an evil7attack"), end
