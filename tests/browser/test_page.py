"""The page, as a visitor uses it."""

import json
import re
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import expect

from tests.browser.everybody import SPILT, barriers, cut_on_paper, sheets

pytestmark = pytest.mark.browser


def status(page):
    return page.locator(".kb-progress")


def stands_at(page, month):
    expect(status(page)).to_contain_text(f"Month {month} of 120.")


def field(page, label, number=0):
    return page.get_by_label(label, exact=True).nth(number)


def typed(page, label, text, number=0):
    entry = field(page, label, number)
    entry.fill(text)
    entry.press("Enter")
    entry.blur()


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def start_anew(page):
    changed = page.get_by_text("You have changed something")
    expect(changed).to_be_visible()
    button(page, "Start anew").click()
    expect(changed).to_have_count(0)
    expect(button(page, "One month")).to_be_enabled()


def open_tab(page, name):
    page.get_by_role("tab", name=name, exact=True).click()


def rows(page):
    """Return the table of key figures: name -> cells."""
    found = page.locator(".kb-key tbody tr").all()
    return {row.locator("th").inner_text(): row.locator("td").all_inner_texts() for row in found}


def to_the_end(page):
    button(page, "To the end").click()
    expect(status(page)).to_contain_text("The run has ended.")


def test_the_page_opens_with_two_towns_on_the_eve_of_the_first_observed_month(page):
    assert page.title() == "Kotabaja"
    stands_at(page, 60)
    expect(page.get_by_role("columnheader", name="Without programmes")).to_be_visible()
    assert page.locator("svg.kb-map circle.firm").count() > 100
    assert page.locator("svg.kb-map path.edge").count() > 40
    assert [cells[2] for name, cells in rows(page).items() if name == "Local firms’ market share"] == [
        "0.0 percentage points"
    ]


def test_a_month_a_year_and_the_rest_can_be_run(page):
    button(page, "One month").click()
    stands_at(page, 61)
    expect(page.get_by_text("Key figures of June 2023")).to_be_visible()
    button(page, "One year").click()
    stands_at(page, 73)
    to_the_end(page)
    stands_at(page, 120)
    expect(button(page, "One month")).to_be_disabled()
    assert rows(page)["Local firms’ market share"][2] != "0.0 percentage points"


def test_earlier_months_can_be_looked_at_again(page):
    page.get_by_label("Month shown").fill("12")
    page.get_by_label("Month shown").dispatch_event("change")
    expect(page.get_by_text("Key figures of May 2019")).to_be_visible()
    expect(page.locator(".kb-moment output")).to_contain_text("warm-up")
    stands_at(page, 60)


# A run takes about a second: too quick for a hand, so the page itself notes what it said, and presses Stop.
NOTE_AND_STOP = """() => {
  window.said = []
  const note = () => {
    const text = document.querySelector('.kb-progress').innerText
    if (text && window.said.at(-1) !== text) window.said.push(text)
    if (/Month [1-9]\\d* of 60/.test(text)) document.querySelector('.kb-buttons button:nth-of-type(4)').click()
  }
  new MutationObserver(note).observe(document.body, {subtree: true, childList: true, characterData: true})
}"""


def test_a_run_tells_its_progress_and_can_be_stopped(page):
    field(page, "Scenario").select_option("full_city")
    page.evaluate(NOTE_AND_STOP)
    start_anew(page)
    said = page.evaluate("window.said")
    assert any(re.search(r"Warming up: .* Month [1-9]\d* of 60", text) for text in said), said
    expect(status(page)).to_contain_text("of 120.")
    reached = int(re.search(r"Month (\d+) of 120", status(page).inner_text())[1])
    assert 0 < reached < 60, said
    button(page, "To the end").click()
    expect(status(page)).to_contain_text("The run has ended.", timeout=30_000)


def test_a_lever_changes_the_run_when_it_is_started_anew(page):
    button(page, "One year").click()
    stands_at(page, 72)
    before = rows(page)["Public spending"][0]
    typed(page, "Money of the programme in a calendar year", "5000")
    expect(page.get_by_text("You have changed something")).to_be_visible()
    assert rows(page)["Public spending"][0] == before
    start_anew(page)
    button(page, "One year").click()
    stands_at(page, 72)
    open_tab(page, "Spending")
    shown = page.locator(".kb-figure").get_attribute("alt")
    assert "Training: 2023" in shown


@pytest.mark.parametrize("text", ["99000", "-1", "a lot"])
def test_a_lever_outside_its_range_is_refused_with_its_meaning(page, text):
    typed(page, "Money of the programme in a calendar year", text)
    alert = page.locator(".kb-error").first
    expect(alert).to_contain_text("Money of the programme in a calendar year. Allowed: 0 to 20000 jt/year.")
    entry = field(page, "Money of the programme in a calendar year")
    assert entry.get_attribute("aria-invalid") == "true"
    expect(button(page, "Start anew")).to_be_disabled()
    typed(page, "Money of the programme in a calendar year", "700")
    expect(page.locator(".kb-error")).to_have_count(0)
    expect(button(page, "Start anew")).to_be_enabled()


def test_a_policy_is_added_run_and_removed(page):
    field(page, "Scenario").select_option("baseline")
    expect(page.get_by_text("No programme is in force.")).to_be_visible()
    field(page, "Programme to add").select_option(label="Local steel allotment")
    button(page, "Add").click()
    expect(page.get_by_text("was added with the values of the scenario policies: local allotment")).to_be_visible()
    start_anew(page)
    to_the_end(page)
    assert any(cells[2].startswith(("+", "−")) for cells in rows(page).values())
    page.get_by_role("button", name="Remove Local steel allotment").click()
    expect(page.get_by_text("No programme is in force.")).to_be_visible()


def test_other_luck_is_another_run(page):
    first = rows(page)
    button(page, "Other luck").click()
    expect(field(page, "Luck (seed)")).to_have_value("2")
    start_anew(page)
    assert rows(page) != first


def test_two_towns_are_compared_side_by_side_with_their_difference(page):
    to_the_end(page)
    open_tab(page, "Side by side")
    field(page, "Figure").select_option("jobs_local_fte")
    figure = page.locator(".kb-figure")
    expect(figure).to_have_attribute("alt", re.compile("Local metal jobs"))
    said = figure.get_attribute("alt")
    assert re.search(r"With programmes [\d.,]+ jobs; Without programmes [\d.,]+ jobs", said)
    assert re.search(r"Difference: [+−]?[\d.,]+ jobs", said)
    open_tab(page, "Who supplies whom")
    field(page, "Map of").select_option("difference")
    expect(page.locator("path.edge.more").first).to_be_attached()
    expect(page.locator("path.edge.less").first).to_be_attached()


def test_a_town_can_run_alone(page):
    field(page, "Compare with").select_option(label="nothing (one town only)")
    start_anew(page)
    expect(page.get_by_role("columnheader", name="This town")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Difference")).to_have_count(0)
    expect(page.get_by_label("Map of", exact=True)).to_have_count(0)


def test_any_two_scenarios_can_stand_side_by_side(page):
    field(page, "Compare with").select_option("limits/no_steel")
    start_anew(page)
    expect(page.get_by_role("columnheader", name="no steel")).to_be_visible()
    assert rows(page)["Local firms’ market share"][1] == "0.0 %"


def test_a_click_on_a_firm_shows_its_history(page):
    button(page, "One year").click()
    stands_at(page, 72)
    dot = page.locator("circle.firm").nth(30)
    uid = dot.get_attribute("data-uid")
    dot.click()
    expect(page.get_by_role("heading", name=f"Local firm {uid}")).to_be_visible()
    expect(page.get_by_text("At work in May 2024.")).to_be_visible()
    expect(page.locator(".kb-figure")).to_have_attribute("alt", re.compile(r"History of \d+ months at work"))
    expect(page.locator("path.edge.own").first).to_be_attached()
    open_tab(page, "One firm")
    expect(field(page, "Firm")).to_have_value(uid)


def test_a_firm_is_found_with_the_keyboard_too(page):
    open_tab(page, "One firm")
    field(page, "Firm").select_option(index=5)
    expect(page.get_by_role("heading", name=re.compile(r"Local firm \d+"))).to_be_visible()


def test_every_view_shows_its_figure(page):
    button(page, "One year").click()
    stands_at(page, 72)
    for name in ("Competitiveness", "What binds firms", "Spending", "Side by side"):
        open_tab(page, name)
        figure = page.locator(".v-window-item--active .kb-figure")
        expect(figure).to_be_visible()
        assert "May 2024" in figure.get_attribute("alt")
        assert figure.evaluate("image => image.complete && image.naturalWidth > 300")


def test_a_run_is_saved_as_files_that_say_how_to_make_it_again(page):
    button(page, "One month").click()
    stands_at(page, 61)
    with page.expect_download() as waiting:
        button(page, "Save the run").click()
    assert waiting.value.suggested_filename == "kotabaja-both-seed1-month61.zip"
    files = ZipFile(BytesIO(Path(waiting.value.path()).read_bytes()))
    assert {"town/indicators.csv", "town/firms.csv", "town/manifest.json", "difference.csv"} <= set(files.namelist())
    facts = json.loads(files.read("town/manifest.json"))
    assert (facts["seed"], facts["months"]) == (1, 61)


def test_the_language_can_be_changed_and_nothing_english_is_left(page):
    field(page, "Language").select_option("id")
    expect(page.get_by_text("Angka utama Mei 2023")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "id"
    typed(page, "Bagian biaya pencantuman (listing) yang dibayar program", "0,5")
    button(page, "Sampai akhir").click()
    expect(status(page)).to_contain_text("Simulasi telah selesai.")
    words = " ".join(page.locator("main").all_inner_texts()).lower()
    for name in ("Daya saing", "Kendala IKM", "Belanja", "Berdampingan", "Satu IKM"):
        open_tab(page, name)
        page.locator(".v-window-item--active").wait_for()
        words += " ".join(page.locator("main").all_inner_texts()).lower()
    left = re.findall(r"\b(the|of|and|month|firms|town|share|with)\b", words.replace("kotabaja compare", ""))
    assert left == []
    field(page, "Bahasa").select_option("en")
    expect(field(page, "Share of the listing fee that the programme pays")).to_have_value("0.5")


@pytest.mark.parametrize("wide", [1400, 400])
def test_the_page_can_be_used_by_everybody(page, wide):
    page.set_viewport_size({"width": wide, "height": 900})
    page.locator("circle.firm").first.click()
    page.get_by_role("heading", name=re.compile("Local firm")).wait_for()
    typed(page, "Money of the programme in a calendar year", "99000")
    page.locator(".kb-error").first.wait_for()
    found = []
    for name in ("Who supplies whom", "Competitiveness", "What binds firms", "Spending", "Side by side", "One firm"):
        open_tab(page, name)
        page.locator(".v-window-item--active").wait_for()
        page.wait_for_timeout(500)  # the sliding of tabs dims them for a moment
        found += [f"{name}: {one}" for one in barriers(page)]
    assert found == []


@pytest.mark.parametrize("wide", [1400, 768, 400])
def test_the_page_is_never_wider_than_its_window(page, wide):
    page.set_viewport_size({"width": wide, "height": 900})
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= wide


def test_the_key_figures_fit_a_phone(page):
    to_the_end(page)
    page.set_viewport_size({"width": 400, "height": 900})
    page.wait_for_timeout(300)
    assert page.locator(".kb-wide:has(.kb-key)").evaluate("one => one.scrollWidth - one.clientWidth") <= 0
    assert page.evaluate(SPILT) == []


def test_two_visitors_do_not_disturb_each_other(page, watched, address):
    other = watched(address)
    other.get_by_text("Key figures of May 2023").wait_for()
    button(other, "One month").click()
    stands_at(other, 61)
    stands_at(page, 60)


def test_what_is_shown_is_printed_whole(page):
    button(page, "One year").click()
    stands_at(page, 72)
    page.locator("circle.firm").nth(30).click()
    page.get_by_role("heading", name=re.compile("Local firm")).wait_for()
    page.locator(".kb-figure").wait_for()
    assert cut_on_paper(page) == []
    page.emulate_media(media="print")
    assert page.get_by_text("Skip the choices").is_hidden()
    assert not page.locator("select:visible, button.kb-button:visible").count()
    page.emulate_media(media="null")
    assert sheets(page) <= 3
