"""g++ 12 compiles some awaits wrongly: both branches of "c ? co_await a : co_await b" are awaited, and a waiter in the
condition of a loop is lost without optimisation. An await stands alone: in a statement, an initialiser, or as the left
side of a comparison in an if. usage: awaits.py ROOT"""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
WRONG = [
    (re.compile(r"\?[^;?]*\bco_await\b[^;]*:"), "an await inside a conditional expression"),
    (re.compile(r"\bwhile\s*\([^;{]*\bco_await\b"), "an await in the condition of a loop"),
    (re.compile(r"(&&|\|\|)\s*!?\s*\(?\s*co_await\b"), "an await behind && or ||"),
]
COMMENT = re.compile(r"//[^\n]*")
STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')

faults = []
checked = 0
for source in sorted((ROOT / "gateway").rglob("*")):
    if source.suffix not in (".cc", ".h"):
        continue
    checked += 1
    code = STRING.sub('""', COMMENT.sub("", source.read_text(encoding="utf-8")))
    for pattern, what in WRONG:
        for match in pattern.finditer(code):
            line = code.count("\n", 0, match.start()) + 1
            faults.append(f"{source.relative_to(ROOT)}:{line}: {what}")
print("\n".join(faults) or f"{checked} files await plainly")
sys.exit(1 if faults or not checked else 0)
