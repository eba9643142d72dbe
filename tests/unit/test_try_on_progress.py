"""How `vesture try-on` tells its progress: lines in a log, a bar on a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import termios

PROGRAM = """
from vesture.commands.try_on import _Progress
from vesture.core.task import Step
with _Progress(quiet={quiet}) as progress:
    progress(Step(1, 1, "prepare", "found the person"))
    for index in range(1, 21):
        progress(Step(index, 20, "diffuse", f"step {{index}} of 20"))
    progress(Step(1, 1, "finish", "made 1 picture"))
"""


def told(*, quiet: bool = False, terminal: bool = False) -> str:
    command = [sys.executable, "-c", PROGRAM.format(quiet=quiet)]
    if not terminal:
        return subprocess.run(command, capture_output=True, text=True, check=True).stderr
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    process = subprocess.Popen(command, stderr=theirs)
    os.close(theirs)
    text = b""
    try:
        while part := os.read(ours, 4096):
            text += part
    except OSError:  # the other end is closed
        pass
    assert process.wait() == 0
    return text.decode()


def test_a_log_gets_a_line_for_each_step() -> None:
    lines = told().splitlines()
    assert lines[0] == "[1/1] found the person"
    assert lines[1:21] == [f"[{index}/20] step {index} of 20" for index in range(1, 21)]
    assert lines[21:] == ["[1/1] made 1 picture"]


def test_a_terminal_gets_a_bar_for_many_steps() -> None:
    text = told(terminal=True)
    assert "[1/1] found the person" in text
    assert "diffuse:" in text
    assert "/20" in text
    assert "step 3 of 20" not in text
    assert "[1/1] made 1 picture" in text


def test_quiet_is_quiet() -> None:
    assert told(quiet=True) == ""
