# Configuration of the sample book "The Pocket Weather Station".

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
