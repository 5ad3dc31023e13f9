"""An answer of Route 53 that leaves out a zone that it was asked about."""

from __future__ import annotations

from typing import Any

from moto.route53.models import Route53Backend

omitted: set[str] = set()


def omit(hosted_zone_id: str) -> None:
    """Leaves a zone out of every answer of ListTagsForResources from now on."""
    omitted.add(hosted_zone_id)


def install() -> None:
    """Puts the omissions behind moto's own answer."""
    list_tags = Route53Backend.list_tags_for_resources

    def list_some_tags(
        self: Route53Backend, resource_type: str, resource_ids: list[str]
    ) -> list[dict[str, Any]]:
        sets = list_tags(self, resource_type, resource_ids)
        return [tags for tags in sets if tags["ResourceId"] not in omitted]

    Route53Backend.list_tags_for_resources = list_some_tags
