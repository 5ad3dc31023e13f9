package lib.names

known(name) if {
	some ending in data.naming.endings
	endswith(name, ending)
}
