locals {
  # The metrics come every four hours.
  metric_period = 4 * 60 * 60

  # Some months before the three years after which a KSK is due to be replaced.
  ksk_age_days = 1000
}

resource "aws_sns_topic" "dnssec" {
  name = "dnssec-alarms"
}

resource "aws_sns_topic_subscription" "dnssec" {
  topic_arn = aws_sns_topic.dnssec.arn
  protocol  = "email"
  endpoint  = var.alarm_email
}

resource "aws_cloudwatch_metric_alarm" "internal_failure" {
  alarm_name          = "dnssec-internal-failure-${aws_route53_zone.main.zone_id}"
  alarm_description   = "Route 53 cannot sign ${var.zone_name}."
  namespace           = "AWS/Route53"
  metric_name         = "DNSSECInternalFailure"
  dimensions          = { HostedZoneId = aws_route53_zone.main.zone_id }
  statistic           = "Sum"
  period              = local.metric_period
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.dnssec.arn]
}

resource "aws_cloudwatch_metric_alarm" "ksk_action" {
  alarm_name          = "dnssec-ksk-action-${aws_route53_zone.main.zone_id}"
  alarm_description   = "A KSK of ${var.zone_name} needs action: its KMS key cannot be used."
  namespace           = "AWS/Route53"
  metric_name         = "DNSSECKeySigningKeysNeedingAction"
  dimensions          = { HostedZoneId = aws_route53_zone.main.zone_id }
  statistic           = "Sum"
  period              = local.metric_period
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.dnssec.arn]
}

resource "aws_cloudwatch_metric_alarm" "ksk_age" {
  alarm_name          = "dnssec-ksk-age-${aws_route53_zone.main.zone_id}"
  alarm_description   = "The KSK of ${var.zone_name} is due to be replaced."
  namespace           = "AWS/Route53"
  metric_name         = "DNSSECKeySigningKeyAge"
  dimensions          = { HostedZoneId = aws_route53_zone.main.zone_id }
  statistic           = "Maximum"
  period              = local.metric_period
  evaluation_periods  = 1
  threshold           = local.ksk_age_days * 24 * 60 * 60
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.dnssec.arn]
}
