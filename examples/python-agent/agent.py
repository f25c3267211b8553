#!/usr/bin/env python3
"""An agent without any library: protocol 1 of vitest-supervise in Python, standard library only.

It answers every message with itself, dies of SIGTERM like any process, and exits when the test is gone.
"""
import json
import os
import socket


def connect():
    """The connection to the test: an inherited descriptor, else a Unix socket, else none."""
    if fd := os.environ.pop("SUPERVISE_FD", None):  # popped: what we start must not take it for its own
        return socket.socket(fileno=int(fd))
    if path := os.environ.get("SUPERVISE_SOCKET"):
        test = socket.socket(socket.AF_UNIX)
        test.connect(path)
        return test
    raise SystemExit("agent.py: no test runs this: neither SUPERVISE_FD nor SUPERVISE_SOCKET is set")


def main():
    test = connect()

    def send(**frame):
        test.sendall(json.dumps(frame).encode() + b"\n")

    send(t="hello", v=1, id=os.environ.get("SUPERVISE_AGENT", "agent"), pid=os.getpid(), can=[])
    for line in test.makefile("rb"):  # ends when the test is gone: then so are we
        frame = json.loads(line)
        if frame["t"] == "welcome":
            send(t="ready")
        elif frame["t"] == "message":
            send(t="message", body=frame["body"])


if __name__ == "__main__":
    main()
