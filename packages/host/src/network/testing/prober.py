# Sends and receives packets inside one guest namespace for the tests: one JSON request a line on standard input, one
# JSON answer a line on standard output. Requests run side by side. It ends when its standard input does.
import json, os, select, socket, struct, sys, threading, time

lock = threading.Lock()
kept = {}
heard = {}
servers = {}


def say(answer):
    with lock:
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def family(host):
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def dial(q):
    s = socket.socket(family(q["host"]), socket.SOCK_STREAM)
    s.settimeout(q.get("timeout", 1))
    if "ttl" in q:
        s.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, q["ttl"])
    if "source" in q or "sourcePort" in q:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.setsockopt(socket.SOL_IP, 15, 1)  # IP_FREEBIND: an address that is not ours
        s.bind((q.get("source", ""), q.get("sourcePort", 0)))
    s.connect((q["host"], q["port"]))
    return s


def outcome(work):
    try:
        return work()
    except (socket.timeout, TimeoutError):
        return "timeout"
    except ConnectionRefusedError:
        return "refused"
    except ConnectionResetError:
        return "reset"
    except OSError as e:
        return os.strerror(e.errno) if e.errno else str(e)
    except Exception as e:
        return "error: %r" % e


def connect(q):
    with dial(q) as s:
        return s.recv(200).decode().strip()


def hold(q):
    s = dial(q)
    first = s.recv(200).decode().strip()
    kept[q["key"]] = s
    return first


def echo(q):
    s = kept[q["key"]]
    s.settimeout(q.get("timeout", 1))
    word = os.urandom(6).hex()
    s.sendall((word + "\n").encode())
    got = b""
    while not got.endswith(b"\n"):
        part = s.recv(200)
        if not part:
            return "closed"
        got += part
    return "ok" if word in got.decode() else "garbled"


def drop(q):
    kept.pop(q["key"]).close()
    return "ok"


def serve_connection(c, peer):
    try:
        c.sendall(("ok %s\n" % peer[0]).encode())
        while True:
            part = c.recv(4096)
            if not part:
                return
            c.sendall(part)
    except OSError:
        pass
    finally:
        c.close()


def listen_tcp(q):
    host = q.get("host", "::")
    s = socket.socket(family(host), socket.SOCK_STREAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if host == "::":
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    s.bind((host, q["port"]))
    s.listen(200)
    servers["tcp %d" % q["port"]] = s

    def accept():
        while True:
            try:
                c, peer = s.accept()
            except OSError:
                return
            peer = (peer[0].replace("::ffff:", ""),)
            threading.Thread(target=serve_connection, args=(c, peer), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return "ok"


def listen_udp(q):
    host = q.get("host", "0.0.0.0")
    s = socket.socket(family(host), socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((host, q["port"]))
    if family(host) == socket.AF_INET:
        s.setsockopt(socket.IPPROTO_IP, 12, 1)  # IP_RECVTTL
    box = heard.setdefault(q["port"], [])
    servers["udp %d" % q["port"]] = s
    reply = q.get("reply", True)

    def receive():
        while True:
            try:
                data, extra, _, peer = s.recvmsg(65535, 200)
            except OSError:
                return
            if peer is None:
                return
            ttl = [struct.unpack("i", d)[0] for l, t, d in extra if t == socket.IP_TTL]
            box.append({"from": peer[0], "port": peer[1], "ttl": ttl[0] if ttl else None, "size": len(data)})
            if reply:
                try:
                    s.sendto(("ok %s" % peer[0]).encode(), peer)
                except OSError:
                    pass

    threading.Thread(target=receive, daemon=True).start()
    return "ok"


def stop(q):
    s = servers.pop(q["name"], None)
    if s:
        try:
            s.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        s.close()
    return "ok"


def udp(q):
    with socket.socket(family(q["host"]), socket.SOCK_DGRAM) as s:
        s.settimeout(q.get("timeout", 1))
        if "ttl" in q:
            s.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, q["ttl"])
        if "source" in q or "sourcePort" in q:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.setsockopt(socket.SOL_IP, 15, 1)
            s.bind((q.get("source", ""), q.get("sourcePort", 0)))
        if q.get("broadcast"):
            s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        if "hex" in q:
            payload = bytes.fromhex(q["hex"])
        else:
            payload = b"x" * q.get("size", 8)
        if q.get("connected"):  # only what comes from there is an answer
            s.connect((q["host"], q["port"]))
            s.send(payload)
        else:
            s.sendto(payload, (q["host"], q["port"]))
        if q.get("silent"):
            return "sent"
        data = s.recv(65535)
        return data.hex() if "hex" in q else data.decode()


def received(q):
    return heard.get(q["port"], [])


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def ping(q):
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as s:
        if "ttl" in q:
            s.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, q["ttl"])
        word = os.urandom(8)
        ident = os.getpid() & 0xFFFF
        head = struct.pack("!BBHHH", 8, 0, 0, ident, 1)
        head = struct.pack("!BBHHH", 8, 0, checksum(head + word), ident, 1)
        s.sendto(head + word, (q["host"], 0))
        end = time.monotonic() + q.get("timeout", 1)
        while True:
            left = end - time.monotonic()
            if left <= 0 or not select.select([s], [], [], left)[0]:
                return "timeout"
            packet, peer = s.recvfrom(2000)
            start = (packet[0] & 15) * 4
            if packet[start] == 0 and packet.endswith(word):
                return "ok ttl=%d" % packet[8]


def frame(q):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as s:
        s.bind((q.get("device", "eth0"), 0))
        s.send(bytes.fromhex(q["hex"]))
    return "sent"


def count(q):
    for line in open("/proc/self/net/dev"):
        name, _, rest = line.partition(":")
        if name.strip() == q.get("device", "eth0"):
            fields = rest.split()
            return {"rx": int(fields[1]), "tx": int(fields[9])}


def http(q):
    with socket.socket(family(q["host"]), socket.SOCK_STREAM) as s:
        s.settimeout(q.get("timeout", 1))
        if "source" in q:
            s.setsockopt(socket.SOL_IP, 15, 1)
            s.bind((q["source"], 0))
        s.connect((q["host"], q["port"]))
        head = "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" % (q["method"], q["path"])
        for name, value in q.get("headers", {}).items():
            head += "%s: %s\r\n" % (name, value)
        s.sendall((head + "Content-Length: 0\r\n\r\n").encode())
        got = b""
        while True:
            part = s.recv(65536)
            if not part:
                break
            got += part
        head, _, body = got.decode().partition("\r\n\r\n")
        return {"status": int(head.split()[1]), "body": body}


def pipeline(q):
    # Many requests at once into a tiny receive buffer, a token request last: its answer leaves in the middle of a
    # segment, wherever the kernel cuts.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        s.settimeout(q.get("timeout", 1))
        s.connect((q["host"], q["port"]))
        get = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        put = b"PUT /latest/api/token HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
        s.sendall(get * q["before"] + put)
        time.sleep(0.3)
        got = b""
        try:
            while True:
                part = s.recv(65536)
                if not part:
                    break
                got += part
        except OSError:
            pass
        return {"answers": got.count(b"HTTP/1.1 "), "token": b"-token" in got}


def checksum_tcp(source, target, segment):
    head = socket.inet_aton(source) + socket.inet_aton(target) + struct.pack("!BBH", 0, 6, len(segment))
    return checksum(head + segment)


def narrow(q):
    # A TCP client of its own over a raw socket, with a window of a few bytes: the answer comes in crumbs. The kernel
    # must not reset the connection that it does not know, so the caller drops its outgoing resets.
    source, target, port, window = q["source"], q["host"], q["sourcePort"], q["window"]
    s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
    s.bind((source, 0))

    def send(seq, ack, flags, data=b""):
        fields = [port, q["port"], seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, 5 << 4, flags, window, 0, 0]
        raw = struct.pack("!HHIIBBHHH", *fields) + data
        fields[7] = checksum_tcp(source, target, raw)
        s.sendto(struct.pack("!HHIIBBHHH", *fields) + data, (target, 0))

    send(1000, 0, 2)
    request = b"PUT /latest/api/token HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    got, expected, connected = b"", None, False
    end = time.monotonic() + q.get("timeout", 1)
    while time.monotonic() < end and b"-token" not in got:
        if not select.select([s], [], [], end - time.monotonic())[0]:
            break
        packet = s.recv(65535)
        segment = packet[(packet[0] & 15) * 4 :]
        sport, dport, seq, _, offset, flags = struct.unpack("!HHIIBB", segment[:14])
        if sport != q["port"] or dport != port:
            continue
        data = segment[(offset >> 4) * 4 :]
        if flags & 18 == 18 and not connected:
            connected, expected = True, (seq + 1) & 0xFFFFFFFF
            send(1001, expected, 16)
            send(1001, expected, 24, request)
        elif data and seq == expected:
            got += data
            expected = (expected + len(data)) & 0xFFFFFFFF
            send(1001 + len(request), expected, 16)
    s.close()
    return {"connected": connected, "bytes": len(got), "token": b"-token" in got}


def mtu(q):
    # Sends a datagram that must not be fragmented and asks the kernel what it learned about the path.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.setsockopt(socket.IPPROTO_IP, 10, 2)
        s.connect((q["host"], q["port"]))
        for _ in range(int(q.get("tries", 20))):
            try:
                s.send(b"x" * q["size"])
            except OSError:
                pass
            found = s.getsockopt(socket.IPPROTO_IP, 14)
            if found < q.get("below", 9001):
                return found
            select.select([], [], [], 0.05)
        return found


def flood(q):
    # Connects again and again until told to stop; counts what happened.
    key = q["key"]
    tally = {}
    running = {"on": True}

    def loop():
        while running["on"]:
            result = outcome(lambda: connect(q))
            word = result.split(" ")[0]
            tally[word] = tally.get(word, 0) + 1

    thread = threading.Thread(target=loop, daemon=True)
    kept[key] = (running, thread, tally)
    thread.start()
    return "ok"


def flood_end(q):
    running, thread, tally = kept.pop(q["key"])
    running["on"] = False
    thread.join()
    return tally


commands = {
    "connect": connect, "hold": hold, "echo": echo, "drop": drop, "listenTcp": listen_tcp, "listenUdp": listen_udp,
    "stop": stop, "udp": udp, "received": received, "ping": ping, "frame": frame, "count": count, "http": http,
    "mtu": mtu, "pipeline": pipeline, "narrow": narrow, "flood": flood, "floodEnd": flood_end,
}


def answer(q):
    say({"id": q["id"], "result": outcome(lambda: commands[q["command"]](q))})


for line in sys.stdin:
    threading.Thread(target=answer, args=(json.loads(line),), daemon=True).start()
