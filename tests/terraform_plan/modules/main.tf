variable "region" {
  default = "us-east-1"
}
variable "names" {
  default = ["a.example", "b.example"]
}
provider "aws" {
  region                      = var.region
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
provider "aws" {
  alias                       = "ireland"
  region                      = "eu-west-1"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
module "zones" {
  source   = "./zones"
  for_each = toset(var.names)
  name     = each.key
  key_arn  = aws_kms_key.ksk.arn
}
module "far" {
  source    = "./zones"
  name      = "far.example"
  key_arn   = aws_kms_key.ksk.arn
  providers = { aws = aws.ireland }
}
resource "aws_kms_key" "ksk" {
  customer_master_key_spec = "ECC_NIST_P256"
  key_usage                = "SIGN_VERIFY"
}
resource "aws_sns_topic" "t" {
  name = "t"
}
resource "aws_cloudwatch_metric_alarm" "z" {
  for_each            = module.zones
  alarm_name          = "dnssec-${each.key}"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  metric_name         = "DNSSECInternalFailure"
  namespace           = "AWS/Route53"
  period              = 60
  statistic           = "Sum"
  threshold           = 0
  dimensions          = { HostedZoneId = each.value.zone_id }
  alarm_actions       = [aws_sns_topic.t.arn]
}
resource "aws_route53_hosted_zone_dnssec" "out" {
  for_each       = toset(var.names)
  hosted_zone_id = module.zones[each.key].zone_id
}
resource "aws_route53_zone" "counted" {
  count = 2
  name  = "c${count.index}.example"
  dynamic "vpc" {
    for_each = aws_sns_topic.t.arn == "x" ? [1] : []
    content {
      vpc_id = "vpc-1"
    }
  }
}
resource "aws_route53_hosted_zone_dnssec" "counted" {
  count          = 2
  hosted_zone_id = aws_route53_zone.counted[count.index].id
  signing_status = "NOT_SIGNING"
}
resource "aws_route53_hosted_zone_dnssec" "first" {
  hosted_zone_id = aws_route53_zone.counted[0].id
}
resource "aws_route53_record" "ns" {
  zone_id = aws_route53_zone.counted[0].zone_id
  name    = "sub"
  type    = "NS"
  ttl     = 300
  records = aws_route53_zone.counted[1].name_servers
}
resource "aws_route53_record" "ds" {
  zone_id = aws_route53_zone.counted[0].zone_id
  name    = "sub"
  type    = "DS"
  ttl     = 300
  records = [module.far.ds]
}
output "x" {
  value     = "secret"
  sensitive = true
}
