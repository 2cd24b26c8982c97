"""Events go to public addresses and to those the operator opened; nothing else is as much as connected to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from app.domain.sending import TargetError
from app.webhooks.sender import WebhookSender
from tests.support.receiver import Receiver, Reply
from tests.webhooks.messages import MESSAGE, SECRET

HOSTILE = [
    ("loopback", "https://127.0.0.1/"),
    ("loopback, another of its addresses", "https://127.8.9.10/"),
    ("loopback by name", "https://localhost/"),
    ("loopback by name with a dot", "https://localhost./"),
    ("loopback in decimal", "https://2130706433/"),
    ("loopback in hexadecimal", "https://0x7f000001/"),
    ("loopback in octal", "https://0177.0.0.1/"),
    ("loopback in short", "https://127.1/"),
    ("this host", "https://0.0.0.0/"),
    ("this host in short", "https://0/"),
    ("loopback in IPv6", "https://[::1]/"),
    ("no address in IPv6", "https://[::]/"),
    ("loopback mapped into IPv6", "https://[::ffff:127.0.0.1]/"),
    ("loopback mapped into IPv6, in hexadecimal", "https://[::ffff:7f00:1]/"),
    ("loopback in the old embedding", "https://[::127.0.0.1]/"),
    ("metadata by NAT64", "https://[64:ff9b::169.254.169.254]/"),
    ("metadata by local NAT64", "https://[64:ff9b:1::a9fe:a9fe]/"),
    ("loopback by 6to4", "https://[2002:7f00:1::]/"),
    ("loopback by Teredo", "https://[2001:0:7f00:1::]/"),
    ("metadata", "https://169.254.169.254/latest/meta-data/"),
    ("metadata in decimal", "https://2852039166/"),
    ("metadata mapped into IPv6", "https://[::ffff:169.254.169.254]/"),
    ("metadata of another cloud in IPv6", "https://[fd00:ec2::254]/"),
    ("metadata in carrier-grade NAT", "https://100.100.100.200/"),
    ("metadata in 192.0.0.0/24", "https://192.0.0.192/"),
    ("metadata among public addresses", "https://168.63.129.16/"),
    ("private 10/8", "https://10.0.0.1/"),
    ("private 172.16/12", "https://172.31.255.255/"),
    ("private 192.168/16", "https://192.168.1.1/"),
    ("carrier-grade NAT", "https://100.64.0.1/"),
    ("benchmarks", "https://198.18.0.1/"),
    ("documentation", "https://203.0.113.7/"),
    ("multicast", "https://224.0.0.1/"),
    ("multicast in IPv6", "https://[ff02::1]/"),
    ("reserved", "https://240.0.0.1/"),
    ("broadcast", "https://255.255.255.255/"),
    ("link-local in IPv6", "https://[fe80::1]/"),
    ("unique local in IPv6", "https://[fc00::1]/"),
    ("6to4 relay", "https://192.88.99.1/"),
    ("a name that leads to loopback", "https://to-loopback.example/"),
    ("a name that leads to metadata", "https://to-metadata.example/"),
    ("a name that leads outside and inside", "https://both.example/"),
    ("a name that leads to a mapped address", "https://mapped.example/"),
    ("a name nobody knows", "https://unknown.example/"),
    ("a name that is not looked up in time", "https://slow.example/"),
    ("a name that cannot be one", "https://" + "a" * 64 + ".example/"),
    ("plain http", "http://public.example/"),
    ("user name and password", "https://user:secret@public.example/"),
    ("another host behind an at sign", "https://public.example@127.0.0.1/"),
    ("a backslash", "https://public.example\\@127.0.0.1/"),
    ("a blank", "https://public.example/ HTTP/1.1"),
    ("a line break", "https://public.example/\r\nX-Evil: 1"),
    ("a file", "file:///etc/passwd"),
    ("gopher", "gopher://127.0.0.1:6379/_FLUSHALL"),
    ("no scheme", "public.example/hook"),
    ("no host", "https:///hook"),
    ("port zero", "https://public.example:0/"),
    ("an impossible port", "https://public.example:99999/"),
    ("an open bracket", "https://[::1/"),
    ("a host beyond ASCII", "https://\N{CYRILLIC SMALL LETTER A}pple.example/"),
    ("too long", "https://public.example/" + "a" * 2100),
]
NAMES = {
    "to-loopback.example": ["127.0.0.1"],
    "to-metadata.example": ["169.254.169.254"],
    "both.example": ["93.184.215.14", "10.0.0.1"],
    "mapped.example": ["::ffff:10.0.0.1"],
    "public.example": ["93.184.215.14"],
}


@pytest.fixture
def names() -> Any:
    """Resolves the names above as written, everything else by the system."""
    from app.webhooks.targets import resolve

    never = threading.Event()

    def look_up(host: str, port: int) -> list[str]:
        if host == "slow.example":
            never.wait(20)
        if host.endswith(".example") and len(host) < 64:
            return NAMES.get(host, [])
        return resolve(host, port)

    yield look_up
    never.set()


@pytest.mark.parametrize("url", [url for _, url in HOSTILE], ids=[what for what, _ in HOSTILE])
def test_a_hostile_target_is_refused_and_not_contacted(
    sender_with: Callable[..., WebhookSender], names: Any, contacted: list[Any], url: str
) -> None:
    sender = sender_with(names=names)
    receipt = sender.send(url, MESSAGE, [SECRET])
    assert receipt.code in {"bad_url", "forbidden_address", "https_required", "unresolvable"}
    assert (receipt.http_status, receipt.response) == (None, "")
    with pytest.raises(TargetError):
        sender.check(url)
    assert contacted == []


def test_a_public_address_is_admitted(sender_with: Callable[..., WebhookSender], names: Any) -> None:
    sender = sender_with(names=names)
    sender.check("https://public.example:8443/hook?a=b")
    sender.check("https://93.184.215.14/")
    sender.check("https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/")


def test_a_network_is_open_where_the_operator_says_so(
    sender_with: Callable[..., WebhookSender], contacted: list[Any]
) -> None:
    with Receiver() as receiver:
        refused = sender_with(allowed=["10.0.0.0/8"]).send(receiver.url, MESSAGE, [SECRET])
        assert (refused.code, contacted, receiver.received) == ("forbidden_address", [], [])
        taken = sender_with(allowed=["127.0.0.0/8"]).send(receiver.url, MESSAGE, [SECRET])
    assert (taken.http_status, taken.code) == (204, "")
    assert contacted == [("127.0.0.1", receiver.port)]


def test_a_name_that_changes_its_address_leads_to_the_one_that_was_checked(
    sender_with: Callable[..., WebhookSender], contacted: list[Any]
) -> None:
    """Between check and connect an attacker's name server may change its mind: it is not asked again."""
    asked: list[str] = []

    def changing(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.2"] if len(asked) == 1 else ["127.0.0.3"]

    with Receiver(host="127.0.0.2") as checked, Receiver(host="127.0.0.3", port=checked.port) as inside:
        sender = sender_with(allowed=["127.0.0.2/32"], names=changing)
        receipt = sender.send(checked.url_at("changing.example"), MESSAGE, [SECRET])
        assert (receipt.http_status, asked) == (204, ["changing.example"])
        assert contacted == [("127.0.0.2", checked.port)]
        assert len(checked.received) == 1
        again = sender.send(checked.url_at("changing.example"), MESSAGE, [SECRET])
        assert again.code == "forbidden_address"
        assert inside.received == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_and_is_not_followed(
    sender_with: Callable[..., WebhookSender], contacted: list[Any], status: int
) -> None:
    with Receiver() as inside, Receiver() as outside:
        outside.answers = lambda _: Reply(status, headers=(("Location", inside.url),))
        receipt = sender_with(allowed=["127.0.0.0/8"]).send(outside.url, MESSAGE, [SECRET])
    assert (receipt.http_status, receipt.code) == (status, "redirected")
    assert inside.received == []
    assert contacted == [("127.0.0.1", outside.port)]


def test_a_proxy_in_the_environment_is_not_used(
    sender_with: Callable[..., WebhookSender], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Receiver() as proxy, Receiver() as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        receipt = sender_with(allowed=["127.0.0.0/8"]).send(receiver.url, MESSAGE, [SECRET])
    assert (receipt.code, len(receiver.received), proxy.received) == ("", 1, [])
