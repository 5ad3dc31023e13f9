#!/usr/bin/env python3
"""What OPA makes of bodies: reads {"data": …, "bodies": […]} and prints an answer for each.

A body binds `value`. An answer is {"value": its JSON as text}, {"undefined": true} or
{"error": what OPA says}. OPA's errors of functions are errors here, and not undefined.
"""

import json
import sys

from opa_bindings import OpaEngine, OpaError


def answer(engine, at):
    try:
        found = engine.eval_query(f"x = data.calls.answer_{at}")
    except OpaError as error:
        return {"error": str(error)}
    if not found:
        return {"undefined": True}
    return {"value": found[0]["x"]}


# A query is compiled together with all of its engine's rules.
AT_ONCE = 20


def answers(data, bodies):
    engine = OpaEngine()
    engine.add_data(data)
    rules = [
        f"answer_{at} := json.marshal(value) if {{\n\t{body}\n}}" for at, body in enumerate(bodies)
    ]
    engine.add_policy("calls.rego", "\n\n".join(["package calls", "import rego.v1", *rules]))
    try:
        return [answer(engine, at) for at in range(len(bodies))]
    finally:
        engine.close()


def main():
    asked = json.load(sys.stdin)
    data, bodies = asked["data"], asked["bodies"]
    parts = [bodies[at : at + AT_ONCE] for at in range(0, len(bodies), AT_ONCE)]
    json.dump([one for part in parts for one in answers(data, part)], sys.stdout)


if __name__ == "__main__":
    main()
