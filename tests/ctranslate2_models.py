"""Tiny models for CTranslate2, with random weights: all of them is real but the words.

They show how folders are laid out and what the library does with them; what such a
model says means nothing.
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pytest

if TYPE_CHECKING:
    from pathlib import Path

ctranslate2: Final = pytest.importorskip("ctranslate2")
sentencepiece: Final = pytest.importorskip("sentencepiece")

_WIDTH, _INNER, _HEADS = 16, 32, 2
_TEXTS: Final = [
    "the big house is red and the small book is new",
    "la casa grande es roja y el libro nuevo dice 0 1 2 3 4 5 6 7 8 9",
    "Monday Tuesday January lunes martes enero . , : ; ( ) [ ] _ / ! ? - ' \"",
    "read the deep learning book with a rain gauge in March, quickly, for six days",
]


def vocabulary(size: int = 90) -> bytes:
    """Return a SentencePiece model of some texts."""
    made = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(_TEXTS * 4),
        model_writer=made,
        vocab_size=size,
        character_coverage=1.0,
        model_type="unigram",
        hard_vocab_limit=False,
        bos_id=-1,
        minloglevel=2,
    )
    return made.getvalue()


def _weights(chance: Any, *shape: int) -> Any:
    return chance.normal(0, 0.3, shape).astype(np.float32)


def _linear(chance: Any, spec: Any, out: int, into: int) -> None:
    spec.weight = _weights(chance, out, into)
    spec.bias = np.zeros(out, np.float32)


def _norm(spec: Any) -> None:
    spec.gamma = np.ones(_WIDTH, np.float32)
    spec.beta = np.zeros(_WIDTH, np.float32)


def _layers(chance: Any, spec: Any, size: int, *, decodes: bool) -> None:
    embeddings = spec.embeddings if decodes else spec.embeddings[0]
    embeddings.weight = _weights(chance, size, _WIDTH)
    _norm(spec.layer_norm)
    for layer in spec.layer:
        _linear(chance, layer.self_attention.linear[0], 3 * _WIDTH, _WIDTH)
        _linear(chance, layer.self_attention.linear[1], _WIDTH, _WIDTH)
        _norm(layer.self_attention.layer_norm)
        if decodes:
            for linear, out in zip(layer.attention.linear, (1, 2, 1), strict=True):
                _linear(chance, linear, out * _WIDTH, _WIDTH)
            _norm(layer.attention.layer_norm)
        _linear(chance, layer.ffn.linear_0, _INNER, _WIDTH)
        _linear(chance, layer.ffn.linear_1, _WIDTH, _INNER)
        _norm(layer.ffn.layer_norm)
    if decodes:
        _linear(chance, spec.projection, size, _WIDTH)


def make_model(
    folder: Path, *, argos: bool = False, seed: int = 1, more: tuple[str, ...] = ()
) -> Path:
    """Write a model; return its folder.

    :param argos: as Argos Translate lays it out, else as OPUS-MT
    :param more: tokens that the vocabulary has beside those of the texts
    """
    chance = np.random.default_rng(seed)
    data = vocabulary()
    pieces = sentencepiece.SentencePieceProcessor(model_proto=data)
    tokens = [pieces.id_to_piece(number) for number in range(pieces.get_piece_size())]
    tokens += more
    spec = ctranslate2.specs.TransformerSpec.from_config(1, _HEADS)
    _layers(chance, spec.encoder, len(tokens), decodes=False)
    _layers(chance, spec.decoder, len(tokens), decodes=True)
    spec.register_source_vocabulary(tokens)
    spec.register_target_vocabulary(tokens)
    spec.config.add_source_eos = argos
    spec.config.unk_token = "<unk>"  # noqa: S105 - no password
    spec.config.bos_token = spec.config.eos_token = "</s>"  # noqa: S105
    inner = folder / "model" if argos else folder
    inner.mkdir(parents=True)
    spec.validate()
    spec.save(str(inner))
    if argos:
        (folder / "sentencepiece.model").write_bytes(data)
        said = {"from_code": "en", "to_code": "es", "package_version": "1.0"}
        (folder / "metadata.json").write_text(json.dumps(said), "utf-8")
    else:
        (folder / "source.spm").write_bytes(data)
        (folder / "target.spm").write_bytes(data)
    return folder
