"""What a reader, a search engine or another extension notices of an edition."""

from importlib.util import find_spec
from pathlib import Path

project = "Boats"
language = "en"
copyright = "2026, The boat people"
extensions = ["amts_sphinx", "sphinx.ext.githubpages"]
for package, extension in {
    "notfound": "notfound.extension",
    "sphinx_copybutton": "sphinx_copybutton",
    "sphinx_llms_txt": "sphinx_llms_txt",
    "sphinx_reredirects": "sphinx_reredirects",
    "sphinx_sitemap": "sphinx_sitemap",
    "sphinx_tabs": "sphinx_tabs.tabs",
    "sphinxext": "sphinxext.opengraph",
}.items():
    if find_spec(package):
        extensions.append(extension)

exclude_patterns = [] if find_spec("sphinx_tabs") else ["tabs.rst"]
amts_target_languages = ["es", "ar", "sw"]
amts_engine = "pseudo"
amts_strings = ["A string of a script"]
templates_path = ["_templates"]

html_baseurl = "https://example.org/docs/"
ogp_site_url = html_baseurl
html_last_updated_fmt = "%b %d, %Y"
html_theme_options = {
    "description": "All about <b>boats</b>, see <a href='https://a.example'>here</a>",
    "extra_nav_links": {"Our harbour": "https://example.org/harbour"},
}
redirects = {"old": "deep/page.html"}
if tags.has("amts_es"):  # noqa: F821 - Sphinx defines it
    html_title = "Barcos"

numfig = True
numfig_format = {"figure": "Plate %s"}


def finished(app, exception):
    """Do what feeds do: write from the finished environment."""
    with Path(app.outdir, "feed.txt").open("a", encoding="utf-8") as file:
        title = app.env.titles["index"].astext()
        file.write(f"{app.builder.name} {app.config.language} {title}\n")


def setup(app):
    """Connect what belongs to writing."""
    app.connect("build-finished", finished)
