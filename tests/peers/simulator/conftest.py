"""Starts the simulator and gives boto3 clients that ask it and nobody else."""

import os
import pathlib
import subprocess
from dataclasses import dataclass, field

import boto3
import pytest
from botocore.config import Config
from tree import Tree

HERE = pathlib.Path(__file__).parent
ONE_ATTEMPT = Config(
    retries={"total_max_attempts": 1}, read_timeout=10, connect_timeout=10
)


@dataclass
class Simulator:
    """A running simulator, and clients with its credentials or those of a role."""

    process: subprocess.Popen
    environment: dict
    sessions: dict = field(default_factory=dict)

    def client(self, service, region="us-east-1", config=None, credentials=None):
        """A client of the management account, or with the credentials given."""
        keys = credentials or {
            "aws_access_key_id": self.environment["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": self.environment["AWS_SECRET_ACCESS_KEY"],
        }
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.environment["AWS_ENDPOINT_URL"],
            config=ONE_ATTEMPT.merge(config) if config else ONE_ATTEMPT,
            **keys,
        )

    def assume(self, account, role="OrganizationAccountAccessRole", **more):
        """Credentials of a role, as keyword arguments of a client."""
        answer = self.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{account}:role/{role}",
            RoleSessionName="peer",
            **more,
        )["Credentials"]
        return {
            "aws_access_key_id": answer["AccessKeyId"],
            "aws_secret_access_key": answer["SecretAccessKey"],
            "aws_session_token": answer["SessionToken"],
        }

    def member(self, service, account, **options):
        """A client of a member account, through its default role."""
        if account not in self.sessions:
            self.sessions[account] = self.assume(account)
        return self.client(service, credentials=self.sessions[account], **options)


def launch(*arguments):
    """Starts the binary, and reads what it says of itself."""
    process = subprocess.Popen(
        [os.environ["ZONEWARDEN_SIMULATOR"], *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    count = 5 if "--dns" in arguments else 4
    lines = [process.stdout.readline().strip() for _ in range(count)]
    return Simulator(process, dict(line.split("=", 1) for line in lines))


def close(simulator):
    """Ends it as its parent's end would, and gives its exit code."""
    simulator.process.stdin.close()
    code = simulator.process.wait(timeout=30)
    simulator.process.stdout.close()
    return code


def launch_tree(directory, *arguments):
    """Starts the binary with its DNS, and gives the tree that it serves."""
    running = launch(*arguments, "--no-limits", "--dns", directory)
    return Tree(running, directory, int(running.environment["DNS_PORT"]))


@pytest.fixture
def start():
    """Starts simulators that end with the test."""
    running = []

    def start_one(*arguments):
        running.append(launch(*arguments))
        return running[-1]

    yield start_one
    for simulator in running:
        if simulator.process.poll() is None:
            close(simulator)


@pytest.fixture(scope="session")
def simulator():
    """The organisation of organization.toml."""
    running = launch("--config", HERE / "organization.toml", "--no-limits")
    yield running
    close(running)


@pytest.fixture(scope="session")
def demo():
    """The organisation of `zonewarden demo`."""
    running = launch("--demo", "--no-limits")
    yield running
    close(running)


@pytest.fixture(scope="session")
def demo_tree(tmp_path_factory):
    """The DNS of `zonewarden demo`."""
    tree = launch_tree(tmp_path_factory.mktemp("demo"), "--demo")
    yield tree
    close(tree.simulator)


@pytest.fixture(scope="session")
def tree(tmp_path_factory):
    """The DNS of dns.toml."""
    tree = launch_tree(tmp_path_factory.mktemp("dns"), "--config", HERE / "dns.toml")
    yield tree
    close(tree.simulator)
