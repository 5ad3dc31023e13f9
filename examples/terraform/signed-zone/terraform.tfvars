zone_name   = "example.com"
alarm_email = "dns@example.com"
