# Sends numbered datagrams all the time, each a flow of its own, or notes which ones arrive. For tests only.
#   stream.py send RATE HOST:PORT...   round robin over the places; a line N on standard input is answered once N more are
#                                      sent, a line "end" with one line a datagram: number, place, nanoseconds before and
#                                      after it was sent
#   stream.py receive PORT...          a line "end" is answered with the numbers that came, one a line
# Both close their report with the line "end". Times are of the clock that does not jump.
import os, select, socket, sys, threading, time

lines = []


def listen_to_orders():
    for line in sys.stdin:
        lines.append(line.strip())
    os._exit(0)


def report(rows):
    sys.stdout.write("".join("%s\n" % row for row in rows) + "end\n")
    sys.stdout.flush()


def send(rate, places):
    threading.Thread(target=listen_to_orders, daemon=True).start()
    rows, waits = [], []
    gap = int(1e9 / rate)
    due = time.monotonic_ns()
    number = 0
    while True:
        while lines:
            order = lines.pop(0)
            if order == "end":
                return report(rows)
            waits.append(number + int(order))
        for until in [w for w in waits if w <= number]:
            waits.remove(until)
            sys.stdout.write("sent\n")
            sys.stdout.flush()
        place = number % len(places)
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        # Neither an ephemeral port twice at once nor one that the kernel would choose twice in a row.
        s.bind(("", 2000 + (number // len(places)) % 60000))
        before = time.monotonic_ns()
        try:
            s.sendto(b"%d" % number, places[place])
        except OSError:
            pass
        after = time.monotonic_ns()
        s.close()
        rows.append("%d %d %d %d" % (number, place, before, after))
        number += 1
        due += gap
        wait = due - time.monotonic_ns()
        if wait > 0:
            time.sleep(wait / 1e9)
        elif wait < -50_000_000:
            due = time.monotonic_ns()


def receive(ports):
    sockets = []
    for port in ports:
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        s.bind(("", port))
        sockets.append(s)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    rows = []
    while True:
        ready, _, _ = select.select([*sockets, sys.stdin], [], [])
        for s in ready:
            if s is sys.stdin:
                # What is still in the sockets came before this line.
                for other in sockets:
                    other.setblocking(False)
                    try:
                        while True:
                            rows.append(other.recv(100).decode())
                    except BlockingIOError:
                        pass
                return report(rows) if sys.stdin.readline().strip() == "end" else None
            rows.append(s.recv(100).decode())


if sys.argv[1] == "send":
    send(int(sys.argv[2]), [(host, int(port)) for host, port in (place.split(":") for place in sys.argv[3:])])
else:
    receive([int(port) for port in sys.argv[2:]])
