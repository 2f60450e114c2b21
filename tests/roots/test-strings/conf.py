project = "Strings"
language = "en"
extensions = ["amts_sphinx", "sphinx.ext.todo"]
amts_target_languages = ["zh", "es"]
todo_include_todos = True
html_theme = "alabaster"
html_theme_options = {"description": "A theme's description"}
