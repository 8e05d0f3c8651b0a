#!/usr/bin/env python3
"""Plays a recorder that shows its disk only after a password: a FunctionFS gadget on the dummy host controller.

usage: unlock-gadget.py NAME BUS VENDOR PRODUCT DISK_PRODUCT MODEL SERIAL OFFICER PASSWORD IMAGE [silent]

Locked, it is one vendor-specific interface (class 0xff, subclass 0x45, protocol 0x01) with a bulk OUT (0x02) and a bulk IN (0x81) endpoint.
Every packet has 64 bytes, unused ones are 0:

  request   0 magic "EVRC"   4 command   5 length of payload   6 payload
  answer    0 magic "EVRA"   4 command   5 status              6 length of payload   7 payload

  command           payload of the request     payload of the answer
  0x01 identify     -                          maker and model 5, serial 7, officer number 6 characters (ASCII)
  0x02 unlock       password, 6 characters     -
  0x03 read clock   -                          YYYYMMDDhhmmss, local time of the recorder
  0x04 set clock    YYYYMMDDhhmmss             -
  0x05 read charge  -                          percent, 3 digits

  status 0 done, 1 wrong password, 2 unknown command, 3 malformed

The same exchange goes over endpoint 0: a vendor request to the interface, host to device (bmRequestType 0x41, bRequest 1, 64 bytes), then
device to host (0xc1, bRequest 2, 64 bytes) for the answer. After the right password the recorder leaves the bus within half a second and
comes back as mass storage with DISK_PRODUCT. A packet that does not begin with the magic is not answered. With `silent` nothing is.

The clock runs: IMAGE.clock holds what it was last set to, and its mtime is when that was; without the file it is the guest's own time.
IMAGE.log gets a line for every command. SIGTERM pulls the recorder.
"""
import os, signal, struct, subprocess, sys, threading, time

(name, bus, vendor, product, disk_product, model, serial, officer, password, image) = sys.argv[1:11]
silent = sys.argv[11:] == ["silent"]
here = os.path.dirname(os.path.abspath(__file__))
gadget = f"/sys/kernel/config/usb_gadget/{name}"
mount = f"/run/unlock-gadget/{name}"
FORMAT = "%Y%m%d%H%M%S"


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def log(line):
    with open(f"{image}.log", "a") as file:
        file.write(line + "\n")


def read_clock():
    try:
        elapsed = time.time() - os.stat(f"{image}.clock").st_mtime
        with open(f"{image}.clock") as file:
            base = time.mktime(time.strptime(file.read().strip(), FORMAT))
    except FileNotFoundError:
        base, elapsed = time.time(), 0
    return time.strftime(FORMAT, time.localtime(base + elapsed))


def answer(packet):
    """The 64 bytes to send back, or None; and whether the disk is to be shown."""
    if silent or len(packet) < 6 or packet[:4] != b"EVRC":
        return None, False
    command, length = packet[4], packet[5]
    payload = packet[6 : 6 + length].decode("ascii", "replace")
    status, reply, unlocked = 0, "", False
    if len(payload) != length:
        status = 3
    elif command == 1:
        reply = model + serial + officer
    elif command == 2:
        unlocked = payload == password
        status = 0 if unlocked else 1
    elif command == 3:
        reply = read_clock()
    elif command == 4:
        try:
            time.strptime(payload, FORMAT)
            write(f"{image}.clock", payload + "\n")
        except ValueError:
            status = 3
    elif command == 5:
        reply = "042"
    else:
        status = 2
    log(f"command {command} status {status}")
    head = struct.pack("<4sBBB", b"EVRA", command, status, len(reply))
    return (head + reply.encode()).ljust(64, b"\0"), unlocked


def descriptors():
    """FunctionFS descriptors, version 2: the interface and its endpoints at full and at high speed.

    The dummy controller gives the endpoints numbers of its own; these are the ones it gives.
    """
    def speed(packet_bytes):
        interface = struct.pack("<BBBBBBBBB", 9, 4, 0, 0, 2, 0xFF, 0x45, 0x01, 1)
        out = struct.pack("<BBBBHB", 7, 5, 0x02, 2, packet_bytes, 0)
        back = struct.pack("<BBBBHB", 7, 5, 0x81, 2, packet_bytes, 0)
        return interface + out + back

    body = struct.pack("<II", 3, 3) + speed(64) + speed(512)
    return struct.pack("<III", 3, 12 + len(body), 1 | 2) + body


def strings():
    text = b"Evidock recorder\0"
    body = struct.pack("<II", 1, 1) + struct.pack("<H", 0x0409) + text
    return struct.pack("<II", 2, 8 + len(body)) + body


def make_gadget():
    for directory in ("strings/0x409", "configs/c.1", f"functions/ffs.{name}"):
        os.makedirs(f"{gadget}/{directory}", exist_ok=True)
    write(f"{gadget}/idVendor", f"0x{vendor}")
    write(f"{gadget}/idProduct", f"0x{product}")
    write(f"{gadget}/strings/0x409/serialnumber", serial)
    write(f"{gadget}/strings/0x409/manufacturer", "Evidock lab")
    write(f"{gadget}/strings/0x409/product", model)
    os.symlink(f"{gadget}/functions/ffs.{name}", f"{gadget}/configs/c.1/ffs.{name}")
    os.makedirs(mount, exist_ok=True)
    subprocess.run(["mount", "-t", "functionfs", name, mount], check=True)


def pull():
    """Leaves the bus, if the recorder is on it."""
    try:
        write(f"{gadget}/UDC", "\n")
    except OSError:
        pass  # It was not bound.


def remove_gadget():
    pull()
    subprocess.run(["umount", "-l", mount], check=False)
    os.unlink(f"{gadget}/configs/c.1/ffs.{name}")
    for directory in ("configs/c.1", f"functions/ffs.{name}", "strings/0x409", ""):
        os.rmdir(f"{gadget}/{directory}")


def serve_bulk(unlocked):
    out = os.open(f"{mount}/ep1", os.O_RDWR)
    back = os.open(f"{mount}/ep2", os.O_RDWR)
    while True:
        try:
            reply, opened = answer(os.read(out, 512))
            if reply is not None:
                os.write(back, reply)
        except OSError:
            time.sleep(0.05)  # The host reset the bus or went away; the next read waits until it is back.
            continue
        if opened:
            unlocked.set()


def serve_control(ep0, unlocked):
    SETUP = 4
    reply = None
    while True:
        try:
            event = os.read(ep0, 12)
            if event[8] != SETUP:
                continue
            kind, request, _, _, length = struct.unpack("<BBHHH", event[:8])
            if kind == 0x41 and request == 1:
                reply, opened = answer(os.read(ep0, length))
                if opened:
                    unlocked.set()
            elif kind == 0xC1 and request == 2 and reply is not None:
                os.write(ep0, reply[:length])
            elif kind & 0x80:
                os.read(ep0, 0)  # Against the direction of the transfer: this is how FunctionFS is told to stall.
            else:
                os.write(ep0, b"")
        except OSError:
            time.sleep(0.05)


def main():
    subprocess.run([f"{here}/gadget", "modules", "-"], check=True)
    make_gadget()
    stop = threading.Event()
    unlocked = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    ep0 = os.open(f"{mount}/ep0", os.O_RDWR)
    os.write(ep0, descriptors())
    os.write(ep0, strings())
    threading.Thread(target=serve_bulk, args=(unlocked,), daemon=True).start()
    threading.Thread(target=serve_control, args=(ep0, unlocked), daemon=True).start()
    write(f"{gadget}/UDC", f"dummy_udc.{bus}")
    while not stop.is_set() and not unlocked.wait(0.1):
        pass
    if unlocked.is_set() and not stop.is_set():
        time.sleep(0.3)  # The answer is still on its way.
        pull()
        time.sleep(0.5)
        disk = [f"{name}-disk", bus, vendor, disk_product, serial, "Evidock lab", model, image]
        subprocess.run([f"{here}/gadget", "start", *disk], check=True)
        while not stop.wait(1):
            pass
        subprocess.run([f"{here}/gadget", "stop", disk[0]], check=True)
    remove_gadget()
    os._exit(0)  # The threads wait in reads that nothing will end.


main()
