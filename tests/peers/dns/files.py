"""The files of a tree's folder that more than one program reads."""

# Master files: the root's NS with their addresses, and the DS of the root's KSK.
ROOT_HINTS = "root.hints"
TRUST_ANCHOR = "root.ds"
# The same key as BIND's trust-anchors statement.
BIND_ANCHORS = "root.anchors"
# A servers.Layout.
LAYOUT = "layout.json"
