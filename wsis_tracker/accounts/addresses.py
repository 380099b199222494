"""Addresses of the internet: the one that a request comes from, and networks of them."""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def address_of(request):
    """The address of the client as text, empty where a request has none.

    Behind a proxy it is the last one in X-Forwarded-For, which the proxy itself has written: those before it are the client's
    own word. An IPv4 address that came as IPv6 (`::ffff:192.0.2.7`) is the IPv4 address.
    """
    told = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() if settings.BEHIND_PROXY else ""
    for text in (told, request.META.get("REMOTE_ADDR", "")):
        try:
            address = ip_address(text)
        except ValueError:
            continue
        return str(getattr(address, "ipv4_mapped", None) or address)
    return ""


def networks(texts):
    """Addresses and networks as typed, each once and as it is written by rule; ValidationError names what is neither."""
    found = {}
    for text in texts:
        try:
            found[str(ip_network(text))] = text
        except ValueError:
            said = _("“%(value)s” is no address and no network: write 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32.")
            raise ValidationError(said, code="invalid", params={"value": text}) from None
    return list(found)


def is_within(address, texts):
    """Whether an address, as text, lies in one of the networks; no address lies in none."""
    return bool(address) and any(ip_address(address) in ip_network(text) for text in texts)
