"""The command line without the start of a process."""

import contextlib
import io
import sys
from subprocess import CompletedProcess

from mbltn.cli import main


def mbltn(*arguments):
    """What the command says and returns."""
    stdout, stderr, argv, code = io.StringIO(), io.StringIO(), sys.argv, None
    sys.argv = ["mbltn", *map(str, arguments)]
    try:
        with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
            main()
    except SystemExit as end:
        code = end.code
    finally:
        sys.argv = argv
    return CompletedProcess(arguments, code or 0, stdout.getvalue(), stderr.getvalue())
