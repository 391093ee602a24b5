"""Shows what is being done and how long it took, on a terminal and in a log alike."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress as Bars
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn


class Progress:
    """Steps with their elapsed times: a spinner where there is a terminal, plain lines elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def step(self, name: str) -> Iterator["Step"]:
        """Show a step while the context lasts; the last note on it stays."""
        started = time.monotonic()
        bars = Bars(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        if not self._console.is_terminal:
            self._console.print(f"  {name} ...", highlight=False)
        step = Step(name, bars)
        with bars:
            yield step
        elapsed = time.monotonic() - started
        self._console.print(f"[green]✓[/green] {step.text} [dim]{elapsed:.1f} s[/dim]", highlight=False)


class Step:
    """A step that can report its progress."""

    def __init__(self, name: str, bars: Bars) -> None:
        self._name = name
        self._bars = bars
        self._task = bars.add_task(name)
        self.text = name

    def note(self, what: str) -> None:
        """Report the progress of the step."""
        self.text = f"{self._name}: {what}"
        self._bars.update(self._task, description=self.text)
