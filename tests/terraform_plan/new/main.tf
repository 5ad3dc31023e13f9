terraform {
  backend "local" {}
}

provider "aws" {
  region                      = var.region
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variable "region" {
  default = "us-east-1"
}

variable "comment" {
  default   = "open sesame"
  sensitive = true
}

locals {
  zone_id = aws_route53_zone.main.zone_id
}

resource "aws_route53_zone" "main" {
  name    = "example.com"
  comment = var.comment
}

resource "aws_route53_zone" "child" {
  name = "child.example.com"

  dynamic "vpc" {
    for_each = aws_sns_topic.dnssec.arn == "" ? [1] : []
    content {
      vpc_id = "vpc-1"
    }
  }
}

data "aws_iam_policy_document" "ksk" {
  statement {
    actions   = ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"]
    resources = ["*"]
    principals {
      type        = "Service"
      identifiers = ["dnssec-route53.amazonaws.com"]
    }
    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_route53_zone.main.arn]
    }
  }
}

resource "aws_kms_key" "ksk" {
  customer_master_key_spec = "ECC_NIST_P256"
  key_usage                = "SIGN_VERIFY"
  policy                   = data.aws_iam_policy_document.ksk.json
}

resource "aws_kms_key" "encoded" {
  customer_master_key_spec = "ECC_NIST_P256"
  key_usage                = "SIGN_VERIFY"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "dnssec-route53.amazonaws.com" }
      Action    = ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"]
      Resource  = "*"
      Condition = { ArnEquals = { "aws:SourceArn" = aws_route53_zone.main.arn } }
    }]
  })

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_key" "plain" {
  key_usage = "SIGN_VERIFY"
}

resource "aws_route53_key_signing_key" "main" {
  hosted_zone_id             = aws_route53_zone.main.id
  key_management_service_arn = aws_kms_key.ksk.arn
  name                       = "first"
}

resource "aws_route53_hosted_zone_dnssec" "main" {
  hosted_zone_id = aws_route53_key_signing_key.main.hosted_zone_id
}

resource "aws_route53_hosted_zone_dnssec" "local" {
  hosted_zone_id = local.zone_id
}

resource "aws_route53_hosted_zone_dnssec" "either" {
  hosted_zone_id = var.region == "" ? aws_route53_zone.main.id : aws_route53_zone.child.id
}

resource "aws_sns_topic" "dnssec" {
  name = "dnssec"
}

resource "aws_cloudwatch_metric_alarm" "failure" {
  alarm_name          = "dnssec-${aws_route53_zone.main.zone_id}"
  namespace           = "AWS/Route53"
  metric_name         = "DNSSECInternalFailure"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  period              = 14400
  statistic           = "Sum"
  threshold           = 0
  dimensions          = { HostedZoneId = aws_route53_zone.main.zone_id }
  alarm_actions       = [aws_sns_topic.dnssec.arn]
  depends_on          = [aws_route53_hosted_zone_dnssec.main]
}

resource "aws_cloudwatch_log_group" "queries" {
  name = "/aws/route53/example.com"
}

resource "aws_route53_query_log" "main" {
  cloudwatch_log_group_arn = aws_cloudwatch_log_group.queries.arn
  zone_id                  = aws_route53_zone.main.zone_id
}

resource "aws_route53_record" "delegation" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "child"
  type    = "NS"
  ttl     = 300
  records = aws_route53_zone.child.name_servers
}

resource "aws_route53_record" "ds" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "child"
  type    = "DS"
  ttl     = 300
  records = [aws_route53_key_signing_key.main.ds_record]
}
