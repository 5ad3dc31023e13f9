variable "name" {}
variable "key_arn" {}
resource "aws_route53_zone" "this" {
  name = var.name
}
resource "aws_route53_key_signing_key" "this" {
  hosted_zone_id             = aws_route53_zone.this.id
  key_management_service_arn = var.key_arn
  name                       = "ksk1"
}
output "zone_id" {
  value = aws_route53_zone.this.zone_id
}
output "ds" {
  value = aws_route53_key_signing_key.this.ds_record
}
output "name" {
  value = aws_route53_zone.this.name
}
