"""Which network addresses may be contacted on behalf of a stranger: those that are routable in the whole internet.

Takes and gives addresses only; knows nothing of names, URLs or sockets. The tables follow the IANA registries of
special-purpose addresses (RFC 6890 and its updates). They are our own because what the standard library calls global
differs between Python versions. An IPv6 address that carries an IPv4 one is judged by both.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_REFUSED_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network, unspecified
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by carriers (CGNAT)
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # the host's own service in Azure: public by number, private by use
        "169.254.0.0/16",  # link-local, the metadata services of the clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays, withdrawn
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")  # all that is given out; everything else is special
_REFUSED_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
)
_MAPPED = IPv6Network("::ffff:0:0/96")
_NAT64 = IPv6Network("64:ff9b::/96")
_6TO4 = IPv6Network("2002::/16")
_ISATAP_TAGS = (0x00005EFE, 0x02005EFE)


def is_public(address: str | IPv4Address | IPv6Address) -> bool:
    """True when the address is routable in the whole internet; False for anything else, texts that are no address
    and addresses with a zone (``fe80::1%eth0``) included."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return not any(parsed in network for network in _REFUSED_V4)
    if parsed.scope_id is not None:
        return False
    number = int(parsed)
    last_32_bits = IPv4Address(number & 0xFFFFFFFF)
    if parsed in _MAPPED or parsed in _NAT64:
        return is_public(last_32_bits)
    if parsed not in _GLOBAL_V6 or any(parsed in network for network in _REFUSED_V6):
        return False
    if parsed in _6TO4 and not is_public(IPv4Address(number >> 80 & 0xFFFFFFFF)):
        return False
    return (number >> 32 & 0xFFFFFFFF) not in _ISATAP_TAGS or is_public(last_32_bits)
