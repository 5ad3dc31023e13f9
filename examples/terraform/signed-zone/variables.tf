variable "zone_name" {
  description = "The name of the zone."
  type        = string
}

variable "alarm_email" {
  description = "The address that is told when signing is about to fail."
  type        = string
}
