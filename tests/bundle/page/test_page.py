"""The page as its reader has it: what it shows, in which language, and what it may do."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ledger.bundle.page.join import joined, program
from ledger.chain.hashing import sha256
from ledger.chain.note import Note
from ledger.chain.timestamp import renewed_text
from tests.bundle.authority import Authority, authority
from tests.bundle.forge import POLICY, REASON, disclosed, good, honest, unsealed
from tests.bundle.mutations import MUTATIONS
from tests.bundle.page.browser import Tab, opened
from tests.cli.commands import ledger
from tests.docs.blocks import ROOT
from tests.keys.people import VLAIO

pytestmark = pytest.mark.extra

SOURCES = ROOT / "ledger/bundle/page"
TEXTS = {name: json.loads((SOURCES / f"{name}.json").read_text(encoding="utf-8")) for name in ("nl", "en")}
WITHOUT_ED25519 = """
const whole = crypto.subtle.importKey.bind(crypto.subtle);
crypto.subtle.importKey = (format, key, name, ...rest) => name === "Ed25519"
    ? Promise.reject(new DOMException("no", "NotSupportedError")) : whole(format, key, name, ...rest);
"""


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "own.policy"
    path.write_text(str(POLICY))
    return path


def shown(tab: Tab) -> str:
    return str(tab.tab.inner_text("#result"))


# --- what it is made of ---


def test_the_page_is_the_same_bytes_again_and_its_digest_is_told(tmp_path: Path) -> None:
    path = tmp_path / "verify.html"
    said = ledger("evidence", "page", "-o", str(path))
    assert said.exit == 0
    assert path.read_bytes() == joined()
    assert f"sha256 {sha256(joined()).hex()}" in said.out


def test_the_page_loads_nothing_and_its_policy_allows_one_script_and_one_style() -> None:
    page = joined().decode()
    (allowed,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert re.fullmatch(
        r"default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; base-uri 'none'; "
        r"form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'", allowed,
    )  # fmt: skip
    assert not re.search(r"\bhttps?://|\bsrc=|\bhref=|@import|url\(", page.partition("<script>")[0])


def test_no_text_from_outside_can_become_markup() -> None:
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Function|fetch\(|import\(", program()
    )


def test_every_code_has_a_sentence_in_both_languages() -> None:
    assert _shape(TEXTS["nl"]) == _shape(TEXTS["en"])
    known = {key for group in ("faults", "not", "rules", "policy") for key in TEXTS["en"][group]}
    areas = {key.partition(".")[0] for key in known}
    used = set(re.findall(r'"([a-z]+\.[a-z0-9-]+)"', program()))
    names = {"checkpoint.tsr", "entries.proof", "streams.proof"}
    assert {code for code in used - names if code.partition(".")[0] in areas} <= known
    told = {mutation.code for mutation in MUTATIONS.values() if mutation.code}
    assert told <= known


def _shape(value: Any) -> Any:
    """The keys of texts, and the names that are filled in: the same in each language."""
    if isinstance(value, dict):
        return {key: _shape(each) for key, each in value.items()}
    return list(map(_shape, value)) if isinstance(value, list) else sorted(re.findall(r"\{[a-z]+\}", value))


# --- what it shows ---


def test_a_good_bundle_is_shown_with_its_verdicts_in_the_reader_s_language(
    tab: Tab, tmp_path: Path, policy: Path
) -> None:
    tab.tab.click("[data-language=en]")
    report = tab.check(good(tmp_path), policy)
    assert report["exit"] == 0
    assert tab.tab.inner_text("#sentence").endswith(TEXTS["en"]["ui"]["exit0"])
    assert tab.tab.evaluate("document.activeElement.id") == "outcome"
    tab.tab.click("[data-language=nl]")
    assert tab.tab.inner_text("#sentence").endswith(TEXTS["nl"]["ui"]["exit0"])
    assert tab.tab.evaluate("document.documentElement.lang") == "nl"
    assert all(text in shown(tab) for text in TEXTS["nl"]["areas"].values())


def test_a_fault_is_shown_with_its_entry_and_code(tab: Tab, tmp_path: Path, policy: Path) -> None:
    report = tab.check(MUTATIONS["entry left out"].make(tmp_path), policy)
    (fault,) = [each for each in report["faults"] if each["code"] == "completeness.hole"]
    tab.tab.click("[data-language=en]")
    assert f"entry {fault['position']}" in shown(tab)
    assert "completeness.hole" in shown(tab)


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_fault_of_the_catalogue_has_all_its_words(name: str) -> None:
    code = MUTATIONS[name].code
    assert not code or code in TEXTS["en"]["faults"]


def test_without_a_policy_the_reader_is_told_what_is_wanting(tab: Tab, tmp_path: Path) -> None:
    report = tab.check(good(tmp_path), None)
    assert (report["exit"], report["verdicts"]["integrity"]) == (9, "not-checked")
    assert report["steps"][11:14] == ["not-checked"] * 3
    tab.tab.click("[data-language=en]")
    assert TEXTS["en"]["not"]["trust.no-policy"] in shown(tab)


def test_a_policy_that_cannot_be_used_is_told_with_its_lines(tab: Tab, tmp_path: Path) -> None:
    path = tmp_path / "bad.policy"
    path.write_text("log nonsense\nquorum none\n")
    report = tab.check(good(tmp_path), path)
    assert (report["exit"], report["refused"]["params"]["faults"][0]["line"]) == (8, 1)
    tab.tab.click("[data-language=en]")
    assert "line 1: " in shown(tab)


def test_a_name_from_outside_stays_text(tab: Tab, tmp_path: Path, policy: Path) -> None:
    path = tmp_path / "<img src=x onerror=alert(1)>\u202egpj.zip"
    path.write_bytes(good(tmp_path).read_bytes())
    tab.check(path, policy)
    assert "<img src=x onerror=alert(1)>\\u{202e}gpj.zip" in shown(tab)
    assert tab.tab.query_selector("#result img") is None


def test_the_page_works_by_keyboard_alone(tab: Tab, tmp_path: Path, policy: Path) -> None:
    tab.check(good(tmp_path), policy)
    tab.tab.focus("[data-language=nl]")
    reached = []
    for _ in range(5):
        reached.append(tab.tab.evaluate("document.activeElement.id || document.activeElement.dataset.language"))
        tab.tab.keyboard.press("Tab")
    assert reached == ["nl", "en", "bundle", "policy", "check"]
    tab.tab.evaluate("document.getElementById('result').replaceChildren()")
    tab.tab.focus("#check")
    tab.tab.keyboard.press("Enter")
    tab.tab.wait_for_selector("#report", state="attached")
    assert tab.tab.inner_text("#sentence")


DROP = """async ([bundle, policy]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([$bytes.bytesOfHex(policy)], "own.policy"));
    transfer.items.add(new File([$bytes.bytesOfHex(bundle)], "case.zip"));
    document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: transfer, bubbles: true, cancelable: true}));
    await new Promise((resolve) => setTimeout(resolve, 50));
    return ["bundle", "policy"].map((id) => document.getElementById(id).files[0]?.name);
}"""


def test_files_that_are_dropped_find_their_places(tab: Tab, tmp_path: Path, policy: Path) -> None:
    raws = [good(tmp_path).read_bytes().hex(), policy.read_bytes().hex()]
    assert tab.tab.evaluate(DROP, raws) == ["case.zip", "own.policy"]


def test_no_width_of_a_telephone_hides_a_word(tab: Tab, tmp_path: Path, policy: Path) -> None:
    tab.check(MUTATIONS["entry left out"].make(tmp_path), policy)
    tab.tab.set_viewport_size({"width": 320, "height": 640})
    try:
        assert tab.tab.evaluate("document.documentElement.scrollWidth") == 320
    finally:
        tab.tab.set_viewport_size({"width": 1280, "height": 720})


def test_the_page_asks_for_nothing_and_could_not(tab: Tab, tmp_path: Path, policy: Path) -> None:
    tab.check(good(tmp_path), policy)
    assert [url for url in tab.requests if not url.startswith("file:")] == []
    assert tab.noise == []
    failed = tab.tab.evaluate("fetch('http://127.0.0.1:9/').then(() => '', (error) => error.name)")
    assert failed == "TypeError"
    assert any("Content Security Policy" in line for line in tab.noise)
    tab.noise.clear()


def test_a_page_with_another_script_does_not_run(browser: Any, tmp_path: Path) -> None:
    with opened(browser, tmp_path) as tab:
        page = tmp_path / "verify.html"
        page.write_bytes(joined().replace(b"class Findings {", b"class Findings { /* all is well */"))
        tab.tab.reload()
        assert tab.tab.inner_text("h1") == ""
        assert any("Content Security Policy" in line for line in tab.noise)


# --- what it cannot check ---


def test_a_browser_without_ed25519_says_so_and_finds_nothing_good(browser: Any, tmp_path: Path, policy: Path) -> None:
    with opened(browser, tmp_path, before=WITHOUT_ED25519) as tab:
        forge = honest()
        report = tab.check(forge.bundle(tmp_path / "b.zip", openings=(disclosed(forge, REASON),)), policy)
        assert report["exit"] == 9
        assert report["faults"] == []
        assert {name for name, verdict in report["verdicts"].items() if verdict == "ok"} == {"persons"}
        assert TEXTS["en"]["not"]["here.no-ed25519"] in shown(tab)


def test_a_page_without_webcrypto_says_so(browser: Any, tmp_path: Path, policy: Path) -> None:
    with opened(browser, tmp_path, before="Object.defineProperty(crypto, 'subtle', {value: undefined});") as tab:
        report = tab.check(good(tmp_path), policy)
        assert (report["exit"], report["refused"]["code"]) == (9, "here.no-webcrypto")


@pytest.mark.parametrize(
    ("was", "now"), [(b"\n    parties: ", b"\n    parties: &all "), (b"\nparties:", "\n# \u202e\nparties:".encode())]
)
def test_a_file_that_the_page_cannot_read_is_never_good(tab: Tab, was: bytes, now: bytes) -> None:
    raw = honest().file.replace(was, now, 1)
    assert now in raw
    script = (
        "(text) => { try { $yaml.readYaml(new TextEncoder().encode(text)); } catch (error) { return error.code; } }"
    )
    assert tab.tab.evaluate(script, raw.decode()) == "here.yaml"


# --- time ---


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("tsa") / "own")


def test_a_time_stamp_is_shown_and_its_authority_not_checked(
    tab: Tab, tsa: Authority, tmp_path: Path, policy: Path
) -> None:
    forge = honest()
    text = Note.parse(forge.note).text.encode()
    stamp = tsa.stamp(text)
    report = tab.check(forge.bundle(tmp_path / "b.zip", stamps=(stamp, tsa.stamp(renewed_text(text, stamp)))), policy)
    assert (report["exit"], report["verdicts"]["time"]) == (0, "not-checked")
    assert [each["file"] for each in report["stamps"]] == ["checkpoint.tsr", "renewal/1.tsr"]
    assert report["stamps"][0]["imprint"] == sha256(text).hex()
    assert report["stamps"][0]["at"] in shown(tab)


@pytest.mark.parametrize("stamped", ["something else", "no token", "renewal"])
def test_a_stamp_over_something_else_is_a_fault(
    tab: Tab, tsa: Authority, tmp_path: Path, policy: Path, stamped: str
) -> None:
    forge = honest()
    text = Note.parse(forge.note).text.encode()
    stamps = {
        "something else": (tsa.stamp(b"else"),), "no token": (b"\x30\x03\x02\x01\x00",),
        "renewal": (tsa.stamp(text), tsa.stamp(text)),
    }[stamped]  # fmt: skip
    report = tab.check(forge.bundle(tmp_path / "b.zip", stamps=stamps), policy)
    assert (report["exit"], report["verdicts"]["time"]) == (3, "failed")
    assert {fault["code"] for fault in report["faults"]} == {"time.stamp"}


def test_an_entry_that_says_to_be_recorded_after_its_stamp_is_a_fault(
    tab: Tab, tsa: Authority, tmp_path: Path, policy: Path
) -> None:
    forge = unsealed()
    event = forge.state(VLAIO, "measure-attested/1", measure="tomorrow")
    forge.append(event, VLAIO, recorded="2999-01-01T00:00:00.000000Z")
    forge.seal(recorded="2999-01-01T00:00:00.000001Z")
    forge.sign()
    path = forge.bundle(tmp_path / "b.zip", stamps=(tsa.stamp(Note.parse(forge.note).text.encode()),))
    assert {fault["code"] for fault in tab.check(path, policy)["faults"]} == {"time.after-stamp"}


def test_any_bytes_are_a_stamp_or_none(tab: Tab, tsa: Authority) -> None:
    stamp = tsa.stamp(b"text\n")
    cut = [stamp[:at].hex() for at in range(0, len(stamp), 7)]
    bent = [(stamp[:at] + bytes([stamp[at] ^ 0x80]) + stamp[at + 1 :]).hex() for at in range(0, min(len(stamp), 160))]
    script = "(raws) => raws.map((raw) => $stamps.parseToken($bytes.bytesOfHex(raw))?.at ?? null)"
    found = tab.tab.evaluate(script, [stamp.hex(), *cut, *bent])
    assert re.fullmatch(r"20[0-9-]{8}T[0-9:]{8}\.[0-9]{6}Z", found[0])
    assert found[1 : 1 + len(cut)] == [None] * len(cut)
