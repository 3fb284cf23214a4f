"""A pack that has been made and shared, without the time that its pages take."""

from datetime import datetime

from audits.models import Audit
from reporting.models import Pack
from reporting.services.packs import Wish, ask_for_pack, share
from tests.factories.cast import Cast


def shared_pack(people: Cast, audits: list[Audit], at: datetime) -> Pack:
    """A pack of these audits for senior leaders, shared with senior leaders."""
    pack = ask_for_pack(Wish("slt", "Visit in autumn"), audits, by=people.officer, at=at)
    Pack.objects.filter(pk=pack.pk).update(
        state="ready", content=b"%PDF-1.7", checksum="0" * 64, pages=1, ready_at=at
    )
    return share(pack, by=people.officer, at=at)
