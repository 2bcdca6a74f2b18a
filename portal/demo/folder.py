"""The demo's folder: its database, its keys, and a note about what it was made for."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from datetime import date
from pathlib import Path

from portal.demo.readiness import NotReady, prepare_folder

NOTE = "demo.json"


class DemoFolder:
    """A folder that belongs to one demo on one port."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._note = path / NOTE

    def open(self, port: int, *, reset: bool) -> None:
        """Make it, or start over. Raises NotReady: not writable, not a demo's folder, or made for another port."""
        prepare_folder(self.path)
        if reset:
            self._empty()
        made_for = self._read().get("port")
        if made_for is None and any(self.path.iterdir()):
            raise NotReady(f"The folder {self.path} holds other things. Take an empty one: homeroom demo --folder …")
        if made_for not in (None, port):
            raise NotReady(f"The demo in {self.path} was made for port {made_for}. Start it there: "
                           f"PORT={made_for} make demo, or start over: PORT={port} make demo-reset")
        self._write({**self._read(), "port": port})

    @property
    def database(self) -> str:
        return f"sqlite:///{self.path.absolute() / 'homeroom.sqlite'}"

    def secret(self, name: str) -> str:
        """A random secret, made once and readable by its owner only."""
        path = self.path / name
        if not path.exists():
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
        return path.read_text()

    @property
    def filled_on(self) -> date | None:
        """The day whose company is in the database; its dates move on from day to day."""
        text = self._read().get("filled_on")
        return date.fromisoformat(str(text)) if text else None

    def note_filled(self, day: date) -> None:
        self._write({**self._read(), "filled_on": day.isoformat()})

    def _empty(self) -> None:
        """Only what a demo made is removed: a folder without its note is left alone."""
        if not self._note.exists():
            return
        for entry in self.path.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def _read(self) -> dict[str, object]:
        try:
            note = json.loads(self._note.read_text())
        except FileNotFoundError:
            return {}
        except ValueError:
            raise NotReady(f"{self._note} cannot be read. Start over: make demo-reset") from None
        return dict(note)

    def _write(self, note: dict[str, object]) -> None:
        self._note.write_text(json.dumps(note) + "\n")
