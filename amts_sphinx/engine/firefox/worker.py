"""A process that translates: texts come in on standard input, answers go out in lines.

The library holds Python's lock while it translates, so that work side by side needs
processes; and whatever it does to its own process, the build goes on.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from amts_sphinx.core.errors import EngineUnavailableError
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.engine.firefox import native
from amts_sphinx.engine.firefox.models import Leg
from amts_sphinx.engine.plain_text.proof import prove
from amts_sphinx.engine.plain_text.sentence import Answer, Speaker
from amts_sphinx.engine.plain_text.vocabulary import alphabet
from amts_sphinx.formats.terminology import Terminology

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence


class Task(NamedTuple):
    """What texts are to be translated with."""

    #: One model, or two by way of English.
    legs: tuple[Leg, ...]
    terms: Mapping[str, str]
    #: Whether the terms are forced.
    binding: bool = False

    def dump(self) -> dict[str, Any]:
        """Return it as JSON."""
        legs = [
            [str(leg.folder), list(leg.pair), [str(path) for path in leg.files]]
            for leg in self.legs
        ]
        return {"legs": legs, "terms": dict(self.terms), "binding": self.binding}

    @classmethod
    def load(cls, said: Mapping[str, Any]) -> Task:
        """Return what :meth:`dump` made JSON of."""
        legs = (
            Leg(Path(folder), LanguagePair(*pair), (Path(a), Path(b), Path(c)))
            for folder, pair, (a, b, c) in said["legs"]
        )
        return cls(tuple(legs), said["terms"], said["binding"])


def translator(task: Task) -> Callable[[str, str], Answer]:
    """Return a function that translates a coded text of some kind, in this thread.

    :raises EngineUnavailableError: a model cannot be used
    """
    speakers = []
    for leg in task.legs:
        say, known = opened(leg)
        terms = None
        if task.terms and len(task.legs) == 1:
            terms = Terminology(leg.pair, task.terms)
        speakers.append(Speaker(say, leg.pair, known, terms, task.binding))

    def translate(coded: str, kind: str) -> Answer:
        answer = Answer(coded)
        for speaker in speakers:
            answer = speaker.translate(answer.target or "", kind)
            if answer.target is None:
                break
        return answer

    return translate


def opened(leg: Leg) -> tuple[Callable[[str], str], frozenset[str] | None]:
    """Return a function that translates a plain sentence, in this thread.

    :returns: it, and the characters that the model can spell; ``None``: all
    :raises EngineUnavailableError: the model cannot be used, or does not work
    """
    data = leg.read()
    try:
        known = written = alphabet(data.source_vocabulary)
        if data.target_vocabulary != data.source_vocabulary:
            # A mark for a code must be spelt on both sides.
            written = alphabet(data.target_vocabulary)
    except EngineUnavailableError as exc:
        raise EngineUnavailableError(
            f"{leg.folder}: the vocabulary cannot be used: {exc}"
        ) from exc
    say = native.load(data, leg.folder)
    prove(say, leg.pair, leg.folder)
    if known is not None and written is not None:
        known &= written | {sign for sign in known if sign.isalpha()}
    return say, known


def run(task: Task, texts: Sequence[tuple[str, str]]) -> Iterator[Answer | None]:
    """Have a process translate *texts*, each with its kind; yield answers as they come.

    ``None`` stands for a text at which the process died; it goes on after that one.

    :raises EngineUnavailableError: the process says that it cannot work
    """
    done = 0
    while done < len(texts):
        command = [sys.executable, "-m", "amts_sphinx.engine.firefox.worker"]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        if process.stdin is None or process.stdout is None:  # as the types have it
            raise AssertionError
        with process:
            asked = {"task": task.dump(), "texts": texts[done:]}
            try:
                json.dump(asked, process.stdin)
                process.stdin.close()
            except BrokenPipeError:
                pass  # it died before it read all; what it said is read below
            for line in process.stdout:
                said = json.loads(line)
                if isinstance(said, str):
                    raise EngineUnavailableError(said)
                done += 1
                yield Answer(*said)
        if done < len(texts):
            done += 1
            yield None


def main() -> None:
    """Read a task with its texts, and write an answer a line."""
    asked = json.load(sys.stdin)
    texts = [(coded, kind) for coded, kind in asked["texts"]]
    try:
        translate = translator(Task.load(asked["task"]))
    except EngineUnavailableError as exc:
        sys.stdout.write(f"{json.dumps(str(exc))}\n")
        return
    for coded, kind in texts:
        sys.stdout.write(f"{json.dumps(translate(coded, kind))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    main()
