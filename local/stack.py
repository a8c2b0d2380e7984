"""The embedded AWS: MiniStack on loopback with the project's own template built and deployed on it."""

import json
import shutil
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from local.build import REGION, ROOT, VENV, build_stack, built_template, locked, python_runtime
from local.fixups import apply_what_cloudformation_dropped
from local.processes import LOOPBACK, ProcessFailedError, answers, free_port, minimal_environment, run, running
from local.scratch import clear_left_behind, scratch_folder

STACK_NAME = "statsbidrag"
# MiniStack's root: whoever signs with these may do everything, as the account's administrator may.
ROOT_KEY, ROOT_SECRET = "test", "test"

_ARTIFACTS = "deployment-artifacts"
_ROOM_IN_MEMORY = 4 << 30
_TRIES = 3


class FunctionFailedError(RuntimeError):
    """An invoked function raised; carries its error type and message."""


@dataclass(frozen=True)
class Stack:
    """A deployed stack on a running embedded AWS.

    Attributes
    ----------
    endpoint
        Address of the embedded AWS, for `endpoint_url` of every boto3 client.
    workdir
        Folder of its logs.
    outputs
        The template's outputs by name.
    resources
        Physical names by logical id, such as the function names.
    built, parameters
        What was deployed, to deploy it again.
    """

    endpoint: str
    workdir: Path
    outputs: Mapping[str, str]
    resources: Mapping[str, str]
    built: Path
    parameters: Mapping[str, str]

    @property
    def clock_file(self) -> Path:
        """The file that tells the functions what time it is."""
        return _clock_file(self.workdir)

    @cached_property
    def session(self) -> boto3.Session:
        """The administrator's session; make clients with `endpoint_url=stack.endpoint`."""
        return admin_session()

    @cached_property
    def _lambda(self) -> Any:
        patient = Config(read_timeout=900, retries={"total_max_attempts": 1})
        return self.session.client("lambda", endpoint_url=self.endpoint, config=patient)

    def invoke(self, function: str, payload: object) -> Any:
        """Invoke a function, by logical id or name, and return what it answers, read as JSON.

        Raises
        ------
        FunctionFailedError
            When the function raised.
        """
        name = self.resources.get(function, function)
        answer = self._lambda.invoke(FunctionName=name, Payload=json.dumps(payload).encode())
        result = json.loads(answer["Payload"].read() or b"null")
        if "FunctionError" in answer:
            raise FunctionFailedError(f"{function}: {result.get('errorType')}: {result.get('errorMessage')}")
        return result


def reset(stack: Stack) -> Stack:
    """Wipe the whole embedded AWS and deploy the same build again; buckets get new names."""
    wipe = urllib.request.Request(f"{stack.endpoint}/_ministack/reset", method="POST")
    with urllib.request.urlopen(wipe, timeout=30):
        return deploy(stack.endpoint, stack.workdir, stack.built, stack.parameters)


def admin_session() -> boto3.Session:
    """Return a session of the embedded account's administrator."""
    return boto3.Session(aws_access_key_id=ROOT_KEY, aws_secret_access_key=ROOT_SECRET, region_name=REGION)


@contextmanager
def embedded_stack(
    workdir: Path,
    *,
    smtp_port: int | None = None,
    build: bool = True,
    template: Path = ROOT / "template.yaml",
    parameters: Mapping[str, str] | None = None,
) -> Iterator[Stack]:
    """Start an embedded AWS, deploy the project on it, and take both away when the block ends.

    Several may run at once, of one checkout or of many: ports are free ones, files lie in `workdir`,
    and a build is shared under a lock.

    Parameters
    ----------
    workdir
        Folder for logs and the deployed template; made when missing.
    smtp_port
        Loopback port that mail is relayed to; None keeps it inside the embedded AWS.
    build
        False: deploy what was built last without looking for changes.
    template
        The SAM template; its folder holds `functions` and `shared`.
    parameters
        Template parameters beside `PythonRuntime`.

    Raises
    ------
    ProcessFailedError
        When the build, the start or the deployment fails; says where the log is.
    """
    workdir.mkdir(parents=True, exist_ok=True)
    built = build_stack(template, workdir / "build.log") if build else built_template(template)
    with ministack(workdir, smtp_port=smtp_port) as endpoint:
        yield deploy(endpoint, workdir, built, parameters)


@contextmanager
def ministack(workdir: Path, *, smtp_port: int | None = None) -> Iterator[str]:
    """Run MiniStack on a free loopback port with an empty state; yields its address."""
    with ExitStack() as stack:
        # Each Lambda worker unpacks code and layer here and never cleans up: an own folder, in memory if it fits.
        scratch, lock = stack.enter_context(scratch_folder(_scratch_parent()))
        for left in range(_TRIES - 1, -1, -1):
            port = free_port()
            endpoint = f"http://{LOOPBACK}:{port}"
            try:
                stack.enter_context(
                    running(
                        _serving(port),
                        log=workdir / "ministack.log",
                        environment=_ministack_environment(port, scratch, smtp_port),
                        ready=answers(f"{endpoint}/_ministack/ready"),
                        cwd=scratch,
                        keeps=(lock,),
                    )
                )
            except ProcessFailedError:
                if not left:
                    raise
            else:
                break
        yield endpoint


def _serving(port: int) -> list[str | Path]:
    """Give the command that serves MiniStack: its own server would spend a third of a year on parsing HTTP."""
    return [
        VENV / "aws/bin/uvicorn", "ministack.app:app", "--host", LOOPBACK, "--port", str(port),
        "--loop", "uvloop", "--http", "httptools", "--ws", "none", "--lifespan", "on",
        "--log-level", "warning", "--no-access-log", "--no-server-header", "--no-date-header", "--no-proxy-headers",
        "--timeout-keep-alive", "75",
    ]  # fmt: skip


def _ministack_environment(port: int, scratch: Path, smtp_port: int | None) -> dict[str, str]:
    relay = {"SMTP_HOST": f"{LOOPBACK}:{smtp_port}"} if smtp_port else {}
    return minimal_environment(
        {
            "AUTH": "true",  # roles are enforced
            "BIND_HOST": LOOPBACK,
            "GATEWAY_PORT": str(port),
            "LOG_LEVEL": "WARNING",  # the functions would inherit it: template.yaml gives them theirs
            "IOT_MTLS_ENABLED": "0",  # else it opens a port to everyone
            "MINISTACK_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": ROOT_KEY,
            "AWS_SECRET_ACCESS_KEY": ROOT_SECRET,
            "HOME": str(scratch),
            "TMPDIR": str(scratch),
        }
        | relay
    )


def _clock_file(workdir: Path) -> Path:
    return workdir.resolve() / "clock"


def _scratch_parent() -> Path | None:
    memory = Path("/dev/shm")  # noqa: S108 - only the parent of an own folder; unpacking there is three times as fast
    if memory.is_dir():
        clear_left_behind(memory)
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > _ROOM_IN_MEMORY else None


def deploy(endpoint: str, workdir: Path, built: Path, parameters: Mapping[str, str] | None = None) -> Stack:
    """Deploy a built template with `sam deploy` and set what the emulated CloudFormation leaves out."""
    clock = _clock_file(workdir)
    clock.unlink(missing_ok=True)
    given = {"PythonRuntime": python_runtime(), "Embedded": "true", "ClockFile": str(clock), **(parameters or {})}
    session = admin_session()
    session.client("s3", endpoint_url=endpoint).create_bucket(
        Bucket=_ARTIFACTS, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    command: list[str | Path] = [
        VENV / "sam/bin/sam", "deploy", "--template", built, "--stack-name", STACK_NAME, "--s3-bucket", _ARTIFACTS,
        "--region", REGION, "--capabilities", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "--no-confirm-changeset",
        "--no-progressbar", "--parameter-overrides", *[f"{name}={value}" for name, value in given.items()],
    ]  # fmt: skip
    environment = minimal_environment(
        {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": ROOT_KEY,
            "AWS_SECRET_ACCESS_KEY": ROOT_SECRET,
            "SAM_CLI_TELEMETRY": "0",
            "SAM_CLI_POLL_DELAY": "0.1",
        }
    )
    with locked(built.parent, exclusive=False):
        run(command, log=workdir / "deploy.log", environment=environment, cwd=workdir)
    apply_what_cloudformation_dropped(session, endpoint, STACK_NAME)
    cloudformation = session.client("cloudformation", endpoint_url=endpoint)
    described = cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    resources = cloudformation.describe_stack_resources(StackName=STACK_NAME)["StackResources"]
    return Stack(
        endpoint=endpoint,
        workdir=workdir,
        outputs={item["OutputKey"]: item["OutputValue"] for item in described.get("Outputs", [])},
        resources={item["LogicalResourceId"]: item["PhysicalResourceId"] for item in resources},
        built=built,
        parameters=given,
    )
