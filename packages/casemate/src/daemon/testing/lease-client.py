# A guest without an address: leases one over a raw socket as a boot would, takes it, keeps it by unicast, and asks for
# the time. Says what came of it as one line of JSON. For tests only.
import json, random, socket, struct, subprocess

device = "eth0"
raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
raw.bind((device, 0))
mac = raw.getsockname()[4]
raw.settimeout(3)


def ip(*args):
    subprocess.run(["ip", *args], check=True)


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def message(kind, transaction, options=b"", client=b"\0\0\0\0"):
    head = struct.pack("!4BIHH", 1, 1, 6, 0, transaction, 0, 0) + client + b"\0" * 12 + mac + b"\0" * 202
    return head + bytes([99, 130, 83, 99, 53, 1, kind]) + options + b"\xff"


def broadcast(payload):
    udp = struct.pack("!HHHH", 68, 67, 8 + len(payload), 0)
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28 + len(payload), 0, 0, 64, 17, 0, b"\0" * 4, b"\xff" * 4)
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    raw.send(b"\xff" * 6 + mac + b"\x08\x00" + head + udp + payload)


def parse(payload):
    options, at = {}, 240
    while payload[at] != 255:
        code, length = payload[at], payload[at + 1]
        options[code] = payload[at + 2 : at + 2 + length]
        at += 2 + length
    return {
        "transaction": struct.unpack("!I", payload[4:8])[0],
        "yours": socket.inet_ntoa(payload[16:20]),
        "kind": options[53][0],
        "options": options,
    }


def heard(transaction):
    while True:
        frame = raw.recv(2000)
        length = (frame[14] & 15) * 4
        ports = struct.unpack("!HH", frame[14 + length : 18 + length])
        if frame[23] != 17 or ports != (67, 68) or frame[:6] != mac:
            continue
        got = parse(frame[14 + length + 8 :])
        if got["transaction"] == transaction:
            return got


def sntp(server):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(3)
    s.sendto(b"\x23" + b"\0" * 39 + b"casemate", (server, 123))
    answer, source = s.recvfrom(100)
    seconds = struct.unpack("!I", answer[40:44])[0] - 2208988800
    return {"first": answer[0], "source": source[0], "echo": answer[24:32].decode(), "seconds": seconds}


def show(got):
    return {"kind": got["kind"], "yours": got["yours"], "options": {k: v.hex() for k, v in got["options"].items()}}


ip("addr", "flush", "dev", device)
number = random.getrandbits(32)
broadcast(message(1, number))
offer = heard(number)
asked = bytes([50, 4]) + socket.inet_aton(offer["yours"]) + bytes([54, 4]) + offer["options"][54]
broadcast(message(3, number, asked))
taken = heard(number)
broadcast(message(3, number + 1 & 0xFFFFFFFF, bytes([50, 4, 10, 0, 1, 200])))
other = heard(number + 1 & 0xFFFFFFFF)

length = bin(struct.unpack("!I", taken["options"][1])[0]).count("1")
ip("addr", "add", "%s/%d" % (taken["yours"], length), "dev", device)
ip("route", "replace", "default", "via", socket.inet_ntoa(taken["options"][3]), "dev", device)

keep = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
keep.settimeout(3)
keep.bind((taken["yours"], 68))
keep.sendto(
    message(3, number + 2 & 0xFFFFFFFF, client=socket.inet_aton(taken["yours"])),
    (socket.inet_ntoa(taken["options"][54]), 67),
)
kept = parse(keep.recvfrom(2000)[0])

print(
    json.dumps(
        {
            "offer": show(offer),
            "taken": show(taken),
            "other": show(other),
            "kept": show(kept),
            "time": sntp("169.254.169.123"),
        }
    )
)
