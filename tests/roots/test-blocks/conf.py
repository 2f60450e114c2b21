project = "Blocks"
language = "en"
extensions = ["amts_sphinx", "sphinx.ext.mathjax"]
amts_target_languages = ["zh", "es"]
amts_skip = ["kept-english", "line_block"]
html_theme = "basic"
numfig = True
