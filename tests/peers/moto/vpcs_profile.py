"""VPCs in two regions: some that validate, one that was told not to, some that were never told."""

from __future__ import annotations

from organisation import Organisation


def seed(organisation: Organisation) -> None:
    """Seeds the profile."""
    mixed = organisation.account("mixed", "/")
    mixed.vpc("us-east-1", name="web", validation="ENABLE")
    mixed.vpc("us-east-1", name="batch", validation="DISABLE")
    mixed.vpc("us-east-1")
    mixed.vpc("eu-west-1", name="mirror", validation="ENABLE")
    sound = organisation.account("sound", "/")
    sound.vpc("us-east-1", name="only", validation="ENABLE")
