"""The page of a service with the diffusion engine: it shows what the picture will look like."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from diffusion_service import start_diffusion_service
from dressed_pictures import GARMENT, PERSON
from page_in_browser import Page
from running_service import RunningService
from selenium import webdriver


@pytest.fixture
def diffusion_service(random_weights: Path, tmp_path: Path) -> Iterator[RunningService]:
    running = start_diffusion_service(tmp_path, random_weights)
    yield running
    assert running.stop() == 0


def test_previews_are_shown_while_the_engine_works(
    open_browser: Callable[..., webdriver.Chrome], diffusion_service: RunningService
) -> None:
    page = Page(open_browser(), diffusion_service.url)
    preview, progress = page.element("#preview"), page.element("progress")
    assert not preview.is_displayed()
    page.sample("model_image", PERSON).click()
    page.sample("garment_image", GARMENT).click()
    page.run.click()
    page.wait_until(preview.is_displayed)
    page.wait_until(lambda: preview.get_property("naturalHeight") == 324)
    assert 0 < float(progress.get_property("value")) < 1
    first = preview.get_attribute("src")
    page.wait_until(lambda: preview.get_attribute("src") != first)
    page.element("#cancel").click()
    page.wait_until(lambda: not page.element("#progress").is_displayed())
    assert not page.element("#result").is_displayed()
    assert page.complaints() == []
