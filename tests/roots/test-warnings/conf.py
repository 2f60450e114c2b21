project = "Warnings"
language = "en"
extensions = ["amts_sphinx"]
amts_target_languages = ["zh", "es"]
html_theme = "basic"
