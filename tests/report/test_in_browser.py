"""The page in a browser: what is clicked and typed works, and nothing leaves the file."""

import json
import shutil

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from mer.jobs import report
from tests.report.conftest import VARIANTS, Variant, write_sweep

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER),
    reason="needs chromium and chromedriver: apt-get install chromium chromium-driver",
)

# Contrast of every text with what lies behind it, as WCAG computes it; colours are drawn on a canvas to be read.
CONTRASTS = """
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
const rgba = (colour) => {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
};
const light = (colour) => {
  const [r, g, b] = colour.map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = (element) => {
  for (let one = element; one; one = one.parentElement) {
    const colour = rgba(getComputedStyle(one).backgroundColor);
    if (colour[3] === 255) return colour;
  }
  return [255, 255, 255, 255];
};
const found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
  const [front, back] = [light(rgba(getComputedStyle(element).color)), light(behind(element))];
  const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
  found.push([ratio, walker.currentNode.data.trim().slice(0, 40)]);
}
return found.sort((a, b) => a[0] - b[0]);
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    root = tmp_path_factory.mktemp("browser")
    many = {f"net_{n}": Variant(f"Network {n}", {0: 0.3 + n / 50, 1: 0.31 + n / 50}) for n in range(8)}
    other_oracle = Variant("Another oracle", {0: 0.8}, selection="oracle_test")
    write_sweep(root, variants={**VARIANTS, **many, "other_oracle": other_oracle})
    write_sweep(root, "other", "q", "stand_in")
    report.run(root / "results", ["mine", "other"], root / "report.html")
    return root / "report.html"


@pytest.fixture(scope="module")
def browser():
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.add_argument("--window-size=1200,900")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options, Service(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def opened(browser, path):
    browser.get_log("browser")
    browser.get_log("performance")
    browser.get(path.as_uri())
    return browser


@pytest.fixture
def board(opened):
    return opened.find_element(By.CSS_SELECTOR, ".leaderboard")


def header(board, title):
    return board.find_element(By.CSS_SELECTOR, f'th[data-title="{title}"]')


def column(board, number, kind=None):
    """Values of one column in the rows that are shown, from top to bottom."""
    return board.parent.execute_script(
        "const [board, number, kind] = arguments;"
        "return [...board.querySelectorAll('tr[data-kind]')]"
        ".filter((row) => row.checkVisibility() && (kind === null || row.dataset.kind === kind))"
        ".map((row) => row.querySelector(`[data-column='${number}']`)?.dataset.value ?? null)",
        board, number, kind,
    )  # fmt: skip


def status(board):
    return board.find_element(By.CSS_SELECTOR, "[role=status]").text


def test_a_click_sorts_and_says_so(board):
    uar = header(board, "Composite UAR")
    assert uar.get_attribute("aria-sort") is None
    assert header(board, "Composite UF1").get_attribute("aria-sort") == "descending"
    uar.find_element(By.TAG_NAME, "button").click()
    assert uar.get_attribute("aria-sort") == "descending"
    assert header(board, "Composite UF1").get_attribute("aria-sort") is None
    scores = [float(value) for value in column(board, 5, "measured")]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) > 8
    assert status(board).endswith("rows shown, sorted by Composite UAR, descending")
    uar.find_element(By.TAG_NAME, "button").click()
    assert uar.get_attribute("aria-sort") == "ascending"
    assert [float(value) for value in column(board, 5, "measured")] == sorted(scores)


def test_text_is_sorted_as_words_and_numbers_in_them_as_numbers(board):
    header(board, "Method").find_element(By.TAG_NAME, "button").click()
    assert header(board, "Method").get_attribute("aria-sort") == "ascending"
    names = [name for name in column(board, 1) if name.startswith(("Majority", "Network"))]
    assert names == ["Majority class", *(f"Network {n}" for n in range(8))]


def test_oracles_stay_below_results_however_rows_are_sorted(board):
    for title in ("Composite UF1", "Composite UF1", "SAMM UAR", "Kind", "Rank"):
        header(board, title).find_element(By.TAG_NAME, "button").click()
        kinds = column(board, 2)
        assert kinds[-3:] == ["oracle", "oracle", "not run"]
        assert kinds.count("oracle") == 2


def test_oracles_are_sorted_among_themselves(board):
    assert column(board, 1, "oracle") == ["STSTNet", "Another oracle"]
    header(board, "Method").find_element(By.TAG_NAME, "button").click()
    assert column(board, 1, "oracle") == ["Another oracle", "STSTNet"]


def test_rows_without_a_number_come_last_in_both_directions(board):
    button = header(board, "Rank").find_element(By.TAG_NAME, "button")
    for expected in ([1, 2], [11, 10]):
        button.click()
        ranks = column(board, 0)
        assert [int(rank) for rank in ranks[:2]] == expected
        assert set(ranks[11:]) == {None}


def test_the_keyboard_sorts_too(opened, board):
    button = header(board, "SAMM UF1").find_element(By.TAG_NAME, "button")
    before = column(board, 1)
    opened.execute_script("arguments[0].focus()", button)
    opened.switch_to.active_element.send_keys(Keys.ENTER)
    opened.switch_to.active_element.send_keys(Keys.SPACE)
    assert header(board, "SAMM UF1").get_attribute("aria-sort") == "ascending"
    assert column(board, 1) != before
    assert opened.switch_to.active_element == button


def test_text_filters_rows_and_the_count_follows(board):
    total = len(column(board, 1))
    assert status(board) == f"{total} of {total} rows shown"
    board.find_element(By.NAME, "text").send_keys("network")
    assert status(board) == f"8 of {total} rows shown"
    assert len(column(board, 1)) == 8
    board.find_element(By.NAME, "text").send_keys("nothing like this")
    assert status(board) == f"0 of {total} rows shown"
    board.find_element(By.CSS_SELECTOR, "button[type=reset]").click()
    assert len(column(board, 1)) == total
    assert board.find_element(By.CSS_SELECTOR, "[role=status]").get_attribute("aria-live") == "polite"


def test_kinds_can_be_left_out_and_their_heading_goes_with_them(board):
    assert "Oracles: no results" in board.text
    board.find_element(By.CSS_SELECTOR, 'input[value="oracle"]').click()
    assert "oracle" not in column(board, 2)
    assert "Oracles: no results" not in board.text
    board.find_element(By.CSS_SELECTOR, 'input[value="published"]').send_keys(Keys.SPACE)
    assert "published" not in column(board, 2)
    assert {"measured", "cited", "not run"} == set(column(board, 2))


def test_leaderboards_do_not_move_each_other(opened, board):
    other = opened.find_elements(By.CSS_SELECTOR, ".leaderboard")[1]
    before = column(other, 1)
    board.find_element(By.NAME, "text").send_keys("network")
    header(board, "Method").find_element(By.TAG_NAME, "button").click()
    assert column(other, 1) == before


def test_every_picture_is_drawn(opened):
    found = opened.execute_async_script(
        "const done = arguments[0]; const all = [...document.images];"
        "Promise.all(all.map((one) => one.decode())).then(() => done(all.map((one) => one.naturalWidth)),"
        " (error) => done(String(error)))"
    )
    assert len(found) == 19
    assert min(found) > 0


def test_nothing_leaves_the_file_and_nothing_is_complained_about(opened, path):
    opened.find_element(By.ID, "theme").click()
    header(opened.find_element(By.CSS_SELECTOR, ".leaderboard"), "Method").find_element(
        By.TAG_NAME, "button"
    ).click()
    assert opened.get_log("browser") == []
    events = [json.loads(entry["message"])["message"] for entry in opened.get_log("performance")]
    asked = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
    assert asked[0] == path.as_uri()
    assert {url.split(":")[0] for url in asked} <= {"file", "data"}
    assert not [url for url in asked if url.startswith("file:") and url != path.as_uri()]


def test_a_script_that_is_not_the_pages_own_does_not_run(opened):
    opened.execute_script(
        "const one = document.createElement('script'); one.textContent = 'window.foreign = 1';"
        "document.body.append(one)"
    )
    assert opened.execute_script("return window.foreign") is None
    assert "Content Security Policy" in opened.get_log("browser")[0]["message"]


def test_colours_can_be_turned(opened):
    def page():
        return opened.execute_script("return getComputedStyle(document.body).backgroundColor")

    button = opened.find_element(By.ID, "theme")
    light = page()
    assert button.get_attribute("aria-pressed") == "false"
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    assert page() != light
    button.click()
    assert page() == light


def test_colours_follow_the_system(opened, path):
    dark = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    light = opened.execute_script("return getComputedStyle(document.body).backgroundColor")
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", dark)
    try:
        button = opened.find_element(By.ID, "theme")
        WebDriverWait(opened, 10).until(lambda _: button.get_attribute("aria-pressed") == "true")
        assert opened.execute_script("return getComputedStyle(document.body).backgroundColor") != light
    finally:
        opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_can_be_read(opened, theme):
    opened.execute_script("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    opened.execute_script(f"document.documentElement.dataset.theme = '{theme}'")
    contrasts = opened.execute_script(CONTRASTS)
    assert len(contrasts) > 300
    assert contrasts[0][0] >= 4.5, contrasts[:5]


@pytest.mark.parametrize("width", [400, 1600])
def test_the_page_is_no_wider_than_the_screen(opened, width):
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        assert opened.execute_script("return document.documentElement.scrollWidth") <= width
    finally:
        opened.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_first_tab_offers_to_skip_to_the_results(opened):
    opened.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    first = opened.switch_to.active_element
    assert first.text == "Skip to the results"
    first.send_keys(Keys.ENTER)
    assert opened.switch_to.active_element.get_attribute("id") == "content"


def test_without_scripts_all_rows_are_there_and_no_control_that_does_nothing(opened, path):
    opened.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        opened.get(path.as_uri())
        board = opened.find_element(By.CSS_SELECTOR, ".leaderboard")
        rows = board.find_elements(By.CSS_SELECTOR, "tr[data-kind]")
        assert len(rows) == 28
        assert all(row.is_displayed() for row in rows)
        shown = [one for one in opened.find_elements(By.CSS_SELECTOR, "button, input") if one.is_displayed()]
        assert shown == []
    finally:
        opened.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_everything_is_open_in_print(opened):
    def n_open():
        return len(opened.find_elements(By.CSS_SELECTOR, "details[open]"))

    total = len(opened.find_elements(By.TAG_NAME, "details"))
    assert n_open() < total
    opened.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert n_open() == total
