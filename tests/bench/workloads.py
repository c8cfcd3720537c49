"""The rig's four requests, and scripts for wrk in which their values differ each time.

A changing request has the shape and the length of the rig's: of each value of the query, of a cookie, of the form, of the
JSON, and of User-Agent, the last six letters and digits are others in every request (fewer where the value is
shorter; then they come again). Letters stay letters, digits digits. Values that are equal in the rig's request stay
equal. Names, the path, Host and the fields that CRS holds against lists (Accept, Content-Type...) stay."""
import json
import re

NAMES = ("get", "browser", "form1k", "json10k")
CONNECTIONS = {"get": 64, "browser": 32, "form1k": 16, "json10k": 2}  # few where requests are slow: what is in flight blurs
CHANGING = 6
POOL = 4096  # of three letters there are more than are kept
LETTERS = {"l": 26, "u": 26, "d": 10}


class Request:
    def __init__(self, method, path, fields, body):
        self.method, self.path, self.fields, self.body = method, path, fields, body

    def head_with(self, *more):
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{n}: {v}" for n, v in [*self.fields, *more])]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


def read(folder, name):
    """One of the rig's requests, from its .curl and .path files."""
    method, fields, body = "GET", [], None
    for line in (folder / f"{name}.curl").read_text().splitlines():
        key, _, value = line.partition(" = ")
        value = json.loads(value)
        if key == "request":
            method = value
        elif key == "header":
            fields.append(tuple(value.split(": ", 1)))
        elif key == "data-binary":
            body = value
    return Request(method, (folder / f"{name}.path").read_text(), fields, body)


def pairs(text, separators):
    """Spans of the values in name=value pairs."""
    return [match.span(1) for match in re.finditer(rf"=([^{separators}]+)", text)]


def leaves(text):
    """Spans of the strings and numbers of a JSON document that are no names."""
    return [match.span(1) if match[1] else match.span(2)
            for match in re.finditer(r'[:\[,](?:"((?:[^"\\]|\\.)*)"(?!:)|(-?\d[\d.]*))', text) if match[1] or match[2]]


def spans(request):
    """[(text, spans of its values)], in the order in which the texts are sent."""
    out = [(f"{request.method} ", []), (request.path, pairs(request.path, "&#")), (" HTTP/1.1\r\n", [])]
    for name, value in request.fields:
        out.append((f"{name}: ", []))
        if name == "User-Agent":
            out.append((value, [(0, len(value))]))
        else:
            out.append((value, pairs(value, "; &") if name in ("Cookie", "Referer") else []))
        out.append(("\r\n", []))
    if request.body is not None:
        out.append((f"Content-Length: {len(request.body)}\r\n", []))
    out.append(("\r\n", []))
    if request.body is not None:
        is_json = request.body.startswith("{")
        out.append((request.body, leaves(request.body) if is_json else pairs(request.body, "&")))
    return out


def kind(character):
    return "d" if character.isdigit() else "u" if character.isupper() else "l"


def changing_runs(value):
    """Spans of the last letters and digits of a value, CHANGING of them at most, of one kind each and three at most. An
    escape stays whole, and so does the first digit of a number."""
    free = [c.isascii() and c.isalnum() for c in value]
    for match in re.finditer(r"%[0-9A-Fa-f]{2}|\\.", value):
        free[match.start():match.end()] = [False] * len(match[0])
    if re.fullmatch(r"-?\d[\d.]+", value):
        free[0] = False
    at = [n for n, is_free in enumerate(free) if is_free][-CHANGING:]
    runs = []
    for n in at:
        if runs and runs[-1][1] == n and runs[-1][1] - runs[-1][0] < 3 and kind(value[n]) == kind(value[n - 1]):
            runs[-1] = (runs[-1][0], n + 1)
        else:
            runs.append((n, n + 1))
    return runs


def pieces(request):
    """The request as fixed texts and holes (kind and length, number of the value, how many requests keep a piece): the runs of
    a value are the digits of a count, so that it comes again only when all of them were through."""
    out, numbers = [], {}
    for text, values in spans(request):
        at = 0
        for start, end in values:
            value = text[start:end]
            number = numbers.setdefault(value, len(numbers))
            kept = 1
            for left, right in changing_runs(value):
                out.append(text[at:start + left])
                out.append((kind(value[left]) + str(right - left), number, kept))
                kept *= min(POOL, LETTERS[kind(value[left])] ** (right - left))
                at = start + right
        out.append(text[at:])
    merged = []
    for piece in out:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        elif piece != "":
            merged.append(piece)
    return merged


def lua_text(text):
    return '"' + "".join(c if c.isalnum() or c in " ;:/&=+.,-_*()" else f"\\{ord(c):03d}" for c in text) + '"'


SCRIPT = """-- Written by tests/bench/workloads.py.
local pool_size = %(pool)d
local parts = {%(parts)s}
local holes = {%(holes)s}
local shards = 0
function setup(thread)
  thread:set("shard", shards)
  shards = shards + 1
end

-- All pieces of a kind in any order, or as many as are kept.
local function pool(kind)
  local first, last = 97, 122
  if kind:sub(1, 1) == "d" then first, last = 48, 57 end
  if kind:sub(1, 1) == "u" then first, last = 65, 90 end
  local length, all, out = tonumber(kind:sub(2)), {""}, {}
  for _ = 1, length do
    local longer = {}
    for _, text in ipairs(all) do
      for code = first, last do longer[#longer + 1] = text .. string.char(code) end
    end
    all = longer
  end
  for n = 1, math.min(#all, pool_size) do
    local other = math.random(n, #all)
    out[n], all[other] = all[other], all[n]
  end
  return out
end

local count = 0
function init()
  math.randomseed(os.time() * 2 + shard)
  count = math.random(0, pool_size * pool_size - 1)
  local pools = {}
  for _, hole in ipairs(holes) do
    pools[hole[2]] = pools[hole[2]] or pool(hole[2])
    hole[2] = pools[hole[2]]
  end
end

function request()
  count = count + 1
  for n = 1, #holes do
    local hole = holes[n]
    local pieces = hole[2]
    parts[hole[1]] = pieces[(math.floor(count / hole[4]) + hole[3]) %% #pieces + 1]
  end
  return table.concat(parts)
end
"""


def changing_script(request):
    """A wrk script that sends this request with other values each time."""
    parts, holes = [], []
    for n, piece in enumerate(pieces(request), 1):
        if isinstance(piece, str):
            parts.append(lua_text(piece))
        else:
            what, number, kept = piece
            parts.append('""')
            holes.append(f'{{{n}, "{what}", {number * 7}, {kept}}}')
    return SCRIPT % {"pool": POOL, "parts": ", ".join(parts), "holes": ", ".join(holes)}
