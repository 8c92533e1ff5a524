"""Takes the pictures in docs/pictures: `make pictures`, with Debian's chromium and fonts-noto-cjk.

The pages of the sandbox, at thrice its pace, while something has broken; and of an account where
nobody waits. It takes some minutes, as the incident comes in its own time.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import month
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).with_name("pictures")
ROOT = Path(__file__).parents[1]
REPLYWATCH = Path(sys.executable).with_name("replywatch")
CHROMIUM = "/usr/bin/chromium"

DESK: Any = {"width": 1440, "height": 900}
PHONE: Any = {"width": 390, "height": 844}
WALL: Any = {"width": 1920, "height": 1080}

MANY_WAIT = 14
WARM_UP = 150.0
"""Seconds until most of who waits has come since the start."""

PATIENCE = 600.0
"""Seconds until as many wait as when something has broken."""

NOBODY = """
store: sqlite:///nobody.db
http: {{listen: "127.0.0.1:{port}"}}
sandbox: {{listen: "127.0.0.1:{platform}", customers: 20, speed: 0.001}}
accounts:
  - name: tarn-air
    brand: tarn_air
    connector: mastodon
    server: http://127.0.0.1:{platform}
    handle: tarn_air
    access_token: sandbox-tarn_air
    poll: 5s
    history: 1s
    targets: [airline-6m]
"""

BRANDS = """
store: sqlite:///brands.db
timezone: Europe/Stockholm
http: {{listen: "127.0.0.1:{port}"}}
calendars:
  care-desk: {{timezone: Europe/Stockholm, open: {{mon-sun: ["08:00-22:00"]}}}}
targets:
  follow-up: {{metric: next_reply, within: 30m, objective: 80%, calendar: care-desk}}
accounts:
  - {{name: tarn, brand: Tarn Air, connector: inbox, handle: tarn,
     targets: [airline-6m, follow-up]}}
  - {{name: kelda, brand: Kelda Mobile, connector: inbox, handle: kelda,
     targets: [facebook-badge, follow-up]}}
  - {{name: brask, brand: Brask Home, connector: inbox, handle: brask,
     targets: [within-the-hour, follow-up]}}
"""


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with _running(Path(name), _sandbox) as address:
            _take_busy(browser, address)
        with _running(Path(name), _nobody) as address:
            _take(browser, f"{address}/", "wallboard-empty", DESK)
        _take_report(browser, Path(name))
        browser.close()


def _take_busy(browser: Browser, address: str) -> None:
    page = browser.new_page()
    time.sleep(WARM_UP)
    ended = time.monotonic() + PATIENCE
    while True:
        page.goto(address)
        rows = page.locator("tr.wait")
        late = page.locator('tr.wait[data-state="overdue"]').count()
        if (rows.count() >= MANY_WAIT and late < rows.count() - 2) or time.monotonic() > ended:
            break
        time.sleep(5)
    for button in page.get_by_role("button", name="Take ").all()[:2]:
        button.click()
        page.wait_for_timeout(300)
    number = page.locator("tr.wait", has=page.locator(".w-nudge b:not(.quiet)")).first
    wait = number.get_attribute("data-id")
    _take(browser, f"{address}/", "wallboard", DESK)
    _take(browser, f"{address}/", "wallboard-dark", DESK, "dark")
    _take(browser, f"{address}/?view=wall", "wallboard-big", WALL, "dark", scale=0.6)
    _take(browser, f"{address}/", "wallboard-phone", PHONE)
    _take(browser, f"{address}/waits/{wait}", "wait", DESK, whole=True)
    _take(browser, f"{address}/accounts/tarn-air", "account", DESK, whole=True)


def _take_report(browser: Browser, room: Path) -> None:
    """Of a simulated month: the sandbox has but minutes to tell of."""
    with _running(room, _brands) as address:
        (file,) = room.glob(f"{address.rpartition(':')[2]}.yml")
        for seed, (brand, median) in enumerate({"tarn": 1.7, "kelda": 2.3, "brask": 8.0}.items()):
            posts = room / f"{brand}.jsonl"
            month.write(posts, brand, median, seed, datetime.now(UTC))
            name = ("--account", brand, "-c", str(file))
            subprocess.run([REPLYWATCH, "import", posts, *name], check=True, capture_output=True)
        _take(browser, f"{address}/report", "report", DESK, whole=True, scale=0.6)


def _take(
    browser: Browser,
    address: str,
    name: str,
    size: Any,
    scheme: Any = "light",
    *,
    whole: bool = False,
    scale: float = 1.0,
) -> None:
    context = browser.new_context(
        viewport=size, color_scheme=scheme, device_scale_factor=scale, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(address)
    page.wait_for_timeout(1_500)
    _save(page, FOLDER / f"{name}.png", whole=whole)
    context.close()


def _save(page: Page, file: Path, *, whole: bool) -> None:
    """In 256 colours: a third of the bytes."""
    page.screenshot(path=file, full_page=whole)
    with Image.open(file) as picture:
        small = picture.convert("RGB").quantize(
            256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
    small.save(file, optimize=True)


def _sandbox(port: int, platform: int) -> str:
    text = (ROOT / "config/sandbox.yml").read_text(encoding="utf-8")
    text = text.replace("9877", str(port)).replace("9878", str(platform))
    text = text.replace("sqlite:///../replywatch-sandbox.db", "sqlite:///sandbox.db")
    return text.replace("customers: 200", "customers: 200\n  speed: 3")


def _brands(port: int, _platform: int) -> str:
    return BRANDS.format(port=port)


def _nobody(port: int, platform: int) -> str:
    return NOBODY.format(port=port, platform=platform)


@contextmanager
def _running(folder: Path, configuration: Any) -> Iterator[str]:
    port, platform = _free_port(), _free_port()
    file = folder / f"{port}.yml"
    file.write_text(configuration(port, platform), encoding="utf-8")
    address = f"http://127.0.0.1:{port}"
    daemon = subprocess.Popen(
        [REPLYWATCH, "run", "-c", file], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(f"{address}/-/ready")
        yield address
    finally:
        daemon.terminate()
        daemon.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def _wait_for(address: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(address).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("the daemon does not become ready")


if __name__ == "__main__":
    main()
