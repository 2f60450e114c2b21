project = "Marks"
version = "4.1"
release = "4.1.7"
language = "en"
today = "Day Zero"
extensions = ["amts_sphinx", "sphinx.ext.mathjax"]
amts_target_languages = ["zh", "es"]
html_theme = "basic"
numfig = True
rst_epilog = """
.. |tool| replace:: the garden **spade**
.. |leaf| image:: leaf.png
   :alt: a green leaf
"""
