"""Internet addresses of who reports. Pure Python: text in, text out."""

from ipaddress import ip_address, ip_network

# Of the newer addresses a household has all that begin with the same so many bits.
HOUSEHOLD = 64


def get_household(address):
    """Return what all addresses of one household have in common.

    >>> get_household("2001:db8::1"), get_household("2001:db8:0:0:9:8:7:6")
    ('2001:db8::/64', '2001:db8::/64')
    >>> get_household("::ffff:192.0.2.1"), get_household("192.0.2.1"), get_household("x")
    ('192.0.2.1', '192.0.2.1', 'x')
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ip_network((found, HOUSEHOLD), strict=False))
