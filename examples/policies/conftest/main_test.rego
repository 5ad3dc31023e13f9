package main

sound := {"zone": {"name": "example.com.", "comment": "the shop"}}

test_a_known_ending if count(deny) == 0 with input as sound

test_an_unknown_ending if {
	some msg in deny with input as {"zone": {"name": "example.invalid."}}
	startswith(msg, "example.invalid. ends in none of")
}

test_a_comment if count(warn) == 0 with input as sound

test_no_comment if "example.com. has no comment" in warn with input as {"zone": {"name": "example.com."}}
