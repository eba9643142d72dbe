"""The page at `/` in a real browser, against the real service."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from dressed_pictures import GARMENT, PERSON, check_dressed
from page_in_browser import Page
from running_service import RunningService
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys


def test_samples_are_tried_on(page: Page, person_file: Path, garment_file: Path) -> None:
    assert not page.run.is_enabled()
    page.sample("model_image", PERSON).click()
    assert not page.run.is_enabled()
    page.sample("garment_image", GARMENT).click()
    assert page.category() == "tops"
    page.run.click()
    page.wait_for_result()
    assert len(page.log_lines()) >= 2
    check_dressed(page.result_bytes(), person_file, garment_file)
    assert "768 × 1376" in page.text("#facts")
    assert page.element("#download").get_attribute("download").endswith(".png")
    assert page.element("#before").get_attribute("src").endswith(PERSON)
    assert page.is_in_view("#after")
    assert page.complaints() == []


def test_own_photos_are_tried_on(page: Page, person_file: Path, garment_file: Path) -> None:
    page.choose_file("model_image", person_file)
    page.drop_file("garment_image", garment_file)
    page.run.click()
    page.wait_for_result()
    check_dressed(page.result_bytes(), person_file, garment_file)
    assert page.complaints() == []


def test_a_garment_sets_its_category(page: Page) -> None:
    page.sample("garment_image", "pants/1").click()
    assert page.category() == "bottoms"
    page.sample("garment_image", "pants/4").click()
    assert page.category() == "one-pieces"


def test_the_keyboard_is_enough(page: Page) -> None:
    browser = page.browser
    page.focus(page.element('[data-field="model_image"] input'))
    keys = ActionChains(browser)
    keys.send_keys(Keys.TAB, Keys.ENTER).perform()
    assert page.sample("model_image", "avatars/1").get_attribute("aria-pressed") == "true"
    page.focus(page.element('[data-field="garment_image"] input'))
    ActionChains(browser).send_keys(Keys.TAB, Keys.SPACE).perform()
    page.focus(page.element('input[name="category"]:checked'))
    ActionChains(browser).send_keys(Keys.ARROW_RIGHT, Keys.ARROW_LEFT).perform()
    assert page.category() == "tops"
    ActionChains(browser).send_keys(Keys.TAB).perform()
    assert browser.switch_to.active_element == page.run
    ActionChains(browser).send_keys(Keys.ENTER).perform()
    page.wait_for_result()
    assert browser.switch_to.active_element == page.element("#result")
    assert page.complaints() == []


def test_everything_has_a_name(page: Page) -> None:
    shown = page.browser.find_elements(By.CSS_SELECTOR, "button, input, img, a, progress, section")
    nameless = [item.get_attribute("outerHTML") for item in shown if item.is_displayed() and not item.accessible_name]
    assert nameless == []
    assert len([item for item in shown if item.is_displayed()]) > 20


def test_a_photo_that_is_none_is_told_at_its_name(page: Page, tmp_path: Path, garment_file: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"this is not a picture")
    page.choose_file("model_image", broken)
    page.choose_file("garment_image", garment_file)
    page.run.click()
    assert page.wait_for_error().startswith("Person: ")
    assert page.run.is_enabled()
    assert not page.element("#result").is_displayed()


def test_a_file_of_another_kind_is_not_taken(page: Page, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("notes")
    page.drop_file("model_image", text)
    assert page.wait_for_error() == "notes.txt is not a picture."
    assert not page.run.is_enabled()


def test_cancel_leaves_the_page_ready(page: Page, service: RunningService) -> None:
    page.sample("model_image", PERSON).click()
    page.sample("garment_image", GARMENT).click()
    page.run.click()
    page.wait_for_state("Waiting", "Dressing")
    page.element("#cancel").click()
    page.wait_until(lambda: page.run.is_enabled())
    assert not page.element("#progress").is_displayed()
    assert page.text("#error") == ""
    assert httpx.get(f"{service.url}/health").status_code == 200


@pytest.mark.parametrize("width", [320, 390, 768, 1600])
def test_no_width_needs_sideways_scrolling(page: Page, width: int) -> None:
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    page.sample("model_image", PERSON).click()
    assert page.browser.execute_script("return document.documentElement.scrollWidth") <= width


def test_nothing_comes_from_elsewhere(page: Page, service: RunningService) -> None:
    page.sample("model_image", PERSON).click()
    script = "return performance.getEntriesByType('resource').map((entry) => entry.name)"
    page.wait_until(lambda: len(page.browser.execute_script(script)) > 3)  # pictures come when they come into view
    loaded = page.browser.execute_script(script)
    assert [url for url in loaded if not url.startswith((f"{service.url}/", "data:"))] == []


def test_a_guarded_service_asks_for_a_key(guarded_page: Page, guarded_service: RunningService) -> None:
    page = guarded_page
    page.sample("model_image", PERSON).click()
    page.sample("garment_image", GARMENT).click()
    field = page.element("#key")
    assert field.is_displayed()
    field.send_keys("wrong:key")
    page.run.click()
    assert page.wait_for_error()
    field.clear()
    field.send_keys(guarded_service.key)
    page.run.click()
    page.wait_for_result()
    page.browser.refresh()
    page.wait_until_ready()
    assert page.element("#key").get_attribute("value") == guarded_service.key
