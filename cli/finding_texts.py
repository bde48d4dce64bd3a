"""What a terminal says around findings, in Dutch and in English. Their sentences are in `projections/said.py`."""

from __future__ import annotations

from cli.language import Language, Text
from projections.findings import Cause, Gap
from projections.said import Said

WORDS: dict[Cause, Text] = {
    Cause.NOT_ATTRIBUTABLE: {"nl": "gebruikt zonder naam: een gedeelde sleutel, of een log die niemand noemt",
                             "en": "used without a name: a shared key, or a log that names nobody"},
    Cause.AFTER_END: {"nl": "gebruikt na het einde van het protocol", "en": "used after the protocol ended"},
    Cause.AFTER_WITHDRAWAL: {"nl": "gebruikt nadat een partij uittrad", "en": "used after a party left"},
    Cause.AFTER_EMPLOYMENT: {"nl": "gebruikt na het einde van de tewerkstelling van de persoon",
                             "en": "used after the person's employment ended"},
    Cause.OUTSIDE_PROFILE: {"nl": "er was toegang, maar niet voor dit gebruik",
                            "en": "a grant was there, but not for this use"},
    Cause.GRANT_REVOKED: {"nl": "gebruikt nadat de toegang was ingetrokken", "en": "used after the grant was revoked"},
    Cause.GRANT_EXPIRED: {"nl": "gebruikt nadat de toegang was verlopen", "en": "used after the grant expired"},
    Cause.SERVICE_ACCOUNT: {"nl": "gebruikt door een dienst of systeem zonder verleende toegang",
                            "en": "used by a service or system without a grant"},
    Cause.NO_GRANT: {"nl": "gebruikt zonder verleende toegang", "en": "used without a grant"},
    Cause.THIRD_PARTY_SHARE: {"nl": "gedeeld met anderen dan de partijen", "en": "shared with others than the parties"},
    Cause.BULK_EXPORT: {"nl": "veel uitgehaald op één dag", "en": "much taken out in one day"},
    Cause.UNUSUAL_COUNT: {"nl": "veel meer gebruikt dan deze persoon gewoonlijk doet",
                          "en": "far more uses than this person usually has"},
    Cause.FIRST_STAGE_ONLY: {"nl": "als definitief gewist gemeld, of nog te wissen; de log toont de eerste stap",
                             "en": "stated as deleted for good, or owed; the log shows its first stage"},
    Cause.UNRECORDED_DELETION: {"nl": "definitief gewist in de log; geen wissing geregistreerd, of niet alles wat moet",
                                "en": "deleted for good in the log; no deletion on record, or not all that is owed"},
    Cause.DELETION_WITHOUT_TRACE: {"nl": "als gewist gemeld; de log toont er niets van",
                                   "en": "stated as deleted; the log shows nothing of it"},
    Cause.LOG_GAP: {"nl": "een log is stil, onvolledig of te kort bewaard",
                    "en": "a log is silent, incomplete or kept too short"},
}  # fmt: skip
"""What each cause is."""
GAPS: dict[Gap, Text] = {
    Gap.SILENT_HOURS: {"nl": "stille uren", "en": "silent hours"},
    Gap.NUMBERS_MISSING: {"nl": "nummers ontbreken", "en": "numbers missing"},
    Gap.NOTHING_IN_COMMON: {"nl": "twee bestanden zonder gemeen record", "en": "two files with no record in common"},
    Gap.KEPT_TOO_SHORT: {"nl": "begint na het protocol", "en": "begins after the protocol"},
    Gap.CLOCK_AHEAD: {"nl": "een klok die voorloopt", "en": "a clock ahead"},
    Gap.CONTRADICTED: {"nl": "records die elkaar tegenspreken", "en": "records that contradict each other"},
}
"""What is wrong with a log, in few words."""
SETTLE: dict[Cause, Text] = {
    Cause.NO_GRANT: {"nl": "registreer de toegang, als ze verleend was: ledger access grant",
                     "en": "record the grant, if there was one: ledger access grant"},
    Cause.GRANT_REVOKED: {"nl": "is de toegang daar echt afgesloten? Als ze vernieuwd is: ledger access grant",
                          "en": "is access really closed there? If it was renewed: ledger access grant"},
    Cause.GRANT_EXPIRED: {"nl": "als ze vernieuwd is: ledger access grant",
                          "en": "if it was renewed: ledger access grant"},
    Cause.OUTSIDE_PROFILE: {"nl": "registreer de toegang of het profiel dat bedoeld was: ledger staff record-profile",
                            "en": "record the grant or profile that was meant: ledger staff record-profile"},
    Cause.AFTER_EMPLOYMENT: {"nl": "is het account afgesloten? ledger access revoke; een lek: ledger incident detect",
                             "en": "is the account closed? ledger access revoke; a leak: ledger incident detect"},
    Cause.THIRD_PARTY_SHARE: {"nl": "een mededeling: ledger disclosure make; een lek: ledger incident detect",
                              "en": "a disclosure: ledger disclosure make; a leak: ledger incident detect"},
    Cause.BULK_EXPORT: {"nl": "vraag waarvoor het was; een lek: ledger incident detect",
                        "en": "ask what it was for; a leak: ledger incident detect"},
    Cause.UNUSUAL_COUNT: {"nl": "vraag waarvoor het was; een lek: ledger incident detect",
                          "en": "ask what it was for; a leak: ledger incident detect"},
    Cause.FIRST_STAGE_ONLY: {"nl": "maak de prullenbakken leeg, en ga het na: ledger holding verify-deletion",
                             "en": "empty the recycle bins, and verify: ledger holding verify-deletion"},
    Cause.UNRECORDED_DELETION: {"nl": "registreer ze: ledger holding delete, of ledger holding destroy",
                                "en": "record it: ledger holding delete, or ledger holding destroy"},
    Cause.DELETION_WITHOUT_TRACE: {"nl": "is het weg? Zeg dan wie het zag: ledger holding verify-deletion",
                                   "en": "is it gone? If so, say who saw it: ledger holding verify-deletion"},
    Cause.SERVICE_ACCOUNT: {"nl": "registreer wie voor het account instaat: ledger access grant",
                            "en": "record who answers for the account: ledger access grant"},
    Cause.NOT_ATTRIBUTABLE: {"nl": "vervang de gedeelde sleutel door accounts van personen",
                             "en": "replace the shared key by accounts of persons"},
    Cause.LOG_GAP: {"nl": "lees in wat ontbreekt, of de geweigerde regels na verbetering: ledger import",
                    "en": "import what is missing, or the rejected lines once they are mended: ledger import"},
}  # fmt: skip
"""What would settle it."""
TEXTS: dict[str, Text] = {
    "no-uses": {"nl": "{protocol}: er is geen gebruik ingelezen\n", "en": "{protocol}: no uses are imported\n"},
    "list": {"nl": "{protocol}, naar de stand van {moment}: {counts}", "en": "{protocol}, as of {moment}: {counts}"},
    "nothing": {"nl": "niets gevonden", "en": "nothing found"},
    "open": {"nl": "open", "en": "open"},
    "reopened": {"nl": "heropend", "en": "reopened"},
    "closed": {"nl": "afgesloten", "en": "closed"},
    "counted": {"nl": "{uses} keer gebruik geteld; {judged} van gegevens, en niet geweigerd; {explained} daarvan zijn "
                      "verklaard door wat geregistreerd is",
                "en": "uses counted: {uses}; {judged} of data, and not refused; {explained} of those explained by what "
                      "is on record"},
    "not-judged": {"nl": "Niet beoordeeld: ", "en": "Not judged: "},
    "by": {"nl": ", door {who}", "en": ", by {who}"},
    "more": {"nl": "  en nog {count}: --all", "en": "  and {count} more: --all"},
    "nobody": {"nl": "niemand bij naam", "en": "nobody named"},
    "use": {"nl": "1 keer gebruikt", "en": "1 use"},
    "uses": {"nl": "{count} keer gebruikt", "en": "{count} uses"},
    "perhaps": {"nl": "misschien {uses}", "en": "perhaps {uses}"},
    "range": {"nl": "{least} tot {most} keer gebruikt", "en": "{least} to {most} uses"},
    "protocol": {"nl": "protocol", "en": "protocol"},
    "log": {"nl": "log van", "en": "log of"},
    "who": {"nl": "wie", "en": "who"},
    "person": {"nl": "persoon {actor}; wie dat is: ledger subject show",
               "en": "person {actor}; who that is: ledger subject show"},
    "no-name": {"nl": "niemand wordt genoemd", "en": "nobody is named"},
    "where": {"nl": "waar", "en": "where"},
    "dataset": {"nl": "dataset {dataset}", "en": "dataset {dataset}"},
    "when": {"nl": "wanneer", "en": "when"},
    "span": {"nl": "{first} tot {last}", "en": "{first} to {last}"},
    "local": {"nl": "{day}; de log geeft een plaatselijke tijd die deze dag twee keer had",
              "en": "{day}; the log gives a local time that this day had twice"},
    "how-many": {"nl": "hoeveel", "en": "how many"},
    "between": {"nl": "minstens {least}, hoogstens {most}: wat geregistreerd is veranderde tussen het eerste en het "
                      "laatste gebruik van die dag",
                "en": "at least {least}, at most {most}: what is on record changed between the first and the last use "
                      "of that day"},
    "at-most": {"nl": "hoogstens {most}, en misschien geen", "en": "at most {most}, and perhaps none"},
    "looked-for": {"nl": "gezocht", "en": "looked for"},
    "a-grant": {"nl": "toegang van deze persoon tot {application}, geldig op het moment van elk gebruik",
                "en": "a grant of {application} to this person, valid at the moment of each use"},
    "found": {"nl": "gevonden", "en": "found"},
    "beside": {"nl": "ernaast", "en": "beside"},
    "entry": {"nl": "vermelding {entry}", "en": "entry {entry}"},
    "was-closed": {"nl": "gesloten", "en": "closed"},
    "closing": {"nl": "{reason}, door {party}, vermelding {entry}, {moment}",
                "en": "{reason}, by {party}, entry {entry}, {moment}"},
    "had-then": {"nl": "{closing}; het was toen {uses}", "en": "{closing}; it had {uses} then"},
    "undo": {"nl": "herroepen", "en": "to undo"},
    "to-settle": {"nl": "te doen", "en": "to settle"},
    "or-close": {"nl": "of zeg waarom het afgehandeld is: ledger findings close {id} --reason WORD",
                 "en": "or say why it is settled: ledger findings close {id} --reason WORD"},
    "entries": {"nl": "regels", "en": "entries"},
    "from-on": {"nl": "vanaf vermelding {entry}; elk ervan: ledger findings show {id}",
                "en": "from {entry} on; each of them: ledger findings show {id}"},
    "rests-on": {"nl": "{entries}; wat een bestand gaf: ledger import show {entry}",
                 "en": "{entries}; what a file gave: ledger import show {entry}"},
    "no-use": {"nl": "er is geen gebruik in: het gaat over wat er niet is",
               "en": "no use is in it: it is of what is not there"},
    "the-line": {"nl": "waar een ervan in zijn bestand staat: ledger import show {entry}",
                 "en": "where one of them stands in its file: ledger import show {entry}"},
    "item": {"nl": "1 item", "en": "1 item"},
    "items": {"nl": "{count} items", "en": "{count} items"},
    "to": {"nl": "aan {whom}", "en": "to {whom}"},
    "doubt": {"nl": "  misschien", "en": "  perhaps"},
    "one-by-one": {"nl": "{uses}, één voor één geteld", "en": "{uses}, counted one by one"},
    "next": {"nl": "Verder: ledger findings explain {id} --lang nl", "en": "Next: ledger findings explain {id}"},
}  # fmt: skip


def text(name: str, language: Language, **about: object) -> str:
    """One sentence, with its data in it; those that are sentences themselves in the same language."""
    return TEXTS[name][language].format(**{key: of(each, language) for key, each in about.items()})


def of(value: object, language: Language) -> object:
    """What a finding says, in this language; anything else as it is."""
    return value.nl if language == "nl" and isinstance(value, Said) else value
