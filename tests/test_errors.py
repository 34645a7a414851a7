"""Failures: one line, a remedy, the right exit code."""

import errno

import pytest

from colloque.errors import ColloqueError, DiskError, InputError, RunError, boundary


@pytest.mark.parametrize(
    ("raised", "kind", "code"),
    [
        (FileNotFoundError(errno.ENOENT, "No such file", "a.csv"), InputError, 2),
        (PermissionError(errno.EACCES, "Permission denied", "a.csv"), InputError, 2),
        (OSError(errno.ENOSPC, "No space left on device", "a.csv"), DiskError, 1),
        (RuntimeError("safetensors: No space left on device"), DiskError, 1),
        (MemoryError(), RunError, 1),
        (ValueError("odd"), RunError, 1),
        (InputError("odd", file="a.csv", place="row 3", hint="mend it"), InputError, 2),
    ],
)
def test_the_boundary_names_every_failure(raised: Exception, kind: type[ColloqueError], code: int) -> None:
    with pytest.raises(kind) as failure, boundary("stage x"):
        raise raised
    assert failure.value.exit_code == code
    assert "\n" not in failure.value.line() and failure.value.hint


def test_an_input_error_says_where() -> None:
    assert (
        InputError("no answer", file="a.csv", place="row 3", hint="mend it").line()
        == "a.csv, row 3: no answer → mend it"
    )
