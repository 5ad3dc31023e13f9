"""Fills a moto server with an organisation, by boto3 alone, and prints what it holds.

Usage: seed.py ENDPOINT [--profile full|logging|parents|registrar|small|vpcs]

Standard output gets one JSON document with the members

organization, management
    the ids of the organisation and of its management account
accounts
    id, name, ou (`/` is the root), state, tags, readable (whether the role can be assumed)
zones
    account, id, name, private, comment, resource_record_set_count, tags, serve_signature,
    status_message, query_logs (log group ARNs), ksks (name, status, status_message, key, key_tag,
    digest_value, ds_record, dnskey_record), delegation_set (the names of its servers), record_sets
    (name, type, ttl, set_identifier, values); the last seven are empty for a private zone
keys
    arn, account, state, policy (which of `key_policies.KINDS`), zones (the ids that use it)
alarms
    account, arn, name, kind (metric, composite), namespaces, metric_names, zones (the ids in its
    dimensions), alarm_actions, actions_enabled
topics
    arn, confirmed, pending
log_groups
    account, arn, retention (in days)
log_policies
    account, name, document
vpcs
    account, region, id, name, is_default, validation_status
domains
    account, name, auto_renew, expiration (in seconds since 1970), status_list, nameservers,
    dnssec_keys (id, key_tag, algorithm, digest_type, digest)

All but `readable` and `policy` is read back from the server.
"""

from __future__ import annotations

import argparse
import json
import sys
import urllib.request
from collections.abc import Callable

import full_profile
import logging_profile
import parents_profile
import registrar_profile
import small_profile
import vpcs_profile
from organisation import Organisation
from read_back import read_back

PROFILES: dict[str, Callable[[Organisation], None]] = {
    "full": full_profile.seed,
    "logging": logging_profile.seed,
    "parents": parents_profile.seed,
    "registrar": registrar_profile.seed,
    "small": small_profile.seed,
    "vpcs": vpcs_profile.seed,
}

# Any number: it makes every id that moto draws the same in every run.
RANDOM_SEED = 4035


def main() -> None:
    parser = argparse.ArgumentParser(description="Fill a moto server with an organisation.")
    parser.add_argument("endpoint")
    parser.add_argument("--profile", choices=PROFILES, default="full")
    arguments = parser.parse_args()
    urllib.request.urlopen(
        f"{arguments.endpoint}/moto-api/seed?a={RANDOM_SEED}", data=b"", timeout=10
    )
    organisation = Organisation(arguments.endpoint)
    PROFILES[arguments.profile](organisation)
    held = read_back(organisation)
    organisation.withdraw()
    for account in held["accounts"]:
        account["state"] = organisation.state(account["id"])
    json.dump(held, sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
