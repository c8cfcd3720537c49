"""The one-way flow between the folders: a lower layer never includes an upper one, and waf knows no Poco, no SQLite,
no sockets. usage: dependencies.py ROOT"""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])

# layer: the layers it may include
MAY_INCLUDE = {
    "waf/base": {"waf/base"},
    "waf/event": {"waf/event", "waf/base"},
    "waf": {"waf", "waf/event", "waf/base"},
    "db": {"db", "waf/event", "waf/base"},
    "admin-ui": {"admin-ui", "db", "waf", "waf/event", "waf/base"},
    "gateway": {"gateway", "admin-ui", "db", "waf", "waf/event", "waf/base"},
}
FORBIDDEN = {
    "waf/base": r"<(Poco|sqlite3|hs|pcre2|nlohmann|openssl|libxml|sys/socket|netinet)",
    "waf/event": r"<(Poco|sqlite3|hs|pcre2|openssl|libxml|sys/socket|netinet)",
    "waf": r"<(Poco|sqlite3|sys/socket|netinet)",
    "db": r"<(Poco/Net|hs|pcre2|sys/socket|netinet)",
}
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<][^">]+[">])', re.M)


def layer(path, layers):
    return max((name for name in layers if path == name or path.startswith(name + "/")), key=len, default=None)


def main():
    faults = []
    checked = 0
    for top in ("waf", "db", "admin-ui/server", "gateway"):
        for source in sorted((ROOT / top).rglob("*")):
            if source.suffix not in (".cc", ".h"):
                continue
            checked += 1
            name = source.relative_to(ROOT).as_posix()
            own = layer(name, MAY_INCLUDE)
            for include in INCLUDE.findall(source.read_text(encoding="utf-8")):
                if include.startswith('"'):
                    target = layer(include.strip('"'), MAY_INCLUDE)
                    if target is None:
                        faults.append(f"{name}: includes {include}: write it from the root of the tree")
                    elif target not in MAY_INCLUDE[own]:
                        faults.append(f"{name}: {own} may not include {include}")
                elif own in FORBIDDEN and re.match(FORBIDDEN[own], include):
                    faults.append(f"{name}: {own} may not include {include}")
    print("\n".join(faults) or f"{checked} files keep the direction")
    return 1 if faults or not checked else 0


sys.exit(main())
