"""Webhooks: who may call is whoever signed the raw body."""

from doorcheck.guard.webhooks.github import GitHubWebhook
from doorcheck.guard.webhooks.signature import Delivery, Signature, SignatureRefused
from doorcheck.guard.webhooks.slack import SlackWebhook
from doorcheck.guard.webhooks.standard import StandardWebhook
from doorcheck.guard.webhooks.stripe import StripeWebhook

__all__ = [
    "Delivery",
    "GitHubWebhook",
    "Signature",
    "SignatureRefused",
    "SlackWebhook",
    "StandardWebhook",
    "StripeWebhook",
]
