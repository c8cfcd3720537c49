"""The response cache: what it may answer and what it must not."""
import threading

from system.fixture import serving
from system.wire import get, page

ON = {"cache": {"enabled": True}}


def site_status(gateway):
    return gateway.api("GET", "/sites/test")[1]["status"]


def test_hit(binary):
    """A second GET of a cacheable page reaches no upstream; the API counts the hit; purge empties."""
    with serving(binary, lambda a: page("fresh", 200, "Cache-Control: max-age=60\r\n"), site=ON) as (gateway, origin):
        first, second = get(gateway.http_port, "/page"), get(gateway.http_port, "/page")
        assert first.body == second.body == b"fresh" and origin.count("/page") == 1
        assert "hit" in second.field("cache-status") and "hit" not in first.field("cache-status"), second
        assert second.field("age") is not None
        seen = site_status(gateway)
        assert seen["cache_hits"] == 1 and seen["cache_entries"] == 1, seen
        assert get(gateway.http_port, "/page", method="HEAD").status == 200 and origin.count("/page") == 1
        get(gateway.http_port, "/page?other")
        get(gateway.http_port, "/page", host="other.example")
        assert origin.count("/page") == 2, "another host is another page"
        assert gateway.api("POST", "/sites/test/cache/purge")[0] == 204
        assert site_status(gateway)["cache_entries"] == 0
        get(gateway.http_port, "/page")
        assert origin.count("/page") == 3


def test_off_by_default(binary):
    """Without the setting nothing is kept."""
    with serving(binary, lambda a: page("x", 200, "Cache-Control: max-age=60\r\n")) as (gateway, origin):
        assert get(gateway.http_port, "/x").field("cache-status") is None
        get(gateway.http_port, "/x")
        assert origin.count("/x") == 2


def test_not_stored(binary):
    """no-store, private, Set-Cookie, Authorization, Vary: * and what names no age are not stored."""
    kinds = {"/nostore": "Cache-Control: no-store, max-age=60\r\n", "/private": "Cache-Control: private, max-age=60\r\n",
             "/cookie": "Cache-Control: max-age=60\r\nSet-Cookie: s=1\r\n", "/zero": "Cache-Control: max-age=0\r\n",
             "/star": "Cache-Control: max-age=60\r\nVary: *\r\n", "/silent": "",
             "/smax": "Cache-Control: s-maxage=0, max-age=60\r\n"}
    with serving(binary, lambda a: page("x", 200, kinds.get(a.target, "Cache-Control: max-age=60\r\n")),
                 site=ON) as (gateway, origin):
        for target in kinds:
            get(gateway.http_port, target)
            get(gateway.http_port, target)
            assert origin.count(target) == 2, target
        get(gateway.http_port, "/auth", fields="Authorization: Basic YTpi\r\n")
        get(gateway.http_port, "/auth", fields="Authorization: Basic YTpi\r\n")
        get(gateway.http_port, "/auth")
        assert origin.count("/auth") == 3, "an answer to Authorization was kept"
        get(gateway.http_port, "/post", method="POST", body="a")
        get(gateway.http_port, "/post", method="POST", body="a")
        assert origin.count("/post") == 2
        assert site_status(gateway)["cache_hits"] == 0


def test_vary(binary):
    """Vary keeps one answer per value."""
    with serving(binary, lambda a: page(a.field("accept-language") or "-", 200,
                                        "Cache-Control: max-age=60\r\nVary: Accept-Language\r\n"),
                 site=ON) as (gateway, origin):
        for _ in range(2):
            for language in ("de", "en"):
                answer = get(gateway.http_port, "/v", fields=f"Accept-Language: {language}\r\n")
                assert answer.body == language.encode(), answer
        assert origin.count("/v") == 2


def test_revalidation(binary):
    """A stale answer is asked for with its ETag, and a 304 makes it good again."""
    def answer(asked):
        if asked.field("if-none-match") == '"v1"':
            return b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\nCache-Control: max-age=60\r\n\r\n'
        return page("body", 200, 'ETag: "v1"\r\nCache-Control: max-age=60\r\nAge: 61\r\n')

    with serving(binary, answer, site=ON) as (gateway, origin):
        assert get(gateway.http_port, "/r").body == b"body"
        assert get(gateway.http_port, "/r").body == b"body"
        assert origin.asked[1].field("if-none-match") == '"v1"'
        assert get(gateway.http_port, "/r").body == b"body" and origin.count("/r") == 2
        assert get(gateway.http_port, "/r", fields='If-None-Match: "v1"\r\n').status == 304
        assert origin.count("/r") == 2


def test_attack_is_no_hit(binary):
    """A page in the cache does not let an attack past the rules, and a block page is never stored."""
    with serving(binary, lambda a: page("x", 200, "Cache-Control: max-age=60\r\n"), site=ON) as (gateway, origin):
        get(gateway.http_port, "/p")
        assert get(gateway.http_port, "/p", fields="Cookie: a=evil1attack\r\n").status == 403
        assert get(gateway.http_port, "/p?a=evil1attack").status == 403
        assert get(gateway.http_port, "/p").status == 200 and origin.count("/p") == 1


def test_bounded(binary):
    """The cache stays within its limit and does not keep what is larger than one object may be."""
    cache = {"enabled": True, "limit_bytes": 1 << 20, "object_limit_bytes": 100_000}
    with serving(binary, lambda a: page("x" * int(a.target[6:].split("&")[0]), 200, "Cache-Control: max-age=60\r\n"),
                 site={"cache": cache}) as (gateway, origin):
        def ask(n):
            for i in range(n, 60, 4):
                get(gateway.http_port, f"/?len=50000&n={i}")
        askers = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join()
        seen = site_status(gateway)
        assert 0 < seen["cache_bytes"] <= 1 << 20, seen
        get(gateway.http_port, "/?len=200000&a")
        get(gateway.http_port, "/?len=200000&a")
        assert origin.count("/?len=200000&a") == 2
