"""The address of the client, which proxies tell and clients forge."""

from doorcheck.guard.addresses.buckets import bucket
from doorcheck.guard.addresses.deployments import (
    aws_alb,
    aws_cloudfront,
    behind,
    cloudflare,
    direct,
    fly,
    google_cloud_run,
    google_load_balancer,
    hops,
    nginx,
    railway,
    render,
    vercel,
)
from doorcheck.guard.addresses.evidence import Seal
from doorcheck.guard.addresses.peers import Direct, Proxies, Scope

__all__ = [
    "Direct",
    "Proxies",
    "Scope",
    "Seal",
    "aws_alb",
    "aws_cloudfront",
    "behind",
    "bucket",
    "cloudflare",
    "direct",
    "fly",
    "google_cloud_run",
    "google_load_balancer",
    "hops",
    "nginx",
    "railway",
    "render",
    "vercel",
]
