"""The page as a visitor sees and handles it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE_SECONDS = 60.0
DROP_SCRIPT = """
const [target, name, type, text] = arguments;
const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
const transfer = new DataTransfer();
transfer.items.add(new File([bytes], name, { type }));
for (const kind of ["dragenter", "dragover", "drop"]) {
  target.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
}
"""
FETCH_SCRIPT = """
const [url, done] = arguments;
fetch(url).then((answer) => answer.blob()).then((blob) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result.split(",")[1]);
  reader.readAsDataURL(blob);
});
"""
IN_VIEW_SCRIPT = """
const box = arguments[0].getBoundingClientRect();
return box.height > 0 && box.top >= 0 && box.bottom <= innerHeight;
"""
TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".txt": "text/plain"}


class Page:
    """One open page."""

    def __init__(self, browser: webdriver.Chrome, url: str) -> None:
        self.browser = browser
        browser.get(f"{url}/")
        self.wait_until_ready()

    def wait_until(self, condition: Callable[[], object]) -> None:
        WebDriverWait(self.browser, PATIENCE_SECONDS, poll_frequency=0.05).until(lambda _: condition())

    def wait_until_ready(self) -> None:
        self.wait_until(lambda: self.element("body").get_attribute("data-ready"))

    def element(self, selector: str) -> WebElement:
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        return str(self.element(selector).get_property("textContent"))

    @property
    def run(self) -> WebElement:
        return self.element("#run")

    def sample(self, field: str, name: str) -> WebElement:
        image = f'[data-field="{field}"] .samples img[src$="/{name}"]'
        return self.element(image).find_element(By.XPATH, "..")

    def choose_file(self, field: str, file: Path) -> None:
        self.element(f'[data-field="{field}"] input[type=file]').send_keys(str(file))

    def drop_file(self, field: str, file: Path) -> None:
        target = self.element(f'[data-field="{field}"] .drop')
        content = base64.b64encode(file.read_bytes()).decode()
        self.browser.execute_script(DROP_SCRIPT, target, file.name, TYPES[file.suffix], content)

    def focus(self, element: WebElement) -> None:
        self.browser.execute_script("arguments[0].focus()", element)

    def category(self) -> str:
        return str(self.element('input[name="category"]:checked').get_attribute("value"))

    def log_lines(self) -> list[str]:
        lines = self.browser.find_elements(By.CSS_SELECTOR, "#log li")
        return [str(line.get_property("textContent")) for line in lines]

    def wait_for_state(self, *beginnings: str) -> None:
        self.wait_until(lambda: self.text("#state").startswith(beginnings))

    def wait_for_error(self) -> str:
        self.wait_until(lambda: self.element("#error").is_displayed())
        return self.text("#error")

    def wait_for_result(self) -> None:
        """Until the result is shown and the page has come to rest at it.

        Raises:
            AssertionError: the page shows an error instead.
        """
        self.wait_until(lambda: self.element("#result").is_displayed() or self.element("#error").is_displayed())
        assert self.text("#error") == ""
        self.wait_until(lambda: self.run.is_enabled() and self.is_in_view("#result-title"))

    def result_bytes(self) -> bytes:
        """The file behind the download link."""
        url = self.element("#download").get_attribute("href")
        return base64.b64decode(self.browser.execute_async_script(FETCH_SCRIPT, url))

    def is_in_view(self, selector: str) -> bool:
        return bool(self.browser.execute_script(IN_VIEW_SCRIPT, self.element(selector)))

    def complaints(self) -> list[str]:
        """What the browser's console holds."""
        return [entry["message"] for entry in self.browser.get_log("browser")]
