"""Three years of the protocol on flood damage, in the order in which they were recorded. All of it is invented."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.projections.obligations.stories import Story, deleted, destroyed, holding

TEXT = (Path(__file__).parent / "waterschade-2022.yaml").read_text(encoding="utf-8")
RENEWED = (
    TEXT.replace('version: "1"', 'version: "2"\namends: waterschade-2022/1')
    .replace("  - {id: KADE, name: Woonmaatschappij De Kade, signs: [voorzitter], authority: VTC}\n", "")
    .replace("upon: 2024-12-31", "upon: 2026-12-31")
    .replace("31 december 2024", "31 december 2026")
)
"""The same text for two more years, without the party that had left."""


def told() -> Story:
    """The whole story; a question with a `known_at` hears only its beginning."""
    story = Story.of("waterschade-2022", TEXT, begins="2022-01-17")
    for chapter in (_beginning, _first_files, _first_summer, _leak, _sub_processor, _question, _second_winter, _notice,
                    _renewal):  # fmt: skip
        chapter(story)
    return story


def _beginning(story: Story) -> None:
    """The last office signs on 3 February 2022 at 14:00 in Brussels. The fund has a processor, until a date."""
    sign(story, "FONDS", "directeur", "2022-02-01T09:00:00Z")
    sign(story, "STAD", "burgemeester", "2022-02-02T09:00:00Z")
    sign(story, "KADE", "voorzitter", "2022-02-02T10:00:00Z")
    sign(story, "STAD", "algemeen-directeur", "2022-02-03T13:00:00Z")
    story.tell("processing-agreement-signed", "FONDS", "2022-02-08", agreement="PA-1", processor="Wolkenhuis",
               valid_until="2023-12-31")  # fmt: skip
    story.tell("processor-engaged", "FONDS", "2022-02-10", processor="Wolkenhuis")


def _first_files(story: Story) -> None:
    """A claim of the city, measurements of the housing company, and a file of residents cut off on 30 April."""
    send(story, "X-1", "aangiften", "STAD", "FONDS", "2022-03-01T08:00:00Z")
    holding(story, "FONDS", "STAD", "aangiften", "dossierdatabank", "2022-03-01", exchange="X-1", records="DS-1")
    send(story, "X-2", "metingen", "KADE", "FONDS", "2022-03-10T08:00:00Z")
    receive(story, "X-2", "metingen", "KADE", "2022-03-10T09:00:00Z", "meetbestand")
    story.tell("dossier-closed", "FONDS", "2022-04-15T10:00:00Z", dossier="DS-1")
    send(story, "X-3", "bewoners", "STAD", "FONDS", "2022-05-02T08:00:00Z", extracted_at="2022-04-30",
         received_at="2022-05-02T08:05:00Z")  # fmt: skip
    receive(story, "X-3", "bewoners", "STAD", "2022-05-02T08:05:00Z", "bewonerslijst", "mailbox")
    holding(story, "FONDS", "STAD", "bewoners", "backup", "2022-06-01", exchange="X-3", kept_by="Wolkenhuis")
    story.tell("backup-expiry-recorded", "FONDS", "2022-06-01", origin="STAD", datasets=["bewoners"], copy="backup",
               expires_at="2022-12-31")  # fmt: skip


def _first_summer(story: Story) -> None:
    """A polder board joins; the city sends the housing company what it may not; the fund cleans up, some of it late."""
    story.tell("party-acceded", "FONDS", "2022-06-20T08:00:00Z", party="LISVOORDE", class_="POLDER",
               effective_at="2022-07-01")  # fmt: skip
    send(story, "X-4", "aangiften", "STAD", "KADE", "2022-08-01T09:00:00Z")
    story.tell("dossier-reopened", "FONDS", "2022-09-01T08:00:00Z", dossier="DS-1")
    deleted(story, "FONDS", "STAD", "mailbox", "2022-10-20T08:00:00Z", "bewoners")
    send(story, "X-6", "aangiften", "KADE", "FONDS", "2022-11-02T08:00:00Z")
    holding(story, "FONDS", "KADE", "aangiften", "dossierdatabank", "2022-11-02", exchange="X-6", records="DS-2")
    deleted(story, "FONDS", "STAD", "bewonerslijst", "2022-10-28T08:00:00Z", "bewoners",
            recorded="2022-11-08T08:00:00Z")  # fmt: skip
    story.tell("dossier-closed", "FONDS", "2022-11-30T10:00:00Z", dossier="DS-1")
    send(story, "X-5", "metingen", "LISVOORDE", "FONDS", "2023-01-01T10:00:00Z")
    receive(story, "X-5", "metingen", "LISVOORDE", "2023-01-01T10:05:00Z", "poldermetingen")
    destroyed(story, "FONDS", "STAD", "backup", "2023-01-02T08:00:00Z", "bewoners")


def _leak(story: Story) -> None:
    """The city finds a leak on the Saturday night on which summer time begins."""
    story.tell("incident-detected", "STAD", "2023-03-25T20:00:00Z", incident="I-1", leak=True,
               aware_at="2023-03-25T20:00:00Z")  # fmt: skip
    notify(story, "STAD", "FONDS", "2023-03-26T06:30:00Z", "2023-03-26T06:40:00Z")
    notify(story, "FONDS", "KADE", "2023-03-26T15:00:00Z", "2023-03-26T15:00:00Z")
    notify(story, "FONDS", "LISVOORDE", "2023-03-27T09:00:00Z", "2023-03-27T09:30:00Z")
    story.tell("breach-assessed", "STAD", "2023-03-27T12:00:00Z", incident="I-1", risk="unlikely")
    for party, at in (("KADE", "2023-03-28T10:00:00Z"), ("LISVOORDE", "2023-04-02T10:00:00Z")):
        story.tell("breach-remediation-taken", party, at, incident="I-1", measure="accounts-blocked")


def _sub_processor(story: Story) -> None:
    """One approval was given in time and recorded late, another was given a day too late."""
    story.tell("processor-approved", "STAD", "2023-05-04", processor="Klerkdata")
    story.tell("processing-agreement-signed", "FONDS", "2023-05-09", agreement="PA-K", processor="Klerkdata")
    story.tell("processor-engaged", "FONDS", "2023-05-09", processor="Klerkdata", sub_processor_of="Wolkenhuis",
               started_at="2023-05-10T08:00:00Z")  # fmt: skip
    story.tell("processor-approved", "LISVOORDE", "2023-05-11", processor="Klerkdata")
    story.tell("processor-approved", "KADE", "2023-05-08", recorded="2023-06-01", processor="Klerkdata")


def _question(story: Story) -> None:
    """The city asks for proof on a Monday; the fund disputes the question, loses, and answers."""
    asked = story.tell("evidence-requested", "STAD", "2023-09-04T08:00:00Z", request="R-1", to=["FONDS"],
                       clauses=["art. 6, sentence 2"], received_at="2023-09-04T08:00:00Z")  # fmt: skip
    story.tell("dispute-opened", "FONDS", "2023-09-11T08:00:00Z", dispute="D-1", about=[asked])
    story.tell("dispute-closed", "FONDS", "2023-10-02T08:00:00Z", dispute="D-1", outcome="decided")
    story.tell("evidence-provided", "FONDS", "2023-10-16T08:00:00Z", request="R-1", to=["STAD"])


def _second_winter(story: Story) -> None:
    """The report of 2023; measurements destroyed; the agreement with the processor runs out and is signed again."""
    story.tell("report-delivered", "FONDS", "2023-12-18", report="jaarverslag", to=["STUURGROEP"], period="2023")
    destroyed(story, "FONDS", "KADE", "meetbestand", "2023-12-20T09:00:00Z", "metingen")
    story.tell("processing-agreement-signed", "FONDS", "2024-02-12T09:00:00Z", agreement="PA-2",
               processor="Wolkenhuis")  # fmt: skip


def _notice(story: Story) -> None:
    """The housing company gives notice; the last of the others has it on 29 February 2024."""
    notice = story.tell("termination-notice-given", "KADE", "2024-02-14T09:00:00Z", to=["FONDS", "STAD", "LISVOORDE"])
    for party, at in (("FONDS", "2024-02-15"), ("STAD", "2024-02-16"), ("LISVOORDE", "2024-02-29")):
        story.tell("receipt-confirmed", party, at, received=notice, received_at=at)
    destroyed(story, "FONDS", "LISVOORDE", "poldermetingen", "2024-03-01T09:00:00Z", "metingen")
    story.tell("retention-agreement-made", "KADE", "2024-05-21", agreement="RA-1", between=["KADE", "FONDS"],
               origin="KADE", datasets=["aangiften"], valid_until="2024-09-30")  # fmt: skip


def _renewal(story: Story) -> None:
    """Who is left prolongs the protocol before it runs out."""
    story.amend(RENEWED, "2", "2024-11-04")
    sign(story, "FONDS", "directeur", "2024-11-20T09:00:00Z", "2")
    sign(story, "STAD", "burgemeester", "2024-11-25T09:00:00Z", "2")
    sign(story, "STAD", "algemeen-directeur", "2024-11-25T10:00:00Z", "2")
    destroyed(story, "FONDS", "STAD", "dossierdatabank", "2024-12-05T09:00:00Z", "aangiften", records="DS-1")


# --- what several chapters do -------------------------------------------------------------------------------------


def sign(story: Story, party: str, office: str, at: str, version: str = "1") -> None:
    story.tell("protocol-signed", party, at, version=version, office=office)


def send(story: Story, exchange: str, dataset: str, sender: str, to: str, at: str, **more: Any) -> None:
    story.tell("data-communicated", sender, at, exchange=exchange, from_=sender, to=[to], origins=[sender],
               datasets=[dataset], **more)  # fmt: skip


def receive(story: Story, exchange: str, dataset: str, sender: str, at: str, *copies: str) -> None:
    story.tell("data-received", "FONDS", at, exchange=exchange, from_=sender, to="FONDS", origins=[sender],
               datasets=[dataset], copy=list(copies), received_at=at)  # fmt: skip


def notify(story: Story, sender: str, to: str, at: str, received: str) -> None:
    story.tell("breach-notified", sender, at, incident="I-1", to=[to], received_at=received)
