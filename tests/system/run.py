"""The system tests, over the wire against a release binary. usage: run.py BINARY [NAME...]

A NAME is a file's (cache) or a test's (cache.hit). Each test_* function of a subject's file is given the binary; its
first line of documentation is what it shows. PORTCULLIS_LONG=1 makes the loads longer."""
import concurrent.futures
import importlib
import multiprocessing
import pathlib
import sys
import time
import traceback

# In place of this folder, whose names are those of modules, too (websockets).
sys.path[0] = str(pathlib.Path(__file__).resolve().parents[1])
HERE = pathlib.Path(__file__).resolve().parent
# Two at a time: most of a test is waiting for a deadline. What measures time under load runs alone.
TOGETHER = 2
ALONE = ("changes", "cost", "events", "scale", "upgrade")


def subjects():
    return sorted(p.stem for p in HERE.glob("*.py") if "\ndef test_" in p.read_text())


def tests_of(subject):
    module = importlib.import_module(f"system.{subject}")
    return [(name[5:], function) for name, function in vars(module).items() if name.startswith("test_")]


def run_test(subject, name, binary):
    started = time.monotonic()
    try:
        function = dict(tests_of(subject))[name]
        skipped = function(binary)
        fault = ""
    except BaseException:  # noqa: B902: an assertion, a timeout, whatever it was
        skipped, fault = None, traceback.format_exc()
    return subject, name, skipped, fault, time.monotonic() - started


def chosen(names):
    out = []
    for subject in subjects():
        for name, function in tests_of(subject):
            if not names or subject in names or f"{subject}.{name}" in names:
                out.append((subject, name, (function.__doc__ or name).splitlines()[0]))
    return out


def main():
    binary = str(pathlib.Path(sys.argv[1]).resolve())
    tests = chosen(sys.argv[2:])
    sentences = {(subject, name): sentence for subject, name, sentence in tests}
    failed = 0
    spawn = multiprocessing.get_context("spawn")
    for alone in (False, True):
        some = [t for t in tests if (t[0] in ALONE) == alone]
        with concurrent.futures.ProcessPoolExecutor(1 if alone else TOGETHER, mp_context=spawn) as pool:
            jobs = [pool.submit(run_test, subject, name, binary) for subject, name, _ in some]
            for job in concurrent.futures.as_completed(jobs):
                subject, name, skipped, fault, seconds = job.result()
                verdict = "FAILED" if fault else f"ok ({skipped})" if skipped else "ok"
                print(f"{verdict}: {subject}.{name}: {sentences[subject, name]} ({seconds:.1f} s)", flush=True)
                if fault:
                    print(fault, flush=True)
                failed += bool(fault)
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
