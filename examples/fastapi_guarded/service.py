"""What all doors share: the one place where sessions, records, limits and logs are put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import event, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from doorcheck.guard import Ceilings, Cors, Guard, Principal, ceiling, open_store, role, where
from doorcheck.guard.accounts import Account, KnownAccount, OwnSessions, PasswordHashes, PasswordSignIn
from doorcheck.guard.outbound import SafeClient
from doorcheck.guard.records.audit import AuditLog
from doorcheck.guard.resource import Records, RowSecurity, Scope, policies, require_row_security, to_audit_log
from doorcheck.guard.sessions.issuer import Issuer
from doorcheck.guard.uploads import JPEG, PDF, PNG, PrivateDirectory, Uploads

from .models import Model, User
from .settings import Settings

# Who signs in is not known yet, so this scope reads every account. It changes none.
SIGN_IN = Scope("sign-in", reads_all=True)


class Service:
    """The locks of one application."""

    def __init__(self, settings: Settings) -> None:
        settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.settings = settings
        self.store = open_store(settings.store)
        self.engine = _engine(settings.database)
        self.audit = AuditLog(settings.folder / "audit.jsonl")
        wall = RowSecurity() if self.engine.dialect.name == "postgresql" else None
        self.records = Records(self.engine, audit=to_audit_log(self.audit), wall=wall)
        self.sessions = OwnSessions(self.store, load=self.account)
        self.passwords = PasswordHashes()
        self.sign_in = PasswordSignIn(
            find=self._known, save=self._rehashed, counters=self.store, passwords=self.passwords
        )
        self.tokens = Ceilings(self.store, ceiling("20_000/day"), name="tokens")
        self.files = PrivateDirectory(settings.folder / "files", key=settings.files_key)
        self.uploads = Uploads(self.files, kinds=[PNG, JPEG, PDF], most="2MiB")
        self.web = SafeClient(schemes=("https", "http"), ports=(443, 80), most=512 * 1024, seconds=5)
        self.guard = Guard(
            sessions=self._issuers(),
            store=self.store,
            records=self.records,
            proxies=settings.proxies,
            cors=Cors((settings.front_end,), credentials=True) if settings.front_end else None,
            audit=self.audit,
        )
        # An account that was deleted, or that has another role by now, is not what its session says it is.
        self.member = where(self.stands)
        self.admin = role("admin") & self.member

    def _issuers(self) -> list[Issuer]:
        """Our own sessions, and those of the Next.js front end where its secret is set."""
        front_end = self.settings.front_end_sessions
        return [self.sessions] if front_end is None else [self.sessions, front_end]

    async def account(self, account_id: str) -> Account | None:
        """The account as it is now, read in its own scope; None for one that is no more."""
        async with self.records.session(Scope(account_id)) as db:
            user = await db.get(User, account_id)
        return None if user is None else _account(user)

    async def stands(self, principal: Principal) -> bool:
        """Whether the account is there and has every role that its session says it has."""
        account = await self.account(principal.id)
        return account is not None and principal.roles <= account.roles

    async def _known(self, email: str) -> KnownAccount | None:
        async with self.records.session(SIGN_IN) as db:
            user = await db.scalar(select(User).where(User.email == email.strip().lower()))
        return None if user is None else KnownAccount(_account(user), user.password_hash)

    async def _rehashed(self, account_id: str, old: str, new: str) -> None:
        async with self.records.session(Scope(account_id)) as db:
            await db.execute(update(User).where(User.password_hash == old).values(password_hash=new))
            await db.commit()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Make the tables that are missing, and close everything at the end."""
        try:
            async with self.engine.begin() as connection:
                await connection.run_sync(Model.metadata.create_all)
                if connection.dialect.name == "postgresql":
                    for statement in policies(Model.metadata):
                        await connection.execute(statement)
                    await connection.run_sync(require_row_security, Model.metadata)
            yield
        finally:
            await self.web.aclose()
            await self.engine.dispose()
            await self.store.close()
            self.audit.close()


def _account(user: User) -> Account:
    return Account(user.id, frozenset({user.role}))


def _engine(url: str) -> AsyncEngine:
    # Else a fault that is logged would say what was in the row.
    engine = create_async_engine(url, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        # SQLite holds to foreign keys only where a connection asks for it.
        event.listen(engine.sync_engine, "connect", lambda made, _: made.execute("PRAGMA foreign_keys=ON").close())
    return engine
