"""Judges JSON documents by a JSON Schema, with the Python package jsonschema.

Usage: validate.py SCHEMA DOCUMENTS

DOCUMENTS holds one document a line. Exits with 0 where all are valid, with 1 and one line a fault
on standard error where not.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from jsonschema.validators import validator_for

# Enough to see what is wrong.
MOST_FAULTS = 20


def main() -> int:
    schema, documents = (Path(argument) for argument in sys.argv[1:])
    held = json.loads(schema.read_text(encoding="utf-8"))
    if "$schema" not in held:
        print(f"{schema}: no $schema", file=sys.stderr)
        return 1
    judge = validator_for(held)
    judge.check_schema(held)
    validator = judge(held)
    faults = []
    lines = documents.read_text(encoding="utf-8").split("\n")[:-1]
    for number, line in enumerate(lines, start=1):
        for error in validator.iter_errors(json.loads(line)):
            place = "/".join(str(step) for step in error.absolute_path)
            faults.append(f"{documents}:{number}: {place}: {error.message[:300]}")
    print("\n".join(faults[:MOST_FAULTS]), file=sys.stderr)
    return 1 if faults or not lines else 0


if __name__ == "__main__":
    sys.exit(main())
