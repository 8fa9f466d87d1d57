"""Where a finding is shown."""

from __future__ import annotations

from doorcheck.core import Finding, Location


def place_of(finding: Finding) -> Location:
    """The finding's own place, or the app's package.json where it has none: every viewer needs a file to open."""
    if finding.at.path not in {"", ".", finding.app}:
        return finding.at
    return Location("package.json" if finding.app in {"", "."} else f"{finding.app}/package.json", 1)
