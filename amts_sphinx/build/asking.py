"""Have some texts translated into one language, outside of a build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amts_sphinx.build import commission
from amts_sphinx.build.gather import Material
from amts_sphinx.core.languages import find_language
from amts_sphinx.translate import commissions, cost_limit
from amts_sphinx.translate.cost_limit import Budget

if TYPE_CHECKING:
    from amts_sphinx.build.commission import Work
    from amts_sphinx.config.settings import AmtsConfig
    from amts_sphinx.core.units import Container
    from amts_sphinx.engine.protocol import Bill
    from amts_sphinx.memory.memory import Memory


def work(
    memory: Memory, config: AmtsConfig, language: str, containers: list[Container]
) -> Work:
    """Return what translates some texts.

    :param language: BCP 47
    :raises AmtsError: there is no engine for it
    """
    material = Material({}, containers, {})
    budget = Budget(config.cost_limit)
    return commission.work(memory, config, find_language(language), material, budget)


def pay(work: Work, config: AmtsConfig) -> Bill | None:
    """See that the work may cost what it does, and have it begun.

    :raises AmtsError: it may not, or the engine failed
    """
    if not commissions.is_planned(work.translator.engine):
        return None
    asked = work.translator.commission(work.containers, work.pair)
    bill = commissions.bill(asked)
    cost_limit.check([(work.pair, bill)] if bill else [], config.cost_limit)
    for _, why in commissions.begin([asked]):
        raise why
    return bill
