# The traffic of bench/network.ts. `serve PORT` answers on PORT (TCP sink, echo on PORT+1, accept-and-close on PORT+2,
# UDP sink on PORT+3). `run MODE HOST PORT SECONDS` prints one number: bytes/s, round trips/s, connections/s or
# datagrams/s as the receiver counted them.
import socket, sys, threading, time


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


def sink(c):
    def work():
        buffer = bytearray(1 << 20)
        total = 0
        while True:
            n = c.recv_into(buffer)
            if n == 0:
                break
            total += n
        c.close()

    threading.Thread(target=work, daemon=True).start()


def echo(c):
    def work():
        c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            part = c.recv(64)
            if not part:
                break
            c.sendall(part)
        c.close()

    threading.Thread(target=work, daemon=True).start()


def udp_sink(port):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    s.bind(("0.0.0.0", port))
    buffer = bytearray(2048)
    total = 0
    while True:
        n, peer = s.recvfrom_into(buffer)
        if n == 3:
            # The control port: the kernel may drop datagrams, so the receiver says what came through.
            s.sendto(str(total).encode(), peer)
        else:
            total += 1


def serve(port):
    tcp_server(port, sink)
    tcp_server(port + 1, echo)
    tcp_server(port + 2, lambda c: c.close())
    threading.Thread(target=udp_sink, args=(port + 3,), daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()


def udp_count(s):
    s.settimeout(1)
    s.send(b"ask")
    return int(s.recv(100))


def run(mode, host, port, seconds):
    started = time.perf_counter()
    end = started + seconds
    done = 0
    if mode == "tcp":
        with socket.create_connection((host, port)) as s:
            block = bytes(1 << 20)
            while time.perf_counter() < end:
                done += s.send(block)
    elif mode == "rr":
        with socket.create_connection((host, port + 1)) as s:
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while time.perf_counter() < end:
                s.send(b"x")
                s.recv(64)
                done += 1
    elif mode == "conn":
        while time.perf_counter() < end:
            with socket.create_connection((host, port + 2)) as s:
                s.recv(1)
            done += 1
    elif mode == "udp":
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.connect((host, port + 3))
            before = udp_count(s)
            payload = bytes(64)
            started = time.perf_counter()
            end = started + seconds
            while time.perf_counter() < end:
                for _ in range(64):
                    s.send(payload)
            elapsed = time.perf_counter() - started
            time.sleep(0.05)
            print((udp_count(s) - before) / elapsed)
            return
    print(done / (time.perf_counter() - started))


if sys.argv[1] == "serve":
    serve(int(sys.argv[2]))
else:
    run(sys.argv[2], sys.argv[3], int(sys.argv[4]), float(sys.argv[5]))
