"""A headless Chromium, driven over the W3C WebDriver protocol by Debian's chromedriver.

Owns the browser's process and its flags. The protocol is JSON over HTTP, and the dozen calls that
the tests need are shorter than a client library's fifteen packages.
"""

import base64
import json
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from tests.waiting import wait_until

T = TypeVar("T")
WAIT_SECONDS = 60.0
STARTS = 5
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
    *(
        "--disable-sync",
        "--hide-scrollbars",
        "--window-size=1600,1200",
        "--disable-default-apps",
        "--disable-extensions",
        "--mute-audio",
    ),
    # Nothing but the page's own host can be reached, whatever the page would like.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
# What WebDriver calls keys.
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c", "Shift": "\ue008", " ": " "}


def what_is_missing() -> str | None:
    missing = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    return f"the browser needs {' and '.join(missing)} on the PATH" if missing else None


class Browser:
    """One browser with one window. `folder` holds its profile, and the driver's log."""

    def __init__(self, folder: Path) -> None:
        self._log = (folder / "chromedriver.log").open("wb")
        self._base = f"http://127.0.0.1:{self._start()}/session"
        options = {
            "binary": shutil.which("chromium"),
            "args": [*FLAGS, f"--user-data-dir={folder / 'profile'}"],
        }
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        session = self._ask("POST", "", {"capabilities": {"alwaysMatch": wanted}})
        self._base += f"/{session['sessionId']}"

    def _start(self) -> int:
        """Start the driver and give its port. The free port that it chooses can be gone again."""
        for _ in range(STARTS):
            self._child = subprocess.Popen(
                ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=self._log
            )
            assert self._child.stdout is not None
            for line in self._child.stdout:
                if found := re.search(rb"successfully on port (\d+)", line):
                    return int(found[1])
            self._child.wait(10)
            self._child.stdout.close()
        raise AssertionError(f"chromedriver did not start; see {self._log.name}")

    def close(self) -> None:
        try:
            self._ask("DELETE", "")
        finally:
            self._child.terminate()
            self._child.wait(10)
            self._child.stdout.close()  # type: ignore[union-attr]
            self._log.close()

    def open(self, url: str) -> None:
        self._ask("POST", "/url", {"url": url})

    def run(self, script: str, *arguments: object) -> Any:
        """Run the body of a function in the page, and give what it returns."""
        return self._ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def texts(self, selector: str) -> list[str]:
        """Give what can be seen of every element."""
        return list(
            self.run(
                "return [...document.querySelectorAll(arguments[0])].map(e => e.innerText.trim())",
                selector,
            )
        )

    def text(self, selector: str) -> str:
        return " ".join(self.texts(selector))

    def click(self, selector: str) -> None:
        element = self._ask("POST", "/element", {"using": "css selector", "value": selector})
        self._ask("POST", f"/element/{next(iter(element.values()))}/click", {})

    def type(self, *keys: str) -> None:
        """Press keys one after the other, on whatever has the focus."""
        actions = [
            {"type": kind, "value": KEYS.get(key, key)}
            for key in keys
            for kind in ("keyDown", "keyUp")
        ]
        self._ask(
            "POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]}
        )

    def choose(self, name: str, value: str) -> None:
        """Set a field of the filters, as a person would."""
        self.run(
            "const field = document.getElementById('filters').elements[arguments[0]];"
            "field.value = arguments[1];"
            "field.dispatchEvent(new Event('input', {bubbles: true}))",
            name,
            value,
        )

    def look_like(self, width: int, height: int, **features: str) -> None:
        """Take the size of a device, and what its owner prefers."""
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        media = [{"name": key.replace("_", "-"), "value": v} for key, v in features.items()]
        self.devtools("Emulation.setEmulatedMedia", features=media)

    def devtools(self, command: str, **parameters: object) -> Any:
        return self._ask("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def picture(self) -> bytes:
        return base64.b64decode(self.devtools("Page.captureScreenshot", format="png")["data"])

    def complaints(self) -> list[str]:
        """Give what the console has said since it was last asked, refusals by policy among it."""
        return [entry["message"] for entry in self._ask("POST", "/se/log", {"type": "browser"})]

    def until(self, ask: Callable[[], T], what: str, seconds: float = WAIT_SECONDS) -> T:
        """Return the first true answer."""
        return wait_until(ask, what, seconds=seconds, details=lambda: self.text("body")[:1500])

    def _ask(self, method: str, path: str, value: Mapping[str, object] | None = None) -> Any:
        body = None if value is None else json.dumps(value).encode()
        request = urllib.request.Request(self._base + path, data=body, method=method)
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(f"{path}: {error.read().decode()[:500]}") from error


def none_of(complaints: Sequence[str], *expected: str) -> list[str]:
    """Give the complaints that are not expected."""
    return [one for one in complaints if not any(part in one for part in expected)]
