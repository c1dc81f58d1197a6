# The traffic of bench/network-forwarding.ts. `serve PORT` answers on PORT (TCP sink), PORT+1 (echo), PORT+2 (accept and
# close), PORT+3 (UDP sink) and PORT+4 (how many datagrams came); `run MODE HOST PORT SECONDS` prints two numbers: bytes/s,
# connections/s, or the datagrams/s that the receiver counted, and the same for a second of both ends' CPU time; for round
# trips the median in microseconds, and the CPU time. Datagrams go by sendmmsg and recvmmsg, so that the kernel's way, not
# Python, is what is measured.
import ctypes, os, socket, sys, threading, time

libc = ctypes.CDLL(None, use_errno=True)
batch = 64
waitForOne = 0x10000
receiveBufferForce = 33


class IoVec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]


class MsgHdr(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_void_p),
        ("namelen", ctypes.c_uint32),
        ("iov", ctypes.POINTER(IoVec)),
        ("iovlen", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("controllen", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    ]


class MMsgHdr(ctypes.Structure):
    _fields_ = [("hdr", MsgHdr), ("len", ctypes.c_uint)]


def messages(size):
    payload = ctypes.create_string_buffer(size)
    vector = IoVec(ctypes.cast(payload, ctypes.c_void_p), size)
    array = (MMsgHdr * batch)()
    for message in array:
        message.hdr.iov = ctypes.pointer(vector)
        message.hdr.iovlen = 1
    return array, (payload, vector)


def pin(processor):
    # Sender and receiver on processors of their own, where there are two.
    allowed = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {allowed[processor % len(allowed)]})


def tcp_server(port, handle):
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("0.0.0.0", port))
    s.listen(4096)

    def accept():
        while True:
            c, _ = s.accept()
            handle(c)

    threading.Thread(target=accept, daemon=True).start()


def in_thread(work):
    return lambda c: threading.Thread(target=work, args=(c,), daemon=True).start()


def sink(c):
    buffer = bytearray(1 << 20)
    while c.recv_into(buffer) > 0:
        pass
    c.close()


def echo(c):
    c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while True:
        part = c.recv(64)
        if not part:
            break
        c.sendall(part)
    c.close()


received = 0


def udp_sink(port):
    global received
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, receiveBufferForce, 8 << 20)
    s.bind(("0.0.0.0", port))
    array, kept = messages(64)
    while True:
        n = libc.recvmmsg(s.fileno(), array, batch, waitForOne, None)
        if n > 0:
            received += n


def udp_teller(port):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("0.0.0.0", port))
    while True:
        _, peer = s.recvfrom(16)
        s.sendto(f"{received} {time.process_time()}".encode(), peer)


def serve(port):
    pin(1)
    tcp_server(port, in_thread(sink))
    tcp_server(port + 1, in_thread(echo))
    tcp_server(port + 2, lambda c: c.close())
    for work, at in ((udp_sink, port + 3), (udp_teller, port + 4)):
        threading.Thread(target=work, args=(at,), daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()


def told(host, port):
    # Datagrams that came, and the CPU time of both ends.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect((host, port + 4))
        s.settimeout(1)
        s.send(b"ask")
        came, cpu = s.recv(100).split()
        return int(came), float(cpu) + time.process_time()


def run_tcp(host, port, seconds):
    done = 0
    block = bytes(1 << 20)
    with socket.create_connection((host, port)) as s:
        started = time.perf_counter()
        while time.perf_counter() < started + seconds:
            done += s.send(block)
        return done, time.perf_counter() - started


def run_rr(host, port, seconds):
    with socket.create_connection((host, port + 1)) as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        now = time.perf_counter()
        end = now + seconds
        while now < end:
            s.send(b"x")
            s.recv(64)
            then, now = now, time.perf_counter()
            trips.append(now - then)
    return len(trips), seconds


def run_conn(host, port, seconds):
    done = 0
    started = time.perf_counter()
    while time.perf_counter() < started + seconds:
        # Several at once, so that neither end sleeps for each.
        several = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(32)]
        for s in several:
            s.connect((host, port + 2))
        for s in several:
            s.recv(1)
            s.close()
        done += len(several)
    return done, time.perf_counter() - started


def run_udp(host, port, seconds):
    array, kept = messages(64)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect((host, port + 3))
        started = time.perf_counter()
        while time.perf_counter() < started + seconds:
            libc.sendmmsg(s.fileno(), array, batch, 0)
        elapsed = time.perf_counter() - started
    time.sleep(0.03)
    return 0, elapsed


trips = []
if sys.argv[1] == "serve":
    serve(int(sys.argv[2]))
else:
    pin(0)
    mode, host, port, seconds = sys.argv[2], sys.argv[3], int(sys.argv[4]), float(sys.argv[5])
    work = {"tcp": run_tcp, "rr": run_rr, "conn": run_conn, "udp": run_udp}[mode]
    came, cpu = told(host, port)
    done, elapsed = work(host, port, seconds)
    came, cpu = [now - before for now, before in zip(told(host, port), (came, cpu))]
    done = came if mode == "udp" else done
    if done == 0:
        sys.exit("nothing came through")
    print(sorted(trips)[len(trips) // 2] * 1e6 if trips else done / elapsed, cpu * 1e6 / done if trips else done / cpu)
