# Configuración del libro de ejemplo «La Estación Meteorológica de Bolsillo».

project = "La Estación Meteorológica de Bolsillo"
author = "Los desarrolladores de amts_sphinx"
copyright = "Los desarrolladores de amts_sphinx"
version = "1.0"
release = "1.0.2"
language = "es"

extensions = ["myst_parser", "sphinx.ext.mathjax"]
exclude_patterns = ["_build", "Thumbs.db", ".DS_Store"]
source_suffix = {".rst": "restructuredtext", ".md": "markdown"}
highlight_language = "python3"

# Figuras, tablas, listados y ecuaciones numerados: una sola secuencia para
# todo el libro, porque los capítulos se numeran de nuevo en cada parte.
numfig = True
numfig_secnum_depth = 0

# Los tipos que nombran las descripciones de las funciones.
nitpick_ignore = [
    ("py:class", "float"),
    ("py:class", "int"),
    ("py:class", "list"),
    ("py:class", "str"),
    ("py:exc", "ValueError"),
]

rst_prolog = """
.. |station| replace:: Estación Meteorológica de Bolsillo
"""
rst_epilog = """
.. |interval| replace:: diez minutos
.. |sun| image:: images/sun.*
   :alt: un sol pequeño
   :height: 14px
"""

myst_enable_extensions = [
    "colon_fence",
    "deflist",
    "dollarmath",
    "fieldlist",
    "substitution",
]
myst_substitutions = {"interval": "diez minutos"}
myst_heading_anchors = 2

# -- Salida -----------------------------------------------------------------

html_theme = "alabaster"
html_title = "La Estación Meteorológica de Bolsillo"
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
        "Medir, registrar, limpiar, describir, pronosticar y compartir el tiempo.",
        "Miscellaneous",
    ),
]

epub_title = project
epub_author = author
epub_publisher = author
epub_show_urls = "no"
