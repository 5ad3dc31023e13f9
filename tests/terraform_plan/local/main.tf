variable "domain" {
  default = "example.com"
}
provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
locals {
  hop = aws_route53_zone.main.zone_id
}
resource "aws_route53_zone" "main" {
  name = var.domain
}
data "aws_iam_policy_document" "key" {
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
  deletion_window_in_days  = 7
  policy                   = data.aws_iam_policy_document.key.json
}
resource "aws_route53_key_signing_key" "k" {
  hosted_zone_id             = local.hop
  key_management_service_arn = aws_kms_key.ksk.arn
  name                       = "ksk1"
}
resource "aws_route53_hosted_zone_dnssec" "main" {
  hosted_zone_id = aws_route53_key_signing_key.k.hosted_zone_id
}
