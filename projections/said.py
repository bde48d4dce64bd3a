"""What a finding says, in two languages: `SENTENCES` has every sentence once, with the same data in both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self

SENTENCES: dict[str, tuple[str, str]] = {
    # Dutch, English
    "ended": ("het protocol eindigde voor {party} op {day}", "the protocol ended for {party} on {day}"),
    "left": ("{party} trad uit op {day}", "{party} left on {day}"),
    "origin-left": ("{origin}, de herkomst van {dataset} bij {party}, trad uit op {day}",
                    "{origin}, the origin of {dataset} at {party}, left on {day}"),
    "no-agreement": ("er is geen afspraak geregistreerd om deze gegevens te bewaren",
                     "no agreement to keep these data is on record"),
    "system": ("een systeem zonder eigen account", "a system without an account of its own"),
    "service": ("een serviceaccount, en er is hem geen toegang verleend", "a service account, and no grant to it"),
    "shared-key": ("een gedeelde sleutel of handtekening: de log noemt niemand",
                   "a shared key or signature: the log names nobody"),
    "nobody": ("de log noemt niemand", "the log names nobody"),
    "misfit": ("toegang {grant} (vermelding {entry}): {why}", "grant {grant} (entry {entry}): {why}"),
    "employment": ("de tewerkstelling bij {party} was voorbij op {day} (vermelding {entry})",
                   "employment by {party} had ended by {day} (entry {entry})"),
    "groups": ("een groep had toegang, en wie erin zit is niet geregistreerd: {groups}",
               "a group had access, and who is in it is not on record: {groups}"),
    "group": ("{group} (vermelding {entry})", "{group} (entry {entry})"),
    "for-datasets": ("ze is voor {granted}, en niet voor {used}", "it is for {granted}, and not for {used}"),
    "for-party": ("ze is om voor {granted} te handelen, en het gebruik was voor {used}",
                  "it is for acting for {granted}, and the use was for {used}"),
    "for-function": ("ze is voor de functie {granted}, en die van de persoon was {used}",
                     "it is for the function {granted}, and the person's was {used}"),
    "profile-no-data": ("het profiel {profile} (vermelding {entry}) heeft geen ontvangen gegevens nodig",
                        "the profile {profile} (entry {entry}) needs no received data"),
    "profile-lacks": ("het profiel {profile} (vermelding {entry}) heeft {granted}, en niet {used}",
                      "the profile {profile} (entry {entry}) has {granted}, and not {used}"),
    "expired": ("toegang {grant} (vermelding {entry}) gold tot {day}",
                "grant {grant} (entry {entry}) was valid until {day}"),
    "revoked": ("toegang {grant} (vermelding {entry}) is ingetrokken met ingang van {day} (vermelding {by})",
                "grant {grant} (entry {entry}) was revoked as of {day} (entry {by})"),
    "no-grant": ("voor dat moment is geen toegang van deze persoon tot {application} geregistreerd",
                 "no grant of {application} to this person was on record for that moment"),
    "begins-later": ("toegang {grant} (vermelding {entry}) begint later, op {day}",
                     "grant {grant} (entry {entry}) begins later, on {day}"),
    "elsewhere": ("deze persoon heeft toegang tot: {applications}", "this person has grants of: {applications}"),
    "shared-anyone": ("gedeeld met wie de link heeft", "shared with whoever has the link"),
    "shared-outside": ("gedeeld met een adres van geen enkele partij", "shared with an address of no party"),
    "no-disclosure": ("er is binnen een dag geen verdere mededeling geregistreerd",
                      "no onward disclosure is on record within a day of it"),
    "deleted": ("de log toont dat {dataset} definitief gewist is", "the log shows {dataset} deleted for good"),
    "no-deletion": ("binnen {days} dagen is geen wissing ervan door {party} geregistreerd",
                    "no deletion of it by {party} is on record within {days} days"),
    "duty": ("{clause} vraagt {party} om {unit} te wissen sinds {day}, en niets zegt dat het gebeurd is",
             "{clause} asks {party} to delete {unit} since {day}, and nothing says it did"),
    "is-it-done": ("{duty}: is dat gebeurd?", "{duty}: is it done?"),
    "stated-for-good": ("vermelding {entry} zegt dat {dataset} definitief gewist is ({method})",
                        "entry {entry} states {dataset} deleted for good ({method})"),
    "first-stage": ("de log toont de eerste stap, die ongedaan kan worden gemaakt, en geen latere",
                    "the log shows its first stage, which can be undone, and no later one"),
    "no-destruction": ("de log toont de eerste stap, die ongedaan kan worden gemaakt: dat is geen vernietiging",
                       "the log shows its first stage, which can be undone: that is no destruction"),
    "stated": ("vermelding {entry} zegt dat {dataset} gewist is ({method}) op {day}",
               "entry {entry} states {dataset} deleted ({method}) on {day}"),
    "no-trace": ("de log van {application} loopt van {first} tot {last}, en toont binnen {days} dagen geen "
                 "wissing ervan",
                 "the log of {application} goes from {first} to {last}, and shows no deletion of it within {days} "
                 "days"),
    "taken-out": ("{items} items uitgehaald (gedownload, geëxporteerd, gekopieerd, opgevraagd) in {uses} keer gebruik",
                  "{items} items taken out (downloaded, exported, copied, queried) in {uses} uses"),
    "over-bulk": ("{items} >= {bulk}, de drempel die vermelding {entry} stelt",
                  "{items} >= {bulk}, the threshold stated in entry {entry}"),
    "median": ("{uses} keer gebruikt; de mediaan van de {days} dagen met gebruik in de 30 dagen ervoor: {usual}",
               "{uses} uses; the median of the {days} days with uses in the 30 days before: {usual}"),
    "over-usual": ("{uses} >= {times} x {usual} en >= {least}, de drempels die vermelding {entry} stelt",
                   "{uses} >= {times} x {usual} and >= {least}, the thresholds stated in entry {entry}"),
    "silent": ("van {first} tot {last} ({zone}) staat geen gebruik van {application} in de log; in dezelfde "
               "uren van de {weeks} weken ervoor waren er {usual}; de log gaat erna verder",
               "no use of {application} is logged from {first} to {last} ({zone}); in the same hours of the {weeks} "
               "weeks before there were {usual}; the log goes on after it"),
    "usual-nobody": ("dat gebruik noemt niemand", "those uses name nobody"),
    "usual-one": ("dat gebruik is allemaal van één account: is het dat van een persoon, dan was die misschien afwezig",
                  "those uses are all of one account: if it is a person's, that person may have been away"),
    "usual-several": ("dat gebruik is van hoogstens {accounts} accounts",
                      "those uses are of at most {accounts} accounts"),
    "usual-besides": ("dat gebruik is van hoogstens {accounts} accounts met een naam, en deels zonder naam",
                      "those uses are of at most {accounts} accounts with a name, and some name nobody"),
    "numbers": ("van de nummers {lowest} tot {highest} van dit bestand: {missing} ontbreken",
                "of the numbers {lowest} to {highest} of this file: {missing} missing"),
    "numbers-between": ("van nummer {first}, waar een bestand eindigt, tot {last}, waar het volgende begint: {missing} "
                        "ontbreken",
                        "from number {first}, where a file ends, to {last}, where the next begins: {missing} missing"),
    "numbers-named": ("{numbers}, namelijk {which}", "{numbers}, namely {which}"),
    "number-run": ("{first} tot {last}", "{first} to {last}"),
    "number-more": ("en nog {more}", "and {more} more"),
    "numbers-rejected": ("{numbers}; geweigerde regels, die erbij kunnen zijn: {rejected}",
                         "{numbers}; rejected lines, which may be among them: {rejected}"),
    "apart": ("twee bestanden lopen van {first} tot {last} en hebben geen record gemeen: geen van beide is volledig, "
              "tenzij ze per persoon of plaats gesplitst zijn",
              "two files cover {first} to {last} and have no record in common: neither is complete, unless they were "
              "cut by person or place"),
    "contradicted": ("{several} van zijn records zeggen iets anders dan records met hetzelfde id eerder zeiden; de "
                     "eerste blijven staan, en de andere staan bij de geweigerde regels: ledger import show {entry}",
                     "{several} of its records say otherwise than records with the same id did; the first stand, and "
                     "the others are among the rejected lines: ledger import show {entry}"),
    "no-thresholds": ("bulk en ongewoon gebruik door {parties}: bij de laatste inlezing zijn geen drempels vermeld",
                      "bulk and unusual use by {parties}: no thresholds are stated with its last import"),
    "too-short": ("het protocol geldt sinds {start}, en het eerste gebruik in deze log was op {first}: wat "
                  "ervoor kwam is niet ingelezen, of niet meer bewaard",
                  "the protocol is in force since {start}, and the first use that this log tells of was on {first}: "
                  "what came before was not imported, or no longer kept"),
    "ahead": ("het laatste gebruik is {last}, {ahead} nadat het is geregistreerd: een klok staat fout, of een tijdzone",
              "its last use is {last}, {ahead} after it was recorded: a clock is wrong, or a time zone"),
}  # fmt: skip
_WEEK = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")


class Said(str):
    """A sentence. Its text is English, so that it is compared, sorted and written as one; `nl` is the same in Dutch."""

    nl: str

    @classmethod
    def of(cls, nl: str, en: str) -> Self:
        made = cls(en)
        made.nl = nl
        return made


def said(name: str, **about: Any) -> Said:
    """A sentence of the catalogue about these data, which may be sentences themselves."""
    nl, en = SENTENCES[name]
    return Said.of(nl.format(**{key: _in_dutch(each) for key, each in about.items()}), en.format(**about))


def count(number: int) -> Said:
    """A number as each language groups it."""
    return Said.of(f"{number:,}".replace(",", "."), f"{number:,}")


def several(sentences: Sequence[Said]) -> Said:
    """Sentences in a row."""
    return Said.of(", ".join(each.nl for each in sentences), ", ".join(sentences))


def weekday(moment: datetime) -> Said:
    """A local moment with the day of its week."""
    return Said.of(f"{_WEEK[moment.weekday()]} {moment:%Y-%m-%d %H:%M}", f"{moment:%A %Y-%m-%d %H:%M}")


def _in_dutch(value: Any) -> Any:
    return value.nl if isinstance(value, Said) else value
