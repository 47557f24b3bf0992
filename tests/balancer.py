"""What stands before several gateways: passes each connection to one of them, in turn, and to the
next one if that does not take it. Knows nothing of HTTP."""

import itertools
import socket
import threading


class Balancer:
    def __init__(self, ports):
        self.ports, self.turn = ports, itertools.count()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def accept(self):
        try:
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self.connect, args=(client,), daemon=True).start()
        except OSError:
            pass  # closed

    def connect(self, client):
        first = next(self.turn)
        for n in range(len(self.ports)):
            try:
                server = socket.create_connection(
                    ("127.0.0.1", self.ports[(first + n) % len(self.ports)]), timeout=5)
            except OSError:
                continue
            server.settimeout(None)
            there = threading.Thread(target=pipe, args=(client, server), daemon=True)
            there.start()
            pipe(server, client)
            there.join()
            server.close()
            break
        client.close()


def pipe(source, target):
    """Until one of them ends; then neither has more to say."""
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    for each in (source, target):
        try:
            each.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
