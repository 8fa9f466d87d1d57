"""Accounts and sessions of an application that has no session library: signing in, staying in, and getting out."""

from doorcheck.guard.accounts.account import Account
from doorcheck.guard.accounts.own_sessions import OwnSessions
from doorcheck.guard.accounts.passwords import Checked, PasswordHashes
from doorcheck.guard.accounts.sign_in import KnownAccount, PasswordSignIn

__all__ = ["Account", "Checked", "KnownAccount", "OwnSessions", "PasswordHashes", "PasswordSignIn"]
