"""The name servers of the tree, on loopback: NSD, and sockets that are silent."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import dns.exception
import dns.message
import dns.query

from tools import program

START_SECONDS = 30
HERE = Path(__file__).parent


class Daemon:
    """A server in the foreground that ends when it is told to, and with its parent."""

    def __init__(self, name: str, command: list[Any], folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        dies_with_parent = ["setpriv", "--pdeathsig", "TERM"]
        path = program(str(command[0])) or command[0]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*dies_with_parent, path, *map(str, command[1:])],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folder,
            )

    def await_answer(self, address: str, port: int) -> None:
        """Returns once the server answers anything."""
        query = dns.message.make_query(".", "SOA")
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                dns.query.udp(query, address, port=port, timeout=0.2)
            except (dns.exception.Timeout, OSError):
                time.sleep(0.02)
                continue
            return
        raise RuntimeError(f"{self.name} does not answer:\n{self.log.read_text()[-4000:]}")

    def stop(self) -> None:
        """Stops the server and waits for its end."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


@dataclass(frozen=True)
class Content:
    """Zones and their files, and the addresses that serve just those."""

    addresses: list[str]
    zones: dict[str, str]


@dataclass(frozen=True)
class Online:
    """A zone that online.py signs as it answers at an address; the keys are as it takes them."""

    address: str
    zone: str
    file: str
    ksk: str
    zsk: str


@dataclass(frozen=True)
class Layout:
    """What is served where; plain data, so that another process can serve it too."""

    contents: list[Content]
    silent: list[str]
    online: list[Online] = field(default_factory=list)

    @classmethod
    def read(cls, file: Path) -> Self:
        """Reads what `write` wrote."""
        layout = json.loads(file.read_text())
        return cls(
            [Content(**content) for content in layout["contents"]],
            layout["silent"],
            [Online(**online) for online in layout["online"]],
        )

    def write(self, file: Path) -> None:
        """Writes it as JSON."""
        file.write_text(json.dumps(asdict(self)))


class Servers:
    """All name servers of a layout on one port, an NSD for each content; a context manager."""

    def __init__(self, layout: Layout, folder: Path, port: int, processes: int = 1) -> None:
        self.layout = layout
        self.folder = folder
        self.port = port
        self.processes = processes
        self.ipv6 = has_ipv6(port)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for address in self.layout.silent:
                stack.enter_context(silent_socket(address, self.port))
            started = []
            for number, content in enumerate(self.layout.contents):
                addresses = [one for one in content.addresses if one != "::1" or self.ipv6]
                if addresses:
                    nsd = stack.enter_context(self._nsd(number, addresses, content.zones))
                    started.append((nsd, addresses))
            for online in self.layout.online:
                signer = stack.enter_context(self._online(online))
                started.append((signer, [online.address]))
            for server, addresses in started:
                for address in addresses:
                    server.await_answer(address, self.port)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def _online(self, online: Online) -> Daemon:
        name = f"online-{online.address}-on-{self.port}"
        where = [online.address, self.port]
        keys = [online.ksk, online.zsk]
        program = [sys.executable, HERE / "online.py"]
        return Daemon(name, [*program, *where, online.zone, online.file, *keys], self.folder)

    def _nsd(self, number: int, addresses: list[str], zones: dict[str, str]) -> Daemon:
        name = f"nsd-{number}-on-{self.port}"
        folder = self.folder / name
        folder.mkdir()
        configuration = nsd_configuration(folder, addresses, self.port, zones, self.processes)
        (folder / "nsd.conf").write_text(configuration)
        return Daemon(name, ["nsd", "-d", "-c", "nsd.conf"], folder)


def nsd_configuration(
    folder: Path, addresses: list[str], port: int, zones: dict[str, str], processes: int
) -> str:
    """The configuration of an NSD that keeps all of its files in a folder and limits no rate."""
    listen = "".join(f"    ip-address: {address}@{port}\n" for address in addresses)
    served = "".join(
        f'zone:\n    name: "{zone}"\n    zonefile: "{file}"\n' for zone, file in zones.items()
    )
    return f"""server:
{listen}    server-count: {processes}
    username: ""
    chroot: ""
    database: ""
    zonesdir: "{folder}"
    pidfile: ""
    xfrdfile: "{folder}/xfrd.state"
    zonelistfile: "{folder}/zone.list"
    xfrdir: "{folder}"
    rrl-ratelimit: 0
    rrl-whitelist-ratelimit: 0
    hide-version: yes
remote-control:
    control-enable: no
{served}"""


def has_ipv6(port: int) -> bool:
    """Whether the host has ::1 to listen on."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", port))
    except OSError:
        return False
    return True


def silent_socket(address: str, port: int) -> socket.socket:
    """A UDP socket that takes queries and answers none; TCP is refused there."""
    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    silent.bind((address, port))
    return silent


def free_port() -> int:
    """A port that is free for UDP and TCP on every IPv4 address of the host."""
    while True:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind(("", 0))
            port = tcp.getsockname()[1]
            try:
                udp.bind(("", port))
            except OSError:
                continue
            return port
