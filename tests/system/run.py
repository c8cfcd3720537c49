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
# A machine that is shared stands still now and then: so many failures are asked once more, alone.
ONCE_MORE = 3


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


def run_tests(tests, binary, together):
    """Runs so many at a time and prints how each went; those that failed."""
    failed = []
    with concurrent.futures.ProcessPoolExecutor(together, mp_context=multiprocessing.get_context("spawn")) as pool:
        jobs = {pool.submit(run_test, test[0], test[1], binary): test for test in tests}
        for job in concurrent.futures.as_completed(jobs):
            subject, name, skipped, fault, seconds = job.result()
            verdict = "FAILED" if fault else f"ok ({skipped})" if skipped else "ok"
            print(f"{verdict}: {subject}.{name}: {jobs[job][2]} ({seconds:.1f} s)", flush=True)
            if fault:
                print(fault, flush=True)
                failed.append(jobs[job])
    return failed


def main():
    binary = str(pathlib.Path(sys.argv[1]).resolve())
    tests = chosen(sys.argv[2:])
    failed = run_tests([t for t in tests if t[0] not in ALONE], binary, TOGETHER)
    failed += run_tests([t for t in tests if t[0] in ALONE], binary, 1)
    if 0 < len(failed) <= ONCE_MORE:
        print("once more, alone (each of these is worth a look): " + " ".join(f"{t[0]}.{t[1]}" for t in failed), flush=True)
        failed = run_tests(failed, binary, 1)
    for subject, name, _ in failed:
        print(f"FAILED: {subject}.{name}")
    print(f"{len(tests) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
