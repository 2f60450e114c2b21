"""Amazon Translate: its rooms put together, and its operations by name."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amts_sphinx import formats
from amts_sphinx.endpoint.batch import JobRun
from amts_sphinx.endpoint.client_tokens import Tokens
from amts_sphinx.endpoint.job_queue import Work
from amts_sphinx.endpoint.jobs import JobRoom
from amts_sphinx.endpoint.languages import list_languages
from amts_sphinx.endpoint.parallel_data import ParallelDataRoom
from amts_sphinx.endpoint.realtime import Realtime
from amts_sphinx.endpoint.resources import Resources
from amts_sphinx.endpoint.terminologies import TerminologyRoom
from amts_sphinx.endpoint.translator import Linguist

if TYPE_CHECKING:
    from collections.abc import Callable

    from amts_sphinx.endpoint.bucket import Buckets
    from amts_sphinx.endpoint.fault_plan import Faults
    from amts_sphinx.endpoint.options import Options
    from amts_sphinx.endpoint.usage import Meter

    Operation = Callable[[dict[str, Any]], dict[str, Any]]


class Service:
    """What answers requests, once they have been checked against the model."""

    def __init__(
        self, options: Options, buckets: Buckets, meter: Meter, faults: Faults
    ) -> None:
        """Open the service.

        :raises InterchangeError: the base cannot be read
        """
        base = list(formats.read(options.base)) if options.base else []
        self._work = Work(options.delay)
        self._own = "" if options.state else tempfile.mkdtemp(prefix="amts-endpoint-")
        home = options.state or Path(self._own)
        linguist = Linguist(base, home, options.min_pairs)
        resources = Resources(options.account, options.region)
        tokens = Tokens(dedupe=options.dedupe)
        self._terms = TerminologyRoom(resources, buckets)
        self._data = ParallelDataRoom(resources, buckets, self._work, tokens, faults)
        batch = JobRun(linguist, buckets, self._work, meter, faults)
        self._jobs = JobRoom(resources, buckets, self._work, tokens, batch.run)
        realtime = Realtime(linguist, self._terms, meter)
        #: What answers each operation.
        self.operations = self._operations(realtime, resources)

    def _operations(
        self, realtime: Realtime, resources: Resources
    ) -> dict[str, Operation]:
        data, terms, jobs = self._data, self._terms, self._jobs
        return {
            "TranslateText": realtime.text,
            "TranslateDocument": realtime.document,
            "CreateParallelData": data.create,
            "UpdateParallelData": data.update,
            "GetParallelData": data.get,
            "ListParallelData": data.list,
            "DeleteParallelData": data.delete,
            "StartTextTranslationJob": lambda asked: jobs.start(asked, data, terms),
            "DescribeTextTranslationJob": jobs.describe,
            "ListTextTranslationJobs": jobs.list,
            "StopTextTranslationJob": jobs.stop,
            "ImportTerminology": terms.import_,
            "GetTerminology": terms.get,
            "ListTerminologies": terms.list,
            "DeleteTerminology": terms.delete,
            "ListLanguages": list_languages,
            "TagResource": resources.tag,
            "UntagResource": resources.untag,
            "ListTagsForResource": resources.list_tags,
        }

    def close(self) -> None:
        """Stop all jobs, wait for their threads and delete the models."""
        self._work.closing.set()
        self._jobs.close()
        self._work.close()
        if self._own:
            shutil.rmtree(self._own, ignore_errors=True)
