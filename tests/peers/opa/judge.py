#!/usr/bin/env python3
"""Judges the rules by OPA, independently of the scanner.

Without arguments: every case of every rule, and every knock-out of every case. One line a rule;
exit 1 if anything is not as the cases and the knock-out law say.

With --documents FILE: every rule of the scope over each line {"scope": …, "input": {…}} of FILE; over
a line {"rule": …, "input": {…}}, that rule alone, with the parameters that the input gives. One
verdict a line on standard output; with --time, the seconds spent in OPA on standard error.

    python3 -m venv venv
    venv/bin/pip install --ignore-requires-python --only-binary=:all: -r requirements.txt
    venv/bin/python judge.py
"""

import argparse
import collections
import copy
import json
import pathlib
import re
import sys
import time

import yaml
from opa_bindings import OpaEngine, OpaError

HERE = pathlib.Path(__file__).resolve().parent
POLICIES = HERE.parents[2] / "policies"

SEVERITIES = ["info", "low", "medium", "high", "critical"]
OUTCOMES = ["pass", "fail", "unknown", "not_applicable"]
UNKNOWN = "$unknown"
GAP = {UNKNOWN: {"reason": "access_denied", "operation": "test:KnockOut"}}
# What may become of an outcome when a fact is taken away.
LAW = {
    "fail": {"fail", "unknown"},
    "pass": {"pass", "unknown"},
    "not_applicable": {"not_applicable", "unknown"},
    "unknown": {"unknown"},
}


class Invalid(Exception):
    """A rule, case or document that is not in the form that the README of the policies gives."""


class Rule:
    """A rule: its METADATA, its cases, and the text that OPA is given."""

    REQUIRED = {"id", "severity", "scope", "judges", "needs", "needs_to_pass", "controls", "remediation"}
    OPTIONAL = {"params", "fix", "caused_by", "caused_above", "partitions", "reads"}

    def __init__(self, path):
        self.path = path
        self.text = path.read_text()
        block = re.search(r"^# METADATA\n((?:#.*\n)+)package (\S+)$", self.text, re.M)
        if not block:
            raise Invalid(f"{path}: no METADATA block above the package")
        metadata = yaml.safe_load(re.sub(r"^# ?", "", block[1], flags=re.M))
        self.package = block[2]
        custom = metadata["custom"]
        self.__dict__.update({name: custom.get(name) for name in self.REQUIRED | self.OPTIONAL})
        self.params = {name: param["default"] for name, param in (self.params or {}).items()}
        self.fix = self.fix or []
        self.causes = (self.caused_by or []) + (self.caused_above or [])
        self.may_not_apply = re.search(r"^not_applicable\b", self.text, re.M) is not None
        self.check(metadata, custom)
        self.cases = [
            {**case, "file": file}
            for file in sorted((path.parent / "cases").glob("*.yaml"))
            for case in plain(yaml.safe_load(file.read_text()))
        ]

    def check(self, metadata, custom):
        """Refuses METADATA that is incomplete, or belies the folder and package it stands in."""
        wrong = []
        if set(metadata) != {"title", "description", "related_resources", "custom"}:
            wrong.append(f"members {sorted(metadata)}")
        wrong += [f"no {name}" for name in self.REQUIRED - set(custom)]
        wrong += [f"unknown member {name}" for name in set(custom) - self.REQUIRED - self.OPTIONAL]
        if self.id != self.path.parent.name:
            wrong.append(f"id {self.id} in the folder {self.path.parent.name}")
        if self.package != "zonewarden." + self.id.replace("-", "_"):
            wrong.append(f"package {self.package}")
        if self.severity not in SEVERITIES:
            wrong.append(f"severity {self.severity}")
        if not set(self.judges) <= {"live", "source", "plan"}:
            wrong.append(f"judges {self.judges}")
        if wrong:
            raise Invalid(f"{self.path}: {'; '.join(wrong)}")


def plain(value):
    """The value as JSON would hold it, without the sharing that YAML anchors leave behind."""
    return json.loads(json.dumps(value))


def is_unknown(value):
    """Whether the value is the mark of an unknown fact, or of a gap in a set."""
    return isinstance(value, dict) and set(value) == {UNKNOWN}


def strip(value):
    """The value as rules see it: without unknown members and without gaps."""
    if isinstance(value, dict):
        return {name: strip(member) for name, member in value.items() if not is_unknown(member)}
    if isinstance(value, list):
        return [strip(item) for item in value if not is_unknown(item)]
    return value


def path_is_unknown(document, path):
    """Whether a path of `needs` or `needs_to_pass` leads to, or through, anything unknown."""

    def walk(node, steps):
        if is_unknown(node):
            return True
        if not steps:
            return isinstance(node, list) and any(is_unknown(item) for item in node)
        if node is None:
            return False
        name, elements = re.fullmatch(r"(.+?)((?:\[\])?)", steps[0]).groups()
        if not isinstance(node, dict) or name not in node:
            raise Invalid(f"no {path} in the document")
        node = node[name]
        if not elements:
            return walk(node, steps[1:])
        if is_unknown(node):
            return True
        return any(walk(item, steps[1:]) for item in node or [] if not is_unknown(item))

    return walk(document, path.split("."))


def places(document, pattern):
    """The (container, member) pairs that a pattern of facts.yaml stands for in a document."""

    def walk(node, steps):
        if node is None or is_unknown(node):
            return
        if steps[0] == "[]":
            members = range(len(node)) if isinstance(node, list) else []
        elif steps[0] == "*":
            members = list(node)
        else:
            members = [steps[0]] if steps[0] in node else []
        for member in members:
            if len(steps) == 1:
                yield node, member
            else:
                yield from walk(node[member], steps[1:])

    return walk(document, pattern.replace("[]", ".[]").split("."))


def knock_outs(document, facts):
    """Each document that follows from this one by losing one fact, with the name of what it lost."""

    def without(pattern, change):
        for index in range(len(list(places(document, pattern)))):
            other = copy.deepcopy(document)
            node, member = list(places(other, pattern))[index]
            if not is_unknown(node[member]):
                yield from change(other, node, member)

    def unread(pattern):
        def change(other, node, member):
            node[member] = GAP
            yield f"{pattern} unknown", other

        return without(pattern, change)

    def holed(pattern):
        def change(other, node, member):
            items = node[member]
            node[member] = items + [GAP]
            yield f"{pattern} with a gap", other
            for index in (index for index, item in enumerate(items) if not is_unknown(item)):
                node[member] = items[:index] + [GAP] + items[index + 1 :]
                yield f"{pattern}.{index} a gap", copy.deepcopy(other)

        return without(pattern, change)

    for pattern in facts["facts"]:
        yield from unread(pattern)
    for pattern in facts["sets"]:
        yield from holed(pattern)


def set_path(document, path, value):
    """Replaces what stands at a dotted path, which must exist."""
    *steps, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
    node = document
    try:
        for step in steps:
            node = node[step]
        node[last]
    except (KeyError, IndexError, TypeError):
        raise Invalid(f"set: no {path} in the sample") from None
    node[last] = value


def command(rule, fix):
    """The command of a finding: METADATA's with its placeholders filled in, or the finding's own."""
    if isinstance(fix, list):
        return fix
    if fix is None or not rule.fix or None in fix.values():
        return None
    return [re.sub(r"\{(\w+)\}", lambda name: fix[name[1]], argument) for argument in rule.fix]


class Judge:
    """OPA with every rule loaded, and the order of judgement around it."""

    def __init__(self, rules):
        self.rules = rules
        self.seconds = 0.0
        self.opa = OpaEngine()
        by_scope = collections.defaultdict(str)
        for rule in rules:
            name = rule.package.removeprefix("zonewarden.")
            self.opa.add_policy(str(rule.path), rule.text)
            self.opa.add_policy(
                f"judge/{name}.rego",
                f"package judge.{name}\n"
                "default not_applicable := false\n"
                f"not_applicable if data.{rule.package}.not_applicable\n"
                f'verdict := {{"deny": data.{rule.package}.deny, "not_applicable": not_applicable}}\n',
            )
            # OPA copies what `with` changes, so only rules that have parameters pay for it.
            given = f" with input.params as {json.dumps(rule.params)}" if rule.params else ""
            by_scope[rule.scope] += (
                f'verdicts["{rule.id}"] := verdict if {{ verdict := data.judge.{name}.verdict{given} }}\n'
            )
        for scope, text in by_scope.items():
            self.opa.add_policy(f"judge/scope_{scope}.rego", f"package judge.scope_{scope}\n{text}")

    def evaluate(self, document, given):
        """What OPA makes of `data.<document>` for an input."""
        started = time.perf_counter()
        try:
            return self.opa.eval_document(document, given)
        finally:
            self.seconds += time.perf_counter() - started

    def judge(self, rule, document, params):
        """The outcome and findings of one rule for one document."""
        name = rule.package.removeprefix("zonewarden.")
        given = {**strip(document), "params": params}
        return self.outcome(rule, document, self.evaluate(f"judge.{name}.verdict", given))

    def judge_scope(self, scope, document):
        """The outcome and findings of each rule of a scope, with the parameters' defaults."""
        rules = [rule for rule in self.rules if rule.scope == scope]
        if rules:
            verdicts = self.evaluate(f"judge.scope_{scope}.verdicts", strip(document))
            for rule in rules:
                yield rule, *self.outcome(rule, document, verdicts[rule.id])

    def outcome(self, rule, document, verdict):
        """The order of judgement."""
        if verdict["not_applicable"]:
            return "not_applicable", []
        if any(path_is_unknown(document, path) for path in rule.needs):
            return "unknown", []
        if verdict["deny"]:
            return "fail", findings(rule, verdict["deny"])
        if any(path_is_unknown(document, path) for path in rule.needs_to_pass):
            return "unknown", []
        return "pass", []


def findings(rule, deny):
    """The findings of a rule, by key, with what METADATA gives to each."""
    found = {}
    for entry in deny:
        if set(entry) - {"msg", "at", "key", "severity", "fix"}:
            raise Invalid(f"deny has members {sorted(entry)}")
        key = entry.get("key", "")
        severity = entry.get("severity", rule.severity)
        if key in found:
            raise Invalid(f"two findings have the key {key!r}")
        if SEVERITIES.index(severity) > SEVERITIES.index(rule.severity):
            raise Invalid(f"a finding is worse ({severity}) than the rule ({rule.severity})")
        found[key] = {
            "key": key,
            "severity": severity,
            "at": entry.get("at"),
            "message": entry["msg"],
            "fix": command(rule, entry.get("fix")),
        }
    return [found[key] for key in sorted(found)]


def case_document(case, sample):
    """The document that a case describes."""
    document = copy.deepcopy(sample)
    for path, value in (case.get("set") or {}).items():
        set_path(document, path, value)
    return document


def compare_findings(expected, found):
    """How the findings differ from those that the case lists."""
    if len(expected) != len(found):
        yield f"{len(found)} findings, not {len(expected)}: {[one['message'] for one in found]}"
        return
    expected = sorted(expected, key=lambda one: one.get("key", ""))
    for want, have in zip(expected, found):
        for member in {"key": "", **want}:
            if want.get(member, "") != have[member]:
                yield f"{member} is {have[member]!r}, not {want.get(member, '')!r}"


def check_findings(found, document):
    """What is wrong with findings in any case: a place that is not there, a command with holes."""
    for one in found:
        if one["at"] is not None:
            path_is_unknown(document, one["at"])
        if one["fix"] is not None and (
            one["fix"][:1] != ["aws"] or not all(isinstance(argument, str) and argument for argument in one["fix"])
        ):
            yield f"the fix is no command: {one['fix']}"


def check_case(judge, rule, case, sample, facts, tally):
    """What is not as the case and the knock-out law say."""
    if set(case) - {"name", "set", "params", "expect", "findings", "file"}:
        raise Invalid(f"members {sorted(case)}")
    if set(case.get("params") or {}) - set(rule.params):
        raise Invalid(f"no parameters {sorted(case['params'])}")
    document = case_document(case, sample)
    params = {**rule.params, **(case.get("params") or {})}
    outcome, found = judge.judge(rule, document, params)
    tally[outcome] += 1
    if outcome != case["expect"]:
        yield f"{outcome}, not {case['expect']}"
    if "findings" in case:
        yield from compare_findings(case["findings"], found)
    yield from check_findings(found, document)
    for lost, other in knock_outs(document, facts):
        tally["knock-outs"] += 1
        became, _ = judge.judge(rule, other, params)
        if became not in LAW[outcome]:
            yield f"{outcome} becomes {became} with {lost}"


def check_rule(judge, rule, sample, facts, ids, tally):
    """What is wrong with a rule, its cases and their knock-outs."""
    for path in rule.needs + rule.needs_to_pass:
        path_is_unknown(sample, path)
    for cause in rule.causes:
        if cause not in ids:
            yield f"a cause is no rule: {cause}"
    for case in rule.cases:
        try:
            for problem in check_case(judge, rule, case, sample, facts, tally):
                yield f"case {case.get('name')!r}: {problem}"
        except (Invalid, OpaError, KeyError) as error:
            yield f"case {case.get('name')!r}: {error!r}"
    expected = {"pass", "fail"}
    if rule.needs or rule.needs_to_pass:
        expected.add("unknown")
    if rule.may_not_apply:
        expected.add("not_applicable")
    for outcome in sorted(expected ^ {case["expect"] for case in rule.cases}):
        yield f"{'no case' if outcome in expected else 'a case'} with the outcome {outcome}"
    if not any("message" in one for case in rule.cases for one in case.get("findings", [])):
        yield "no case with a message"
    names = collections.Counter(case["name"] for case in rule.cases)
    for name in (name for name, times in names.items() if times > 1):
        yield f"two cases are named {name!r}"


def check_rules(judge, samples, facts):
    """Judges every case; prints a line for each rule; returns how much was not as it should be."""
    ids = {rule.id for rule in judge.rules}
    total = collections.Counter()
    for rule in judge.rules:
        tally = collections.Counter()
        problems = list(check_rule(judge, rule, samples[rule.scope], facts[rule.scope], ids, tally))
        counts = ", ".join(f"{tally[outcome]} {outcome}" for outcome in OUTCOMES if tally[outcome])
        print(f"{rule.id}: {counts}; {tally['knock-outs']} knock-outs; {len(problems)} disagreements")
        for problem in problems:
            print(f"  {problem}")
        total.update(tally, rules=1, disagreements=len(problems))
    cases = sum(total[outcome] for outcome in OUTCOMES)
    print(f"{total['rules']} rules, {cases} cases, {total['knock-outs']} knock-outs, {total['disagreements']} disagreements")
    return total["disagreements"]


def judge_documents(judge, file, show_time):
    """Judges JSON Lines of documents and prints the verdicts as JSON Lines."""
    by_id = {rule.id: rule for rule in judge.rules}
    with open(file, encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            given = json.loads(line)
            if "rule" in given:
                rule, document = by_id[given["rule"]], given["input"]
                verdicts = [(rule, *judge.judge(rule, document, document["params"]))]
            else:
                verdicts = judge.judge_scope(given["scope"], given["input"])
            for rule, outcome, found in verdicts:
                verdict = {"document": number, "rule": rule.id, "outcome": outcome, "findings": found}
                print(json.dumps(verdict, ensure_ascii=False))
    if show_time:
        print(f"{judge.seconds:.3f} seconds in OPA", file=sys.stderr)


def samples_of(policies):
    """The folder of the samples: beside the rules, or those that ship."""
    own = policies / "samples"
    return own if own.is_dir() else POLICIES / "samples"


def main():
    parser = argparse.ArgumentParser(description="Judge the rules by OPA.")
    parser.add_argument("--policies", type=pathlib.Path, default=POLICIES, help="the folder of the rules")
    parser.add_argument("--documents", metavar="FILE", help="judge these documents instead of the cases")
    parser.add_argument("--time", action="store_true", help="with --documents, print the time spent in OPA")
    options = parser.parse_args()
    try:
        judge = Judge([Rule(path) for path in sorted(options.policies.glob("*/*/rule.rego"))])
        if options.documents:
            judge_documents(judge, options.documents, options.time)
            return 0
        samples = {
            path.stem: plain(yaml.safe_load(path.read_text()))
            for path in samples_of(options.policies).glob("*.yaml")
        }
        facts = yaml.safe_load((HERE / "facts.yaml").read_text())
        return 1 if check_rules(judge, samples, facts) else 0
    except (Invalid, OpaError) as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
