"""A gateway in front of an origin, with a rule file that loads in no time."""
import contextlib
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.gateway import Gateway, listens, self_signed, wait_until  # noqa: E402,F401
from system.wire import Origin  # noqa: E402

RULES = """SecRuleEngine On
SecRequestBodyAccess On
SecRule ARGS|REQUEST_COOKIES "@rx (?i)evil[0-9]+attack" \\
    "id:1001,phase:2,deny,status:403,log,msg:'Evil attack',severity:CRITICAL"
SecRule ARGS:probe "@streq yes" "id:1002,phase:2,pass,log,msg:'Probe'"
"""
ATTACK = "/?a=evil7attack"


@contextlib.contextmanager
def serving(binary, answer=None, waf=None, rules=RULES, origin=None, **options):
    """(gateway, origin); the origin answers by `answer`."""
    with contextlib.ExitStack() as stack:
        origin = origin or stack.enter_context(Origin(answer))
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        path = folder / "rules.conf"
        path.write_text(rules)
        gateway = stack.enter_context(Gateway(
            binary, origin.address, {"mode": "On", "rulesets": ["lone"], **(waf or {})}, [("lone", path)], **options))
        gateway.rules_file = path
        yield gateway, origin
