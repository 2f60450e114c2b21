"""Names of machines, as files have them where a person might stand.

Tools write into ``origin``, ``changeid`` or ``creationtool`` what they call the engine.
There is no list of these names, so this knows the words that engines are called by. A
name that people have, too, is a machine's only together with a word that says so:
"Claude" is a person, "claude-3" is none.
"""

from __future__ import annotations

import re
from typing import Final

_NAMES: Final = re.compile(
    r"""
    machine | auto(?:mat(?:ic|ed)(?:ally)?)?[\s_-]*translat
  | (?<![^\W_]) (?: [ans]?mt | llm | nllb | promt ) (?![^\W_])
  | (?: google | microsoft | bing | azure | amazon | aws | ibm | watson | yandex
      | baidu | tencent | alibaba | naver | youdao | oracle | apple | argos | libre
      | lingvanex | reverso | moses | marian | tilde | opus | modern | kantan | open )
    (?: [\s_.-]*
        (?: cloud | cognitive | ai | services? | custom | advanced | neural | text ) )*
    [\s_.-]* (?: translat(?!or[\s_-]*toolkit) | [ns]?mt(?![^\W_]) )
  | ^ (?: google | azure | aws | azure[\s_-]?openai ) $
  | deepl (?![^\W_]) | systran | papago | apertium | bergamot | globalese | niutrans
  | (?: chat|\b ) gpt (?![a-z]) | open[\s_-]?ai (?![^\W_]) | anthropic | deepseek | qwen
  | m2m-?100 | madlad
  | claude[\s_-]*(?:\d|opus|sonnet|haiku) | gemini[\s_-]*(?:\d|pro|flash|ultra)
  | mistral[\s_-]*(?:\d|ai|large|medium|small) | llama[\s_-]*\d
    """,
    re.VERBOSE | re.IGNORECASE,
)


def is_machine(name: str) -> bool:
    """Tell whether a tool, an origin or an author is called as a machine is."""
    return bool(_NAMES.search(name.strip()))
