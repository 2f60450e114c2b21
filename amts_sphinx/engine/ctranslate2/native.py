"""The library that runs the models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.core.errors import EngineUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from amts_sphinx.engine.ctranslate2.models import ModelFolder

NEEDS: Final = "pip install './amts_sphinx[ctranslate2]'"
_END: Final = "</s>"
#: How many continuations are followed; as many as Argos Translate does.
_BEAM: Final = 4
#: Pieces of a source, beyond which the library would cut it off without a word.
_LONGEST: Final = 500
#: Pieces of an answer for each of the source, and beside that.
_TIMES, _MORE = 3, 20


def load(model: ModelFolder, threads: int) -> Callable[[str], str]:
    """Return a function that translates one plain sentence, in any thread.

    It returns an empty text where the library fails, or the sentence is too long.

    :param threads: how many will call it at a time
    :raises EngineUnavailableError: the library is not there, or refuses the files
    """
    try:
        import ctranslate2
        import sentencepiece
    except ImportError as exc:
        raise EngineUnavailableError(
            f"the engine 'ctranslate2' cannot be used: {exc}; {NEEDS}"
        ) from exc
    ends = [] if model.adds_end() else [_END]
    try:
        translator: Any = ctranslate2.Translator(
            str(model.model), device="cpu", inter_threads=threads, intra_threads=1
        )
        source, target = (
            sentencepiece.SentencePieceProcessor(model_file=str(path))
            for path in (model.source, model.target)
        )
    except (RuntimeError, ValueError, OSError) as exc:
        raise EngineUnavailableError(
            f"{model.folder}: the model cannot be used: {exc}"
        ) from exc

    def say(text: str) -> str:
        pieces: list[str] = source.encode(text, out_type=str)
        if not pieces or len(pieces) > _LONGEST:
            return ""
        most = _TIMES * len(pieces) + _MORE
        try:
            (made,) = translator.translate_batch(
                [[*pieces, *ends]], beam_size=_BEAM, max_decoding_length=most
            )
        except (RuntimeError, ValueError):
            return ""
        said: list[str] = made.hypotheses[0]
        # What has no end is cut off.
        return str(target.decode(said)) if len(said) < most else ""

    return say
