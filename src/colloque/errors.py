"""The vocabulary of failures: what went wrong, what to do about it, and whether trying again can help.

Every error that a user may meet is one of these, printed as one line with its remedy. `boundary()` is the only
place in the project that catches `Exception`; everything else lets failures travel up to it.
"""

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = [
    "ColloqueError",
    "ConfigError",
    "DependencyError",
    "DiskError",
    "InputError",
    "ModelError",
    "RemoteRefused",
    "RunError",
    "boundary",
]


class ColloqueError(Exception):
    """Base of all failures: a message, a remedy (`hint`), the process' exit code, and whether a retry may help."""

    exit_code = 1
    retryable = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def line(self) -> str:
        """The failure and its remedy on one line, for stderr."""
        message = " ".join(str(self).split())
        return f"{message} → {self.hint}" if self.hint else message


class InputError(ColloqueError):
    """What was given cannot be used. Names the file and, where there is one, the place in it (`row 12`)."""

    exit_code = 2

    def __init__(self, message: str, *, file: str | Path = "", place: str = "", hint: str = "") -> None:
        where = ", ".join(part for part in (str(file), place) if part)
        super().__init__(f"{where}: {message}" if where else message, hint=hint)
        self.file = str(file)
        self.place = place


class ConfigError(InputError):
    """The configuration is wrong: an unknown key, a bad value, stages that contradict each other."""


class DependencyError(ColloqueError):
    """An optional package is missing; the hint is the exact install command."""

    exit_code = 2


class RemoteRefused(ColloqueError):
    """A record would have left this machine without the configuration's explicit leave."""

    exit_code = 2


class RunError(ColloqueError):
    """A stage ran and failed: an invariant broke, nothing was left to train on, a file vanished."""


class DiskError(RunError):
    """The disk refused: full, read-only or quota reached. Half-written files are never taken for whole."""


class ModelError(ColloqueError):
    """A call to a model failed. `retryable` tells a passing fault (429, 500, reset) from a final one (400)."""

    def __init__(self, message: str, *, hint: str = "", retryable: bool = False, status: int | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retryable = retryable
        self.status = status


_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


def from_os_error(error: OSError) -> ColloqueError:
    """Translate an operating-system error into the vocabulary, with its file and a remedy."""
    file = str(error.filename or "")
    if error.errno in _DISK:
        return DiskError(
            f"{file or 'disk'}: {error.strerror}",
            hint="free some space or name another --workspace, then run the same command: it goes on where it was",
        )
    if isinstance(error, FileNotFoundError):
        return InputError("no such file or folder", file=file, hint="check the path")
    if isinstance(error, PermissionError):
        return InputError("permission denied", file=file, hint="check the rights of the file and its folder")
    if isinstance(error, IsADirectoryError | NotADirectoryError):
        return InputError(
            str(error.strerror), file=file, hint="a file was expected where there is a folder, or the reverse"
        )
    return RunError(
        f"{file}: {error.strerror or error}" if file else str(error), hint="run again; if it lasts, report it"
    )


@contextmanager
def boundary(what: str) -> Iterator[None]:
    """Turn every failure inside into a `ColloqueError`; the one place where `Exception` is caught.

    `what` names the work in hand ("stage sft"), so that an unforeseen error still says where it happened.
    KeyboardInterrupt and SystemExit pass through.
    """
    try:
        yield
    except ColloqueError:
        raise
    except BrokenPipeError:
        raise
    except OSError as error:
        raise from_os_error(error) from error
    except MemoryError as error:
        raise RunError(f"{what}: out of memory", hint="lower the batch or the number of workers") from error
    except Exception as error:
        # Libraries (pyarrow, safetensors) wrap a full disk in their own types; the text is all that is left.
        if "No space left on device" in str(error):
            raise DiskError(
                f"{what}: no space left on device", hint="free some space, then run the same command"
            ) from error
        if "-v" in sys.argv or "--verbose" in sys.argv:
            import traceback

            traceback.print_exc(file=sys.stderr)
        raise RunError(
            f"{what}: {type(error).__name__}: {error}",
            hint="add --verbose before the command for the full trace and report it",
        ) from error
