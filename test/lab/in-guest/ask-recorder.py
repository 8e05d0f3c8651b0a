#!/usr/bin/env python3
"""Sends one command of unlock-gadget.py's exchange over the bulk endpoints, and prints status and payload of the answer.

usage: ask-recorder.py VENDOR PRODUCT COMMAND [PAYLOAD]      ids in hex, command as a number; ends with 1 if there is no answer in 3 s
"""
import ctypes, fcntl, os, struct, sys

TIMEOUT_MS = 3000
CLAIM_INTERFACE = 0x8004550F
BULK = 0xC0185502


def find(vendor, product):
    devices = "/sys/bus/usb/devices"
    for name in os.listdir(devices):
        try:
            values = [open(f"{devices}/{name}/{key}").read().strip() for key in ("idVendor", "idProduct", "busnum", "devnum")]
        except FileNotFoundError:
            continue  # An interface, not a device.
        if values[:2] == [vendor, product]:
            return f"/dev/bus/usb/{int(values[2]):03}/{int(values[3]):03}"
    sys.exit(f"no device {vendor}:{product}")


def bulk(device, endpoint, buffer):
    data = ctypes.create_string_buffer(buffer, 64)
    transfer = struct.pack("<IIIxxxxQ", endpoint, 64, TIMEOUT_MS, ctypes.addressof(data))
    fcntl.ioctl(device, BULK, transfer)
    return data.raw


vendor, product, command, payload = (sys.argv + [""])[1:5]
device = os.open(find(vendor, product), os.O_RDWR)
fcntl.ioctl(device, CLAIM_INTERFACE, struct.pack("<I", 0))
try:
    bulk(device, 0x02, b"EVRC" + bytes([int(command), len(payload)]) + payload.encode())
    reply = bulk(device, 0x81, b"")
except OSError as error:
    sys.exit(f"no answer: {error}")
magic, answered, status, length = struct.unpack("<4sBBB", reply[:7])
if magic != b"EVRA" or answered != int(command):
    sys.exit(f"not an answer: {reply!r}")
print(status, reply[7 : 7 + length].decode())
