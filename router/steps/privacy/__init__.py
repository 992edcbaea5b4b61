"""Private data makes a round trip: masked before anything leaves, restored for the caller."""

from router.steps.privacy.errors import PrivateDataBlockedError
from router.steps.privacy.findings import Findings
from router.steps.privacy.settings import PrivacySettings
from router.steps.privacy.spans import KINDS
from router.steps.privacy.step import Masked, Privacy, redact
from router.steps.privacy.vault import MemoryVaults, Opened, Vault, VaultStore

__all__ = [
    "KINDS",
    "Findings",
    "Masked",
    "MemoryVaults",
    "Opened",
    "Privacy",
    "PrivacySettings",
    "PrivateDataBlockedError",
    "Vault",
    "VaultStore",
    "redact",
]
