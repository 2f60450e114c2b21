project = "Only"
language = "en"
extensions = ["amts_sphinx", "sphinx.ext.ifconfig"]
amts_target_languages = ["zh", "es"]
html_theme = "basic"
