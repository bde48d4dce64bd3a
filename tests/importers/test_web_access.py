from __future__ import annotations

from pathlib import Path

import pytest

from ledger.importers.importer import HEAD, Ignored, NotThisFormat, Record, Reject
from ledger.importers.web_access import WebAccess
from tests.importers.logs import World, found_in
from tests.importers.products import LOGIN_HEADER, W3C_HEADER, login, request, w3c

NATIVE = (
    "192.0.2.44, anv, 1/5/26, 9:01:00, W3SVC1, WEB1, 192.0.2.9, 15, 200, 512, 200, 0, GET, /webea/Zondervan.aspx, -,\n"
)
SHAPES = {
    "combined": ("combined", request() + "\n"),
    "common": ("combined", request().rsplit(' "', 2)[0] + "\n"),
    "nginx, more behind": ("combined", request(more=' "192.0.2.9" 0.012 0.010 .') + "\n"),
    "syslog prefix": ("combined", f"<190>Jan  5 09:01:00 web1 nginx: {request()}\n"),
    "iis": ("iis-w3c", W3C_HEADER + w3c() + "\n"),
    "iis, native": ("iis-native", NATIVE),
    "logins": ("login-export", LOGIN_HEADER + "\n" + login() + "\n"),
    "logins, day and hour apart": (
        "login-export",
        "Datum;Uur;Gebruikersnaam;Handeling\n5/1/2026;9:01:00;anv;Dossier geraadpleegd\n",
    ),
    "logins, commas": ("login-export", "Timestamp,User,Action\n2026-01-05 09:01:00,anv,view\n"),
}


def read(text: str | bytes) -> list[Record]:
    raw = text if isinstance(text, bytes) else text.encode()
    return [each for each in found_in(raw, WebAccess()) if isinstance(each, Record)]


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_is_known_and_says_the_same(name: str) -> None:
    shape, text = SHAPES[name]
    assert WebAccess().sniff(text.encode()[:HEAD]) == shape
    (record,) = read(text)
    assert (record.happened_at, record.action, record.outcome) == ("2026-01-05T08:01:00Z", "consult", "ok")
    assert "an" in (record.actor or "")


@pytest.mark.parametrize("raw", [b"", b"a;b\n1;2\n", b"2026-01-05 something happened\n", b'{"a": 1}\n', b"\x00" * 99])
def test_a_file_that_is_no_such_log_is_refused_with_a_way_on(raw: bytes) -> None:
    with pytest.raises(NotThisFormat) as caught:
        found_in(raw, WebAccess())
    assert "mapping" in caught.value.hint


@pytest.mark.parametrize(
    ("user", "actor_class", "named"),
    [("-", "unknown", None), ("An.Voorbeeld@fictief.example", "person", "an.voorbeeld@fictief.example"),
     ("anv", "person", "anv"), ("svc-kris", "service", "svc-kris"), ("DOMEIN\\anv", "person", "domein\\anv")],
)  # fmt: skip
def test_without_a_login_nobody_is_named(user: str, actor_class: str, named: str | None) -> None:
    (record,) = read(request(user=user))
    assert (record.actor_class, record.actor) == (actor_class, named)


@pytest.mark.parametrize(
    ("status", "outcome"), [(200, "ok"), (206, "ok"), (304, "ok"), (401, "denied"), (403, "denied"), (404, "failed")]
)
def test_the_status_decides_the_outcome(status: int, outcome: str) -> None:
    assert [each.outcome for each in read(request(status=status))] == [outcome]
    assert [each.outcome for each in read(W3C_HEADER + w3c(status=status))] == [outcome]


@pytest.mark.parametrize(
    ("method", "action"), [("GET", "consult"), ("POST", "modify"), ("DELETE", "delete"), ("ZONDERVAN", "other")]
)
def test_a_method_is_a_word_of_ours(method: str, action: str) -> None:
    (record,) = read(request(method=method))
    assert (record.operation, record.action) == (method if action != "other" else "other", action)


@pytest.mark.parametrize(
    ("said", "action", "outcome", "operation"),
    [
        ("aanmelden", "sign-in", "ok", "login"), ("Aanmelden mislukt", "sign-in", "denied", "login"),
        ("afmelden", "sign-in", "ok", "logout"), ("proces geraadpleegd", "consult", "ok", "consult"),
        ("Dossier verwijderd", "delete", "ok", "delete"), ("lijst geëxporteerd", "export", "ok", "export"),
        ("gewijzigd", "modify", "ok", "modify"), ("Zondervan", "other", "ok", "other"),
    ],
)  # fmt: skip
def test_an_action_is_known_by_its_dutch_word(said: str, action: str, outcome: str, operation: str) -> None:
    (record,) = read(LOGIN_HEADER + "\n" + login(said=said))
    assert (record.action, record.outcome, record.operation) == (action, outcome, operation)


def test_a_local_time_is_of_brussels_in_summer_and_winter() -> None:
    found = read("\n".join([LOGIN_HEADER, login(when="05/07/2026 09:00:00"), login(when="5/1/2026 9:00")]))
    assert [each.happened_at for each in found] == ["2026-07-05T07:00:00Z", "2026-01-05T08:00:00Z"]


def test_the_hour_that_october_has_twice_is_recorded_by_its_date_and_counted(tmp_path: Path) -> None:
    path, world = tmp_path / "log", World(WebAccess())
    moments = [f"25/10/2026 {clock}" for clock in ("01:59:59", "02:00:00", "02:59:59", "03:00:00")]
    path.write_text("\n".join([LOGIN_HEADER, *(login(when=when) for when in moments)]))
    run = world.imported(path)
    assert (run.counts.new, run.counts.ambiguous) == (4, 2)
    assert [event["happened_at"] for event in world.events] == [
        "2026-10-24T23:59:59Z", "2026-10-25", "2026-10-25", "2026-10-25T02:00:00Z",
    ]  # fmt: skip
    assert (world.batches[0].opener["first"], world.batches[0].opener["last"]) == (
        "2026-10-24T23:59:59Z", "2026-10-25T02:00:00Z",
    )  # fmt: skip


def test_the_hour_that_march_has_not_is_refused() -> None:
    found = found_in("\n".join([LOGIN_HEADER, login(when="29/03/2026 02:30:00")]).encode(), WebAccess())
    assert [(type(each), getattr(each, "code", "")) for each in found] == [(Reject, "no-time")]


def test_a_list_in_cp1252_is_read_with_its_names() -> None:
    raw = "\r\n".join([LOGIN_HEADER, login(who="zoë"), login(2, who="jan")]).encode("cp1252")
    assert [each.actor for each in read(raw)] == ["zoë", "jan"]
    assert [each.actor for each in read("\n".join([LOGIN_HEADER, login(who="zoë")]))] == ["zoë"]


def test_a_header_in_cp1252_is_no_login_whatever_its_columns_are_called() -> None:
    raw = "\r\n".join([f"{LOGIN_HEADER};Eénheid", f"{login(who='jan')};zoë"]).encode("cp1252")
    assert [type(each) for each in found_in(raw, WebAccess())] == [Record]


def test_an_error_log_and_directives_are_ignored_and_counted(tmp_path: Path) -> None:
    error = "2026/01/05 09:00:00 [error] 7#7: *1 open() failed, client: 192.0.2.44"
    assert [type(each) for each in found_in(f"{request()}\n{error}\n".encode(), WebAccess())] == [Record, Ignored]
    path, world = tmp_path / "log", World(WebAccess())
    path.write_text(W3C_HEADER + w3c(1) + "\n" + W3C_HEADER + w3c(2))
    assert dict(world.imported(path).counts.reasons) == {"directive": 6}


def test_equal_lines_are_so_many_uses_and_known_again(tmp_path: Path) -> None:
    world = World(WebAccess())
    for name, numbers, new in (("a", (1, 1, 2), 3), ("b", (1, 2, 2), 1), ("c", (1, 1, 2, 2), 0)):
        path = tmp_path / name
        path.write_text("\n".join(request(number) for number in numbers))
        assert world.imported(path).counts.new == new
