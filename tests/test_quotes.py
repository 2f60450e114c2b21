"""Quotation marks of the edition's language."""

from __future__ import annotations

import pytest

from amts_sphinx.translate import quotes


@pytest.mark.parametrize(
    ("target", "language", "wanted"),
    [
        ("Er sagt “ja”.", "de", "Er sagt „ja“."),
        (
            "Il dit “oui” et “non”.",
            "fr",
            "Il dit «\u202foui\u202f» et «\u202fnon\u202f».",
        ),
        ('Dice <g id="1">“sí”</g>.', "es", 'Dice <g id="1">«sí»</g>.'),
        ("他说“是”。", "zh", "他说“是”。"),
        ("Er sagt „ja“.", "de", "Er sagt „ja“."),  # it is right already
        ("Ein “Rest", "de", "Ein “Rest"),
        ("”Ja“", "de", "”Ja“"),
        ("Yeye “ndio”", "sw", "Yeye “ndio”"),  # docutils does not know
        ("Isn’t", "de", "Isn’t"),
        ("Er sagt ‘ja’, ‘nein’.", "de", "Er sagt ‚ja‘, ‚nein‘."),
        ("Dice “que ‘sí’ y no”.", "es", "Dice «que “sí” y no»."),
        ('Er sagt <g id="1">‘geht’s’</g>.', "de", 'Er sagt <g id="1">‚geht’s‘</g>.'),
        ("Die ‘Hunde’ Knochen’", "de", "Die ‘Hunde’ Knochen’"),  # which one ends it?
        ("‘Hans’ Hut", "de", "‚Hans‘ Hut"),
        ("Hans’ Hut, ‘rot’", "de", "Hans’ Hut, ‘rot’"),
        ("Ein ‘Rest", "de", "Ein ‘Rest"),
    ],
)
def test_quotes_are_those_of_the_language(
    target: str, language: str, wanted: str
) -> None:
    found = quotes.localised(target, "en", language)
    assert found.replace("\u00a0", "\u202f") == wanted


def test_quotes_of_another_language_are_left() -> None:
    assert quotes.localised("“x”", "de", "fr") == "“x”"
