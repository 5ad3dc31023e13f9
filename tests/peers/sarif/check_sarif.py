#!/usr/bin/env python3
"""Check that a file is SARIF 2.1.0 as GitHub code scanning takes it.

usage: SARIF_MULTITOOL=DIR check_sarif.py FILE...

DIR is the directory of Microsoft's SARIF Multitool, as the npm package
`@microsoft/sarif-multitool-linux` installs it: `node_modules/@microsoft/sarif-multitool-linux`.
The Python package `jsonschema` must be installed.

Three judges are asked, because none of them sees everything: the JSON Schema that comes with the
multitool (wrong values and types), the multitool itself (faults of meaning; it exits with 0 even
where it finds errors, so its own log is read), and GitHub's documented requirements and limits,
which neither knows.

Exits with 0 where all are content, with 1 and one line a fault on standard error where not, and
with 2 where a judge could not be asked.
"""

import gzip
import json
import os
import re
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import jsonschema

# It asks the network whether addresses answer.
IGNORED_RULES = {"SARIF2006"}

# https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support
GITHUB_RESULTS = 25_000
GITHUB_RULES = 25_000
GITHUB_LOCATIONS = 1_000
GITHUB_TAGS = 20
GITHUB_RULE_TEXT = 1_024
GITHUB_RULE_NAME = 255
GITHUB_GZIPPED_BYTES = 10 * 1024 * 1024


def schema_faults(log, multitool):
    """The faults that the JSON Schema of SARIF 2.1.0 finds."""
    schema = json.loads((multitool / "sarif-2.1.0.json").read_text(encoding="utf-8-sig"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    for error in validator.iter_errors(log):
        place = "/".join(str(part) for part in error.absolute_path)
        yield f"schema: {place}: {error.message[:300]}"


def multitool_faults(path, multitool):
    """The errors that the multitool finds by its own rules and by those for GitHub."""
    program = multitool / "Sarif.Multitool"
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    with tempfile.TemporaryDirectory() as directory:
        verdict = Path(directory) / "verdict.sarif"
        run = subprocess.run(
            [
                program,
                "validate",
                path,
                "--rule-kind",
                "Sarif;Ghas",
                "--level",
                "Error",
                # It passes over larger files than this without a word in its exit code.
                "--max-file-size-in-kb",
                "1000000",
                "--output",
                verdict,
                "--log",
                "ForceOverwrite",
            ],
            env=os.environ | {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        if not verdict.exists():
            raise RuntimeError(f"the multitool gave no verdict: {run.stdout}{run.stderr}")
        judged = json.loads(verdict.read_text(encoding="utf-8-sig"))["runs"][0]
    rules = judged["tool"]["driver"].get("rules", [])
    for result in judged.get("results", []):
        rule = result["ruleId"]
        level = result.get("level", "warning")
        line = f"multitool: {level} {rule}: {message_of(result, rules)}"
        if level == "error" and rule.split("/")[0] not in IGNORED_RULES:
            yield line
    for invocation in judged.get("invocations", []):
        for kind in ("toolExecutionNotifications", "toolConfigurationNotifications"):
            for notification in invocation.get(kind, []):
                if notification.get("level") == "error":
                    yield f"multitool: {notification['message'].get('text')}"
        if not invocation.get("executionSuccessful"):
            yield "multitool: it did not get to the end"


def message_of(result, rules):
    """The text of a result of the multitool, with its arguments filled in."""
    message = result["message"]
    text = message.get("text")
    if text is None and "ruleIndex" in result:
        strings = rules[result["ruleIndex"]].get("messageStrings", {})
        text = strings.get(message.get("id"), {}).get("text", "")
    for number, argument in enumerate(message.get("arguments", [])):
        text = (text or "").replace(f"{{{number}}}", argument)
    return text


def github_faults(log, size):
    """What GitHub's documentation asks for and the others do not look at."""
    if size > GITHUB_GZIPPED_BYTES:
        yield f"github: {size} bytes gzipped are more than {GITHUB_GZIPPED_BYTES}"
    if not log.get("$schema"):
        yield "github: no $schema"
    yield from (f"github: empty string at {place}" for place in empty_strings(log, ""))
    seen = set()
    for run in log["runs"]:
        category = run.get("automationDetails", {}).get("id", "").rpartition("/")[0]
        tool = run["tool"]["driver"]["name"]
        if not category or (tool, category) in seen:
            yield f"github: the category {category!r} is missing or not unique"
        seen.add((tool, category))
        if "results" not in run:
            yield "github: no results; an empty list closes the alerts of the run before"
        rules = run["tool"]["driver"].get("rules", [])
        if len(run.get("results", [])) > GITHUB_RESULTS or len(rules) > GITHUB_RULES:
            yield "github: too many results or rules"
        for rule in rules:
            yield from rule_faults(rule)
        hashes = set()
        for number, result in enumerate(run.get("results", [])):
            yield from (f"github: result {number}: {fault}" for fault in result_faults(result))
            index = result.get("ruleIndex", -1)
            if not (0 <= index < len(rules) and rules[index]["id"] == result.get("ruleId")):
                yield f"github: result {number}: the rule at {index} is not {result.get('ruleId')}"
            key = (
                result.get("ruleId"),
                result.get("partialFingerprints", {}).get("primaryLocationLineHash"),
            )
            if key in hashes:
                yield f"github: result {number}: the same rule and fingerprint as another"
            hashes.add(key)


def rule_faults(rule):
    """The faults of one rule."""
    name = rule["id"]
    for member in ("shortDescription", "fullDescription", "help"):
        if not rule.get(member, {}).get("text"):
            yield f"github: rule {name}: no {member}.text"
    for member in ("shortDescription", "fullDescription"):
        if len(rule.get(member, {}).get("text", "")) > GITHUB_RULE_TEXT:
            yield f"github: rule {name}: {member}.text is too long"
    if len(rule.get("name", "")) > GITHUB_RULE_NAME:
        yield f"github: rule {name}: the name is too long"
    properties = rule.get("properties", {})
    if len(properties.get("tags", [])) > GITHUB_TAGS:
        yield f"github: rule {name}: too many tags"
    if properties.get("precision") not in ("very-high", "high", "medium", "low"):
        yield f"github: rule {name}: precision {properties.get('precision')!r}"
    if properties.get("problem.severity") not in ("error", "warning", "recommendation"):
        yield f"github: rule {name}: problem.severity {properties.get('problem.severity')!r}"
    score = properties.get("security-severity")
    if score is not None and not (isinstance(score, str) and 0 < float(score) <= 10):
        yield f"github: rule {name}: security-severity {score!r}"


def result_faults(result):
    """The faults of one result."""
    if not result.get("message", {}).get("text"):
        yield "no message.text"
    if not result.get("partialFingerprints", {}).get("primaryLocationLineHash"):
        yield "no partialFingerprints.primaryLocationLineHash"
    locations = result.get("locations", [])
    if not 1 <= len(locations) <= GITHUB_LOCATIONS:
        yield f"{len(locations)} locations"
    for location in locations[:1]:
        physical = location.get("physicalLocation", {})
        uri = physical.get("artifactLocation", {}).get("uri", "")
        if not re.fullmatch(r"(?:[A-Za-z0-9._~!$&'()*+,;=@/-]|%[0-9A-F]{2})+", uri):
            yield f"{uri!r} is not a relative path that is percent-encoded"
        if uri.startswith("/"):
            yield f"{uri!r} is not relative"
        region = physical.get("region", {})
        start = (region.get("startLine", 0), region.get("startColumn", 1))
        end = (region.get("endLine", start[0]), region.get("endColumn", start[1] + 1))
        if min(*start, *end) < 1 or end < start:
            yield f"region {region}"


def empty_strings(value, place):
    """Where the document has an empty string, which GitHub takes for a missing one."""
    if value == "":
        yield place
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from empty_strings(member, f"{place}/{name}")
    elif isinstance(value, list):
        for number, member in enumerate(value):
            yield from empty_strings(member, f"{place}/{number}")


def main():
    """Check every file that was named."""
    files = sys.argv[1:]
    multitool = os.environ.get("SARIF_MULTITOOL")
    if not files or not multitool:
        print(__doc__, file=sys.stderr)
        return 2
    multitool = Path(multitool)
    faults = []
    for name in files:
        content = Path(name).read_bytes()
        log = json.loads(content)
        found = list(schema_faults(log, multitool))
        found += multitool_faults(Path(name).resolve(), multitool)
        found += github_faults(log, len(gzip.compress(content, 6)))
        faults += (f"{name}: {fault}" for fault in found)
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, RuntimeError, ValueError) as error:
        print(f"check_sarif: {error}", file=sys.stderr)
        sys.exit(2)
