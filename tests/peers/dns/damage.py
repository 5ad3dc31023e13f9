"""Ways to spoil a signed zone: functions from its text, one record a line, to another text."""

from __future__ import annotations

from collections.abc import Callable

Damage = Callable[[str], str]


def _changed(text: str, change: Callable[[list[str]], str | None]) -> str:
    """The text after each record, as its fields, was kept (None) or replaced."""
    lines = []
    for line in text.splitlines():
        new = None if line.startswith(";") else change(line.split())
        lines.append(line if new is None else new)
    return "\n".join(lines) + "\n"


def corrupt(covered: str, label: str | None = None) -> Damage:
    """Changes the signatures over the records of a type, at all names or those that begin so."""

    def change(fields: list[str]) -> str | None:
        owner, ttl, class_, kind, *data = fields
        if kind != "RRSIG" or data[0] != covered:
            return None
        if label is not None and not owner.startswith(f"{label}."):
            return None
        signature = "".join(data[8:])
        other = "A" if signature[0] != "A" else "B"
        return " ".join([owner, ttl, class_, kind, *data[:8], other + signature[1:]])

    return lambda text: _changed(text, change)


def without_denial(text: str) -> str:
    """Takes the NSEC records away, with their signatures."""

    def change(fields: list[str]) -> str | None:
        return "" if "NSEC" in fields[3:5] else None

    return _changed(text, change)


def without_signatures(text: str) -> str:
    """Takes every signature away, and leaves the keys."""
    return _changed(text, lambda fields: "" if fields[3] == "RRSIG" else None)
