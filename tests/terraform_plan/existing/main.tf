terraform {
  backend "local" {}
}

provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

# Its signing is no longer here, and so will be destroyed.
resource "aws_route53_zone" "unsigned" {
  name = "unsigned.example"
}

# Its key cannot become RSA, and so will be replaced, and with it the KSK.
resource "aws_route53_zone" "replaced" {
  name = "replaced.example"
}

resource "aws_kms_key" "replaced" {
  customer_master_key_spec = "RSA_2048"
  key_usage                = "SIGN_VERIFY"
}

resource "aws_route53_key_signing_key" "replaced" {
  hosted_zone_id             = aws_route53_zone.replaced.id
  key_management_service_arn = aws_kms_key.replaced.arn
  name                       = "replaced"
}

resource "aws_route53_hosted_zone_dnssec" "replaced" {
  hosted_zone_id = aws_route53_key_signing_key.replaced.hosted_zone_id
}

# One of its two KSKs is turned off, and the other stays.
resource "aws_route53_zone" "rolled" {
  name = "rolled.example"
}

resource "aws_kms_key" "rolled" {
  customer_master_key_spec = "ECC_NIST_P256"
  key_usage                = "SIGN_VERIFY"
}

resource "aws_route53_key_signing_key" "rolled" {
  for_each = {
    old = "INACTIVE"
    new = "ACTIVE"
  }
  hosted_zone_id             = aws_route53_zone.rolled.id
  key_management_service_arn = aws_kms_key.rolled.arn
  name                       = each.key
  status                     = each.value
}

resource "aws_route53_hosted_zone_dnssec" "rolled" {
  hosted_zone_id = aws_route53_zone.rolled.id
}

# Its signing is turned off.
resource "aws_route53_zone" "off" {
  name = "off.example"
}

resource "aws_route53_hosted_zone_dnssec" "off" {
  hosted_zone_id = aws_route53_zone.off.id
  signing_status = "NOT_SIGNING"
}

# Forgotten, not destroyed.
removed {
  from = aws_route53_hosted_zone_dnssec.forgotten
  lifecycle {
    destroy = false
  }
}
