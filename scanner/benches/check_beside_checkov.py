"""Measures zonewarden and checkov over the same code: wall time, CPU time and peak memory.

Arguments: the program zonewarden, the program checkov, the folder of the code.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

ZONEWARDEN_RUNS = 20
CHECKOV_RUNS = 3


def measure(command, folder):
    """Seconds of wall time, seconds of CPU time and peak memory in MiB of a command and its children."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1, 3):
        raise SystemExit(f"{command} ended with {process.returncode}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def medians(command, runs, folder):
    measured = [measure(command, folder) for _ in range(runs)]
    return [statistics.median(values) for values in zip(*measured)]


def main():
    zonewarden, checkov, corpus = (os.path.abspath(argument) for argument in sys.argv[1:])
    checks = ["--framework", "terraform", "--check", "CKV2_AWS_38,CKV2_AWS_39"]
    with tempfile.TemporaryDirectory() as empty:
        cases = [
            ("zonewarden, an empty folder", [zonewarden, "check", empty], ZONEWARDEN_RUNS),
            ("zonewarden, the corpus", [zonewarden, "check", corpus], ZONEWARDEN_RUNS),
            ("checkov, the corpus", [checkov, "--directory", corpus, *checks, "--quiet"], CHECKOV_RUNS),
        ]
        figures = {}
        for name, command, runs in cases:
            wall, cpu, memory = figures[name] = medians(command, runs, empty)
            print(f"{name:28} {wall * 1000:9.1f} ms {cpu * 1000:9.1f} ms CPU {memory:7.1f} MiB, median of {runs}")
    _, own, own_memory = figures["zonewarden, the corpus"]
    _, other, other_memory = figures["checkov, the corpus"]
    print(f"CPU 1:{other / own:.0f}, memory 1:{other_memory / own_memory:.1f}")


if __name__ == "__main__":
    main()
