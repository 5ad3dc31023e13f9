"""BIND and ldns agree with every row of the table that the scanner is tested against."""

import base64
import pathlib

import pytest
import yaml
from cryptography.hazmat.primitives.serialization import load_der_public_key

from bind_and_ldns import of_bind, of_ldns

TABLE = pathlib.Path(__file__).parents[2] / "derive" / "dnskey.yaml"
ROWS = yaml.safe_load(TABLE.read_text())


def test_the_table_has_its_rows():
    assert len(ROWS) >= 100
    points = [base64.b64decode(row["public_key"]) for row in ROWS]
    assert any(point[0] == 0 for point in points), "no X begins with zero"
    assert any(point[32] == 0 for point in points), "no Y begins with zero"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["zone"])
@pytest.mark.parametrize("peer", [of_bind, of_ldns])
def test_a_peer_derives_the_same(row, peer):
    numbers = load_der_public_key(base64.b64decode(row["spki"])).public_numbers()
    point = numbers.x.to_bytes(32) + numbers.y.to_bytes(32)
    assert base64.b64encode(point).decode() == row["public_key"]
    assert peer(row["zone"], row["public_key"]) == (row["key_tag"], row["digest_value"])
