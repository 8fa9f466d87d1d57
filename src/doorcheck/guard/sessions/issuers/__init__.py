"""The libraries whose sessions are read, one module for each."""

from doorcheck.guard.sessions.claim_map import Claim, ClaimMap
from doorcheck.guard.sessions.issuers.auth0 import Auth0, Auth0V3, Auth0V3Stateful
from doorcheck.guard.sessions.issuers.authjs import AuthJs, AuthJsDatabase
from doorcheck.guard.sessions.issuers.better_auth import BetterAuth, BetterAuthJwt
from doorcheck.guard.sessions.issuers.clerk import Clerk
from doorcheck.guard.sessions.issuers.descope import Descope
from doorcheck.guard.sessions.issuers.iron_session import IronSession
from doorcheck.guard.sessions.issuers.jose import Jose
from doorcheck.guard.sessions.issuers.nextauth import NextAuth
from doorcheck.guard.sessions.issuers.stytch import Stytch
from doorcheck.guard.sessions.issuers.supabase import Supabase
from doorcheck.guard.sessions.issuers.workos import WorkOS
from doorcheck.guard.sessions.jwe import EncryptionKey
from doorcheck.guard.sessions.jwks import Fetch, Patience, RemoteKeys
from doorcheck.guard.sessions.keys import PublicKey, SharedSecret
from doorcheck.guard.sessions.lookup import SessionLookup, StoredSession
from doorcheck.guard.sessions.secrets import WeakSecret

__all__ = [
    "Auth0",
    "Auth0V3",
    "Auth0V3Stateful",
    "AuthJs",
    "AuthJsDatabase",
    "BetterAuth",
    "BetterAuthJwt",
    "Claim",
    "ClaimMap",
    "Clerk",
    "Descope",
    "EncryptionKey",
    "Fetch",
    "IronSession",
    "Jose",
    "NextAuth",
    "Patience",
    "PublicKey",
    "RemoteKeys",
    "SessionLookup",
    "SharedSecret",
    "StoredSession",
    "Stytch",
    "Supabase",
    "WeakSecret",
    "WorkOS",
]
