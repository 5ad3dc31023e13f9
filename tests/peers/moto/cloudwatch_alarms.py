"""CloudWatch alarms as the API reference has them: pages, and composite alarms where asked for.

Source: the CloudWatch API reference, DescribeAlarms (AlarmTypes, MaxRecords, NextToken).
"""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.exceptions import CloudWatchException, InvalidParameterValue
from moto.cloudwatch.models import Alarm
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

LARGEST_PAGE = 100


class InvalidNextToken(CloudWatchException):
    code = "InvalidNextToken"
    message = "The next token specified is invalid."


def install() -> None:
    """Adds PutCompositeAlarm, and replaces DescribeAlarms, which knows neither pages nor types."""
    describe_all = CloudWatchResponse.describe_alarms

    def describe_alarms(self: CloudWatchResponse) -> ActionResult:
        found: Any = describe_all(self).result
        types = self._get_param("AlarmTypes") or ["MetricAlarm"]
        size = self._get_int_param("MaxRecords", LARGEST_PAGE)
        if not 1 <= size <= LARGEST_PAGE:
            raise InvalidParameterValue(f"MaxRecords must be from 1 to {LARGEST_PAGE}")
        alarms = [
            (kind, alarm)
            for kind, member in (
                ("MetricAlarm", "MetricAlarms"),
                ("CompositeAlarm", "CompositeAlarms"),
            )
            if kind in types
            for alarm in found[member]
        ]
        alarms.sort(key=lambda entry: entry[1].name)
        start = self._get_param("NextToken") or "0"
        if not start.isdecimal():
            raise InvalidNextToken
        end = int(start) + size
        page = alarms[int(start) : end]
        return ActionResult(
            {
                "MetricAlarms": [alarm for kind, alarm in page if kind == "MetricAlarm"],
                "CompositeAlarms": [alarm for kind, alarm in page if kind == "CompositeAlarm"],
                "NextToken": str(end) if end < len(alarms) else None,
            }
        )

    CloudWatchResponse.describe_alarms = describe_alarms
    # moto's own method takes a rule, but no action leads to it.
    CloudWatchResponse.put_composite_alarm = CloudWatchResponse.put_metric_alarm
    Alarm.state_transitioned_timestamp = property(lambda self: self.state_updated_timestamp)
