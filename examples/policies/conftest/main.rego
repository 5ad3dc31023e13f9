package main

import data.lib.names

deny contains msg if {
	not names.known(input.zone.name)
	msg := sprintf("%s ends in none of %s", [input.zone.name, concat(", ", data.naming.endings)])
}

warn contains msg if {
	not input.zone.comment
	msg := sprintf("%s has no comment", [input.zone.name])
}
