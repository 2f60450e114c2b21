"""A small book in the theme of Read the Docs, with extensions of many others."""

from pathlib import Path

project = "A harbour"
language = "en"
extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinx.ext.todo",
    "myst_parser",
    "sphinx_design",
    "sphinx_exercise",
    "sphinx_gallery.gen_gallery",
    "sphinx_inline_tabs",
    "sphinx_proof",
    "sphinx_tabs.tabs",
    "sphinxcontrib.bibtex",
    "sphinxcontrib.mermaid",
]
html_theme = "sphinx_rtd_theme"
numfig = True
todo_include_todos = True
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
bibtex_bibfiles = ["boats.bib"]
exclude_patterns = ["gallery/*.ipynb", "gallery/*.py", "_build"]
sphinx_gallery_conf = {
    "examples_dirs": str(Path(__file__).parent / "examples"),
    "gallery_dirs": "gallery",
    "plot_gallery": False,
    "download_all_examples": False,
    "remove_config_comments": True,
}
suppress_warnings = ["config.cache"]
