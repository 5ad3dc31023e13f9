resource "aws_cloudwatch_log_group" "queries" {
  name              = "/aws/route53/${var.zone_name}"
  retention_in_days = 90
}

# An account may have ten of these in a region; with many zones, share one.
resource "aws_cloudwatch_log_resource_policy" "queries" {
  policy_name     = "route53-query-logs-${aws_route53_zone.main.zone_id}"
  policy_document = data.aws_iam_policy_document.queries.json
}

data "aws_iam_policy_document" "queries" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.queries.arn}:*"]

    principals {
      type        = "Service"
      identifiers = ["route53.amazonaws.com"]
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
}

resource "aws_route53_query_log" "main" {
  zone_id                  = aws_route53_zone.main.zone_id
  cloudwatch_log_group_arn = aws_cloudwatch_log_group.queries.arn

  # Route 53 tries to write before it accepts the configuration.
  depends_on = [aws_cloudwatch_log_resource_policy.queries]
}
