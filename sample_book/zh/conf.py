# 样书《口袋气象站》的配置。

project = "口袋气象站"
author = "amts_sphinx开发者"
copyright = "amts_sphinx开发者"
version = "1.0"
release = "1.0.2"
language = "zh_CN"

extensions = ["myst_parser", "sphinx.ext.mathjax"]
exclude_patterns = ["_build", "Thumbs.db", ".DS_Store"]
source_suffix = {".rst": "restructuredtext", ".md": "markdown"}
highlight_language = "python3"

# 图、表、程序清单和公式的编号：全书统一连续编号，
# 因为每一部分的章号都重新从一开始。
numfig = True
numfig_secnum_depth = 0
numfig_format = {
    "figure": "图%s",
    "table": "表%s",
    "code-block": "程序清单%s",
}

# 函数说明中提到的类型。
nitpick_ignore = [
    ("py:class", "float"),
    ("py:class", "int"),
    ("py:class", "list"),
    ("py:class", "str"),
    ("py:exc", "ValueError"),
]

rst_prolog = """
.. |station| replace:: 口袋气象站
"""
rst_epilog = """
.. |interval| replace:: 十分钟
.. |sun| image:: images/sun.*
   :alt: 一个小太阳
   :height: 14px
"""

myst_enable_extensions = [
    "colon_fence",
    "deflist",
    "dollarmath",
    "fieldlist",
    "substitution",
]
myst_substitutions = {"interval": "十分钟"}
myst_heading_anchors = 2

# -- 输出 -------------------------------------------------------------------

html_theme = "alabaster"
html_title = "口袋气象站"
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
        "测量、记录、清洗、描述、预报和分享天气。",
        "Miscellaneous",
    ),
]

epub_title = project
epub_author = author
epub_publisher = author
epub_show_urls = "no"
