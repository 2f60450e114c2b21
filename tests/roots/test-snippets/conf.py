project = "Snippets"
version = "4.1"
release = "4.1.7"
today = "Day Zero"
language = "en"
extensions = ["amts_sphinx", "sphinx.ext.mathjax", "sphinx.ext.todo"]
amts_skip = ["kept", "line_block"]
numfig = True
rst_epilog = """
.. |tool| replace:: the *garden* spade
.. |leaf| image:: leaf.png
   :alt: a green leaf
.. _bank: https://seeds.example/tool
"""
