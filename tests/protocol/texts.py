"""Protocol files for the tests: a small one to vary, and a third protocol that no code knows."""

from __future__ import annotations

HEAD = """\
id: two-parties
version: "1"
title: {nl: Protocol, en: Protocol}
drawn_up: 2024-01-15
parties:
  - {id: ALFA, name: Alfa, kbo: "0316.380.841", signs: [directeur], authority: TOEZICHT}
  - {id: BETA, name: Beta, signs: [directeur]}
outsiders:
  - {id: TOEZICHT, name: Toezichthouder}
calendar: {zone: Europe/Brussels, working_days: mon-fri, holidays: BE}
interpretations:
  - {id: I-1, asks: wanneer, options: [last, first], default: last}
clauses:
  - clause: art. 1
    text: Het protocol treedt in werking.
    title: {nl: Begin, en: Begin}
    defines: in-force
    at: {choice: I-1, last: last-signature, first: first-signature}
"""
CLAUSE = """\
  - clause: art. 2
    text: De partijen melden een lek.
    title: {nl: Melden, en: Report}
    pattern: response
    when: {type: incident-detected, at: aware_at, where: {leak: true}}
    case: trigger.incident
    bearer: trigger.party
    for_each: {party: others}
    towards: unit
    must: {type: breach-notified, where: {incident: case, party: bearer, to: counterparty}}
    term: 24 hours
"""
SMALL = HEAD + CLAUSE

THIRD = """\
id: stad-netwerk-2024
version: "1"
title: {nl: Protocol met een open klasse van gemeenten, en: Protocol with an open class of municipalities}
drawn_up: null
parties:
  - {id: AGENTSCHAP, name: Een agentschap, signs: [administrateur-generaal]}
  - {id: STAD, name: Een stad, signs: [burgemeester, algemeen-directeur]}
classes:
  - {id: GEMEENTE, text: Elke gemeente van het Vlaamse Gewest.}
calendar: {zone: Europe/Brussels, working_days: mon-sat, holidays: BE, also: [07-11, 12-26]}
house_policy: {immediately: 24 hours, reasonable: 30 days}
clauses:
  - clause: art. 1
    text: Het protocol treedt in werking bij de laatste ondertekening.
    title: {nl: Inwerkingtreding, en: Entry into force}
    defines: in-force
    at: last-signature
  - clause: art. 2
    text: Een gemeente kan toetreden.
    title: {nl: Toetreding, en: Accession}
    pattern: power
    holder: {class: GEMEENTE}
    act: {type: party-acceded}
    effect: {makes: acceded, for: act.party, at: act.effective_at}
  - clause: art. 3
    text: Opzeggen kan met drie maanden, tot het einde van de maand.
    title: {nl: Opzegging, en: Notice}
    pattern: power
    holder: all
    act: {type: termination-notice-given}
    effect: {makes: left, for: act.party, at: 3 months from act.received_at to end-of-month}
  - clause: art. 4
    text: Fouten worden binnen tien werkdagen verbeterd.
    title: {nl: Verbeteren, en: Correct}
    pattern: response
    when: {type: data-error-reported, at: received_at}
    case: trigger.error
    bearer: trigger.to
    towards: trigger.party
    must: {type: correction-applied, where: {error: case, party: bearer}}
    term: 10 working-days
  - clause: art. 5
    text: Een lek wordt binnen 24 uur gemeld.
    title: {nl: Lek melden, en: Report a leak}
    pattern: response
    when: {type: incident-detected, at: aware_at, where: {leak: true}}
    case: trigger.incident
    bearer: trigger.party
    for_each: {party: others}
    towards: unit
    must: {type: breach-notified, where: {incident: case, party: bearer, to: counterparty}}
    term: 24 hours
  - clause: art. 6
    text: De gegevens worden bewaard tot vijf jaar na het afsluiten van het dossier.
    title: {nl: Bewaren, en: Keep}
    applies: survives
    pattern: response
    when: {type: dossier-closed}
    case: trigger.dossier
    restarts: true
    bearer: all
    for_each: {holding: {holder: bearer, records: case}}
    towards: unit.origin
    must: {copy: destroyed}
    term: 5 years
    unless: {type: dossier-reopened, where: {dossier: case}}
  - clause: art. 7
    text: De gegevens worden elke werkdag bezorgd.
    title: {nl: Dagelijks, en: Daily}
    pattern: recurrence
    bearer: AGENTSCHAP
    for_each: {party: {of: all, but: bearer}}
    towards: unit
    must: {type: data-communicated, where: {from: bearer, to: counterparty}}
    every: calendar working-day
  - clause: art. 8
    text: Doorgeven mag enkel met toestemming van de bron.
    title: {nl: Doorgeven, en: Pass on}
    pattern: precedence
    act: {type: onward-disclosure-made}
    for_each: {party: {of: act.origins, but: act.party}}
    towards: unit
    needs: {type: onward-consent-given, where: {disclosure: act.disclosure, party: unit}}
"""


def place(text: str, part: str) -> tuple[int, int]:
    """Line and column, from 1, of where a part of a text first stands."""
    before = text[: text.index(part)]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
