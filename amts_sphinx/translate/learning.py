"""Engines that have learnt from the book, so that they know what they lack."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from amts_sphinx.core.errors import AmtsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from amts_sphinx.config.settings import AmtsConfig
    from amts_sphinx.core.units import LanguagePair
    from amts_sphinx.engine.protocol import Engine, Learner
    from amts_sphinx.memory.memory import Memory


@contextmanager
def book(
    config: AmtsConfig, pair: LanguagePair
) -> Iterator[Callable[[Learner], Engine | None]]:
    """Yield a function that has an engine learn from what people translated.

    It returns ``None`` where the memory, or a file of it, cannot be read: what ails
    them is told of them.
    """
    with ExitStack() as stack:
        memories: list[Memory | None] = []

        def taught(engine: Learner) -> Engine | None:
            from amts_sphinx.memory.lessons import Lessons

            if not memories:
                try:
                    memories.append(stack.enter_context(_memory_now(config)))
                except AmtsError:
                    memories.append(None)
            memory = memories[0]
            if memory is None:
                return None
            return engine.train(pair, Lessons(memory, pair), config.memory.parent, {})

        yield taught


@contextmanager
def _memory_now(config: AmtsConfig) -> Iterator[Memory]:
    """Open the memory; before the first build, one that is made of the files.

    :raises AmtsError: it cannot be read, or a file cannot
    """
    from amts_sphinx.memory import importing
    from amts_sphinx.memory.memory import Memory

    def ignore(_: str) -> None:
        """Leave to the build what it tells."""

    if config.memory.exists():
        with Memory(config.memory) as memory:
            yield memory
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        Memory(Path(folder, "memory.sqlite")) as memory,
    ):
        importing.learn_book(memory, config.files, ignore, ignore)
        yield memory
