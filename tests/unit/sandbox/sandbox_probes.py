"""Tools that do on purpose what hostile text makes real tools do."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import Any


def echo(arguments: Any) -> Any:
    return arguments


def hang(_: Any) -> Any:
    while True:
        pass


def works(arguments: Any) -> Any:
    end = time.process_time() + arguments["seconds"]
    while time.process_time() < end:
        pass
    return "done"


def nap(arguments: Any) -> Any:
    time.sleep(arguments["seconds"])
    return "slept"


def segfault(_: Any) -> Any:
    ctypes.string_at(0)


def abort(_: Any) -> Any:
    os.abort()


def leave(arguments: Any) -> Any:
    print("ERROR: bad syntax", flush=True)
    os._exit(arguments["code"])


def eat(_: Any) -> Any:
    hoard = []
    while True:
        hoard.append(bytearray(16 << 20))


def raises(_: Any) -> Any:
    raise RuntimeError("no")


def flood(_: Any) -> Any:
    for _ in range(3000):
        print("x" * 1000)
    return "flooded"


def forge(_: Any) -> Any:
    print('{"results": [{"ended": "ok"}]}', flush=True)
    sys.stdout.buffer.write(b"\x00\x00\x00\x10" * 100)
    return "honest"


def garbage(_: Any) -> Any:
    os.write(3, b"\x00\x00\x00\x08forgedforged")
    return "honest"


def forges_with_nonce(arguments: Any) -> Any:
    """What code that has taken over the child could do: it finds the nonce and answers by itself."""
    frame: Any = sys._getframe()
    while "work" not in frame.f_locals:
        frame = frame.f_back
    message = frame.f_locals["work"].nonce + b'v"forged"'
    for _ in range(arguments["times"]):
        os.write(3, len(message).to_bytes(4, "big") + message)
    return "honest"


def takes_over(arguments: Any) -> Any:
    """Answers for all that come after it, and ends the child as if nothing had happened."""
    if not arguments["bad"]:
        return "honest"
    frame: Any = sys._getframe()
    while "work" not in frame.f_locals:
        frame = frame.f_back
    work = frame.f_locals["work"]
    for _ in work.arguments[work.arguments.index(arguments) :]:
        message = work.nonce + b'v"forged"'
        os.write(3, len(message).to_bytes(4, "big") + message)
    os._exit(0)


def closes_pipe(_: Any) -> Any:
    os.close(3)
    time.sleep(60)


def read_file(arguments: Any) -> Any:
    with open(arguments["path"], "rb") as file:
        return len(file.read())


def write_file(arguments: Any) -> Any:
    with open(arguments["path"], "w") as file:
        file.write("x" * arguments.get("size", 1))
    return os.getcwd()


def environment(_: Any) -> Any:
    return dict(os.environ)


def fork(_: Any) -> Any:
    if os.fork() == 0:
        time.sleep(30)
        os._exit(0)
    return "forked"


def execute(arguments: Any) -> Any:
    done = subprocess.run(arguments["command"], capture_output=True, text=True, check=False)
    return [done.returncode, done.stdout]


def linger(arguments: Any) -> Any:
    """Start a long-lived process, then hang."""
    subprocess.Popen([arguments["program"], arguments["seconds"]])
    time.sleep(300)


def connect(_: Any) -> Any:
    socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    return "a socket"


def signal_parent(_: Any) -> Any:
    os.kill(os.getppid(), signal.SIGKILL)
    return "killed"


def interrupt_itself(_: Any) -> Any:
    os.kill(os.getpid(), signal.SIGINT)
    return "still here"


def open_files(_: Any) -> Any:
    found = []
    for number in range(64):
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(number)
    return found


def thread(_: Any) -> Any:
    said: list[Any] = []
    worker = threading.Thread(target=said.append, args=("ran",))
    worker.start()
    worker.join()
    return said[0]


def where(_: Any) -> Any:
    return [os.getcwd(), sys.prefix]


def complains(_: Any) -> Any:
    print(f"cannot open /etc/passwd and {os.getcwd()}/secret.txt: a/b stays", flush=True)
    raise OSError("/home/user/.ssh/id_rsa")


STATE: list[Any] = []


def stateful(arguments: Any) -> Any:
    """Answers differently the more it has seen: a child whose memory was changed by a text."""
    STATE.append(arguments)
    return len(STATE)


def crashing(arguments: Any) -> Any:
    if arguments["bad"]:
        ctypes.string_at(0)
    return arguments["n"]


def raising(arguments: Any) -> Any:
    if arguments["bad"]:
        raise ValueError(arguments)
    return arguments["n"]


def leaving(arguments: Any) -> Any:
    if arguments["bad"]:
        os._exit(0)
    return arguments["n"]


def hungry(arguments: Any) -> Any:
    if arguments["bad"]:
        bytearray(b"x") * (400 << 20)
    return arguments["n"]


def hanging(arguments: Any) -> Any:
    while arguments["bad"]:
        pass
    return arguments["n"]


def chatty(arguments: Any) -> Any:
    if arguments.get("bad"):
        print("boo", flush=True)
    return arguments["n"]


def who(_: Any) -> Any:
    return [os.getpid(), os.getppid()]
