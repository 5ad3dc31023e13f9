"""The programs that the tree is made of, and whether they are here."""

from __future__ import annotations

import os
import shutil
import sys

PROGRAMS = (
    "delv",
    "dnssec-dsfromkey",
    "dnssec-keygen",
    "dnssec-signzone",
    "ldns-signzone",
    "named",
    "nsd",
    "unbound",
)
# The exit code by which a test tells that it cannot run here.
MISSING = 77


def program(name: str) -> str | None:
    """Where a program is; the daemons are in sbin, which not every user's path has."""
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))


def require_tools() -> None:
    """Ends this program where another is missing, and says which."""
    missing = [name for name in PROGRAMS if program(name) is None]
    if missing:
        print(f"no {', '.join(missing)}; run tests/run, which installs them", file=sys.stderr)
        sys.exit(MISSING)
