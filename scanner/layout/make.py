"""Makes check.ld: the functions that `zonewarden check` runs, by name, for the linker to keep together.

Arguments: the program with its symbols (CARGO_PROFILE_RELEASE_STRIP=none), and the folders of code to
check. Needs valgrind and binutils.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

HEAD = """\
/* The functions that `zonewarden check` runs lie together. The system maps the program by 64 KiB, so that functions
   that lie apart cost a short run several times their size in memory. Made by make.py; a name that is not there any
   more does no harm, and one that is missing only costs memory. */
SECTIONS
{
  .text.check :
  {
"""

TAIL = """\
  }
}
INSERT BEFORE .text;
"""


def executed(program, folder):
    """The mangled names of the functions that a check of the folder calls."""
    with tempfile.NamedTemporaryFile() as profile:
        run = [
            "valgrind", "--quiet", "--tool=callgrind", "--demangle=no", "--compress-strings=no",
            f"--callgrind-out-file={profile.name}", program, "check", folder,
        ]
        ended = subprocess.run(run, stdout=subprocess.DEVNULL, check=False).returncode
        if ended not in (0, 1, 3):
            raise SystemExit(f"check {folder} ended with {ended}")
        called = re.findall(r"^c?fn=(\S+?)(?:'\d+)?$", pathlib.Path(profile.name).read_text(), re.M)
    return set(called)


def defined(program):
    listed = subprocess.run(["nm", program], check=True, capture_output=True, text=True).stdout
    return {line.split()[-1] for line in listed.splitlines()}


def pattern(name):
    """The name without what another version of the compiler or of a crate would change."""
    name = re.sub(r"(\.llvm\.\d+|\.\d+)+$", "", name)
    name = re.sub(r"17h[0-9a-f]{16}E$", "17h*", name)
    return re.sub(r"Cs[0-9A-Za-z]+_", "Cs*_", name)


def main():
    program, *folders = sys.argv[1:]
    called = set().union(*(executed(program, folder) for folder in folders))
    patterns = sorted({pattern(name) for name in called & defined(program)})
    lines = "".join(f"    *(.text.{one})\n" for one in patterns)
    pathlib.Path(__file__).with_name("check.ld").write_text(HEAD + lines + TAIL)
    print(f"{len(patterns)} names")


if __name__ == "__main__":
    main()
