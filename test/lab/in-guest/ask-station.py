#!/usr/bin/env python3
"""Asks the station of a state directory over its control socket, as root, and prints its answer.

usage: ask-station.py STATE PATH      PATH below /api/v1/; ends with 1 if the station does not answer, or not with 200
"""
import http.client, socket, sys

TIMEOUT_S = 20


class Control(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=TIMEOUT_S)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(TIMEOUT_S)
        self.sock.connect(self.path)


state, path = sys.argv[1:]
station = Control(f"{state}/run/control.sock")
station.request("GET", f"/api/v1/{path}", headers={"x-evidock-actor": "lab"})
answer = station.getresponse()
text = answer.read().decode()
if answer.status != 200:
    sys.exit(f"{answer.status} {text}")
print(text)
