data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

resource "aws_route53_zone" "main" {
  name = var.zone_name

  lifecycle {
    prevent_destroy = true
  }
}

# One key for one zone: what happens to it happens to no other.
resource "aws_kms_key" "ksk" {
  description              = "Key-signing key of ${var.zone_name}"
  key_usage                = "SIGN_VERIFY"
  customer_master_key_spec = "ECC_NIST_P256"
  deletion_window_in_days  = 30
  policy                   = data.aws_iam_policy_document.ksk.json

  lifecycle {
    prevent_destroy = true
  }
}

# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/access-control-managing-permissions.html#KMS-key-policy-for-DNSSEC
data "aws_iam_policy_document" "ksk" {
  statement {
    sid       = "Administer the key by IAM policies of the account"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }

  statement {
    sid       = "Allow Route 53 DNSSEC to sign this zone"
    actions   = ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["dnssec-route53.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_route53_zone.main.arn]
    }
  }

  statement {
    sid       = "Allow Route 53 DNSSEC to create grants"
    actions   = ["kms:CreateGrant"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["dnssec-route53.amazonaws.com"]
    }

    condition {
      test     = "Bool"
      variable = "kms:GrantIsForAWSResource"
      values   = ["true"]
    }
  }
}

resource "aws_route53_key_signing_key" "main" {
  hosted_zone_id             = aws_route53_zone.main.zone_id
  key_management_service_arn = aws_kms_key.ksk.arn
  name                       = "ksk1"
  status                     = "ACTIVE"

  lifecycle {
    prevent_destroy = true
  }
}

# The reference makes signing wait for the KSK.
resource "aws_route53_hosted_zone_dnssec" "main" {
  hosted_zone_id = aws_route53_key_signing_key.main.hosted_zone_id
  signing_status = "SIGNING"

  lifecycle {
    prevent_destroy = true
  }
}
