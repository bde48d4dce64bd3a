"""Web servers' access logs, and the login lists that web applications export.

- `combined`: NCSA common and combined, also with further fields behind and a syslog prefix before; `iis-w3c`: IIS, and
  any log with a `#Fields:` line; `iis-native`: the older IIS lines, fields separated by a comma and a space.
- `login-export`: a spreadsheet of a Belgian office: `;`, dd/mm/yyyy, cp1252, Brussels time. Columns are known by Dutch
  or English names. A moment in the hour that October has twice becomes its date, and is counted as ambiguous.
- Such lines have no id: a use is known again by what its line says. Lines that agree in everything are told apart by
  their order in the file.
- Addresses asked for are never kept: only method and result are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, NamedTuple

from ledger.events.usage import Action, ActorClass
from ledger.importers import fields, times
from ledger.importers.actors import identified
from ledger.importers.addresses import Networks, network_of
from ledger.importers.documents import Document, Head, documents, look, undecoded
from ledger.importers.importer import (
    Found,
    Heading,
    Ignored,
    Network,
    NotThisFormat,
    Outcome,
    Record,
    Reject,
    Unreadable,
    head_of,
)
from ledger.importers.lines import encoding_of, lines, without_end
from ledger.importers.repeats import Repeats

_COMBINED = re.compile(
    r"(?P<address>\S+) (?P<ident>\S+) (?P<user>.{1,200}?) \[(?P<time>[^\]]{20,40})\] "
    r'"(?P<request>(?:[^"\\]|\\.)*)" (?P<status>[0-9]{3}|-) (?:[0-9]+|-)(?: .*)?'
)
_SYSLOG = re.compile(
    r"(?:<[0-9]{1,3}>)?(?:1 )?(?:[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2}T\S+) \S+ [^\s:]+:? "
)
_ERROR_LOG = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9:]{8} \[[a-z]+\] |\[[A-Z][a-z]{2} [A-Z][a-z]{2} [0-9]{2} ")
_NATIVE = re.compile(
    r"(?P<address>[^,\s]+), (?P<user>[^,]*), (?P<day>[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}), "
    r"(?P<clock>[0-9]{1,2}:[0-9]{2}:[0-9]{2}), "
    r"[^,]+, [^,]*, [^,]*, [0-9]+, [0-9]+, [0-9]+, (?P<status>[0-9]{3}), [0-9]+, (?P<method>[A-Za-z]+), .*"
)
_METHODS: dict[str, Action] = {
    "GET": "consult", "HEAD": "other", "OPTIONS": "other", "POST": "modify", "PUT": "modify", "PATCH": "modify",
    "DELETE": "delete", "CONNECT": "other", "TRACE": "other", "PROPFIND": "consult", "SEARCH": "query", "COPY": "copy",
    "MOVE": "modify", "REPORT": "query", "MKCOL": "modify", "LOCK": "modify", "UNLOCK": "modify",
}  # fmt: skip
_COLUMNS = {
    "time": ("tijdstip", "datum en tijd", "datumtijd", "timestamp", "datetime", "date time", "moment"),
    "day": ("datum", "date"), "clock": ("tijd", "uur", "time"),
    "user": ("gebruiker", "gebruikersnaam", "login", "user", "username", "account"),
    "said": ("actie", "handeling", "gebeurtenis", "action", "event", "activity"),
    "result": ("resultaat", "status", "uitkomst", "result", "outcome"),
    "address": ("ip-adres", "ip adres", "ip", "ip address", "ip-address"),
    "id": ("volgnummer", "logid", "log-id", "id"),
}  # fmt: skip
_SAID: dict[tuple[str, Action], str] = {
    ("logout", "sign-in"): r"afmeld|uitlog|log ?(?:out|off)|sign ?out",
    ("login", "sign-in"): r"aanmeld|inlog|ingelogd|log ?(?:in|on)|sign ?in",
    ("export", "export"): r"export|xporteer",
    ("download", "download"): r"download",
    ("search", "query"): r"zoek|gezocht|search|query",
    ("delete", "delete"): r"verwijder|gewist|wissen|delete|remove",
    ("share", "share"): r"gedeeld|delen|share",
    ("copy", "copy"): r"kopie|copy|copied",
    ("modify", "modify"): r"wijzig|bijgewerkt|aangepast|toegevoegd|aangemaakt|opgeslagen|update|edit|create|save",
    ("consult", "consult"): r"raadple+g|bekeken|geopend|gelezen|view|read|open|consult|print|afdruk",
}
"""What an action is called, in Dutch or English; the first that is found."""
_WORDS = [(re.compile(pattern), word, action) for (word, action), pattern in _SAID.items()]
_W3C_FIELDS = ("cs-method", "sc-status", "cs-username", "c-ip", "cs-uri-stem")
_REFUSED = re.compile(r"mislukt|geweigerd|denied|refused|fail|ongeldig|invalid|geblokkeerd|blocked|niet toegelaten")
_WENT_WELL = re.compile(r"|ok|gelukt|succes.*|geslaagd|toegestaan|0|true|ja")


class _Use(NamedTuple):
    """What one line says."""

    happened_at: str
    action: Action
    outcome: Outcome
    operation: str
    user: str
    address: str
    own_id: str | None = None
    place: str | None = None


class _Read(NamedTuple):
    use: _Use
    document: Document


_Said = _Read | Reject | Ignored | Heading


class WebAccess:
    """Reads requests to a web server, or the logins to an application behind it."""

    name = "web-access"

    def __init__(self, internal: Networks = ()) -> None:
        self._internal = internal

    def sniff(self, head: bytes) -> str | None:
        found = _look(head)
        return found.kind if found else None

    def read(self, stream: BinaryIO) -> Iterator[Found]:
        """Every record, refused line and ignored line, in file order. Raises NotThisFormat."""
        stream.seek(0)
        head = _look(head_of(stream))
        if head is None:
            raise NotThisFormat(
                "not a web server's access log or a list of logins",
                hint="known are NCSA combined (Apache, nginx), IIS W3C, and `;` lists with the columns Tijdstip, "
                "Gebruiker and Actie; for another list write a mapping: ledger import table",
            )
        found = _in_table(stream, head) if head.kind == "login-export" else _in_lines(stream, head)
        return self._records(found)

    def _records(self, found: Iterator[_Said]) -> Iterator[Found]:
        repeats = Repeats()
        for each in found:
            if not isinstance(each, _Read):
                yield each
                continue
            use, document = each
            yield self._record(use, document, use.own_id or repeats.id_of(document.raw))

    def _record(self, use: _Use, document: Document, record_id: str) -> Record:
        actor_class, actor = _actor(use.user)
        return Record(
            record_id=record_id,
            raw=document.raw,
            content=document.raw,
            line_number=document.line_number,
            offset=document.offset,
            happened_at=use.happened_at,
            application="web",
            action=use.action,
            outcome=use.outcome,
            operation=use.operation,
            actor_class=actor_class,
            actor=actor,
            network=self._network(use.address),
            place=use.place,
        )

    def _network(self, address: str) -> Network | None:
        return network_of((address,), self._internal) if self._internal else None


def _actor(user: str) -> tuple[ActorClass, str | None]:
    """A name that someone signed in with is a person's, unless it shows otherwise."""
    return identified(user, "person")


def _look(head: bytes) -> Head | None:
    if found := look(head, _is_login_list, encoding="cp1252"):
        return found if found.spelling == "csv" else None
    encoding, start = encoding_of(head)
    if encoding == "utf-8":
        encoding = "cp1252"
    text = head[start:].decode("utf-8" if encoding == "cp1252" else encoding, "replace").lstrip("\ufeff")
    for line in re.split(r"\r\n|\r|\n", text):
        if line.startswith("#Fields:"):
            return Head("iis-w3c", "", encoding, start)
        for kind, pattern in (("combined", _COMBINED), ("iis-native", _NATIVE)):
            if pattern.fullmatch(_without_prefix(line)):
                return Head(kind, "", encoding, start)
    return None


def _is_login_list(columns: Mapping[str, object]) -> str | None:
    has = {name: any(each in columns for each in names) for name, names in _COLUMNS.items()}
    when = has["time"] or (has["day"] and has["clock"])
    return "login-export" if when and has["user"] and has["said"] else None


def _without_prefix(line: str) -> str:
    found = _SYSLOG.match(line)
    return line[found.end() :] if found else line


def _in_table(stream: BinaryIO, head: Head) -> Iterator[_Said]:
    for each in documents(stream, head):
        if not isinstance(each, Document):
            yield each
            continue
        try:
            yield _Read(_login(each), each)
        except Unreadable as error:
            yield Reject(each.line_number, each.offset, each.length, error.code, str(error))


def _login(document: Document) -> _Use:
    cells = {name: fields.text(document.data, *names) for name, names in _COLUMNS.items()}
    when = cells["time"] or f"{cells['day']} {cells['clock']}".strip()
    said = " ".join(cells["said"].lower().split())
    if not said:
        raise Unreadable("no-operation", "no action")
    word, action = next(((word, action) for found, word, action in _WORDS if found.search(said)), ("other", "other"))
    refused = _REFUSED.search(said) or _REFUSED.search(cells["result"].lower())
    well = _WENT_WELL.fullmatch(cells["result"].lower())
    outcome: Outcome = "denied" if refused else ("ok" if well else "unknown")
    own = fields.own_id(document.data, *_COLUMNS["id"])
    return _Use(local_moment(when), action, outcome, word, cells["user"], cells["address"], own)


def local_moment(text: str) -> str:
    """Brussels time, or a time that names its zone. Raises Unreadable."""
    try:
        return times.local(text)
    except times.NotATime as refused:
        try:
            if re.search(r"(?:Z|[+-][0-9]{2}:?[0-9]{2})$", text):
                return times.utc(text)
        except times.NotATime:
            pass
        raise Unreadable("no-time", str(refused) if text else "no time") from refused


def _in_lines(stream: BinaryIO, head: Head) -> Iterator[_Said]:
    columns: tuple[str, ...] = ()
    reader: Callable[[str], _Use | None] = _combined if head.kind == "combined" else _native
    for line in lines(stream, head.encoding, head.start):
        if line.text is None:
            yield undecoded(line)
            continue
        text = line.text.rstrip("\r\n")
        if text.startswith("#") and head.kind == "iis-w3c":
            if text.startswith("#Fields:"):
                columns = tuple(text[8:].lower().split())
                yield Heading(line.offset, line.raw)
            yield Ignored("directive")
        elif text.strip():
            try:
                use = _w3c(text, columns) if head.kind == "iis-w3c" else reader(_without_prefix(text))
                if use is None:
                    yield Ignored("error log line")
                    continue
                raw = without_end(line.raw, head.encoding)
                yield _Read(use, Document({}, raw, line.number, line.offset, line.length))
            except Unreadable as error:
                yield Reject(line.number, line.offset, line.length, error.code, str(error))


def _combined(text: str) -> _Use | None:
    found = _COMBINED.fullmatch(text)
    if found is None:
        if _ERROR_LOG.match(text):
            return None
        raise Unreadable("not-a-request", "not a line of an access log")
    try:
        happened_at = times.of_web_server(found["time"])
    except times.NotATime as error:
        raise Unreadable("no-time", str(error)) from error
    method, _, rest = found["request"].partition(" ")
    return _request(happened_at, method, found["status"], found["user"], found["address"], rest)


def _native(text: str) -> _Use | None:
    found = _NATIVE.fullmatch(text)
    if found is None:
        raise Unreadable("not-a-request", "not a line of an IIS log")
    month, day, year = found["day"].split("/")
    year = f"20{year}" if len(year) == 2 else year
    happened_at = local_moment(f"{day}/{month}/{year} {found['clock']}")
    return _request(happened_at, found["method"], found["status"], found["user"], found["address"], "")


def _w3c(text: str, columns: tuple[str, ...]) -> _Use:
    cells = text.split()
    if not columns:
        raise Unreadable("not-a-request", "no #Fields line before this one")
    if len(cells) != len(columns):
        raise Unreadable("columns", f"{len(cells)} fields, and #Fields names {len(columns)}")
    row = fields.by_column(columns, cells)
    try:
        happened_at = times.utc(f"{row.get('date', '')} {row.get('time', '')}")
    except times.NotATime as error:
        raise Unreadable("no-time", str(error)) from error
    path = row.get("cs-uri-stem", "")
    return _request(
        happened_at,
        row.get("cs-method", ""),
        row.get("sc-status", ""),
        row.get("cs-username", ""),
        row.get("c-ip", ""),
        path,
    )


def _request(happened_at: str, method: str, status: str, user: str, address: str, target: str) -> _Use:
    """A request; its target is looked at for its first folder only, which a mapping rule may ask for."""
    word = method.upper() if method.upper() in _METHODS else "other"
    outcome = fields.of_status(fields.whole(status)) or "unknown"
    folder = target.split("?", 1)[0].split(" ", 1)[0].strip("/").split("/", 1)[0]
    return _Use(
        happened_at, _METHODS.get(word, "other"), outcome, word, user.replace("+", " ") if user else "", address,
        place=folder or None,
    )  # fmt: skip
