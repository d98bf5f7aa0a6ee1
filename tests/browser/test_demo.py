"""The demo page in a real browser: a student adds a contact, drafts a request, evaluates, and lets time pass."""

import asyncio
import contextlib
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, async_playwright, expect

ROOT = Path(__file__).parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PATIENCE = 15_000
"""Milliseconds to wait for something to appear; what is there is not waited for."""

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine; the journeys test the same bot"
)


class Demo:
    """The page of a running demo, and the terminal it was started in."""

    def __init__(self, page: Page, process: asyncio.subprocess.Process) -> None:
        self.page = page
        self.process = process

    @property
    def newest(self) -> Locator:
        """The bot's newest card."""
        return self.page.locator("article.channel-message .component-container").last

    async def press(self, label: str, until: Locator) -> None:
        """Press the newest button of that name.

        The page drops a press while it is still measuring itself after a new message; a person presses again.
        """
        buttons = self.page.locator("article.channel-message").get_by_role("button", name=label, exact=True)
        for _ in range(5):
            await buttons.last.click()
            with contextlib.suppress(AssertionError):
                await expect(until).to_be_visible(timeout=PATIENCE // 5)
                return
        await expect(until).to_be_visible()

    @property
    def form(self) -> Locator:
        """The form that is open."""
        return self.page.get_by_role("dialog")

    def card(self, text: str) -> Locator:
        """The bot's newest card, once it says `text`."""
        return self.newest.filter(has_text=text)

    async def fill(self, answers: dict[str, str]) -> None:
        for label, text in answers.items():
            await self.form.get_by_label(label).fill(text)
        await self.form.get_by_role("button", name="Submit").click()
        await expect(self.form).to_have_count(0)

    async def slash(self, name: str, contact: str) -> None:
        """Type a command as in Discord: pick it, then pick the contact among the suggestions."""
        box = self.page.get_by_label("Message", exact=True)
        await box.click()
        await box.press_sequentially(f"/{name}")
        await self.page.get_by_role("option", name=f"/{name}").first.click()
        await self.page.get_by_role("combobox", name="contact").press_sequentially(contact)
        await self.page.locator("#command-suggestion-listbox").get_by_role("option", name=contact).first.click()
        await self.page.get_by_role("button", name="Send").click()

    async def choose_first(self) -> None:
        """Take the first option of the newest card's menu.

        The page refuses a choice while it is still measuring itself after a new message; then it is chosen again.
        """
        menu = self.newest.get_by_role("combobox")
        option = self.page.locator(".select-option:visible").first
        await menu.click()
        for _ in range(20):
            await option.click()
            if not await self.page.get_by_text("Wait for the current action").count():
                return
        raise AssertionError("the page never took the choice")

    async def say(self, text: str) -> None:
        await self.page.get_by_label("Message", exact=True).fill(text)
        await self.page.get_by_role("button", name="Send").click()

    async def type_in_terminal(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())
        await self.process.stdin.drain()


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    """`python -m bot demo` in a process of its own, and its page in a browser."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-u", "-m", "bot", "demo", "--no-open"),
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        url = await asyncio.wait_for(_address(process), timeout=60)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=CHROMIUM,
                # As root in a container Chromium has no sandbox of its own; the page is ours and on loopback.
                args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
            )
            page = await browser.new_page(viewport={"width": 1000, "height": 1000})
            page.set_default_timeout(PATIENCE)
            expect.set_options(timeout=PATIENCE)
            await page.goto(url)
            yield Demo(page, process)
            await browser.close()
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    said = ""
    while line := (await process.stdout.readline()).decode():
        said += line
        if (found := re.search(r"http://127\.0\.0\.1:\S+", said)) and "Ctrl-C" in said:
            return found[0]
    raise AssertionError(f"the demo did not start:\n{said}")


async def test_from_a_contact_to_a_reminder_in_the_browser(demo: Demo) -> None:
    await expect(demo.page.get_by_role("heading", name="Hello, Maya")).to_be_visible()

    await demo.press("Add a contact", until=demo.form)
    await demo.fill({"Name": "Priya Raman", "Role and organization": "Reef ecologist at Blue Lab"})
    await expect(demo.newest).to_contain_text("Priya Raman")

    await demo.press("Draft a request", until=demo.form)
    await demo.fill(
        {
            "How are you connected?": "Professor Lind suggested that I write to you",
            "Why this person?": "Your 2024 survey made me curious how a field season is planned",
            "What do you want to learn?": "how a field season is planned",
            "When could you meet?": "Tue 2-4 pm or Thu 9-11 am",
        }
    )
    await expect(demo.newest).to_contain_text("Request to Priya Raman")
    await expect(demo.newest).to_contain_text("20 minutes")

    await demo.slash("interview happened", contact="Priya")
    await expect(demo.newest).to_contain_text("time zone")
    await demo.choose_first()
    await expect(demo.newest).to_contain_text("Priya Raman")

    await demo.press("Evaluate", until=demo.card("question 1 of 11"))
    await demo.press("Yes", until=demo.card("question 2 of 11"))
    await demo.say("not yet, I would need scuba")
    await expect(demo.newest).to_contain_text("question 3 of 11")
    await demo.press("Pause", until=demo.card("Paused"))

    await demo.type_in_terminal("+20h")
    await expect(demo.page.get_by_role("button", name="Mark as sent").last).to_be_visible()
    await expect(demo.page.get_by_text("Thank-you note to Priya Raman", exact=False).last).to_be_visible()
