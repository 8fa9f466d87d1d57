"""Names that carry meaning: of columns, models, variables, hosts."""

from __future__ import annotations

import msgspec


class Words(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Names that carry meaning in a schema or in a refusal; all lower case."""

    credential_columns: list[str] = []
    guessable_columns: list[str] = []
    """Credential columns of which few enough values are possible to try them all."""
    credential_models: list[str] = []
    sensitive_columns: list[str] = []
    refusals: list[str] = []
    open_intake_models: list[str] = []
    limit_refusals: list[str] = []
    """Texts by which a call is told that there are too many."""
    quota_refusals: list[str] = []
    """Texts by which a caller is told that what they are granted is used up."""
    forwarded_headers: list[str] = []
    """Headers that tell an address and that any client may send."""
    address_headers: list[str] = []
    """Headers that tell an address and that a platform sets itself."""
    model_hosts: list[str] = []
    """Hosts of services that run models."""
    mail_hosts: list[str] = []
    """Hosts of services that send mail and text messages."""
    search_words: list[str] = []
    """Words in the names of parts of a request that hold what somebody searches for."""
    attempt_words: list[str] = []
    """Words in the names of columns that count how often something was tried."""
    usage_words: list[str] = []
    """Words in the names of columns that count what somebody has used, or may still use."""
    limiter_models: list[str] = []
    """Records that count calls: writing one is no operation on anybody's data."""
    credential_headers: list[str] = []
    logged_secrets: list[str] = []
    """Names of what must not stand in a log, as the end of a name in lower case without "_" and "-"."""
    logged_personal: list[str] = []
    """Names of what says something of a person, as a whole."""
    secret_addresses: list[str] = []
    """Environment variables that hold an address with a password in it."""
    answered_errors: list[str] = []
    """Classes of errors whose text a library for procedures or routes answers as it is."""
    # What follows says what a database's schema holds; see schema.toml.
    account_models: list[str] = []
    own_models: list[str] = []
    profile_models: list[str] = []
    session_models: list[str] = []
    tenant_models: list[str] = []
    membership_parts: list[str] = []
    invitation_parts: list[str] = []
    power_parts: list[str] = []
    rank_columns: list[str] = []
    owner_columns: list[str] = []
    creator_columns: list[str] = []
    actor_columns: list[str] = []
    tenant_columns: list[str] = []
    sensitive_endings: list[str] = []
    privileged_columns: list[str] = []
    governed_columns: list[str] = []
    public_variable_prefixes: list[str] = []
    """Prefixes of environment variables that a build puts into what browsers are sent."""
    public_variable_nouns: list[str] = []
    """Last words of the names of variables that hold no secret, where no word of one is in the name."""
    upload_libraries: list[str] = []
    """Packages whose own handlers take files within limits that each kind of file has."""
    guarding_agents: list[str] = []
    """Packages whose agents refuse private addresses when they connect."""
    shared_hosts: list[str] = []
    """Hosts below which anybody can have a name of their own."""
    measure_nouns: list[str] = []
    """Last words of the names of variables that hold a number or a setting."""
    secret_variable_parts: list[str] = []
    """Parts of the names of variables that hold what nobody else may know."""
    metered_services: list[str] = []
    """Services whose keys, by the names variables have, are worth money to whoever has them."""
    shareable_variable_parts: list[str] = []
    """Parts of the names of keys that a service means browsers to have."""
    switch_words: list[str] = []
    """First words of the names of variables that switch something on or off."""
    delivery_headers: list[str] = []
    """Headers in which a sender of deliveries signs them or names the event; see webhooks.toml."""
    delivery_header_endings: list[str] = []
    event_members: list[str] = []
    """Members of a delivery's body that name the event, without "_"."""
    event_names: list[str] = []
    """Names of events that do not say themselves that something happened."""
