"""The number words of some languages."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Final

#: Of each language, from zero on; forms of one number by ``|``.
_CARDINALS: Final = {
    "en": "zero|zeros|zeroes one|ones|once|single two|twice|both|double|pair"
    " three|triple four five six seven eight nine ten eleven twelve",
    "de": "null ein|eine|einen|einem|einer|eines|eins zwei|beide|beiden|doppelt drei"
    " vier fünf sechs sieben acht neun zehn elf zwölf",
    "es": "cero uno|una|un dos|ambos|ambas|doble tres cuatro cinco seis siete ocho"
    " nueve diez once doce",
    "fr": "zéro un|une deux|double trois quatre cinq six sept huit neuf dix onze douze",
    "it": "zero uno|una|un due|doppio tre quattro cinque sei sette otto nove dieci"
    " undici dodici",
    "pt": "zero um|uma dois|duas|ambos três quatro cinco seis sete oito nove dez onze"
    " doze",
    "nl": "nul een|één twee|beide drie vier vijf zes zeven acht negen tien elf twaalf",
}
#: Ordinals, large numbers and months, each word with its number.
_OTHERS: Final = {
    "en": "first 1 second 2 third 3 fourth 4 fifth 5 sixth 6 seventh 7 eighth 8 ninth"
    " 9 tenth 10 thirteen 13 fourteen 14 fifteen 15 sixteen 16 seventeen 17"
    " eighteen 18 nineteen 19 twenty 20 thirty 30 forty 40 fifty 50 sixty 60"
    " seventy 70 eighty 80 ninety 90 hundred 100 thousand 1000 million 1000000"
    " billion 1000000000 dozen 12 half 0.5 quarter 0.25 january 1 february 2"
    " march 3 april 4 may 5 june 6 july 7 august 8 september 9 october 10"
    " november 11 december 12",
    "de": "erste 1 ersten 1 erster 1 zweite 2 zweiten 2 zweiter 2 dritte 3 dritten 3"
    " vierte 4 vierten 4 fünfte 5 fünften 5 zwanzig 20 hundert 100 tausend 1000"
    " million 1000000 milliarde 1000000000 januar 1 februar 2 märz 3 april 4 mai"
    " 5 juni 6 juli 7 august 8 september 9 oktober 10 november 11 dezember 12",
    "es": "primer 1 primero 1 primera 1 segundo 2 segunda 2 tercer 3 tercero 3"
    " tercera 3 cuarto 4 cuarta 4 quinto 5 quinta 5 veinte 20 cien 100 ciento"
    " 100 mil 1000 millón 1000000 enero 1 febrero 2 marzo 3 abril 4 mayo 5 junio"
    " 6 julio 7 agosto 8 septiembre 9 octubre 10 noviembre 11 diciembre 12",
    "fr": "premier 1 première 1 deuxième 2 second 2 seconde 2 troisième 3 quatrième 4"
    " cinquième 5 vingt 20 cent 100 mille 1000 million 1000000 milliard"
    " 1000000000 janvier 1 février 2 mars 3 avril 4 mai 5 juin 6 juillet 7 août"
    " 8 septembre 9 octobre 10 novembre 11 décembre 12",
}


@cache
def lexicon(language: str) -> dict[str, Decimal]:
    """Return the number words of a language, folded, with their values.

    :param language: BCP 47; of a language that is not known there are none
    """
    primary = language.partition("-")[0].lower()
    words = {
        word: Decimal(number)
        for number, forms in enumerate(_CARDINALS.get(primary, "").split())
        for word in forms.split("|")
    }
    others = iter(_OTHERS.get(primary, "").split())
    return words | {word: Decimal(n) for word, n in zip(others, others, strict=True)}
