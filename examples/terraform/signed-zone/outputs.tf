output "ds_record" {
  description = "The DS record for the parent zone."
  value       = aws_route53_key_signing_key.main.ds_record
}

output "name_servers" {
  description = "The name servers for the delegation in the parent zone."
  value       = aws_route53_zone.main.name_servers
}
