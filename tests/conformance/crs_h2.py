"""The OWASP CRS regression tests over HTTP/2: the same YAML, the same verdicts (those of ftw.py), each request taken from
its HTTP/1 form to a stream. A request that HTTP/2 cannot express is left out and counted by what stands against it."""
import collections
import importlib.util
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.h2 import H2, Reset  # noqa: E402

TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
AUTHORITY = re.compile(rb"(?:[0-9A-Za-z._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?\Z")


class NotExpressible(Exception):
    """Says what HTTP/2 has no place for."""


def load_ftw(path):
    spec = importlib.util.spec_from_file_location("ftw", path)
    ftw = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(ftw)
    return ftw


def split_request_line(line):
    parts = line.split(b" ")
    if len(parts) != 3 or not TOKEN.match(parts[0]):
        raise NotExpressible("a broken request line")
    method, target, version = parts
    if version not in (b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2", b"HTTP/2.0"):
        raise NotExpressible("another version of HTTP")
    if method == b"CONNECT":
        raise NotExpressible("CONNECT")
    if not (target.startswith(b"/") or target == b"*"):
        raise NotExpressible("a target that is no path")
    if re.search(rb"[\x00-\x20\x7f#]", target):
        raise NotExpressible("a target with a control byte or a fragment")
    return method, target


def fields_of(lines):
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not TOKEN.match(name) or line[:1] in b" \t":
            raise NotExpressible("a broken field line")
        value = value.strip(b" \t")
        if re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", value):
            raise NotExpressible("a control byte in a field")
        yield name.lower(), value


def stream_of(data):
    """(header list, body) of an HTTP/1.1 request as bytes."""
    head, end, body = data.partition(b"\r\n\r\n")
    if not end:
        raise NotExpressible("a broken head")
    first, *lines = head.split(b"\r\n")
    method, target = split_request_line(first)
    hosts, kept, length = [], [], None
    for name, value in fields_of(lines):
        if name == b"host":
            hosts.append(value)
        elif name in (b"keep-alive", b"proxy-connection"):
            continue  # RFC 9113, 8.2.2: whoever takes a request to HTTP/2 leaves them out
        elif name == b"connection":
            # So too; but a test of what it says has no place there.
            if value.lower() not in (b"close", b"keep-alive"):
                raise NotExpressible("a field of HTTP/1 connections")
            if sum(line.lower().startswith(b"connection:") for line in lines) > 1:
                raise NotExpressible("a field of HTTP/1 connections")
        elif name in (b"transfer-encoding", b"upgrade") or (
                name == b"te" and value.lower() != b"trailers"):
            raise NotExpressible("a field of HTTP/1 connections")
        elif name == b"content-length":
            if length is not None or not re.fullmatch(rb"[0-9]+", value) or int(value) != len(body):
                raise NotExpressible("a Content-Length that is not the body's")
            length = value
            kept.append((name, value))
        else:
            kept.append((name, value))
    if len(hosts) != 1 or not AUTHORITY.match(hosts[0]):
        raise NotExpressible("no valid Host, or several")
    if length is None and body:
        raise NotExpressible("bytes behind a request without a body")
    if length is None and method in (b"POST", b"PUT", b"PATCH"):
        raise NotExpressible("the lack of a length, which HTTP/2 needs none of")
    pseudo = [(b":method", method), (b":scheme", b"https"), (b":authority", hosts[0]), (b":path", target)]
    return pseudo, kept, body


class Response:
    def __init__(self, stream):
        self.status, self.headers, self.keep = stream.status, stream.fields, True
        head = f"HTTP/2 {stream.status}\r\n" + "".join(f"{n}: {v}\r\n" for n, v in stream.fields)
        self.raw = head.encode("latin-1") + b"\r\n" + stream.body

    def header(self, name):
        return [v for n, v in self.headers if n == name]


class Client:
    """What ftw.py's runner sends with, over one kept connection."""

    def __init__(self, port, timeout):
        self.port, self.timeout, self.connection = port, timeout, None

    def exchange(self, pseudo, fields, body):
        if self.connection is None:
            self.connection = H2(self.port, timeout=self.timeout)
        try:
            number = self.connection.start(pseudo=pseudo, fields=fields, end=not body)
            if body:
                self.connection.data(number, body)
            stream = self.connection.answer(number)
            del self.connection.streams[number]
            return Response(stream)
        except Reset as e:
            self.close()
            if e.stream.status is None:
                raise ConnectionError(str(e)) from e
            return Response(e.stream)
        except (OSError, EOFError) as e:
            self.close()
            raise ConnectionError(str(e)) from e

    def close(self):
        self.connection.socket.close()
        self.connection = None

    def send(self, data, _method):
        return self.exchange(*stream_of(data))

    def marker(self, marker, header, host):
        pseudo = [(":method", "GET"), (":scheme", "https"), (":authority", host), (":path", "/status/200")]
        fields = [("user-agent", "go-ftw test agent"), ("accept", "*/*"), (header.lower(), marker)]
        for last in (False, True):
            try:
                return self.exchange(pseudo, fields, b"")
            except ConnectionError:
                if last:
                    raise


class Options:
    """What ftw.Runner reads."""
    target, tls, timeout, log_format, tag, settle = "127.0.0.1:1", True, 20.0, "jsonl", False, 0
    marker_header, marker_rule, marker_wait, marker_retries = "X-CRS-Test", 999999, 20.0, 3

    def __init__(self, log):
        self.log = log


def without_case(output):
    """Field names have no upper case in HTTP/2, so what is logged of them has none."""
    log = output.get("log") or {}
    changed = {key: "(?i)" + log[key] for key in ("match_regex", "no_match_regex") if log.get(key)}
    return {**output, "log": {**log, **changed}} if changed else output


def run(ftw_file, port, audit, include=None):
    """(passed, {test: fault}, {what is against it: [tests]}, seconds)."""
    ftw = load_ftw(ftw_file)
    options = Options(str(audit))
    runner = ftw.Runner(options)
    runner.client = Client(port, options.timeout)
    stage = runner.stage
    runner.stage = lambda given, output, cookies: stage(given, without_case(output), cookies)
    runner.mark()
    passed, failed, left_out = 0, {}, collections.defaultdict(list)
    started = time.monotonic()
    for test in ftw.load_tests([ftw.CRS_TESTS]):
        if include and not re.search(include, test.title):
            continue
        try:
            fault, _ = runner.test(test)
        except NotExpressible as e:
            left_out[str(e)].append(test.title)
            continue
        if fault:
            failed[test.title] = ": ".join(fault)
        else:
            passed += 1
    return passed, failed, left_out, time.monotonic() - started
