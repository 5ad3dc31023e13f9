"""Collects an organisation with boto3 and a thread pool, paced as AWS's limits ask for.

The same work as `zonewarden collect`, as a script of an afternoon would do it: every account in a
thread, each with a token bucket for Route 53. `collect_boto3.py SHARE` prints time and CPU.
"""

import concurrent.futures
import contextlib
import resource
import sys
import threading
import time

import boto3
from botocore.config import Config

SHARE = float(sys.argv[1])
CONFIG = Config(retries={"max_attempts": 5, "mode": "standard"}, max_pool_connections=8)
ROLE = "OrganizationAccountAccessRole"


class Bucket:
    """So many requests at once, then so many a second."""

    def __init__(self, burst, rate):
        self.tokens, self.burst, self.rate = burst, burst, rate
        self.counted = time.monotonic()
        self.lock = threading.Lock()

    def take(self):
        with self.lock:
            now = time.monotonic()
            self.tokens = min(self.burst, self.tokens + (now - self.counted) * self.rate)
            self.counted = now
            self.tokens -= 1
            wait = max(0.0, -self.tokens / self.rate)
        time.sleep(wait)


def pages(call, token_in, token_out, items, **arguments):
    token = None
    while True:
        answer = call(**arguments, **({token_in: token} if token else {}))
        yield from answer[items]
        token = answer.get(token_out)
        if not token:
            return


def accounts_of(organizations):
    parents = [root["Id"] for root in organizations.list_roots()["Roots"]]
    while parents:
        parent = parents.pop()
        call = organizations.list_organizational_units_for_parent
        parents += [
            unit["Id"]
            for unit in pages(call, "NextToken", "NextToken", "OrganizationalUnits", ParentId=parent)
        ]
        call = organizations.list_accounts_for_parent
        yield from pages(call, "NextToken", "NextToken", "Accounts", ParentId=parent)


def read(account, session, workers):
    bucket = Bucket(50 * SHARE, 10 * SHARE)
    route53 = session.client("route53", config=CONFIG)

    def paced(call):
        def paced_call(**arguments):
            bucket.take()
            return call(**arguments)

        return paced_call

    zones = list(pages(paced(route53.list_hosted_zones), "Marker", "NextMarker", "HostedZones"))
    ids = [zone["Id"].removeprefix("/hostedzone/") for zone in zones if not zone["Config"]["PrivateZone"]]
    futures = [workers.submit(paced(route53.get_dnssec), HostedZoneId=zone) for zone in ids]
    for start in range(0, len(ids), 10):
        batch = ids[start : start + 10]
        call = paced(route53.list_tags_for_resources)
        workers.submit(call, ResourceType="hostedzone", ResourceIds=batch).result()
    if ids:
        list(pages(paced(route53.list_query_logging_configs), "NextToken", "NextToken", "QueryLoggingConfigs"))
    arns = set()
    for future in futures:
        arns |= {ksk["KmsArn"] for ksk in future.result()["KeySigningKeys"]}
    kms = session.client("kms", region_name="us-east-1", config=CONFIG)
    for arn in arns:
        kms.describe_key(KeyId=arn)
        # A disabled key has none to give.
        with contextlib.suppress(kms.exceptions.DisabledException):
            kms.get_public_key(KeyId=arn)
        kms.get_key_policy(KeyId=arn, PolicyName="default")
    cloudwatch = session.client("cloudwatch", region_name="us-east-1", config=CONFIG)
    list(pages(cloudwatch.describe_alarms, "NextToken", "NextToken", "MetricAlarms"))
    return len(ids), len(arns)


def main():
    began = time.monotonic()
    own = boto3.Session()
    sts = own.client("sts", config=CONFIG)
    caller = sts.get_caller_identity()["Account"]
    organizations = own.client("organizations", config=CONFIG)
    organizations.describe_organization()
    lock = threading.Lock()

    def enter(account):
        if account == caller:
            session = own
        else:
            arn = f"arn:aws:iam::{account}:role/{ROLE}"
            keys = sts.assume_role(RoleArn=arn, RoleSessionName="bench")["Credentials"]
            # Making sessions is not safe from several threads at once.
            with lock:
                session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        with concurrent.futures.ThreadPoolExecutor(4) as workers:
            return read(account, session, workers)

    accounts = [account["Id"] for account in accounts_of(organizations) if account["State"] == "ACTIVE"]
    with concurrent.futures.ThreadPoolExecutor(len(accounts)) as pool:
        counts = list(pool.map(enter, accounts))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(
        f"boto3: {time.monotonic() - began:.1f} s, {usage.ru_utime + usage.ru_stime:.1f} s CPU, "
        f"peak memory {usage.ru_maxrss >> 10} MB; {sum(zones for zones, _ in counts)} zones, "
        f"{sum(keys for _, keys in counts)} keys, {len(accounts)} accounts",
        flush=True,
    )


main()
