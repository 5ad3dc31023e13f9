"""Builds the tree in a folder: keys, signed zone files, root hints and trust anchors."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from files import BIND_ANCHORS, LAYOUT, ROOT_HINTS, TRUST_ANCHOR
from servers import Content, Layout, Online
from signing import Key, ds_record, make_key, sign
from zones import HOSTS, IPV6_HOST, LAME, NO_ADDRESS, ONLINE, SILENT, Zone, is_below

DNSKEY_TTL = 3600


@dataclass
class Tree:
    """A tree that was built; `served` has, for each host, its zones and their files."""

    folder: Path
    network: str
    zones: list[Zone]
    ksks: dict[str, list[Key]] = field(default_factory=dict)
    zsks: dict[str, Key] = field(default_factory=dict)
    served: dict[str, dict[str, Path]] = field(default_factory=dict)

    def address(self, host: str) -> str:
        """The address of a name server."""
        return "::1" if host == IPV6_HOST else f"{self.network}.{HOSTS[host]}"

    def layout(self) -> Layout:
        """What is served at which address."""
        contents: list[Content] = []
        for host in [*self.served, *LAME]:
            if host in ONLINE:
                continue
            zones = {zone: str(file) for zone, file in self.served.get(host, {}).items()}
            address = self.address(host)
            same = next((content for content in contents if content.zones == zones), None)
            if same is None:
                contents.append(Content([address], zones))
            elif address not in same.addresses:
                same.addresses.append(address)
        return Layout(contents, [self.address(host) for host in SILENT], [*self._online()])

    def _online(self) -> Iterator[Online]:
        for zone in self.zones:
            if zone.online:
                for host in zone.servers:
                    file = self.served[host][zone.name]
                    ksk, zsk = self.ksks[zone.name][0], self.zsks[zone.name]
                    keys = str(ksk.stem), str(zsk.stem)
                    yield Online(self.address(host), zone.name, str(file), *keys)

    def zone(self, name: str) -> Zone:
        """The zone of a name."""
        return next(zone for zone in self.zones if zone.name == name)

    def parent(self, zone: Zone) -> Zone | None:
        """The closest zone above a zone that is delegated; the root has none."""
        above = [other for other in self.zones if zone.below(other.name) and other.ns]
        return max(above, key=lambda other: len(other.name), default=None)

    def children(self, zone: Zone) -> list[Zone]:
        """The zones right below a zone."""
        return [child for child in self.zones if self.parent(child) is zone]

    def ds(self, zone: Zone, server: str | None = None) -> list[str]:
        """The RDATA of the DS records of a zone, as its parent has them, or one of its servers."""
        recipes = zone.ds_at.get(server, zone.ds) if server else zone.ds
        return [
            ds_record(recipe, self._nobodys if recipe.ksk is None else self._ksk(zone, recipe.ksk))
            for recipe in recipes
        ]

    def _ksk(self, zone: Zone, number: int) -> Key:
        return self.ksks[zone.name][number]

    @property
    def _nobodys(self) -> Key:
        return self.ksks["nobody's"][0]

    def make_keys(self) -> None:
        """Makes the keys of all zones."""
        keys = self.folder / "keys"
        keys.mkdir()
        for zone in self.zones:
            self.ksks[zone.name] = [make_key(zone.name, keys, ksk=True) for _ in zone.ksks]
            if zone.signing:
                self.zsks[zone.name] = make_key(zone.name, keys, ksk=False)
        self.ksks["nobody's"] = [make_key("nobodys.test.", keys, ksk=True)]


def build(zones: list[Zone], folder: Path, network: str) -> Tree:
    """Builds the tree; `network` is the first three octets of its servers' addresses."""
    tree = Tree(folder, network, zones)
    tree.make_keys()
    with ThreadPoolExecutor() as pool:
        for built in [pool.submit(build_zone, tree, zone) for zone in zones]:
            for host, zone, file in built.result():
                tree.served.setdefault(host, {})[zone] = file
    root_servers = {host: tree.address(host) for host in tree.zone(".").ns}
    write_anchors(folder, root_servers, tree.ksks["."][0])
    tree.layout().write(folder / LAYOUT)
    return tree


def build_zone(tree: Tree, zone: Zone) -> list[tuple[str, str, Path]]:
    """Writes the files of a zone; gives for each of its servers which of them it serves."""
    files: dict[str, Path] = {}
    served = []
    for server in zone.servers:
        if server in SILENT:
            continue
        text = unsigned_zone(tree, zone, server)
        if text not in files:
            stem = "root" if zone.name == "." else zone.name
            file = tree.folder / f"{stem}{len(files)}.zone"
            file.write_text(text)
            if zone.signing and not zone.online:
                signers = [
                    key
                    for key, ksk in zip(tree.ksks[zone.name], zone.ksks, strict=True)
                    if ksk.signs
                ]
                signed = sign(zone.name, file, signers, tree.zsks[zone.name], zone.signing)
                file.write_text(zone.damage(signed))
            files[text] = file
        served.append((server, zone.name, files[text]))
    return served


def unsigned_zone(tree: Tree, zone: Zone, server: str) -> str:
    """The master file of a zone as a server has it, before it is signed."""
    ns = zone.child_ns or zone.ns or zone.delegation_set
    lines = [
        f"$ORIGIN {zone.name}",
        f"$TTL {zone.ttl}",
        f"@ {zone.soa_ttl} SOA {ns[0]} hostmaster 1 7200 900 1209600 3600",
        *(f"@ NS {host}" for host in ns),
        "@ A 192.0.2.1",
        "@ MX 10 mail",
        '@ TXT "zonewarden"',
        "mail A 192.0.2.2",
        zone.records or "www A 192.0.2.3",
    ]
    if zone.signing:
        published = [
            key for key, ksk in zip(tree.ksks[zone.name], zone.ksks, strict=True) if ksk.published
        ]
        lines += [f"@ {DNSKEY_TTL} DNSKEY {key.dnskey}" for key in published]
        lines.append(f"@ {DNSKEY_TTL} DNSKEY {tree.zsks[zone.name].dnskey}")
    needed = set(ns)
    for child in tree.children(zone):
        lines += [f"{child.name} NS {host}" for host in child.ns]
        lines += [f"{child.name} {child.ds_ttl} DS {ds}" for ds in tree.ds(child, server)]
        needed.update(child.ns)
    # Its own hosts, and the glue of the delegations.
    for host in sorted((needed | set(hosts_in(tree, zone))) - {NO_ADDRESS}):
        if is_below(host, zone.name):
            kind = "AAAA" if host == IPV6_HOST else "A"
            lines.append(f"{host} {kind} {tree.address(host)}")
    return "\n".join(lines) + "\n"


def hosts_in(tree: Tree, zone: Zone) -> list[str]:
    """The name servers whose names a zone has the authority for."""
    below = [child.name for child in tree.children(zone)]
    return [
        host
        for host in (*HOSTS, IPV6_HOST)
        if is_below(host, zone.name) and not any(is_below(host, child) for child in below)
    ]


def write_anchors(folder: Path, servers: dict[str, str], key: Key) -> None:
    """Writes the root hints, from the root's servers and their addresses, and the trust anchors."""
    hints = [
        line
        for host, address in servers.items()
        for line in (f". NS {host}", f"{host} A {address}")
    ]
    (folder / ROOT_HINTS).write_text("\n".join(["$TTL 3600", *hints]) + "\n")
    (folder / TRUST_ANCHOR).write_text(f". 3600 IN DS {key.ds()}\n")
    flags, protocol, algorithm, public_key = key.dnskey.split()
    (folder / BIND_ANCHORS).write_text(
        f'trust-anchors {{ . static-key {flags} {protocol} {algorithm} "{public_key}"; }};\n'
    )
