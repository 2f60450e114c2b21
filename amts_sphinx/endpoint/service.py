"""Amazon Translate: its parts put together, and its operations by name."""

from __future__ import annotations

import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amts_sphinx import formats
from amts_sphinx.endpoint.account import Account, Background, ClientTokens
from amts_sphinx.endpoint.job_runner import JobRunner
from amts_sphinx.endpoint.jobs import Jobs
from amts_sphinx.endpoint.parallel_data import ParallelDataStore
from amts_sphinx.endpoint.realtime import translate_text
from amts_sphinx.endpoint.terminologies import Terminologies
from amts_sphinx.endpoint.translation_models import TranslationModels

if TYPE_CHECKING:
    from collections.abc import Callable

    from amts_sphinx.endpoint.fault_plan import FaultPlan
    from amts_sphinx.endpoint.options import Options
    from amts_sphinx.endpoint.s3_client import S3Client
    from amts_sphinx.endpoint.usage import UsageMeter

    Operation = Callable[[dict[str, Any]], dict[str, Any]]


class Service:
    """Answers requests that have been checked against the service's model."""

    def __init__(
        self, options: Options, s3: S3Client, meter: UsageMeter, faults: FaultPlan
    ) -> None:
        """Start the service.

        :raises InterchangeError: the file of :attr:`Options.base` cannot be read
        """
        base = list(formats.read(options.base)) if options.base else []
        self._temporary = (
            "" if options.state else tempfile.mkdtemp(prefix="amts-endpoint-")
        )
        folder = options.state or Path(self._temporary)
        models = TranslationModels(base, folder, options.min_pairs)
        account = Account(options.account, options.region)
        tokens = ClientTokens(dedupe=options.dedupe)
        self._background = Background(options.delay)
        terms = Terminologies(account)
        data = ParallelDataStore(account, s3, self._background, tokens, faults)
        runner = JobRunner(models, s3, self._background, meter, faults)
        self._jobs = Jobs(
            account, s3, self._background, tokens, runner.run, meter=meter
        )
        #: What answers each operation.
        self.operations: dict[str, Operation] = {
            "TranslateText": partial(
                translate_text, models=models, terminologies=terms, meter=meter
            ),
            "CreateParallelData": data.create,
            "GetParallelData": data.get,
            "ListParallelData": data.list,
            "DeleteParallelData": data.delete,
            "StartTextTranslationJob": partial(
                self._jobs.start, data=data, terminologies=terms
            ),
            "DescribeTextTranslationJob": self._jobs.describe,
            "ListTextTranslationJobs": self._jobs.list,
            "StopTextTranslationJob": self._jobs.stop,
            "ImportTerminology": terms.import_,
            "GetTerminology": terms.get,
            "ListTerminologies": terms.list,
            "DeleteTerminology": terms.delete,
            "TagResource": account.tag_resource,
            "ListTagsForResource": account.list_tags,
        }

    def close(self) -> None:
        """Stop all jobs, wait for their threads and delete the models."""
        self._jobs.close()
        self._background.close()
        if self._temporary:
            shutil.rmtree(self._temporary, ignore_errors=True)
