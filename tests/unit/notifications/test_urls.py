"""Which URLs webhooks may have, and how they are read."""

import pytest

from shared.notifications.urls import parse_url


@pytest.mark.parametrize(
    ("text", "authority", "target"),
    [
        ("https://hooks.example.com", "hooks.example.com:443", "/"),
        ("https://Hooks.Example.com/Tally?team=A%20B&x=1", "hooks.example.com:443", "/Tally?team=A%20B&x=1"),
        ("https://hooks.example.com:8443?x", "hooks.example.com:8443", "/?x"),
        ("http://localhost:9000/", "localhost:9000", "/"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example:443", "/"),
        ("https://8.8.8.8/", "8.8.8.8:443", "/"),
        ("https://[2606:4700:4700:0::1111]:8443/", "[2606:4700:4700::1111]:8443", "/"),
    ],
)
def test_a_url_is_read_into_what_is_connected_to_and_what_is_requested(text: str, authority: str, target: str) -> None:
    parsed = parse_url(text)

    assert (parsed.authority, parsed.target) == (authority, target)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hooks.example.com",
        "//hooks.example.com",
        "ftp://hooks.example.com",
        "HTTPS://hooks.example.com",
        "https:hooks.example.com",
        "https:///tally",
        "https://bücher.example",
        "https://hooks.example.com./",
        "https://hooks..example.com/",
        "https://-hooks.example.com/",
        "https://hooks_example.com/",
        f"https://{'a' * 64}.example.com/",
        f"https://{'.'.join(['a' * 60] * 5)}/",
        "https://hooks.example.com:0/",
        "https://hooks.example.com:65536/",
        "https://hooks.example.com:port/",
        "https://hooks.example.com:/",
        "https://hooks.example.com/\r\nHost: inside",
        "https://hooks.example.com/\n",
        "https://hooks.example.com/a b",
        "https://hooks.example.com\\@inside.example/",
        "https://hooks.example.com/\\inside",
        "https://hooks.example.com%2f@inside.example/",
        "https://[::1/",
        "https://[hooks.example.com]/",
        "https://[fe80::1%25eth0]/",
    ],
)
def test_anything_that_two_parsers_might_read_differently_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"must (have|be a URL)"):
        parse_url(text)


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "127.0.0.01", "1.2.3.4.5", "256.1.1.1", "a.0x1"],
)
def test_other_spellings_of_addresses_are_refused(host: str) -> None:
    with pytest.raises(ValueError, match="usual notation"):
        parse_url(f"https://{host}/")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("https://user@hooks.example.com/", "must have no user name"),
        ("https://user:word@hooks.example.com/", "must have no user name"),
        ("https://hooks.example.com/#part", "must have no fragment"),
        ("https://hooks.example.com#@inside.example/", "must have no fragment"),
    ],
)
def test_user_names_and_fragments_are_refused_by_name(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_url(text)
