"""Runs a command on a machine whose way to its servers is slow, far and loses packets; needs no netem, only root and /dev/net/tun.

Usage: unshare -n python3 lossy_link.py RATE_BITS DELAY_MS JITTER_MS LOSS_PERCENT TALLY COMMAND...

RATE_BITS, DELAY_MS, JITTER_MS and LOSS_PERCENT hold for each direction. A server that listens on 10.99.0.1 (or everywhere) is reached through the link as
10.99.0.2. TALLY is a file that is rewritten every 0.1 s: JSON with, for `up` (to the server) and `down`, packets, lost (by chance), overflowed (the queue
was full) and payload (bytes of TCP that got through, those that were sent twice counted twice).

How: the kernel hands the packets of a TUN device to this program. It holds each as long as the link would, drops some, and gives the others back with source
and destination exchanged: so one device is both ends of the link. Exchanging them changes no checksum, because that is a sum.
"""
import collections
import fcntl
import json
import os
import random
import select
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
PACKET_BYTES_MAX = 65536
# As long as the queues of cheap routers: half a second, and never less than twenty packets.
QUEUE_SECONDS = 0.5
QUEUE_BYTES_MIN = 30_000
TALLY_SECONDS = 0.1
TCP = 6
SYN, ACK = 0x02, 0x10


class Direction:
    def __init__(self, bits, delay, jitter, loss):
        self.seconds_per_byte = 8 / bits
        self.delay, self.jitter, self.loss = delay, jitter, loss
        self.queue_bytes = max(QUEUE_BYTES_MIN, bits / 8 * QUEUE_SECONDS)
        self.free_at = self.last_at = 0.0
        self.waiting = collections.deque()
        self.tally = {"packets": 0, "lost": 0, "overflowed": 0, "payload": 0}

    def take(self, now, packet, payload):
        self.tally["packets"] += 1
        queued = max(0.0, self.free_at - now) / self.seconds_per_byte
        if queued + len(packet) > self.queue_bytes:
            self.tally["overflowed"] += 1
            return
        # It is lost on its way: the link was busy with it all the same.
        self.free_at = max(now, self.free_at) + len(packet) * self.seconds_per_byte
        if random.random() < self.loss:
            self.tally["lost"] += 1
            return
        self.tally["payload"] += payload
        # In order: a link delays unevenly, and does not overtake itself.
        self.last_at = max(self.last_at, self.free_at + self.delay + random.uniform(-self.jitter, self.jitter))
        self.waiting.append((self.last_at, packet))


def turned(packet):
    return packet[:12] + packet[16:20] + packet[12:16] + packet[20:]


def tun():
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", b"far0", IFF_TUN | IFF_NO_PI))
    # Cubic is what Linux distributions use. BBR, the default of some kernels, hardly minds loss, and would flatter the figures.
    route = "route replace 10.99.0.0/24 dev far0 src 10.99.0.1 congctl lock cubic"
    for line in ("link set lo up", "addr add 10.99.0.1/24 dev far0", "link set dev far0 mtu 1500 txqueuelen 10000 up", route):
        subprocess.run(["ip", *line.split()], check=True)
    return device


def carry(device, up, down, tally, child):
    servers = set()
    told_at = 0.0
    while child.poll() is None:
        now = time.monotonic()
        ends = [way.waiting[0][0] for way in (up, down) if way.waiting]
        wait = min([told_at + TALLY_SECONDS, *ends]) - now
        if select.select([device], [], [], max(0.0, wait))[0]:
            # A burst at a time, so that what is due does not wait for the end of a flood.
            for _ in range(64):
                try:
                    packet = os.read(device, PACKET_BYTES_MAX)
                except BlockingIOError:
                    break
                if packet[0] >> 4 != 4 or packet[9] != TCP:
                    continue
                head = (packet[0] & 15) * 4
                source, target = struct.unpack_from("!HH", packet, head)
                if packet[head + 13] & (SYN | ACK) == SYN:
                    servers.add(target)
                way = up if target in servers else down
                way.take(time.monotonic(), packet, len(packet) - head - (packet[head + 12] >> 4) * 4)
        now = time.monotonic()
        for way in (up, down):
            while way.waiting and way.waiting[0][0] <= now:
                try:
                    os.write(device, turned(way.waiting.popleft()[1]))
                except OSError:
                    way.tally["overflowed"] += 1
        if now >= told_at + TALLY_SECONDS:
            told_at = now
            with open(tally + ".new", "w") as file:
                json.dump({"up": up.tally, "down": down.tally}, file)
            os.replace(tally + ".new", tally)


def main():
    bits, delay, jitter, loss = (float(word) for word in sys.argv[1:5])
    tally, command = sys.argv[5], sys.argv[6:]
    up, down = (Direction(bits, delay / 1000, jitter / 1000, loss / 100) for _ in range(2))
    device = tun()
    child = subprocess.Popen(command)
    try:
        carry(device, up, down, tally, child)
    finally:
        child.kill()
    sys.exit(child.wait())


main()
