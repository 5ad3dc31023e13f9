"""The regions that are enabled for an account: two, where moto has every one that there is.

moto makes a default VPC, with all that belongs to it, in each region that is asked.
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

ENABLED = ["eu-west-1", "us-east-1"]


def install() -> None:
    """Enables two regions alone."""
    describe_regions = RegionsAndZonesBackend.describe_regions

    def enabled(self: RegionsAndZonesBackend, region_names: list[str] | None = None) -> Any:
        return describe_regions(self, region_names or ENABLED)

    RegionsAndZonesBackend.describe_regions = enabled
