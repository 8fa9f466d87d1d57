"""Signatures as their senders make them, and everything that comes close to one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from doorcheck.guard.webhooks import (
    GitHubWebhook,
    Signature,
    SignatureRefused,
    SlackWebhook,
    StandardWebhook,
    StripeWebhook,
)

NOW = 1_800_000_000
BODY = json.dumps({"id": "evt_1", "type": "invoice.paid"}).encode()
SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-four.").decode()
OTHER = "whsec_" + base64.b64encode(b"another secret, as long.").decode()
PLAIN = "a secret that is long enough"
Headers = dict[bytes, bytes]


def standard(body: bytes = BODY, stamp: int = NOW, secret: str = SECRET) -> Headers:
    """Signed by the library that the standard's authors publish."""
    signature = Webhook(secret).sign("msg_1", datetime.fromtimestamp(stamp, UTC), body.decode("latin-1"))
    return {
        b"webhook-id": b"msg_1",
        b"webhook-timestamp": str(stamp).encode(),
        b"webhook-signature": signature.encode(),
    }


def _mac(text: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def stripe(body: bytes = BODY, stamp: int = NOW, secret: str = PLAIN) -> Headers:
    return {b"stripe-signature": f"t={stamp},v1={_mac(f'{stamp}.'.encode() + body, secret)},v0=00".encode()}


def github(body: bytes = BODY, stamp: int = NOW, secret: str = PLAIN) -> Headers:
    return {b"x-hub-signature-256": f"sha256={_mac(body, secret)}".encode()}


def slack(body: bytes = BODY, stamp: int = NOW, secret: str = PLAIN) -> Headers:
    signature = f"v0={_mac(f'v0:{stamp}:'.encode() + body, secret)}"
    return {b"x-slack-request-timestamp": str(stamp).encode(), b"x-slack-signature": signature.encode()}


@dataclass(frozen=True)
class Scheme:
    sign: Callable[..., Headers]
    make: Callable[..., Signature]
    secret: str
    other: str
    timed: bool = True


SCHEMES = {
    "standard": Scheme(standard, StandardWebhook, SECRET, OTHER),
    "stripe": Scheme(stripe, StripeWebhook, PLAIN, PLAIN[::-1]),
    "github": Scheme(github, GitHubWebhook, PLAIN, PLAIN[::-1], timed=False),
    "slack": Scheme(slack, SlackWebhook, PLAIN, PLAIN[::-1]),
}
every_scheme = pytest.mark.parametrize("scheme", SCHEMES.values(), ids=SCHEMES)


@every_scheme
def test_what_the_sender_signed_holds(scheme: Scheme) -> None:
    assert scheme.make(scheme.secret).verify(scheme.sign(), BODY, NOW).id


@every_scheme
def test_either_secret_holds_while_one_replaces_the_other(scheme: Scheme) -> None:
    both = scheme.make([scheme.other, scheme.secret])
    assert both.verify(scheme.sign(secret=scheme.secret), BODY, NOW)
    assert both.verify(scheme.sign(secret=scheme.other), BODY, NOW)


@every_scheme
def test_another_secret_another_body_or_no_header_is_refused(scheme: Scheme) -> None:
    signature = scheme.make(scheme.secret)
    for headers, body in (
        (scheme.sign(secret=scheme.other), BODY),
        (scheme.sign(), BODY + b" "),
        (scheme.sign(), b""),
        ({}, BODY),
    ):
        with pytest.raises(SignatureRefused):
            signature.verify(headers, body, NOW)


@every_scheme
def test_an_old_or_a_future_signature_is_refused(scheme: Scheme) -> None:
    signature = scheme.make(scheme.secret)
    for stamp in (NOW - 301, NOW + 301):
        if scheme.timed:
            with pytest.raises(SignatureRefused, match="time"):
                signature.verify(scheme.sign(stamp=stamp), BODY, NOW)
    assert signature.verify(scheme.sign(stamp=NOW - 299), BODY, NOW)


@every_scheme
def test_the_same_delivery_has_the_same_id(scheme: Scheme) -> None:
    signature = scheme.make(scheme.secret)
    assert signature.verify(scheme.sign(), BODY, NOW) == signature.verify(scheme.sign(), BODY, NOW + 5)


@every_scheme
@given(value=st.binary(max_size=300), stamp=st.binary(max_size=20), body=st.binary(max_size=50))
def test_nothing_that_is_presented_makes_anything_but_a_refusal(
    scheme: Scheme, value: bytes, stamp: bytes, body: bytes
) -> None:
    signature = scheme.make(scheme.secret)
    for name in scheme.sign():
        headers = scheme.sign() | {name: value}
        if name.endswith(b"timestamp"):
            headers[name] = stamp
        with pytest.raises(SignatureRefused):
            signature.verify(headers, body, NOW)


@every_scheme
def test_a_secret_that_is_not_set_does_not_start(scheme: Scheme) -> None:
    absent: list[object] = ["", "short", []]
    for secret in absent:
        with pytest.raises(ValueError, match="secret"):
            scheme.make(secret)


def test_public_keys_of_the_standard_hold_and_are_no_secrets() -> None:
    private = Ed25519PrivateKey.generate()
    public = base64.b64encode(private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
    signed = base64.b64encode(private.sign(f"msg_1.{NOW}.".encode() + BODY)).decode()
    headers = standard() | {b"webhook-signature": f"v1,AAAA v1a,{signed}".encode()}
    scheme = StandardWebhook(f"whpk_{public}")
    assert scheme.verify(headers, BODY, NOW).id == "msg_1"
    with pytest.raises(SignatureRefused):
        scheme.verify(headers, BODY + b" ", NOW)
    # A public key must not serve as the secret of a symmetric signature.
    forged = base64.b64encode(hmac.new(base64.b64decode(public), b"", hashlib.sha256).digest()).decode()
    with pytest.raises(SignatureRefused):
        scheme.verify(standard() | {b"webhook-signature": f"v1,{forged}".encode()}, BODY, NOW)


def test_older_header_names_are_read_where_they_are_asked_for() -> None:
    headers = {name.replace(b"webhook-", b"svix-"): value for name, value in standard().items()}
    assert StandardWebhook(SECRET, prefix="svix").verify(headers, BODY, NOW).id == "msg_1"
    with pytest.raises(SignatureRefused):
        StandardWebhook(SECRET).verify(headers, BODY, NOW)


def test_stripe_signs_one_time() -> None:
    headers = {b"stripe-signature": stripe()[b"stripe-signature"] + f",t={NOW}".encode()}
    with pytest.raises(SignatureRefused, match="one signed time"):
        StripeWebhook(PLAIN).verify(headers, BODY, NOW)
