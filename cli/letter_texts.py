"""The words of letters to a person, in Dutch and in English. Data come in by name; no sentence is put together."""

from __future__ import annotations

from cli.language import Language, Text

TEXTS: dict[str, Text] = {
    "heading": {
        "nl": "Uw persoonsgegevens: aan wie ze zijn meegedeeld",
        "en": "Your personal data: to whom they were disclosed",
    },
    "made": {"nl": "Opgemaakt op {day}, naar de stand van {size} vermeldingen in het register {origin}.",
             "en": "Made on {day}, from {size} entries of the ledger {origin}."},
    "right": {
        "nl": "U kreeg dit overzicht op grond van artikel 15 van de Algemene Verordening Gegevensbescherming (AVG).",
        "en": "You receive this overview under article 15 of the General Data Protection Regulation (GDPR).",
    },
    "known": {"nl": "Wij kennen u in het protocol {protocol} als:",
              "en": "In the protocol {protocol} you are known as:"},
    "token": {"nl": "In het register staat in plaats daarvan het kenmerk {token}.",
              "en": "In the ledger the token {token} stands in its place."},
    "by-dataset": {
        "nl": "Mededelingen worden per gegevensverzameling geregistreerd, niet per persoon. Hieronder staan alle "
              "mededelingen onder dit protocol; bij een * wordt u zelf genoemd.",
        "en": "Deliveries are recorded by dataset and not by person. Below are all deliveries under this protocol; "
              "those with a * name you.",
    },
    "none": {"nl": "Er is geen mededeling geregistreerd.", "en": "No delivery has been recorded."},
    "line": {"nl": "{at}: van {sender} aan {to}", "en": "{at}: from {sender} to {to}"},
    "held": {"nl": "{to} heeft sinds {at} gegevens van {sender}; wanneer ze zijn meegedeeld, is niet geregistreerd",
             "en": "{to} has had data from {sender} since {at}; when they were disclosed has not been recorded"},
    "datasets": {"nl": "gegevens: {what}", "en": "data: {what}"},
    "purpose": {"nl": "doel: {what}", "en": "purpose: {what}"},
    "basis": {"nl": "rechtsgrond: {what}", "en": "legal basis: {what}"},
    "no-basis": {"nl": "rechtsgrond: niet bij de mededeling vermeld; zie het protocol",
                 "en": "legal basis: not stated with the delivery; see the protocol"},
    "public": {"nl": "het publiek", "en": "the public"},
    "texts": {"nl": "Over u is in verzegelde tekst vermeld:", "en": "Said of you in sealed texts:"},
    "uses": {
        "nl": "Als gebruiker van een toepassing komt u {count} keer voor in logbestanden, van {first} tot {last}.",
        "en": "As a user of an application you appear in logs from {first} to {last}; uses counted: {count}.",
    },
    "rights": {
        "nl": "U kunt vragen om verbetering of wissing (artikelen 16 en 17 AVG). De ontvangers worden dan daarvan "
              "verwittigd (artikel 19). U kunt klacht indienen bij de toezichthoudende autoriteit.",
        "en": "You may ask for rectification or erasure (articles 16 and 17 GDPR). The recipients are then told of it "
              "(article 19). You may lodge a complaint with the supervisory authority.",
    },
    "A6-1-a": {"nl": "toestemming (art. 6, lid 1, a)", "en": "consent (art. 6(1)(a))"},
    "A6-1-b": {"nl": "overeenkomst (art. 6, lid 1, b)", "en": "contract (art. 6(1)(b))"},
    "A6-1-c": {"nl": "wettelijke verplichting (art. 6, lid 1, c)", "en": "legal obligation (art. 6(1)(c))"},
    "A6-1-d": {"nl": "vitaal belang (art. 6, lid 1, d)", "en": "vital interests (art. 6(1)(d))"},
    "A6-1-e": {"nl": "taak van algemeen belang of openbaar gezag (art. 6, lid 1, e)",
               "en": "task in the public interest or official authority (art. 6(1)(e))"},
    "A6-1-f": {"nl": "gerechtvaardigd belang (art. 6, lid 1, f)", "en": "legitimate interests (art. 6(1)(f))"},
}  # fmt: skip


def text(name: str, language: Language, **named: object) -> str:
    """One sentence, with its data in it."""
    return TEXTS[name][language].format(**named)
