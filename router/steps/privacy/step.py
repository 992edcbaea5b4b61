"""The privacy step: private data leaves the house as placeholders and comes back as itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import msgspec

from providers.calls import Completion, StreamEvent
from providers.messages import ChatRequest
from router.errors import PrivacyUnavailableError
from router.steps.privacy.errors import PrivateDataBlockedError
from router.steps.privacy.findings import NOTHING_FOUND, Findings
from router.steps.privacy.mask import Finder, Writer
from router.steps.privacy.placeholders import Key
from router.steps.privacy.restore import restore_completion, restore_events
from router.steps.privacy.scan import scan
from router.steps.privacy.settings import PrivacySettings
from router.steps.privacy.spans import KIND_OF_LABEL, LABELS
from router.steps.privacy.vault import Opened, Vault, VaultStore
from router.steps.privacy.walk import rewrite

NOTHING_TO_RESTORE = Opened({})


class Masked(msgspec.Struct, frozen=True):
    """A request that may leave the house, and what brings its values back."""

    request: ChatRequest
    vault: Opened
    findings: Findings


class Privacy:
    """Masks requests and restores answers."""

    def __init__(self, settings: PrivacySettings, vaults: VaultStore) -> None:
        self._settings = settings
        self._vaults = vaults

    def mask(self, request: ChatRequest, scope: str) -> Masked:
        """The request with placeholders for everything private.

        `scope` names one person's conversation (tenant, user and session): within it a value keeps
        its placeholder over turns. With an empty scope placeholders live for this request alone;
        a client that sends its history along still gets the same ones, as they count by appearance.

        Raises:
            PrivateDataBlockedError: the request holds a kind that may not be sent.
            PrivacyUnavailableError: masking failed; nothing may be sent.
        """
        if not self._settings.enabled:
            return Masked(request, NOTHING_TO_RESTORE, NOTHING_FOUND)
        try:
            return self._mask(request, self._vaults.open(scope) if scope else Vault())
        except PrivateDataBlockedError:
            raise
        except Exception as error:  # a true boundary: whatever failed, nothing may leave unmasked
            # Not chained: the cause could quote the request.
            raise PrivacyUnavailableError(
                f"Masking failed ({type(error).__name__}), so the request was not sent. Send it again "
                "without unusual content, or tell the operator to look for 'privacy_unavailable'."
            ) from None

    def restore_completion(self, completion: Completion, vault: Opened) -> Completion:
        """The answer with the caller's own values in place of placeholders."""
        return restore_completion(completion, vault)

    def restore(
        self, events: AsyncIterator[StreamEvent], vault: Opened
    ) -> AsyncIterator[StreamEvent]:
        """The stream with the caller's own values; the very same stream when nothing was masked."""
        return restore_events(events, vault) if vault else events

    def redact(self, text: str) -> str:
        """The text for a log line: `[phone]` where a phone was. Cannot be undone."""
        return redact(text)

    def _mask(self, request: ChatRequest, vault: Vault) -> Masked:
        finder = Finder(self._settings, vault)
        rewrite(request, finder)
        findings = finder.findings
        if findings.counts:
            self._refuse_blocked(findings)
        for value, kind in finder.values.items():
            vault.keep(value, kind)
        if finder.values or finder.literals or finder.has_known:
            writer = Writer(vault, finder.values, finder.literals)
            request = rewrite(request, writer)
            if finder.has_known:
                findings = _with_known(findings, writer.written)
        return Masked(request, _open(vault, request), findings)

    def _refuse_blocked(self, findings: Findings) -> None:
        blocked = [kind for kind in findings.counts if self._settings.action(kind) == "block"]
        if blocked:
            raise PrivateDataBlockedError(
                f"The request holds private data that this gateway does not accept: {', '.join(blocked)}. "
                "Remove it and send the request again."
            )


def _with_known(findings: Findings, written: set[Key]) -> Findings:
    """With the kinds of values of earlier turns that were masked here without any sign beside them."""
    words = {LABELS[kind] for kind in findings.counts}
    new = {word for word, _ in written} - words
    kinds = {KIND_OF_LABEL[word] for word in new if word in KIND_OF_LABEL}
    return replace(findings, passed=findings.passed | kinds) if kinds else findings


def _open(vault: Vault, request: ChatRequest) -> Opened:
    if not vault.originals:
        return NOTHING_TO_RESTORE
    wanted = request.response_format
    # A copy: a later turn of the conversation must not change what this answer restores.
    return Opened(dict(vault.originals), wanted is not None and wanted.type != "text")


def redact(text: str) -> str:
    """The text with the kind in brackets where a private value was; for logs and error messages."""
    pieces: list[str] = []
    done = 0
    for span in scan(text):
        pieces += (text[done : span.start], f"[{span.kind}]")
        done = span.end
    return "".join((*pieces, text[done:])) if pieces else text
