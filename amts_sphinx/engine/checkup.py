"""Whether AWS knows the user, and allows what an engine needs: calls that are free.

Nothing is changed, and nothing is sent but names. What would cost money, or change
something, is not tried: to start a job, to ask a model, to write in the bucket.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from amts_sphinx.core.errors import EngineError
from amts_sphinx.engine.amazon.client import Client as TranslateClient
from amts_sphinx.engine.amazon.options import AllOptions
from amts_sphinx.engine.aws.client import Client
from amts_sphinx.engine.bedrock.jobs import BedrockJobs
from amts_sphinx.engine.bedrock.options import BedrockOptions
from amts_sphinx.engine.options import read_options

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class Check(NamedTuple):
    """What came of one call."""

    #: What was tried.
    what: str
    #: What was found, or what is wrong and what to do.
    text: str
    ill: bool = False


class _Call(NamedTuple):
    """A call that costs nothing."""

    service: str
    operation: str
    #: To be read after "may" and "cannot".
    doing: str
    parameters: Mapping[str, Any]


#: A profile begins with its part of the world, as in ``us.vendor.model``.
_PROFILE: Final = re.compile(r"(?:[a-z]{2}(?:-gov)?|apac|global)\.[a-z]")
_WHO: Final = _Call("sts", "get_caller_identity", "say who it is", {})


def checks(
    engine: str, options: Mapping[str, object], targets: Iterable[str]
) -> Iterator[Check]:
    """Yield what AWS says of one engine's account.

    :param engine: ``amazon`` or ``bedrock``
    :param options: the value of ``amts_<engine>``
    :param targets: the target languages that it is used for
    :raises ConfigError: an option has a wrong value
    """
    found = _of_amazon(options, targets) if engine == "amazon" else _of_bedrock(options)
    for client, calls in found:
        yield from _of_account(client, calls)


def _of_account(client: Client, calls: Iterable[_Call]) -> Iterator[Check]:
    name = f"{client.who.name} in {client.region or 'no region'}"
    once = client.impatient()
    try:
        said = once.call(*_WHO[:3], needs=["Account"])
    except EngineError as exc:
        yield Check(name, str(exc), ill=True)
        return
    yield Check(name, f"the credentials are those of {said.get('Arn')}")
    for call in calls:
        try:
            once.call(*call[:3], **call.parameters)
        except EngineError as exc:
            yield Check(name, str(exc), ill=True)
        else:
            yield Check(name, f"it may {call.doing}")


def _of_amazon(
    options: Mapping[str, object], targets: Iterable[str]
) -> Iterator[tuple[Client, list[_Call]]]:
    chosen = AllOptions(options)
    places = {
        (each.profile, each.region, each.bucket, each.mode): each
        for each in map(chosen.of, targets)
    }
    for each in places.values():
        calls = []
        if each.mode == "batch":
            calls = [
                _Call("translate", f"list_{what}", f"list {name}", {"MaxResults": 1})
                for what, name in (
                    ("text_translation_jobs", "batch jobs"),
                    ("parallel_data", "parallel data"),
                    ("terminologies", "terminologies"),
                )
            ]
        calls += _of_bucket(each.bucket, each.prefix, each.owner)
        yield TranslateClient(each), calls


def _of_bedrock(
    options: Mapping[str, object],
) -> Iterator[tuple[Client, list[_Call]]]:
    chosen = read_options(BedrockOptions, "amts_bedrock", options)
    calls = []
    if chosen.mode == "batch":
        jobs = "list_model_invocation_jobs"
        calls = [_Call("bedrock", jobs, "list batch jobs", {"maxResults": 1})]
        calls += _of_bucket(chosen.bucket, chosen.prefix, chosen.owner)
    if chosen.model:
        calls.append(_of_model(chosen.model))
    yield Client(chosen, BedrockJobs()), calls


def _of_model(model: str) -> _Call:
    """Return the call that looks at a model, or at an inference profile."""
    doing = f"look at the model {model!r}"
    if "inference-profile" in model or _PROFILE.match(model):
        asked = {"inferenceProfileIdentifier": model}
        return _Call("bedrock", "get_inference_profile", doing, asked)
    asked = {"modelIdentifier": model}
    return _Call("bedrock", "get_foundation_model", doing, asked)


def _of_bucket(bucket: str, prefix: str, owner: str) -> list[_Call]:
    if not bucket:
        return []
    asked: dict[str, Any] = {"Bucket": bucket, "Prefix": f"{prefix}/", "MaxKeys": 1}
    if owner:
        asked["ExpectedBucketOwner"] = owner
    return [_Call("s3", "list_objects_v2", f"list the bucket {bucket}", asked)]
